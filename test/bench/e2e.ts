/**
 * End to end: from submission to the last confirmation for the 241 controllers of the marked registry,
 * by stage, on this machine with its own broker. Playing lasts as long as the recordings do, so the
 * stage `play` is set beside the length of the longest airing plus the planned wait.
 */
import { createLog } from '../../src/base/log.ts'
import { airingsOf } from '../../src/schedule/index.ts'
import { millisecondsBetween } from '../../src/base/time.ts'
import { takeTheWay } from '../../src/demo/way.ts'
import { stages } from '../../src/demo/trip.ts'
import type { BenchResult } from './run.ts'

export async function e2e(): Promise<BenchResult[]> {
  const abort = new AbortController()
  const { trip, report, close } = await takeTheWay({
    registry: 'all-devices',
    choose: (bulletins) => bulletins.filter((source) => source.demo),
    port: 0,
    leadSeconds: 45,
    spreadSeconds: 10,
    log: createLog('warn'),
    signal: abort.signal,
    onProgress: ({ stage, done, total }) => {
      if (done === total) process.stderr.write(`${stage} ${String(done)}/${String(total)}\n`)
    },
  })
  try {
    const airings = await airingsOf(trip.hub.work.database, {
      month: report.month,
      campaign: report.campaign,
    })
    const last =
      airings
        .map((airing) => airing.endsAt)
        .sort()
        .at(-1) ?? ''
    const planned = airings.map((airing) => airing.createdAt).sort()[0] ?? ''
    const soundSeconds = round(millisecondsBetween(planned, last) / 1000)
    const total = stages.reduce((sum, stage) => sum + report.stageSeconds[stage], 0)
    const ratio = round(report.bytesReceived / report.bytesOfRecordings, 4)
    return [
      ...stages.map((stage): BenchResult => ({
        what: `stage ${stage}`,
        value: report.stageSeconds[stage],
        unit: 's',
        baseline: null,
        ratio: null,
        goal: null,
        ok: null,
      })),
      // The floor of everything after planning: the planned wait and the sound itself.
      {
        what: 'submission to last confirmation',
        value: round(total),
        unit: 's',
        baseline: soundSeconds,
        ratio: round(total / soundSeconds, 3),
        goal: null,
        ok: null,
      },
      {
        what: 'devices confirmed',
        value: report.played,
        unit: 'airings',
        baseline: report.devices,
        ratio: round(report.played / report.devices, 4),
        goal: '= 1',
        ok: report.played === report.devices,
      },
      {
        what: 'bytes received by all devices',
        value: report.bytesReceived,
        unit: 'B',
        baseline: report.bytesOfRecordings,
        ratio,
        goal: '≤ 1.05',
        ok: ratio <= 1.05,
      },
      {
        what: 'clients the broker counted',
        value: report.connectedClients,
        unit: 'clients',
        baseline: report.devices,
        ratio: round(report.connectedClients / report.devices, 3),
        goal: '≥ 1',
        ok: report.connectedClients >= report.devices,
      },
    ]
  } finally {
    await close()
  }
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}

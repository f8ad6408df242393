/**
 * The whole way, taken as staff would take it, on a data folder of its own and with throwaway keys:
 * submit, render, approve, plan, deliver, play, confirm. The demo tells it to people, the end-to-end
 * bench measures it, the end-to-end test looks into it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { approvedRecordings } from '../approval/index.ts'
import { reasonOf } from '../base/errors.ts'
import { monotonicMilliseconds } from '../base/time.ts'
import { type Config, readConfig } from '../config.ts'
import { airingOutcomes } from '../evidence/index.ts'
import { startHub } from '../hub.ts'
import { type Coverage, coverageOf } from '../reports/index.ts'
import { startFleetChild } from './fleet-child.ts'
import {
  confirmEverything,
  deliverEverything,
  planMonthOfTrip,
  renderAndApprove,
  watchPlay,
} from './stages.ts'
import { prepareExercise, submitScripts } from './training.ts'
import type { FinishedTrip, Stage, Trip, TripOptions, TripReport } from './trip.ts'

/**
 * Takes the whole way and resolves when the last receipt is in. Hub and fleet then still run; the
 * caller closes them. On failure or abort everything is stopped and the data folder removed.
 */
export async function takeTheWay(options: TripOptions): Promise<FinishedTrip> {
  const began = monotonicMilliseconds()
  const stageSeconds: Record<Stage, number> = { render: 0, plan: 0, deliver: 0, play: 0, confirm: 0 }
  let rendering = true
  const folder = mkdtempSync(join(tmpdir(), 'loa-demo-'))
  const closers: (() => Promise<void> | void)[] = [
    () => {
      rmSync(folder, { recursive: true, force: true })
    },
  ]
  const close = async (): Promise<void> => {
    for (const step of closers.splice(0).reverse()) {
      try {
        await step()
      } catch (error) {
        // What comes after it is closed all the same.
        options.log.error({ error: reasonOf(error) }, 'a part of the demo could not be closed')
      }
    }
  }
  try {
    const hub = await startHub(configOf(folder, options), {
      log: options.log,
      onRender: renderedInAll((progress) => {
        if (rendering) options.onProgress(progress)
      }),
    })
    closers.push(() => hub.stop())
    await options.onReady?.(hub)
    const lap = stopwatch()
    const approverKey = await prepareExercise(hub)
    const fleet = await startFleetChild(hub, folder, options.devices)
    closers.push(() => fleet.stop())
    const trip: Trip = {
      options,
      hub,
      folder,
      fleet,
      approverKey,
      sources: await submitScripts(hub, options),
    }
    await renderAndApprove(trip)
    rendering = false
    stageSeconds.render = lap()
    const goal = await planMonthOfTrip(trip)
    stageSeconds.plan = lap()
    await deliverEverything(trip)
    stageSeconds.deliver = lap()
    await options.afterDelivery?.(trip)
    const connectedClients = await watchPlay(trip, goal)
    stageSeconds.play = lap()
    await confirmEverything(trip, goal)
    stageSeconds.confirm = lap()
    const coverage = await coverageOf(hub.work.database, { ...goal, now: hub.work.clock.now() })
    const report = await reportOf(trip, {
      coverage,
      goal,
      connectedClients,
      stageSeconds,
      seconds: (monotonicMilliseconds() - began) / 1000,
    })
    return { trip, coverage, report, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The hub renders in several runs, each counted from nothing; the way tells them as one. */
function renderedInAll(tell: TripOptions['onProgress']): (run: { done: number; total: number }) => void {
  let before = 0
  let last = { done: 0, total: 0 }
  return ({ done, total }) => {
    // A run that finds nothing to do is not news.
    if (total === 0) return
    if (done < last.done) before += last.done
    last = { done, total }
    tell({ stage: 'render', done: before + done, total: before + total })
  }
}

function configOf(folder: string, options: TripOptions): Config {
  return {
    ...readConfig(),
    data: folder,
    port: options.port,
    broker: undefined,
    brokerPort: undefined,
    registry: options.registry,
    leadSeconds: options.leadSeconds,
    spreadSeconds: options.spreadSeconds,
    // Whatever delivery took, the airings of this run may still start.
    lateSeconds: 600,
    speakUnconfirmed: true,
    training: true,
  }
}

async function reportOf(
  { hub, fleet, sources }: Trip,
  parts: {
    coverage: Coverage
    goal: { month: string; campaign: string }
    connectedClients: number
    stageSeconds: Record<Stage, number>
    seconds: number
  },
): Promise<TripReport> {
  const { coverage, goal } = parts
  const now = hub.work.clock.now()
  const outcomes = await airingOutcomes(hub.work.database, { ...goal, now })
  const recordings = await approvedRecordings(hub.work.database, now)
  const status = fleet.status()
  const count = (state: string): number => outcomes.filter((one) => one.state === state).length
  return {
    ...goal,
    units: coverage.units.length,
    stations: coverage.areas.total,
    devices: fleet.devices.length,
    scripts: sources.length,
    recordings: recordings.length,
    recordingSeconds: Math.round(recordings.reduce((sum, one) => sum + one.milliseconds, 0) / 1000),
    airings: outcomes.length,
    played: count('met'),
    unknown: count('unknown'),
    waiting: count('waiting'),
    obligations: coverage.obligations,
    met: coverage.met,
    metRange: coverage.metRange,
    areasMet: coverage.areas.met,
    connectedClients: parts.connectedClients,
    bytesReceived: status?.bytesReceived ?? 0,
    bytesOfRecordings: fleet.bytesOnDisk(),
    stageSeconds: parts.stageSeconds,
    seconds: rounded(parts.seconds),
  }
}

/** Seconds since the last call (or since it was made), to a tenth. */
function stopwatch(): () => number {
  let last = monotonicMilliseconds()
  return () => {
    const now = monotonicMilliseconds()
    const seconds = rounded((now - last) / 1000)
    last = now
    return seconds
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10
}

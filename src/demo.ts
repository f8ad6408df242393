/**
 * `npm run demo`: the whole way on sample data, told stage by stage, then the month's coverage and the
 * address of the pages. Stays up until Ctrl-C, or ends by itself (`--once`).
 */
import { createServer } from 'node:net'
import { createLog } from './base/log.ts'
import { figure } from './base/text.ts'
import { readConfig } from './config.ts'
import { coverageLines } from './cli/evidence.ts'
import type { Progress, Stage, TripReport } from './demo/trip.ts'
import { stages } from './demo/trip.ts'
import { takeTheWay } from './demo/way.ts'
import type { ScriptSource } from './scripts/index.ts'

const names: Record<Stage, string> = {
  render: 'tạo bản ghi · recordings made',
  plan: 'xếp lịch · airings planned',
  deliver: 'chuyển đến thiết bị · devices hold their audio',
  play: 'phát · devices have played',
  confirm: 'xác nhận · airings confirmed',
}

/** Runs the demo; resolves with its report once it has ended (`once`) or been stopped. */
export async function runDemo(options: {
  once: boolean
  json: boolean
  signal: AbortSignal
}): Promise<TripReport> {
  const config = readConfig()
  say(
    'Loa Làng — tập huấn: trình diễn bằng dữ liệu mẫu và khóa dùng một lần, không phải buổi phát thật.\n' +
      'An exercise: a demo on sample data with throwaway keys; nothing here is a real broadcast.',
  )
  const bar = progressBar()
  const { trip, coverage, report, close } = await takeTheWay({
    registry: config.registry,
    choose: shortScripts,
    port: await portOr(config.port),
    leadSeconds: 20,
    spreadSeconds: 10,
    log: createLog(config.logLevel === 'info' ? 'warn' : config.logLevel),
    signal: options.signal,
    onProgress: bar,
    onReady: (hub) => {
      say(`Trang web · web page: ${hub.url}   Dữ liệu · data: LOA_DATA=${hub.work.config.data}`)
    },
  })
  try {
    bar.end()
    const lines = coverageLines(coverage)
    if (options.json) process.stderr.write(`${lines.join('\n')}\n`)
    else process.stdout.write(`\n${lines.join('\n')}\n`)
    say(
      `${String(report.played)} lượt phát đã được thiết bị xác nhận, ${String(report.waiting)} đang chờ cán bộ xác nhận; ${figure(report.seconds)} giây · ` +
        `${String(report.played)} airings confirmed by devices, ${String(report.waiting)} waiting for people; ${String(report.seconds)} s`,
    )
    if (!options.once) {
      say(`Mở ${trip.hub.url} để xem và nghe. Ctrl-C để dừng · Open it to look and listen; Ctrl-C stops`)
      await Promise.race([stopped(options.signal), trip.hub.failed])
    }
  } finally {
    await close()
  }
  return report
}

/** The scripts marked for the demo (at most 75 s each), all of them in rotation. */
function shortScripts(bulletins: readonly ScriptSource[]): readonly ScriptSource[] {
  return bulletins.filter((source) => source.demo)
}

/** The configured port, or a free one when somebody else has it. */
function portOr(port: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => {
      resolve(0)
    })
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => {
        resolve(port)
      })
    })
  })
}

/** A line for each stage: redrawn on a terminal, otherwise told at the beginning, each quarter and the end. */
function progressBar(): ((progress: Progress) => void) & { end(): void } {
  const terminal = process.stderr.isTTY
  let stage: Stage | undefined
  let shown = ''
  const end = (): void => {
    if (terminal && stage !== undefined) process.stderr.write('\n')
    stage = undefined
  }
  const show = (progress: Progress): void => {
    if (progress.total === 0) return
    if (progress.stage !== stage) {
      // A stage never goes back: rendering may report once more while later stages run.
      if (stage !== undefined && stages.indexOf(progress.stage) < stages.indexOf(stage)) return
      end()
      stage = progress.stage
      shown = ''
    }
    const part = progress.done / progress.total
    const filled = Math.round(part * 20)
    const text = `${progress.stage.padEnd(8)}${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${String(progress.done)}/${String(progress.total)}  ${names[progress.stage]}`
    if (terminal)
      process.stderr.write(`\r\u001B[K${text}${progress.note === undefined ? '' : `  (${progress.note})`}`)
    else {
      const key = String(Math.floor(part * 4))
      if (key !== shown) say(text)
      shown = key
    }
  }
  return Object.assign(show, { end })
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => {
      resolve()
    })
  })
}

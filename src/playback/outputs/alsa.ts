/** A real sound card, through ffmpeg's ALSA output. */
import { readFile } from 'node:fs/promises'
import { type Clock, millisecondsBetween } from '../../base/time.ts'
import type { Output } from './output.ts'
import { runFfmpeg } from './program.ts'

/** Characters of ffmpeg's progress report that are looked at: several blocks of it. */
const reportKept = 4096

/** A play that takes so much longer than its sound hangs: a card that is stuck must not keep the next one waiting. */
const patienceMsDefault = 30_000

/** `device` is an ALSA name such as `default` or `plughw:1,0`. */
export function alsaOutput(device: string, clock: Clock, patienceMs = patienceMsDefault): Output {
  return {
    async play(parts, signal) {
      const started = clock.now()
      let progress = 0
      let report = ''
      const planned = parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
      const patience = AbortSignal.timeout(planned + patienceMs)
      const streams = parts.map((_, index) => `[${index}:a]`).join('')
      const ended = await runFfmpeg(
        [
          ...['-progress', 'pipe:1', '-stats_period', '0.5'],
          ...parts.flatMap(({ path }) => ['-i', `file:${path}`]),
          ...['-filter_complex', `${streams}concat=n=${parts.length}:v=0:a=1`],
          ...['-f', 'alsa', device],
        ],
        AbortSignal.any([signal, patience]),
        (bytes) => {
          report = (report + bytes.toString('utf8')).slice(-reportKept)
          progress = Math.max(progress, playedMs(report))
        },
      )
      // The card may have been given more than it had time to play when it was stopped.
      const lasted = Math.max(0, millisecondsBetween(started, clock.now()))
      if (ended.failed === undefined) return { heardMs: progress }
      const hung = patience.aborted ? 'the sound card hangs' : ended.failed
      return { heardMs: Math.min(progress, lasted), error: signal.aborted ? 'stopped' : hung }
    },
  }
}

/** Whether this machine has a sound card that ALSA knows. */
export async function hasSoundCard(): Promise<boolean> {
  try {
    return /^\s*\d+ \[/m.test(await readFile('/proc/asound/cards', 'utf8'))
  } catch {
    // No ALSA in this kernel.
    return false
  }
}

function playedMs(report: string): number {
  const times = [...report.matchAll(/out_time_us=(\d+)/g)].map((match) => Number(match[1]))
  return Math.floor(Math.max(0, ...times) / 1000)
}

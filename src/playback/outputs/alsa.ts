/** A real sound card, through ffmpeg's ALSA output. */
import { readFile } from 'node:fs/promises'
import { type Clock, millisecondsBetween } from '../../base/time.ts'
import { notesMilliseconds } from '../../wire/notes.ts'
import { areWhole, type Heard, lengthOf, type Output, type PlayablePart } from './output.ts'
import { decode, decodeRate, notesBytes, runFfmpeg } from './program.ts'

/** Characters of ffmpeg's progress report that are looked at: several blocks of it. */
const reportKept = 4096

/** A play that takes so much longer than its sound hangs: a card that is stuck must not keep the next one waiting. */
const patienceMsDefault = 30_000

/** Raw samples on standard input: what `notesBytes` makes. */
const notesInput = ['-f', 's16le', '-ar', String(decodeRate), '-ac', '1', '-i', 'pipe:0']

/** `device` is an ALSA name such as `default` or `plughw:1,0`. */
export function alsaOutput(device: string, clock: Clock, patienceMs = patienceMsDefault): Output {
  return {
    async play(parts, signal, notes) {
      const started = clock.now()
      let progress = 0
      let report = ''
      const planned = lengthOf(parts)
      let notesMs = 0
      // The last input of the same run, so that there is no gap; it stays empty when a part does not decode whole.
      const after =
        notes === undefined
          ? undefined
          : notesAfter(parts, notes, signal).then((bytes) => {
              if (bytes.length > 0) notesMs = notesMilliseconds
              return bytes
            })
      const patience = AbortSignal.timeout(
        planned + (after === undefined ? 0 : notesMilliseconds) + patienceMs,
      )
      const inputs = [
        ...parts.map(({ path }) => ['-i', `file:${path}`]),
        ...(after === undefined ? [] : [notesInput]),
      ]
      const streams = inputs.map((_, index) => `[${index}:a]`).join('')
      const ended = await runFfmpeg(
        [
          ...['-progress', 'pipe:1', '-stats_period', '0.5'],
          ...inputs.flat(),
          ...['-filter_complex', `${streams}concat=n=${inputs.length}:v=0:a=1`],
          ...['-f', 'alsa', device],
        ],
        AbortSignal.any([signal, patience]),
        (bytes) => {
          report = (report + bytes.toString('utf8')).slice(-reportKept)
          progress = Math.max(progress, playedMs(report))
        },
        after,
      )
      // The card may have been given more than it had time to play when it was stopped.
      const lasted = Math.max(0, millisecondsBetween(started, clock.now()))
      if (ended.failed === undefined) return { heardMs: Math.max(0, progress - notesMs) }
      const hung = patience.aborted ? 'the sound card hangs' : ended.failed
      const heardMs = Math.min(progress, lasted, after === undefined ? Infinity : planned)
      return { heardMs, error: signal.aborted ? 'stopped' : hung }
    },
  }
}

/** The notes as samples, or nothing where the parts do not come out whole; found while the parts are playing. */
async function notesAfter(
  parts: readonly PlayablePart[],
  notes: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  let heard: Heard = { heardMs: 0 }
  for (const { path } of parts) {
    const { milliseconds, failed } = await decode(path, signal)
    heard = {
      ...heard,
      heardMs: heard.heardMs + milliseconds,
      ...(failed === undefined ? {} : { error: failed }),
    }
  }
  return areWhole(parts, heard) ? notesBytes(notes) : new Uint8Array()
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

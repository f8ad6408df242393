/** The station's chime, made from a recipe: no recording of anybody's, the same samples every time. */
import { readFile } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { AppError, reasonOf, type Sentence } from '../base/errors.ts'
import { figure } from '../base/text.ts'
import { sampleRate } from './encoders.ts'
import type { Sound } from './pcm.ts'
import { slotMilliseconds } from './stitch/index.ts'

/**
 * Amplifiers at the poles switch on when they hear something, and some need seconds: so long it takes at least from
 * the first tone to the first word.
 */
const wakeSeconds = 4

const Shape = z.strictObject({
  seconds: z.number().min(0.5).max(10),
  /** Silence between the chime and the first word. */
  pause_after: z.number().min(0).max(5),
  tones: z
    .array(
      z.strictObject({
        hertz: z.number().min(200).max(6000),
        /** When the tone is struck, in seconds. */
        at: z.number().min(0).max(10),
        /** How fast it dies away: the level falls to 37 % in 1/decay seconds. */
        decay: z.number().min(0.5).max(50),
        /** Level in the finished file, 1 = full scale. */
        level: z.number().min(0.001).max(0.9),
      }),
    )
    .min(1)
    .max(40),
})

export type Chime = z.infer<typeof Shape>

/** Reads `chime.yaml` of the speech folder; refuses a missing or malformed recipe with what is wrong in it. */
export async function loadChime(speechFolder: string): Promise<Chime> {
  const path = joinPath(speechFolder, 'chime.yaml')
  let chime: Chime
  try {
    const parsed = Shape.safeParse(parse(await readFile(path, 'utf8')))
    if (!parsed.success) throw new Error(z.prettifyError(parsed.error))
    chime = parsed.data
  } catch (error) {
    throw refused(path, { vi: reasonOf(error), en: reasonOf(error) }, error)
  }
  const { seconds, pause_after } = chime
  if (seconds + pause_after >= wakeSeconds) return chime
  throw refused(path, {
    vi: `từ tiếng chuông đầu tới lời đầu tiên (seconds + pause_after) chỉ có ${figure(seconds + pause_after)} giây; phải từ ${wakeSeconds} giây, để loa kịp mở máy`,
    en: `from the first tone to the first word (seconds + pause_after) there are only ${seconds + pause_after} s; ${wakeSeconds} s are needed, for amplifiers to switch on`,
  })
}

/** Slots of silence between the chime and the first word. */
export function chimePauseSlots({ pause_after }: Chime): number {
  return Math.ceil((pause_after * 1000) / slotMilliseconds)
}

/** The chime as it will be heard: it goes into the encoders without the voice's chain. */
export function chimeSound({ seconds, tones }: Chime): Sound {
  const samples = Int16Array.from({ length: Math.round(seconds * sampleRate) }, (_, index) => {
    const time = index / sampleRate
    let sum = 0
    for (const { hertz, at, decay, level } of tones) {
      if (time < at) continue
      const since = time - at
      // A tone begins within 4 ms, not at once: that would click.
      const attack = Math.min(1, since / 0.004)
      sum += level * attack * Math.exp(-decay * since) * Math.sin(2 * Math.PI * hertz * since)
    }
    // The last 50 ms go to nothing, so that the end does not click.
    const fade = Math.min(1, (seconds - time) / 0.05)
    return Math.round(Math.max(-1, Math.min(1, sum * fade)) * 32_767)
  })
  return { samples, sampleRate }
}

function refused(path: string, why: Sentence, cause?: unknown): AppError {
  return new AppError(
    'invalid',
    {
      vi: `Không dùng được công thức nhạc hiệu ${path}: ${why.vi}. Hãy sửa tệp này rồi thử lại.`,
      en: `The chime's recipe ${path} cannot be used: ${why.en}. Correct the file and try again.`,
    },
    cause === undefined ? {} : { cause },
  )
}

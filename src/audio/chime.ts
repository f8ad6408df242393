/** The station's chime, made from a recipe: no recording of anybody's, the same samples every time. */
import { readFile } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { AppError, reasonOf } from '../base/errors.ts'
import type { Sound } from './pcm.ts'

const ChimeFile = z.strictObject({
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
        level: z.number().min(0.01).max(0.9),
      }),
    )
    .min(1)
    .max(12),
})

export type Chime = z.infer<typeof ChimeFile>

/** Reads `chime.yaml` of the speech folder; refuses a missing or malformed recipe with what is wrong in it. */
export async function loadChime(speechFolder: string): Promise<Chime> {
  const path = joinPath(speechFolder, 'chime.yaml')
  try {
    const parsed = ChimeFile.safeParse(parse(await readFile(path, 'utf8')))
    if (!parsed.success) throw new Error(z.prettifyError(parsed.error))
    return parsed.data
  } catch (error) {
    throw new AppError(
      'invalid',
      {
        vi: `Không đọc được công thức nhạc hiệu ${path}: ${reasonOf(error)}. Hãy sửa tệp này rồi thử lại.`,
        en: `The chime's recipe ${path} cannot be read: ${reasonOf(error)}. Correct the file and try again.`,
      },
      { cause: error },
    )
  }
}

/**
 * The chime as samples. `gainDecibels` is what the mastering chain will add to everything: the chime is
 * made softer by it, so that it comes out at the recipe's levels.
 */
export function chimeSound({ seconds, tones }: Chime, sampleRate: number, gainDecibels: number): Sound {
  const before = 10 ** (-gainDecibels / 20)
  const samples = Int16Array.from({ length: Math.round(seconds * sampleRate) }, (_, index) => {
    const time = index / sampleRate
    let sum = 0
    for (const { hertz, at, decay, level } of tones) {
      if (time >= at)
        sum += level * Math.exp(-decay * (time - at)) * Math.sin(2 * Math.PI * hertz * (time - at))
    }
    // The last 20 ms go to nothing, so that the end does not click.
    const fade = Math.min(1, (seconds - time) / 0.02)
    return Math.round(Math.max(-1, Math.min(1, sum * before * fade)) * 32_767)
  })
  return { samples, sampleRate }
}

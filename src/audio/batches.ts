/** Wanted recordings as work: the same words are read once, short ones share an ffmpeg run. Pure. */
import type { Wanted } from './wanted.ts'

/** One sound to make, and every recording that is to have it (greetings of stations in the same unit). */
export type Rendering = { spoken: string; language: string; chime: boolean; recordings: Wanted[] }

/** Starting ffmpeg costs as much as encoding a greeting; more than eight together save little. */
const batchMax = 8
const shortCharactersMax = 400

/** The work in batches, long ones first so that the cores end together. */
export function batchesOf(wanted: readonly Wanted[], workers: number): Rendering[][] {
  const bySound = new Map<string, Rendering>()
  for (const each of wanted) {
    const { spoken, language, chime } = each
    const key = JSON.stringify([spoken, language, chime])
    const rendering = bySound.get(key) ?? { spoken, language, chime, recordings: [] }
    rendering.recordings.push(each)
    bySound.set(key, rendering)
  }
  const all = [...bySound.values()]
  const long = all
    .filter(({ spoken }) => spoken.length > shortCharactersMax)
    .sort((a, b) => b.spoken.length - a.spoken.length)
  const short = all.filter(({ spoken }) => spoken.length <= shortCharactersMax)
  const size = Math.max(1, Math.min(batchMax, Math.ceil(short.length / workers)))
  const batches = long.map((rendering) => [rendering])
  for (let at = 0; at < short.length; at += size) batches.push(short.slice(at, at + size))
  return batches
}

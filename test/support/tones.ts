/** Hearing which note is in a stretch of sound, as an ear or a meter would: not by the code that makes notes. */
import { noteHertz } from '../../src/wire/notes.ts'

/** How much of a tone is in the samples: its share of full scale (Goertzel). */
export function toneLevel(samples: ArrayLike<number>, hertz: number, sampleRate: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate)
  let [before, last] = [0, 0]
  for (let index = 0; index < samples.length; index += 1) {
    const next = (samples[index] ?? 0) / 32_768 + turn * last - before
    before = last
    last = next
  }
  const power = last * last + before * before - turn * last * before
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length
}

/** The digit of the note that is loudest in the samples, and by how much louder than the next, as a ratio. */
export function noteHeard(
  samples: ArrayLike<number>,
  sampleRate: number,
): { digit: string; level: number; clearness: number } {
  const levels = noteHertz.map((hertz) => toneLevel(samples, hertz, sampleRate))
  const [first = 0, second = 0] = levels.toSorted((a, b) => b - a)
  return { digit: String(levels.indexOf(first)), level: first, clearness: first / second }
}

/** The six notes in a sound whose notes begin (their pause included) at this sample. */
export function notesHeard(samples: Int16Array, at: number, sampleRate: number): string {
  const perMillisecond = sampleRate / 1000
  return Array.from({ length: 6 }, (_, place) => {
    const start = Math.round(at + (600 + place * 240 + 20) * perMillisecond)
    return noteHeard(samples.subarray(start, start + 200 * perMillisecond), sampleRate).digit
  }).join('')
}

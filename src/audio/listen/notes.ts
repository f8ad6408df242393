/**
 * The six notes after an airing, heard: where they begin is found by how much of eight pitches sets in anew six
 * times at equal distances, never by what was expected, so that no airing is read into noise. Pure.
 */
/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is within its array; a value in its place would hide a fault */
import { areNotes, noteHertz, noteShape } from '../../wire/notes.ts'
import type { Sound } from '../pcm.ts'
import { powerOfPitch } from './goertzel.ts'
import { listenRate } from './features.ts'

/**
 * Six digits, and by how much each stands out before the next (0: not at all, 2: hardly anything else sounds).
 * `clarity`, 0 to 1: how much of the sound is one new pitch, over all six. `at`: start of the first note in the
 * clip, in milliseconds.
 */
export type HeardNotes = { digits: string; margins: number[]; clarity: number; at: number }

/**
 * Where notes may begin, in milliseconds of the clip, and how much faster the player's clock runs than the
 * telephone's. `expected`: where they begin when the player goes on without a gap.
 */
export type Search = { from: number; to: number; drift: number; expected?: number }

/** The sound is looked at every 20 ms, a twelfth of a note. */
const stepMs = 20
const stepsOfNote = noteShape.note / stepMs
/** A look: short enough that a clock off by half a percent does not matter. */
const lookMs = 80
/**
 * Looks at a note, from its beginning, and the look before it: what rings there is an echo afterwards. Its
 * beginning is known to 20 ms, so nearer than that there is no look.
 */
const [looksAtNote, lookBefore] = [[20, 85, 150] as const, -100]
/**
 * What each look at a note counts, and what the one before it takes away. The beginning counts most: there the
 * nearest horn is heard alone, while later its own echoes may cancel it.
 */
const [weights, weightBefore] = [[2, 0.7, 0.5] as const, 1.8]
/** Powers are weighed as the ear does, so that a note half cancelled is still a note. */
const loudnessExponent = 0.15
/** A pitch that nowhere reaches this share of the loudest one is not played. */
const unplayedShare = 0.1
/** A note that repeats the one before brings nothing new; it counts for sounding at all. */
const toneWeight = 0.7
/** What a moment loses for each millisecond away from the one expected: it decides where all else is equal. */
const lossPerMillisecond = 0.0015
/** Share of the whole sound below which a pitch is none. */
const floor = 1e-3

/** The clearest six notes that begin within the search; undefined when the clip does not hold six there. */
export function hearNotes(clip: Sound, { from, to, drift, expected }: Search): HeardNotes | undefined {
  const last = (clip.samples.length * 1000) / clip.sampleRate - noteShape.notes * noteShape.note
  const [first, end] = [Math.max(0, from), Math.min(to, last)]
  if (end < first) return undefined
  const starts = Math.floor((end - first) / stepMs) + 1
  // One note's length more on both sides, where nothing may set in.
  const onsets = onsetsFrom(
    clip.samples,
    first - noteShape.note,
    starts + (noteShape.notes + 1) * stepsOfNote,
    drift,
  )
  let best = { start: 0, novelty: -Infinity }
  for (let start = 0; start < starts; start += 1) {
    const away = expected === undefined ? 0 : Math.abs(first + start * stepMs - expected)
    let novelty = -away * lossPerMillisecond
    for (let note = -1; note <= noteShape.notes; note += 1) {
      const onset = onsets[start + (note + 1) * stepsOfNote]!
      if (note < 0) novelty -= onset.novelty + onset.tone
      else if (note === noteShape.notes) novelty -= onset.novelty
      else novelty += onset.novelty + toneWeight * onset.tone
    }
    if (novelty > best.novelty) best = { start, novelty }
  }
  const at = Math.round(first + best.start * stepMs)
  const clarity = meanOf(
    Array.from(
      { length: noteShape.notes },
      (_, note) => onsets[best.start + (note + 1) * stepsOfNote]!.clarity,
    ),
  )
  // Between two steps the notes stand out most where they begin.
  const { digits, margins } = [0, -stepMs / 2, stepMs / 2]
    .map((by) => digitsAt(clip.samples, at + by, drift))
    .reduce((one, other) => (meanOf(other.margins) > meanOf(one.margins) ? other : one))
  return { digits, margins, clarity, at }
}

/** The notes wherever they are in the clip, whatever the clocks: for clips whose place in the bulletin is not known. */
export function findNotes(clip: Sound): HeardNotes | undefined {
  const to = (clip.samples.length * 1000) / clip.sampleRate
  const tries = [-0.005, 0, 0.005].map((drift) => hearNotes(clip, { from: 0, to, drift }))
  return tries
    .filter((heard) => heard !== undefined)
    .sort((one, other) => other.clarity - one.clarity)
    .at(0)
}

/** In how many places six digits differ from those expected; `certain` counts only those that stand out so much. */
export function wrongNotes(
  heard: Pick<HeardNotes, 'digits' | 'margins'>,
  expected: string,
  certainMargin: number,
): { wrong: number; certain: number } {
  if (!areNotes(expected)) throw new RangeError('six digits from 0 to 7')
  const places = Array.from(heard.digits).flatMap((digit, place) =>
    digit === expected[place] ? [] : [place],
  )
  return {
    wrong: places.length,
    certain: places.filter((place) => (heard.margins[place] ?? 0) >= certainMargin).length,
  }
}

/** What sets in at each of `count` moments, 20 ms apart. */
function onsetsFrom(samples: Int16Array, from: number, count: number, drift: number): Onset[] {
  const stepsBetween = Math.round((looksAtNote[0] - lookBefore) / stepMs)
  const looks = Array.from({ length: count + stepsBetween }, (_, index) =>
    sharesAt(samples, from + lookBefore + index * stepMs, drift),
  )
  return Array.from({ length: count }, (_, index) => noveltyOf(looks[index + stepsBetween]!, looks[index]!))
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

/**
 * Whether digits are those expected, read one note too early or too late: notes that repeat or ring on may hide
 * where they begin. Such a reading is no other airing's notes.
 */
export function isShifted(digits: string, expected: string): boolean {
  return digits.slice(1) === expected.slice(0, -1) || digits.slice(0, -1) === expected.slice(1)
}

/** Share of each of the eight pitches in the look that begins there. */
function sharesAt(samples: Int16Array, at: number, drift: number): number[] {
  const [start, length] = [Math.round((at * listenRate) / 1000), (lookMs * listenRate) / 1000]
  let sum = 0
  for (let index = Math.max(0, start); index < start + length; index += 1) sum += (samples[index] ?? 0) ** 2
  return powersAt(samples, at, drift).map((power) => (sum === 0 ? 0 : (power * length) / sum))
}

function powersAt(samples: Int16Array, at: number, drift: number): number[] {
  const [start, length] = [Math.round((at * listenRate) / 1000), (lookMs * listenRate) / 1000]
  return noteHertz.map((hertz) =>
    powerOfPitch(samples, { start, length, hertz: hertz * (1 + drift), sampleRate: listenRate }),
  )
}

/** How much the pitch that grew most has grown, how loud the loudest is, and how clearly one alone sets in. */
type Onset = { novelty: number; tone: number; clarity: number }

function noveltyOf(now: readonly number[], before: readonly number[]): Onset {
  let [novelty, tone, best, next, all] = [0, 0, 0, 0, 0]
  for (const [pitch, share] of now.entries()) {
    const grown = share - before[pitch]!
    const power = floor + Math.max(share * 0.3, grown)
    all += share
    novelty = Math.max(novelty, Math.sqrt(share) - Math.sqrt(before[pitch]!))
    tone = Math.max(tone, Math.sqrt(share))
    if (power > best) [next, best] = [best, power]
    else next = Math.max(next, power)
  }
  // Noise has a best pitch too: what counts is also how much of all the sound the pitches are.
  return { novelty, tone, clarity: (best / (best + next)) * Math.sqrt(Math.min(1, all)) }
}

/**
 * The digits of six notes that begin there. Horns and walls make one pitch louder than another, so each is held
 * against its own loudest moment: a note is where its pitch sets in.
 */
function digitsAt(samples: Int16Array, at: number, drift: number): { digits: string; margins: number[] } {
  const notes = Array.from({ length: noteShape.notes }, (_, note) => {
    const start = at + note * noteShape.note
    return {
      before: powersAt(samples, start + lookBefore, drift),
      during: looksAtNote.map((look) => powersAt(samples, start + look, drift)),
    }
  })
  const everything = notes.flatMap(({ during }) => during)
  const loudest = Math.max(Number.MIN_VALUE, ...everything.flat())
  const peaks = noteHertz.map((_, pitch) =>
    Math.max(unplayedShare * loudest, ...everything.map((powers) => powers[pitch]!)),
  )
  const read = notes.map(({ before, during }) => {
    const scores = peaks.map((peak, pitch) => {
      const loudness = (powers: readonly number[]): number =>
        Math.min(1, powers[pitch]! / peak) ** loudnessExponent
      const sum = during.reduce((total, powers, look) => total + weights[look]! * loudness(powers), 0)
      return sum - weightBefore * loudness(before)
    })
    const best = Math.max(...scores)
    const digit = scores.indexOf(best)
    return { digit, margin: best - Math.max(...scores.filter((_, pitch) => pitch !== digit)) }
  })
  return { digits: read.map(({ digit }) => digit).join(''), margins: read.map(({ margin }) => margin) }
}

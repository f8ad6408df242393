/** Peaks, flat tops and silences of a sound, sample by sample. Pure. */
// Every index is within its array by the bounds of its loop; a value put in its place would hide a fault.
/* eslint-disable @typescript-eslint/no-non-null-assertion */
import type { Sound } from '../pcm.ts'

const fullScale = 32_768
/** Points between two samples at which the curve through them is looked at: 8 × 24 kHz. */
const between = 8
/** Samples on each side that shape the curve between two. */
const reach = 12
/** Between samples the curve rises by at most 6 dB in what a voice and its codecs hold (below a third of the rate). */
const candidateShare = 0.5

/** The highest and the lowest sample; 0 where there is none beyond. */
function extremesOf(samples: Int16Array): { highest: number; lowest: number } {
  let highest = 0
  let lowest = 0
  for (let index = 0; index < samples.length; index += 1) {
    const value = samples[index]!
    if (value > highest) highest = value
    else if (value < lowest) lowest = value
  }
  return { highest, lowest }
}

/**
 * `truePeak`: the highest point of the curve through the samples, in dBTP; -Infinity for silence. `flatFactor`: how
 * long the sound stays at its highest and lowest value, in dB: 0 to 1 for a sound that is whole, 10 and more when
 * its peaks were cut off (ffmpeg's astats has it under the same name).
 */
export function peaksOf({ samples }: Sound): { truePeak: number; flatFactor: number } {
  const { highest, lowest } = extremesOf(samples)
  const sample = Math.max(highest, -lowest)
  if (sample === 0) return { truePeak: -Infinity, flatFactor: 0 }
  const least = sample * candidateShare
  let peak = sample
  let count = 0
  let runs = 0
  let run = 0
  for (let index = 0; index < samples.length; index += 1) {
    const value = samples[index]!
    if (value === highest || value === lowest) {
      count += 1
      run += 1
      if (samples[index + 1] !== value) {
        runs += run * run
        run = 0
      }
    }
    if (value < least && value > -least) continue
    peak = Math.max(peak, topAround(samples, index))
  }
  return {
    truePeak: 20 * Math.log10(peak / fullScale),
    flatFactor: 20 * Math.log10(runs / count),
  }
}

/** The curve's top within a sample of a local peak; 0 where there is none. */
function topAround(samples: Int16Array, index: number): number {
  const value = samples[index]!
  const sign = value < 0 ? -1 : 1
  const before = sign * (samples[index - 1] ?? 0)
  const after = sign * (samples[index + 1] ?? 0)
  const size = sign * value
  if (size < before || size < after) return 0
  return topBetween(samples, before > after ? index - 1 : index, sign)
}

const shapes = Array.from({ length: between - 1 }, (_, step) => {
  const offset = (step + 1) / between
  return Float64Array.from({ length: 2 * reach }, (_tap, tap) => {
    const distance = offset - (tap - reach + 1)
    const fade = 0.5 + 0.5 * Math.cos((Math.PI * distance) / (reach + 1))
    return (Math.sin(Math.PI * distance) / (Math.PI * distance)) * fade
  })
})

function topBetween(samples: Int16Array, left: number, sign: number): number {
  let top = 0
  const from = left - reach + 1
  const isInside = from >= 0 && from + 2 * reach <= samples.length
  for (const shape of shapes) {
    let sum = 0
    if (isInside) for (let tap = 0; tap < 2 * reach; tap += 1) sum += shape[tap]! * samples[from + tap]!
    else for (let tap = 0; tap < 2 * reach; tap += 1) sum += shape[tap]! * (samples[from + tap] ?? 0)
    top = Math.max(top, sign * sum)
  }
  return top
}

/**
 * Share of samples that stand on a cut-off top: three and more in a row within a hundredth of the highest, or of the
 * lowest, value. A voice that was not cut has hardly one in a thousand.
 */
export function clippedShareOf({ samples }: Sound): number {
  const { highest, lowest } = extremesOf(samples)
  let clipped = 0
  let run = 0
  for (let index = 0; index <= samples.length; index += 1) {
    const value = samples[index] ?? 0
    if (value !== 0 && (value >= highest * 0.99 || value <= lowest * 0.99)) run += 1
    else {
      if (run >= 3) clipped += run
      run = 0
    }
  }
  return samples.length === 0 ? 0 : clipped / samples.length
}

/** Silence as silencedetect has it: below -45 dBFS for half a second or more. Milliseconds. */
export type Silence = { from: number; to: number }
const silenceLevel = fullScale * 10 ** (-45 / 20)
const silenceMsMin = 500

/** All silences of a sound, in order; the part before `from` (milliseconds) is not looked at. */
export function silencesOf({ samples, sampleRate }: Sound, from = 0): Silence[] {
  const found: Silence[] = []
  const least = Math.ceil((silenceMsMin * sampleRate) / 1000)
  let start = Math.round((from * sampleRate) / 1000)
  while (start + least <= samples.length) {
    // From the far end: a sound there rules out every silence that begins before it.
    let loud = start + least - 1
    while (loud >= start && isSilent(samples[loud]!)) loud -= 1
    if (loud >= start) {
      start = loud + 1
      continue
    }
    let end = start + least
    while (end < samples.length && isSilent(samples[end]!)) end += 1
    found.push({ from: (start * 1000) / sampleRate, to: (end * 1000) / sampleRate })
    start = end + 1
  }
  return found
}

const isSilent = (value: number): boolean => value < silenceLevel && value > -silenceLevel

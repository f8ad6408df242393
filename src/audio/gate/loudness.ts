/**
 * Loudness as broadcasters measure it: ITU-R BS.1770-4 (K-weighting, two gates) and the loudness range of
 * EBU Tech 3342. Mono. Here and not in ffmpeg, because its meter costs more than decoding; a test holds the two
 * together within a tenth of a unit. Pure.
 */
// Every index is within its array by the bounds of its loop; a value put in its place would hide a fault.
/* eslint-disable @typescript-eslint/no-non-null-assertion */
import type { Sound } from '../pcm.ts'

/** Integrated loudness in LUFS (-Infinity where nothing passes the gate) and loudness range in LU. */
export type Loudness = { loudness: number; loudnessRange: number }

/** Energies are kept for steps of 100 ms; a block is 400 ms, a block of the range 3 s. */
const stepsPerSecond = 10
const [blockSteps, rangeSteps] = [4, 30]
const absoluteGate = -70
const [relativeGate, rangeGate] = [-10, -20]
const [rangeLow, rangeHigh] = [0.1, 0.95]

/** Loudness of a mono sound at any sample rate; less than 400 ms is measured as one block. */
export function loudnessOf(sound: Sound): Loudness {
  const steps = weightedSteps(sound)
  const blocks = meansOver(steps, Math.min(blockSteps, steps.length))
  return { loudness: integrated(blocks), loudnessRange: rangeOf(meansOver(steps, rangeSteps)) }
}

function integrated(blocks: Float64Array): number {
  const heard = blocks.filter((energy) => levelOf(energy) > absoluteGate)
  const gate = levelOf(meanOf(heard)) + relativeGate
  return levelOf(meanOf(heard.filter((energy) => levelOf(energy) > gate)))
}

function rangeOf(blocks: Float64Array): number {
  const heard = blocks.filter((energy) => levelOf(energy) > absoluteGate)
  const gate = levelOf(meanOf(heard)) + rangeGate
  const levels = heard
    .filter((energy) => levelOf(energy) > gate)
    .map(levelOf)
    .sort()
  const at = (share: number): number => levels[Math.round((levels.length - 1) * share)] ?? 0
  return at(rangeHigh) - at(rangeLow)
}

const levelOf = (energy: number): number => -0.691 + 10 * Math.log10(energy)

function meanOf(energies: Float64Array): number {
  let sum = 0
  for (const energy of energies) sum += energy
  return energies.length === 0 ? 0 : sum / energies.length
}

/** Means over so many steps, one for each place they fit. */
function meansOver(steps: Float64Array, width: number): Float64Array {
  if (width === 0 || steps.length < width) return new Float64Array(0)
  return Float64Array.from({ length: steps.length - width + 1 }, (_, from) =>
    meanOf(steps.subarray(from, from + width)),
  )
}

/** Mean square of the K-weighted sound in each whole step. */
function weightedSteps({ samples, sampleRate }: Sound): Float64Array {
  const step = Math.round(sampleRate / stepsPerSecond)
  const count = Math.floor(samples.length / step)
  const steps = new Float64Array(count)
  const [shelf, pass] = [shelfAt(sampleRate), highpassAt(sampleRate)]
  const { b0, b1, b2, a1, a2 } = shelf
  const { a1: c1, a2: c2 } = pass
  // State of the two filters, each in the transposed direct form.
  let s1 = 0
  let s2 = 0
  let p1 = 0
  let p2 = 0
  let at = 0
  for (let index = 0; index < count; index += 1) {
    let sum = 0
    for (const end = at + step; at < end; at += 1) {
      const x = samples[at]! / 32_768
      const y = b0 * x + s1
      s1 = b1 * x - a1 * y + s2
      s2 = b2 * x - a2 * y
      const z = y + p1
      p1 = -2 * y - c1 * z + p2
      p2 = y - c2 * z
      sum += z * z
    }
    steps[index] = sum / step
  }
  return steps
}

type Biquad = { b0: number; b1: number; b2: number; a1: number; a2: number }

/** The standard gives coefficients for 48 kHz; these are the analogue filters behind them, for any rate. */
function shelfAt(sampleRate: number): Biquad {
  const [hertz, gain, quality] = [1681.974450955533, 3.999843853973347, 0.7071752369554196]
  const k = Math.tan((Math.PI * hertz) / sampleRate)
  const high = 10 ** (gain / 20)
  const band = high ** 0.4996667741545416
  const a0 = 1 + k / quality + k * k
  return {
    b0: (high + (band * k) / quality + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (band * k) / quality + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / quality + k * k) / a0,
  }
}

/** Its numerator is 1, -2, 1. */
function highpassAt(sampleRate: number): { a1: number; a2: number } {
  const [hertz, quality] = [38.13547087602444, 0.5003270373238773]
  const k = Math.tan((Math.PI * hertz) / sampleRate)
  const a0 = 1 + k / quality + k * k
  return { a1: (2 * (k * k - 1)) / a0, a2: (1 - k / quality + k * k) / a0 }
}

/** A recording's course in memory: where speech begins and ends, and the picture of its waveform. Pure. */

import type { Sound } from '../pcm.ts'

/** Points of a waveform's picture. */
const pointsMax = 400
const windowMs = 20

/** Mono samples, -1 to 1. */
export type Wave = { samples: Float32Array; sampleRate: number }

/** The same in 16 bits; what goes beyond full scale is cut. */
export function soundOf({ samples, sampleRate }: Wave): Sound {
  const whole = new Int16Array(samples.length)
  samples.forEach((sample, at) => {
    whole[at] = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)))
  })
  return { samples: whole, sampleRate }
}

/**
 * The largest sample of each of at most 400 equal parts, 0 to 1, to two digits: what a picture of the waveform
 * is drawn from.
 */
export function peaksOf(samples: Float32Array | Int16Array, fullScale = 1): number[] {
  const points = Math.min(pointsMax, samples.length)
  return Array.from({ length: points }, (_, point) => {
    const from = Math.floor((point * samples.length) / points)
    const to = Math.floor(((point + 1) * samples.length) / points)
    let peak = 0
    for (let at = from; at < to; at += 1) peak = Math.max(peak, Math.abs(samples[at] ?? 0))
    return Math.round(Math.min(1, peak / fullScale) * 100) / 100
  })
}

/**
 * First sample that is kept and the first that is not: what lies before and after is below the threshold
 * (dBFS, over windows of 20 ms), except for `keepMs` on each side. Nothing above the threshold: from = to = 0.
 */
export function speechIn(
  { samples, sampleRate }: Wave,
  { thresholdDecibels, keepMs }: { thresholdDecibels: number; keepMs: number },
): { from: number; to: number } {
  const window = Math.round((windowMs * sampleRate) / 1000)
  const threshold = 10 ** (thresholdDecibels / 10)
  const windows = Math.ceil(samples.length / window)
  const isHeard = (index: number): boolean => {
    const part = samples.subarray(index * window, (index + 1) * window)
    return part.reduce((sum, sample) => sum + sample * sample, 0) / part.length > threshold
  }
  let first = 0
  while (first < windows && !isHeard(first)) first += 1
  if (first === windows) return { from: 0, to: 0 }
  let last = windows - 1
  while (!isHeard(last)) last -= 1
  const keep = Math.round((keepMs * sampleRate) / 1000)
  return {
    from: Math.max(0, first * window - keep),
    to: Math.min(samples.length, (last + 1) * window + keep),
  }
}

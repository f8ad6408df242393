/** The pattern of speech in a spectrum, and how alike two patterns are. Pure. */
// Every index is within its array by the bounds of its loop; a value put in its place would hide a fault.
/* eslint-disable @typescript-eslint/no-non-null-assertion */
import { bandCount, type Spectrum } from './spectrum.ts'

/** In decibels below the voice: what counts as nothing. */
const floorDecibels = 45
/** Variance of a band's level that says nothing (1.4 dB): two silences are alike, not unlike. */
const idleVariance = 0.02

/** Logarithm of each band's energy in each frame, and each frame's level in dB; 0 is the voice's own level. */
export type Pattern = { frames: number; bands: Float32Array; levels: Float32Array }

/** The pattern of a sound. */
export function patternOf({ frames, bands, levels }: Spectrum): Pattern {
  const voice = voiceLevel(levels)
  const floor = 10 ** (-floorDecibels / 10)
  const perBand = bandCount / voice
  const pattern = { frames, bands: new Float32Array(bands.length), levels: new Float32Array(levels.length) }
  for (let index = 0; index < bands.length; index += 1)
    pattern.bands[index] = Math.log10(bands[index]! * perBand + floor)
  for (let index = 0; index < levels.length; index += 1)
    pattern.levels[index] = 10 * Math.log10(levels[index]! / voice + 1e-9)
  return pattern
}

/** Mean energy of the frames in which there is a voice. */
function voiceLevel(levels: Float32Array): number {
  let all = 0
  for (const level of levels) all += level
  const least = all / Math.max(1, levels.length) / 10
  let [voice, count] = [0, 0]
  for (const level of levels) {
    if (level <= least) continue
    voice += level
    count += 1
  }
  return count === 0 ? 1e-12 : voice / count
}

/** A compressor moves the level by so much, and does not move it back and forth within so many frames. */
const [evenedBy, evenedFrames, evenedLevel] = [8, 11, -25]

/**
 * The heard pattern without what a compressor did to it: where both are speech, the mean difference of their levels
 * in the tenth of a second around each frame is taken off.
 */
export function evened(heard: Pattern, expected: Pattern): Pattern {
  const { frames, levels } = heard
  const sums = new Float32Array(frames + 1)
  const counts = new Uint32Array(frames + 1)
  for (let frame = 0; frame < frames; frame += 1) {
    const meant = expected.levels[frame] ?? -90
    const isSpeech = meant > evenedLevel && levels[frame]! > evenedLevel
    sums[frame + 1] = sums[frame]! + (isSpeech ? levels[frame]! - meant : 0)
    counts[frame + 1] = counts[frame]! + (isSpeech ? 1 : 0)
  }
  const bands = new Float32Array(heard.bands.length)
  for (let frame = 0; frame < frames; frame += 1) {
    const from = Math.max(0, frame - (evenedFrames - 1) / 2)
    const to = Math.min(frames, frame + (evenedFrames + 1) / 2)
    const mean = (sums[to]! - sums[from]!) / Math.max(1, counts[to]! - counts[from]!)
    const off = Math.max(-evenedBy, Math.min(evenedBy, mean)) / 10
    for (let at = frame * bandCount; at < (frame + 1) * bandCount; at += 1)
      bands[at] = Math.max(-floorDecibels / 10, heard.bands[at]! - off)
  }
  return { frames, bands, levels }
}

const meanExpected = new Float64Array(bandCount)
const meanHeard = new Float64Array(bandCount)

/** Fewer frames than this say nothing: 0.3 s. */
const framesMin = 30

/**
 * Normalised correlation of both patterns over some frames, each band less its mean there. Beyond its end a sound is
 * silent. Frames marked in `skipped` do not count; where too few are left, nothing speaks against the rest.
 */
export function correlation(
  expected: Pattern,
  heard: Pattern,
  { from, frames, lag = 0, skipped }: { from: number; frames: number; lag?: number; skipped?: Uint8Array },
): number {
  const silent = -floorDecibels / 10
  meanExpected.fill(0)
  meanHeard.fill(0)
  let both = 0
  let one = 0
  let other = 0
  let counted = 0
  for (let frame = from; frame < from + frames; frame += 1) {
    if (skipped?.[frame] === 1) continue
    counted += 1
    const there = frame + lag
    const inside = there >= 0 && there < heard.frames
    for (let band = 0; band < bandCount; band += 1) {
      const x = expected.bands[frame * bandCount + band]!
      const y = inside ? heard.bands[there * bandCount + band]! : silent
      meanExpected[band]! += x
      meanHeard[band]! += y
      both += x * y
      one += x * x
      other += y * y
    }
  }
  if (counted === 0 || (skipped !== undefined && counted < framesMin)) return skipped === undefined ? 0 : 1
  for (let band = 0; band < bandCount; band += 1) {
    both -= (meanExpected[band]! * meanHeard[band]!) / counted
    one -= (meanExpected[band]! * meanExpected[band]!) / counted
    other -= (meanHeard[band]! * meanHeard[band]!) / counted
  }
  const idle = idleVariance * counted * bandCount
  return (both + idle) / Math.sqrt((one + idle) * (other + idle))
}

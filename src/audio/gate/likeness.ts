/**
 * Whether what is heard is what was meant: the round trip through an encoder, or through anything else, without
 * understanding a word.
 *
 * Both sounds are laid over each other to the millisecond and compared as pictures of energy over time and pitch.
 * Where energy goes up and down together the correlation is near 1, whatever codec, phase or compressor lay
 * between; other words, a shift or another speed bring it below a half. It is taken in windows of a second and a
 * half, because one wrong word in a minute and a half hardly moves the whole. Pure.
 */
// Every index is within its array by the bounds of its loop; a value put in its place would hide a fault.
/* eslint-disable @typescript-eslint/no-non-null-assertion */
import type { Sound } from '../pcm.ts'
import { correlation, evened, type Pattern, patternOf } from './pattern.ts'
import { framesPerSecond, type Spectrum, spectrumOf } from './spectrum.ts'

/** From and to, in milliseconds of the expected sound. */
export type Stretch = { from: number; to: number }

/**
 * `similarity`: the least correlation of any window, or of the whole (1 the same, 0 nothing alike). `lagMs`: how much
 * later it is heard. Why it is unlike is one of two: `missing` speech that is not heard and `added` sound where there
 * should be stillness, with all the rest right; or `otherwise`, from the first wrong window to the last. `floor`:
 * level of the stillest 50 ms of each against its voice, in dB.
 */
export type Likeness = {
  similarity: number
  lagMs: number
  missing: Stretch[]
  added: Stretch[]
  otherwise: Stretch | undefined
  floor: { heard: number; expected: number }
  /** From the first to the last of what was meant. */
  speech: Stretch
  /** Of the heard sound, from where it lies on the expected one. */
  spectrum: Spectrum
}

/** What is heard and what was meant are at least so alike, in every second and a half. */
export const similarityMin = 0.9

/** Later or earlier than this is not an encoder's delay. */
const lagMsMax = 150
const [windowFrames, windowStep] = [150, 50]
/** Within a window the best of this many frames earlier and later counts. */
const slack = 1
/** An expected sound made ready: it is compared with several files. */
export type Picture = { envelope: Float32Array; spectrum: Spectrum; pattern: Pattern }

/** The picture of an expected sound. */
export function pictureOf(sound: Sound): Picture {
  const spectrum = spectrumOf(sound)
  return { envelope: envelopeOf(sound), spectrum, pattern: patternOf(spectrum) }
}

/** How like the expected sound the heard one is: the least correlation of any part of it. Same sample rate or not. */
export function similarity(heard: Sound, expected: Sound): number {
  return likenessOf(heard, pictureOf(expected)).similarity
}

/** Compares what is heard with what was meant. The sample rates may differ. */
export function likenessOf(heard: Sound, expected: Picture): Likeness {
  const { lagMs, spectrum } = laidOver(heard, expected)
  const pattern = evened(patternOf(spectrum), expected.pattern)
  const { least, unlike } = compare(expected.pattern, pattern)
  const { marked, ...differences } = differencesOf(expected.pattern, pattern)
  const rest = marked.includes(1) ? compare(expected.pattern, pattern, marked) : { least, unlike }
  const isOther = rest.least < similarityMin
  return {
    similarity: Math.max(0, least),
    lagMs,
    spectrum,
    otherwise: isOther ? (rest.unlike ?? differences.speech) : undefined,
    ...differences,
    // Words at the wrong time leave holes and fill pauses, but that is not what is wrong with them.
    ...(isOther && { missing: [], added: [] }),
  }
}

/** The least correlation of any window and the whole, and where the windows below `similarityMin` lie. */
function compare(
  expected: Pattern,
  heard: Pattern,
  skipped?: Uint8Array,
): { least: number; unlike: Stretch | undefined } {
  const skip = skipped && { skipped }
  let least = correlation(expected, heard, { from: 0, frames: expected.frames, ...skip })
  let unlike: Stretch | undefined
  for (const { from, frames } of windowsOf(expected.frames)) {
    let best = -1
    for (let lag = -slack; lag <= slack; lag += 1)
      best = Math.max(best, correlation(expected, heard, { from, frames, lag, ...skip }))
    least = Math.min(least, best)
    if (best < similarityMin) unlike = stretch(unlike ? toFrame(unlike.from) : from, from + frames)
  }
  return { least, unlike }
}

/** Overlapping windows, the last one ending with the sound. */
function windowsOf(length: number): { from: number; frames: number }[] {
  const frames = Math.min(windowFrames, length)
  const windows = []
  for (let from = 0; from + frames < length; from += windowStep) windows.push({ from, frames })
  return [...windows, { from: length - frames, frames }]
}

const stretch = (from: number, to: number): Stretch => ({
  from: (from * 1000) / framesPerSecond,
  to: (to * 1000) / framesPerSecond,
})

const toFrame = (milliseconds: number): number => Math.round((milliseconds * framesPerSecond) / 1000)

/**
 * The heard sound's spectrum, taken from where it lies best on the expected one. Envelopes find the place; the
 * pictures correct it where a compressor has moved the envelope's weight.
 */
function laidOver(heard: Sound, expected: Picture): { lagMs: number; spectrum: Spectrum } {
  let lagMs = lagOf(envelopeOf(heard), expected.envelope)
  for (let tries = 0; ; tries += 1) {
    const spectrum = spectrumOf(heard, Math.round((lagMs * heard.sampleRate) / 1000))
    const off = tries < 2 ? offBy(expected.pattern, patternOf(spectrum)) : 0
    if (Math.abs(off) < 3 || Math.abs(lagMs + off) > lagMsMax) return { lagMs, spectrum }
    lagMs += off
  }
}

/** By how many milliseconds the pictures would lie better: the top of the curve through three correlations. */
function offBy(expected: Pattern, heard: Pattern): number {
  const [early, now, late] = [-1, 0, 1].map((lag) =>
    correlation(expected, heard, { from: 0, frames: expected.frames, lag }),
  )
  if (early === undefined || now === undefined || late === undefined) return 0
  const bend = early - 2 * now + late
  if (now < early || now < late || bend >= 0) return late > early ? 10 : -10
  return Math.round((5 * (early - late)) / bend)
}

/** Milliseconds by which the heard sound is late, by the envelopes: first to 10 ms, then to one. */
function lagOf(heard: Float32Array, expected: Float32Array): number {
  const coarse = bestLag(tenths(heard), tenths(expected), 0, lagMsMax / 10) * 10
  return bestLag(heard, expected, coarse, 10)
}

function bestLag(heard: Float32Array, expected: Float32Array, around: number, reach: number): number {
  let [best, at] = [-Infinity, around]
  for (let lag = around - reach; lag <= around + reach; lag += 1) {
    const found = product(heard, expected, lag)
    if (found > best) [best, at] = [found, lag]
  }
  return at
}

/** The envelopes are without their mean, so what lies outside counts as the mean. */
function product(heard: Float32Array, expected: Float32Array, lag: number): number {
  let sum = 0
  const to = Math.min(expected.length, heard.length - lag)
  for (let index = Math.max(0, -lag); index < to; index += 1) sum += expected[index]! * heard[index + lag]!
  return sum
}

/** Mean size of the samples in each millisecond, less the mean of all. */
function envelopeOf({ samples, sampleRate }: Sound): Float32Array {
  const step = sampleRate / 1000
  const sizes = new Float32Array(Math.floor(samples.length / step))
  let sum = 0
  for (let index = 0; index < sizes.length; index += 1) {
    const from = Math.round(index * step)
    const to = Math.round((index + 1) * step)
    let size = 0
    for (let at = from; at < to; at += 1) size += Math.abs(samples[at]!)
    sizes[index] = size / (to - from)
    sum += size / (to - from)
  }
  const mean = sum / Math.max(1, sizes.length)
  for (let index = 0; index < sizes.length; index += 1) sizes[index]! -= mean
  return sizes
}

/** The same in steps of 10 ms. */
function tenths(envelope: Float32Array): Float32Array {
  const sums = new Float32Array(Math.floor(envelope.length / 10))
  for (let index = 0; index < sums.length * 10; index += 1) sums[Math.floor(index / 10)]! += envelope[index]!
  return sums
}

/** In dB against the voice: speech is above; where nothing is heard, or meant, is below. */
const [speechLevel, goneLevel, stillLevel, addedLevel] = [-18, -38, -40, -20]
/** Frames that are no accident of an encoder: 80 ms of speech missing, 120 ms in a row added. */
const [missingFrames, addedFrames] = [8, 12]

/** What is missing, added and still; `marked` frames are of either, and three around, because a frame reaches into its neighbours. */
function differencesOf(
  expected: Pattern,
  heard: Pattern,
): Pick<Likeness, 'missing' | 'added' | 'floor' | 'speech'> & { marked: Uint8Array } {
  const levelAt = (frame: number): number => heard.levels[frame] ?? -90
  const meant = (frame: number): number => expected.levels[frame] ?? -90
  const isSpeech = (frame: number): boolean => meant(frame) > speechLevel
  const marked = new Uint8Array(expected.frames)
  const mark = ({ from, to }: Run): void => void marked.fill(1, Math.max(0, from - 3), to + 3)
  const missing: Stretch[] = []
  for (const run of runsOf(expected.frames, missingFrames, (frame) => levelAt(frame) < goneLevel)) {
    const lost = Array.from({ length: run.to - run.from }, (_, index) => run.from + index).filter(isSpeech)
    if (lost.length < missingFrames) continue
    missing.push(stretch(lost[0] ?? run.from, (lost.at(-1) ?? run.to) + 1))
    mark(run)
  }
  const isStill = (frame: number): boolean =>
    [-2, -1, 0, 1, 2].every((near) => meant(frame + near) < stillLevel)
  const added = runsOf(expected.frames, addedFrames, (frame) => levelAt(frame) > addedLevel && isStill(frame))
  added.forEach(mark)
  const isLoud = (level: number): boolean => level > speechLevel
  return {
    missing,
    added: added.map(({ from, to }) => stretch(from, to)),
    marked,
    floor: { heard: stillest(heard), expected: stillest(expected) },
    speech: stretch(expected.levels.findIndex(isLoud), expected.levels.findLastIndex(isLoud) + 1),
  }
}

type Run = { from: number; to: number }

/** Runs of frames for which something holds, so many at least. */
function runsOf(length: number, least: number, holds: (frame: number) => boolean): Run[] {
  const found: Run[] = []
  let from = 0
  for (let frame = 0; frame <= length; frame += 1) {
    if (frame < length && holds(frame)) continue
    if (frame - from >= least) found.push({ from, to: frame })
    from = frame + 1
  }
  return found
}

/** The least mean level of five frames in a row. */
function stillest({ frames, levels }: Pattern): number {
  let least = 0
  for (let frame = 0; frame + 5 <= frames; frame += 1) {
    let sum = 0
    for (let near = frame; near < frame + 5; near += 1) sum += levels[near]!
    least = Math.min(least, sum / 5)
  }
  return least
}

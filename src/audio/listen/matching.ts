/**
 * Where in a reference a clip lies, and how alike the two are there. The clip is cut into chunks of five
 * seconds; each is held against every place of the reference; then one line (a start and a drift, because no
 * two clocks run alike) is laid through all chunks at once, so that a chance likeness of one chunk counts
 * for little. Pure.
 */
/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is within its array; a value in its place would hide a fault */
import { type Features, frameMilliseconds } from './features.ts'
import { RealFft, type Spectrum } from './fft.ts'

/** Frames of a chunk (5 s), and from one chunk to the next (2.5 s). */
const [chunkFrames, chunkStep] = [156, 78]
export const chunkMilliseconds = chunkFrames * frameMilliseconds
/** A chunk that lies in the reference with less than this share of it says nothing. */
const coverageMin = 0.8
/** Frames by which a chunk may stand out at either end of the reference. */
const margin = Math.floor(chunkFrames * (1 - coverageMin))
/** How far the two clocks may differ, and the steps in which it is looked for. */
const [driftMax, driftStep] = [0.008, 0.001]

/** The reference is correlated in blocks: of 1024 frames, so many places come out right. */
const fft = new RealFft(1024)
const blockPlaces = fft.size - chunkFrames + 1

/** A clip, cut into chunks and transformed. */
export type Clip = { chunks: { spectra: Spectrum[]; energy: Float64Array }[] }
/** A reference, cut into blocks and transformed. `energy[n]` is that of its first n frames. */
export type Reference = { frames: number; blocks: Spectrum[][]; energy: Float64Array }

/** One chunk of the clip at its place: from `at` (ms in the reference), and how alike, -1 to 1. */
export type ChunkMatch = { at: number; score: number }

/**
 * The best line: a moment `t` of the clip is the moment `offset + t * (1 + drift)` of the reference (in
 * milliseconds). `chunks` are those that lie in the reference there.
 */
export type Match = { offset: number; drift: number; chunks: ChunkMatch[] }

/** A clip made ready. Shorter than 5 s it has no chunk. */
export function clipOf(features: Features): Clip {
  const count = Math.max(0, Math.floor((features.frames - chunkFrames) / chunkStep) + 1)
  const chunks = Array.from({ length: count }, (_, index) => {
    const start = index * chunkStep
    const bands = features.bands.map((band) => band.subarray(start, start + chunkFrames))
    return { spectra: bands.map(transformed), energy: energyOf(bands, chunkFrames) }
  })
  return { chunks }
}

/** A reference made ready; many clips may be laid against it. */
export function referenceOf({ frames, bands }: Features): Reference {
  const places = Math.max(0, frames - chunkFrames + 1 + 2 * margin)
  const blocks = Array.from({ length: Math.ceil(places / blockPlaces) }, (_, block) => {
    const first = block * blockPlaces - margin
    return bands.map((band) => {
      const part = new Float64Array(fft.size)
      const from = Math.max(0, first)
      part.set(band.subarray(from, first + fft.size), from - first)
      return transformed(part)
    })
  })
  return { frames, blocks, energy: energyOf(bands, frames) }
}

/** Lays the clip against the reference; undefined when no chunk of it can lie inside. */
export function match(clip: Clip, reference: Reference): Match | undefined {
  if (clip.chunks.length === 0 || reference.frames < chunkFrames) return undefined
  const scores = clip.chunks.map((chunk) => scoresOf(chunk, reference))
  const rough = bestLine(scores)
  return rough && refined(scores, rough)
}

function transformed(signal: Float64Array): Spectrum {
  const spectrum = fft.spectrum()
  fft.forward(signal, spectrum)
  return spectrum
}

/** Energy over all bands, summed up: the level of any stretch is then one difference. */
function energyOf(bands: readonly Float64Array[], frames: number): Float64Array {
  const energy = new Float64Array(frames + 1)
  for (let frame = 0; frame < frames; frame += 1) {
    let sum = energy[frame]!
    for (const band of bands) sum += band[frame]! ** 2
    energy[frame + 1] = sum
  }
  return energy
}

/** How alike a chunk is at every place: value `place` is for a chunk that begins `place - margin` frames in. */
function scoresOf({ spectra, energy }: Clip['chunks'][number], reference: Reference): Float64Array {
  const places = reference.frames - chunkFrames + 1 + 2 * margin
  const scores = new Float64Array(places)
  const product = fft.spectrum()
  const correlation = new Float64Array(fft.size)
  for (const [block, ofReference] of reference.blocks.entries()) {
    product.real.fill(0)
    product.imaginary.fill(0)
    spectra.forEach((ofChunk, band) => addProduct(product, ofChunk, ofReference[band]!))
    fft.inverse(product, correlation)
    const first = block * blockPlaces
    for (let place = first; place < Math.min(places, first + blockPlaces); place += 1) {
      const lag = place - margin
      const [from, to] = [Math.max(0, -lag), Math.min(chunkFrames, reference.frames - lag)]
      const ofClip = energy[to]! - energy[from]!
      const level = Math.sqrt(ofClip * (reference.energy[lag + to]! - reference.energy[lag + from]!))
      scores[place] = level > 0 ? correlation[place - first]! / level : 0
    }
  }
  return scores
}

/** Adds reference times the conjugate of the chunk: a product of spectra is a correlation of signals. */
function addProduct(sum: Spectrum, chunk: Spectrum, reference: Spectrum): void {
  const [sumRe, sumIm] = [sum.real, sum.imaginary]
  const [a, b, c, d] = [reference.real, reference.imaginary, chunk.real, chunk.imaginary]
  for (let bin = 0; bin < sumRe.length; bin += 1) {
    sumRe[bin] = sumRe[bin]! + a[bin]! * c[bin]! + b[bin]! * d[bin]!
    sumIm[bin] = sumIm[bin]! + b[bin]! * c[bin]! - a[bin]! * d[bin]!
  }
}

/** `start` is the place of the clip's beginning, in frames, `margin` more than in the reference. */
type Line = { start: number; drift: number }

/** The start and drift with the greatest sum of scores; chunks outside the reference add nothing. */
function bestLine(scores: readonly Float64Array[]): Line | undefined {
  const places = scores[0]!.length
  const reach = Math.ceil((scores.length - 1) * chunkStep * (1 + driftMax))
  const sums = new Float64Array(places + reach)
  let best: (Line & { sum: number }) | undefined
  for (let drift = -driftMax; drift < driftMax + driftStep / 2; drift += driftStep) {
    sums.fill(0)
    for (const [index, ofChunk] of scores.entries()) {
      const shift = reach - Math.round(index * chunkStep * (1 + drift))
      for (let place = 0; place < places; place += 1)
        sums[place + shift] = sums[place + shift]! + ofChunk[place]!
    }
    for (let place = 0; place < sums.length; place += 1) {
      const sum = sums[place]!
      if (sum > (best?.sum ?? 0)) best = { start: place - reach, drift, sum }
    }
  }
  return best
}

/** Finer than a frame and than the steps of drift. */
function refined(scores: readonly Float64Array[], rough: Line): Match {
  let best = { ...rough, sum: -Infinity }
  for (let drift = rough.drift - driftStep; drift <= rough.drift + driftStep * 1.01; drift += driftStep / 4) {
    for (let start = rough.start - 2; start <= rough.start + 2; start += 0.25) {
      let sum = 0
      for (const [index, ofChunk] of scores.entries())
        sum += scoreAt(ofChunk, start + index * chunkStep * (1 + drift)) ?? 0
      if (sum > best.sum) best = { start, drift, sum }
    }
  }
  const chunks = scores.flatMap((ofChunk, index) => {
    const place = best.start + index * chunkStep * (1 + best.drift)
    const score = scoreAt(ofChunk, place)
    return score === undefined ? [] : [{ at: (place - margin) * frameMilliseconds, score }]
  })
  return { offset: (best.start - margin) * frameMilliseconds, drift: best.drift, chunks }
}

/** The score between two places is taken as lying on a straight line; undefined outside the reference. */
function scoreAt(scores: Float64Array, place: number): number | undefined {
  const whole = Math.floor(place)
  if (whole < 0 || whole + 1 >= scores.length) return undefined
  return scores[whole]! + (place - whole) * (scores[whole + 1]! - scores[whole]!)
}

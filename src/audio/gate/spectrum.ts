/**
 * How the energy of a sound lies over time and pitch: the picture of speech that survives an encoder. Pure.
 *
 * Two frames go through one complex transform (one as its real, one as its imaginary part), which is what makes
 * looking at every sentence in both codecs affordable.
 */
// Every index is within its array by the bounds of its loop; a value put in its place would hide a fault.
/* eslint-disable @typescript-eslint/no-non-null-assertion */
import type { Sound } from '../pcm.ts'
import { type Transform, transformOf } from './transform.ts'

/** One frame every 10 ms. */
export const framesPerSecond = 100
/** Bands of the voice, narrow where the ear is sharp. */
export const bandCount = 18
const [lowestHertz, highestHertz] = [200, 6000]
/** A frame looks at about 21 ms: two periods of a deep voice, a tenth of a syllable. */
const windowSeconds = 0.0213
/** No sound has a higher rate; a window then has 8192 samples. */
const sampleRateMax = 192_000

/**
 * `bands`: energy of each band in each frame (`frame * bandCount + band`); `levels`: energy of all bands together
 * in each frame; `mean`: mean energy of each bin of `binHertz`. Full scale is 1.
 */
export type Spectrum = {
  frames: number
  bands: Float32Array
  levels: Float32Array
  mean: Float64Array
  binHertz: number
}

/** The frames of a sound, the first centred on sample `start` (which may lie before the sound: silence). */
export function spectrumOf({ samples, sampleRate }: Sound, start = 0): Spectrum {
  const { size, window, transform, bandOf } = machineFor(sampleRate)
  const { places, real, imaginary } = transform
  const half = size / 2
  const frames = Math.max(0, Math.ceil(((samples.length - start) / sampleRate) * framesPerSecond))
  const bands = new Float32Array(frames * bandCount)
  const mean = new Float64Array(half + 1)
  const placeOf = (frame: number): number => start + Math.round((frame * sampleRate) / framesPerSecond) - half
  for (let frame = 0; frame < frames; frame += 2) {
    load(samples, placeOf(frame), window, places, real)
    load(samples, placeOf(frame + 1), window, places, imaginary)
    transform.run()
    const isPair = frame + 1 < frames
    const first = frame * bandCount
    const second = first + bandCount
    for (let bin = 1; bin < half; bin += 1) {
      const a = real[bin]!
      const b = imaginary[bin]!
      const c = real[size - bin]!
      const d = imaginary[size - bin]!
      const one = (a + c) * (a + c) + (b - d) * (b - d)
      const other = isPair ? (b + d) * (b + d) + (c - a) * (c - a) : 0
      mean[bin]! += one + other
      const band = bandOf[bin]!
      if (band < 0) continue
      bands[first + band]! += one
      if (isPair) bands[second + band]! += other
    }
  }
  for (let bin = 0; bin <= half; bin += 1) mean[bin]! /= Math.max(1, frames)
  return { frames, bands, levels: levelsOf(bands, frames), mean, binHertz: sampleRate / size }
}

function levelsOf(bands: Float32Array, frames: number): Float32Array {
  const levels = new Float32Array(frames)
  for (let frame = 0; frame < frames; frame += 1) {
    for (let band = 0; band < bandCount; band += 1) levels[frame]! += bands[frame * bandCount + band]!
  }
  return levels
}

function load(
  samples: Int16Array,
  from: number,
  window: Float64Array,
  places: Uint16Array,
  into: Float64Array,
): void {
  const size = window.length
  if (from >= 0 && from + size <= samples.length) {
    for (let index = 0; index < size; index += 1)
      into[places[index]!] = samples[from + index]! * window[index]!
  } else {
    for (let index = 0; index < size; index += 1)
      into[places[index]!] = (samples[from + index] ?? 0) * window[index]!
  }
}

/** What is needed again and again for sounds of one rate. `bandOf`: the band of each bin, -1 for none. */
type Machine = { size: number; window: Float64Array; transform: Transform; bandOf: Int8Array }
const machines = new Map<number, Machine>()
const machinesMax = 16

function machineFor(sampleRate: number): Machine {
  const known = machines.get(sampleRate)
  if (known !== undefined) return known
  if (sampleRate < 8000 || sampleRate > sampleRateMax) throw new Error(`no spectra of ${sampleRate} Hz`)
  const size = 2 ** Math.round(Math.log2(windowSeconds * sampleRate))
  // Scaled so that the mean over all bins is the mean square of the sound.
  const scale = 1 / (32_768 * size * Math.sqrt(0.75))
  const window = Float64Array.from(
    { length: size },
    (_, index) => scale * (0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / size)),
  )
  const mel = (hertz: number): number => Math.log10(1 + hertz / 700)
  const [low, high] = [mel(lowestHertz), mel(highestHertz)]
  const bandOf = Int8Array.from({ length: size / 2 }, (_, bin) => {
    const place = (mel((bin * sampleRate) / size) - low) / (high - low)
    return place < 0 || place >= 1 ? -1 : Math.floor(place * bandCount)
  })
  const machine = { size, window, transform: transformOf(size), bandOf }
  if (machines.size >= machinesMax) machines.clear()
  machines.set(sampleRate, machine)
  return machine
}

/** Energy between 300 and 4000 Hz against all, in dB (0 at best); of silence -Infinity. */
export function voiceBandDecibels(spectrum: Spectrum): number {
  // The slopes of two filters of second order in a row at each end, as a sound engineer would set them.
  const voice = shareOf(spectrum, (hertz) => 1 / ((1 + (300 / hertz) ** 4) * (1 + (hertz / 4000) ** 4)) ** 2)
  return 10 * Math.log10(voice)
}

/** Share of the energy below 250 Hz: above a half it is mains hum or wind. */
export function lowShare(spectrum: Spectrum): number {
  return shareOf(spectrum, (hertz) => (hertz < 250 ? 1 : 0))
}

function shareOf({ mean, binHertz }: Spectrum, weightAt: (hertz: number) => number): number {
  let [all, part] = [0, 0]
  for (let bin = 1; bin < mean.length; bin += 1) {
    all += mean[bin]!
    part += mean[bin]! * weightAt(bin * binHertz)
  }
  return all === 0 ? 0 : part / all
}

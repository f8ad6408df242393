/**
 * What of a sound survives a horn, a yard and a telephone: how the energy of twenty bands of the voice rises
 * and falls. The mean of the second around each moment is taken off, so the colour of the loudspeaker, the
 * microphone and its automatic level do not matter. Pure.
 */
/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is within its array; a value in its place would hide a fault */
import assert from 'node:assert/strict'
import type { Sound } from '../pcm.ts'
import { RealFft } from './fft.ts'

/** All listening is done at this rate: what a telephone keeps of a voice. */
export const listenRate = 8000
export const bandCount = 20
const [windowLength, hop] = [512, 256]
const [lowestHertz, highestHertz] = [300, 3400]
/** Frames of the moving mean: one second, an odd number so that it has a middle. */
const meanFrames = 31
/** Energy that counts as silence, as a share of the sound's mean: without it a pause would weigh more than a word. */
const floorShare = 1e-3

/** Length of a frame in milliseconds. */
export const frameMilliseconds = (hop * 1000) / listenRate

/** One line for each band, one value for each frame of 32 ms. */
export type Features = { frames: number; bands: readonly Float64Array[] }

const fft = new RealFft(windowLength)
const hann = Float64Array.from(
  { length: windowLength },
  (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / windowLength),
)
const melBands = melWeights()

/** The features of a mono sound at 8 kHz. A sound shorter than one window (64 ms) has no frame. */
export function featuresOf({ samples, sampleRate }: Sound): Features {
  assert.equal(sampleRate, listenRate, 'sounds are compared at one rate')
  const frames = Math.max(0, Math.floor((samples.length - windowLength) / hop) + 1)
  const energies = Array.from({ length: bandCount }, () => new Float64Array(frames))
  const windowed = new Float64Array(windowLength)
  const spectrum = fft.spectrum()
  const power = new Float64Array(fft.bins)
  for (let frame = 0; frame < frames; frame += 1) {
    for (let index = 0; index < windowLength; index += 1)
      windowed[index] = samples[frame * hop + index]! * hann[index]!
    fft.forward(windowed, spectrum)
    for (let bin = 0; bin < fft.bins; bin += 1)
      power[bin] = spectrum.real[bin]! ** 2 + spectrum.imaginary[bin]! ** 2
    melBands.forEach(({ from, weights }, band) => {
      let energy = 0
      for (let index = 0; index < weights.length; index += 1) energy += power[from + index]! * weights[index]!
      energies[band]![frame] = energy
    })
  }
  return { frames, bands: energies.map(levelled) }
}

/** Logarithm, less its own moving mean. */
function levelled(energies: Float64Array): Float64Array {
  const count = energies.length
  const mean = energies.reduce((sum, energy) => sum + energy, 0) / Math.max(1, count)
  const logs = energies.map((energy) => Math.log(energy + floorShare * mean + 1))
  const sums = new Float64Array(count + 1)
  for (let frame = 0; frame < count; frame += 1) sums[frame + 1] = sums[frame]! + logs[frame]!
  const around = (meanFrames - 1) / 2
  return logs.map((value, frame) => {
    const from = Math.max(0, frame - around)
    const to = Math.min(count, frame + around + 1)
    return value - (sums[to]! - sums[from]!) / (to - from)
  })
}

/** Triangles of equal width on the mel scale, as weights over the bins of one spectrum. */
function melWeights(): { from: number; weights: Float64Array }[] {
  const mel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700)
  const [low, high] = [mel(lowestHertz), mel(highestHertz)]
  const edge = (index: number): number =>
    700 * (10 ** ((low + ((high - low) * index) / (bandCount + 1)) / 2595) - 1)
  return Array.from({ length: bandCount }, (_, band) => {
    const [left, middle, right] = [edge(band), edge(band + 1), edge(band + 2)]
    const from = Math.ceil((left * windowLength) / listenRate)
    const to = Math.floor((right * windowLength) / listenRate)
    const weights = Float64Array.from({ length: to - from + 1 }, (_weight, index) => {
      const hertz = ((from + index) * listenRate) / windowLength
      return Math.max(0, Math.min((hertz - left) / (middle - left), (right - hertz) / (right - middle)))
    })
    return { from, weights }
  })
}

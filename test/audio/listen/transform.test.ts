import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { featuresOf } from '../../../src/audio/listen/features.ts'
import { RealFft } from '../../../src/audio/listen/fft.ts'
import { powerOfPitch } from '../../../src/audio/listen/goertzel.ts'
import { clipOf, match, referenceOf } from '../../../src/audio/listen/matching.ts'
import type { Sound } from '../../../src/audio/pcm.ts'
import { Chance } from '../../support/simulation-chance.ts'

const signal = (size: number) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: size, maxLength: size })
const sized = fc.constantFrom(8, 16, 64, 256).chain((size) => signal(size))

describe('the Fourier transform', () => {
  it('gives what the sum of its definition gives', () => {
    fc.assert(
      fc.property(sized, (samples) => {
        const size = samples.length
        const fft = new RealFft(size)
        const spectrum = fft.spectrum()
        fft.forward(samples, spectrum)
        for (let bin = 0; bin <= size / 2; bin += 1) {
          let [real, imaginary] = [0, 0]
          for (const [index, sample] of samples.entries()) {
            const angle = (-2 * Math.PI * bin * index) / size
            real += sample * Math.cos(angle)
            imaginary += sample * Math.sin(angle)
          }
          expect(spectrum.real[bin]).toBeCloseTo(real, 9)
          expect(spectrum.imaginary[bin]).toBeCloseTo(imaginary, 9)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('goes back to the signal it came from, zeros after a short one', () => {
    fc.assert(
      fc.property(sized, fc.double({ min: 0, max: 1, noNaN: true }), (samples, share) => {
        const fft = new RealFft(samples.length)
        const short = samples.slice(0, Math.floor(share * samples.length))
        const [spectrum, back] = [fft.spectrum(), new Float64Array(samples.length)]
        fft.forward(short, spectrum)
        fft.inverse(spectrum, back)
        for (const [index, sample] of back.entries()) expect(sample).toBeCloseTo(short[index] ?? 0, 9)
      }),
      { numRuns: 40 },
    )
  })

  it.each([0, 4, 12, 1000])('is refused for a size of %i', (size) => {
    expect(() => new RealFft(size)).toThrow(/power of two/)
  })
})

describe('the power of one pitch', () => {
  const sampleRate = 8000
  const tone = (hertz: number, amplitude: number, length: number): Float64Array =>
    Float64Array.from(
      { length },
      (_, index) => amplitude * Math.sin((2 * Math.PI * hertz * index) / sampleRate + 0.3),
    )

  it('is that of a pure tone of that pitch, and next to nothing beside it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 3400 }),
        fc.integer({ min: 1, max: 30_000 }),
        fc.integer({ min: 60, max: 400 }),
        (hertz, amplitude, away) => {
          const samples = tone(hertz, amplitude, 1600)
          const at = (pitch: number): number =>
            powerOfPitch(samples, { start: 100, length: 1440, hertz: pitch, sampleRate }) /
            (amplitude ** 2 / 2)
          expect(at(hertz)).toBeGreaterThan(0.97)
          expect(at(hertz)).toBeLessThan(1.03)
          expect(at(hertz + away)).toBeLessThan(0.02)
        },
      ),
    )
  })

  it('is nothing in silence and outside the samples', () => {
    const ask = { hertz: 880, sampleRate }
    expect(powerOfPitch(new Float64Array(800), { start: 0, length: 800, ...ask })).toBe(0)
    expect(powerOfPitch(tone(880, 1, 800), { start: 1, length: 800, ...ask })).toBe(0)
    expect(powerOfPitch(tone(880, 1, 800), { start: -1, length: 800, ...ask })).toBe(0)
  })
})

describe('the place of a clip', () => {
  /** Something like speech: noise whose loudness and colour change some times a second. */
  function babble(seed: number, seconds: number): Int16Array {
    const chance = new Chance(seed, 'babble')
    const samples = new Int16Array(seconds * 8000)
    let [low, last] = [0, 0]
    for (let start = 0; start < samples.length;) {
      const [loud, dark] = [chance.share() * 8000, 0.2 + 0.75 * chance.share()]
      const end = Math.min(samples.length, start + chance.whole(400, 3200))
      for (; start < end; start += 1) {
        const next = (chance.share() - 0.5) * loud
        low = dark * low + (1 - dark) * next
        last = next - 0.9 * last
        samples[start] = Math.round(low + 0.3 * last)
      }
    }
    return samples
  }
  const whole = babble(3, 60)
  const reference = referenceOf(featuresOf({ samples: whole, sampleRate: 8000 }))

  /** Cut out and played so much faster. */
  function cut(startMs: number, seconds: number, drift: number): Sound {
    const samples = new Int16Array(seconds * 8000)
    for (let index = 0; index < samples.length; index += 1) {
      const place = startMs * 8 + index * (1 + drift)
      const before = Math.floor(place)
      const [one, other] = [whole[before] ?? 0, whole[before + 1] ?? 0]
      samples[index] = Math.round(one + (place - before) * (other - one))
    }
    return { samples, sampleRate: 8000 }
  }

  it('is found to a frame of 32 ms, and the difference of the clocks to two thousandths', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -2000, max: 37_000 }),
        fc.integer({ min: -7, max: 7 }),
        (startMs, thousandths) => {
          const drift = thousandths / 1000
          const found = match(clipOf(featuresOf(cut(startMs, 25, drift))), reference)!
          const middle = 12_500
          const off = found.offset + middle * (1 + found.drift) - (startMs + middle * (1 + drift))
          expect(Math.abs(off)).toBeLessThanOrEqual(32)
          expect(Math.abs(found.drift - drift)).toBeLessThanOrEqual(0.002)
          for (const { score } of found.chunks) expect(score).toBeGreaterThan(0.6)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('is nowhere for a clip that is too short, and unlike everywhere for another sound', () => {
    expect(match(clipOf(featuresOf(cut(0, 4, 0))), reference)).toBeUndefined()
    const other = match(clipOf(featuresOf({ samples: babble(4, 25), sampleRate: 8000 })), reference)
    const mean = (other?.chunks ?? []).reduce((sum, { score }) => sum + score / other!.chunks.length, 0)
    expect(other?.chunks.length).toBeGreaterThan(3)
    expect(mean).toBeLessThan(0.35)
  })

  it('is looked for at one rate only', () => {
    expect(() => featuresOf({ samples: whole, sampleRate: 16_000 })).toThrow(/one rate/)
  })
})

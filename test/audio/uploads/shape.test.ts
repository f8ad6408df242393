import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { peaksOf, soundOf, speechIn } from '../../../src/audio/uploads/shape.ts'

const sampleRate = 1000

/** So many milliseconds at a level (a share of full scale), one after the other. */
function wave(...parts: [milliseconds: number, level: number][]) {
  const samples = parts.flatMap(([milliseconds, level]) =>
    Array.from({ length: milliseconds }, (_, at) => (at % 2 === 0 ? level : -level)),
  )
  return { samples: Float32Array.from(samples), sampleRate }
}

const keeping = { thresholdDecibels: -45, keepMs: 100 }

describe('where speech begins and ends', () => {
  it('leaves 100 ms of silence on each side', () => {
    const { from, to } = speechIn(wave([500, 0.001], [400, 0.2], [300, 0.001]), keeping)
    expect([from, to]).toEqual([400, 1000])
  })

  it('keeps what is there where less than that is silent', () => {
    expect(speechIn(wave([40, 0], [400, 0.2], [20, 0]), keeping)).toEqual({ from: 0, to: 460 })
  })

  it('does not cut a pause in the middle', () => {
    const { from, to } = speechIn(wave([200, 0], [100, 0.2], [5000, 0], [100, 0.2], [200, 0]), keeping)
    expect(to - from).toBe(5400)
  })

  it('is nowhere in silence', () => {
    expect(speechIn(wave([1000, 0.001]), keeping)).toEqual({ from: 0, to: 0 })
    expect(speechIn(wave(), keeping)).toEqual({ from: 0, to: 0 })
  })

  it('never loses a window that is heard', () => {
    const part = fc.tuple(fc.integer({ min: 0, max: 300 }), fc.constantFrom(0, 0.001, 0.1))
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const whole = wave(...parts)
        const { from, to } = speechIn(whole, keeping)
        const outside = [...whole.samples.subarray(0, from), ...whole.samples.subarray(to)]
        expect(from).toBeLessThanOrEqual(to)
        expect(outside.filter((sample) => Math.abs(sample) > 0.05)).toEqual([])
      }),
    )
  })
})

describe('the picture of a waveform', () => {
  it('has at most 400 points, each the largest of its part', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { maxLength: 3000 }), (samples) => {
        const points = peaksOf(Float32Array.from(samples))
        expect(points.length).toBe(Math.min(400, samples.length))
        const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
        expect(Math.max(0, ...points)).toBeCloseTo(Math.min(1, peak), 2)
        expect(points.every((point) => point >= 0 && point <= 1)).toBe(true)
      }),
    )
  })
})

it('what goes beyond full scale is cut, not turned over', () => {
  const { samples } = soundOf({ samples: Float32Array.from([1.5, -1.5, 1, -1, 0.5, 0]), sampleRate })
  expect([...samples]).toEqual([32_767, -32_768, 32_767, -32_768, 16_384, 0])
})

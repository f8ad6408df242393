import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { areNotes, notesMilliseconds, soundOfNotes } from '../../src/wire/notes.ts'
import { noteHeard, notesHeard } from '../support/tones.ts'

const someNotes = fc.stringMatching(/^[0-7]{6}$/)
const between = (samples: Int16Array, fromMs: number, toMs: number, rate: number): Int16Array =>
  samples.subarray((fromMs * rate) / 1000, (toMs * rate) / 1000)
const loudest = (samples: Int16Array): number =>
  samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)

describe('the notes of an airing', () => {
  it.each([8000, 24_000, 48_000])('are heard one after the other, whatever they are, at %i Hz', (rate) => {
    fc.assert(
      fc.property(someNotes, (notes) => {
        const sound = soundOfNotes(notes, rate)
        expect(sound.length).toBe((rate * 2280) / 1000)
        expect(notesHeard(sound, 0, rate)).toBe(notes)
        for (let place = 0; place < 6; place += 1) {
          const from = 600 + place * 240
          const { level, clearness } = noteHeard(between(sound, from + 20, from + 220, rate), rate)
          expect(level).toBeCloseTo(0.25, 2)
          expect(clearness).toBeGreaterThan(8)
        }
      }),
      { numRuns: 10 },
    )
  })

  it('lie between 600 and 240 ms of silence, and begin and end without a click', () => {
    const sound = soundOfNotes('704132', 24_000)
    expect(notesMilliseconds).toBe(2280)
    expect(loudest(between(sound, 0, 600, 24_000))).toBe(0)
    expect(loudest(between(sound, 2040, 2280, 24_000))).toBe(0)
    for (let place = 0; place < 6; place += 1) {
      const from = 600 + place * 240
      // The ramp: a tenth of the way it has a fortieth of the level, half way half of it.
      expect(loudest(between(sound, from, from + 1, 24_000))).toBeLessThan(0.025 * 8192)
      expect(loudest(between(sound, from + 239, from + 240, 24_000))).toBeLessThan(0.025 * 8192)
      expect(loudest(between(sound, from, from + 5, 24_000))).toBeLessThan(0.5 * 8192)
      expect(loudest(between(sound, from + 20, from + 220, 24_000))).toBeGreaterThan(0.99 * 8191)
    }
    expect(loudest(sound)).toBeLessThanOrEqual(8192)
  })

  it('are six digits from 0 to 7 and nothing else, so that nobody can have another sound made', () => {
    for (const wrong of [
      '',
      '01234',
      '0123456',
      '01234 5',
      '012348',
      '01234a',
      ' 012345',
      '012345\n',
      '-12345',
    ]) {
      expect(areNotes(wrong), JSON.stringify(wrong)).toBe(false)
      expect(() => soundOfNotes(wrong, 24_000)).toThrow('six digits')
    }
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findNotes, hearNotes, isShifted, wrongNotes } from '../../../src/audio/listen/notes.ts'
import { join, silence, type Sound } from '../../../src/audio/pcm.ts'
import { noteShape, soundOfNotes } from '../../../src/wire/notes.ts'
import { Chance } from '../../support/simulation-chance.ts'

const notes = fc
  .array(fc.integer({ min: 0, max: 7 }), { minLength: 6, maxLength: 6 })
  .map((digits) => digits.join(''))

function noise(seed: number, milliseconds: number, loudness: number): Int16Array {
  const chance = new Chance(seed, 'noise')
  const samples = silence(milliseconds, 8000)
  for (let index = 0; index < samples.length; index += 1)
    samples[index] = Math.round((chance.share() - 0.5) * 2 * loudness)
  return samples
}

function mixed(one: Int16Array, other: Int16Array): Sound {
  return { samples: one.map((sample, index) => sample + (other[index] ?? 0)), sampleRate: 8000 }
}

describe('the notes of an airing', () => {
  it('are read exactly at their place, whatever they are, also under hiss', () => {
    fc.assert(
      fc.property(notes, fc.integer({ min: 0, max: 600 }), fc.nat(1000), (played, lateMs, seed) => {
        const sound = join([silence(500 + lateMs, 8000), soundOfNotes(played, 8000), silence(200, 8000)])
        const expected = 500 + noteShape.pauseBefore
        const clip = mixed(sound, noise(seed, 5000, 2500))
        const heard = hearNotes(clip, { from: expected - 400, to: expected + 1500, drift: 0, expected })!
        expect(heard.digits).toBe(played)
        expect(heard.clarity).toBeGreaterThan(0.6)
        expect(Math.abs(heard.at - expected - lateMs)).toBeLessThanOrEqual(80)
      }),
      { numRuns: 60 },
    )
  })

  it('are not reached by a clip that ends in the middle of them', () => {
    const clip = { samples: soundOfNotes('012345', 8000).subarray(0, 8 * 1900), sampleRate: 8000 }
    expect(hearNotes(clip, { from: 500, to: 2000, drift: 0 })).toBeUndefined()
    expect(findNotes({ samples: clip.samples.subarray(0, 8000), sampleRate: 8000 })).toBeUndefined()
  })

  it('are not heard in hiss, and chance does not read them: one in six thousand', () => {
    let matches = 0
    for (let seed = 0; seed < 200; seed += 1) {
      const clip = { samples: noise(seed, 2400, 8000), sampleRate: 8000 }
      const heard = hearNotes(clip, { from: 200, to: 800, drift: 0 })!
      expect(heard.clarity).toBeLessThan(0.4)
      if (wrongNotes(heard, '271605', 1).wrong <= 1) matches += 1
    }
    // 43 of 262,144 codes are at most one note away.
    expect(matches).toBeLessThanOrEqual(1)
  })

  it('are compared place by place', () => {
    const heard = { digits: '012345', margins: [2, 2, 0.1, 2, 2, 2] }
    expect(wrongNotes(heard, '012345', 1)).toEqual({ wrong: 0, certain: 0 })
    expect(wrongNotes(heard, '017345', 1)).toEqual({ wrong: 1, certain: 0 })
    expect(wrongNotes(heard, '112344', 1)).toEqual({ wrong: 2, certain: 2 })
    expect(() => wrongNotes(heard, '1123', 1)).toThrow(/six digits/)
    expect(['701234', '123457', '012345', '543210'].map((digits) => isShifted(digits, '012345'))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

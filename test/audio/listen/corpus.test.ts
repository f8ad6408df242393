/** A fiftieth of the corpus of `npm run soak`, by the same code: two bulletins, ten clips. */
import { beforeAll, describe, expect, it } from 'vitest'
import { loadThresholds } from '../../../src/audio/listen/thresholds.ts'
import { speechFolder } from '../studio.ts'
import { notesRates, quantile, type Rates, ratesOf, verifiedShare } from './corpus-rates.ts'

describe('bulletins by one voice with the same greeting and closing words', () => {
  let rates: Rates
  beforeAll(async () => {
    const thresholds = await loadThresholds(speechFolder)
    // Every fifth of 48: all four loudnesses, all codecs, both lengths.
    rates = await ratesOf({ seed: 5, count: 2, seconds: 50, every: 5, thresholds })
  }, 120_000)

  it('are never taken for each other, for noise, for another voice, nor are their shared words proof', () => {
    const kinds = new Set(rates.foreign.map(({ what }) => what))
    expect([...kinds].sort()).toEqual(['another bulletin', 'another voice', 'noise', 'shared words'])
    expect(rates.foreign.filter(({ likeness }) => likeness.verdict === 'verified')).toEqual([])
  })

  it('are all recognised from 40 seconds down to 10 dB', () => {
    expect(rates.own).toHaveLength(10)
    expect(verifiedShare(rates, 20, 40)).toBe(1)
    expect(verifiedShare(rates, 10, 40)).toBe(1)
  })

  it('are told apart by what is theirs alone: what is shared is alike in all', () => {
    const shared = rates.foreign.filter(({ what }) => what === 'shared words').map(({ likeness }) => likeness)
    expect(Math.min(...shared.map(({ mean }) => mean))).toBeGreaterThan(0.4)
    expect(new Set(shared.map(({ verdict }) => verdict))).toEqual(new Set(['inconclusive']))
  })

  it('are placed within 60 ms', () => {
    const found = rates.own.filter(({ likeness }) => likeness.verdict === 'verified')
    expect(found.length).toBeGreaterThan(5)
    expect(
      quantile(
        found.map(({ off }) => off),
        0.95,
      ),
    ).toBeLessThanOrEqual(60)
  })
})

describe('the notes after a bulletin', () => {
  it('are read through horn, place, noise and telephone down to 5 dB', async () => {
    const rates = (await notesRates(5, 17, await loadThresholds(speechFolder))).filter(
      ({ planned }) => planned.decibels >= 5,
    )
    expect(rates.length).toBeGreaterThan(8)
    expect(rates.filter(({ wrong }) => wrong <= 1).length / rates.length).toBeGreaterThanOrEqual(0.9)
    expect(rates.filter(({ state }) => state === 'other')).toEqual([])
  })
})

/** How sure the ear is, over the whole simulated corpus; the small one of every day is a part of it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { loadThresholds } from '../../src/audio/listen/thresholds.ts'
import {
  notesRates,
  quantile,
  type Rates,
  ratesOf,
  tableOf,
  verifiedShare,
} from '../audio/listen/corpus-rates.ts'
import { speechFolder } from '../audio/studio.ts'

describe('24 bulletins by one voice, recorded 576 times', () => {
  let rates: Rates
  beforeAll(async () => {
    const thresholds = await loadThresholds(speechFolder)
    rates = await ratesOf({ seed: 7, count: 24, seconds: 80, every: 1, thresholds })
    process.stdout.write(`${tableOf(rates)}\n`)
  }, 3_600_000)

  it('are never taken for what they are not', () => {
    expect(rates.own).toHaveLength(576)
    expect(rates.foreign.length).toBeGreaterThan(13_000)
    expect(rates.foreign.filter(({ likeness }) => likeness.verdict === 'verified')).toEqual([])
  })

  it('are recognised from 40 seconds down to 10 dB', () => {
    expect(verifiedShare(rates, 20, 40)).toBeGreaterThanOrEqual(0.95)
    expect(verifiedShare(rates, 10, 40)).toBeGreaterThanOrEqual(0.95)
    expect(verifiedShare(rates, 5, 40)).toBeGreaterThanOrEqual(0.9)
  })

  it('are asked for again, not refused, where 20 seconds were of shared words', () => {
    const loud = rates.own.filter(({ planned }) => planned.seconds === 20 && planned.decibels >= 10)
    expect(loud.filter(({ likeness }) => likeness.verdict === 'not-found')).toEqual([])
  })

  it('are placed within 60 ms', () => {
    const found = rates.own.filter(({ likeness }) => likeness.verdict === 'verified')
    const off = found.map((own) => own.off)
    process.stdout.write(
      `place: median ${quantile(off, 0.5).toFixed(0)} ms, p95 ${quantile(off, 0.95).toFixed(0)} ms off\n`,
    )
    expect(quantile(off, 0.95)).toBeLessThanOrEqual(60)
  })
})

describe('the notes at the end, recorded 216 times', () => {
  it('are read rightly down to 5 dB', async () => {
    const rates = await notesRates(7, 1, await loadThresholds(speechFolder))
    const loud = rates.filter(({ planned }) => planned.decibels >= 5)
    const share = (count: number): number => count / loud.length
    const exact = share(loud.filter(({ wrong }) => wrong === 0).length)
    const enough = share(loud.filter(({ wrong }) => wrong <= 1).length)
    const anywhere = share(loud.filter(({ wrongAnywhere }) => wrongAnywhere <= 1).length)
    const other = share(loud.filter(({ state }) => state === 'other').length)
    const faint = rates.filter(({ planned, wrong }) => planned.decibels === 0 && wrong <= 1).length
    process.stdout.write(
      `notes from 5 dB: exact ${(100 * exact).toFixed(1)} %, at most one wrong ${(100 * enough).toFixed(1)} %, taken for another airing ${(100 * other).toFixed(1)} %, found anywhere ${(100 * anywhere).toFixed(1)} %; at 0 dB ${String(faint)} of 54\n`,
    )
    expect(exact).toBeGreaterThanOrEqual(0.9)
    expect(enough).toBeGreaterThanOrEqual(0.95)
    expect(anywhere).toBeGreaterThanOrEqual(0.9)
    expect(other).toBeLessThanOrEqual(0.02)
  }, 3_600_000)
})

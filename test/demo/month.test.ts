/** The demo works on any day: near a month's end it takes the month in which it can finish. */
import { describe, expect, it } from 'vitest'
import { monthToFinishIn } from '../../src/demo/stages.ts'

const threeMinutes = 180_000

describe('the month a demo plays in', () => {
  it.each([
    // 23:56:59 in Vietnam: three minutes and a second are left.
    ['2026-11-30T16:56:59.000Z', '2026-11'],
    ['2026-11-30T16:57:00.000Z', '2026-12'],
    ['2026-11-30T16:59:59.000Z', '2026-12'],
    // Midnight in Vietnam, still the day before in UTC.
    ['2026-11-30T17:00:00.000Z', '2026-12'],
    ['2026-12-31T16:59:00.000Z', '2027-01'],
    ['2028-02-29T16:00:00.000Z', '2028-02'],
  ])('at %s is %s', (now, month) => {
    expect(monthToFinishIn(now, threeMinutes)).toBe(month)
  })
})

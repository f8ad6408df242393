import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  boundsOf,
  dayForPeople,
  dayOf,
  daysOf,
  instantAt,
  isDay,
  isMonth,
  lastDayOf,
  monthOf,
  nextMonth,
  plusDays,
  timeOfDay,
} from '../../src/base/calendar.ts'
import {
  fromMilliseconds,
  millisecondsBetween,
  plusMilliseconds,
  toMilliseconds,
} from '../../src/base/time.ts'

const instant = fc.integer({ min: Date.UTC(2021, 0), max: Date.UTC(2040, 0) }).map(fromMilliseconds)
const day = instant.map(dayOf)

describe('days and months as the villages count them', () => {
  it('a day begins at midnight in Vietnam, seven hours before midnight UTC', () => {
    expect(dayOf('2026-11-22T16:59:59.999Z')).toBe('2026-11-22')
    expect(dayOf('2026-11-22T17:00:00.000Z')).toBe('2026-11-23')
    expect(timeOfDay('2026-11-22T17:00:00.000Z')).toBe('00:00:00')
    expect(monthOf('2026-11-30T17:00:00.000Z')).toBe('2026-12')
  })

  it('a day and a time of day name one instant', () => {
    expect(instantAt('2026-11-23', '05:30')).toBe('2026-11-22T22:30:00.000Z')
    expect(instantAt('2026-12-31', '24:00')).toBe(instantAt('2027-01-01', '00:00'))
    fc.assert(
      fc.property(instant, (moment) => {
        const whole = plusMilliseconds(moment, -(toMilliseconds(moment) % 1000))
        expect(instantAt(dayOf(whole), timeOfDay(whole))).toBe(whole)
      }),
    )
  })

  it('instants sort as text just as in time', () => {
    fc.assert(
      fc.property(instant, instant, (a, b) => {
        expect(a < b).toBe(toMilliseconds(a) < toMilliseconds(b))
        expect(plusMilliseconds(a, millisecondsBetween(a, b))).toBe(b)
      }),
    )
  })

  it.each([
    '2026-02-29',
    '2026-13-01',
    '2026-1-1',
    '26-01-01',
    '2026-02-30T00:00',
    '',
    '2026-00-10',
    ' 2026-01-01',
  ])('“%s” is no day', (text) => expect(isDay(text)).toBe(false))

  it('29 February is a day in leap years', () => {
    expect(isDay('2028-02-29')).toBe(true)
    expect(isMonth('2028-02')).toBe(true)
    expect(isMonth('2028-13')).toBe(false)
    expect(isMonth('2028-02-01')).toBe(false)
    expect(lastDayOf('2028-02')).toBe('2028-02-29')
    expect(lastDayOf('2027-02')).toBe('2027-02-28')
  })

  it('the days of a month are all between its first and its last', () => {
    fc.assert(
      fc.property(day, (some) => {
        const month = some.slice(0, 7)
        const days = daysOf(month)
        expect(days[0]).toBe(`${month}-01`)
        expect(days.at(-1)).toBe(lastDayOf(month))
        expect(days).toContain(some)
        expect(new Set(days).size).toBe(days.length)
        expect(plusDays(days.at(-1)!, 1)).toBe(`${nextMonth(month)}-01`)
      }),
    )
  })

  it('the bounds of a month hold exactly the instants of its days', () => {
    fc.assert(
      fc.property(instant, (moment) => {
        const { from, to } = boundsOf(monthOf(moment))
        expect(from <= moment && moment < to).toBe(true)
        expect(monthOf(plusMilliseconds(from, -1))).not.toBe(monthOf(moment))
        expect(monthOf(to)).toBe(nextMonth(monthOf(moment)))
      }),
    )
  })

  it('days are counted over the ends of months and years', () => {
    expect(plusDays('2026-12-31', 1)).toBe('2027-01-01')
    expect(plusDays('2028-03-01', -1)).toBe('2028-02-29')
    expect(nextMonth('2026-12')).toBe('2027-01')
  })

  it('a day is written for people as they write it', () => {
    expect(dayForPeople('2026-11-03')).toBe('03/11/2026')
  })

  it('what is no instant is refused', () => {
    expect(() => toMilliseconds('hôm qua')).toThrow('not an instant')
  })
})

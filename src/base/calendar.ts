/**
 * Days and months as the villages count them: Asia/Ho_Chi_Minh, UTC+7 without summer time.
 * The only place that turns instants into civil days and back.
 */
import type { Instant } from './time.ts'

/** A civil day, `YYYY-MM-DD`. */
export type Day = string
/** A civil month, `YYYY-MM`. */
export type Month = string

const zone = 'Asia/Ho_Chi_Minh'

/** The civil day in Vietnam on which the instant falls. */
export function dayOf(instant: Instant): Day {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString()
}

/** The civil month in Vietnam in which the instant falls. */
export function monthOf(instant: Instant): Month {
  return dayOf(instant).slice(0, 7)
}

/** The time of day in Vietnam, `HH:MM:SS`. */
export function timeOfDay(instant: Instant): string {
  return Temporal.Instant.from(instant)
    .toZonedDateTimeISO(zone)
    .toPlainTime()
    .toString({ smallestUnit: 'second' })
}

/** The instant of a civil day and time of day (`HH:MM` or `HH:MM:SS`; `24:00` is the next midnight) in Vietnam. */
export function instantAt(day: Day, time: string): Instant {
  const endOfDay = time === '24:00'
  const date = Temporal.PlainDate.from(day).add({ days: endOfDay ? 1 : 0 })
  const zoned = date.toZonedDateTime({ timeZone: zone, plainTime: endOfDay ? '00:00' : time })
  return zoned.toInstant().toString({ fractionalSecondDigits: 3 })
}

/** Whether the text is a real civil day (31 February is not). */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text
  } catch {
    return false
  }
}

/** Whether the text is a real civil month. */
export function isMonth(text: string): boolean {
  return /^\d{4}-\d{2}$/.test(text) && isDay(`${text}-01`)
}

/** The first day of a month. */
export function firstDayOf(month: Month): Day {
  return `${month}-01`
}

/** The last day of a month: the day whose units owe the month's obligations. */
export function lastDayOf(month: Month): Day {
  const first = Temporal.PlainDate.from(firstDayOf(month))
  return first.with({ day: first.daysInMonth }).toString()
}

/** All days of a month, in order. */
export function daysOf(month: Month): Day[] {
  const first = Temporal.PlainDate.from(firstDayOf(month))
  return Array.from({ length: first.daysInMonth }, (_, index) => first.add({ days: index }).toString())
}

/** The month after. */
export function nextMonth(month: Month): Month {
  return Temporal.PlainYearMonth.from(month).add({ months: 1 }).toString()
}

/** The day so many days later (or earlier, when negative). */
export function plusDays(day: Day, days: number): Day {
  return Temporal.PlainDate.from(day).add({ days }).toString()
}

/** First instant of the month, and the first instant after it. */
export function boundsOf(month: Month): { from: Instant; to: Instant } {
  return { from: instantAt(firstDayOf(month), '00:00'), to: instantAt(firstDayOf(nextMonth(month)), '00:00') }
}

/** A day as Vietnamese readers write it: 23/11/2026. */
export function dayForPeople(day: Day): string {
  return `${day.slice(8, 10)}/${day.slice(5, 7)}/${day.slice(0, 4)}`
}

/** Days of the week by name; a week begins on Monday. */
import type { Day } from '../base/calendar.ts'
import type { Say, Word } from './words/index.ts'

export const weekdays = [
  ...(['calendar.monday', 'calendar.tuesday', 'calendar.wednesday', 'calendar.thursday'] as const),
  ...(['calendar.friday', 'calendar.saturday', 'calendar.sunday'] as const),
] as const satisfies Word[]

/** 0 is Monday. */
export function weekdayOf(day: Day): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
}

/** The name of a day's weekday. */
export function weekdayIn(say: Say, day: Day): string {
  return say(weekdays[weekdayOf(day)] ?? 'calendar.monday')
}

/** Going from month to month on a page that shows one. */
import { firstDayOf, type Month, monthOf, nextMonth, plusDays } from '../base/calendar.ts'
import { monthIn } from './formats.ts'
import { firstMonth, lastMonth } from './query.ts'
import type { Visit } from './visit.ts'

export type MonthPicker = {
  path: string
  choices: { value: Month; name: string; chosen: boolean }[]
  /** The same page a month earlier and later, as far as the records go. */
  before: string | null
  after: string | null
  /** What else the address asks for, kept when another month is chosen. */
  kept: { name: string; value: string }[]
}

/** The way from this page to the same page in another month; filters go along, the page of a list does not. */
export function monthPicker(visit: Visit, month: Month): MonthPicker {
  const earlier = plusDays(firstDayOf(month), -1).slice(0, 7)
  const later = nextMonth(month)
  const to = (other: Month): string => visit.link({ month: other, day: undefined, page: undefined })
  return {
    path: visit.path,
    choices: choicesOf(visit, month),
    before: earlier < firstMonth ? null : to(earlier),
    after: later > lastMonth ? null : to(later),
    kept: ['from', 'q', 'state', 'station', 'unit', 'sort'].flatMap((name) => {
      const value = visit.query.get(name)
      return value === null || value === '' ? [] : [{ name, value }]
    }),
  }
}

/** So many months before the present one are offered; earlier ones are reached step by step or by address. */
const offeredMax = 36

/** The month after the present one, the present one and those before; the month shown too, wherever it lies. */
function choicesOf(visit: Visit, shown: Month): MonthPicker['choices'] {
  const months: Month[] = []
  for (let month = nextMonth(monthOf(visit.now)); months.length <= offeredMax && month >= firstMonth;) {
    months.push(month)
    month = plusDays(firstDayOf(month), -1).slice(0, 7)
  }
  const all = [...new Set([...months, shown])].sort().reverse()
  return all.map((value) => ({ value, name: monthIn(visit.language, value), chosen: value === shown }))
}

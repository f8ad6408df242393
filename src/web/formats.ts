/** Figures, days, times and lengths as readers of each language write them. Pure. */
import { dayForPeople, dayOf, type Day, type Month, timeOfDay } from '../base/calendar.ts'
import type { Instant } from '../base/time.ts'

export const languages = ['vi', 'en'] as const
export type Language = (typeof languages)[number]

const figures: Record<Language, Intl.NumberFormat> = {
  vi: new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 1 }),
  en: new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 }),
}
const englishMonths = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]

/** 1.234,5 in Vietnamese, 1,234.5 in English; at most one digit after the mark. */
export function figureIn(language: Language, value: number): string {
  return figures[language].format(value).replace('-', '−')
}

/** 23/11/2026 in Vietnamese, 23 Nov 2026 in English. */
export function dayIn(language: Language, day: Day): string {
  if (language === 'vi') return dayForPeople(day)
  return `${Number(day.slice(8, 10))} ${englishMonth(day).slice(0, 3)} ${day.slice(0, 4)}`
}

/** 11/2026 in Vietnamese, November 2026 in English. */
export function monthIn(language: Language, month: Month): string {
  if (language === 'vi') return `${month.slice(5, 7)}/${month.slice(0, 4)}`
  return `${englishMonth(month)} ${month.slice(0, 4)}`
}

// Of a day or a month: both begin with year and month.
function englishMonth(date: Day): string {
  return englishMonths[Number(date.slice(5, 7)) - 1] ?? ''
}

/** Time of day and day in Vietnam, to the minute: 07:30 23/11/2026. */
export function momentIn(language: Language, instant: Instant): string {
  return `${timeOfDay(instant).slice(0, 5)} ${dayIn(language, dayOf(instant))}`
}

/** Minutes and seconds, 1:08. */
export function lengthOf(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

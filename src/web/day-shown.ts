/** A day beside its field: what a browser draws there is in the browser's own language. */
import { isDay } from '../base/calendar.ts'
import { dayIn } from './formats.ts'
import type { Visit } from './visit.ts'

/** The day that a field was shown with, in the reader's words; empty when it held none. */
export function dayShown({ say, language }: Visit, value: string): string {
  return isDay(value) ? say('field.day-shown', { day: dayIn(language, value) }) : ''
}

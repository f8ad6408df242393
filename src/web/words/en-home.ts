/** English words about what each role begins with, the calendar and the map. */
import type { viHome } from './vi-home.ts'

export const enHome: Record<keyof typeof viHome, string> = {
  'nav.home': 'Start',
  'nav.coverage': 'Coverage',
  'nav.calendar': 'Calendar',
  'nav.map': 'Map',

  'list.order': 'Order by',
  'list.ascending': 'ascending',
  'list.descending': 'descending',
  'field.sort': 'Sort by column',
}

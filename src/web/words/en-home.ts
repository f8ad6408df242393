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

  'field.unit': 'Code of the unit',
  'field.day': 'Day (year-month-day)',
  'wrong.day-month':
    'The day {day} is not in the month {month}. Correct the day, or take the month out of the address.',
  'airings.day-only': 'Only {day}',
  'airings.unit-only': 'Only unit {unit}',

  'calendar.title': 'Calendar, {month}',
  'calendar.monday': 'Monday',
  'calendar.tuesday': 'Tuesday',
  'calendar.wednesday': 'Wednesday',
  'calendar.thursday': 'Thursday',
  'calendar.friday': 'Friday',
  'calendar.saturday': 'Saturday',
  'calendar.sunday': 'Sunday',
  'calendar.today': 'today',
  'calendar.count': '{count} {count|airing|airings} this month. Open a day to see each of them.',
  'calendar.airings': '{count} {count|airing|airings}',
  'calendar.list': 'See as a list',
  'calendar.stations': 'Each station',
  'calendar.none-here': 'There is no airing here this month.',
  'calendar.all': 'See the calendar of all units',
  'calendar.no-unit': 'No unit has the code “{code}” on the last day of {month}. Choose one from the list.',
  'calendar.key': 'Key:',
  'calendar.key-wait': 'waiting, unknown',
  'calendar.key-idle': 'not due yet, cancelled',

  'map.title': 'Map, {month}',
  'map.label': 'Map of the units by their state in {month}; the table beside it says the same',
  'map.find': 'Find on the map',
  'map.found': '{count} {count|unit|units} found; on the map they have a thick line.',
  'map.table': 'Each unit',
  'map.not-drawn': 'not on the map',
  'map.marks':
    'There is no drawing of the boundaries of {count} units of this month, so each is a mark at its position. The grey ground shows the boundaries since 1 July 2025.',
  'map.unplaced': 'Position unknown, so only in the table: {names}.',
  'map.source':
    'Boundaries are simplified for looking at, not for deciding where land belongs. Source: reference map of the reorganisation of 1 July 2025.',
}

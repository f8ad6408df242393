/** The lines of the table of routes about where each role begins, the calendar and the map. */
import { readBoundaries } from './boundaries.ts'
import { calendarPage } from './pages/calendar.ts'
import { mapPage } from './pages/map.ts'
import { provincial, readers, type Route } from './route.ts'
import { page, type Web } from './visit.ts'

export function homeRoutes(web: Web): Route[] {
  return [
    { method: 'get', path: '/calendar', who: readers, scope: 'list', handle: page(web, calendarPage) },
    { method: 'get', path: '/map', who: provincial, handle: page(web, mapPage(readBoundaries())) },
  ]
}

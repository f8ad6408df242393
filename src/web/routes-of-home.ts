/** The lines of the table of routes about where each role begins, the calendar and the map. */
import { readBoundaries } from './boundaries.ts'
import type { KeepPage } from './kept-pages.ts'
import { calendarPage } from './pages/calendar.ts'
import { kitPage } from './pages/kit.ts'
import { mapPage } from './pages/map.ts'
import { provincial, readers, type Route } from './route.ts'
import { page, type Web } from './visit.ts'

export function homeRoutes(web: Web, keep: KeepPage): Route[] {
  const map = mapPage(readBoundaries())
  return [
    {
      ...({ method: 'get', path: '/calendar', who: readers, scope: 'list' } as const),
      handle: keep(calendarPage, page(web, calendarPage)),
    },
    { method: 'get', path: '/map', who: provincial, handle: keep(map, page(web, map)) },
    // Where real work is done it is no page at all.
    ...(web.kit ? [{ method: 'get' as const, path: '/kit', who: readers, handle: page(web, kitPage) }] : []),
  ]
}

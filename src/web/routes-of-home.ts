/** The lines of the table of routes about where each role begins, the calendar and the map. */
import type { Route } from './route.ts'
import type { Web } from './visit.ts'

export function homeRoutes(_web: Web): Route[] {
  return []
}

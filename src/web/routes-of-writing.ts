/** The lines of the table of routes about scripts and their writing. */
import type { Route } from './route.ts'
import type { Web } from './visit.ts'

export function writingRoutes(_web: Web): Route[] {
  return []
}

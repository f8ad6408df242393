/** The lines of the table of routes about what commune operators do. */
import type { Route } from './route.ts'
import type { Web } from './visit.ts'

export function operatorRoutes(_web: Web): Route[] {
  return []
}

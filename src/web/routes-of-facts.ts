/** The lines of the table of routes about facts. */
import type { Route } from './route.ts'
import type { Web } from './visit.ts'

export function factsRoutes(_web: Web): Route[] {
  return []
}

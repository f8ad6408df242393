/** The lines of the table of routes about approval and signing keys. */
import type { Route } from './route.ts'
import type { Web } from './visit.ts'

export function approvalRoutes(_web: Web): Route[] {
  return []
}

/** English words about facts. */
import type { viFacts } from './vi-facts.ts'

export const enFacts: Record<keyof typeof viFacts, string> = {
  'nav.facts': 'Facts',
}

/** Whether what a version rests on still stands. Pure. */
import { type Day, dayOf } from '../../base/calendar.ts'
import type { Fact } from '../content.ts'
import type { FactEntry } from './store.ts'

/** The register as a whole: the entries of each fact, oldest first. */
export type Register = { byFact: ReadonlyMap<string, readonly FactEntry[]> }

/** Puts entries in order; they come oldest first. */
export function registerOf(entries: readonly FactEntry[]): Register {
  return { byFact: Map.groupBy(entries, ({ fact }) => fact.id) }
}

/** What is heard is the same: the same words, and nobody has taken back their confirmation since. */
export function isHeardTheSame(before: Fact, after: Fact): boolean {
  return (
    (before.spoken ?? before.value) === (after.spoken ?? after.value) &&
    !(before.status === 'confirmed' && after.status !== 'confirmed')
  )
}

/**
 * What became of the facts that a version was submitted with. `numbers` are the entries they had then; null = the
 * first of each, which is all there was. `until`: first day on which one of them has ended or is not what it was,
 * as the register stands now; null = open. `changed`: the facts that are heard otherwise by now, sorted.
 */
export function standingOfFacts(
  facts: readonly string[],
  numbers: readonly number[] | null,
  register: Register,
): { until: Day | null; changed: string[] } {
  const ends: Day[] = []
  const changed: string[] = []
  for (const id of facts) {
    const entries = register.byFact.get(id) ?? []
    const end = entries.at(-1)?.fact.validTo ?? null
    if (end !== null) ends.push(end)
    const index = numbers === null ? 0 : entries.findIndex(({ number }) => numbers.includes(number))
    const since = changedSince(entries, Math.max(0, index))
    if (since === undefined) continue
    changed.push(id)
    ends.push(dayOf(since.at))
  }
  return { until: ends.sort()[0] ?? null, changed: changed.sort() }
}

/** The entry with which the words became, and stayed, others than those of the entry at `index`. */
function changedSince(entries: readonly FactEntry[], index: number): FactEntry | undefined {
  const then = entries[index]
  if (then === undefined) return undefined
  let since: FactEntry | undefined
  for (const entry of entries.slice(index + 1).reverse()) {
    if (isHeardTheSame(then.fact, entry.fact)) break
    since = entry
  }
  return since
}

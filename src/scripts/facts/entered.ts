/** By whose hand a fact says what it says, so that somebody else can vouch for it. Pure. */
import type { Day } from '../../base/calendar.ts'
import type { Fact } from '../content.ts'
import type { FactEntry } from './store.ts'

/**
 * The people who entered what the newest of these entries of one fact says; they come oldest first. That is who brought
 * the value and who brought its reading, who last made its validity longer, and whoever entered anything since a second
 * person last confirmed it. What came with the files of the programme nobody entered. Confirming, and taking a
 * confirmation back, enters nothing.
 */
export function whoEntered(entries: readonly FactEntry[]): Set<string> {
  const made = [
    beginningOf(entries, ({ value }) => value),
    beginningOf(entries, ({ spoken }) => spoken),
    ...lengthenings(entries),
    ...sinceConfirmed(entries),
  ]
  return new Set(made.flatMap((index) => entries[index]?.by ?? []))
}

/** Whether the two say the same about the thing itself, whoever has read the source since. */
export function saysTheSame(a: Fact, b: Fact): boolean {
  return JSON.stringify(wordsOf(a)) === JSON.stringify(wordsOf(b))
}

/** Whether `after` is in force on a day on which `before` was not. */
export function isLonger(before: Fact, after: Fact): boolean {
  return after.validFrom < before.validFrom || isLater(after.validTo, before.validTo)
}

function isLater(end: Day | null, than: Day | null): boolean {
  return than !== null && (end === null || end > than)
}

function wordsOf(fact: Fact): Fact {
  return { ...fact, status: 'confirmed', checkedOn: '' }
}

/** The entry with which the newest became what it is in this respect. */
function beginningOf(entries: readonly FactEntry[], respect: (fact: Fact) => string | null): number {
  const newest = entries.at(-1)
  if (newest === undefined) return -1
  return 1 + entries.findLastIndex(({ fact }) => respect(fact) !== respect(newest.fact))
}

/** The entries that gave the newest its first and its last day, where they made it longer than it was. */
function lengthenings(entries: readonly FactEntry[]): number[] {
  const days = [({ validFrom }: Fact) => validFrom, ({ validTo }: Fact) => validTo]
  return days.flatMap((day) => {
    const index = beginningOf(entries, day)
    const [before, after] = [entries[index - 1], entries[index]]
    return before !== undefined && after !== undefined && isLonger(before.fact, after.fact) ? [index] : []
  })
}

/** The entries with new words after the newest one that is confirmed. */
function sinceConfirmed(entries: readonly FactEntry[]): number[] {
  const confirmed = entries.findLastIndex(({ fact }) => fact.status === 'confirmed')
  return [...entries.keys()].slice(confirmed + 1).filter((index) => {
    const [before, after] = [entries[index - 1], entries[index]]
    return before === undefined || after === undefined || !saysTheSame(before.fact, after.fact)
  })
}

/** Which signatures together let something be heard. Pure. */
import { lackingOf } from '../wire/signatures.ts'
import type { StandingApproval } from './standing.ts'

/** The approval that covers something, and where two people must have signed the other's. */
export type Cover = { first: StandingApproval; second?: StandingApproval }

/** The newest of these approvals of one thing that are signatures enough: one, or two of two people; undefined when none are. */
export function coverOf(approvals: readonly StandingApproval[]): Cover | undefined {
  const newest = approvals.toSorted((a, b) => (isNewer(a, b) ? -1 : 1))
  for (const [index, first] of newest.entries()) {
    if (lackingOf([first]) === undefined) return { first }
    const second = newest.slice(index + 1).find((other) => lackingOf([first, other]) === undefined)
    if (second !== undefined) return { first, second }
  }
  return undefined
}

/**
 * `coverOf` for thousands of hashes under a handful of approvals: each set of approvals is looked at once. Give the
 * approvals of each hash in one and the same order.
 */
export function coverFinder(): typeof coverOf {
  const known = new Map<string, Cover | undefined>()
  return (approvals) => {
    const name = approvals.map(({ id }) => id).join()
    if (!known.has(name)) known.set(name, coverOf(approvals))
    return known.get(name)
  }
}

/** When what it covers may be heard: while all of its approvals hold. */
export function windowOf({ first, second }: Cover): { from: string; until: string } {
  if (second === undefined) return first
  return {
    from: first.from > second.from ? first.from : second.from,
    until: first.until < second.until ? first.until : second.until,
  }
}

export function isNewer(a: StandingApproval, b: StandingApproval): boolean {
  return a.at > b.at || (a.at === b.at && a.id > b.id)
}

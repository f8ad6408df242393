/** Whose work a version is: a comma put in by somebody else does not make a text another's. */
import type { Db } from '../db/index.ts'
import { submittedVersions, type VersionWriters, writersOf, wroteSameWords } from '../scripts/index.ts'
import { coverOf } from './cover.ts'
import { approverKeys } from './enrolment.ts'
import { standingApprovals } from './standing.ts'
import { keptApprovals } from './store.ts'

/**
 * Whether a version is a person's own work: they wrote or submitted it, or an earlier version since and including the
 * newest one that others approved without them; any earlier version where others never approved one. An approval that
 * proves nothing any more (revoked key, withdrawn version) does not count, one that is only over does. The same words that
 * the person wrote or submitted under another script are their own work too, whoever brings them here.
 */
export async function isOwnWork(
  db: Db,
  of: { script: string; version: number; person: string },
): Promise<boolean> {
  const { script, version, person } = of
  if (await wroteSameWords(db, of)) return true
  const writers = (await writersOf(db, script)).filter((one) => one.version <= version)
  if (!writers.some((one) => wrote(one, person))) return false
  const kept = await keptApprovals(db, { script })
  const standing = standingApprovals(kept, await submittedVersions(db), await approverKeys(db))
  const others = Map.groupBy(
    standing.filter(({ approver }) => approver !== person),
    (approval) => approval.version,
  )
  const approved = [...others].flatMap(([number, all]) => (coverOf(all) === undefined ? [] : [number]))
  return hasPart(person, version, { writers, approved: new Set(approved) })
}

/** `isOwnWork` of what is known. Pure. `approved`: the versions that others than the person approved. */
export function hasPart(
  person: string,
  version: number,
  known: { writers: readonly VersionWriters[]; approved: ReadonlySet<number> },
): boolean {
  const earlier = [...known.approved].filter((number) => number <= version)
  const since = Math.max(0, ...earlier)
  return known.writers.some((one) => since <= one.version && one.version <= version && wrote(one, person))
}

function wrote({ author, submittedBy }: VersionWriters, person: string): boolean {
  return author === person || submittedBy === person
}

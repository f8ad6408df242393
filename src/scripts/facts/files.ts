/** The facts that come with the programme, or that staff write into its files. */
import type { Instant } from '../../base/time.ts'
import { type Database, type Db, transact } from '../../db/index.ts'
import { recordDeed } from '../../people/index.ts'
import { type Fact, loadFacts } from '../content.ts'
import { addFactEntry, type FactEntry, factEntries } from './store.ts'

/**
 * Brings the register of facts (`<folder>/facts/*.yaml`, folder: content/) into the database. A fact whose file says
 * something new gets a new entry, and before and after are kept as a deed; facts that the files no longer name stay,
 * because scripts may rest on them. What a person has set stands: from then on the files are not asked about that
 * fact, so that a new edition of the programme never takes a correction back. Refuses (`invalid`) unreadable files,
 * changing nothing.
 */
export async function importFacts(
  database: Database,
  folder: string,
  now: Instant,
): Promise<{ facts: number; changed: number }> {
  const facts = loadFacts(folder)
  return transact(database, async (tx) => {
    const known = new Map((await factEntries(tx)).map((entry) => [entry.fact.id, entry]))
    let changed = 0
    for (const fact of facts) {
      if (await bringFact(tx, fact, known.get(fact.id), now)) changed += 1
    }
    return { facts: facts.length, changed }
  })
}

async function bringFact(tx: Db, fact: Fact, newest: FactEntry | undefined, now: Instant): Promise<boolean> {
  if (newest !== undefined && newest.by !== null) return false
  const before = newest?.fact
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(fact)) return false
  await addFactEntry(tx, { fact, by: null, at: now })
  const what = before === undefined ? 'fact.added' : 'fact.changed'
  await recordDeed(tx, { at: now, person: null, what, subject: fact.id, detail: { before, after: fact } })
  return true
}

/** The register of facts in the database: every entry is kept, the newest of a fact holds. */
import type { Instant } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'
import type { Fact } from '../content.ts'

/** What the register said of a fact from `at` on. `by` is null for what came from the files of content/. */
export type FactEntry = { number: number; fact: Fact; by: string | null; at: Instant }

/** All facts as they hold now, ordered by id. */
export async function factsOf(db: Db): Promise<Fact[]> {
  const rows = await entriesQuery(db)
    .where('number', 'in', (newest) =>
      newest
        .selectFrom('fact_entry')
        .select((entry) => entry.fn.max('number').as('number'))
        .groupBy('fact_id'),
    )
    .orderBy('fact_id')
    .execute()
  return rows.map((row) => entryOf(row).fact)
}

/** Every entry of one fact, or of all, in the order they were made. */
export async function factEntries(db: Db, fact?: string): Promise<FactEntry[]> {
  let query = entriesQuery(db).orderBy('number')
  if (fact !== undefined) query = query.where('fact_id', '=', fact)
  return (await query.execute()).map(entryOf)
}

/**
 * What a version was submitted with: of each of its facts the entry it had then and all before it, oldest first. A draft
 * has none yet. One from before entries were kept with versions had what stood at the moment it was submitted.
 */
export async function entriesUnder(
  db: Db,
  { script, version }: { script: string; version: number },
): Promise<FactEntry[][]> {
  const row = await db
    .selectFrom('script_version')
    .select(['facts', 'fact_entries', 'submitted_at'])
    .where('script_id', '=', script)
    .where('version', '=', version)
    .executeTakeFirst()
  if (row === undefined || row.submitted_at === null) return []
  const { submitted_at } = row
  const numbers = row.fact_entries === null ? null : (JSON.parse(row.fact_entries) as number[])
  const entries = Map.groupBy(await factEntries(db), ({ fact }) => fact.id)
  return (JSON.parse(row.facts) as string[]).map((id) => {
    const all = entries.get(id) ?? []
    const index =
      numbers === null
        ? all.findLastIndex(({ at }) => at <= submitted_at)
        : all.findIndex(({ number }) => numbers.includes(number))
    return all.slice(0, Math.max(0, index) + 1)
  })
}

/** Adds an entry, which holds from now on; gives its number. */
export async function addFactEntry(
  db: Db,
  { fact, by, at }: { fact: Fact; by: string | null; at: Instant },
): Promise<number> {
  const { number } = await db
    .insertInto('fact_entry')
    .values({
      fact_id: fact.id,
      kind: fact.kind,
      name_vi: fact.name.vi,
      name_en: fact.name.en,
      value: fact.value,
      spoken: fact.spoken,
      status: fact.status,
      valid_from: fact.validFrom,
      valid_to: fact.validTo,
      source: fact.source,
      checked_on: fact.checkedOn,
      person_id: by,
      at,
    })
    .returning('number')
    .executeTakeFirstOrThrow()
  return number
}

function entriesQuery(db: Db) {
  return db.selectFrom('fact_entry').selectAll()
}

type EntryRow = Awaited<ReturnType<ReturnType<typeof entriesQuery>['executeTakeFirstOrThrow']>>

function entryOf(row: EntryRow): FactEntry {
  const fact: Fact = {
    id: row.fact_id,
    kind: row.kind as Fact['kind'],
    name: { vi: row.name_vi, en: row.name_en },
    value: row.value,
    spoken: row.spoken,
    status: row.status as Fact['status'],
    validFrom: row.valid_from,
    validTo: row.valid_to,
    source: row.source,
    checkedOn: row.checked_on,
  }
  return { number: row.number, fact, by: row.person_id, at: row.at }
}

/** What is written of versions: a draft once, then its wording, then that it was returned or withdrawn, each once. */
import type { Instant } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'
import type { ScriptSource } from '../source.ts'

/** Adds the script when it is new and the version as a draft. */
export async function addVersion(
  db: Db,
  added: { source: ScriptSource; version: number; author: string; now: Instant },
): Promise<void> {
  const { source, version, author, now } = added
  await db
    .insertInto('script')
    .values({ id: source.id, kind: source.kind, created_at: now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  await db
    .insertInto('script_version')
    .values({
      script_id: source.id,
      version,
      language: source.language,
      title: source.title,
      title_en: source.titleEn,
      audience: JSON.stringify(source.audience),
      body: source.body,
      priority: source.priority,
      valid_from: source.validFrom,
      valid_to: source.validTo,
      facts: JSON.stringify(source.facts),
      sources: JSON.stringify(source.sources),
      author_id: author,
      created_at: now,
      summary_en: source.summaryEn,
      demo: source.demo ? 1 : 0,
    })
    .execute()
}

/** Fixes a draft's wording; `entries`: those of its facts. False when it was submitted already. */
export async function fixWording(
  db: Db,
  fixed: {
    script: string
    version: number
    text: string
    facts: readonly string[]
    entries: readonly number[]
    by: string
    now: Instant
  },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('script_version')
    .set({
      submitted_text: fixed.text,
      facts: JSON.stringify(fixed.facts),
      fact_entries: JSON.stringify(fixed.entries),
      submitted_by: fixed.by,
      submitted_at: fixed.now,
    })
    .where('script_id', '=', fixed.script)
    .where('version', '=', fixed.version)
    .where('submitted_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Marks a submitted version as withdrawn; false when it was withdrawn already. */
export async function markWithdrawn(
  db: Db,
  mark: { script: string; version: number; by: string; why: string; now: Instant },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('script_version')
    .set({ withdrawn_by: mark.by, withdrawn_at: mark.now, withdrawn_why: mark.why })
    .where('script_id', '=', mark.script)
    .where('version', '=', mark.version)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Marks a submitted version as returned; false when it was returned already. */
export async function markReturned(
  db: Db,
  mark: { script: string; version: number; by: string; why: string; now: Instant },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('script_version')
    .set({ returned_by: mark.by, returned_at: mark.now, returned_why: mark.why })
    .where('script_id', '=', mark.script)
    .where('version', '=', mark.version)
    .where('returned_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

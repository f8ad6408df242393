/** Scripts, versions and facts in the database. */
import type { Day } from '../base/calendar.ts'
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import type { Fact } from './content.ts'
import type { Priority, ScriptKind, ScriptSource } from './source.ts'

/** A version as it was submitted: fixed for ever. `text` is what is rendered (`{{unit}}` and `{{station}}` stay, for each station). */
export type SubmittedVersion = {
  script: string
  version: number
  kind: ScriptKind
  language: string
  title: string
  titleEn: string
  text: string
  priority: Priority
  validFrom: Day
  /** First day it is no longer in force by its own word; null = open. */
  validTo: Day | null
  /** First day on which it, or a fact it rests on, is no longer in force as the register stands now; null = open. */
  heardUntil: Day | null
  facts: string[]
  author: string
  submittedBy: string
  submittedAt: Instant
}

/** A version in a list. `state`: nháp, đã trình, đã thu hồi. */
export type VersionSummary = {
  version: number
  state: 'draft' | 'submitted' | 'withdrawn'
  language: string
  title: string
  titleEn: string
  priority: Priority
  validFrom: Day
  validTo: Day | null
  author: string
  createdAt: Instant
  submittedBy: string | null
  submittedAt: Instant | null
  withdrawnAt: Instant | null
  withdrawnWhy: string | null
}

export type ScriptSummary = { id: string; kind: ScriptKind; versions: VersionSummary[] }

/** All facts, ordered by id. */
export async function factsOf(db: Db): Promise<Fact[]> {
  const rows = await db.selectFrom('fact').selectAll().orderBy('id').execute()
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind as Fact['kind'],
    name: { vi: row.name_vi, en: row.name_en },
    value: row.value,
    spoken: row.spoken,
    status: row.status as Fact['status'],
    validFrom: row.valid_from,
    validTo: row.valid_to,
    source: row.source,
    checkedOn: row.checked_on,
  }))
}

/** Writes a fact, new or changed. */
export async function putFact(db: Db, fact: Fact): Promise<void> {
  const values = {
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
  }
  await db
    .insertInto('fact')
    .values({ id: fact.id, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute()
}

/** Every script with its versions, both in order. */
export async function scriptsOf(db: Db): Promise<ScriptSummary[]> {
  const scripts = await db.selectFrom('script').select(['id', 'kind']).orderBy('id').execute()
  const rows = await db.selectFrom('script_version').selectAll().orderBy('version').execute()
  const versions = Map.groupBy(rows, (row) => row.script_id)
  return scripts.map(({ id, kind }) => {
    return { id, kind: kind as ScriptKind, versions: (versions.get(id) ?? []).map(summaryOf) }
  })
}

/** Submitted versions that are not withdrawn, ordered by script and version. */
export async function submittedVersions(db: Db): Promise<SubmittedVersion[]> {
  const rows = await versionsQuery(db)
    .where('submitted_at', 'is not', null)
    .where('withdrawn_at', 'is', null)
    .orderBy('script_id')
    .orderBy('version')
    .execute()
  const factEnds = await factEndsOf(db)
  return rows.map((row) => submittedOf(row, factEnds))
}

/** One submitted version that is not withdrawn; undefined when there is no such thing. */
export async function submittedVersion(
  db: Db,
  wanted: { script: string; version: number },
): Promise<SubmittedVersion | undefined> {
  const row = await versionsQuery(db)
    .where('script_id', '=', wanted.script)
    .where('version', '=', wanted.version)
    .where('submitted_at', 'is not', null)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst()
  return row && submittedOf(row, await factEndsOf(db))
}

/** A version in whatever state, with what its wording rests on; undefined when there is no such version. */
export async function versionOf(db: Db, wanted: { script: string; version: number }) {
  const row = await versionsQuery(db)
    .where('script_id', '=', wanted.script)
    .where('version', '=', wanted.version)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    ...sourceOf(row),
    submittedAt: row.submitted_at,
    withdrawnAt: row.withdrawn_at,
    author: row.author_id,
  }
}

/** The newest version of a script: its number and its source; undefined when the script has none. */
export async function newestVersion(db: Db, script: string) {
  const row = await versionsQuery(db)
    .where('script_id', '=', script)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { version: row.version, source: sourceOf(row) }
}

/** The highest version of a script that was ever submitted; undefined when none was. */
export async function newestSubmitted(db: Db, script: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('script_version')
    .select('version')
    .where('script_id', '=', script)
    .where('submitted_at', 'is not', null)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.version
}

/** Adds the script when it is new and the version as a draft. */
export async function addVersion(
  db: Db,
  added: { source: Omit<ScriptSource, 'summaryEn' | 'demo'>; version: number; author: string; now: Instant },
): Promise<void> {
  const { source, version, author, now } = added
  await db
    .insertInto('script')
    .values({ id: source.id, kind: source.kind, created_at: now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  const nothingYet = { submitted_by: null, submitted_at: null, submitted_text: null }
  const notWithdrawn = { withdrawn_by: null, withdrawn_at: null, withdrawn_why: null }
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
      ...nothingYet,
      ...notWithdrawn,
    })
    .execute()
}

/** Fixes a draft's wording; false when it was submitted already. */
export async function fixWording(
  db: Db,
  fixed: {
    script: string
    version: number
    text: string
    facts: readonly string[]
    by: string
    now: Instant
  },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('script_version')
    .set({
      submitted_text: fixed.text,
      facts: JSON.stringify(fixed.facts),
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

async function factEndsOf(db: Db): Promise<Map<string, Day>> {
  const rows = await db
    .selectFrom('fact')
    .select(['id', 'valid_to'])
    .where('valid_to', 'is not', null)
    .execute()
  return new Map(
    rows.flatMap(({ id, valid_to }): [string, Day][] => (valid_to === null ? [] : [[id, valid_to]])),
  )
}

function versionsQuery(db: Db) {
  return db
    .selectFrom('script_version')
    .innerJoin('script', 'script.id', 'script_version.script_id')
    .selectAll('script_version')
    .select('script.kind')
}

type VersionRow = Awaited<ReturnType<ReturnType<typeof versionsQuery>['executeTakeFirstOrThrow']>>

function sourceOf(row: VersionRow): Omit<ScriptSource, 'summaryEn' | 'demo'> {
  return {
    id: row.script_id,
    kind: row.kind as ScriptKind,
    language: row.language,
    title: row.title,
    titleEn: row.title_en,
    audience: JSON.parse(row.audience) as string[],
    body: row.body,
    priority: row.priority as Priority,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    facts: JSON.parse(row.facts) as string[],
    sources: JSON.parse(row.sources) as string[],
  }
}

function submittedOf(row: VersionRow, factEnds: ReadonlyMap<string, Day>): SubmittedVersion {
  const { id: _id, body: _body, audience: _audience, sources: _sources, ...source } = sourceOf(row)
  const ends = [row.valid_to, ...source.facts.map((fact) => factEnds.get(fact))]
  const [heardUntil = null] = ends.filter((day) => typeof day === 'string').sort()
  return {
    script: row.script_id,
    version: row.version,
    ...source,
    heardUntil,
    text: row.submitted_text ?? '',
    author: row.author_id,
    submittedBy: row.submitted_by ?? '',
    submittedAt: row.submitted_at ?? '',
  }
}

function summaryOf(row: Omit<VersionRow, 'kind'>): VersionSummary {
  const submitted = row.submitted_at === null ? 'draft' : 'submitted'
  return {
    version: row.version,
    state: row.withdrawn_at === null ? submitted : 'withdrawn',
    language: row.language,
    title: row.title,
    titleEn: row.title_en,
    priority: row.priority as Priority,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    author: row.author_id,
    createdAt: row.created_at,
    submittedBy: row.submitted_by,
    submittedAt: row.submitted_at,
    withdrawnAt: row.withdrawn_at,
    withdrawnWhy: row.withdrawn_why,
  }
}

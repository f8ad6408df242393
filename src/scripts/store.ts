/** Scripts and their versions, as they are read from the database. */
import type { Day } from '../base/calendar.ts'
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import { factEntries, type FactEntry, type Register, registerOf, standingOfFacts } from './facts/index.ts'
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
  /**
   * First day on which it is not heard any more as the register stands now: its own validity or that of a fact it
   * rests on has ended, or such a fact is not what it was; null = open.
   */
  heardUntil: Day | null
  facts: string[]
  /** Those of its facts that the register gives otherwise by now: nothing that says the old is heard. */
  changedFacts: string[]
  author: string
  submittedBy: string
  submittedAt: Instant
}

/**
 * A version in a list. `state` is what people did to it: nháp, đã trình, trả lại, thu hồi; how it stands on a day is
 * `stateOf`. `heardUntil` and `changedFacts` are as in `SubmittedVersion`, open for a draft.
 */
export type VersionSummary = {
  version: number
  state: 'draft' | 'submitted' | 'returned' | 'withdrawn'
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
  returnedBy: string | null
  returnedAt: Instant | null
  returnedWhy: string | null
  withdrawnAt: Instant | null
  withdrawnWhy: string | null
  heardUntil: Day | null
  changedFacts: string[]
}

/** One version whole, in whatever state. `text`: as it was submitted; null for a draft. */
export type ScriptVersion = {
  script: string
  version: number
  source: ScriptSource
  /** Whether summary and demo were kept with it: older editions had no place for them. */
  headIsWhole: boolean
  author: string
  createdAt: Instant
  submittedBy: string | null
  submittedAt: Instant | null
  returnedAt: Instant | null
  withdrawnAt: Instant | null
  text: string | null
  heardUntil: Day | null
  changedFacts: string[]
}

export type VersionWriters = Pick<ScriptVersion, 'version' | 'author' | 'submittedBy'>

export type ScriptSummary = { id: string; kind: ScriptKind; versions: VersionSummary[] }

/** Every script with its versions, both in order. */
export async function scriptsOf(db: Db): Promise<ScriptSummary[]> {
  const scripts = await db.selectFrom('script').select(['id', 'kind']).orderBy('id').execute()
  const rows = await db.selectFrom('script_version').selectAll().orderBy('version').execute()
  const versions = Map.groupBy(rows, (row) => row.script_id)
  const register = await registerIn(db)
  return scripts.map(({ id, kind }) => {
    const summaries = (versions.get(id) ?? []).map((row) => summaryOf(row, register))
    return { id, kind: kind as ScriptKind, versions: summaries }
  })
}

/** Submitted versions that are neither returned nor withdrawn, ordered by script and version. */
export async function submittedVersions(db: Db): Promise<SubmittedVersion[]> {
  const rows = await submittedQuery(db).orderBy('script_id').orderBy('version').execute()
  const register = await registerIn(db)
  return rows.map((row) => submittedOf(row, register))
}

/** One submitted version that is neither returned nor withdrawn; undefined when there is no such thing. */
export async function submittedVersion(
  db: Db,
  wanted: { script: string; version: number },
): Promise<SubmittedVersion | undefined> {
  const row = await submittedQuery(db)
    .where('script_id', '=', wanted.script)
    .where('version', '=', wanted.version)
    .executeTakeFirst()
  return row && submittedOf(row, await registerIn(db))
}

/** A version in whatever state; undefined when there is no such version. */
export async function versionOf(
  db: Db,
  wanted: { script: string; version: number },
): Promise<ScriptVersion | undefined> {
  const row = await versionsQuery(db)
    .where('script_id', '=', wanted.script)
    .where('version', '=', wanted.version)
    .executeTakeFirst()
  return row && scriptVersionOf(row, await registerIn(db))
}

/**
 * The versions that say a fact, ordered by script and version: those that were submitted with it and are neither
 * returned nor withdrawn, and newest drafts that declare it or name one of the slots it fills. How they stand is told as
 * if `entered` stood in the register as well, where it is given.
 */
export async function versionsWith(
  db: Db,
  { fact, slots, entered }: { fact: string; slots: readonly string[]; entered?: FactEntry },
): Promise<ScriptVersion[]> {
  const rows = await versionsQuery(db)
    .where('returned_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .orderBy('script_id')
    .orderBy('version')
    .execute()
  const entries = await factEntries(db)
  const register = registerOf(entered === undefined ? entries : [...entries, entered])
  const newest = new Map(rows.map((row) => [row.script_id, row.version]))
  const names = new Set(slots)
  return rows
    .filter((row) => row.submitted_at !== null || newest.get(row.script_id) === row.version)
    .filter((row) => {
      if ((JSON.parse(row.facts) as string[]).includes(fact)) return true
      if (row.submitted_at !== null) return false
      return [...row.body.matchAll(/\{\{(?:#if )? *([a-z0-9.]+) *\}\}/g)].some(([, name]) =>
        names.has(name ?? ''),
      )
    })
    .map((row) => scriptVersionOf(row, register))
}

/** The newest version of a script, in whatever state; undefined when the script has none. */
export async function newestVersion(db: Db, script: string): Promise<ScriptVersion | undefined> {
  const row = await versionsQuery(db)
    .where('script_id', '=', script)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && scriptVersionOf(row, await registerIn(db))
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

/** Who wrote each version of a script, drafts too, and who submitted it (null = nobody yet); in order. */
export async function writersOf(db: Db, script: string): Promise<VersionWriters[]> {
  return db
    .selectFrom('script_version')
    .select(['version', 'author_id as author', 'submitted_by as submittedBy'])
    .where('script_id', '=', script)
    .orderBy('version')
    .execute()
}

async function registerIn(db: Db): Promise<Register> {
  return registerOf(await factEntries(db))
}

function submittedQuery(db: Db) {
  return versionsQuery(db)
    .where('submitted_at', 'is not', null)
    .where('returned_at', 'is', null)
    .where('withdrawn_at', 'is', null)
}

function versionsQuery(db: Db) {
  return db
    .selectFrom('script_version')
    .innerJoin('script', 'script.id', 'script_version.script_id')
    .selectAll('script_version')
    .select('script.kind')
}

type VersionRow = Awaited<ReturnType<ReturnType<typeof versionsQuery>['executeTakeFirstOrThrow']>>

function sourceOf(row: VersionRow): ScriptSource {
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
    summaryEn: row.summary_en ?? '',
    demo: row.demo === 1,
  }
}

type Standing = { heardUntil: Day | null; changedFacts: string[] }

function standingOf(row: Omit<VersionRow, 'kind'>, register: Register): Standing {
  if (row.submitted_at === null) return { heardUntil: row.valid_to, changedFacts: [] }
  const numbers = row.fact_entries === null ? null : (JSON.parse(row.fact_entries) as number[])
  const { until, changed } = standingOfFacts(JSON.parse(row.facts) as string[], numbers, register)
  const [heardUntil = null] = [row.valid_to, until].filter((day) => day !== null).sort()
  return { heardUntil, changedFacts: changed }
}

function submittedOf(row: VersionRow, register: Register): SubmittedVersion {
  const { kind, language, title, titleEn, priority, validFrom, validTo, facts } = sourceOf(row)
  return {
    script: row.script_id,
    version: row.version,
    ...{ kind, language, title, titleEn, priority, validFrom, validTo, facts },
    ...standingOf(row, register),
    text: row.submitted_text ?? '',
    author: row.author_id,
    submittedBy: row.submitted_by ?? '',
    submittedAt: row.submitted_at ?? '',
  }
}

function scriptVersionOf(row: VersionRow, register: Register): ScriptVersion {
  return {
    script: row.script_id,
    version: row.version,
    source: sourceOf(row),
    headIsWhole: row.summary_en !== null && row.demo !== null,
    author: row.author_id,
    createdAt: row.created_at,
    submittedBy: row.submitted_by,
    submittedAt: row.submitted_at,
    returnedAt: row.returned_at,
    withdrawnAt: row.withdrawn_at,
    text: row.submitted_text,
    ...standingOf(row, register),
  }
}

function summaryOf(row: Omit<VersionRow, 'kind'>, register: Register): VersionSummary {
  return {
    version: row.version,
    state: doneTo(row),
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
    returnedBy: row.returned_by,
    returnedAt: row.returned_at,
    returnedWhy: row.returned_why,
    withdrawnAt: row.withdrawn_at,
    withdrawnWhy: row.withdrawn_why,
    ...standingOf(row, register),
  }
}

function doneTo(row: Omit<VersionRow, 'kind'>): VersionSummary['state'] {
  if (row.withdrawn_at !== null) return 'withdrawn'
  if (row.submitted_at === null) return 'draft'
  return row.returned_at === null ? 'submitted' : 'returned'
}

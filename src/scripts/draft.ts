/** Writing on: each saving makes the next version, and two people never write over each other. */
import { dayOf } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import type { Instant } from '../base/time.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { personById, recordDeed } from '../people/index.ts'
import { frontMatterOf } from './markdown.ts'
import { sourceFrom, type ScriptHead, type ScriptSource } from './source.ts'
import * as store from './store.ts'
import { checkSameSide, checkWriter } from './writers.ts'
import { addVersion } from './writing/store.ts'

export type ImportedScript = { script: string; version: number; state: 'new' | 'same' }

/** What stood in a version: its number (null = not saved), its head and its text. */
export type Written = { version: number | null; head: ScriptHead; body: string }

/**
 * Somebody else saved meanwhile. Nothing is lost: `yours` is what was to be saved, `theirs` what was saved meanwhile,
 * `base` what both began with (undefined for a script that both began anew).
 */
export class DraftConflict extends AppError {
  readonly yours: Written
  readonly theirs: Written & { by: string; at: Instant }
  readonly base: Written | undefined

  constructor(texts: Pick<DraftConflict, 'yours' | 'theirs' | 'base'>, script: string, name: string) {
    const { version } = texts.theirs
    super('conflict', {
      vi: `“${name}” đã lưu bản ${version} của bản tin “${script}” trong lúc bạn đang sửa. Bài của bạn chưa được lưu nhưng vẫn còn nguyên; hãy so hai bài, ghép lại rồi lưu tiếp lên bản ${version}.`,
      en: `“${name}” saved version ${version} of “${script}” while you were writing. Your text was not saved and is kept as it is; compare the two, put them together and save on top of version ${version}.`,
    })
    this.yours = texts.yours
    this.theirs = texts.theirs
    this.base = texts.base
  }
}

/**
 * Saves what somebody wrote as the script's next version, a draft. `basedOn` is the version they began with, null
 * for a new script. `same`: the newest version is a draft that says all of this already (a double click), or one
 * that stands as it was submitted. Refuses a head or text that is no script (`invalid`), a person who may not write or
 * is on the other side of exercises (`forbidden`), a base that is not there (`not_found`), another kind of script under the same name (`conflict`), and
 * with a `DraftConflict` (`conflict`) a base that is not the newest version any more.
 */
export async function saveDraft(
  database: Database,
  draft: {
    script: string
    basedOn: number | null
    head: ScriptHead
    body: string
    by: string
    now: Instant
  },
): Promise<ImportedScript> {
  const { script, basedOn, by, now } = draft
  const read = sourceFrom(frontMatterOf(script, draft.head), draft.body)
  if (!read.ok) throw new AppError('invalid', read.why)
  return transact(database, async (tx) => {
    const writer = await checkWriter(tx, by)
    const newest = await store.newestVersion(tx, script)
    if (newest !== undefined) await checkSameSide(tx, writer, newest.author)
    if ((basedOn ?? 0) > (newest?.version ?? 0)) throw noBase(script, basedOn ?? 0)
    if (newest !== undefined && (newest.version !== basedOn || isStanding(newest, now))) {
      if (saysTheSame(newest, read.value)) return { script, version: newest.version, state: 'same' }
    }
    if (newest !== undefined && newest.version !== basedOn) {
      throw await conflictOf(tx, newest, { source: read.value, basedOn })
    }
    return addNext(tx, read.value, newest, { by, now, what: 'script.saved' })
  })
}

/**
 * Keeps a script's source as its next version, a draft, whatever the newest is; `same` when that says all the same
 * and stands, or was withdrawn. Refuses an author who is unknown (`not_found`) or may not write here (`forbidden`), and a
 * greeting under a bulletin's name or the other way round (`conflict`).
 */
export async function importScript(
  database: Database,
  source: ScriptSource,
  { author, now }: { author: string; now: Instant },
): Promise<ImportedScript> {
  return transact(database, async (tx) => {
    const writer = await checkWriter(tx, author)
    const newest = await store.newestVersion(tx, source.id)
    if (newest !== undefined) await checkSameSide(tx, writer, newest.author)
    if (newest !== undefined && (newest.withdrawnAt !== null || isStanding(newest, now))) {
      if (saysTheSame(newest, source)) {
        return { script: source.id, version: newest.version, state: 'same' }
      }
    }
    return addNext(tx, source, newest, { by: author, now, what: 'script.imported' })
  })
}

async function addNext(
  tx: Db,
  source: ScriptSource,
  newest: store.ScriptVersion | undefined,
  { by, now, what }: { by: string; now: Instant; what: string },
): Promise<ImportedScript> {
  if (newest !== undefined && newest.source.kind !== source.kind) {
    throw new AppError('conflict', {
      vi: `Mã bản tin “${source.id}” đã dùng cho một loại bản tin khác. Hãy đặt mã khác.`,
      en: `The script id “${source.id}” is used for another kind of script already. Choose another one.`,
    })
  }
  const version = (newest?.version ?? 0) + 1
  await addVersion(tx, { source, version, author: by, now })
  const detail = { title: source.title, language: source.language, before: newest?.version ?? null }
  await recordDeed(tx, { at: now, person: by, what, subject: `${source.id}/${version}`, detail })
  return { script: source.id, version, state: 'new' }
}

/** A draft, or a version that was submitted and can be heard as it is: the same words again would add nothing. */
function isStanding(newest: store.ScriptVersion, now: Instant): boolean {
  if (newest.submittedAt === null) return true
  const over = newest.heardUntil !== null && newest.heardUntil <= dayOf(now)
  return newest.returnedAt === null && newest.withdrawnAt === null && !over
}

/** Submitting replaces the declared facts by those the text rests on, so they are not compared afterwards. */
function saysTheSame(newest: store.ScriptVersion, source: ScriptSource): boolean {
  const comparable = (kept: ScriptSource) => {
    const { summaryEn, demo, facts, ...heard } = kept
    const rest = newest.headIsWhole ? { summaryEn, demo } : {}
    return JSON.stringify({ ...heard, ...rest, facts: newest.submittedAt === null ? facts : [] })
  }
  return comparable(newest.source) === comparable(source)
}

async function conflictOf(
  tx: Db,
  newest: store.ScriptVersion,
  yours: { source: ScriptSource; basedOn: number | null },
): Promise<DraftConflict> {
  const { script, version, author, createdAt } = newest
  const base =
    yours.basedOn === null ? undefined : await store.versionOf(tx, { script, version: yours.basedOn })
  const texts = {
    yours: writtenIn(null, yours.source),
    theirs: { ...writtenIn(version, newest.source), by: author, at: createdAt },
    base: base && writtenIn(base.version, base.source),
  }
  return new DraftConflict(texts, script, (await personById(tx, author)).name)
}

function writtenIn(version: number | null, { id: _id, body, ...head }: ScriptSource): Written {
  return { version, head, body }
}

function noBase(script: string, version: number): AppError {
  return new AppError('not_found', {
    vi: `Không có bản tin “${script.slice(0, 80)}” bản ${version} để sửa tiếp. Hãy xem lại danh sách bản tin.`,
    en: `There is no version ${version} of a script “${script.slice(0, 80)}” to write on. Look it up in the list of scripts.`,
  })
}

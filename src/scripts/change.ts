/** What people do to scripts: bring facts and texts in, submit, withdraw. Each in one transaction, with its deed. */
import assert from 'node:assert/strict'
import { dayOf } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import { cleanText } from '../base/text.ts'
import type { Instant } from '../base/time.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { personById, recordDeed, type Role } from '../people/index.ts'
import { loadFacts, type Fact, type Placeholder } from './content.ts'
import { languageOf } from './languages.ts'
import type { ScriptSource } from './source.ts'
import * as store from './store.ts'
import { type SpokenOf, wordingOf } from './wording.ts'

const writers: readonly Role[] = ['admin', 'editor', 'approver']

/**
 * Brings the register of facts (`<folder>/facts/*.yaml`, folder: content/) into the database. A fact that
 * is there already is brought up to date, and before and after are kept as a deed; facts that the files no
 * longer name stay, because scripts may rest on them. Refuses (`invalid`) unreadable files, changing nothing.
 */
export async function importFacts(
  database: Database,
  folder: string,
  now: Instant,
): Promise<{ facts: number; changed: number }> {
  const facts = loadFacts(folder)
  return transact(database, async (tx) => {
    const known = new Map((await store.factsOf(tx)).map((fact) => [fact.id, fact]))
    let changed = 0
    for (const fact of facts) {
      if (await bringFact(tx, fact, known.get(fact.id), now)) changed += 1
    }
    return { facts: facts.length, changed }
  })
}

async function bringFact(tx: Db, fact: Fact, before: Fact | undefined, now: Instant): Promise<boolean> {
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(fact)) return false
  await store.putFact(tx, fact)
  const what = before === undefined ? 'fact.added' : 'fact.changed'
  await recordDeed(tx, { at: now, person: null, what, subject: fact.id, detail: { before, after: fact } })
  return true
}

export type ImportedScript = { script: string; version: number; state: 'new' | 'same' }

/**
 * Keeps a script's source as its next version, a draft; `same` when the newest version says all the same.
 * Refuses an author who is unknown (`not_found`) or may not write (`forbidden`), and a greeting under a
 * bulletin's name or the other way round (`conflict`).
 */
export async function importScript(
  database: Database,
  source: ScriptSource,
  by: { author: string; now: Instant },
): Promise<ImportedScript> {
  return transact(database, async (tx) => {
    await checkWriter(tx, by.author)
    const newest = await store.newestVersion(tx, source.id)
    if (newest !== undefined && newest.source.kind !== source.kind) {
      throw new AppError('conflict', {
        vi: `Mã bản tin “${source.id}” đã dùng cho một loại bản tin khác. Hãy đặt mã khác.`,
        en: `The script id “${source.id}” is used for another kind of script already. Choose another one.`,
      })
    }
    const { summaryEn: _summary, demo: _demo, ...kept } = source
    if (newest !== undefined && (await saysTheSame(tx, newest, kept))) {
      return { script: source.id, version: newest.version, state: 'same' }
    }
    const version = (newest?.version ?? 0) + 1
    await store.addVersion(tx, { source: kept, version, ...by })
    const detail = { title: source.title, language: source.language }
    const subject = `${source.id}/${version}`
    await recordDeed(tx, { at: by.now, person: by.author, what: 'script.imported', subject, detail })
    return { script: source.id, version, state: 'new' }
  })
}

type KeptSource = Omit<ScriptSource, 'summaryEn' | 'demo'>

/** Submitting replaces the declared facts by those the text rests on, so they are not compared afterwards. */
async function saysTheSame(
  tx: Db,
  newest: { version: number; source: KeptSource },
  source: KeptSource,
): Promise<boolean> {
  const submitted = (await store.newestSubmitted(tx, source.id)) === newest.version
  const comparable = (kept: KeptSource) =>
    JSON.stringify(Object.entries({ ...kept, facts: submitted ? [] : kept.facts }))
  return comparable(newest.source) === comparable(source)
}

/**
 * Submits a draft: its wording is fixed as of today and can be rendered. Refuses, changing nothing, what
 * `wordingOf` refuses and an unknown language (`invalid`), an unknown version or person (`not_found`), someone who may not write
 * (`forbidden`), and a version that was submitted or withdrawn before or is older than one submitted (`conflict`).
 */
export async function submitVersion(
  database: Database,
  submission: {
    script: string
    version: number
    by: string
    now: Instant
    placeholders: readonly Placeholder[]
    speakUnconfirmed: boolean
    spokenOf?: SpokenOf
  },
): Promise<{ seconds: number; facts: string[] }> {
  const { script, version, by, now, placeholders, speakUnconfirmed, spokenOf } = submission
  return transact(database, async (tx) => {
    await checkWriter(tx, by)
    const draft = await draftOf(tx, { script, version })
    const facts = new Map((await store.factsOf(tx)).map((fact) => [fact.id, fact]))
    const ground = { placeholders, facts, day: dayOf(now), speakUnconfirmed }
    const wording = wordingOf(draft, spokenOf === undefined ? ground : { ...ground, spokenOf })
    if (!wording.ok) throw new AppError('invalid', wording.why)
    const fixed = await store.fixWording(tx, {
      script,
      version,
      text: wording.text,
      facts: wording.facts,
      by,
      now,
    })
    assert(fixed, 'a draft read in this transaction is still a draft')
    const detail = { facts: wording.facts, seconds: Math.round(wording.seconds), speakUnconfirmed }
    const subject = `${script}/${version}`
    await recordDeed(tx, { at: now, person: by, what: 'script.submitted', subject, detail })
    return { seconds: wording.seconds, facts: wording.facts }
  })
}

async function draftOf(tx: Db, wanted: { script: string; version: number }) {
  const draft = await store.versionOf(tx, wanted)
  if (draft === undefined) throw noSuchVersion(wanted)
  if (draft.withdrawnAt !== null) throw alreadyWithdrawn(wanted)
  if (draft.submittedAt !== null) {
    throw new AppError('conflict', {
      vi: `Bản tin “${wanted.script}” bản ${wanted.version} đã trình rồi và không đổi được nữa. Muốn sửa thì tạo bản mới.`,
      en: `Version ${wanted.version} of “${wanted.script}” was submitted already and never changes. Make a new version to correct it.`,
    })
  }
  const newest = (await store.newestSubmitted(tx, wanted.script)) ?? 0
  if (newest > wanted.version) {
    throw new AppError('conflict', {
      vi: `Bản tin “${wanted.script}” đã trình bản ${newest}, mới hơn bản ${wanted.version}. Hãy tạo bản mới từ bản ấy.`,
      en: `Version ${newest} of “${wanted.script}” was submitted, which is newer than version ${wanted.version}. Make a new version from that one.`,
    })
  }
  // Kept by a programme that took any tag; nobody could bring a recording for it.
  languageOf(draft.language)
  return draft
}

/**
 * Withdraws a submitted version for good: nothing proves it any more, and it is not heard again. Refuses an
 * empty reason (`invalid`), an unknown version or person (`not_found`), someone who may not write
 * (`forbidden`), a draft or a version that is withdrawn already (`conflict`).
 */
export async function withdrawVersion(
  database: Database,
  withdrawal: { script: string; version: number; by: string; why: string; now: Instant },
): Promise<void> {
  const { script, version, by, now } = withdrawal
  const why = cleanText(withdrawal.why).trim().slice(0, 500)
  if (why === '') {
    throw new AppError('invalid', {
      vi: 'Chưa ghi lý do thu hồi. Hãy ghi một câu.',
      en: 'The reason for withdrawing is missing. Give it in a sentence.',
    })
  }
  await transact(database, async (tx) => {
    await checkWriter(tx, by)
    const found = await store.versionOf(tx, { script, version })
    if (found === undefined) throw noSuchVersion({ script, version })
    if (found.submittedAt === null) {
      throw new AppError('conflict', {
        vi: `Bản tin “${script}” bản ${version} mới là bản nháp, chưa có gì để thu hồi.`,
        en: `Version ${version} of “${script}” is a draft: there is nothing to withdraw.`,
      })
    }
    if (!(await store.markWithdrawn(tx, { script, version, by, why, now }))) {
      throw alreadyWithdrawn({ script, version })
    }
    const subject = `${script}/${version}`
    await recordDeed(tx, { at: now, person: by, what: 'script.withdrawn', subject, detail: { why } })
  })
}

function noSuchVersion({ script, version }: { script: string; version: number }): AppError {
  return new AppError('not_found', {
    vi: `Không có bản tin “${script}” bản ${version}. Hãy xem lại danh sách bản tin.`,
    en: `There is no version ${version} of a script “${script}”. Look it up in the list of scripts.`,
  })
}

function alreadyWithdrawn({ script, version }: { script: string; version: number }): AppError {
  return new AppError('conflict', {
    vi: `Bản tin “${script}” bản ${version} đã bị thu hồi. Hãy tạo bản mới.`,
    en: `Version ${version} of “${script}” was withdrawn already. Make a new version.`,
  })
}

async function checkWriter(tx: Db, id: string): Promise<void> {
  const person = await personById(tx, id)
  if (writers.includes(person.role)) return
  throw new AppError('forbidden', {
    vi: `“${person.name}” không có quyền soạn bản tin. Việc này của biên tập, phê duyệt hoặc quản trị.`,
    en: `“${person.name}” may not work on scripts. That is for editors, approvers and admins.`,
  })
}

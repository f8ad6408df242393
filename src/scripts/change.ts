/** What people do to versions: submit, return, withdraw. Each in one transaction, with its deed. */
import assert from 'node:assert/strict'
import { dayOf } from '../base/calendar.ts'
import { AppError, type Sentence } from '../base/errors.ts'
import { cleanText } from '../base/text.ts'
import type { Instant } from '../base/time.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { recordDeed } from '../people/index.ts'
import type { Placeholder } from './content.ts'
import { factEntries } from './facts/index.ts'
import { languageOf } from './languages.ts'
import { lint, lintRefusal } from './lint/index.ts'
import { placeNames } from './places.ts'
import { checkStep, stateOf } from './states.ts'
import * as store from './store.ts'
import { type SpokenOf, wordingOf } from './wording.ts'
import { checkSameSide, checkWriter } from './writers.ts'
import { fixWording, markWithdrawn, markReturned } from './writing/store.ts'

/**
 * Submits a draft: its wording is fixed as of today and can be rendered. Refuses, changing nothing, what
 * `wordingOf` refuses, an unknown language and what `lint` finds an error (`invalid`), an unknown version or person
 * (`not_found`), someone who may not write (`forbidden`), and a version that was submitted before or is older than one
 * submitted (`conflict`).
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
    const writer = await checkWriter(tx, by)
    const draft = await draftOf(tx, { script, version })
    await checkSameSide(tx, writer, draft.author)
    const entries = new Map((await factEntries(tx)).map((entry) => [entry.fact.id, entry]))
    const facts = new Map([...entries].map(([id, { fact }]) => [id, fact]))
    const ground = { placeholders, facts, day: dayOf(now), speakUnconfirmed }
    const wording = wordingOf(draft.source, spokenOf === undefined ? ground : { ...ground, spokenOf })
    if (!wording.ok) throw new AppError('invalid', wording.why)
    // What is spoken was measured above: reading it a second time takes as long again.
    const refused = lintRefusal(
      lint(draft.source, { ...ground, places: await placeNames(tx, dayOf(now)) }),
      draft.source.body,
    )
    if (refused !== undefined) throw new AppError('invalid', refused)
    const fixed = await fixWording(tx, {
      script,
      version,
      text: wording.text,
      facts: wording.facts,
      entries: wording.facts.flatMap((id) => entries.get(id)?.number ?? []),
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

async function draftOf(tx: Db, wanted: { script: string; version: number }): Promise<store.ScriptVersion> {
  const draft = await store.versionOf(tx, wanted)
  if (draft === undefined) throw noSuchVersion(wanted)
  checkStep('submit', doneState(draft), wanted)
  const newest = (await store.newestSubmitted(tx, wanted.script)) ?? 0
  if (newest > wanted.version) {
    throw new AppError('conflict', {
      vi: `Bản tin “${wanted.script}” đã trình bản ${newest}, mới hơn bản ${wanted.version}. Hãy tạo bản mới từ bản ấy.`,
      en: `Version ${newest} of “${wanted.script}” was submitted, which is newer than version ${wanted.version}. Make a new version from that one.`,
    })
  }
  // Kept by a programme that took any tag; nobody could bring a recording for it.
  languageOf(draft.source.language)
  return draft
}

/**
 * Withdraws a submitted version for good: nothing proves it any more, and it is not heard again. Refuses an
 * empty reason (`invalid`), an unknown version or person (`not_found`), someone who may not write
 * (`forbidden`), a draft, and a version that was returned or withdrawn (`conflict`).
 */
export async function withdrawVersion(
  database: Database,
  withdrawal: { script: string; version: number; by: string; why: string; now: Instant },
): Promise<void> {
  const { script, version, by, now } = withdrawal
  const why = reasonGiven(withdrawal.why, {
    vi: 'Chưa ghi lý do thu hồi. Hãy ghi một câu.',
    en: 'The reason for withdrawing is missing. Give it in a sentence.',
  })
  await transact(database, async (tx) => {
    const writer = await checkWriter(tx, by)
    const found = await store.versionOf(tx, { script, version })
    if (found === undefined) throw noSuchVersion({ script, version })
    await checkSameSide(tx, writer, found.author)
    checkStep('withdraw', doneState(found), { script, version })
    assert(await markWithdrawn(tx, { script, version, by, why, now }))
    const subject = `${script}/${version}`
    await recordDeed(tx, { at: now, person: by, what: 'script.withdrawn', subject, detail: { why } })
  })
}

/**
 * Keeps that a submitted version was returned to its author, in the caller's transaction: it is neither rendered nor
 * approved any more. Who may return, and whether it is approved already, is approval's question. Refuses an empty
 * reason (`invalid`), an unknown version (`not_found`), and one that is no longer or not yet submitted (`conflict`).
 */
export async function keepReturn(
  tx: Db,
  given: { script: string; version: number; by: string; why: string; now: Instant },
): Promise<void> {
  const { script, version, by, now } = given
  const why = reasonGiven(given.why, {
    vi: 'Chưa ghi lý do trả lại. Hãy ghi cho người soạn biết cần sửa gì.',
    en: 'The reason for returning is missing. Tell the author what to correct.',
  })
  const found = await store.versionOf(tx, { script, version })
  if (found === undefined) throw noSuchVersion({ script, version })
  checkStep('return', doneState(found), { script, version })
  assert(await markReturned(tx, { script, version, by, why, now }))
  const subject = `${script}/${version}`
  await recordDeed(tx, { at: now, person: by, what: 'script.returned', subject, detail: { why } })
}

/** The state as far as people's own words decide it: neither approvals nor the calendar are asked. */
function doneState(version: store.ScriptVersion) {
  const { submittedAt, returnedAt, withdrawnAt, source } = version
  const asked = { approved: false, validFrom: source.validFrom, heardUntil: null }
  return stateOf({ submittedAt, returnedAt, withdrawnAt, ...asked }, source.validFrom)
}

function reasonGiven(text: string, missing: Sentence): string {
  const why = cleanText(text).trim().slice(0, 500)
  if (why !== '') return why
  throw new AppError('invalid', missing)
}

function noSuchVersion({ script, version }: { script: string; version: number }): AppError {
  return new AppError('not_found', {
    vi: `Không có bản tin “${script}” bản ${version}. Hãy xem lại danh sách bản tin.`,
    en: `There is no version ${version} of a script “${script}”. Look it up in the list of scripts.`,
  })
}

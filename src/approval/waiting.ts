/** What waits for an approval, and the statement that would cover it. */
import assert from 'node:assert/strict'
import { type Day, dayOf, instantAt, plusDays } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import { derivedId } from '../base/ids.ts'
import { type Instant, toMilliseconds } from '../base/time.ts'
import { type Recording, recordingsOf } from '../audio/index.ts'
import type { Db } from '../db/index.ts'
import { personKeys } from '../people/index.ts'
import {
  type ScriptKind,
  scriptsOf,
  submittedVersion,
  submittedVersions,
  type SubmittedVersion,
} from '../scripts/index.ts'
import { merkleRoot } from '../wire/merkle.ts'
import type { ApprovalStatement } from '../wire/messages.ts'
import { lastInstantBefore, standingApprovals } from './standing.ts'
import * as store from './store.ts'

/** A version without an end is approved for so long: two years. */
const openValidityDays = 731

/** A submitted version some of whose renditions nobody has approved; counts and seconds are of these only. */
export type AwaitingApproval = {
  script: string
  version: number
  kind: ScriptKind
  title: string
  recordings: number
  renditions: number
  seconds: number
  author: string
  submittedBy: string
  /** Merkle root over these renditions: a signature that names it covers exactly what is listed here. */
  root: string
}

/** `uploads`: which of the recordings under it people brought, by the upload's id. */
export type DraftStatement = { statement: ApprovalStatement; leaves: string[]; uploads: string[] }

/** What waits for approval and is still in force, ordered by script and version. */
export async function awaitingApproval(db: Db, now: Instant): Promise<AwaitingApproval[]> {
  const waiting: AwaitingApproval[] = []
  for (const version of await submittedVersions(db)) {
    if (isOver(version, dayOf(now))) continue
    const { script, version: number, kind, title, author, submittedBy } = version
    const { recordings, leaves } = await uncovered(db, version, now)
    if (leaves.length === 0) continue
    const milliseconds = recordings.reduce((sum, recording) => sum + recording.milliseconds, 0)
    waiting.push({
      script,
      version: number,
      kind,
      title,
      recordings: recordings.length,
      renditions: leaves.length,
      seconds: Math.round(milliseconds / 1000),
      author,
      submittedBy,
      root: merkleRoot(leaves),
    })
  }
  return waiting
}

/**
 * The statement that an approver would sign now, and the hashes under its root, sorted: every rendition of
 * the version that no standing approval covers. Refuses (`not_found`) an unknown or unsubmitted version, and
 * (`conflict`) one that is withdrawn, whose validity is over, that has no recording, or that is covered already.
 */
export async function draftStatement(
  db: Db,
  wanted: { script: string; version: number; approver: string; kid: string; now: Instant },
): Promise<DraftStatement> {
  const { script, version: number, approver, kid, now } = wanted
  const version = await approvableVersion(db, wanted)
  const { all, recordings, leaves } = await uncovered(db, version, now)
  if (all === 0) throw noRecordings(version)
  if (leaves.length === 0) throw nothingNew(version)
  const root = merkleRoot(leaves)
  const from = instantAt(version.validFrom, '00:00')
  const languages = [...new Set(recordings.map(({ language }) => language))].sort()
  const statement: ApprovalStatement = {
    v: 1,
    approval: derivedId('appr', script, number, kid, root, now),
    script,
    version: number,
    languages,
    priority: version.priority,
    approver,
    at: toMilliseconds(now),
    from: toMilliseconds(from),
    until: toMilliseconds(untilOf(version, now)),
    root,
    leaves: leaves.length,
  }
  assert(statement.from <= statement.until, 'a version that is not over ends after it begins')
  return { statement, leaves, uploads: recordings.flatMap(({ upload }) => upload ?? []) }
}

/** The end of the version's own validity or of the first fact it rests on; two years when both are open. */
function untilOf(version: SubmittedVersion, now: Instant): Instant {
  if (version.heardUntil !== null) return lastInstantBefore(version.heardUntil)
  const start = version.validFrom > dayOf(now) ? version.validFrom : dayOf(now)
  return lastInstantBefore(plusDays(start, openValidityDays))
}

async function uncovered(
  db: Db,
  version: SubmittedVersion,
  now: Instant,
): Promise<{ all: number; recordings: Recording[]; leaves: string[] }> {
  const every = await recordingsOf(db, { script: version.script, version: version.version })
  const covered = await coveredHashes(db, version, now)
  const recordings = every.filter(({ renditions }) => renditions.some(({ sha256 }) => !covered.has(sha256)))
  const hashes = recordings.flatMap(({ renditions }) => renditions.map(({ sha256 }) => sha256))
  const leaves = [...new Set(hashes)].filter((sha256) => !covered.has(sha256)).sort()
  return { all: every.reduce((sum, { renditions }) => sum + renditions.length, 0), recordings, leaves }
}

async function coveredHashes(db: Db, version: SubmittedVersion, now: Instant): Promise<Set<string>> {
  const kept = await store.keptApprovals(db, { script: version.script, version: version.version })
  const standing = standingApprovals(kept, [version], await personKeys(db)).filter(
    ({ until }) => until >= now,
  )
  const leaves = await Promise.all(standing.map(({ id }) => store.leavesOf(db, id)))
  return new Set(leaves.flat())
}

/** The version, if it is one that can be approved at all. */
export async function approvableVersion(
  db: Db,
  wanted: { script: string; version: number; now: Instant },
): Promise<SubmittedVersion> {
  const version = await submittedVersion(db, wanted)
  if (version === undefined) throw await whyNotThere(db, wanted)
  if (isOver(version, dayOf(wanted.now))) {
    throw new AppError('conflict', {
      vi: `Bản tin “${wanted.script}” bản ${wanted.version}, hoặc một dữ kiện trong bản tin, đã hết hiệu lực. Hãy tạo bản mới.`,
      en: `Version ${wanted.version} of “${wanted.script}”, or a fact it rests on, is no longer in force. Make a new version.`,
    })
  }
  return version
}

async function whyNotThere(db: Db, wanted: { script: string; version: number }): Promise<AppError> {
  const { script, version } = wanted
  const scripts = await scriptsOf(db)
  const found = scripts.find(({ id }) => id === script)?.versions.find((known) => known.version === version)
  if (found === undefined) {
    return new AppError('not_found', {
      vi: `Không có bản tin “${script}” bản ${version}. Hãy xem lại danh sách bản tin.`,
      en: `There is no version ${version} of a script “${script}”. Look it up in the list of scripts.`,
    })
  }
  return found.state === 'withdrawn'
    ? new AppError('conflict', {
        vi: `Bản tin “${script}” bản ${version} đã bị thu hồi, không duyệt được nữa. Hãy tạo bản mới.`,
        en: `Version ${version} of “${script}” was withdrawn and cannot be approved. Make a new version.`,
      })
    : new AppError('conflict', {
        vi: `Bản tin “${script}” bản ${version} chưa được trình. Người soạn phải trình bản tin trước.`,
        en: `Version ${version} of “${script}” was not submitted yet. Its author must submit it first.`,
      })
}

function noRecordings({ script, version }: SubmittedVersion): AppError {
  return new AppError('conflict', {
    vi: `Bản tin “${script}” bản ${version} chưa có bản ghi nào để nghe và duyệt. Hãy chờ tạo xong tiếng nói rồi duyệt.`,
    en: `Version ${version} of “${script}” has no recording to hear and approve yet. Approve it when it has been rendered.`,
  })
}

function nothingNew({ script, version }: SubmittedVersion): AppError {
  return new AppError('conflict', {
    vi: `Mọi bản ghi của bản tin “${script}” bản ${version} đã được duyệt rồi. Không cần làm gì thêm.`,
    en: `Every recording of version ${version} of “${script}” is approved already. Nothing is left to do.`,
  })
}

function isOver(version: SubmittedVersion, day: Day): boolean {
  return version.heardUntil !== null && version.heardUntil <= day
}

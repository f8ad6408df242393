/** What waits for an approval, and the statement that would cover it. */
import assert from 'node:assert/strict'
import { type Day, dayOf, instantAt, plusDays } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import { derivedId } from '../base/ids.ts'
import { type Instant, toMilliseconds } from '../base/time.ts'
import { type Recording, recordingsOf } from '../audio/index.ts'
import type { Db } from '../db/index.ts'
import { stationUnitsOn } from '../registry/index.ts'
import {
  type ScriptKind,
  scriptsOf,
  submittedVersion,
  submittedVersions,
  type SubmittedVersion,
} from '../scripts/index.ts'
import { merkleRoot } from '../wire/merkle.ts'
import { type ApprovalStatement, areaUnitsMax } from '../wire/messages.ts'
import { signaturesWanted } from '../wire/signatures.ts'
import { coverFinder } from './cover.ts'
import { approverKeys } from './enrolment.ts'
import { lastInstantBefore, type StandingApproval, standingApprovals } from './standing.ts'
import * as store from './store.ts'

/** A version without an end is approved for so long: two years. */
const openValidityDays = 731

/** Who has signed something that waits still, and how. */
export type SignedBy = { person: string; kind: 'ed25519' | 'passkey' }

/** A submitted version some of whose renditions lack a signature; counts and seconds are of these only. */
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
  /** How many people must sign, and whether one of them with an Ed25519 key. */
  wanted: { people: 1 | 2; ed25519: boolean }
  /** Signatures over some of it that are there and not enough. */
  signedBy: SignedBy[]
}

/** `recordings`: those under it; `uploads`: which of them people brought, by the upload's id. */
export type DraftStatement = {
  statement: ApprovalStatement
  leaves: string[]
  uploads: string[]
  recordings: Recording[]
}

/** What waits for approval and is still in force, ordered by script and version. */
export async function awaitingApproval(db: Db, now: Instant): Promise<AwaitingApproval[]> {
  const waiting: AwaitingApproval[] = []
  for (const version of await submittedVersions(db)) {
    if (isOver(version, dayOf(now))) continue
    const { script, version: number, kind, title, author, submittedBy } = version
    const { all, recordings, leaves, lone } = await uncovered(db, version, now)
    if (leaves.length === 0) continue
    const { priority } = version
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
      wanted: signaturesWanted({ priority, area: await areaOf(db, all, now) }),
      signedBy: lone.map(({ approver: person, kind }) => ({ person, kind })),
    })
  }
  return waiting
}

/**
 * The statement that an approver would sign now, and the hashes under its root, sorted: every rendition of the
 * version that lacks a signature. Refuses (`not_found`) an unknown or unsubmitted version, and (`conflict`) one that
 * is withdrawn, whose validity is over, that has no recording, that lacks no signature, or that lacks another
 * person's only.
 */
export async function draftStatement(
  db: Db,
  wanted: { script: string; version: number; approver: string; kid: string; now: Instant },
): Promise<DraftStatement> {
  const { script, version: number, approver, kid, now } = wanted
  const version = await approvableVersion(db, wanted)
  const { all, recordings, leaves, lone } = await uncovered(db, version, now)
  if (all.length === 0) throw noRecordings(version)
  if (leaves.length === 0) throw nothingNew(version)
  const byPasskey = (await approverKeys(db)).some((key) => key.kid === kid && key.passkey !== null)
  // An Ed25519 key may add what a passkey of the same person could not give.
  const own = lone.filter((one) => one.approver === approver && (byPasskey || one.kind === 'ed25519'))
  const signed = new Set(own.flatMap((one) => one.leaves))
  if (leaves.every((leaf) => signed.has(leaf))) throw signedAlready(version)
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
    area: await areaOf(db, all, now),
    approver,
    at: toMilliseconds(now),
    from: toMilliseconds(from),
    until: toMilliseconds(untilOf(version, now)),
    root,
    leaves: leaves.length,
  }
  assert(statement.from <= statement.until, 'a version that is not over ends after it begins')
  return { statement, leaves, uploads: recordings.flatMap(({ upload }) => upload ?? []), recordings }
}

/** The end of the version's own validity or of the first fact it rests on; two years when both are open. */
function untilOf(version: SubmittedVersion, now: Instant): Instant {
  if (version.heardUntil !== null) return lastInstantBefore(version.heardUntil)
  const start = version.validFrom > dayOf(now) ? version.validFrom : dayOf(now)
  return lastInstantBefore(plusDays(start, openValidityDays))
}

/** A signature that stands, and what is under it. */
type Signed = StandingApproval & { leaves: string[] }

/** `lone`: signatures that stand over some of these renditions and are not enough. */
async function uncovered(
  db: Db,
  version: SubmittedVersion,
  now: Instant,
): Promise<{ all: Recording[]; recordings: Recording[]; leaves: string[]; lone: Signed[] }> {
  const all = await recordingsOf(db, { script: version.script, version: version.version })
  const signed = await signedOf(db, version, now)
  const over = new Map<string, Signed[]>()
  for (const approval of signed) {
    for (const leaf of approval.leaves) over.set(leaf, [...(over.get(leaf) ?? []), approval])
  }
  const find = coverFinder()
  const hashes = all.flatMap(({ renditions }) => renditions.map(({ sha256 }) => sha256))
  const lacking = new Set(hashes.filter((sha256) => find(over.get(sha256) ?? []) === undefined))
  return {
    all,
    recordings: all.filter(({ renditions }) => renditions.some(({ sha256 }) => lacking.has(sha256))),
    leaves: [...lacking].sort(),
    lone: signed.filter((one) => one.leaves.some((leaf) => lacking.has(leaf))),
  }
}

async function signedOf(db: Db, version: SubmittedVersion, now: Instant): Promise<Signed[]> {
  const kept = await store.keptApprovals(db, { script: version.script, version: version.version })
  const standing = standingApprovals(kept, [version], await approverKeys(db)).filter(
    ({ until }) => until >= now,
  )
  return Promise.all(standing.map(async (one) => ({ ...one, leaves: await store.leavesOf(db, one.id) })))
}

/**
 * For whose stations a version is. What a voice makes, it makes for every station, now or later; only what people
 * brought for certain stations, and nothing else, is for these stations' units. More than 100 units count as all.
 */
async function areaOf(db: Db, recordings: readonly Recording[], now: Instant): Promise<'all' | string[]> {
  const units = await stationUnitsOn(db, dayOf(now))
  const codes = recordings.map(({ station, upload }) => {
    const code = station === null || upload === null ? undefined : units.get(station)?.code
    return code !== undefined && /^\d{1,10}$/.test(code) ? code : undefined
  })
  const known = [...new Set(codes.filter((code) => code !== undefined))].sort()
  return codes.includes(undefined) || known.length === 0 || known.length > areaUnitsMax ? 'all' : known
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
  if (found.state === 'returned') {
    return new AppError('conflict', {
      vi: `Bản tin “${script}” bản ${version} đã bị trả lại, không duyệt được nữa. Hãy tạo bản mới.`,
      en: `Version ${version} of “${script}” was returned and cannot be approved. Make a new version.`,
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

function signedAlready({ script, version }: SubmittedVersion): AppError {
  return new AppError('conflict', {
    vi: `Anh/chị đã ký bản tin “${script}” bản ${version} rồi. Bản tin này cần thêm chữ ký của người khác; nếu khẩn cấp, một trong hai chữ ký phải bằng khóa Ed25519 (loa approve).`,
    en: `You have signed version ${version} of “${script}” already. It needs another person’s signature too; when it is urgent, one of the two must be made with an Ed25519 key (loa approve).`,
  })
}

function isOver(version: SubmittedVersion, day: Day): boolean {
  return version.heardUntil !== null && version.heardUntil <= day
}

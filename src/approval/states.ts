/** How versions stand once approvals are asked too, and returning one to its author. */
import { dayOf } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import type { Instant } from '../base/time.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { type Person, personById, refuseSuspended } from '../people/index.ts'
import {
  checkStep,
  keepReturn,
  scriptsOf,
  type ScriptVersion,
  stateOf,
  submittedVersions,
  versionOf,
  type VersionState,
} from '../scripts/index.ts'
import { coverOf } from './cover.ts'
import { approverKeys } from './enrolment.ts'
import { isOwnWork } from './own-work.ts'
import { standingApprovals } from './standing.ts'
import { keptApprovals } from './store.ts'

/**
 * The state of every version at an instant, by `<script>/<version>`. A version counts as approved while approvals of
 * it stand that are signatures enough; recordings made since then wait for another one (`awaitingApproval`).
 */
export async function versionStates(db: Db, now: Instant): Promise<Map<string, VersionState>> {
  const approved = await approvedVersions(db, now)
  const states = new Map<string, VersionState>()
  for (const { id, versions } of await scriptsOf(db)) {
    for (const version of versions) {
      const name = `${id}/${version.version}`
      states.set(name, stateOf({ ...version, approved: approved.has(name) }, dayOf(now)))
    }
  }
  return states
}

async function approvedVersions(
  db: Db,
  now: Instant,
  version?: { script: string; version: number },
): Promise<Set<string>> {
  const kept = await keptApprovals(db, version)
  const standing = standingApprovals(kept, await submittedVersions(db), await approverKeys(db))
  const valid = standing.filter(({ until }) => until >= now)
  const byVersion = Map.groupBy(valid, ({ script, version: number }) => `${script}/${number}`)
  return new Set([...byVersion].flatMap(([name, all]) => (coverOf(all) === undefined ? [] : [name])))
}

/**
 * Returns a submitted version to its author, who makes a new version of it. Refuses an empty reason (`invalid`), an
 * unknown version or person (`not_found`), someone who is no approver, whose own work it is (`isOwnWork`), or who is on the
 * other side of exercises (`forbidden`), and a version that does not wait for approval: a draft, one that is
 * approved, over, returned or withdrawn (`conflict`).
 */
export async function returnVersion(
  database: Database,
  given: { script: string; version: number; by: string; why: string; now: Instant },
): Promise<void> {
  const { script, version, now } = given
  await transact(database, async (tx) => {
    const approver = await personById(tx, given.by)
    const found = await versionOf(tx, given)
    if (found !== undefined) {
      await checkReturner(tx, approver, found)
      const approved = (await approvedVersions(tx, now, { script, version })).size > 0
      const { submittedAt, returnedAt, withdrawnAt, heardUntil, source } = found
      const facts = {
        submittedAt,
        returnedAt,
        withdrawnAt,
        heardUntil,
        validFrom: source.validFrom,
        approved,
      }
      checkStep('return', stateOf(facts, dayOf(now)), { script, version })
    }
    await keepReturn(tx, given)
  })
}

async function checkReturner(tx: Db, approver: Person, version: ScriptVersion): Promise<void> {
  refuseSuspended(approver)
  if (approver.role !== 'approver') {
    throw new AppError('forbidden', {
      vi: `“${approver.name}” không có quyền trả lại bản tin. Việc này của người phê duyệt.`,
      en: `“${approver.name}” may not return scripts. That is for approvers.`,
    })
  }
  if (await isOwnWork(tx, { ...version, person: approver.id })) {
    throw new AppError('forbidden', {
      vi: `“${approver.name}” đã soạn hoặc trình bản tin này, hoặc một bản trước mà từ đó chưa ai khác duyệt, hoặc đúng những lời này dưới tên khác, nên không tự trả lại được. Hãy soạn bản mới, hoặc thu hồi.`,
      en: `“${approver.name}” wrote or submitted this script, or an earlier version since which nobody else approved one, or these same words under another name, and may not return it. Write a new version, or withdraw it.`,
    })
  }
  for (const id of [version.author, version.submittedBy ?? version.author]) {
    if ((await personById(tx, id)).training === approver.training) continue
    throw new AppError('forbidden', {
      vi: `Bản tin tập huấn chỉ do người của đợt tập huấn xem xét, bản tin thật chỉ do người thật; “${approver.name}” ở phía bên kia.`,
      en: `Exercises are looked at by people of the exercise only, and real work by real people; “${approver.name}” is of the other side.`,
    })
  }
}

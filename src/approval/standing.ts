/** Which of the kept approvals still prove something. Pure. */
import { type Day, instantAt } from '../base/calendar.ts'
import { fromMilliseconds, type Instant, plusMilliseconds } from '../base/time.ts'
import type { SubmittedVersion } from '../scripts/index.ts'
import { approverKeyOf, openApprovalEnvelope, type OpenedApproval } from '../wire/approval.ts'
import type { ApproverKey } from './enrolment.ts'
import { entryOf } from './keys.ts'
import type { KeptApproval } from './store.ts'

/**
 * A signature that stands: what is under it may be heard from `from` until `until`, when it is enough by itself or
 * together with another (cover.ts).
 */
export type StandingApproval = Omit<KeptApproval, 'envelope'> &
  Pick<OpenedApproval, 'person' | 'kind' | 'statement'> & { from: Instant; until: Instant }

/** The last instant at which something may start that ends with the beginning of this day. */
export function lastInstantBefore(day: Day): Instant {
  return plusMilliseconds(instantAt(day, '00:00'), -1)
}

/**
 * The approvals that still prove something, in the order given: signed by a key of their approver that was
 * confirmed and is not revoked, over a version that is not withdrawn, with a signature that verifies and a statement that says
 * what the row says. `until` is the statement's, or the day before a fact of the version ends if that is
 * earlier by now. Whether an instant lies between `from` and `until` is the caller's question.
 */
export function standingApprovals(
  approvals: readonly KeptApproval[],
  versions: readonly SubmittedVersion[],
  keys: readonly ApproverKey[],
): StandingApproval[] {
  const versionsById = new Map(versions.map((version) => [`${version.script}/${version.version}`, version]))
  const keysByKid = new Map(keys.map((key) => [key.kid, key]))
  return approvals.flatMap((approval) => {
    const version = versionsById.get(`${approval.script}/${approval.version}`)
    const key = keysByKid.get(approval.kid)
    if (version === undefined || key === undefined) return []
    if (key.revokedAt !== null || key.confirmedAt === null) return []
    const opened = openedAsKept(approval, key)
    if (opened === undefined) return []
    const { person, kind, statement } = opened
    const ends = [fromMilliseconds(statement.until)]
    if (version.heardUntil !== null) ends.push(lastInstantBefore(version.heardUntil))
    const [until = ''] = ends.sort()
    const { envelope: _envelope, ...kept } = approval
    return [{ ...kept, person, kind, statement, from: fromMilliseconds(statement.from), until }]
  })
}

/** The statement under a valid signature, if it says the same as the row it was kept with. */
function openedAsKept(approval: KeptApproval, key: ApproverKey): OpenedApproval | undefined {
  const opened = openApprovalEnvelope(approval.envelope, (kid) =>
    kid === key.kid ? approverKeyOf(entryOf(key, 0)) : undefined,
  )
  if (!opened.ok) return undefined
  const { statement } = opened.value
  const asKept =
    statement.approval === approval.id &&
    statement.script === approval.script &&
    statement.version === approval.version &&
    statement.approver === approval.approver &&
    statement.root === approval.root
  return asKept ? opened.value : undefined
}

/** Whether something may start under this approval at an instant. */
export function holdsAt(approval: StandingApproval, now: Instant): boolean {
  return approval.from <= now && now <= approval.until
}

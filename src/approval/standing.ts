/** Which of the kept approvals still prove something. Pure. */
import { type Day, instantAt } from '../base/calendar.ts'
import { fromMilliseconds, type Instant, plusMilliseconds } from '../base/time.ts'
import type { PersonKey } from '../people/index.ts'
import type { SubmittedVersion } from '../scripts/index.ts'
import { openEnvelope, readPublicKey } from '../wire/envelope.ts'
import { ApprovalStatement } from '../wire/messages.ts'
import type { KeptApproval } from './store.ts'

/** An approval that proves something: its recordings may be heard from `from` until `until`. */
export type StandingApproval = Omit<KeptApproval, 'envelope'> & { from: Instant; until: Instant }

/** The last instant at which something may start that ends with the beginning of this day. */
export function lastInstantBefore(day: Day): Instant {
  return plusMilliseconds(instantAt(day, '00:00'), -1)
}

/**
 * The approvals that still prove something, in the order given: signed by a key of their approver that is not
 * revoked, over a version that is not withdrawn, with a signature that verifies and a statement that says
 * what the row says. `until` is the statement's, or the day before a fact of the version ends if that is
 * earlier by now. Whether an instant lies between `from` and `until` is the caller's question.
 */
export function standingApprovals(
  approvals: readonly KeptApproval[],
  versions: readonly SubmittedVersion[],
  keys: readonly PersonKey[],
): StandingApproval[] {
  const versionsById = new Map(versions.map((version) => [`${version.script}/${version.version}`, version]))
  const keysByKid = new Map(keys.map((key) => [key.kid, key]))
  return approvals.flatMap((approval) => {
    const version = versionsById.get(`${approval.script}/${approval.version}`)
    const key = keysByKid.get(approval.kid)
    if (version === undefined || key === undefined || key.revokedAt !== null) return []
    const statement = statementOf(approval, key)
    if (statement === undefined) return []
    const ends = [fromMilliseconds(statement.until)]
    if (version.heardUntil !== null) ends.push(lastInstantBefore(version.heardUntil))
    const [until = ''] = ends.sort()
    const { envelope: _envelope, ...kept } = approval
    return [{ ...kept, from: fromMilliseconds(statement.from), until }]
  })
}

/** The statement under a valid signature that says the same as the row it was kept with. */
function statementOf(approval: KeptApproval, key: PersonKey): ApprovalStatement | undefined {
  const opened = openEnvelope('approval', ApprovalStatement, approval.envelope, (kid) =>
    kid === key.kid ? readPublicKey(key.publicKey) : undefined,
  )
  if (!opened.ok) return undefined
  const { document } = opened.value
  const asKept =
    document.approval === approval.id &&
    document.script === approval.script &&
    document.version === approval.version &&
    document.approver === approval.approver &&
    document.approver === key.person &&
    document.root === approval.root
  return asKept ? document : undefined
}

/** Whether something may start under this approval at an instant. */
export function holdsAt(approval: StandingApproval, now: Instant): boolean {
  return approval.from <= now && now <= approval.until
}

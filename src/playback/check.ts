/**
 * The complete check before a play. Pure: documents as bytes and measured hashes go in, and either the
 * parts to play or the reason why nothing may be heard comes out.
 *
 * Everything is checked again from the bytes on the disk, not from what was found when they arrived:
 * a card can be swapped, a key taken back, an approval run out in between. Whoever owns the hub, the
 * broker and the network can therefore withhold or reorder approved recordings, never add a sound but
 * one of the 262,144 sets of notes (wire/notes.ts) after an airing that passed all of this.
 */
import type { DevicePlan, KeysDocument, PlanPart, PlannedAiring } from '../wire/messages.ts'
import { provesLeaf } from '../wire/merkle.ts'
import { lackingOf, priorityOf, priorityRank, type Signature } from '../wire/signatures.ts'
import { openApproval, openKeys, openPlan } from './documents.ts'
import type { Reason } from './reasons.ts'

export type CheckInput = {
  airing: string
  device: string
  rootPublicKey: string
  /** Instant of the play, milliseconds. */
  now: number
  keysEnvelope: Uint8Array
  planEnvelope: Uint8Array
  /** Highest generation and keys version ever held: nothing older plays. */
  generation: number
  keysVersion: number
  approvalEnvelopes: ReadonlyMap<string, Uint8Array>
  /** SHA-256 of each file as it is on the disk now, by the name under which it is kept. */
  measured: ReadonlyMap<string, string | undefined>
}

export type CheckResult =
  { ok: true; airing: PlannedAiring; parts: PlanPart[] } | { ok: false; reason: Reason; detail: string }

/** Whether the airing may be heard now, and from which parts in which order. */
export function checkAiring(input: CheckInput): CheckResult {
  const keys = openKeys(input.keysEnvelope, input.rootPublicKey)
  if (!keys.ok) return no('keys-invalid', keys.why)
  if (keys.value.version < input.keysVersion) return no('keys-invalid', 'older than one held before')
  const plan = openPlan(input.planEnvelope, keys.value, input.device, input.now)
  if (!plan.ok) return no('plan-invalid', plan.why)
  if (plan.value.generation < input.generation) return no('plan-invalid', 'older than one held before')
  if (input.now > plan.value.expires) return no('plan-expired', '')
  const airing = plan.value.airings.find(({ airing }) => airing === input.airing)
  if (airing === undefined) return no('plan-invalid', 'the plan does not name this airing')
  return checkParts(input, keys.value, plan.value, airing)
}

function checkParts(
  input: CheckInput,
  keys: KeysDocument,
  plan: DevicePlan,
  airing: PlannedAiring,
): CheckResult {
  const parts: PlanPart[] = []
  let approvedRank = 0
  for (const sha256 of airing.parts) {
    const part = plan.parts.find((candidate) => candidate.sha256 === sha256)
    if (part === undefined)
      return no('plan-invalid', `the plan does not describe part ${sha256.slice(0, 12)}`)
    const approved = checkApproval(input, keys, part)
    if (!approved.ok) return approved
    if (input.measured.get(sha256) !== sha256) return no('audio-damaged', sha256.slice(0, 12))
    approvedRank = Math.max(approvedRank, approved.rank)
    parts.push(part)
  }
  if (priorityRank[airing.priority] > approvedRank)
    return no('not-approved', `not with priority ${airing.priority}`)
  return { ok: true, airing, parts }
}

type Refused = Extract<CheckResult, { ok: false }>

/** Every statement the part stands on covers it now, and together they are signatures enough. */
function checkApproval(
  input: CheckInput,
  keys: KeysDocument,
  part: PlanPart,
): { ok: true; rank: number } | Refused {
  const signatures: Signature[] = []
  for (const place of part.second === undefined ? [part] : [part, part.second]) {
    const signed = checkStatement(input, keys, { ...place, sha256: part.sha256 })
    if (!signed.ok) return signed
    signatures.push(signed.signature)
  }
  const lacking = lackingOf(signatures)
  if (lacking === 'second-person') return no('not-approved', `two people must have signed ${part.approval}`)
  if (lacking === 'ed25519') return no('not-approved', `passkeys alone do not suffice for ${part.approval}`)
  return { ok: true, rank: priorityRank[priorityOf(signatures)] }
}

function checkStatement(
  input: CheckInput,
  keys: KeysDocument,
  { approval, leaf, proof, sha256 }: Pick<PlanPart, 'approval' | 'leaf' | 'proof' | 'sha256'>,
): { ok: true; signature: Signature } | Refused {
  const envelope = input.approvalEnvelopes.get(approval)
  if (envelope === undefined) return no('not-approved', `no statement ${approval}`)
  const opened = openApproval(envelope, keys, approval, input.now)
  if (!opened.ok) return no('not-approved', opened.why)
  const { statement } = opened.value
  if (input.now < statement.from || input.now > statement.until) {
    return no('not-approved', `outside the validity of ${approval}`)
  }
  const claim = { leaf: sha256, position: leaf, count: statement.leaves, proof }
  if (!provesLeaf(claim, statement.root)) return no('not-approved', `not covered by ${approval}`)
  return { ok: true, signature: opened.value }
}

function no(reason: Reason, detail: string): { ok: false; reason: Reason; detail: string } {
  return { ok: false, reason, detail }
}

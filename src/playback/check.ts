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

const ranks = { 'thong-thuong': 0, 'uu-tien': 1, 'khan-cap': 2 } as const

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
  if (ranks[airing.priority] > approvedRank) return no('not-approved', `not with priority ${airing.priority}`)
  return { ok: true, airing, parts }
}

function checkApproval(
  input: CheckInput,
  keys: KeysDocument,
  part: PlanPart,
): { ok: true; rank: number } | Extract<CheckResult, { ok: false }> {
  const envelope = input.approvalEnvelopes.get(part.approval)
  if (envelope === undefined) return no('not-approved', `no statement ${part.approval}`)
  const opened = openApproval(envelope, keys, part.approval, input.now)
  if (!opened.ok) return no('not-approved', opened.why)
  const statement = opened.value
  if (input.now < statement.from || input.now > statement.until) {
    return no('not-approved', `outside the validity of ${part.approval}`)
  }
  const claim = { leaf: part.sha256, position: part.leaf, count: statement.leaves, proof: part.proof }
  if (!provesLeaf(claim, statement.root)) return no('not-approved', `not covered by ${part.approval}`)
  return { ok: true, rank: ranks[statement.priority] }
}

function no(reason: Reason, detail: string): { ok: false; reason: Reason; detail: string } {
  return { ok: false, reason, detail }
}

/**
 * Which documents a controller takes in, decided from signatures and numbers alone. Pure.
 *
 * Trust starts at the offline root's public key, which the device was given when it was enrolled. The
 * root signs who may sign; a hub key signs plans; approvers sign what may be heard.
 */
import type { KeyObject } from 'node:crypto'
import type { Parsed } from '../base/errors.ts'
import { approverKeyOf, openApprovalEnvelope, type OpenedApproval } from '../wire/approval.ts'
import { kidOf, openEnvelope, readPublicKey } from '../wire/envelope.ts'
import { DevicePlan, KeysDocument, type PlanPart } from '../wire/messages.ts'

/** The entry by which the keys document gives this role to a key that is not past its date at `now`. */
function entryOf(
  keys: KeysDocument,
  role: 'hub' | 'approver',
  kid: string,
  now: number,
): KeysDocument['keys'][number] | undefined {
  const entry = keys.keys.find((key) => key.kid === kid && key.role === role)
  // The kid is derived from the key: an entry that names another key by this kid is nobody's.
  return entry === undefined || now > entry.until || kidOf(entry.publicKey) !== kid ? undefined : entry
}

/** Reads a keys document signed by the root. */
export function openKeys(envelope: Uint8Array, rootPublicKey: string): Parsed<KeysDocument> {
  const opened = openEnvelope('keys', KeysDocument, envelope, (kid) =>
    kid === kidOf(rootPublicKey) ? publicKey(rootPublicKey) : undefined,
  )
  return opened.ok ? { ok: true, value: opened.value.document } : opened
}

/** Reads a plan signed by a hub key of the keys document and meant for this device. */
export function openPlan(
  envelope: Uint8Array,
  keys: KeysDocument,
  device: string,
  now: number,
): Parsed<DevicePlan> {
  const opened = openEnvelope('plan', DevicePlan, envelope, (kid) => {
    const entry = entryOf(keys, 'hub', kid, now)
    return entry && publicKey(entry.publicKey)
  })
  if (!opened.ok) return opened
  const { document } = opened.value
  if (document.device !== device) return { ok: false, why: `the plan is for ${document.device}` }
  return { ok: true, value: document }
}

/** Reads an approval statement signed by an approver of the keys document, in the way in which that key signs. */
export function openApproval(
  envelope: Uint8Array,
  keys: KeysDocument,
  id: string,
  now: number,
): Parsed<OpenedApproval> {
  const opened = openApprovalEnvelope(envelope, (kid) => {
    const entry = entryOf(keys, 'approver', kid, now)
    return entry && approverKeyOf(entry)
  })
  if (!opened.ok) return opened
  const { approval } = opened.value.statement
  return approval === id ? opened : { ok: false, why: `the statement is ${approval}` }
}

/** The statements that a part stands on: one, or two where two people must have signed. */
export function approvalsOf({ approval, second }: Pick<PlanPart, 'approval' | 'second'>): string[] {
  return second === undefined ? [approval] : [approval, second.approval]
}

/** What to do with a numbered document: take it, pass over a repeat, or refuse it. */
export type Numbered<T> = { take: T } | 'same' | { why: string }

/**
 * A keys document or plan may only go forward. The same number with other bytes is refused too: two
 * different documents under one number mean that somebody copies or forges.
 */
export function goesForward<T>(
  opened: Parsed<T>,
  numberOf: (document: T) => number,
  envelope: Uint8Array,
  held: { number: number; envelope: Uint8Array | undefined },
): Numbered<T> {
  if (!opened.ok) return { why: opened.why }
  const number = numberOf(opened.value)
  if (number > held.number) return { take: opened.value }
  if (number < held.number) return { why: `number ${number} is older than ${held.number}, which is held` }
  if (held.envelope !== undefined && Buffer.compare(envelope, held.envelope) === 0) return 'same'
  return { why: `another document with number ${number} is held` }
}

function publicKey(text: string): KeyObject | undefined {
  try {
    return readPublicKey(text)
  } catch {
    // Not an Ed25519 key: nobody's.
    return undefined
  }
}

/**
 * Approval statements under their two kinds of signature. An Ed25519 key signs the envelope as any other
 * (envelope.ts). A passkey's envelope begins with another line,
 * `LOA1P <kid> <signature> <authenticatorData> <clientDataJSON>`, all of it base64url, and its challenge is the
 * SHA-256 of the very bytes that an Ed25519 key would have signed.
 */
import type { KeyObject } from 'node:crypto'
import type { Parsed } from '../base/errors.ts'
import { openEnvelope, readPublicKey, signedBytes } from './envelope.ts'
import { ApprovalStatement, readMessage, writeMessage, type KeysDocument } from './messages.ts'
import {
  challengeOf,
  type Passkey,
  passkeyBytesMax,
  type PasskeySignature,
  readPasskeyPublicKey,
  whyNotSigned,
} from './passkey.ts'

/** Whose key it is (null = the keys document does not say), and how it signs. */
export type ApproverKey = { person: string | null } & (
  { kind: 'ed25519'; publicKey: KeyObject } | ({ kind: 'passkey' } & Passkey)
)

/** An opened statement: by which key, and how that key signs. */
export type OpenedApproval = {
  kid: string
  kind: ApproverKey['kind']
  person: string | null
  statement: ApprovalStatement
}

const base64urlMax = (bytes: number): number => Math.ceil((bytes * 4) / 3)
/** The head line of a passkey's envelope is never longer. */
export const passkeyHeadMax =
  'LOA1P '.length +
  64 +
  Object.values(passkeyBytesMax).reduce((sum, bytes) => sum + 1 + base64urlMax(bytes), 0)

/** The statement's bytes: what is signed, shown and sent. The shape is checked. */
export function statementBytes(statement: ApprovalStatement): Uint8Array {
  return writeMessage(ApprovalStatement, statement)
}

/** What a page gives to the passkey as its challenge, for these bytes of a statement. */
export function challengeFor(statement: Uint8Array): Uint8Array {
  return challengeOf(signedBytes('approval', statement))
}

/** A passkey's envelope from what the authenticator gave back. Whether it holds is asked when it is opened. */
export function sealWithPasskey(statement: Uint8Array, kid: string, signed: PasskeySignature): Uint8Array {
  const fields = [signed.signature, signed.authenticatorData, signed.clientDataJSON]
  const head = ['LOA1P', kid, ...fields.map((bytes) => Buffer.from(bytes).toString('base64url'))].join(' ')
  return Buffer.concat([Buffer.from(`${head}\n`, 'ascii'), statement])
}

/**
 * Checks the signature with the approver's key that the kid names, in the way in which that key signs, then reads
 * the statement. A statement that names another approver than the key's owner is refused. Never throws: what is
 * wrong becomes the reason why.
 */
export function openApprovalEnvelope(
  envelope: Uint8Array,
  findKey: (kid: string) => ApproverKey | undefined,
): Parsed<OpenedApproval> {
  const opened = isPasskeys(envelope) ? openWithPasskey(envelope, findKey) : openWithKey(envelope, findKey)
  if (!opened.ok) return opened
  const { person, statement } = opened.value
  if (person !== null && statement.approver !== person) {
    return { ok: false, why: `the key is not one of ${statement.approver}` }
  }
  return opened
}

/** The key of an entry of the keys document; undefined when its text is no key of its kind. */
export function approverKeyOf(entry: KeysDocument['keys'][number]): ApproverKey | undefined {
  const { kind = 'ed25519', person = null, publicKey, rpId, origins } = entry
  try {
    if (kind === 'ed25519') return { kind, person, publicKey: readPublicKey(publicKey) }
    if (rpId === undefined || origins === undefined) return undefined
    return { kind, person, publicKey: readPasskeyPublicKey(publicKey), rpId, origins }
  } catch {
    // Not a key of this kind: nobody's.
    return undefined
  }
}

function openWithKey(
  envelope: Uint8Array,
  findKey: (kid: string) => ApproverKey | undefined,
): Parsed<OpenedApproval> {
  let person: string | null = null
  const opened = openEnvelope('approval', ApprovalStatement, envelope, (kid) => {
    const key = findKey(kid)
    person = key?.person ?? null
    return key?.kind === 'ed25519' ? key.publicKey : undefined
  })
  if (!opened.ok) return opened
  const { kid, document } = opened.value
  return { ok: true, value: { kid, kind: 'ed25519', person, statement: document } }
}

function openWithPasskey(
  envelope: Uint8Array,
  findKey: (kid: string) => ApproverKey | undefined,
): Parsed<OpenedApproval> {
  const read = readPasskeyHead(envelope)
  if (!read.ok) return read
  const { kid, signed, bytes } = read.value
  const key = findKey(kid)
  if (key?.kind !== 'passkey') return { ok: false, why: `unknown key ${kid}` }
  const why = whyNotSigned(signedBytes('approval', bytes), signed, key)
  if (why !== undefined) return { ok: false, why }
  const statement = readMessage(ApprovalStatement, bytes)
  if (!statement.ok) return statement
  return { ok: true, value: { kid, kind: 'passkey', person: key.person, statement: statement.value } }
}

function isPasskeys(envelope: Uint8Array): boolean {
  return Buffer.from(envelope.subarray(0, 6)).toString('latin1') === 'LOA1P '
}

function readPasskeyHead(
  envelope: Uint8Array,
): Parsed<{ kid: string; signed: PasskeySignature; bytes: Uint8Array }> {
  const end = envelope.subarray(0, passkeyHeadMax + 1).indexOf(10)
  const head = Buffer.from(envelope.subarray(0, Math.max(0, end))).toString('latin1')
  const match = /^LOA1P ([a-z0-9]{1,64}) ([A-Za-z0-9_-]+) ([A-Za-z0-9_-]+) ([A-Za-z0-9_-]+)$/.exec(head)
  const [, kid, ...texts] = match ?? []
  const [signature, authenticatorData, clientDataJSON] = texts.map((text) => Buffer.from(text, 'base64url'))
  // Only one spelling counts, so that a signature has one envelope.
  const asSpelled = [signature, authenticatorData, clientDataJSON].every(
    (bytes, index) => bytes?.toString('base64url') === texts[index],
  )
  if (!kid || !signature || !authenticatorData || !clientDataJSON || !asSpelled) {
    return { ok: false, why: 'not an envelope' }
  }
  const signed = { signature, authenticatorData, clientDataJSON }
  return { ok: true, value: { kid, signed, bytes: envelope.subarray(end + 1) } }
}

/**
 * The signed envelope: one line `LOA1 <kid> <signature base64url>`, a line feed, then the document's
 * exact bytes. The signature (Ed25519) covers `"loa/1\0" + type + "\0" + bytes`, so that a document
 * signed as one type never passes as another, and no canonical JSON is needed.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import type { z } from 'zod'
import { sha256 } from '../base/hash.ts'
import type { Parsed } from '../base/errors.ts'
import { readMessage, writeMessage } from './messages.ts'

/** What a signature is for. */
export type EnvelopeType =
  | 'keys'
  | 'approval'
  | 'policy'
  | 'enrolment'
  | 'plan'
  | 'desired'
  | 'cmd'
  | 'ack'
  | 'time'
  | 'receipts'
  | 'reported'

export type SigningKey = { kid: string; privateKey: KeyObject }

/** Whose public key stands behind a kid; undefined when nobody's does (any more). */
export type FindKey = (kid: string) => KeyObject | undefined

const headMax = 256

/** A new Ed25519 key. Its kid is derived from the public key, so it cannot be claimed for another. */
export function newSigningKey(): SigningKey & { publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const text = publicKeyText(publicKey)
  return { kid: kidOf(text), privateKey, publicKey: text }
}

/** Key id: `k` and the first 16 hex digits of the SHA-256 of the public key's text. */
export function kidOf(publicKey: string): string {
  return `k${sha256(publicKey).slice(0, 16)}`
}

/** A public key as text: SPKI DER, base64url. */
export function publicKeyText(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64url')
}

/** Reads a public key's text. Throws on anything but an Ed25519 key. */
export function readPublicKey(text: string): KeyObject {
  const key = createPublicKey({ key: Buffer.from(text, 'base64url'), type: 'spki', format: 'der' })
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('not an Ed25519 key')
  return key
}

/** A private key as PKCS#8 PEM, encrypted (AES-256-CBC) when a passphrase is given. */
export function privateKeyPem(key: KeyObject, passphrase?: string): string {
  return passphrase === undefined
    ? key.export({ type: 'pkcs8', format: 'pem' })
    : key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
}

/** Reads a private key's PEM. Throws when the passphrase is missing or wrong. */
export function readSigningKey(pem: string, passphrase?: string): SigningKey & { publicKey: string } {
  const privateKey = createPrivateKey(
    passphrase === undefined ? pem : { key: pem, format: 'pem', passphrase },
  )
  const publicKey = publicKeyText(createPublicKey(privateKey))
  return { kid: kidOf(publicKey), privateKey, publicKey }
}

/** Signs a document. The result is what travels and what is kept. */
export function sealEnvelope<T>(
  type: EnvelopeType,
  shape: z.ZodType<T>,
  document: T,
  key: SigningKey,
): Uint8Array {
  const bytes = writeMessage(shape, document)
  const signature = sign(null, signedBytes(type, bytes), key.privateKey).toString('base64url')
  return Buffer.concat([Buffer.from(`LOA1 ${key.kid} ${signature}\n`, 'ascii'), bytes])
}

/**
 * Checks the signature with the key the kid names, then reads the document. Never throws: a bad
 * envelope, an unknown key, a wrong signature or a wrong shape become the reason why.
 */
export function openEnvelope<T>(
  type: EnvelopeType,
  shape: z.ZodType<T>,
  envelope: Uint8Array,
  findKey: FindKey,
): Parsed<{ kid: string; document: T }> {
  const end = envelope.subarray(0, headMax).indexOf(10)
  if (end < 0) return { ok: false, why: 'no envelope head' }
  const head = Buffer.from(envelope.subarray(0, end)).toString('latin1')
  const match = /^LOA1 ([a-z0-9]{1,64}) ([A-Za-z0-9_-]{86})$/.exec(head)
  if (match?.[1] === undefined || match[2] === undefined) return { ok: false, why: 'not an envelope' }
  const key = findKey(match[1])
  if (key === undefined) return { ok: false, why: `unknown key ${match[1]}` }
  const bytes = envelope.subarray(end + 1)
  const signature = Buffer.from(match[2], 'base64url')
  // The last digit has bits to spare: only one of its spellings counts, so that a document has one envelope.
  if (signature.toString('base64url') !== match[2]) return { ok: false, why: 'not an envelope' }
  if (!verify(null, signedBytes(type, bytes), key, signature)) {
    return { ok: false, why: 'wrong signature' }
  }
  const document = readMessage(shape, bytes)
  return document.ok ? { ok: true, value: { kid: match[1], document: document.value } } : document
}

/** The kid that an envelope names, believed or not; undefined when it is no envelope. */
export function signerOf(envelope: Uint8Array): string | undefined {
  const head = Buffer.from(envelope.subarray(0, headMax)).toString('latin1')
  return /^LOA1 ([a-z0-9]{1,64}) /.exec(head)?.[1]
}

/** What a signature over a document of this type covers. */
export function signedBytes(type: EnvelopeType, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`loa/1\0${type}\0`, 'ascii'), bytes])
}

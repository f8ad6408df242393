/**
 * A passkey's signature over a statement, checked with node:crypto alone. A page asks the approver's authenticator
 * (a phone, a security key) to sign; what it signs is not the statement but `authenticatorData ‖
 * SHA-256(clientDataJSON)`, and the challenge in clientDataJSON is the SHA-256 of what the person means to sign.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { z } from 'zod'
import type { Parsed } from '../base/errors.ts'
import { publicKeyText } from './envelope.ts'

/** What an authenticator gave back, as it gave it. */
export type PasskeySignature = {
  clientDataJSON: Uint8Array
  authenticatorData: Uint8Array
  /** ECDSA in DER for P-256, 64 bytes for Ed25519. */
  signature: Uint8Array
}

/** A passkey that may sign: for one domain (`rpId`), on pages of these origins. */
export type Passkey = { publicKey: KeyObject; rpId: string; origins: readonly string[] }

/** Bounds in bytes; an assertion of a browser of today takes about 200, 37 and 72 of them. */
export const passkeyBytesMax = { clientDataJSON: 1024, authenticatorData: 512, signature: 80 } as const

const flags = { userPresent: 0x01, userVerified: 0x04, backupAble: 0x08, backedUp: 0x10, attested: 0x40 }
const extensions = 0x80
/** SHA-256 of the rpId, the flags, and a counter of four bytes, which synchronised passkeys leave at 0: it is not asked. */
const authenticatorBytesMin = 37

/** Browsers add fields whenever they like; these are the ones that count. */
const ClientData = z.object({
  type: z.literal('webauthn.get'),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.literal(false).optional(),
  topOrigin: z.undefined().optional(),
})

/** The challenge that stands for these bytes: their SHA-256. */
export function challengeOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

/**
 * Why this signature does not show that a person meant to sign these bytes with this passkey; undefined when it
 * does. Never throws.
 */
export function whyNotSigned(
  bytes: Uint8Array,
  { clientDataJSON, authenticatorData, signature }: PasskeySignature,
  passkey: Passkey,
): string | undefined {
  if (clientDataJSON.length > passkeyBytesMax.clientDataJSON) return 'clientDataJSON is too long'
  if (authenticatorData.length > passkeyBytesMax.authenticatorData) return 'authenticatorData is too long'
  if (signature.length > passkeyBytesMax.signature) return 'the signature is too long'
  const client = readClientData(clientDataJSON)
  if (!client.ok) return client.why
  const { challenge, origin } = client.value
  if (challenge !== Buffer.from(challengeOf(bytes)).toString('base64url')) return 'signed for something else'
  if (!passkey.origins.includes(origin)) return 'signed on a page of another origin'
  const why = whyNotPresent(authenticatorData, passkey.rpId)
  if (why !== undefined) return why
  const signed = Buffer.concat([authenticatorData, challengeOf(clientDataJSON)])
  return isSignedBy(passkey.publicKey, signed, signature) ? undefined : 'wrong signature'
}

function readClientData(bytes: Uint8Array): Parsed<z.infer<typeof ClientData>> {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    const read = ClientData.safeParse(json)
    if (read.success) return { ok: true, value: read.data }
    return { ok: false, why: `clientDataJSON: ${read.error.issues[0]?.path.join('.') ?? 'wrong shape'}` }
  } catch {
    return { ok: false, why: 'clientDataJSON is not JSON in UTF-8' }
  }
}

/** The authenticator says that it spoke for this domain, and that its owner was there and showed who they are. */
function whyNotPresent(authenticatorData: Uint8Array, rpId: string): string | undefined {
  if (authenticatorData.length < authenticatorBytesMin) return 'authenticatorData is too short'
  const domain = createHash('sha256').update(rpId).digest()
  if (Buffer.compare(authenticatorData.subarray(0, 32), domain) !== 0) return 'signed for another domain'
  const said = authenticatorData[32] ?? 0
  if ((said & flags.userPresent) === 0) return 'nobody touched the authenticator'
  if ((said & flags.userVerified) === 0) return 'the authenticator did not ask who is there'
  if ((said & flags.backedUp) !== 0 && (said & flags.backupAble) === 0)
    return 'authenticatorData contradicts itself'
  // A new key comes with an enrolment only; what follows the counter must have been announced.
  const longer = authenticatorData.length > authenticatorBytesMin
  if ((said & flags.attested) !== 0 || longer !== ((said & extensions) !== 0))
    return 'authenticatorData has another form'
  return undefined
}

function isSignedBy(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  // Ed25519 hashes by itself; ES256 is ECDSA over SHA-256.
  return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', bytes, key, signature)
}

/**
 * Reads a passkey's public key: SPKI DER in base64url, P-256 (ES256) or Ed25519 (EdDSA). Throws on any other key,
 * and on a second spelling of one, so that a key has one kid.
 */
export function readPasskeyPublicKey(text: string): KeyObject {
  const key = createPublicKey({ key: Buffer.from(text, 'base64url'), type: 'spki', format: 'der' })
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  const isKnown = type === 'ed25519' || (type === 'ec' && details?.namedCurve === 'prime256v1')
  if (!isKnown) throw new TypeError('not the public key of a passkey')
  const usual = createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' })
  if (publicKeyText(usual) !== text) throw new TypeError('not the usual spelling of a public key')
  return key
}

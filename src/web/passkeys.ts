/**
 * Passkeys on our pages: where they may be used, what the browser is asked for, and whether what it brings back holds.
 * What a signature is worth is the business of approval, which checks it once more and by itself.
 */
import { isIP } from 'node:net'
import type { Request } from 'express'
import {
  type AuthenticatorTransport,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { z } from 'zod'
import type { MadePasskey, PasskeySignature } from '../approval/index.ts'
import { AppError, reasonOf } from '../base/errors.ts'
import { hostName } from '../base/hosts.ts'
import type { Web } from './visit.ts'
import { sentence, type Word } from './words/index.ts'

/** Where passkeys are made and sign: a domain and an origin of it; or why this page is no such place. */
export type PasskeyPlace =
  | { ok: true; rpId: string; origin: string }
  /** `here`: the address under which it would be one; empty when there is none. */
  | { ok: false; why: 'address' | 'insecure' | 'elsewhere'; here: string }

/** ES256 and EdDSA: what controllers check with nothing but their own programme. */
const algorithms = [-7, -8]
const timeoutMs = 120_000
/** An answer of a browser of today takes about two thousand characters. */
const answerCharactersMax = 16_384

/**
 * Whether passkeys work on the page that was asked for. Browsers take them on HTTPS under a name, and on `localhost`;
 * never under the number of a machine.
 */
export function passkeyPlace({ publicUrl }: Web, request: Request): PasskeyPlace {
  if (publicUrl !== undefined) {
    const { hostname, origin, protocol } = new URL(publicUrl)
    if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return { ok: false, why: 'address', here: '' }
    const secure = protocol === 'https:' || hostname === 'localhost'
    return secure ? { ok: true, rpId: hostname, origin } : { ok: false, why: 'insecure', here: '' }
  }
  const [, name = '', port = ''] = /^(.*?)(:\d+)?$/.exec(request.headers.host ?? '') ?? []
  const origin = `http://localhost${port}`
  if (hostName(name) === 'localhost') return { ok: true, rpId: 'localhost', origin }
  return { ok: false, why: 'elsewhere', here: origin }
}

/** What the browser is asked for to make a passkey, as its script takes it. */
export function optionsToMake(wanted: {
  rpId: string
  challenge: string
  person: { id: string; name: string }
  known: readonly MadePasskey[]
}): Promise<object> {
  const { rpId, challenge, person, known } = wanted
  return generateRegistrationOptions({
    ...{ rpName: 'Loa Làng', rpID: rpId, userName: person.id, userDisplayName: person.name },
    userID: new Uint8Array(Buffer.from(person.id)),
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    timeout: timeoutMs,
    attestationType: 'none',
    excludeCredentials: known.map(descriptorOf),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  })
}

/** What the browser is asked for to sign a statement with this passkey. */
export function optionsToSign(passkey: MadePasskey, challenge: Uint8Array): Promise<object> {
  return generateAuthenticationOptions({
    rpID: passkey.rpId,
    challenge: new Uint8Array(challenge),
    timeout: timeoutMs,
    allowCredentials: [descriptorOf(passkey)],
    userVerification: 'required',
  })
}

function descriptorOf({ credential, transports }: MadePasskey) {
  return { id: credential, transports: transports as AuthenticatorTransport[] }
}

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/)
const credentialFields = { id: base64url, rawId: base64url, type: z.literal('public-key') }

/** What a browser gives back; fields it adds are dropped. */
const Made = z.object({
  ...credentialFields,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string().max(32)).max(8).optional(),
  }),
})
const Signed = z.object({
  ...credentialFields,
  response: z.object({ clientDataJSON: base64url, authenticatorData: base64url, signature: base64url }),
})

function answerOf<T>(schema: z.ZodType<T>, text: string): T {
  try {
    if (text.length <= answerCharactersMax) return schema.parse(JSON.parse(text))
  } catch {
    // Not what a browser gives back: said below, as for one that is too long.
  }
  throw new AppError('invalid', sentence('keys.no-answer'))
}

/** A passkey that a browser made for this challenge on this place. Refuses (`invalid`) an answer that does not hold. */
export async function madeAt(
  place: PasskeyPlace & { ok: true },
  challenge: string,
  text: string,
): Promise<Pick<MadePasskey, 'credential' | 'coseKey' | 'counter' | 'transports' | 'rpId' | 'origin'>> {
  const answer = answerOf(Made, text)
  const made = await held('keys.not-made', 'invalid', () =>
    verifyRegistrationResponse({
      response: { ...answer, clientExtensionResults: {} } as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: place.origin,
      expectedRPID: place.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    }),
  )
  if (!made.verified) throw new AppError('invalid', sentence('keys.not-made', { why: 'attestation' }))
  const { credential } = made.registrationInfo
  return {
    credential: credential.id,
    coseKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: answer.response.transports ?? [],
    ...{ rpId: place.rpId, origin: place.origin },
  }
}

/**
 * A passkey's signature over a challenge, and how far its authenticator has counted. Refuses (`forbidden`) an answer
 * of another credential, page or challenge, one for which nobody was asked who they are, one that was there before,
 * and a wrong signature; (`invalid`) what is no answer.
 */
export async function signedAt(
  place: PasskeyPlace & { ok: true },
  passkey: MadePasskey,
  challenge: Uint8Array,
  text: string,
): Promise<{ signed: PasskeySignature; counter: number }> {
  const answer = answerOf(Signed, text)
  if (answer.id !== passkey.credential) throw new AppError('forbidden', sentence('approvals.other-passkey'))
  const result = await held('approvals.not-signed', 'forbidden', () =>
    verifyAuthenticationResponse({
      response: { ...answer, clientExtensionResults: {} },
      expectedChallenge: Buffer.from(challenge).toString('base64url'),
      expectedOrigin: place.origin,
      expectedRPID: passkey.rpId,
      requireUserVerification: true,
      credential: {
        id: passkey.credential,
        publicKey: new Uint8Array(Buffer.from(passkey.coseKey, 'base64url')),
        counter: passkey.counter,
      },
    }),
  )
  if (!result.verified)
    throw new AppError('forbidden', sentence('approvals.not-signed', { why: 'signature' }))
  const { clientDataJSON, authenticatorData, signature } = answer.response
  const bytes = (given: string): Uint8Array => Buffer.from(given, 'base64url')
  return {
    signed: {
      clientDataJSON: bytes(clientDataJSON),
      authenticatorData: bytes(authenticatorData),
      signature: bytes(signature),
    },
    counter: result.authenticationInfo.newCounter,
  }
}

/** The library throws where something does not hold; people are told so in a sentence, with its reason. */
async function held<T>(word: Word, code: 'invalid' | 'forbidden', check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (error) {
    throw new AppError(code, sentence(word, { why: reasonOf(error).slice(0, 200) }), { cause: error })
  }
}

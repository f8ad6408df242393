/**
 * An authenticator made of node:crypto: it signs what a browser would have it sign. For tests of what may be believed
 * of a passkey; the real one is Chromium's, in the tests of the pages.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { challengeFor, sealWithPasskey, statementBytes } from '../../src/wire/approval.ts'
import { kidOf, publicKeyText } from '../../src/wire/envelope.ts'
import type { ApprovalStatement } from '../../src/wire/messages.ts'
import type { PasskeySignature } from '../../src/wire/passkey.ts'

export const rpId = 'loa.example.vn'
export const origin = 'https://loa.example.vn'

/** What a browser says and an authenticator does, each of which can be made wrong. */
export type Ceremony = {
  type: string
  challenge: string
  origin: string
  rpId: string
  /** UP 0x01, UV 0x04, BE 0x08, BS 0x10, AT 0x40, ED 0x80. */
  flags: number
  /** Fields of clientDataJSON beside the usual ones. */
  more: Record<string, unknown>
  /** What follows the counter. */
  tail: Uint8Array
}

export class SamplePasskey {
  readonly publicKey: string
  readonly kid: string
  readonly #privateKey: KeyObject

  constructor(algorithm: 'ES256' | 'EdDSA' = 'ES256') {
    const pair =
      algorithm === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519')
    this.publicKey = publicKeyText(pair.publicKey)
    this.kid = kidOf(this.publicKey)
    this.#privateKey = pair.privateKey
  }

  /** Signs a challenge as a page of the usual origin asks for it, with the changes. */
  signs(challenge: Uint8Array, changes: Partial<Ceremony> = {}): PasskeySignature {
    const usual: Ceremony = {
      ...{ type: 'webauthn.get', challenge: Buffer.from(challenge).toString('base64url'), origin, rpId },
      ...{ flags: 0x1d, more: {}, tail: new Uint8Array() },
    }
    const { type, challenge: asked, origin: page, rpId: domain, flags, more, tail } = { ...usual, ...changes }
    const client = { type, challenge: asked, origin: page, crossOrigin: false, ...more }
    const clientDataJSON = Buffer.from(JSON.stringify(client))
    const authenticatorData = Buffer.concat([
      createHash('sha256').update(domain).digest(),
      Buffer.from([flags, 0, 0, 0, 0]),
      tail,
    ])
    return {
      clientDataJSON,
      authenticatorData,
      signature: this.signsBytes(authenticatorData, clientDataJSON),
    }
  }

  /** The bare signature over what an authenticator and a browser have said, whatever it is. */
  signsBytes(authenticatorData: Uint8Array, clientDataJSON: Uint8Array): Uint8Array {
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()])
    return sign(this.#privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256', signed, this.#privateKey)
  }

  /** A whole envelope over a statement. */
  seals(statement: ApprovalStatement, changes: Partial<Ceremony> = {}): Uint8Array {
    const bytes = statementBytes(statement)
    return sealWithPasskey(bytes, this.kid, this.signs(challengeFor(bytes), changes))
  }

  /** As the keys document lists it. */
  entry(person: string, until: number) {
    const { kid, publicKey } = this
    const listed = { role: 'approver' as const, name: person, person, kind: 'passkey' as const, until }
    return { kid, publicKey, ...listed, rpId, origins: [origin] }
  }
}

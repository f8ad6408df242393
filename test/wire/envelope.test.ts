import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type EnvelopeType,
  kidOf,
  newSigningKey,
  openEnvelope,
  privateKeyPem,
  readPublicKey,
  readSigningKey,
  sealEnvelope,
} from '../../src/wire/envelope.ts'
import { StateMessage } from '../../src/wire/messages.ts'

const key = newSigningKey()
const stranger = newSigningKey()
const document: StateMessage = { v: 1, state: 'ready', birth: 7, at: 1_764_000_000_000 }
const known = (kid: string) => (kid === key.kid ? readPublicKey(key.publicKey) : undefined)
const sealed = sealEnvelope('plan', StateMessage, document, key)

describe('the signed envelope', () => {
  it('gives back the document and who signed it', () => {
    expect(openEnvelope('plan', StateMessage, sealed, known)).toEqual({
      ok: true,
      value: { kid: key.kid, document },
    })
  })

  it('is one line of head and then the exact bytes of the document', () => {
    const text = Buffer.from(sealed).toString('utf8')
    expect(text).toMatch(/^LOA1 k[0-9a-f]{16} [A-Za-z0-9_-]{86}\n\{"v":1,/)
    expect(text.slice(text.indexOf('\n') + 1)).toBe(JSON.stringify(document))
  })

  it('is refused when any bit of any byte is changed', () => {
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.nat(7), (at, bit) => {
        const changed = Buffer.from(sealed)
        changed[at] = changed[at]! ^ (1 << bit)
        expect(openEnvelope('plan', StateMessage, changed, known).ok).toBe(false)
      }),
      { numRuns: 600 },
    )
  })

  it('is refused when the spare bits of the signature’s last digit are used for a second spelling', () => {
    const head = Buffer.from(sealed).indexOf(10)
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const accepted = Array.from(digits).filter((digit) => {
      const spelled = Buffer.from(sealed)
      spelled.write(digit, head - 1, 'latin1')
      return openEnvelope('plan', StateMessage, spelled, known).ok
    })
    expect(accepted).toEqual([Buffer.from(sealed).toString('latin1', head - 1, head)])
  })

  it('is refused when bytes are cut off or added', () => {
    for (let length = 0; length < sealed.length; length += 1) {
      expect(openEnvelope('plan', StateMessage, sealed.subarray(0, length), known).ok).toBe(false)
    }
    expect(openEnvelope('plan', StateMessage, Buffer.concat([sealed, Buffer.from(' ')]), known)).toEqual({
      ok: false,
      why: 'wrong signature',
    })
  })

  it('signed as one type never passes as another', () => {
    const types: EnvelopeType[] = ['keys', 'approval', 'plan', 'receipts', 'reported']
    for (const signed of types) {
      const envelope = sealEnvelope(signed, StateMessage, document, key)
      for (const read of types)
        expect(openEnvelope(read, StateMessage, envelope, known).ok).toBe(signed === read)
    }
  })

  it('is refused when signed by a key nobody knows, or by another under a known name', () => {
    const foreign = sealEnvelope('plan', StateMessage, document, stranger)
    expect(openEnvelope('plan', StateMessage, foreign, known)).toEqual({
      ok: false,
      why: `unknown key ${stranger.kid}`,
    })
    const borrowed = sealEnvelope('plan', StateMessage, document, {
      kid: key.kid,
      privateKey: stranger.privateKey,
    })
    expect(openEnvelope('plan', StateMessage, borrowed, known)).toEqual({ ok: false, why: 'wrong signature' })
  })

  it('is refused when the signature is right and the document is not of this shape', () => {
    const wrong = sealEnvelope(
      'plan',
      StateMessage.loose(),
      { ...document, state: 'ready', birth: 1, extra: 1 },
      key,
    )
    expect(openEnvelope('plan', StateMessage, wrong, known).ok).toBe(true)
    const Other = StateMessage.pick({ v: true })
    const other = sealEnvelope('plan', Other, { v: 1 }, key)
    expect(openEnvelope('plan', StateMessage, other, known)).toMatchObject({
      ok: false,
      why: expect.stringContaining('state') as string,
    })
  })

  it('never throws, whatever bytes arrive', () => {
    const head = Buffer.from(`LOA1 ${key.kid} ${'A'.repeat(86)}\n`)
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.uint8Array({ maxLength: 100 }).map((tail) => Buffer.concat([head, tail])),
      fc.string({ maxLength: 300 }).map((text) => Buffer.from(`LOA1 ${text}`)),
    )
    fc.assert(
      fc.property(anything, (bytes) => !openEnvelope('plan', StateMessage, bytes, known).ok),
      { numRuns: 500 },
    )
  })

  it('refuses to seal what is not of the shape', () => {
    expect(() => sealEnvelope('plan', StateMessage, { ...document, birth: -1 }, key)).toThrow()
  })
})

describe('keys', () => {
  it('a kid is derived from the public key', () => {
    expect(key.kid).toBe(kidOf(key.publicKey))
    expect(key.kid).not.toBe(stranger.kid)
  })

  it('a key file opens with its passphrase and with no other', () => {
    const pem = privateKeyPem(key.privateKey, 'một câu rất dài')
    expect(pem).toContain('ENCRYPTED')
    const { kid, publicKey } = readSigningKey(pem, 'một câu rất dài')
    expect({ kid, publicKey }).toEqual({ kid: key.kid, publicKey: key.publicKey })
    expect(() => readSigningKey(pem, 'một câu khác')).toThrow()
    expect(() => readSigningKey(pem)).toThrow()
  })

  it('a device’s own key file has no passphrase', () => {
    expect(readSigningKey(privateKeyPem(key.privateKey)).kid).toBe(key.kid)
  })

  it('a public key that is not Ed25519 is refused', () => {
    const x25519 = 'MCowBQYDK2VuAyEA3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08'
    expect(() => readPublicKey(x25519)).toThrow()
    expect(() => readPublicKey('')).toThrow()
  })
})

import fc from 'fast-check'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  type ApproverKey,
  approverKeyOf,
  challengeFor,
  openApprovalEnvelope,
  passkeyHeadMax,
  sealWithPasskey,
  statementBytes,
} from '../../src/wire/approval.ts'
import { publicKeyFromCose } from '../../src/wire/cose.ts'
import { newSigningKey, publicKeyText, readPublicKey, sealEnvelope } from '../../src/wire/envelope.ts'
import { ApprovalStatement } from '../../src/wire/messages.ts'
import { passkeyBytesMax, readPasskeyPublicKey } from '../../src/wire/passkey.ts'
import { type Ceremony, origin, rpId, SamplePasskey } from '../support/passkey.ts'

const at = 1_795_428_000_000
const statement: ApprovalStatement = {
  ...{ v: 1, approval: 'appr-1', script: 'tim-viec', version: 2, languages: ['vi', 'ktu'] },
  ...{ priority: 'uu-tien', area: ['20440'], approver: 'lan', at, from: at, until: at + 1000 },
  ...{ root: 'ab'.repeat(32), leaves: 482 },
}
const bytes = statementBytes(statement)

describe.each(['ES256', 'EdDSA'] as const)('an approval signed by a passkey (%s)', (algorithm) => {
  const passkey = new SamplePasskey(algorithm)
  const key = approverKeyOf(passkey.entry('lan', at))!
  const known = (kid: string): ApproverKey | undefined => (kid === passkey.kid ? key : undefined)
  const open = (envelope: Uint8Array) => openApprovalEnvelope(envelope, known)
  const whyNot = (envelope: Uint8Array): string => {
    const opened = open(envelope)
    return opened.ok ? 'taken' : opened.why
  }
  const sealed = passkey.seals(statement)

  it('gives back the statement, and by which key it was signed, in which way, whose key it is', () => {
    expect(open(sealed)).toEqual({
      ok: true,
      value: { kid: passkey.kid, kind: 'passkey', person: 'lan', statement },
    })
  })

  it('is one line of head and then the exact bytes that were signed', () => {
    const text = Buffer.from(sealed).toString('utf8')
    expect(text.slice(0, text.indexOf('\n'))).toMatch(/^LOA1P k[0-9a-f]{16} [\w-]+ [\w-]+ [\w-]+$/)
    expect(text.slice(text.indexOf('\n') + 1)).toBe(Buffer.from(bytes).toString('utf8'))
    expect(sealed.length).toBeLessThan(1200)
  })

  it('is refused when any bit of any byte is changed', () => {
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.nat(7), (place, bit) => {
        const changed = Buffer.from(sealed)
        changed[place] = changed[place]! ^ (1 << bit)
        expect(open(changed).ok).toBe(false)
      }),
      { numRuns: 1500 },
    )
  })

  it('is refused when anything is cut off or added', () => {
    for (let length = 0; length < sealed.length; length += 1)
      expect(open(sealed.subarray(0, length)).ok).toBe(false)
    expect(open(Buffer.concat([sealed, Buffer.from(' ')])).ok).toBe(false)
  })

  it.each<[string, Partial<Ceremony>, string]>([
    ['for another purpose', { type: 'webauthn.create' }, 'clientDataJSON: type'],
    ['for another challenge', { challenge: Buffer.alloc(32, 7).toString('base64url') }, 'something else'],
    ['for no challenge', { challenge: '' }, 'something else'],
    ['on a page of another origin', { origin: 'https://loa.example.vn.evil.example' }, 'another origin'],
    ['on the same host at another port', { origin: `${origin}:8443` }, 'another origin'],
    ['without TLS', { origin: 'http://loa.example.vn' }, 'another origin'],
    ['for another domain', { rpId: 'example.vn' }, 'another domain'],
    ['without a touch', { flags: 0x1c }, 'nobody touched'],
    ['without asking who is there', { flags: 0x19 }, 'did not ask who is there'],
    ['with flags that contradict each other', { flags: 0x15 }, 'contradicts itself'],
    ['with the data of an enrolment', { flags: 0x5d, tail: Buffer.alloc(20) }, 'another form'],
    ['with data that were not announced', { tail: Buffer.from([0xa0]) }, 'another form'],
    ['with announced data that are not there', { flags: 0x9d }, 'another form'],
    ['inside a page of somebody else', { more: { crossOrigin: true } }, 'clientDataJSON: crossOrigin'],
    [
      'below a page of somebody else',
      { more: { topOrigin: 'https://evil.example' } },
      'clientDataJSON: topOrigin',
    ],
    ['with more than a browser says', { more: { filler: 'x'.repeat(900) } }, 'too long'],
  ])('is refused when it was signed %s, however right the signature', (_said, changes, why) => {
    expect(whyNot(passkey.seals(statement, changes))).toContain(why)
  })

  it('is taken with what browsers add, and with extensions that the authenticator announced', () => {
    const more = { other_keys_can_be_added_here: 'do not compare clientDataJSON against a template' }
    expect(open(passkey.seals(statement, { more })).ok).toBe(true)
    expect(open(passkey.seals(statement, { flags: 0x9d, tail: Buffer.from([0xa0]) })).ok).toBe(true)
  })

  it('covers one statement and no other: each changed field is refused', () => {
    const signed = passkey.signs(challengeFor(bytes))
    const changed: ApprovalStatement[] = [
      { ...statement, approval: 'appr-2' },
      { ...statement, script: 'vay-von' },
      { ...statement, version: 3 },
      { ...statement, languages: ['vi'] },
      { ...statement, priority: 'khan-cap' },
      { ...statement, area: 'all' },
      { ...statement, approver: 'minh' },
      { ...statement, at: at + 1 },
      { ...statement, from: at - 1 },
      { ...statement, until: at + 1001 },
      { ...statement, root: 'ac'.repeat(32) },
      { ...statement, leaves: 481 },
    ]
    expect(changed.length).toBe(Object.keys(statement).length - 1)
    for (const other of changed) {
      expect(whyNot(sealWithPasskey(statementBytes(other), passkey.kid, signed))).toBe(
        'signed for something else',
      )
    }
  })

  it('is refused under a key of another person, another passkey, or one listed for another domain', () => {
    const foreign = new SamplePasskey(algorithm)
    expect(whyNot(foreign.seals(statement))).toBe(`unknown key ${foreign.kid}`)
    const borrowed = sealWithPasskey(bytes, passkey.kid, foreign.signs(challengeFor(bytes)))
    expect(whyNot(borrowed)).toBe('wrong signature')
    const minhs = openApprovalEnvelope(sealed, () => ({ ...key, person: 'minh' }))
    expect(minhs).toEqual({ ok: false, why: 'the key is not one of lan' })
    const elsewhere = approverKeyOf({ ...passkey.entry('lan', at), rpId: 'loa2.example.vn' })
    expect(openApprovalEnvelope(sealed, () => elsewhere)).toEqual({
      ok: false,
      why: 'signed for another domain',
    })
  })

  it('never throws, whatever bytes arrive', () => {
    const head = Buffer.from(`LOA1P ${passkey.kid} `)
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((tail) => Buffer.concat([head, tail])),
      fc
        .tuple(fc.base64String({ maxLength: 100 }), fc.base64String({ maxLength: 60 }), fc.json())
        .map((fields) => {
          const told = fields.map((field) => Buffer.from(field).toString('base64url')).join(' ')
          return Buffer.concat([head, Buffer.from(`${told}\n{"v":1}`)])
        }),
    )
    fc.assert(
      fc.property(anything, (envelope) => !open(envelope).ok),
      { numRuns: 500 },
    )
  })
})

describe('the two kinds of approver’s keys', () => {
  it('never pass for each other, though both may be Ed25519', () => {
    const passkey = new SamplePasskey('EdDSA')
    const asKey: ApproverKey = {
      ...{ kind: 'ed25519', person: 'lan' },
      publicKey: readPublicKey(passkey.publicKey),
    }
    expect(openApprovalEnvelope(passkey.seals(statement), () => asKey)).toMatchObject({ ok: false })
    const key = newSigningKey()
    const asPasskey: ApproverKey = {
      ...{ kind: 'passkey', person: 'lan', rpId, origins: [origin] },
      publicKey: readPublicKey(key.publicKey),
    }
    const sealed = sealEnvelope('approval', ApprovalStatement, statement, key)
    expect(openApprovalEnvelope(sealed, () => asPasskey)).toMatchObject({ ok: false })
  })

  it('an Ed25519 key signs approvals as before, also where the keys document does not say whose it is', () => {
    const key = newSigningKey()
    const entry = {
      kid: key.kid,
      role: 'approver' as const,
      publicKey: key.publicKey,
      name: 'Lan',
      until: at,
    }
    const sealed = sealEnvelope('approval', ApprovalStatement, statement, key)
    expect(openApprovalEnvelope(sealed, () => approverKeyOf(entry))).toEqual({
      ok: true,
      value: { kid: key.kid, kind: 'ed25519', person: null, statement },
    })
    expect(openApprovalEnvelope(sealed, () => approverKeyOf({ ...entry, person: 'minh' }))).toMatchObject({
      ok: false,
    })
  })

  it('a keys document’s entry that is no key of its kind is nobody’s', () => {
    const passkey = new SamplePasskey()
    const { rpId: _rpId, ...without } = passkey.entry('lan', at)
    expect(approverKeyOf(without)).toBeUndefined()
    expect(approverKeyOf({ ...passkey.entry('lan', at), kind: 'ed25519' })).toBeUndefined()
    expect(approverKeyOf({ ...passkey.entry('lan', at), publicKey: 'AAAA' })).toBeUndefined()
  })

  it('a head of the largest fields there may be still fits', () => {
    const largest = {
      clientDataJSON: Buffer.alloc(passkeyBytesMax.clientDataJSON),
      authenticatorData: Buffer.alloc(passkeyBytesMax.authenticatorData),
      signature: Buffer.alloc(passkeyBytesMax.signature),
    }
    const envelope = sealWithPasskey(bytes, 'k'.repeat(64), largest)
    expect(Buffer.from(envelope).indexOf(10)).toBe(passkeyHeadMax)
    expect(openApprovalEnvelope(envelope, () => undefined)).toEqual({
      ok: false,
      why: `unknown key ${'k'.repeat(64)}`,
    })
  })
})

describe('a passkey’s public key', () => {
  const coordinate = (text = ''): number[] => [0x58, 32, ...Buffer.from(text, 'base64url')]
  const es256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  const eddsa = generateKeyPairSync('ed25519').publicKey
  const [ec, okp] = [es256, eddsa].map((key) => key.export({ format: 'jwk' }))
  const coseEc = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, ...coordinate(ec?.x), 0x22, ...coordinate(ec?.y)]
  const coseOkp = [0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, ...coordinate(okp?.x)]

  it('comes from the browser as a COSE key and is kept as SPKI', () => {
    expect(publicKeyFromCose(Uint8Array.from(coseEc))).toEqual({ ok: true, value: publicKeyText(es256) })
    expect(publicKeyFromCose(Uint8Array.from(coseOkp))).toEqual({ ok: true, value: publicKeyText(eddsa) })
  })

  it.each<[string, number[]]>([
    ['with bytes behind it', [...coseEc, 0]],
    ['cut short', coseEc.slice(0, -1)],
    ['with another algorithm', coseEc.with(4, 0x27)],
    ['of another curve', coseEc.with(6, 2)],
    ['with a field twice', [...coseOkp.with(0, 0xa5), 0x20, 6]],
    ['with a field too many', [...coseOkp.with(0, 0xa5), 2, 0x41, 7]],
    ['without its second half', [0xa4, ...coseEc.slice(1, -35)]],
    ['that is no point of the curve', [...coseEc.slice(0, -32), ...Array<number>(32).fill(1)]],
    ['in a longer form than need be', [0xb8, 5, ...coseEc.slice(1)]],
    ['of no form at all', []],
    ['that is a list', [0x80]],
    ['longer than any', Array<number>(300).fill(0xa0)],
  ])('%s is refused', (_said, cose) => {
    expect(publicKeyFromCose(Uint8Array.from(cose)).ok).toBe(false)
  })

  it('never throws, whatever bytes arrive', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (cose) => !publicKeyFromCose(cose).ok),
      { numRuns: 500 },
    )
  })

  it('is P-256 or Ed25519, in one spelling', () => {
    expect(readPasskeyPublicKey(publicKeyText(es256)).asymmetricKeyType).toBe('ec')
    expect(readPasskeyPublicKey(publicKeyText(eddsa)).asymmetricKeyType).toBe('ed25519')
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey
    expect(() => readPasskeyPublicKey(publicKeyText(p384))).toThrow()
    // The same key with its point compressed would have another kid.
    const point = createPublicKey(es256.export({ type: 'spki', format: 'pem' })).export({
      format: 'der',
      type: 'spki',
    })
    const prefix = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex')
    const compressed = Buffer.concat([prefix, Buffer.from([2 + (point.at(-1)! & 1)]), point.subarray(27, 59)])
    expect(createPublicKey({ key: compressed, format: 'der', type: 'spki' }).asymmetricKeyType).toBe('ec')
    expect(() => readPasskeyPublicKey(compressed.toString('base64url'))).toThrow()
    expect(() => readPasskeyPublicKey('')).toThrow()
  })
})

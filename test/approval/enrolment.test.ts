import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  approve,
  confirmKey,
  currentKeysDocument,
  enrolKey,
  type KeyState,
  keyStates,
  passkeyText,
} from '../../src/approval/index.ts'
import { addPerson, addPersonKey, deedsOf, enrolKeyAgain, revokePersonKey } from '../../src/people/index.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import { type Desk, monday, openDesk, submitted } from '../support/desk.ts'
import { origin, rpId, SamplePasskey } from '../support/passkey.ts'
import { putRecording } from '../support/recordings.ts'
import { refusalOf } from '../support/refusal.ts'

const tuesday = '2026-11-24T01:00:00.000Z'
const key = newSigningKey()

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const enrol = (more: Partial<Parameters<typeof enrolKey>[1]> = {}): Promise<string> =>
  enrolKey(desk.database, { person: 'lan', publicKey: key.publicKey, by: 'quan-tri', now: tuesday, ...more })
const confirm = (by: string, kid = key.kid): Promise<void> =>
  confirmKey(desk.database, { kid, by, now: tuesday })

async function stateOf(kid: string): Promise<KeyState | undefined> {
  return (await keyStates(desk.database, tuesday)).find((one) => one.kid === kid)?.state
}

describe('an approver’s key', () => {
  it('is enrolled by an admin, confirmed by a second person, signed by the root, and can be revoked', async () => {
    expect(await enrol()).toBe(key.kid)
    expect(await stateOf(key.kid)).toBe('pending-confirmation')
    await confirm('minh')
    expect(await stateOf(key.kid)).toBe('pending-root')
    await desk.rootSigns(tuesday)
    expect(await stateOf(key.kid)).toBe('active')
    await revokePersonKey(desk.database, { kid: key.kid, why: 'mất máy', now: tuesday })
    expect(await stateOf(key.kid)).toBe('revoked')
    const deeds = await deedsOf(desk.database, { subject: key.kid })
    expect(deeds.map(({ what, person }) => [what, person])).toEqual([
      ['key.revoked', null],
      ['key.confirmed', 'minh'],
      ['key.enrolled', 'quan-tri'],
      ['key.added', 'quan-tri'],
    ])
  })

  it('is listed by the root only after it was confirmed, with its owner and how it signs', async () => {
    await enrol()
    await desk.rootSigns(tuesday)
    expect((await currentKeysDocument(desk.database))!.kids).not.toContain(key.kid)
    await confirm('minh')
    await desk.rootSigns(tuesday)
    const { envelope } = (await currentKeysDocument(desk.database))!
    const { keys } = JSON.parse(Buffer.from(envelope).toString().split('\n')[1]!) as {
      keys: { kid: string }[]
    }
    expect(keys.find(({ kid }) => kid === key.kid)).toMatchObject({ person: 'lan', kind: 'ed25519' })
  })

  it('enrolled again by the same admin stays as it is', async () => {
    await enrol()
    await confirm('minh')
    await enrol()
    expect(await stateOf(key.kid)).toBe('pending-root')
  })

  it('that nobody enrolled counts for nothing, though it is known', async () => {
    await addPersonKey(desk.database, { person: 'lan', publicKey: key.publicKey, now: tuesday })
    await desk.rootSigns(tuesday)
    expect(await stateOf(key.kid)).toBe('pending-confirmation')
    expect((await currentKeysDocument(desk.database))!.kids).not.toContain(key.kid)
  })

  it('has no root’s word any more when the document has run out', async () => {
    const [lan] = (await keyStates(desk.database, '2028-12-01T00:00:00.000Z')).filter(
      ({ person }) => person === 'lan',
    )
    expect(lan?.state).toBe('pending-root')
  })

  it('is suspended while somebody else had a hand in how its owner signs in', async () => {
    const [kid, by] = [desk.keys.lan.kid, 'quan-tri']
    expect(await stateOf(kid)).toBe('active')
    await desk.database
      .updateTable('person_key')
      .set({ suspended_at: tuesday })
      .where('kid', '=', kid)
      .execute()
    expect(await stateOf(kid)).toBe('suspended')
    await enrolKeyAgain(desk.database, { kid, by, now: tuesday })
    await enrolKeyAgain(desk.database, { kid, by: 'minh', now: tuesday })
    expect(await stateOf(kid)).toBe('active')
  })

  describe('is not enrolled', () => {
    it.each<[string, Partial<Parameters<typeof enrolKey>[1]>, string]>([
      ['by an approver', { by: 'minh' }, 'forbidden'],
      ['by an editor', { by: 'an' }, 'forbidden'],
      ['by an admin of exercises', { by: 'quan-tri-tap' }, 'forbidden'],
      ['by nobody', { by: 'ai-do' }, 'not_found'],
      ['for an editor', { person: 'an' }, 'forbidden'],
      ['for an admin, by the admin', { person: 'quan-tri' }, 'forbidden'],
      ['for nobody', { person: 'ai-do' }, 'not_found'],
      ['when it is no key', { publicKey: 'AAAA' }, 'invalid'],
      ['when it is a passkey’s and nobody says so', { publicKey: new SamplePasskey().publicKey }, 'invalid'],
    ])('%s', async (_said, more, code) => {
      expect((await refusalOf(enrol(more))).code).toBe(code)
    })

    it('by an admin who is suspended', async () => {
      await desk.database
        .updateTable('person')
        .set({ suspended_at: tuesday })
        .where('id', '=', 'quan-tri')
        .execute()
      expect((await refusalOf(enrol())).code).toBe('forbidden')
    })

    it('when it is somebody else’s, or was revoked', async () => {
      const { publicKey, kid } = desk.keys.minh
      expect((await refusalOf(enrol({ publicKey }))).code).toBe('conflict')
      await revokePersonKey(desk.database, { kid, why: 'mất máy', now: tuesday })
      expect((await refusalOf(enrol({ publicKey, person: 'minh' }))).code).toBe('conflict')
    })
  })

  describe('is not confirmed', () => {
    beforeEach(() => enrol())

    it.each([
      ['by its owner', 'lan'],
      ['by who enrolled it', 'quan-tri'],
      ['by an editor', 'an'],
      ['by an operator', 'hoa'],
      ['by an approver of exercises', 'duyet-tap'],
    ])('%s', async (_said, by) => {
      expect((await refusalOf(confirm(by))).code).toBe('forbidden')
      expect(await stateOf(key.kid)).toBe('pending-confirmation')
    })

    it.each([
      ['is suspended', { suspended_at: tuesday }],
      ['is no admin any more', { role: 'editor' }],
    ])('when who enrolled it %s', async (_said, change) => {
      await desk.database.updateTable('person').set(change).where('id', '=', 'quan-tri').execute()
      expect((await refusalOf(confirm('minh'))).code).toBe('forbidden')
      expect(await stateOf(key.kid)).toBe('pending-confirmation')
    })

    it('twice, when it was revoked meanwhile, or when nobody enrolled it', async () => {
      await confirm('quan-tri-hai')
      expect((await refusalOf(confirm('minh'))).code).toBe('conflict')
      const other = newSigningKey()
      await enrol({ publicKey: other.publicKey })
      await revokePersonKey(desk.database, { kid: other.kid, why: 'nhầm', now: tuesday })
      expect((await refusalOf(confirm('minh', other.kid))).code).toBe('conflict')
      expect((await refusalOf(confirm('minh', 'k0'))).code).toBe('not_found')
    })
  })

  it('signs nothing before it is in force, and the refusal says what is missing', async () => {
    const version = await submitted(desk, 'Bà con ơi.')
    await putRecording(desk.database, version)
    const sign = () => approve(desk.database, { ...version, approver: 'lan', key, now: tuesday })
    const refused = async (): Promise<string> => {
      const { code, sentence } = await refusalOf(sign())
      expect(code).toBe('forbidden')
      return sentence.en
    }
    expect(await refused()).toContain('not enrolled')
    await enrol()
    expect(await refused()).toContain('loa keys confirm')
    await confirm('minh')
    expect(await refused()).toContain('loa keys sign')
    await desk.rootSigns(tuesday)
    await desk.database
      .updateTable('person_key')
      .set({ suspended_at: tuesday })
      .where('kid', '=', key.kid)
      .execute()
    expect(await refused()).toContain('suspended')
    await desk.database
      .updateTable('person_key')
      .set({ suspended_at: null })
      .where('kid', '=', key.kid)
      .execute()
    expect(await sign()).toMatchObject({ renditions: 2 })
  })
})

describe('a passkey', () => {
  const passkey = new SamplePasskey()
  const { publicKey } = passkey

  it('is enrolled with its domain and its pages, and listed with them', async () => {
    await enrol({ publicKey, passkey: { rpId, origins: [origin] } })
    await confirm('minh', passkey.kid)
    await desk.rootSigns(tuesday)
    expect(await stateOf(passkey.kid)).toBe('active')
    const { envelope } = (await currentKeysDocument(desk.database))!
    const { keys } = JSON.parse(Buffer.from(envelope).toString().split('\n')[1]!) as {
      keys: { kid: string }[]
    }
    expect(keys.find(({ kid }) => kid === passkey.kid)).toMatchObject({
      ...{ kid: passkey.kid, publicKey, person: 'lan', kind: 'passkey', rpId, origins: [origin] },
    })
  })

  it('may be of this very machine, without TLS', async () => {
    const local = { rpId: 'localhost', origins: ['http://localhost:8080'] }
    expect(await enrol({ publicKey, passkey: local })).toBe(passkey.kid)
  })

  it.each<[string, { rpId: string; origins: string[] }]>([
    ['without a page', { rpId, origins: [] }],
    ['with a page without TLS', { rpId, origins: [`http://${rpId}`] }],
    ['with a page of another domain', { rpId, origins: ['https://loa.example.com'] }],
    ['with a page whose name only ends like it', { rpId, origins: [`https://not${rpId}`] }],
    ['with more than an address', { rpId, origins: [`${origin}/ky`] }],
    ['with five pages', { rpId, origins: [1, 2, 3, 4, 5].map((port) => `${origin}:${String(port)}`) }],
    ['without a domain', { rpId: '', origins: [origin] }],
  ])('is not enrolled %s', async (_said, given) => {
    expect((await refusalOf(enrol({ publicKey, passkey: given }))).code).toBe('invalid')
  })

  it('of a kind we cannot check is refused in words', () => {
    expect(() => passkeyText(Uint8Array.from([0xa0]))).toThrow(/ES256/)
  })
})

it('people of exercises have admins of their own', async () => {
  await addPerson(desk.database, {
    id: 'tap-moi',
    name: 'Tập',
    role: 'approver',
    training: true,
    now: monday,
  })
  const own = { person: 'tap-moi', by: 'quan-tri-tap' }
  expect(await enrol(own)).toBe(key.kid)
  await confirm('duyet-tap')
  await desk.rootSigns(tuesday)
  expect(await stateOf(key.kid)).toBe('active')
})

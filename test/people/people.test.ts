import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import { closeDatabase, type Database, openMemoryDatabase, transact } from '../../src/db/index.ts'
import {
  addPerson,
  addPersonKey,
  deedsOf,
  people,
  personById,
  personKey,
  personKeys,
  recordDeed,
  revokePersonKey,
  type Role,
} from '../../src/people/index.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'

const now = '2026-11-23T01:00:00.000Z'
const later = '2026-11-24T01:00:00.000Z'
const lan = { id: 'lan', name: 'Lê Thị Lan', role: 'approver' as const, training: false, now }

let database: Database
beforeEach(() => {
  database = openMemoryDatabase()
})
afterEach(() => closeDatabase(database))

async function refused(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(AppError)
  const refusal = error as AppError
  expect(refusal.sentence.vi).not.toBe(refusal.sentence.en)
  return refusal
}

describe('people', () => {
  it('are found by their id and listed in its order', async () => {
    await addPerson(database, lan)
    await addPerson(database, { ...lan, id: 'an', name: 'Nguyễn Văn An', role: 'editor', training: true })
    expect(await personById(database, 'an')).toEqual({
      id: 'an',
      name: 'Nguyễn Văn An',
      role: 'editor',
      training: true,
      createdAt: now,
      suspendedAt: null,
    })
    expect((await people(database)).map(({ id }) => id)).toEqual(['an', 'lan'])
  })

  it('are added with a trace', async () => {
    await addPerson(database, { ...lan, by: 'admin' })
    expect(await deedsOf(database, { subject: 'lan' })).toEqual([
      {
        at: now,
        person: 'admin',
        what: 'person.added',
        subject: 'lan',
        detail: { name: 'Lê Thị Lan', role: 'approver', training: false },
      },
    ])
  })

  it('an id that is taken is refused, and the first one stays as it is', async () => {
    await addPerson(database, lan)
    expect(await refused(addPerson(database, { ...lan, name: 'Người khác' }))).toMatchObject({
      code: 'conflict',
      sentence: {
        vi: 'Đã có người mang mã “lan”. Hãy chọn mã khác.',
        en: expect.stringContaining('“lan”') as string,
      },
    })
    expect((await personById(database, 'lan')).name).toBe('Lê Thị Lan')
    expect((await deedsOf(database)).length).toBe(1)
  })

  it.each(['', 'Lan', 'lê-lan', 'a b', 'x'.repeat(65), '../x', 'a/b'])(
    'an id “%s” is refused',
    async (id) => {
      expect((await refused(addPerson(database, { ...lan, id }))).code).toBe('invalid')
    },
  )

  it.each(['', '   ', '\u200B', 'x'.repeat(121)])('a name “%s” is refused', async (name) => {
    expect((await refused(addPerson(database, { ...lan, name }))).code).toBe('invalid')
  })

  it('a role that does not exist is refused', async () => {
    const error = await refused(addPerson(database, { ...lan, role: 'boss' as Role }))
    expect(error.sentence.vi).toBe(
      'Không có vai trò “boss”. Các vai trò: admin, editor, approver, operator, auditor.',
    )
  })

  it('somebody nobody knows is not found', async () => {
    expect((await refused(personById(database, 'ai'))).code).toBe('not_found')
  })
})

describe('signing keys', () => {
  const key = newSigningKey()
  beforeEach(async () => {
    await addPerson(database, lan)
    await addPerson(database, { ...lan, id: 'minh', name: 'Phạm Quang Minh' })
  })

  it('belong to one person and are known by their kid', async () => {
    expect(await addPersonKey(database, { person: 'lan', publicKey: key.publicKey, now })).toBe(key.kid)
    expect(await personKey(database, key.kid)).toEqual({
      kid: key.kid,
      person: 'lan',
      name: 'Lê Thị Lan',
      role: 'approver',
      training: false,
      publicKey: key.publicKey,
      createdAt: now,
      revokedAt: null,
      suspendedAt: null,
      enrollingBy: null,
    })
    expect(await personKey(database, 'kffffffffffffffff')).toBeUndefined()
  })

  it('enrolled twice are there once', async () => {
    await addPersonKey(database, { person: 'lan', publicKey: key.publicKey, now })
    expect(await addPersonKey(database, { person: 'lan', publicKey: key.publicKey, now: later })).toBe(
      key.kid,
    )
    expect((await personKeys(database)).map(({ createdAt }) => createdAt)).toEqual([now])
    expect((await deedsOf(database, { subject: key.kid })).length).toBe(1)
  })

  it('of one person never become another’s', async () => {
    await addPersonKey(database, { person: 'lan', publicKey: key.publicKey, now })
    expect(
      (await refused(addPersonKey(database, { person: 'minh', publicKey: key.publicKey, now }))).code,
    ).toBe('conflict')
  })

  it('revoked stay revoked, with the reason kept', async () => {
    await addPersonKey(database, { person: 'lan', publicKey: key.publicKey, now })
    expect(await revokePersonKey(database, { kid: key.kid, why: 'mất máy', now: later, by: 'minh' })).toBe(
      'revoked',
    )
    expect(await revokePersonKey(database, { kid: key.kid, why: 'lần nữa', now: later })).toBe('known')
    expect((await personKey(database, key.kid))?.revokedAt).toBe(later)
    expect(
      (await refused(addPersonKey(database, { person: 'lan', publicKey: key.publicKey, now: later }))).code,
    ).toBe('conflict')
    expect(await deedsOf(database, { subject: key.kid, limit: 1 })).toEqual([
      {
        at: later,
        person: 'minh',
        what: 'key.revoked',
        subject: key.kid,
        detail: { person: 'lan', why: 'mất máy' },
      },
    ])
  })

  it('that are no Ed25519 keys, of nobody, or unknown are refused', async () => {
    for (const publicKey of ['', 'abc', 'MCowBQYDK2VuAyEA3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08']) {
      expect((await refused(addPersonKey(database, { person: 'lan', publicKey, now }))).code).toBe('invalid')
    }
    expect(
      (await refused(addPersonKey(database, { person: 'ai', publicKey: key.publicKey, now }))).code,
    ).toBe('not_found')
    expect((await refused(revokePersonKey(database, { kid: key.kid, why: 'x', now }))).code).toBe('not_found')
    expect(await personKeys(database)).toEqual([])
  })
})

describe('the log of what people did', () => {
  it('is only ever added to', async () => {
    await recordDeed(database, { at: now, person: null, what: 'test.done', subject: 'x' })
    await expect(database.updateTable('deed').set({ what: 'other' }).execute()).rejects.toThrow(
      'only ever added to',
    )
    await expect(database.deleteFrom('deed').execute()).rejects.toThrow('only ever added to')
  })

  it('keeps nothing of a transaction that failed', async () => {
    const failing = transact(database, async (tx) => {
      await addPerson(tx, lan)
      throw new Error('power cut')
    })
    await expect(failing).rejects.toThrow('power cut')
    expect(await deedsOf(database)).toEqual([])
    expect(await people(database)).toEqual([])
  })

  it('gives the newest first and never more than asked for', async () => {
    for (const what of ['a.done', 'b.done', 'c.done'])
      await recordDeed(database, { at: now, person: null, what, subject: 'x' })
    expect((await deedsOf(database, { limit: 2 })).map(({ what }) => what)).toEqual(['c.done', 'b.done'])
  })
})

/** Who steers whom: an admin at work, of the same side. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeDatabase, type Database, inEachTransaction, openMemoryDatabase } from '../../src/db/index.ts'
import {
  addPerson,
  addPersonKey,
  changeRole,
  deedsOf,
  endSessions,
  enrolKeyAgain,
  invite,
  personKey,
  resetCodes,
  resetPassword,
  restore,
  setUnits,
  suspend,
} from '../../src/people/index.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import { refusalOf } from '../support/refusal.ts'
import { monday as now, withAccount } from './office.ts'

let database: Database
beforeEach(async () => {
  database = openMemoryDatabase()
  await withAccount(database, { id: 'quan', name: 'Trần Quản Trị', role: 'admin' })
  await withAccount(database, { id: 'lan', name: 'Lê Thị Lan', role: 'approver' })
  await addPerson(database, { id: 'moi', name: 'Mới', role: 'editor', training: false, now })
  await addPerson(database, { id: 'tap', name: 'Quản trị tập', role: 'admin', training: true, now })
  await addPerson(database, { id: 'hoc', name: 'Người học', role: 'editor', training: true, now })
})
afterEach(() => closeDatabase(database))

type By = { by: string; now: string }
const deeds: [string, string, (by: By) => Promise<unknown>][] = [
  ['another role', 'lan', (by) => changeRole(database, { person: 'lan', role: 'editor', ...by })],
  ['units', 'lan', (by) => setUnits(database, { person: 'lan', units: [], ...by })],
  ['a suspension', 'lan', (by) => suspend(database, { person: 'lan', ...by })],
  ['letting work again', 'lan', (by) => restore(database, { person: 'lan', ...by })],
  ['a reset password', 'lan', (by) => resetPassword(database, { person: 'lan', ...by })],
  ['reset codes', 'lan', (by) => resetCodes(database, { person: 'lan', ...by })],
  ['the end of sessions', 'lan', (by) => endSessions(database, { person: 'lan', ...by })],
  ['an invitation', 'moi', (by) => invite(database, { person: 'moi', ...by })],
]

describe.each(deeds)('%s', (_deed, person, act) => {
  const all = () => deedsOf(database, { subject: person })

  it('comes from no admin of exercises', async () => {
    const before = await all()
    expect((await refusalOf(act({ by: 'tap', now }))).code).toBe('forbidden')
    expect(await all()).toEqual(before)
  })

  it('comes from no admin who was suspended while the request was on its way, and from no other role', async () => {
    await withAccount(database, { id: 'hai', name: 'Hai', role: 'admin' })
    await suspend(database, { person: 'hai', by: 'quan', now })
    const before = await all()
    for (const by of ['hai', 'moi', 'khong-ai']) await refusalOf(act({ by, now }))
    expect(await all()).toEqual(before)
  })

  it('comes from an admin of the same side', async () => {
    await act({ by: 'quan', now })
  })
})

describe('an approver’s signing key', () => {
  const { kid, publicKey } = newSigningKey()
  beforeEach(async () => {
    await addPersonKey(database, { person: 'lan', publicKey, now })
    await withAccount(database, { id: 'minh', name: 'Minh', role: 'approver' })
  })
  const person = { person: 'lan', by: 'quan', now }

  it.each<[string, string, () => Promise<void>]>([
    [
      'taken from the role and given it again',
      'role',
      async () => {
        await changeRole(database, { ...person, role: 'editor' })
        await changeRole(database, { ...person, role: 'approver' })
      },
    ],
    [
      'suspended and restored',
      'suspended',
      async () => {
        await suspend(database, person)
        await restore(database, person)
      },
    ],
  ])('of one who was %s by one admin takes two people again', async (_what, why, act) => {
    await act()
    expect((await personKey(database, kid))?.suspendedAt).toBe(now)
    expect(await deedsOf(database, { subject: kid, limit: 1 })).toMatchObject([
      { what: 'key.suspended', person: 'quan', detail: { person: 'lan', why } },
    ])
    expect(await enrolKeyAgain(database, { kid, by: 'quan', now })).toBe('waiting')
    expect(await enrolKeyAgain(database, { kid, by: 'minh', now })).toBe('enrolled')
  })
})

it('people of exercises are steered by their own admin', async () => {
  await invite(database, { person: 'hoc', by: 'tap', now })
  await changeRole(database, { person: 'hoc', role: 'auditor', by: 'tap', now })
  const why = await refusalOf(changeRole(database, { person: 'hoc', role: 'editor', by: 'quan', now }))
  expect(why.sentence.en).toContain('same side')
})

it('a deed about people is kept with the note of whoever asked for it, or not at all', async () => {
  const failing = inEachTransaction(
    () => Promise.reject(new Error('power cut')),
    () => suspend(database, { person: 'lan', by: 'quan', now }),
  )
  await expect(failing).rejects.toThrow('power cut')
  expect(await deedsOf(database, { subject: 'lan', limit: 1 })).toMatchObject([{ what: 'password.chosen' }])
})

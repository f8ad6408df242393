import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { plusMilliseconds } from '../../src/base/time.ts'
import { closeDatabase, type Database, openMemoryDatabase } from '../../src/db/index.ts'
import {
  acceptLink,
  actingFrom,
  addPerson,
  addPersonKey,
  boundUnits,
  changePassword,
  changeRole,
  deedLog,
  deedsOf,
  enrolKeyAgain,
  firstAdminLink,
  type Gate,
  invite,
  openLink,
  personById,
  personKey,
  resetCodes,
  resetPassword,
  restore,
  type Role,
  sessionsOf,
  setUnits,
  suspend,
} from '../../src/people/index.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import { refusalOf as refusal } from '../support/refusal.ts'
import { Browser, gateOn, goodPassword, handClock, monday, setUpCodes, withAccount } from './office.ts'

const hour = 3_600_000
let database: Database
let gate: Gate
beforeEach(() => {
  database = openMemoryDatabase()
  gate = gateOn(database, handClock())
})
afterEach(() => closeDatabase(database))

const now = monday
const nextPassword = 'suối nguồn đầu làng'
const refused = async (work: Promise<unknown>) => (await refusal(work)).code
const quan = { id: 'quan', name: 'Trần Quản Trị', role: 'admin' } as const
const lan = { id: 'lan', name: 'Lê Thị Lan', role: 'approver' } as const
const state = async (id: string, password: string) =>
  (await gate.signIn({ name: id, password }, new Browser().from)).state

async function add(id: string, role: Role): Promise<void> {
  await addPerson(database, { id, name: `Người ${id}`, role, training: false, now })
}

describe('the first admin', () => {
  const first = { id: 'quan', name: 'Trần Quản Trị', password: goodPassword }

  it('comes in by a link that is good for an hour, once, and is kept as a hash only', async () => {
    const secret = (await firstAdminLink(database, now))!
    const kept = await database.selectFrom('one_time_link').selectAll().execute()
    expect(JSON.stringify(kept)).not.toContain(secret)
    expect(await openLink(database, secret, now)).toEqual({ kind: 'first-admin', person: null })
    expect(await refused(openLink(database, secret, plusMilliseconds(now, hour)))).toBe('not_found')
    const person = await acceptLink(database, { secret, ...first, now })
    expect(person).toMatchObject({ id: 'quan', role: 'admin' })
    expect(await state('quan', goodPassword)).toBe('in')
    expect(await refused(acceptLink(database, { secret, ...first, id: 'hai', now }))).toBe('not_found')
  })

  it('is one: a second link made before, or asked for later, opens nothing', async () => {
    const [old, secret] = [(await firstAdminLink(database, now))!, (await firstAdminLink(database, now))!]
    expect(await refused(openLink(database, old, now))).toBe('not_found')
    await acceptLink(database, { secret, ...first, now })
    expect(await firstAdminLink(database, now)).toBeUndefined()
  })

  it('two who use the link at the same moment: one is let in', async () => {
    const secret = (await firstAdminLink(database, now))!
    const both = await Promise.allSettled(
      ['mot', 'hai'].map((id) => acceptLink(database, { secret, ...first, id, now })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})

describe('an invitation', () => {
  it('lets the invited choose a password within 72 hours, once; a newer one ends it', async () => {
    await add('an', 'editor')
    const old = await invite(database, { person: 'an', by: null, now })
    const secret = await invite(database, { person: 'an', by: null, now })
    expect(await refused(openLink(database, old, now))).toBe('not_found')
    expect(await openLink(database, secret, plusMilliseconds(now, 71 * hour))).toMatchObject({
      kind: 'invitation',
      person: { id: 'an' },
    })
    expect(await refused(openLink(database, secret, plusMilliseconds(now, 72 * hour)))).toBe('not_found')
    await acceptLink(database, { secret, password: goodPassword, now })
    expect(await state('an', goodPassword)).toBe('in')
    expect(await refused(invite(database, { person: 'an', by: null, now }))).toBe('conflict')
  })

  it('of somebody suspended meanwhile lets nobody in', async () => {
    await add('an', 'editor')
    const secret = await invite(database, { person: 'an', by: null, now })
    await suspend(database, { person: 'an', by: null, now })
    expect(await refused(acceptLink(database, { secret, password: goodPassword, now }))).toBe('conflict')
    expect(await refused(invite(database, { person: 'an', by: null, now }))).toBe('conflict')
  })

  it.each([
    ['', 'ít nhất 10 ký tự'],
    ['ngắn quá!', 'ít nhất 10 ký tự'],
    ['Nguyễn Văn An', 'họ tên'],
    ['nguyen-van.an-1234', 'họ tên'],
    ['aaaaaaaaaaaa', 'lặp lại'],
    ['đ'.repeat(60) + 'mưa rừng chiều đông'.repeat(4), 'dài quá 128'],
  ])('takes no password like “%s”, and says why; the link stays good', async (password, why) => {
    await addPerson(database, {
      id: 'nguyen.van.an',
      name: 'Nguyễn Văn An',
      role: 'editor',
      training: false,
      now,
    })
    const secret = await invite(database, { person: 'nguyen.van.an', by: null, now })
    const { code, sentence } = await refusal(acceptLink(database, { secret, password, now }))
    expect(code).toBe('invalid')
    expect(sentence.vi).toContain(why)
    await acceptLink(database, { secret, password: goodPassword, now })
  })
})

describe('what admins do', () => {
  beforeEach(async () => {
    await withAccount(database, quan)
    await withAccount(database, lan)
  })

  it('stands in the log with what was before and after, who, and from where', async () => {
    await actingFrom({ via: 'web', address: '192.0.2.7' }, () =>
      changeRole(database, { person: 'lan', role: 'editor', by: 'quan', now }),
    )
    const { deeds } = await deedLog(database, { what: 'person.role-changed' }, { skip: 0, take: 10 })
    expect(deeds).toMatchObject([
      {
        ...{
          at: now,
          person: 'quan',
          what: 'person.role-changed',
          subject: 'lan',
          via: 'web',
          address: '192.0.2.7',
        },
        detail: { before: { role: 'approver' }, after: { role: 'editor' } },
      },
    ])
  })

  it('is not done to oneself, and never leaves the hub without an admin', async () => {
    const self = { person: 'quan', by: 'quan', now }
    expect(await refused(changeRole(database, { ...self, role: 'editor' }))).toBe('forbidden')
    expect(await refused(suspend(database, self))).toBe('forbidden')
    expect(await refused(resetPassword(database, self))).toBe('forbidden')
    expect(await refused(resetCodes(database, self))).toBe('forbidden')
    const byCommand = { person: 'quan', by: null, now }
    expect(await refused(suspend(database, byCommand))).toBe('conflict')
    expect(await refused(changeRole(database, { ...byCommand, role: 'editor' }))).toBe('conflict')
    expect((await personById(database, 'quan')).role).toBe('admin')
  })

  it('suspends at once and restores with the same password', async () => {
    const browser = new Browser()
    browser.take(await gate.signIn({ name: 'lan', password: goodPassword }, browser.from))
    await suspend(database, { person: 'lan', by: 'quan', now })
    expect(await gate.present(browser.from.cookies)).toBeUndefined()
    expect(await state('lan', goodPassword)).toBe('wrong')
    await restore(database, { person: 'lan', by: 'quan', now })
    expect(await state('lan', goodPassword)).toBe('in')
  })

  it('binds an operator to units from a day on; the days before stay as they were', async () => {
    for (const code of ['20440', '20443'])
      await database
        .insertInto('unit')
        .values({
          ...{ code, valid_from: '2025-07-01', level: 'commune', kind: 'xa', name: code, full_name: code },
          ...{ name_fold: code, source: 'mẫu' },
        })
        .execute()
    await add('hoa', 'operator')
    const [one, other] = ['20440', '20443'].map((code) => ({ code, validFrom: '2025-07-01' }))
    await setUnits(database, { person: 'hoa', units: [one!], by: 'quan', now })
    const nextDay = plusMilliseconds(now, 24 * hour)
    await setUnits(database, { person: 'hoa', units: [other!], by: 'quan', now: nextDay })
    expect(await boundUnits(database, 'hoa', '2026-11-22')).toEqual([])
    expect(await boundUnits(database, 'hoa', '2026-11-23')).toEqual([one])
    expect(await boundUnits(database, 'hoa', '2026-11-24')).toEqual([other])
    await setUnits(database, { person: 'hoa', units: [], by: 'quan', now: nextDay })
    await setUnits(database, { person: 'hoa', units: [other!], by: 'quan', now: nextDay })
    expect(await boundUnits(database, 'hoa', '2026-11-24')).toEqual([other])
  })
})

describe('a password or codes that somebody else reset', () => {
  const key = newSigningKey()
  beforeEach(async () => {
    await withAccount(database, quan)
    await withAccount(database, lan)
    await withAccount(database, { id: 'minh', name: 'Phạm Quang Minh', role: 'approver' })
    await addPersonKey(database, { person: 'lan', publicKey: key.publicKey, now })
  })

  it('end the sessions and the old password at once; the link sets another, and codes are still asked', async () => {
    const browser = new Browser()
    await setUpCodes(gate, browser, 'lan')
    const secret = await resetPassword(database, { person: 'lan', by: 'quan', now })
    expect(await gate.present(browser.from.cookies)).toBeUndefined()
    expect(await state('lan', goodPassword)).toBe('wrong')
    await acceptLink(database, { secret, password: nextPassword, now })
    expect(await state('lan', nextPassword)).toBe('code')
  })

  it('codes are set up anew at the next sign-in', async () => {
    await setUpCodes(gate, new Browser(), 'lan')
    await resetCodes(database, { person: 'lan', by: 'quan', now })
    const browser = new Browser()
    browser.take(await gate.signIn({ name: 'lan', password: goodPassword }, browser.from))
    expect(await gate.present(browser.from.cookies)).toMatchObject({ mustSetUpCodes: true })
  })

  it.each([
    ['password', (person: string) => resetPassword(database, { person, by: 'quan', now })],
    ['codes', (person: string) => resetCodes(database, { person, by: 'quan', now })],
  ])('suspend the signing key (%s) until an admin and another enrol it again', async (why, reset) => {
    await reset('lan')
    expect(await personKey(database, key.kid)).toMatchObject({ suspendedAt: now, revokedAt: null })
    expect(await deedsOf(database, { subject: key.kid, limit: 1 })).toMatchObject([
      { what: 'key.suspended', person: 'quan', detail: { person: 'lan', why } },
    ])
    const say = (by: string) => enrolKeyAgain(database, { kid: key.kid, by, now })
    expect(await refused(say('lan'))).toBe('forbidden')
    expect(await say('quan')).toBe('waiting')
    // The same person twice is still one.
    expect(await say('quan')).toBe('waiting')
    expect(await say('minh')).toBe('enrolled')
    expect(await personKey(database, key.kid)).toMatchObject({ suspendedAt: null, enrollingBy: null })
    expect(await refused(say('quan'))).toBe('conflict')
  })

  it('two approvers without an admin do not suffice, nor an editor', async () => {
    await withAccount(database, { id: 'tam', name: 'Tâm', role: 'approver' })
    await add('an', 'editor')
    await resetCodes(database, { person: 'lan', by: 'quan', now })
    const say = (by: string) => enrolKeyAgain(database, { kid: key.kid, by, now })
    expect(await say('minh')).toBe('waiting')
    expect(await refused(say('tam'))).toBe('forbidden')
    expect(await refused(say('an'))).toBe('forbidden')
    expect(await say('quan')).toBe('enrolled')
  })

  it('one’s own change suspends nothing; it needs the present password and ends the other sessions', async () => {
    const [here, there] = [new Browser(), new Browser()]
    for (const browser of [here, there])
      browser.take(await gate.signIn({ name: 'lan', password: goodPassword }, browser.from))
    const { session } = (await gate.present(here.from.cookies))!
    const change = { person: 'lan', session, next: nextPassword, now }
    expect(await refused(changePassword(database, { ...change, present: 'không phải' }))).toBe('forbidden')
    for (let time = 2; time < 10; time += 1)
      await refused(changePassword(database, { ...change, present: 'không phải' }))
    const weak = { ...change, present: goodPassword, next: 'Lê Thị Lan' }
    expect(await refused(changePassword(database, weak))).toBe('invalid')
    await changePassword(database, { ...change, present: goodPassword })
    expect((await sessionsOf(database, 'lan', now)).map(({ id }) => id)).toEqual([session])
    expect(await gate.present(there.from.cookies)).toBeUndefined()
    expect(await state('lan', nextPassword)).toBe('in')
    expect((await personKey(database, key.kid))?.suspendedAt).toBeNull()
  })

  it('one’s own present password guessed ten times is asked no more for fifteen minutes', async () => {
    const change = { person: 'lan', session: '', next: nextPassword, now }
    for (let time = 0; time < 10; time += 1)
      await refused(changePassword(database, { ...change, present: 'không phải' }))
    expect(await refused(changePassword(database, { ...change, present: goodPassword }))).toBe('forbidden')
    const later = plusMilliseconds(now, hour)
    await changePassword(database, { ...change, present: goodPassword, now: later })
  })
})

describe('the log', () => {
  it('is filtered by person, kind, days and words, and counted', async () => {
    await withAccount(database, quan)
    await withAccount(database, { ...lan, now: plusMilliseconds(now, 24 * hour) })
    const found = async (filter: object) => {
      const { deeds, total } = await deedLog(database, filter, { skip: 0, take: 100 })
      expect(total).toBe(deeds.length)
      return deeds.map(({ what, subject }) => `${subject} ${what}`)
    }
    expect(await found({ what: 'person.invited' })).toEqual(['lan person.invited', 'quan person.invited'])
    expect(await found({ person: 'lan' })).toEqual(['lan password.chosen'])
    expect(await found({ to: '2026-11-23', text: 'quan' })).toHaveLength(3)
    expect(await found({ from: '2026-11-24' })).toHaveLength(3)
    expect(await found({ text: '%' })).toEqual([])
    expect(await found({ text: 'QUAN' })).toHaveLength(3)
    const page = await deedLog(database, {}, { skip: 2, take: 3 })
    expect([page.deeds.length, page.total]).toEqual([3, 6])
  })
})

/** Ways in that must be closed: what was begun before a reset, guesses made at once, links and words that outlive their giver. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { plusMilliseconds } from '../../src/base/time.ts'
import { closeDatabase, type Database, openMemoryDatabase } from '../../src/db/index.ts'
import {
  acceptLink,
  accountsOf,
  addPerson,
  addPersonKey,
  changePassword,
  changeRole,
  deedsOf,
  enrolKeyAgain,
  type Gate,
  invite,
  openLink,
  personKey,
  resetCodes,
  resetPassword,
  restore,
  type Role,
  sessionsOf,
  suspend,
} from '../../src/people/index.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import { refusalOf } from '../support/refusal.ts'
import {
  Browser,
  codeOf,
  gateOn,
  goodPassword,
  handClock,
  monday as now,
  setUpCodes,
  withAccount,
} from './office.ts'

let database: Database
let clock: ReturnType<typeof handClock>
let gate: Gate
beforeEach(async () => {
  database = openMemoryDatabase()
  clock = handClock()
  gate = gateOn(database, clock)
  await withAccount(database, { id: 'quan', name: 'Trần Quản Trị', role: 'admin' })
  await withAccount(database, { id: 'lan', name: 'Lê Thị Lan', role: 'approver' })
})
afterEach(() => closeDatabase(database))

const wrongPassword = 'sai mật khẩu rồi'
const nextPassword = 'suối nguồn đầu làng'
const refused = async (work: Promise<unknown>) => (await refusalOf(work)).code
const signIn = (name: string, password = goodPassword) =>
  gate.signIn({ name, password }, new Browser(`192.0.2.${String((addresses += 1) % 250)}`).from)
let addresses = 0
const account = (id: string, role: Role) => withAccount(database, { id, name: `Người ${id}`, role })

describe('the first step of a sign-in, with the code still to come,', () => {
  const steering = { person: 'lan', by: 'quan', now }

  it.each([
    ['a reset of the password', () => resetPassword(database, steering)],
    ['a reset of the codes', () => resetCodes(database, steering)],
    [
      'a suspension, restored or not',
      async () => {
        await suspend(database, steering)
        await restore(database, steering)
      },
    ],
    [
      'the owner’s own new password',
      () => {
        const change = { person: 'lan', session: '', present: goodPassword, next: nextPassword, now }
        return changePassword(database, change)
      },
    ],
  ])('leads no further after %s; the steps of others do', async (_what, close) => {
    const key = await setUpCodes(gate, new Browser(), 'lan')
    const otherKey = await setUpCodes(gate, new Browser(), 'quan')
    const [thief, other] = [new Browser(), new Browser()]
    thief.take(await gate.signIn({ name: 'lan', password: goodPassword }, thief.from))
    other.take(await gate.signIn({ name: 'quan', password: goodPassword }, other.from))
    await close()
    expect(await gate.giveCode(codeOf(key, 1), thief.from)).toEqual({ state: 'late' })
    expect((await gate.giveCode(codeOf(otherKey, 1), other.from)).state).toBe('in')
  })
})

describe('a password that is reset while somebody signs in with it', () => {
  it.each([0, 5, 10, 20, 40])('begins no session (%i turns later)', async (turns) => {
    // At the product's cost, so that there is a while in which it can happen.
    await withAccount(database, { id: 'an', name: 'Người an', role: 'editor', dear: true })
    const late = async () => {
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      return resetPassword(database, { person: 'an', by: 'quan', now })
    }
    await Promise.all([signIn('an'), late()])
    expect(await sessionsOf(database, 'an', now)).toEqual([])
    expect((await signIn('an')).state).toBe('wrong')
  })
})

describe('ten tries', () => {
  it('are ten also when they come at once: the right password among the next is not looked at', async () => {
    const guesses = [...Array.from({ length: 26 }, () => wrongPassword), goodPassword]
    const states = await Promise.all(guesses.map(async (guess) => (await signIn('lan', guess)).state))
    expect(states.filter((state) => state === 'wrong')).toHaveLength(9)
    expect(states.filter((state) => state === 'locked')).toHaveLength(18)
    expect(await sessionsOf(database, 'lan', now)).toEqual([])
    const locks = (await deedsOf(database, { subject: 'lan' })).filter(
      ({ what }) => what === 'sign-in.locked',
    )
    expect(locks).toHaveLength(1)
  })

  it('count the wrong ones only: whoever is right, again and again, is never locked', async () => {
    await setUpCodes(gate, new Browser(), 'lan')
    for (let time = 0; time < 12; time += 1) expect((await signIn('lan')).state).toBe('code')
    for (let time = 0; time < 9; time += 1) expect((await signIn('lan', wrongPassword)).state).toBe('wrong')
    expect((await signIn('lan')).state).toBe('code')
  })

  it('are ten for the present password too when they come at once', async () => {
    const change = { person: 'lan', session: '', next: nextPassword, now }
    const guesses = [...Array.from({ length: 10 }, () => wrongPassword), goodPassword]
    const codes = await Promise.all(
      guesses.map((present) => refused(changePassword(database, { ...change, present }))),
    )
    expect(codes).toEqual(guesses.map(() => 'forbidden'))
  })

  it('are remembered without the name that was typed', async () => {
    await signIn('mật khẩu gõ nhầm ô')
    const kept = await database.selectFrom('sign_in_failure').selectAll().execute()
    expect(kept).toHaveLength(1)
    expect(JSON.stringify(kept)).not.toContain('gõ nhầm')
  })
})

describe('setting up codes in an open session', () => {
  let browser: Browser
  beforeEach(async () => {
    browser = new Browser()
    browser.take(await gate.signIn({ name: 'lan', password: goodPassword }, browser.from))
  })

  it('asks the password ten times and no more, under the lock of the gate', async () => {
    for (let time = 1; time < 10; time += 1)
      expect(await gate.beginCodes(wrongPassword, browser.from)).toEqual({ state: 'wrong' })
    const locked = { state: 'locked', until: plusMilliseconds(now, 15 * 60_000) }
    expect(await gate.beginCodes(wrongPassword, browser.from)).toEqual(locked)
    expect(await gate.beginCodes(goodPassword, browser.from)).toEqual(locked)
    expect(await gate.signIn({ name: 'lan', password: goodPassword }, browser.from)).toEqual(locked)
  })

  it('takes ten codes and no more', async () => {
    await gate.beginCodes(goodPassword, browser.from)
    const { secret } = (await gate.begunCodes('lan'))!
    for (let time = 0; time < 10; time += 1) await gate.proveCodes('000000', browser.from)
    expect((await gate.proveCodes(codeOf(secret), browser.from)).state).toBe('locked')
    expect((await accountsOf(database)).get('lan')).toMatchObject({ codes: false })
  })

  it('is over once codes are on: neither step is taken again', async () => {
    const secret = await setUpCodes(gate, browser, 'lan')
    expect(await refused(gate.beginCodes(goodPassword, browser.from))).toBe('conflict')
    expect(await refused(gate.proveCodes(codeOf(secret, 1), browser.from))).toBe('conflict')
  })

  it('sent twice at once has one answer, so that the backup codes are seen', async () => {
    await gate.beginCodes(goodPassword, browser.from)
    const code = codeOf((await gate.begunCodes('lan'))!.secret)
    const { from } = browser
    const [one, twin] = await Promise.all([gate.proveCodes(code, from), gate.proveCodes(code, from)])
    expect(one.state).toBe('in')
    expect(twin).toEqual(one)
    expect(await sessionsOf(database, 'lan', now)).toHaveLength(1)
  })
})

describe('a link', () => {
  beforeEach(async () => {
    await account('hai', 'admin')
    await addPerson(database, { id: 'an', name: 'An', role: 'editor', training: false, now })
  })

  it.each([
    ['is suspended', () => suspend(database, { person: 'hai', by: 'quan', now })],
    ['is admin no more', () => changeRole(database, { person: 'hai', role: 'editor', by: 'quan', now })],
  ])('opens nothing once its maker %s, and those of others still do', async (_what, lose) => {
    const invitation = await invite(database, { person: 'an', by: 'hai', now })
    const reset = await resetPassword(database, { person: 'lan', by: 'hai', now })
    await addPerson(database, { id: 'tam', name: 'Tâm', role: 'editor', training: false, now })
    const ofAnother = await invite(database, { person: 'tam', by: 'quan', now })
    await lose()
    for (const secret of [invitation, reset]) {
      expect(await refused(openLink(database, secret, now))).toBe('not_found')
      expect(await refused(acceptLink(database, { secret, password: nextPassword, now }))).toBe('not_found')
    }
    await acceptLink(database, { secret: ofAnother, password: nextPassword, now })
    // Back in office the maker makes new ones; the old stay shut.
    await restore(database, { person: 'hai', by: 'quan', now })
    expect(await refused(openLink(database, invitation, now))).toBe('not_found')
  })
})

describe('the two words for a suspended key', () => {
  const { kid, publicKey } = newSigningKey()
  const later = plusMilliseconds(now, 3_600_000)
  const say = (by: string) => enrolKeyAgain(database, { kid, by, now: later })
  beforeEach(async () => {
    await account('minh', 'approver')
    await account('hai', 'admin')
    await account('an', 'editor')
    await addPersonKey(database, { person: 'lan', publicKey, now })
    await resetCodes(database, { person: 'lan', by: 'quan', now: plusMilliseconds(now, 1) })
  })
  const suspended = async () => (await personKey(database, kid))?.suspendedAt !== null

  it.each([
    ['quan', 'con-roi'],
    ['con-roi', 'quan'],
  ])('are not of an admin and somebody they let in meanwhile (%s, then %s)', async (first, second) => {
    const person = { id: 'con-roi', name: 'Con Rối', role: 'approver', training: false } as const
    await addPerson(database, { ...person, now: later, by: 'quan' })
    expect(await say(first)).toBe('waiting')
    expect(await refused(say(second))).toBe('forbidden')
    expect(await suspended()).toBe(true)
    expect(await say(second === 'quan' ? 'hai' : 'minh')).toBe('enrolled')
  })

  it('are not of an admin and somebody they made approver meanwhile', async () => {
    await changeRole(database, { person: 'an', role: 'approver', by: 'quan', now: later })
    expect(await say('quan')).toBe('waiting')
    expect(await refused(say('an'))).toBe('forbidden')
  })

  it.each([
    ['password', () => resetPassword(database, { person: 'minh', by: 'hai', now: later })],
    ['codes', () => resetCodes(database, { person: 'minh', by: 'hai', now: later })],
  ])('are not of somebody whose %s was reset meanwhile, by whomever', async (_what, reset) => {
    await reset()
    expect(await refused(say('minh'))).toBe('forbidden')
    expect(await say('quan')).toBe('waiting')
    expect(await refused(say('minh'))).toBe('forbidden')
    expect(await suspended()).toBe(true)
  })

  it.each([
    ['was suspended', () => suspend(database, { person: 'minh', by: 'quan', now: later })],
    ['lost the role', () => changeRole(database, { person: 'minh', role: 'editor', by: 'quan', now: later })],
    ['was reset', () => resetCodes(database, { person: 'minh', by: 'quan', now: later })],
  ])('the first counts no more when its speaker %s: it takes two others', async (_what, lose) => {
    expect(await say('minh')).toBe('waiting')
    await lose()
    expect(await say('quan')).toBe('waiting')
    expect(await suspended()).toBe(true)
    expect(await say('hai')).toBe('enrolled')
  })
})

describe('a password that somebody else reset', () => {
  it('is told apart until its owner chooses another', async () => {
    const state = async () => (await accountsOf(database)).get('lan')?.reset
    expect(await state()).toBe(false)
    const secret = await resetPassword(database, { person: 'lan', by: 'quan', now })
    expect(await state()).toBe(true)
    await acceptLink(database, { secret, password: nextPassword, now })
    expect(await state()).toBe(false)
  })
})

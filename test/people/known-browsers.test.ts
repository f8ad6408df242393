/** Whoever knows a name can have it locked; its owner comes in all the same, from where they came in before. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Instant, plusMilliseconds } from '../../src/base/time.ts'
import { closeDatabase, type Database, openMemoryDatabase } from '../../src/db/index.ts'
import { changePassword, deedsOf, type Gate, suspend } from '../../src/people/index.ts'
import { knownBrowsers } from '../../src/people/auth/known-browsers.ts'
import { refusalOf } from '../support/refusal.ts'
import {
  Browser,
  codeOf,
  gateOn,
  goodPassword,
  handClock,
  monday,
  setUpCodes,
  withAccount,
} from './office.ts'

let database: Database
let clock: ReturnType<typeof handClock>
let gate: Gate
let own: Browser
beforeEach(async () => {
  database = openMemoryDatabase()
  clock = handClock()
  gate = gateOn(database, clock)
  own = new Browser()
  await withAccount(database, { id: 'an', name: 'Nguyễn Văn An', role: 'editor' })
})
afterEach(() => closeDatabase(database))

const wrongPassword = 'sai mật khẩu rồi'
const stranger = (): Browser => new Browser('203.0.113.5')
const signIn = (browser: Browser, password = goodPassword, name = 'an') =>
  gate.signIn({ name, password }, browser.from)
const state = async (browser: Browser, password = goodPassword, name = 'an') =>
  (await signIn(browser, password, name)).state
const failTen = async (browser: Browser, name = 'an') => {
  for (let time = 0; time < 10; time += 1) await signIn(browser, wrongPassword, name)
}

describe('a name that guessers have locked', () => {
  beforeEach(async () => {
    own.take(await signIn(own))
    await failTen(stranger())
  })

  it('lets its owner in from a browser they signed in with before, and nobody else', async () => {
    expect(await state(stranger())).toBe('locked')
    expect(await state(own)).toBe('in')
    // The owner's coming in gives the guessers no new tries.
    expect(await state(stranger())).toBe('locked')
  })

  it('leaves that browser ten wrong tries of its own, and no more', async () => {
    for (let time = 1; time < 10; time += 1) expect(await state(own, wrongPassword)).toBe('wrong')
    expect(await state(own, wrongPassword)).toBe('locked')
    expect(await state(own)).toBe('locked')
    clock.at = plusMilliseconds(monday, 15 * 60_000 + 1)
    expect(await state(own)).toBe('in')
  })

  it('lets nobody in from a browser that is known for somebody else, or whose proof was changed', async () => {
    await withAccount(database, { id: 'binh', name: 'Trần Thị Bình', role: 'editor' })
    const other = new Browser('192.0.2.9')
    other.take(await signIn(other, goodPassword, 'binh'))
    expect(await state(other)).toBe('locked')
    for (const forged of [
      { ...own.from, cookies: own.from.cookies.replace(/(known_browser=.)./, '$1_') },
      { ...own.from, cookies: own.from.cookies.replace('loa.known_browser', 'loa.another') },
      { ...own.from, cookies: 'loa.known_browser=.~..~~' },
    ])
      expect((await gate.signIn({ name: 'an', password: goodPassword }, forged)).state).toBe('locked')
  })

  it('lets the owner change the password in an open session, with ten tries there too', async () => {
    const change = { person: 'an', session: '', next: 'suối nguồn đầu làng', now: monday }
    const countedAs = gate.countedAs('an', own.from.cookies)
    const given = { ...change, countedAs }
    expect((await refusalOf(changePassword(database, { ...change, present: goodPassword }))).code).toBe(
      'forbidden',
    )
    for (let time = 0; time < 10; time += 1)
      await refusalOf(changePassword(database, { ...given, present: wrongPassword }))
    expect((await refusalOf(changePassword(database, { ...given, present: goodPassword }))).code).toBe(
      'forbidden',
    )
    clock.at = plusMilliseconds(monday, 16 * 60_000)
    await changePassword(database, { ...given, present: goodPassword, now: clock.at })
  })
})

describe('a browser', () => {
  const days = (count: number): Instant => plusMilliseconds(monday, count * 86_400_000)

  it('is known for 180 days after the last time', async () => {
    own.take(await signIn(own))
    clock.at = days(179)
    await failTen(stranger())
    expect(await state(own)).toBe('in')
    clock.at = days(181)
    await failTen(stranger())
    expect(await state(own)).toBe('locked')
  })

  it('is known only after the second step where codes are asked', async () => {
    await withAccount(database, { id: 'lan', name: 'Lê Thị Lan', role: 'approver' })
    const key = await setUpCodes(gate, new Browser(), 'lan')
    own.take(await signIn(own, goodPassword, 'lan'))
    expect(own.from.cookies).not.toContain('known_browser')
    own.take(await gate.giveCode(codeOf(key, 1), own.from))
    await failTen(stranger(), 'lan')
    expect(await state(own, goodPassword, 'lan')).toBe('code')
  })

  it('shared in an office is known for the last five who signed in there, and tells none of their names', () => {
    const known = knownBrowsers({ secret: 'một bí mật', now: () => monday })
    const names = ['a1', 'b2', 'c3', 'd4', 'e5', 'f6']
    let cookies = 'lang=vi'
    for (const name of names)
      cookies = `lang=vi; ${known.remember(name, cookies, monday).split(';')[0] ?? ''}`
    cookies = `lang=vi; ${known.remember('f6', cookies, monday).split(';')[0] ?? ''}`
    expect(names.filter((name) => known.countedAs(name, cookies) !== name)).toEqual(names.slice(1))
    expect(cookies).not.toMatch(/[=~.](a1|b2|c3|d4|e5|f6)\b/)
    const elsewhere = knownBrowsers({ secret: 'một bí mật khác', now: () => monday })
    expect(elsewhere.countedAs('f6', cookies)).toBe('f6')
  })

  it('keeps the proof where scripts and other sites do not reach, behind HTTPS over nothing else', () => {
    const parts = { secret: 'một bí mật', now: () => monday }
    expect(knownBrowsers(parts).remember('an', '', monday)).toMatch(
      /^loa\.known_browser=[\w.-]+; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    const safe = knownBrowsers({ ...parts, publicUrl: 'https://loa.quangnam.example' })
    expect(safe.remember('an', '', monday)).toMatch(/^__Secure-loa\.known_browser=.*; Secure$/)
  })
})

it('who is suspended is refused in the words of a wrong password, from a known browser too', async () => {
  own.take(await signIn(own))
  await suspend(database, { person: 'an', by: null, now: monday })
  expect(await signIn(own)).toEqual({ state: 'wrong' })
})

it('nobody’s name and somebody’s are answered alike, locked or not', async () => {
  own.take(await signIn(own))
  const answers = (name: string) => async () => {
    const guesser = stranger()
    const said = []
    for (let time = 0; time < 12; time += 1) said.push(await signIn(guesser, wrongPassword, name))
    return said
  }
  expect(await answers('an')()).toEqual(await answers('khong-ai')())
})

describe('new backup codes', () => {
  let key: string
  beforeEach(async () => {
    await withAccount(database, { id: 'lan', name: 'Lê Thị Lan', role: 'approver' })
    key = await setUpCodes(gate, own, 'lan')
  })
  const renew = (typed: { password?: string; code: string }, browser = own) =>
    gate.renewBackupCodes({ password: goodPassword, ...typed }, browser.from)

  it('are made against password and code; the old ones are void, and a deed is kept', async () => {
    const before = await gate.backupCodes('lan')
    const made = await renew({ code: codeOf(key, 1) })
    const after = await gate.backupCodes('lan')
    expect(made).toEqual({ state: 'renewed', codes: after })
    expect(after).toHaveLength(10)
    expect(new Set([...before, ...after]).size).toBe(20)
    for (const code of after) expect(code).toMatch(/^\w{5}-\w{5}$/)
    expect((await deedsOf(database, { subject: 'lan' }))[0]).toMatchObject({
      ...{ what: 'codes.backup-renewed', person: 'lan' },
    })
    const another = new Browser()
    another.take(await signIn(another, goodPassword, 'lan'))
    expect((await gate.giveCode(before[0]!, another.from)).state).toBe('wrong')
    expect((await gate.giveCode(after[0]!, another.from)).state).toBe('in')
  })

  it('sent twice at once are one set', async () => {
    const code = codeOf(key, 1)
    const [one, two] = await Promise.all([renew({ code }), renew({ code })])
    expect(one).toEqual({ state: 'renewed', codes: await gate.backupCodes('lan') })
    expect(two).toEqual(one)
  })

  it('are not made with a wrong password, a wrong code, a used one or a backup code', async () => {
    const before = await gate.backupCodes('lan')
    const wrongCode = { state: 'wrong', field: 'code' }
    expect(await renew({ password: wrongPassword, code: codeOf(key, 1) })).toEqual({
      ...{ state: 'wrong', field: 'password' },
    })
    expect(await renew({ code: '000000' })).toEqual(wrongCode)
    expect(await renew({ code: codeOf(key) })).toEqual(wrongCode)
    expect(await renew({ code: before[0]! })).toEqual(wrongCode)
    expect(await gate.backupCodes('lan')).toEqual(before)
  })

  it('are asked for ten times and no more', async () => {
    for (let time = 0; time < 10; time += 1) await renew({ password: wrongPassword, code: '000000' })
    expect((await renew({ code: codeOf(key, 1) })).state).toBe('locked')
  })

  it('are refused while codes are off, and to whoever is not signed in', async () => {
    const an = new Browser()
    an.take(await signIn(an))
    for (const browser of [an, new Browser()])
      expect((await refusalOf(renew({ code: '000000' }, browser))).code).toBe('conflict')
  })
})

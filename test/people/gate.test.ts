import { getMigrations } from 'better-auth/db/migration'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { plusMilliseconds } from '../../src/base/time.ts'
import { closeDatabase, type Database, openMemoryDatabase } from '../../src/db/index.ts'
import { librarySettings } from '../../src/people/auth/library.ts'
import {
  changeRole,
  deedsOf,
  endSessions,
  type Gate,
  openGate,
  sessionsOf,
  suspend,
} from '../../src/people/index.ts'
import {
  Browser,
  codeOf,
  gateOn,
  goodPassword,
  handClock,
  monday,
  secret,
  setUpCodes,
  withAccount,
} from './office.ts'

let database: Database
let clock: ReturnType<typeof handClock>
let gate: Gate
beforeEach(() => {
  database = openMemoryDatabase()
  clock = handClock()
  gate = gateOn(database, clock)
})
afterEach(() => closeDatabase(database))

const an = { id: 'an', name: 'Nguyễn Văn An', role: 'editor' } as const
const lan = { id: 'lan', name: 'Lê Thị Lan', role: 'approver' } as const
const signIn = (browser: Browser, name: string, password = goodPassword) =>
  gate.signIn({ name, password }, browser.from)

async function deeds(subject?: string): Promise<string[]> {
  return (await deedsOf(database, subject === undefined ? {} : { subject })).map(({ what }) => what).reverse()
}

describe('the tables of the sign-in library', () => {
  it('are those of schema.sql: it finds nothing to create and nothing to add', async () => {
    const settings = await librarySettings({ database, secret, log: silentLog })
    const { toBeCreated, toBeAdded } = await getMigrations(settings)
    expect({ toBeCreated, toBeAdded }).toEqual({ toBeCreated: [], toBeAdded: [] })
  })
})

describe('signing in', () => {
  it('nobody has an account at first, and the gate says so', async () => {
    expect(await gate.open()).toBe(false)
    await withAccount(database, an)
    expect(await gate.open()).toBe(true)
  })

  it('with the right password begins a session that is known at the next request', async () => {
    await withAccount(database, an)
    const browser = new Browser()
    const result = await signIn(browser, ' An ')
    expect(result).toMatchObject({ state: 'in', person: 'an' })
    browser.take(result)
    const present = await gate.present(browser.from.cookies)
    expect(present).toMatchObject({
      person: { id: 'an', role: 'editor' },
      codes: false,
      mustSetUpCodes: false,
    })
    expect(await sessionsOf(database, 'an', monday)).toMatchObject([
      { address: '192.0.2.7', browser: 'Firefox' },
    ])
  })

  it('gives cookies that scripts cannot read and other sites do not send, and over HTTPS nothing else gets', async () => {
    await withAccount(database, an)
    const { cookies } = (await signIn(new Browser(), 'an')) as { cookies: string[] }
    expect(cookies.join()).toMatch(/^loa\.session_token=[^;]+;.*HttpOnly.*SameSite=Lax/)
    expect(cookies.join()).not.toContain('Secure')
    const publicUrl = 'https://loa.quangnam.example'
    const safe = openGate({ database, clock, secret, publicUrl, log: silentLog })
    const over = await safe.signIn({ name: 'an', password: goodPassword }, new Browser().from)
    expect((over as { cookies: string[] }).cookies.join()).toMatch(/^__Secure-loa\.session_token=.*; Secure/)
  })

  it('keeps the password as Argon2id, and typed on any keyboard it is the same', async () => {
    await withAccount(database, { ...an, dear: true })
    const { password } = await database
      .selectFrom('account_password')
      .select('password')
      .executeTakeFirstOrThrow()
    expect(password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await signIn(new Browser(), 'an', goodPassword.normalize('NFD'))).toMatchObject({ state: 'in' })
  })

  it('answers the same for a wrong password, for nobody’s name, and for somebody suspended', async () => {
    await withAccount(database, an)
    await withAccount(database, lan)
    await suspend(database, { person: 'lan', by: null, now: monday })
    const wrong = { state: 'wrong' }
    expect(await signIn(new Browser(), 'an', 'sai mật khẩu rồi')).toEqual(wrong)
    expect(await signIn(new Browser(), 'khong-ai')).toEqual(wrong)
    expect(await signIn(new Browser(), 'Không phải mã')).toEqual(wrong)
    expect(await signIn(new Browser(), 'lan')).toEqual(wrong)
  })

  it.each(['an', 'khong-ai'])(
    'locks the name %s after ten failures for fifteen minutes, and says until when',
    async (name) => {
      await withAccount(database, an)
      for (let time = 1; time < 10; time += 1)
        expect(await signIn(new Browser(), name, 'sai mật khẩu rồi')).toEqual({ state: 'wrong' })
      const until = plusMilliseconds(monday, 15 * 60_000)
      expect(await signIn(new Browser(), name, 'sai mật khẩu rồi')).toEqual({ state: 'locked', until })
      expect(await signIn(new Browser(), name)).toEqual({ state: 'locked', until })
      expect(await deeds(name === 'an' ? 'an' : 'nobody')).toContain('sign-in.locked')
      clock.at = plusMilliseconds(until, 1)
      const after = await signIn(new Browser(), name)
      expect(after.state).toBe(name === 'an' ? 'in' : 'wrong')
    },
  )

  it('that fails by a fault of ours is a fault, and never told as a wrong password', async () => {
    await withAccount(database, an)
    await sql`drop table account_session`.execute(database)
    await expect(signIn(new Browser(), 'an')).rejects.toThrow()
    expect(await database.selectFrom('sign_in_failure').selectAll().execute()).toEqual([])
  })

  it('is bounded for each address, whatever names are tried', async () => {
    await withAccount(database, an)
    let last
    for (let time = 0; time < 31; time += 1) last = await signIn(new Browser('198.51.100.9'), `ten-${time}`)
    expect(last).toEqual({ state: 'busy', seconds: 60 })
    expect((await signIn(new Browser('198.51.100.10'), 'an')).state).toBe('in')
  })
})

describe('codes, the second step', () => {
  it('must be set up by an approver before anything else, and are asked from then on', async () => {
    await withAccount(database, lan)
    const browser = new Browser()
    browser.take(await signIn(browser, 'lan'))
    expect(await gate.present(browser.from.cookies)).toMatchObject({ mustSetUpCodes: true })
    expect(await gate.beginCodes('sai mật khẩu rồi', browser.from)).toEqual({ state: 'wrong' })
    expect(await gate.begunCodes('lan')).toBeUndefined()
    expect(await gate.beginCodes(goodPassword, browser.from)).toEqual({ state: 'begun' })
    const begun = await gate.begunCodes('lan')
    expect(begun?.address).toMatch(/^otpauth:\/\/totp\/Loa%20Lang:lan\?secret=[A-Z2-7]{52}&issuer=Loa%20Lang/)
    expect(await gate.proveCodes('000000', browser.from)).toEqual({ state: 'wrong' })
    browser.take(await gate.proveCodes(codeOf(begun!.secret), browser.from))
    expect(await gate.present(browser.from.cookies)).toMatchObject({ mustSetUpCodes: false, codes: true })
    expect(await gate.begunCodes('lan')).toBeUndefined()
    expect(await deeds('lan')).toEqual([
      'person.added',
      'person.invited',
      'password.chosen',
      'session.begun',
      'codes.set-up',
    ])

    const another = new Browser()
    const first = await signIn(another, 'lan')
    expect(first.state).toBe('code')
    another.take(first)
    expect(await gate.present(another.from.cookies)).toBeUndefined()
    another.take(await gate.giveCode(codeOf(begun!.secret, 1), another.from))
    expect(await gate.present(another.from.cookies)).toMatchObject({ person: { id: 'lan' } })
  })

  it('are taken once: the same code a second time is wrong, and begins no session', async () => {
    await withAccount(database, lan)
    const secretOfApp = await setUpCodes(gate, new Browser(), 'lan')
    const [owner, thief] = [new Browser(), new Browser('203.0.113.5')]
    owner.take(await signIn(owner, 'lan'))
    thief.take(await signIn(thief, 'lan'))
    const code = codeOf(secretOfApp, 1)
    expect((await gate.giveCode(code, owner.from)).state).toBe('in')
    const before = (await sessionsOf(database, 'lan', monday)).length
    expect(await gate.giveCode(code, thief.from)).toEqual({ state: 'wrong' })
    expect(await sessionsOf(database, 'lan', monday)).toHaveLength(before)
    expect(await deeds('lan')).toContain('code.replayed')
  })

  it('may be a backup code, each once', async () => {
    await withAccount(database, lan)
    await setUpCodes(gate, new Browser(), 'lan')
    const codes = await gate.backupCodes('lan')
    expect(codes).toHaveLength(10)
    const browser = new Browser()
    browser.take(await signIn(browser, 'lan'))
    expect((await gate.giveCode(` ${codes[0]!} `, browser.from)).state).toBe('in')
    const again = new Browser()
    again.take(await signIn(again, 'lan'))
    expect(await gate.giveCode(codes[0]!, again.from)).toEqual({ state: 'wrong' })
    expect(await gate.backupCodes('lan')).toHaveLength(9)
  })

  it('guessed five times end the attempt, and ten times lock the person’s codes', async () => {
    await withAccount(database, lan)
    const secretOfApp = await setUpCodes(gate, new Browser(), 'lan')
    const states: string[] = []
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const browser = new Browser()
      browser.take(await signIn(browser, 'lan'))
      for (let time = 0; time < 6; time += 1) states.push((await gate.giveCode('123456', browser.from)).state)
    }
    expect(states.slice(0, 6)).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'wrong', 'late'])
    expect(states.at(-1)).toBe('locked')
    const browser = new Browser()
    browser.take(await signIn(browser, 'lan'))
    expect((await gate.giveCode(codeOf(secretOfApp, 1), browser.from)).state).toBe('locked')
  })

  it('without a first step lead nowhere', async () => {
    expect(await gate.giveCode('123456', new Browser().from)).toEqual({ state: 'late' })
  })
})

describe('an open session', () => {
  it('knows a role taken away, a suspension and its own end at the next request', async () => {
    await withAccount(database, an)
    await withAccount(database, { id: 'quan', name: 'Quản Trị', role: 'admin' })
    const [one, other] = [new Browser(), new Browser()]
    for (const browser of [one, other]) browser.take(await signIn(browser, 'an'))
    await changeRole(database, { person: 'an', role: 'auditor', by: 'quan', now: monday })
    expect(await gate.present(one.from.cookies)).toMatchObject({ person: { role: 'auditor' } })
    const [newest] = await sessionsOf(database, 'an', monday)
    await endSessions(database, { person: 'an', session: newest!.id, by: 'an', now: monday })
    const left = [await gate.present(one.from.cookies), await gate.present(other.from.cookies)]
    expect(left.filter((present) => present !== undefined)).toHaveLength(1)
    await suspend(database, { person: 'an', by: 'quan', now: monday })
    expect(await gate.present(one.from.cookies)).toBeUndefined()
    expect(await gate.present(other.from.cookies)).toBeUndefined()
  })

  it('of an admin lasts a working day, of others a week', async () => {
    await withAccount(database, { id: 'quan', name: 'Quản Trị', role: 'admin' })
    await withAccount(database, an)
    const [admin, editor] = [new Browser(), new Browser()]
    admin.take(await signIn(admin, 'quan'))
    editor.take(await signIn(editor, 'an'))
    const begun = new Date(new Date().getTime() - 13 * 3_600_000).toISOString()
    await database.updateTable('account_session').set({ created_at: begun }).execute()
    expect(await gate.present(admin.from.cookies)).toBeUndefined()
    expect(await gate.present(editor.from.cookies)).toBeDefined()
  })

  it('ends when its owner signs out', async () => {
    await withAccount(database, an)
    const browser = new Browser()
    browser.take(await signIn(browser, 'an'))
    const kept = browser.from
    browser.take({ cookies: await gate.signOut((await gate.present(kept.cookies))!, kept) })
    expect(browser.from.cookies).not.toContain('session_token')
    expect(await gate.present(kept.cookies)).toBeUndefined()
  })

  it('is not believed when its cookie was made by somebody else', async () => {
    await withAccount(database, an)
    const browser = new Browser()
    browser.take(await signIn(browser, 'an'))
    const { cookies } = browser.from
    expect(
      await gate.present(cookies.replace(/(session_token=[^;]+)[^;]{5}(?=;|$)/, '$1AAAA=')),
    ).toBeUndefined()
    expect(await gate.present('loa.session_token=abc')).toBeUndefined()
  })
})

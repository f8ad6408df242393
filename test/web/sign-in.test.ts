/** Coming in, as a browser without any script does it: forms, cookies, and what is said when something is wrong. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addPerson,
  addPersonKey,
  deedsOf,
  enrolKeyAgain,
  firstAdminLink,
  invite,
  openLink,
  personKey,
  resetCodes,
  suspend,
} from '../../src/people/index.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import { Browser, codeOf, gateOn, goodPassword, secret, setUpCodes, withAccount } from '../people/office.ts'
import { clockAt, emptyDesk, type Month, today } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'
import { signedIn } from './staff.ts'

let month: Month
let office: Served
beforeAll(async () => {
  month = await emptyDesk()
  office = await serve(month, { secret })
})
afterAll(() => office.close())

/** A browser: it keeps cookies, sends what its own pages send, and follows no redirect by itself. */
class Visitor {
  cookies = new Map<string, string>()

  async get(path: string): ReturnType<Served['get']> {
    return this.#kept(await office.get(path, { headers: { cookie: this.#cookie } }))
  }

  async post(path: string, fields: Record<string, string> = {}): ReturnType<Served['get']> {
    const headers = { cookie: this.#cookie, origin: office.url, 'sec-fetch-site': 'same-origin' }
    const body = new URLSearchParams(fields)
    return this.#kept(await office.get(path, { method: 'POST', headers, body }))
  }

  get #cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #kept<T extends { headers: Headers }>(answer: T): T {
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === '' || /max-age=0/i.test(cookie)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return answer
  }
}

const where = ({ status, headers }: { status: number; headers: Headers }) => [status, headers.get('location')]
const keyOn = (text: string): string => /<code>([A-Z2-7 ]{40,})<\/code>/.exec(text)![1]!

describe('the first admin', () => {
  const admin = new Visitor()
  const way = { id: 'quan', name: 'Trần Quản Trị', password: goodPassword, again: goodPassword }
  let path = ''
  let key = ''

  it('finds the pages open to read, and nothing to sign in with but the link', async () => {
    expect((await admin.get('/units')).status).toBe(200)
    path = `/welcome/${(await firstAdminLink(month.database, today))!}`
    expect(readerSees((await admin.get(path)).text)).toContain('Tạo quản trị đầu tiên')
    expect((await admin.get('/welcome/khong-phai')).status).toBe(404)
  })

  it.each([
    [{ id: 'Trần Quản' }, 'Mã người dùng chỉ gồm'],
    [{ name: ' ' }, 'Hãy ghi họ và tên'],
    [{ password: 'x7-yz', again: 'x7-yz' }, 'ít nhất 10 ký tự'],
    [{ password: 'Trần Quản Trị 1', again: 'Trần Quản Trị 1' }, 'quá dễ đoán'],
    [{ again: 'một câu khác hẳn' }, 'Hai lần gõ không giống nhau'],
  ])(
    'is told next to the field what is wrong (%o); what was typed is kept, the password never',
    async (change, why) => {
      const typed = { ...way, ...change }
      const { status, text } = await admin.post(path, typed)
      expect(status).toBe(400)
      expect(readerSees(text)).toContain(why)
      expect(text).toContain('aria-invalid="true"')
      expect(text).toContain(`value="${typed.id.toLowerCase()}"`)
      expect(text).not.toContain(typed.password)
    },
  )

  it('sets a password, then codes, and gets backup codes once', async () => {
    expect(where(await admin.post(path, way))).toEqual([303, '/me/codes'])
    // Before the codes nothing else opens.
    expect(where(await admin.get('/units'))).toEqual([303, '/me/codes'])
    expect((await admin.get(path)).status).toBe(404)
    const { text } = await admin.get('/me/codes')
    expect(text).toContain('<svg')
    key = keyOn(text)
    const wrong = await admin.post('/me/codes/prove', { code: '000000' })
    expect(wrong.status).toBe(400)
    expect(keyOn(wrong.text)).toBe(key)
    const proved = await admin.post('/me/codes/prove', { code: codeOf(key) })
    expect(proved.text.match(/<li><code>\w{5}-\w{5}<\/code>/g)).toHaveLength(10)
    const home = await admin.get('/')
    expect(home.status).toBe(200)
    expect(home.text).toContain('Trần Quản Trị')
    expect(home.text).toContain('href="/people"')
    expect(home.headers.get('cache-control')).toBe('no-store')
  })

  it('signs out, and the pages are closed from now on; signs in with password and code', async () => {
    expect(where(await admin.post('/sign-out'))).toEqual([303, '/sign-in'])
    expect(where(await admin.get('/stations?q=ga'))).toEqual([303, '/sign-in?next=%2Fstations%3Fq%3Dga'])
    const asked = await admin.get('/sign-in?next=%2Fstations%3Fq%3Dga')
    expect(asked.text).not.toContain('href="/units"')
    const first = await admin.post('/sign-in', {
      name: 'quan',
      password: goodPassword,
      next: '/stations?q=ga',
    })
    expect(where(first)).toEqual([303, '/sign-in/code?next=%2Fstations%3Fq%3Dga'])
    expect((await admin.get('/units')).status).toBe(303)
    const code = codeOf(key, 1)
    const wrong = await admin.post('/sign-in/code', { code: '12345x', next: '/stations?q=ga' })
    expect([wrong.status, readerSees(wrong.text)]).toEqual([401, expect.stringContaining('Mã chưa đúng')])
    expect(where(await admin.post('/sign-in/code', { code, next: '/stations?q=ga' }))).toEqual([
      303,
      '/stations?q=ga',
    ])
    expect((await admin.get('/people')).status).toBe(200)
    const deeds = (await deedsOf(month.database, { subject: 'quan' })).map(({ what }) => what).reverse()
    expect(deeds).toEqual([
      ...[
        'person.added',
        'password.chosen',
        'session.begun',
        'codes.set-up',
        'session.ended',
        'session.begun',
      ],
    ])
  })

  it.each([
    'https://elsewhere.example/',
    '//elsewhere.example',
    '/\\elsewhere.example',
    'javascript:alert(1)',
  ])('is never sent on to %s', async (next) => {
    const { text } = await new Visitor().get(`/sign-in?next=${encodeURIComponent(next)}`)
    expect(text).toContain('name="next" value=""')
    expect(where(await admin.get(`/sign-in?next=${encodeURIComponent(next)}`))).toEqual([303, '/'])
  })

  it('invites somebody, who comes in with a password of their own', async () => {
    const fields = { id: 'hoa', name: 'Hồ Thị Hoa', role: 'operator', units: '' }
    const wrong = await admin.post('/people', fields)
    expect([wrong.status, readerSees(wrong.text)]).toEqual([400, expect.stringContaining('ít nhất một xã')])
    expect(wrong.text).toContain('value="Hồ Thị Hoa"')
    const unknown = await admin.post('/people', { ...fields, units: '20443 99999' })
    expect(readerSees(unknown.text)).toContain('“99999”')
    const made = await admin.post('/people', { ...fields, units: '20443' })
    const link = /\/welcome\/[\w-]{43}/.exec(made.text)![0]
    expect((await admin.post('/people', { ...fields, units: '20443' })).text).toContain('Đã có người mang mã')
    const hoa = new Visitor()
    expect(readerSees((await hoa.get(link)).text)).toContain('Chào Hồ Thị Hoa')
    expect(where(await hoa.post(link, { password: goodPassword, again: goodPassword }))).toEqual([303, '/'])
    expect(readerSees((await hoa.get('/me')).text)).toContain('Đơn vị: Xã Hùng Sơn')
    expect((await hoa.get('/people')).status).toBe(403)
  })

  it('binds communes by code, by name with or without diacritics, or by both as the list gives them', async () => {
    const units = async (typed: string) => {
      const { status, text } = await admin.post('/people/hoa/units', { units: typed })
      return [
        status,
        /name="units" value="([^"]*)"/.exec((await admin.get('/people/hoa')).text)?.[1],
        text,
      ] as const
    }
    const both = '20443 Xã Hùng Sơn, 20623 Xã Duy Xuyên'
    for (const typed of ['20443 20623', 'hung son, xa duy xuyen', 'Xã Hùng Sơn; 20623', both])
      expect((await units(typed)).slice(0, 2)).toEqual([303, both])
    expect((await admin.get('/people/new')).text).toContain('<option value="20443 Xã Hùng Sơn">')
    const other = await units('20443 Xã Duy Xuyên')
    expect([other[0], other[1]]).toEqual([400, both])
    expect(readerSees(other[2])).toContain('Không có xã, phường nào')
    await units('20443')
  })

  it('changes a role, suspends and restores: each counts at once in the open session', async () => {
    const an = new Visitor()
    const browser = await signedIn(month.database, 'an', 'editor')
    for (const cookie of browser.from.cookies.split('; ')) {
      const [name = '', ...value] = cookie.split('=')
      an.cookies.set(name, value.join('='))
    }
    expect((await an.get('/log')).status).toBe(403)
    expect(where(await admin.post('/people/an/role', { role: 'auditor' }))).toEqual([303, '/people/an'])
    expect((await an.get('/log')).status).toBe(200)
    // It acts at once, so it asks first.
    const unsure = await admin.post('/people/an/suspend')
    expect([unsure.status, readerSees(unsure.text)]).toEqual([
      400,
      expect.stringContaining('Chưa tạm dừng ai'),
    ])
    expect((await an.get('/log')).status).toBe(200)
    await admin.post('/people/an/suspend', { sure: 'yes' })
    expect(where(await an.get('/log'))[0]).toBe(303)
    await admin.post('/people/an/restore')
    const page = await admin.get('/people/an')
    expect(readerSees(page.text)).toContain('kiểm tra')
    expect(page.text).toContain('action="/people/an/suspend"')
  })

  it('resets a password by a link, and cannot do to themselves what takes another admin', async () => {
    const reset = await admin.post('/people/hoa/reset-password')
    const link = /\/welcome\/([\w-]{43})/.exec(reset.text)!
    expect(await openLink(month.database, link[1]!, today)).toMatchObject({ kind: 'new-password' })
    const self = await admin.post('/people/quan/suspend', { sure: 'yes' })
    expect([self.status, readerSees(self.text)]).toEqual([
      403,
      expect.stringContaining('nhờ một quản trị khác'),
    ])
    expect((await admin.post('/people/khong-ai/suspend', { sure: 'yes' })).status).toBe(404)
  })

  it('sees who has not chosen a password since it was reset', async () => {
    expect(readerSees((await admin.get('/people/hoa')).text)).toContain('chưa tự đặt mật khẩu mới')
    expect(readerSees((await admin.get('/people?q=quan')).text)).not.toContain('chưa tự đặt')
  })

  it('is told that codes are on when they are set up a second time, and sees no backup codes again', async () => {
    const [begun, proved] = [
      await admin.post('/me/codes/begin', { password: goodPassword }),
      await admin.post('/me/codes/prove', { code: codeOf(key, 1) }),
    ]
    for (const { status, text } of [begun, proved]) {
      expect([status, readerSees(text)]).toEqual([409, expect.stringContaining('Mã hai bước đã bật rồi')])
      expect(text).not.toMatch(/<code>\w{5}-\w{5}/)
    }
    expect(readerSees((await admin.get('/me')).text)).toContain('Muốn đổi điện thoại, nhờ một quản trị')
  })

  it('says the first word for a suspended key on its owner’s page, and an approver the second', async () => {
    const { database } = month
    const owner = await signedIn(database, 'lan', 'approver')
    const minh = await signedIn(database, 'minh', 'approver')
    const { publicKey, kid } = newSigningKey()
    await addPersonKey(database, { person: 'lan', publicKey, now: today })
    await admin.post('/people/lan/reset-codes')
    const page = await admin.get('/people/lan')
    expect(readerSees(page.text)).toContain(`Khóa ${kid} đang tạm dừng.`)
    expect(where(await admin.post(`/keys/${kid}/enrol-again`))).toEqual([303, '/keys?done=again'])
    const cookie = { cookie: minh.from.cookies }
    const half = await office.get('/people/lan', { headers: cookie })
    expect(readerSees(half.text)).toContain('Trần Quản Trị đã ghi nhận lại, cần thêm một người')
    // The reset ended the owner's own session, and an approver sees no other deed here.
    expect((await office.get('/me', { headers: { cookie: owner.from.cookies } })).status).toBe(303)
    expect(half.text).not.toContain('/people/lan/suspend')
    expect(half.text).toContain(`action="/keys/${kid}/enrol-again"`)
    await office.get(`/keys/${kid}/enrol-again`, { method: 'POST', headers: cookie })
    expect((await personKey(database, kid))?.suspendedAt).toBeNull()
  })

  it('is shown no first word for a key whose speaker was suspended since', async () => {
    const { database } = month
    await withAccount(database, { id: 'duc', name: 'Đức', role: 'approver', now: today })
    await addPerson(database, { id: 'chin', name: 'Chín', role: 'approver', training: false, now: today })
    const { publicKey, kid } = newSigningKey()
    await addPersonKey(database, { person: 'duc', publicKey, now: today })
    await resetCodes(database, { person: 'duc', by: null, now: today })
    await enrolKeyAgain(database, { kid, by: 'chin', now: today })
    expect(readerSees((await admin.get('/people/duc')).text)).toContain('Chín đã ghi nhận lại, cần thêm')
    await suspend(database, { person: 'chin', by: null, now: today })
    expect(readerSees((await admin.get('/people/duc')).text)).toContain(`Khóa ${kid} đang tạm dừng.`)
  })

  it('reads in the log who did it, from where, and what was before; and has it as a file', async () => {
    const { text } = await admin.get('/log?what=person.role-changed')
    expect(readerSees(text)).toMatch(
      /Trần Quản Trị đổi vai trò Người an an trang web, 127\.0\.0\.1 vai trò: biên tập → kiểm tra/,
    )
    const sheet = await admin.get('/log.csv?person=quan')
    const lines = sheet.text.trim().split('\n')
    expect(lines.length).toBeGreaterThan(8)
    expect(lines.slice(1).every((line) => line.includes(',quan,'))).toBe(true)
    expect((await admin.get('/log?from=2026-12-01&to=2026-11-01')).status).toBe(400)
    expect((await admin.get('/log?page=99')).status).toBe(404)
  })

  it('changes the own password and ends a session from the own page', async () => {
    const next = 'suối nguồn đầu làng'
    const wrong = await admin.post('/me/password', { present: 'không phải', password: next, again: next })
    expect([wrong.status, readerSees(wrong.text)]).toEqual([
      400,
      expect.stringContaining('hiện nay không đúng'),
    ])
    const fields = { present: goodPassword, password: next, again: next }
    expect(where(await admin.post('/me/password', fields))).toEqual([303, '/me?changed=password'])
    expect(readerSees((await admin.get('/me?changed=password')).text)).toContain('Đã đổi mật khẩu')
  })
})

describe('the first code sent twice', () => {
  it('shows the backup codes in the answer that the browser keeps', async () => {
    await withAccount(month.database, { id: 'tin', name: 'Tín', role: 'approver', now: today })
    const visitor = new Visitor()
    await visitor.post('/sign-in', { name: 'tin', password: goodPassword })
    await visitor.post('/me/codes/begin', { password: goodPassword })
    const code = codeOf(keyOn((await visitor.get('/me/codes')).text))
    const both = await Promise.all([1, 2].map(() => visitor.post('/me/codes/prove', { code })))
    const shown = both.map(({ text }) => text.match(/<li><code>\w{5}-\w{5}<\/code>/g))
    expect(shown[1]).toHaveLength(10)
    expect(shown[1]).toEqual(shown[0])
    expect((await visitor.get('/people')).status).toBe(200)
  })

  it('guessed too often is told until when to wait', async () => {
    await withAccount(month.database, { id: 'doan', name: 'Đoan', role: 'approver', now: today })
    const visitor = new Visitor()
    await visitor.post('/sign-in', { name: 'doan', password: goodPassword })
    let answer = await visitor.post('/me/codes/begin', { password: 'không phải' })
    expect([answer.status, readerSees(answer.text)]).toEqual([
      400,
      expect.stringContaining('Mật khẩu chưa đúng'),
    ])
    for (let time = 0; time < 9; time += 1)
      answer = await visitor.post('/me/codes/begin', { password: 'không phải' })
    expect([answer.status, readerSees(answer.text)]).toEqual([429, expect.stringContaining('Hãy chờ đến')])
  })
})

describe('one’s own backup codes', () => {
  const browser = new Browser('127.0.0.1')
  let key: string
  beforeAll(async () => {
    const { database } = month
    await withAccount(database, { id: 'mai', name: 'Mai', role: 'approver', now: today })
    key = await setUpCodes(gateOn(database, clockAt(today)), browser, 'mai')
  })
  const get = (path: string, cookie = browser.from.cookies) => office.get(path, { headers: { cookie } })
  const post = (fields: Record<string, string>) =>
    office.get('/me/backup-codes', {
      method: 'POST',
      headers: { cookie: browser.from.cookies, origin: office.url },
      body: new URLSearchParams(fields),
    })
  const codes = (text: string) => text.match(/<li><code>\w{5}-\w{5}<\/code>/g)

  it('are made anew with password and code, and a second click shows the same ones', async () => {
    expect((await get('/me')).text).toContain('href="/me/backup-codes"')
    const fields = { password: goodPassword, code: codeOf(key, 1) }
    const [one, two] = [await post(fields), await post(fields)]
    expect(codes(one.text)).toHaveLength(10)
    expect(codes(two.text)).toEqual(codes(one.text))
    expect([one.status, one.headers.get('cache-control')]).toEqual([200, 'no-store'])
  })

  it.each([
    ['password', { password: 'sai mật khẩu' }, 'Mật khẩu chưa đúng'],
    ['code', { code: '000000' }, 'Mã chưa đúng'],
  ])('are not made with a wrong %s, and it is said next to the field', async (field, change, why) => {
    expect((await get('/me/backup-codes')).text).not.toContain('aria-invalid')
    const { status, text } = await post({ password: goodPassword, code: codeOf(key), ...change })
    expect([status, codes(text)]).toEqual([400, null])
    expect(text).toMatch(new RegExp(`id="${field}"[^>]*aria-invalid="true"`))
    expect(readerSees(text)).toContain(why)
  })

  it('need codes first', async () => {
    const editor = (await signedIn(month.database, 'vui', 'editor')).from.cookies
    expect((await get('/me/backup-codes', editor)).text).toContain('href="/me/codes"')
  })
})

describe('signing in', () => {
  it('is there in English too, and the choice is kept', async () => {
    const visitor = new Visitor()
    expect(readerSees((await visitor.get('/sign-in?lang=en')).text)).toContain('User id')
    expect(readerSees((await visitor.get('/sign-in')).text)).toContain('User id')
    expect((await visitor.post('/sign-in', { name: 'a', password: 'b' })).text).toContain(
      'href="/sign-in?lang=vi"',
    )
  })

  it('says the same of a wrong password and of nobody’s name, and locks both', async () => {
    await addPerson(month.database, { id: 'tam', name: 'Tâm', role: 'editor', training: false, now: today })
    await invite(month.database, { person: 'tam', by: null, now: today })
    const said = async (name: string) => {
      const { status, text } = await new Visitor().post('/sign-in', { name, password: 'sai mật khẩu' })
      return [status, readerSees(text).replaceAll(name, '…')]
    }
    const [known, unknown, invited] = [await said('quan'), await said('khong-ai'), await said('tam')]
    expect(known).toEqual([401, expect.stringContaining('chưa đúng')])
    expect([unknown, invited]).toEqual([known, known])
    let last
    for (let time = 0; time < 9; time += 1) last = await said('khong-ai')
    expect(last).toEqual([429, expect.stringContaining('Hãy chờ đến 10:15')])
  })

  it('by a link leads in although guessers have the name locked, and again later from the same browser', async () => {
    await addPerson(month.database, { id: 'nga', name: 'Nga', role: 'editor', training: false, now: today })
    const link = await invite(month.database, { person: 'nga', by: null, now: today })
    const [gate, guesser] = [gateOn(month.database, clockAt(today)), new Browser('203.0.113.5')]
    for (let time = 0; time < 10; time += 1)
      await gate.signIn({ name: 'nga', password: 'sai mật khẩu' }, guesser.from)
    const nga = new Visitor()
    const typed = { password: goodPassword, again: goodPassword }
    expect(where(await nga.post(`/welcome/${link}`, typed))).toEqual([303, '/'])
    expect((await nga.get('/units')).status).toBe(200)
    await nga.post('/sign-out')
    const name = { name: 'nga', password: goodPassword }
    expect((await new Visitor().post('/sign-in', name)).status).toBe(429)
    expect(where(await nga.post('/sign-in', name))).toEqual([303, '/'])
  })

  it('keeps the name that was typed, and escapes it', async () => {
    const { text } = await new Visitor().post('/sign-in', { name: '"><script>', password: 'x' })
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;"')
  })

  it('is bounded for each address, in words', async () => {
    let answer = await new Visitor().get('/welcome/x')
    for (let time = 0; time < 70 && answer.status !== 429; time += 1)
      answer = await new Visitor().get('/welcome/x')
    expect(answer.status).toBe(429)
    expect(readerSees(answer.text)).toContain('Hãy chờ một phút')
  })
})

/** Where each role begins: what waits for them first, and what to do next where nothing does. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser as RealBrowser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { returnVersion } from '../../src/approval/index.ts'
import { type Instant, plusMilliseconds } from '../../src/base/time.ts'
import { acceptLink, addPerson, invite, resetPassword, type Role } from '../../src/people/index.ts'
import {
  expireFact,
  importScript,
  loadPlaceholders,
  readScript,
  type ScriptSource,
  submitVersion,
} from '../../src/scripts/index.ts'
import { Browser, gateOn, goodPassword, secret, setUpCodes } from '../people/office.ts'
import { openBrowser, overflow, picture, serious } from './looking.ts'
import { clockAt, emptyDesk, november, planned, today } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'
import { operatorSignedIn, signedIn } from './staff.ts'

const content = fileURLToPath(new URL('../../content', import.meta.url))

let busy: Served
/** The same office on the first morning of the month, before anything was heard. */
let early: Served
let fresh: Served
let browser: RealBrowser
const cookies: Record<string, string> = {}

/** A person of the office comes by an invitation and signs in. */
async function arrives(id: string, role: Role, now: Instant): Promise<string> {
  const { database } = busy.month
  const link = await invite(database, { person: id, by: null, now })
  await acceptLink(database, { secret: link, password: goodPassword, now })
  const browser = new Browser('127.0.0.1')
  const gate = gateOn(database, clockAt(now))
  if (role === 'approver' || role === 'admin') await setUpCodes(gate, browser, id)
  else browser.take(await gate.signIn({ name: id, password: goodPassword }, browser.from))
  return browser.from.cookies
}

function script(name: string, changes: Partial<ScriptSource> = {}): ScriptSource {
  const read = readScript(readFileSync(`${content}/scripts/${name}.md`, 'utf8'))
  if (!read.ok) throw new Error(read.why.en)
  return { ...read.value, ...changes }
}

/** Mai writes: one that may be submitted, one with faults; one came back, one waits. */
async function maiWrites(): Promise<void> {
  const { database } = busy.month
  const own = { author: 'mai', now: today }
  await importScript(database, script('giu-con-an-toan'), own)
  const body = 'Ông Nguyễn Văn Bảy ở thôn Ba xã Trà Leng bị lừa. Cần giúp xin gọi 0912345678.'
  await importScript(database, script('thay-la-bao-ngay', { id: 'ban-loi', title: 'Bản có lỗi', body }), own)
  for (const name of ['lay-chong-xa-xu', 'tim-viec-tren-mang']) {
    const { script: id, version } = await importScript(database, script(name), own)
    const placeholders = loadPlaceholders(content)
    const asked = { script: id, version, by: 'mai', now: today, placeholders, speakUnconfirmed: true }
    await submitVersion(database, asked)
  }
  const why = 'Câu thứ hai còn dài, hãy tách ra.'
  await returnVersion(database, { script: 'lay-chong-xa-xu', version: 1, by: 'lan', why, now: today })
}

beforeAll(async () => {
  browser = await openBrowser()
  const month = await november()
  busy = await serve(month, { secret })
  early = await serve({ ...month, clock: clockAt(planned), close: () => Promise.resolve() }, { secret })
  const { database } = month
  cookies['lan'] = await arrives('lan', 'approver', planned)
  await addPerson(database, {
    id: 'mai',
    name: 'Zơrâm Thị Mai',
    role: 'editor',
    training: false,
    now: planned,
  })
  cookies['mai'] = await arrives('mai', 'editor', today)
  await maiWrites()
  for (const role of ['admin', 'editor', 'approver', 'auditor'] as const)
    cookies[role] = (await signedIn(database, `nguoi-${role}`, role)).from.cookies
  cookies['operator'] = (await operatorSignedIn(database, 'can-bo')).from.cookies
  await expireFact(database, { fact: 'hotline-111', on: '2026-12-10', by: 'nguoi-approver', now: today })
  fresh = await serve(await emptyDesk(), { secret })
  for (const role of ['admin', 'approver'] as const)
    cookies[`fresh ${role}`] = (await signedIn(fresh.month.database, role, role)).from.cookies
})
afterAll(async () => {
  for (const served of [early, busy, fresh]) await served.close()
})

const get = (who: string, path = '/', served = busy) =>
  served.get(path, { headers: { cookie: cookies[who]! } })
const see = async (who: string, path = '/', served = busy) => readerSees((await get(who, path, served)).text)

describe('an editor', () => {
  it('begins with what came back and why, before the drafts', async () => {
    const seen = await see('mai')
    expect(seen).toContain('Chào anh/chị Zơrâm Thị Mai')
    expect(seen).toMatch(
      /Trả lại cho tôi .* Lê Thị Lan trả lại lúc .*, vì: Câu thứ hai còn dài, hãy tách ra\./,
    )
    expect(seen.indexOf('Trả lại cho tôi')).toBeLessThan(seen.indexOf('Bản nháp của tôi'))
  })

  it('sees in each of their drafts what is open, and no others’', async () => {
    const seen = await see('mai')
    expect(seen).toMatch(/Bản có lỗi bản 1 · [\d: /]+ [1-9] lỗi phải sửa/)
    expect(seen).toMatch(/Tôi đã trình, đang chờ duyệt .*Phát trong bảy ngày tới/)
    expect(await see('editor')).not.toContain('Bản có lỗi')
  })

  it('who has nothing yet is told what to do', async () => {
    const seen = await see('editor')
    expect(seen).toContain('Anh/chị chưa có bản nháp nào.')
    expect(seen).toContain('Không có bản tin nào bị trả lại.')
    expect(seen).toContain('Bảy ngày tới không có lượt phát nào. Lịch được xếp khi')
    expect((await get('editor')).text).toContain('href="/uploads/new"')
  })

  it('sees what is heard this week, by day', async () => {
    const { text } = await get('mai', '/', early)
    expect(readerSees(text)).toContain('Chủ Nhật 01/11/2026 241 lượt phát')
    expect(text).toContain('href="/airings?month=2026-11&amp;day=2026-11-01"')
  })
})

describe('an approver', () => {
  it('begins with what waits, with its length and languages', async () => {
    const seen = await see('approver')
    expect(seen).toMatch(
      /Đang chờ tôi duyệt .*Việc nhẹ, lương cao, giục đi gấp bản 1 dài 1:\d\d · ngôn ngữ: .*Việt.* · \d bản ghi Nguyễn Văn An trình lúc/,
    )
  })

  it('sees when what they approved is heard, and others do not', async () => {
    expect(await see('lan', '/', early)).toMatch(
      /Tôi đã duyệt, sắp phát .* 05:\d\d 01\/11\/2026 · phát ở \d+ đài/,
    )
    expect(await see('approver')).toContain('Bảy ngày tới không phát bản tin nào do anh/chị duyệt.')
  })

  it('is told of facts that end', async () => {
    expect(await see('approver')).toMatch(/Dữ kiện hết hiệu lực .*111 sẽ hết hiệu lực ngày 10\/12\/2026/)
  })

  it('with nothing waiting is told when something will', async () => {
    const seen = await see('fresh approver', '/', fresh)
    expect(seen).toContain(
      'Không có bản tin nào chờ anh/chị duyệt. Khi có người trình, bản tin sẽ hiện ở đây.',
    )
    expect(seen).toContain('Không có dữ kiện nào mới hết hoặc sắp hết hiệu lực.')
  })
})

describe('an auditor', () => {
  it('begins with the month in a sentence and a bar, then the worst units', async () => {
    // What is to be done this month is for others, and stands on no page of theirs.
    expect(await see('auditor', '/month')).not.toContain('Việc cần làm lúc này')
    expect(await see('admin', '/month')).toContain('Việc cần làm lúc này')
    const { text } = await get('auditor')
    const seen = readerSees(text)
    expect(seen).toMatch(/Tháng 11\/2026: đạt \d+ trên 78 đơn vị, có thể từ \d+ đến \d+\./)
    const states = [...text.matchAll(/<td class="state nowrap"><span class="chip (\w+)">/g)].map(
      ([, tone]) => tone,
    )
    expect(states).toHaveLength(10)
    expect(states.indexOf('wait')).toBe(states.filter((tone) => tone === 'missed').length)
    expect(text).toContain('href="/units.csv?month=2026-11"')
    expect(text).not.toMatch(/<code>loa /)
  })

  it('goes to another month', async () => {
    expect(await see('auditor', '/?month=2025-02')).toContain('trên 233 đơn vị')
    expect((await get('auditor', '/?month=2026-13')).status).toBe(400)
  })
})

describe('an admin', () => {
  it('begins with what is wrong, then with who waits', async () => {
    const seen = await see('admin')
    expect(seen).toMatch(/Cần xem ngay .*bộ điều khiển im lặng.* Người đang chờ/)
    expect(seen).toMatch(/Người đang chờ .*người trong sổ chưa có tài khoản và chưa được mời/)
    expect(seen).toMatch(/Việc khác của tháng này .*đang chờ duyệt/)
  })

  it('sees open invitations and keys that wait for a second word, each with the page where it is settled', async () => {
    const { database } = busy.month
    await addPerson(database, { id: 'moi', name: 'Pơloong Mới', role: 'editor', training: false, now: today })
    await invite(database, { person: 'moi', by: 'nguoi-admin', now: today })
    await resetPassword(database, { person: 'lan', by: 'nguoi-admin', now: plusMilliseconds(today, 1) })
    const { text } = await get('admin')
    const seen = readerSees(text)
    expect(seen).toMatch(/Pơloong Mới đã được mời, chưa đăng nhập; lời mời hết hạn lúc/)
    expect(seen).toMatch(/Khóa ký của Lê Thị Lan tạm ngừng .*hai người phải ghi nhận lại/)
    expect(text).toContain('href="/people/lan"')
  })

  it('of an office without approvers is led to the page to invite one, and needs no command', async () => {
    const { database } = fresh.month
    const { text } = await get('fresh admin', '/', fresh)
    expect(readerSees(text)).toMatch(/Cần xem ngay Chưa người phê duyệt nào có khóa ký.*Mở Khóa ký/)
    await database.deleteFrom('account').where('id', '=', 'approver').execute()
    await database.updateTable('person').set({ role: 'editor' }).where('id', '=', 'approver').execute()
    const led = (await get('fresh admin', '/', fresh)).text
    expect(readerSees(led)).toContain('Chưa có người phê duyệt.')
    expect(led).toContain('<a href="/people/new">Mở trang</a>')
    expect(led).not.toContain('loa people add')
  })
})

describe('in a browser', () => {
  // Each at one width and in one scheme; what they are made of is looked over in all of them elsewhere.
  it.each([
    ['mai', 360, 'light'],
    ['approver', 1280, 'light'],
    ['admin', 360, 'dark'],
    ['auditor', 1280, 'dark'],
  ] as const)(
    'the home of %s at %i px, %s, has no fault',
    { timeout: 60_000 },
    async (who, width, colorScheme) => {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme })
      await context.setExtraHTTPHeaders({ cookie: cookies[who]! })
      const page = await context.newPage()
      const errors: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      await page.goto(busy.url)
      expect(await page.textContent('.whoami')).toContain(
        who === 'mai' ? 'Zơrâm Thị Mai' : `Người nguoi-${who}`,
      )
      await picture(page, `home-${who}-${width}-${colorScheme}`)
      expect(await overflow(page)).toBeLessThanOrEqual(0)
      if (width === 360) expect(await serious(page)).toEqual([])
      expect(errors).toEqual([])
      await context.close()
    },
  )
})

describe('the others', () => {
  it('an operator is led to their own', async () => {
    expect((await get('operator')).status).toBe(303)
  })

  it('whoever has no account begins with the month', async () => {
    const open = await serve(await emptyDesk())
    expect(readerSees((await open.get('/')).text)).toContain('Tháng 11/2026: đạt 0 trên 78 đơn vị')
    await open.close()
  })

  it('every home says how the month stands, in English too', async () => {
    for (const who of ['mai', 'approver', 'auditor', 'admin']) {
      expect(await see(who)).toMatch(/Tháng 11\/2026: đạt \d+ trên 78 đơn vị/)
      expect(await see(who, '/?lang=en')).toMatch(/November 2026: \d+ of 78/)
    }
  })
})

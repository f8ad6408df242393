/**
 * The page of today on a cheap phone: 360 px wide, a network that comes and goes, and browsers without script. Pictures in
 * `test-results/web`.
 */
import { request } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest'
import { attestationsOf } from '../../src/evidence/index.ts'
import { secret } from '../people/office.ts'
import { commune, type Commune } from './commune.ts'
import { enter, faultsOf, openBrowser, openPage, picture } from './looking.ts'
import { serve, type Served } from './served.ts'

/** What a first load may weigh, compressed. */
const firstLoadBytesMax = 60 * 1024

let browser: Browser
let xa: Commune
let office: Served
let network: Network
/** The cookies of each who works here. */
const cookies: Record<string, string> = {}
let context: BrowserContext
let page: Page
let errors: string[]

beforeAll(async () => {
  browser = await openBrowser()
  xa = await commune()
  office = await serve(xa, { secret })
  network = await networkTo(office.url)
  for (const name of ['hoa-loa', 'binh-loa', 'ra-ve']) cookies[name] = (await xa.signsIn(name)).from.cookies
})
afterAll(async () => {
  await network.close()
  await office.close()
})

async function phone(script = true): Promise<void> {
  ;({ context, page, errors } = await openPage(browser, { width: 360, script, refusals: true }))
}
beforeEach(() => {
  network.cut(false)
  return phone()
})
afterEach(async () => {
  expect(errors).toEqual([])
  await context.close()
})

/** Opens the page of today as somebody who signed in before. */
async function signIn(name = 'hoa-loa'): Promise<void> {
  await context.clearCookies()
  await enter(context, cookies[name]!, network.url)
  await page.goto(`${network.url}/today`)
}

/** Takes the network away, or gives it back: from the page, which is told, and from its worker, which is not. */
async function hasNetwork(there: boolean): Promise<void> {
  network.cut(!there)
  await context.setOffline(!there)
}

/** The page of today under its worker, as on every visit but the first. */
async function settled(): Promise<void> {
  await page.evaluate('navigator.serviceWorker.ready')
  await page.goto(`${network.url}/today`)
  expect(await page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true)
}

const said = (airing: string) => attestationsOf(xa.database, { airing })
const card = (airing: string) => page.locator(`[id="${airing}"]`)
const waiting = () => page.locator('#waiting')

/** `rules`: what axe is asked; all when left out, nothing when empty: the same words were looked over elsewhere. */
async function look(name: string, rules?: readonly string[]): Promise<void> {
  const more = ['main summary', 'main label.tick']
  expect(await faultsOf(page, name, { rules, more })).toEqual([])
}

describe('with a network', () => {
  it('one touch says that it was played, and another takes it back', async () => {
    await signIn()
    await look('today')
    await settled()
    await card(xa.friday).locator('button.big').first().click()
    await card(xa.friday).getByText('Rút lại', { exact: true }).waitFor()
    expect(await said(xa.friday)).toMatchObject([{ person: 'hoa-loa', outcome: 'played' }])
    expect(await waiting().isVisible()).toBe(false)
    expect(await page.locator('main > [role=status]').allTextContents()).toContainEqual(
      expect.stringContaining('còn chờ người thứ hai ký'),
    )
    await look('today-said')
    await card(xa.friday).getByText('Rút lại', { exact: true }).click()
    await card(xa.friday).getByText('Đã phát', { exact: true }).waitFor()
    expect(await said(xa.friday)).toEqual([])
    await page.getByText('Đã rút lại xác nhận.').waitFor()
  })

  it('says why not, and where it was not heard', async () => {
    const airing = await xa.due()
    await signIn()
    await card(airing).locator('details.not summary').click()
    await card(airing).locator('form details summary').click()
    await look('today-open')
    await card(airing).locator('select').selectOption('power')
    await card(airing).getByText('Ghi là không phát được').click()
    await card(airing).getByText('không phát được: mất điện').waitFor()
    expect(await said(airing)).toMatchObject([{ outcome: 'missed', reason: 'power' }])
  })
})

describe('without a network', () => {
  it('a word waits on the phone and is sent once when the network is back', async () => {
    const airing = await xa.due()
    await signIn()
    await settled()
    await hasNetwork(false)
    await card(airing).locator('button.big').first().click()
    // What was pressed by mistake is dropped before anybody saw it.
    await waiting().getByText('Bỏ, không gửi nữa').click()
    await waiting().waitFor({ state: 'hidden' })
    await card(airing).locator('button.big').first().click()
    await waiting().getByText('Đang chờ gửi: 1').waitFor()
    // The page itself is there without a network, says so, and still knows what waits.
    await page.reload()
    await waiting().getByText('Đang chờ gửi: 1').waitFor()
    expect(await page.locator('#offline').textContent()).toContain(
      'Ngoại tuyến, số liệu lúc 10:00 23/11/2026',
    )
    expect(await card(airing).textContent()).toContain('Đang chờ gửi')
    expect(await card(airing).locator('button.big').first().isVisible()).toBe(false)
    await look('today-offline')
    expect(await said(airing)).toEqual([])
    await hasNetwork(true)
    await card(airing).getByText('Rút lại', { exact: true }).waitFor()
    expect(await waiting().isVisible()).toBe(false)
    expect(await said(airing)).toHaveLength(1)
  })

  it('an airing that begins meanwhile may be spoken of by the phone’s own clock', async () => {
    await page.clock.setFixedTime('2026-11-23T16:59:00+07:00')
    await signIn()
    await settled()
    expect(await card(xa.afternoon).locator('button.big').first().isVisible()).toBe(false)
    await hasNetwork(false)
    await page.clock.setFixedTime('2026-11-23T17:01:00+07:00')
    await page.reload()
    await card(xa.afternoon).locator('button.big').first().waitFor()
  })

  it('what the hub refuses is told and stays until it was read', async () => {
    const airing = await xa.due()
    await signIn()
    await settled()
    await hasNetwork(false)
    await card(airing).locator('button.big').first().click()
    await waiting().getByText('Đang chờ gửi: 1').waitFor()
    await xa.database
      .updateTable('airing')
      .set({ cancelled_at: xa.clock.at, cancelled_why: 'đổi lịch' })
      .where('id', '=', airing)
      .execute()
    await hasNetwork(true)
    await waiting().getByText('đã bị hủy').waitFor()
    await page.reload()
    await waiting().getByText('đã bị hủy').waitFor()
    await waiting().getByText('Đã đọc, xóa khỏi máy').click()
    await waiting().waitFor({ state: 'hidden' })
  })

  it('at most 200 words wait, and none longer than 30 days', async () => {
    const airing = await xa.due()
    await signIn()
    await settled()
    // Of somebody else who works with this phone: they take room, and are nobody else's to send.
    const fill = (from: number, to: number, at: string, person: string): string =>
      `(async () => { const kept = []; for (let one = ${from}; one < ${to}; one += 1) kept.push(await waitingWords.add({ id: 'w-' + one, at: ${at}, person: '${person}', card: '', label: 'Từ tháng trước', action: '/airings/x/attest', fields: [] }, 200)); return kept.filter(Boolean).length })()`
    expect(await page.evaluate(fill(0, 1, 'Date.now() - 31 * 24 * 3600e3', 'hoa-loa'))).toBe(1)
    await page.reload()
    await waiting().getByText('Đã quá 30 ngày nên không gửi nữa.').waitFor()
    await hasNetwork(false)
    expect(await page.evaluate(fill(1, 205, 'Date.now()', 'ra-ve'))).toBe(199)
    await hasNetwork(true)
    // There is no room on the phone: the form goes its usual way.
    await card(airing).locator('button.big').first().click()
    await page.waitForURL(/\/today/)
    await card(airing).getByText('Rút lại', { exact: true }).waitFor()
    expect(await said(airing)).toHaveLength(1)
  })

  it('a session that ended meanwhile loses nothing: who signs in again sends it, and nobody else', async () => {
    const airing = await xa.due()
    await signIn()
    await settled()
    await hasNetwork(false)
    await card(airing).locator('button.big').first().click()
    await waiting().getByText('Đang chờ gửi: 1').waitFor()
    await context.clearCookies()
    await hasNetwork(true)
    await waiting().getByText('Phiên làm việc đã hết').waitFor()
    await signIn('binh-loa')
    expect(await waiting().isVisible()).toBe(false)
    expect(await said(airing)).toEqual([])
    await signIn('hoa-loa')
    await card(airing).getByText('Rút lại', { exact: true }).waitFor()
    expect(await said(airing)).toMatchObject([{ person: 'hoa-loa' }])
  })

  it('a file that was downloaded is there again; after signing out nothing is', async () => {
    await signIn('ra-ve')
    await settled()
    const sound = `/airings/${xa.tomorrow}.mp3`
    const bytes = `fetch('${sound}').then((answer) => answer.arrayBuffer()).then((sound) => sound.byteLength)`
    const length = await page.evaluate<number>(bytes)
    expect(length).toBeGreaterThan(5000)
    await hasNetwork(false)
    expect(await page.evaluate(bytes)).toBe(length)
    await hasNetwork(true)
    const kept = `caches.open('loa-today').then((cache) => cache.keys()).then((all) => all.map(({ url }) => new URL(url).pathname))`
    expect(await page.evaluate(kept)).toEqual(expect.arrayContaining(['/today', sound]))
    await page.click('.bar summary')
    await page.click('.bar form button')
    await page.waitForURL(/\/sign-in/)
    const left = await page.evaluate<string[]>(kept)
    expect(left.filter((path) => !path.startsWith('/assets/'))).toEqual([])
  })
})

describe('without script', () => {
  it('both forms and the second signature work', async () => {
    await context.close()
    await phone(false)
    const [played, missed] = [await xa.due(), await xa.due()]
    await signIn()
    await card(played).locator('button.big').first().click()
    await page.waitForURL(/\/today\?said=/)
    await card(missed).locator('details.not summary').click()
    await card(missed).locator('select').selectOption('nobody')
    await card(missed).getByText('Ghi là không phát được').click()
    await page.waitForURL(/\/today\?said=/)
    expect(await said(missed)).toMatchObject([{ outcome: 'missed', reason: 'nobody' }])
    await signIn('binh-loa')
    await card(played).getByText('Ký xác nhận thứ hai').click()
    await page.waitForURL(/\/today\?done=signed$/)
    expect(await said(played)).toMatchObject([{ countersignedBy: 'binh-loa' }])
  })
})

describe('at a desk', () => {
  it('the page and the words on paper read well', async () => {
    await page.setViewportSize({ width: 1280, height: 900 })
    await signIn('binh-loa')
    await look('today', [])
    await page.goto(`${network.url}/airings/${xa.tomorrow}/script`)
    await look('today-script')
    await page.emulateMedia({ media: 'print' })
    await picture(page, 'today-script-print')
    await page.emulateMedia({ media: 'screen', colorScheme: 'dark' })
    await page.setViewportSize({ width: 360, height: 740 })
    await page.goto(`${network.url}/today`)
    await look('dark-today', ['color-contrast'])
  })
})

describe('a first load', () => {
  it(`weighs at most ${firstLoadBytesMax / 1024} kB, with all that it loads`, async () => {
    const asked = new Set(['/operator-worker.js', '/manifest.webmanifest'])
    await signIn()
    context.on('request', (one) => asked.add(new URL(one.url()).pathname))
    await page.goto(`${network.url}/today`)
    await page.evaluate('navigator.serviceWorker.ready')
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    const sizes = new Map<string, number>()
    for (const path of asked) sizes.set(path, await transferred(path, cookie))
    const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
    expect([...asked].some((path) => path.endsWith('/style.css'))).toBe(true)
    expect(total).toBeLessThanOrEqual(firstLoadBytesMax)
  })
})

/** What goes over the network for one address: head and body, compressed as browsers ask for it. */
function transferred(path: string, cookie: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(path, office.url),
      { headers: { cookie, 'accept-encoding': 'gzip, deflate, br' }, agent: false },
      (answer) => {
        const { socket } = answer
        answer.resume().on('end', () => {
          resolve(socket.bytesRead)
        })
      },
    )
    asked.on('error', reject).end()
  })
}

type Network = { url: string; cut(off: boolean): void; close(): Promise<void> }

/** A way to the hub that can be cut, also for the worker of a page: connections end, and no new one is made. */
async function networkTo(hub: string): Promise<Network> {
  let off = false
  const open = new Set<Socket>()
  const way = createServer((here) => {
    if (off) {
      here.destroy()
      return
    }
    const there = connect(Number(new URL(hub).port), '127.0.0.1')
    for (const end of [here, there]) {
      open.add(end)
      end.on('error', () => end.destroy())
      end.on('close', () => {
        open.delete(end)
        here.destroy()
        there.destroy()
      })
    }
    here.pipe(there).pipe(here)
  })
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve))
  const cut = (now: boolean): void => {
    off = now
    if (off) for (const end of open) end.destroy()
  }
  return {
    url: `http://127.0.0.1:${(way.address() as AddressInfo).port}`,
    cut,
    close: () => {
      cut(true)
      return new Promise((resolve) => way.close(() => resolve()))
    },
  }
}

/**
 * The whole way through the pages, as people go it: an editor writes and submits, the hub speaks, an approver signs in with
 * a code, hears and signs with a passkey, the schedule plans, an operator on a phone confirms and a colleague countersigns,
 * and an auditor sees the commune that heard. Real voice, real browser, a virtual authenticator.
 */
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signKeysDocument } from '../../src/approval/index.ts'
import { renderWanted } from '../../src/audio/index.ts'
import { silentLog } from '../../src/base/log.ts'
import { type Clock, type Instant, plusMilliseconds, toMilliseconds } from '../../src/base/time.ts'
import { setUnits } from '../../src/people/index.ts'
import { type Airing, airingsOf, createCampaign, planWanted, setWindow } from '../../src/schedule/index.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import {
  Browser as Cookies,
  codeOf,
  gateOn,
  goodPassword,
  secret,
  setUpCodes,
  withAccount,
} from '../people/office.ts'
import { emptyDesk, type Month, today } from '../web/month.ts'
import { serve, type Served } from '../web/served.ts'

/** Begins on a Monday at ten and runs as fast as any; days pass when they are told to. */
const begun = performance.now()
let passed = 0
const clock: Clock = {
  now: () => plusMilliseconds(today, passed + Math.round(performance.now() - begun)),
  wait: () => Promise.resolve(),
}
function becomes(instant: Instant): void {
  passed += toMilliseconds(instant) - toMilliseconds(clock.now())
}

const unit = { code: '20623', validFrom: '2025-07-01' }
const station = 'tt-20623'
const people = [
  ['an', 'editor'],
  ['lan', 'approver'],
  ['quan', 'admin'],
  ['tri', 'admin'],
  ['hoa', 'operator'],
  ['binh', 'operator'],
  ['kiem', 'auditor'],
] as const
const codes = new Map<string, string>()

let month: Month
let office: Served
let origin: string
let browser: Browser
beforeAll(async () => {
  month = { ...(await emptyDesk()), clock }
  const { database } = month
  const gate = gateOn(database, clock)
  for (const [id, role] of people) {
    await withAccount(database, { id, name: `Người ${id}`, role, now: today })
    if (role === 'admin' || role === 'approver') codes.set(id, await setUpCodes(gate, new Cookies(), id))
    if (role === 'operator') await setUnits(database, { person: id, units: [unit], by: null, now: today })
  }
  office = await serve(month, { secret })
  origin = office.url.replace('127.0.0.1', 'localhost')
  const args = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required']
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args })
}, 60_000)
afterAll(async () => {
  await browser.close()
  await office.close()
  rmSync(month.audioFolder, { recursive: true, force: true })
})

type Seat = { context: BrowserContext; page: Page; errors: string[] }

/** Somebody at a screen of their own, signed in as they would: with their name, their password, and a code if they have one. */
async function comesIn(id: string, width = 1280): Promise<Seat> {
  const context = await browser.newContext({ viewport: { width, height: width === 360 ? 740 : 900 } })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(`${origin}/sign-in`)
  await page.fill('#name', id)
  await page.fill('#password', goodPassword)
  await page.click('main form button')
  const key = codes.get(id)
  if (key !== undefined) {
    await page.fill('#code', codeOf(key, 1))
    await page.click('main form button')
  }
  expect(new URL(page.url()).pathname).not.toContain('sign-in')
  return { context, page, errors }
}

async function leaves({ context, errors }: Seat): Promise<void> {
  expect(errors).toEqual([])
  await context.close()
}

async function writes(): Promise<void> {
  const seat = await comesIn('an')
  const { page } = seat
  await page.goto(`${origin}/scripts/new`)
  await page.fill('#title', 'Gọi một một một')
  await page.fill('#titleEn', 'Call 111')
  await page.fill('#body', 'Bà con cần giúp đỡ, xin gọi số {{hotline.national}}.')
  await page.click('button[name=deed][value=save]')
  await page.waitForURL(/saved=1/)
  await page.click('form[action$="/submit"] button')
  await page.waitForURL((url) => !url.search.includes('saved'))
  await leaves(seat)
}

async function hubSpeaks(): Promise<void> {
  const speechFolder = fileURLToPath(new URL('../../content/speech', import.meta.url))
  const { database, audioFolder } = month
  const result = await renderWanted({ database, audioFolder, speechFolder, clock, log: silentLog })
  expect(result).toMatchObject({ rendered: 1, failed: 0 })
}

/** The approver's passkey, which two admins vouch for and the root signs. */
async function makesPasskey({ context, page }: Seat): Promise<void> {
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  const strong = { hasResidentKey: true, hasUserVerification: true, isUserVerified: true }
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', automaticPresenceSimulation: true, ...strong },
  })
  await page.goto(`${origin}/keys`)
  // Half a minute is not waited for: the app's next code would be another one.
  await month.database.deleteFrom('code_used').execute()
  await page.fill('#make-password', goodPassword)
  await page.fill('#make-code', codeOf(codes.get('lan')!))
  await page.click('main button:has-text("Tạo passkey")')
  await page.waitForURL(/done=made/)
  for (const [admin, button] of [
    ['quan', 'Ghi nhận khóa'],
    ['tri', 'Xác nhận khóa'],
  ] as const) {
    const seat = await comesIn(admin)
    await seat.page.goto(`${origin}/keys`)
    await seat.page.click(`main button:has-text("${button}")`)
    await seat.page.waitForURL(/done=/)
    await leaves(seat)
  }
  const { publicKey: hubPublicKey } = newSigningKey()
  const signed = { rootKey: newSigningKey(), hubPublicKey, training: false, now: clock.now() }
  await signKeysDocument(month.database, signed)
}

async function approves(): Promise<void> {
  const seat = await comesIn('lan')
  const { page } = seat
  await makesPasskey(seat)
  await page.goto(`${origin}/approvals`)
  await page.click('main table a >> nth=0')
  const parts = await page.locator('[data-play]').count()
  expect(parts).toBeGreaterThan(0)
  for (let index = 1; index <= parts; index += 1) {
    await page.evaluate(
      `(() => { const player = document.querySelector('#nghe-${index} audio'); player.muted = true; return player.play().catch(() => undefined) })()`,
    )
    const heard = index < parts ? `#nghe-${index} .chip.met` : '[data-sign]:not([hidden])'
    await page.waitForSelector(heard, { timeout: 60_000 })
  }
  await page.click('[data-sign] button')
  await page.waitForURL(/done=signed/)
  await leaves(seat)
}

/** The airing of the operators' station, planned for this month. */
async function plans(): Promise<Airing> {
  const { database } = month
  const given = { training: false, by: 'an', now: clock.now() }
  const months = { fromMonth: '2026-11', toMonth: null } as const
  await createCampaign(database, {
    id: 'hang-thang',
    title: 'Mỗi tháng',
    ...months,
    scripts: ['goi-mot-mot-mot'],
    ...given,
  })
  const times = { opens: '05:30', closes: '06:30', validFrom: '2026-10-01', validTo: null, sample: true }
  await setWindow(database, { id: 'sang', station: null, ...times, by: 'an', now: clock.now() })
  const pace = { leadSeconds: 600, spreadSeconds: 1800, lateSeconds: 900 }
  await planWanted({ database, clock, log: silentLog, months: ['2026-11'], ...pace })
  const [airing] = await airingsOf(database, { month: '2026-11', station })
  if (airing === undefined) throw new Error('nothing is planned at the station')
  return airing
}

async function confirms({ id }: Airing): Promise<void> {
  const first = await comesIn('hoa', 360)
  await first.page.goto(`${origin}/today`)
  await first.page.locator(`[id="${id}"] button.big`).first().click()
  await first.page.locator(`[id="${id}"]`).getByText('Rút lại', { exact: true }).waitFor()
  await leaves(first)
  const second = await comesIn('binh', 360)
  await second.page.goto(`${origin}/today`)
  const kept = second.page.waitForResponse((response) => response.url().includes('/countersign'))
  await second.page.locator(`[id="${id}"]`).getByText('Ký xác nhận thứ hai').click()
  expect((await kept).status()).toBeLessThan(400)
  await second.page.waitForLoadState('networkidle')
  await leaves(second)
}

async function audits(): Promise<void> {
  const seat = await comesIn('kiem')
  const { page } = seat
  await page.goto(`${origin}/units/${unit.code}?from=${unit.validFrom}&month=2026-11`)
  const area = page.locator('.tiles li', { has: page.locator(`a[href^="/stations/${station}"]`) })
  expect(await area.locator('.chip.met').count()).toBe(1)
  expect(await page.locator('.tiles .chip.met').count()).toBe(1)
  await page.goto(`${origin}/log?q=goi-mot-mot-mot`)
  const log = (await page.textContent('main')) ?? ''
  for (const name of ['Người an', 'Người lan']) expect(log).toContain(name)
  await leaves(seat)
}

it(
  'what an editor writes is approved, planned, confirmed by two on the phone, and seen by the auditor',
  { timeout: 180_000 },
  async () => {
    await writes()
    await hubSpeaks()
    await approves()
    const airing = await plans()
    becomes(plusMilliseconds(airing.plannedAt, 3_600_000))
    await confirms(airing)
    await audits()
  },
)

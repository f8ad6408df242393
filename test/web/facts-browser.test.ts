/**
 * The forms about facts in a real browser, at the width of a phone and of a desk: a value is changed by an editor and
 * confirmed by an approver. Nothing serious for axe, nothing wider than the phone, no error on the
 * console, every target large enough for a finger, and a picture of each page in `test-results/web`.
 */
import { type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { planWanted } from '../../src/schedule/index.ts'
import { factsOf, setFact } from '../../src/scripts/index.ts'
import { secret } from '../people/office.ts'
import { faultsOf, openBrowser, openPage } from './looking.ts'
import { clockAt, november, today } from './month.ts'
import { serve, type Served } from './served.ts'
import { signedIn } from './staff.ts'

let browser: Browser
let office: Served
const cookies: Record<string, string> = {}

beforeAll(async () => {
  browser = await openBrowser()
  office = await serve(await november(), { secret })
  const { database } = office.month
  const pace = { leadSeconds: 600, spreadSeconds: 1800, lateSeconds: 900 }
  await planWanted({ database, clock: clockAt(today), log: silentLog, months: ['2026-12'], ...pace })
  cookies['editor'] = (await signedIn(database, 'bien-tap', 'editor')).from.cookies
  cookies['approver'] = (await signedIn(database, 'phe-duyet', 'approver')).from.cookies
})

afterAll(async () => {
  await office.close()
})

const open = (width: number, as: string) =>
  openPage(browser, { width, as: { cookies: cookies[as]!, url: office.url }, refusals: true })

/** Looks the page over, and takes its picture. */
async function look(page: Page, name: string): Promise<void> {
  expect(await faultsOf(page, name)).toEqual([])
}

const valueOf = async (id: string) => (await factsOf(office.month.database)).find((one) => one.id === id)!

it(
  'on a phone an editor changes a hotline after seeing what stops; an approver confirms it',
  { timeout: 60_000 },
  async () => {
    const { context, page, errors } = await open(360, 'editor')
    await page.goto(`${office.url}/facts`)
    await look(page, 'facts-editor')
    await page.click('a[href="/facts/hotline-111"]')
    await look(page, 'fact-editor')
    await page.click('a[href="/facts/hotline-111/change"]')
    await page.fill('#value', '112')
    await page.click('main button')
    await look(page, 'fact-wrong')
    expect(await page.textContent('#source-why')).toContain('phải có nguồn')
    await page.fill('#source', 'Công văn mẫu ngày 20/11/2026')
    await page.click('main button')
    await look(page, 'fact-look')
    await page.click('button[value="do"]')
    expect(new URL(page.url()).pathname).toBe('/facts/hotline-111')
    await look(page, 'fact-changed')
    await context.close()
    const confirming = await open(360, 'approver')
    await confirming.page.goto(`${office.url}/facts/hotline-111`)
    await look(confirming.page, 'fact-confirm')
    await confirming.page.click('form[action$="/confirm"] button')
    expect(await valueOf('hotline-111')).toMatchObject({ value: '112', status: 'confirmed' })
    await confirming.context.close()
    expect([...errors, ...confirming.errors]).toEqual([])
  },
)

it('at a desk every form is usable, and a conflict shows both values', { timeout: 60_000 }, async () => {
  const { context, page, errors } = await open(1280, 'editor')
  await page.goto(`${office.url}/facts/new`)
  await look(page, 'fact-new')
  await page.goto(`${office.url}/facts/hotline-111/end`)
  await page.fill('#on', '2026-12-10')
  await page.click('main button')
  await look(page, 'fact-look-end')
  await page.goto(`${office.url}/facts/agency-police/change`)
  const change = { value: 'công an xã', source: 'văn bản của người khác' }
  await setFact(office.month.database, { fact: 'agency-police', change, by: 'an', now: today })
  await page.fill('#value', 'công an cơ sở')
  await page.fill('#source', 'văn bản của tôi')
  await page.click('main button')
  await look(page, 'fact-conflict')
  expect(await page.inputValue('#value')).toBe('công an cơ sở')
  await context.close()
  expect(errors).toEqual([])
})

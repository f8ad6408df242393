/**
 * Writing a script in a real browser, from the empty form to its submission: without any script, and with the help that
 * ours gives. Nothing serious for axe, nothing wider than the phone, no error on the console, and a picture of each page
 * in `test-results/web`.
 */
import { type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { saveDraft, versionOf } from '../../src/scripts/index.ts'
import { secret } from '../people/office.ts'
import { faultsOf, openBrowser, openPage } from './looking.ts'
import { emptyDesk, today } from './month.ts'
import { serve, type Served } from './served.ts'
import { signedIn } from './staff.ts'

let browser: Browser
let office: Served
let cookie: string

beforeAll(async () => {
  browser = await openBrowser()
  const month = await emptyDesk()
  cookie = (await signedIn(month.database, 'an', 'editor')).from.cookies
  office = await serve(month, { secret })
})
afterAll(async () => {
  await office.close()
})

const open = (width: number, { script = true } = {}) =>
  openPage(browser, { width, script, as: { cookies: cookie, url: office.url } })

/** Copies of typed texts that the tab keeps. */
const copies = `Object.keys(sessionStorage).filter((key) => key.startsWith('loa-')).length`
const text = 'Kính thưa bà con {{unit}}.\n\nỞ TT nào cũng vậy: trước khi đi, hãy gọi {{hotline.national}}.'

describe('without script', () => {
  it('a script is written, its question answered, saved and submitted', { timeout: 120_000 }, async () => {
    const { context, page } = await open(360, { script: false })
    await page.goto(`${office.url}/scripts`)
    await page.click('a[href="/scripts/new"] >> nth=0')
    await page.fill('#title', 'Không cần mã')
    await page.fill('#titleEn', 'Without script')
    await page.fill('#body', text)
    await page.click('#slots summary')
    expect(await page.textContent('#slots')).toContain('hotline.national')
    await page.fill('#place', 'ga ri')
    await page.click('#heard button[value=preview]')
    expect(await page.textContent('#reading')).toContain('Kính thưa bà con xã Hùng Sơn')
    await page.click('#reading button:has-text("thị trấn")')
    expect(await page.inputValue('#body')).toContain('Ở thị trấn nào cũng vậy')
    await page.click('button[value=save]')
    expect(new URL(page.url()).search).toBe('?version=1&saved=1')
    await page.click('button:has-text("Trình bản tin")')
    expect(await page.textContent('main')).toContain('đã trình, chờ duyệt')
    // The way back and forward again changes nothing.
    await page.goBack()
    await page.goForward()
    const found = await versionOf(office.month.database, { script: 'khong-can-ma', version: 1 })
    expect(found).toMatchObject({ submittedBy: 'an', author: 'an' })
    expect(await versionOf(office.month.database, { script: 'khong-can-ma', version: 2 })).toBeUndefined()
    await context.close()
  })
})

describe.each([360, 1280])('with script, at %i px', (width) => {
  it('the pages of writing are usable by everyone', { timeout: 120_000 }, async () => {
    const { context, page, errors } = await open(width)
    const script = `viet-o-${width}`
    // Pages are alike at both widths, and their colours are the same: axe looks at the phone's.
    const plain = { rules: width === 360 ? undefined : [] }
    const at = (name: string): string => `writing-${name}`
    await page.goto(`${office.url}/scripts/new`)
    await page.fill('#title', `Viết ở ${width}`)
    await page.fill('#titleEn', 'Written')
    await page.fill('#body', text)
    await page.selectOption('#slot', 'hotline.police')
    await page.click('#insert-do')
    expect(await page.inputValue('#body')).toContain('{{hotline.police}}')
    // The reading comes by itself once the typing pauses.
    await page.waitForSelector('#reading .questions')
    expect(await faultsOf(page, at('editor'), plain)).toEqual([])
    // A page that was lost gives back what was typed.
    await expect.poll(() => page.evaluate(copies)).toBe(1)
    await page.goto(`${office.url}/scripts`)
    await page.goto(`${office.url}/scripts/new`)
    await page.click('#kept-take')
    expect(await page.inputValue('#body')).toContain('Ở TT nào cũng vậy')
    await page.fill('#body', 'Trước khi đi, hãy gọi {{hotline.national}}. Nhớ hỏi người thân.')
    await page.click('button[value=save]')
    await expect.poll(() => page.evaluate(copies)).toBe(0)
    expect(await faultsOf(page, at('draft'), plain)).toEqual([])
    // Somebody else saves while this one writes.
    await page.click('a[href$="/edit"]')
    await page.fill('#body', 'Trước khi đi, hãy gọi ngay {{hotline.national}}.')
    const first = await versionOf(office.month.database, { script, version: 1 })
    const { id: _id, body: _body, ...head } = first!.source
    const others = {
      script,
      basedOn: 1,
      head,
      body: 'Hãy gọi {{hotline.national}} trước đã.',
      by: 'an',
      now: today,
    }
    await saveDraft(office.month.database, others)
    await page.click('button[value=save]')
    expect(await faultsOf(page, at('conflict'), plain)).toEqual([])
    await page.click('button[value=save]')
    expect(new URL(page.url()).search).toBe('?version=3&saved=1')
    expect(await faultsOf(page, at('versions'), plain)).toEqual([])
    await page.click('button:has-text("Trình bản tin")')
    await page.click('a:has-text("Thu hồi bản này")')
    expect(await faultsOf(page, at('withdraw'), plain)).toEqual([])
    // What somebody else typed in this tab is not offered to whoever signed in after them, and is gone.
    await page.evaluate(
      `sessionStorage.setItem('loa-writing:binh:/scripts/new', '{"at":"9:00","fields":{"body":"của Bình"}}')`,
    )
    await page.goto(`${office.url}/scripts/new`)
    expect([await page.isVisible('#kept'), await page.evaluate(copies)]).toEqual([false, 0])
    await page.goto(`${office.url}/scripts/import`)
    expect(await faultsOf(page, at('import'), plain)).toEqual([])
    await page.goto(`${office.url}/scripts`)
    expect(await faultsOf(page, at('list'), plain)).toEqual([])
    // The browser itself reports the answer that is a conflict; that is no fault of the page.
    expect(errors.filter((error) => !error.includes('status of 409'))).toEqual([])
    await context.close()
  })
})

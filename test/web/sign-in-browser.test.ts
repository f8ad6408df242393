/**
 * Coming in, in a real browser on a phone: the first admin by the link, with codes; then the pages of people and the log.
 * Nothing serious for axe, nothing wider than the phone, no error on the console, every target large enough for a
 * finger. With LOA_PICTURES=1 a picture of each page in `test-results/web`.
 */
import { type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstAdminLink } from '../../src/people/index.ts'
import { codeOf, goodPassword, secret } from '../people/office.ts'
import { faultsOf, openBrowser, openPage } from './looking.ts'
import { emptyDesk, today } from './month.ts'
import { serve, type Served } from './served.ts'

let browser: Browser
let office: Served

beforeAll(async () => {
  browser = await openBrowser()
  office = await serve(await emptyDesk(), { secret })
})

afterAll(async () => {
  await office.close()
})

/** Looks the page over, and takes its picture. */
async function look(page: Page, name: string): Promise<void> {
  const more = ['main .tick', '.whoami button', '.whoami a']
  expect(await faultsOf(page, name, { more })).toEqual([])
}

describe('on a phone', () => {
  it(
    'the first admin comes in by the link, sets up codes, invites, and reads the log',
    { timeout: 60_000 },
    async () => {
      const { context, page, errors } = await openPage(browser, { width: 360 })
      const link = (await firstAdminLink(office.month.database, today))!
      await page.goto(`${office.url}/welcome/${link}`)
      await look(page, 'welcome')
      await page.fill('#id', 'quan')
      await page.fill('#name', 'Trần Quản Trị')
      await page.fill('#password', goodPassword)
      await page.fill('#again', 'một câu khác hẳn')
      await page.click('main button')
      await look(page, 'welcome-wrong')
      expect(await page.inputValue('#name')).toBe('Trần Quản Trị')
      await page.fill('#password', goodPassword)
      await page.fill('#again', goodPassword)
      await page.click('main button')
      expect(new URL(page.url()).pathname).toBe('/me/codes')
      await look(page, 'codes')
      const key = (await page.textContent('main code'))!
      await page.fill('#code', codeOf(key))
      await page.click('main button')
      await look(page, 'codes-done')
      for (const [path, name] of [
        ['/people', 'people'],
        ['/people/new', 'invite'],
        ['/me', 'me'],
        ['/me/backup-codes', 'backup-codes'],
        ['/log', 'log'],
      ] as const) {
        await page.goto(office.url + path)
        await look(page, name)
      }
      await page.goto(`${office.url}/people/new`)
      await page.fill('#name', 'Hồ Thị Hoa')
      await page.fill('#id', 'hoa')
      await page.selectOption('#role', 'operator')
      await page.fill('#units', '20443')
      await page.click('main form button')
      await look(page, 'link')
      await page.click('main a[href="/people/hoa"]')
      await look(page, 'person')
      await page.click('.bar summary')
      await page.click('.bar button')
      expect(new URL(page.url()).pathname).toBe('/sign-in')
      await look(page, 'sign-in')
      await page.fill('#name', 'quan')
      await page.fill('#password', 'sai mật khẩu')
      await page.click('main button')
      await look(page, 'sign-in-wrong')
      expect(await page.inputValue('#name')).toBe('quan')
      expect(await page.inputValue('#password')).toBe('')
      await page.fill('#password', goodPassword)
      await page.click('main button')
      expect(new URL(page.url()).pathname).toBe('/sign-in/code')
      await look(page, 'code')
      await page.fill('#code', codeOf(key, 1))
      await page.click('main button')
      expect(new URL(page.url()).pathname).toBe('/')
      await page.setViewportSize({ width: 1280, height: 900 })
      for (const name of ['people', 'log']) {
        await page.goto(`${office.url}/${name}`)
        await look(page, name)
      }
      // The browser itself reports a page that is no 200; that is no fault of the page.
      expect(errors.filter((error) => !error.includes('the server responded with'))).toEqual([])
      await context.close()
    },
  )
})

describe('on a desk, without any script', () => {
  it('the sign-in page works, and the same code a second time does not', { timeout: 60_000 }, async () => {
    const { context, page } = await openPage(browser, { width: 1280, script: false })
    await page.goto(`${office.url}/units?q=tra`)
    expect(await page.title()).toContain('Đăng nhập')
    await page.fill('#name', 'quan')
    await page.fill('#password', goodPassword)
    await page.click('main button')
    const used = await office.month.database.selectFrom('code_used').select('code').orderBy('at').execute()
    await page.fill('#code', used.at(-1)!.code)
    await page.click('main button')
    expect(await page.textContent('.why')).toContain('đã dùng rồi')
    await context.close()
  })
})

/**
 * The pages in a real browser, at the width of a phone and of a desk: nothing serious for axe, nothing
 * wider than the phone, no error on the console, and a picture of each page in `test-results/web`.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyDesk, november } from './month.ts'
import { serve, type Served } from './served.ts'
import { incomingFolder } from './uploads.ts'

const pictures = fileURLToPath(new URL('../../test-results/web', import.meta.url))
const widths = [360, 1280]

let browser: Browser
let busy: Served
let exercise: Served
const incoming = incomingFolder()

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true })
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  busy = await serve(await november(), { openDesk: true, incomingFolder: incoming })
  exercise = await serve(await emptyDesk(), { training: true })
})

afterAll(async () => {
  await browser.close()
  await busy.close()
  await exercise.close()
  rmSync(dirname(incoming), { recursive: true })
})

const pages: [name: string, path: string, status: number][] = [
  ['month', '/', 200],
  ['units', '/units', 200],
  ['unit', '/units/20443?from=2025-07-01', 200],
  ['airings', '/airings?state=refused', 200],
  ['recordings', '/recordings', 200],
  ['approvals-desk', '/approvals', 200],
  ['approval-desk', '/approvals/viec-nhe-luong-cao/1', 200],
  ['greetings', '/recordings/greetings?q=tay+giang', 200],
  ['variants', '/recordings/variants?script=viec-nhe-luong-cao&version=1', 200],
  ['uploads', '/uploads', 200],
  ['upload', '/uploads/upload-fit', 200],
  ['upload-form', '/uploads/new', 200],
  ['stations', '/stations', 200],
  ['station', '/stations/tt-20440', 200],
  ['by-hand', '/airings?state=waiting', 200],
  ['devices', '/devices', 200],
  ['about', '/about', 200],
  ['nothing-found', '/units?q=khongcoai', 200],
  ['wrong-month', '/units?month=2026-13&q=tra', 400],
  ['used-code', '/units/20443', 409],
  ['no-page', '/khong-co', 404],
]

async function open(
  width: number,
  dark = false,
): Promise<{ context: BrowserContext; page: Page; errors: string[] }> {
  const colorScheme = dark ? 'dark' : 'light'
  const context = await browser.newContext({
    viewport: { width, height: width === 360 ? 740 : 900 },
    colorScheme,
  })
  await context.addInitScript(axe.source)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  return { context, page, errors }
}

async function serious(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<{
    violations: { id: string; impact: string; nodes: { html: string }[] }[]
  }>('axe.run()')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map(({ html }) => html)
          .join(' | ')
          .slice(0, 300)}`,
    )
}

async function check(
  page: Page,
  errors: string[],
  served: Served,
  path: string,
  status: number,
): Promise<void> {
  const response = await page.goto(served.url + path)
  expect(response?.status()).toBe(status)
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  expect(await serious(page)).toEqual([])
  // The browser itself reports a page that is no 200; that is no fault of the page.
  expect(
    errors.splice(0).filter((error) => status === 200 || !error.includes(`status of ${status}`)),
  ).toEqual([])
}

describe.each(widths)('at %i px', (width) => {
  it('every page is usable by everyone', { timeout: 120_000 }, async () => {
    const { context, page, errors } = await open(width)
    for (const [name, path, status] of pages) {
      await check(page, errors, busy, path, status)
      await page.screenshot({
        path: join(pictures, `${name}-${width}.png`),
        fullPage: name !== 'units' && name !== 'stations',
      })
    }
    await check(page, errors, exercise, '/', 200)
    await page.screenshot({ path: join(pictures, `fresh-${width}.png`), fullPage: true })
    await check(page, errors, exercise, '/uploads/new', 200)
    await page.screenshot({ path: join(pictures, `upload-closed-${width}.png`), fullPage: true })
    await check(page, errors, busy, '/?lang=en', 200)
    await page.screenshot({ path: join(pictures, `english-${width}.png`), fullPage: true })
    for (const path of ['/uploads', '/uploads/new']) {
      await check(page, errors, busy, path, 200)
      const name = `english-${path === '/uploads' ? 'uploads' : 'upload-form'}`
      await page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true })
    }
    await context.close()
  })

  it('is readable in the dark', { timeout: 60_000 }, async () => {
    const { context, page, errors } = await open(width, true)
    // Colours are the same at every width: each page is looked at in one.
    const wide = ['/units', '/uploads', '/devices']
    const narrow = ['/', '/recordings', '/uploads/new', '/units?month=x']
    for (const path of width > 1000 ? wide : narrow) {
      await check(page, errors, busy, path, path.endsWith('=x') ? 400 : 200)
      const name = path.replaceAll(/\W+/g, '') || 'month'
      await page.screenshot({ path: join(pictures, `dark-${name}-${width}.png`) })
    }
    await context.close()
  })
})

describe('with a finger on a phone', () => {
  it(
    'every way and button of the month is at least 44 px high, and the other pages are behind “more”',
    { timeout: 60_000 },
    async () => {
      const { context, page } = await open(360)
      await page.goto(busy.url)
      const low = await page.evaluate(
        `[...document.querySelectorAll('button, .button, select, .bar > a, .bar summary, .skip')].filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44 && !one.matches('.skip')).map((one) => one.outerHTML)`,
      )
      expect(low).toEqual([])
      await page.click('.bar summary')
      await page.screenshot({ path: join(pictures, 'more-360.png') })
      expect(await serious(page)).toEqual([])
      await page.click('.bar ul a[href="/devices"]')
      expect(new URL(page.url()).pathname).toBe('/devices')
      await context.close()
    },
  )

  it('a long answer about the version does not push the page wider', { timeout: 60_000 }, async () => {
    const { context, page } = await open(360)
    await page.goto(`${busy.url}/about`)
    await page.evaluate(
      `document.querySelector('dd:last-of-type').textContent = 'bản dùng thử, nạp 00:52 24/11/2026; đài, thôn và bộ điều khiển trong đó là dữ liệu mẫu'`,
    )
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    await context.close()
  })

  it('the filter of a list works, and its state is the address', { timeout: 60_000 }, async () => {
    const { context, page } = await open(360)
    await page.goto(`${busy.url}/stations`)
    await page.fill('#q', 'ga ri')
    await page.selectOption('#kind', 'ip')
    await page.click('main form button')
    expect(new URL(page.url()).search).toBe('?q=ga+ri&kind=ip')
    expect(await page.textContent('main')).toContain('Đài truyền thanh xã Ga Ri')
    await context.close()
  })
})

describe('on paper', () => {
  it('the month is printed without what only a screen needs', { timeout: 60_000 }, async () => {
    const { context, page } = await open(1280)
    await page.goto(busy.url)
    await page.emulateMedia({ media: 'print' })
    await page.screenshot({ path: join(pictures, 'print.png'), fullPage: true })
    const shown = await page.evaluate(
      `['.rail', '.bar', '.find', '.months', '.todo', '.rule', 'footer', 'table'].filter((one) => document.querySelector(one).checkVisibility())`,
    )
    expect(shown).toEqual(['.rule', 'footer', 'table'])
    await context.close()
  })

  it(
    'an exercise says so in ink, not on a background that printers leave out',
    { timeout: 60_000 },
    async () => {
      const { context, page } = await open(1280)
      await page.goto(exercise.url)
      await page.emulateMedia({ media: 'print' })
      const look = await page.evaluate(
        `(({ color, borderTopStyle }) => ({ color, borderTopStyle }))(getComputedStyle(document.querySelector('.training')))`,
      )
      expect(look).toEqual({ color: 'rgb(0, 0, 0)', borderTopStyle: 'solid' })
      await context.close()
    },
  )

  it('the totals come once, at the end, however many sheets it takes', { timeout: 60_000 }, async () => {
    const { context, page } = await open(1280)
    await page.goto(busy.url)
    await page.emulateMedia({ media: 'print' })
    expect(await page.evaluate(`getComputedStyle(document.querySelector('tfoot')).display`)).toBe(
      'table-row-group',
    )
    await context.close()
  })

  it('a recording plays', { timeout: 60_000 }, async () => {
    const { context, page, errors } = await open(1280)
    await page.goto(`${busy.url}/recordings`)
    const seconds = await page.evaluate(`(async () => {
      const player = document.querySelector('audio')
      player.muted = true
      await player.play()
      return player.duration
    })()`)
    expect(seconds).toBeGreaterThan(1.5)
    expect(errors).toEqual([])
    await context.close()
  })
})

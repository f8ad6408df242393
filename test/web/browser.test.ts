/**
 * The pages in a real browser, at the width of a phone and of a desk: nothing serious for axe, nothing
 * wider than the phone, no error on the console. With LOA_PICTURES=1 a picture of each page in `test-results/web`.
 */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage, overflow, picture, serious } from './looking.ts'
import { emptyDesk, november } from './month.ts'
import { serve, type Served } from './served.ts'
import { incomingFolder } from './uploads.ts'

let browser: Browser
let busy: Served
let exercise: Served
const incoming = incomingFolder()

beforeAll(async () => {
  browser = await openBrowser()
  busy = await serve(await november(), { openDesk: true, incomingFolder: incoming })
  exercise = await serve(await emptyDesk(), { training: true })
})

afterAll(async () => {
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
  ['greetings', '/recordings/greetings?q=tay+giang', 200],
  ['variants', '/recordings/variants?script=viec-nhe-luong-cao&version=1', 200],
  ['uploads', '/uploads', 200],
  ['upload', '/uploads/upload-fit', 200],
  ['upload-form', '/uploads/new', 200],
  ['scripts', '/scripts', 200],
  ['script', '/scripts/viec-nhe-luong-cao', 200],
  ['approvals-desk', '/approvals', 200],
  ['approval-desk', '/approvals/viec-nhe-luong-cao/1', 200],
  ['stations', '/stations', 200],
  ['station', '/stations/tt-20440', 200],
  ['by-hand', '/airings?state=waiting', 200],
  ['devices', '/devices', 200],
  ['calendar', '/calendar', 200],
  ['map', '/map?q=tra', 200],
  ['about', '/about', 200],
  ['facts', '/facts', 200],
  ['fact', '/facts/hotline-111', 200],
  ['api', '/api', 200],
  ['nothing-found', '/units?q=khongcoai', 200],
  ['wrong-month', '/units?month=2026-13&q=tra', 400],
  ['used-code', '/units/20443', 409],
  ['no-page', '/khong-co', 404],
]

/** Of every kind one: what a desk shows otherwise than a phone (the rail, a table in place of cards, forms, details). */
const kinds = [
  'month',
  'unit',
  'upload',
  'upload-form',
  'devices',
  'approval-desk',
  'calendar',
  'map',
  'script',
]
/** The long run, and whoever takes pictures, open every page at a desk; here one of each kind. */
const everything = process.env['LOA_SOAK'] === '1' || process.env['LOA_PICTURES'] === '1'
/** Pages of which axe has looked over the same marks in another language. */
const again = ['english-uploads', 'english-upload-form']

/** `axe`: every rule, the rules named, or none. */
type Look = { served: Served; path: string; status?: number; axe: 'all' | 'none' | readonly string[] }

async function look(page: Page, errors: string[], { served, path, status = 200, axe }: Look): Promise<void> {
  const response = await page.goto(served.url + path)
  expect(response?.status(), path).toBe(status)
  expect(await overflow(page), path).toBeLessThanOrEqual(0)
  if (axe !== 'none') expect(await serious(page, axe === 'all' ? undefined : axe), path).toEqual([])
  // The browser itself reports a page that is no 200; that is no fault of the page.
  expect(
    errors.splice(0).filter((error) => status === 200 || !error.includes(`status of ${status}`)),
    path,
  ).toEqual([])
}

describe.each([360, 1280])('at %i px', (width) => {
  it('every page is usable by everyone', { timeout: 120_000 }, async () => {
    const { context, page, errors } = await openPage(browser, { width })
    const each = async (name: string, served: Served, path: string, status = 200): Promise<void> => {
      if (width > 1000 && !everything && !kinds.includes(name)) return
      // The same words and marks at both widths: a phone shows every page to axe, a desk one of each kind.
      await look(page, errors, {
        served,
        path,
        status,
        axe: (width === 360 && !again.includes(name)) || kinds.includes(name) ? 'all' : 'none',
      })
      await picture(page, `${name}-${width}`, { fullPage: name !== 'units' && name !== 'stations' })
    }
    for (const [name, path, status] of pages) await each(name, busy, path, status)
    await each('fresh', exercise, '/')
    await each('upload-closed', exercise, '/uploads/new')
    await each('english', busy, '/?lang=en')
    await each('english-uploads', busy, '/uploads')
    await each('english-upload-form', busy, '/uploads/new')
    await context.close()
  })

  it('is readable in the dark', { timeout: 60_000 }, async () => {
    const { context, page, errors } = await openPage(browser, { width, dark: true })
    // Colours are the same at every width: each page is looked at in one. Nothing else is otherwise in the dark.
    const wide = ['/units', '/uploads', '/devices']
    const narrow = ['/', '/recordings', '/uploads/new', '/units?month=x']
    for (const path of width > 1000 ? wide : narrow) {
      const status = path.endsWith('=x') ? 400 : 200
      await look(page, errors, { served: busy, path, status, axe: ['color-contrast'] })
      const name = path.replaceAll(/\W+/g, '') || 'month'
      await picture(page, `dark-${name}-${width}`, { fullPage: false })
    }
    await context.close()
  })
})

describe('axe', () => {
  it('says what is wrong, also when it is asked about colours alone', { timeout: 60_000 }, async () => {
    const { context, page } = await openPage(browser, { width: 360 })
    await page.goto(`${busy.url}/about`)
    await page.evaluate(`(() => {
      const words = document.createElement('p')
      words.textContent = 'Chữ nhạt trên nền trắng'
      words.style.cssText = 'color: #ddd; background: #fff'
      document.querySelector('main').append(words, document.createElement('img'))
    })()`)
    expect((await serious(page)).map((line) => line.split(':')[0])).toEqual(['color-contrast', 'image-alt'])
    expect((await serious(page, ['color-contrast'])).map((line) => line.split(':')[0])).toEqual([
      'color-contrast',
    ])
    await context.close()
  })
})

describe('with a finger on a phone', () => {
  let context: BrowserContext
  let page: Page
  beforeAll(async () => {
    ;({ context, page } = await openPage(browser, { width: 360 }))
  })
  afterAll(() => context.close())

  it(
    'every way and button of the month is at least 44 px high, and the other pages are behind “more”',
    { timeout: 60_000 },
    async () => {
      await page.goto(busy.url)
      const low = await page.evaluate(
        `[...document.querySelectorAll('button, .button, select, .bar > a, .bar summary, .skip')].filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44 && !one.matches('.skip')).map((one) => one.outerHTML)`,
      )
      expect(low).toEqual([])
      await page.click('.bar summary')
      await picture(page, 'more-360', { fullPage: false })
      expect(await serious(page)).toEqual([])
      await page.click('.bar ul a[href="/stations"]')
      expect(new URL(page.url()).pathname).toBe('/stations')
    },
  )

  it('a long answer about the version does not push the page wider', { timeout: 60_000 }, async () => {
    await page.goto(`${busy.url}/about`)
    await page.evaluate(
      `document.querySelector('dd:last-of-type').textContent = 'bản dùng thử, nạp 00:52 24/11/2026; đài, thôn và bộ điều khiển trong đó là dữ liệu mẫu'`,
    )
    expect(await overflow(page)).toBeLessThanOrEqual(0)
  })

  it('the filter of a list works, and its state is the address', { timeout: 60_000 }, async () => {
    await page.goto(`${busy.url}/stations`)
    await page.fill('#q', 'ga ri')
    await page.selectOption('#kind', 'ip')
    await page.click('main form button')
    expect(new URL(page.url()).search).toBe('?q=ga+ri&kind=ip')
    expect(await page.textContent('main')).toContain('Đài truyền thanh xã Ga Ri')
  })
})

describe('on paper', () => {
  let context: BrowserContext
  let page: Page
  beforeAll(async () => {
    ;({ context, page } = await openPage(browser, { width: 1280 }))
    await page.emulateMedia({ media: 'print' })
  })
  afterAll(() => context.close())

  it('the month is printed without what only a screen needs', { timeout: 60_000 }, async () => {
    await page.goto(busy.url)
    await picture(page, 'print')
    const shown = await page.evaluate(
      `['.rail', '.bar', '.find', '.months', '.todo', '.rule', 'footer', 'table'].filter((one) => document.querySelector(one).checkVisibility())`,
    )
    expect(shown).toEqual(['.rule', 'footer', 'table'])
  })

  it(
    'an exercise says so in ink, not on a background that printers leave out',
    { timeout: 60_000 },
    async () => {
      await page.goto(exercise.url)
      const look = await page.evaluate(
        `(({ color, borderTopStyle }) => ({ color, borderTopStyle }))(getComputedStyle(document.querySelector('.training')))`,
      )
      expect(look).toEqual({ color: 'rgb(0, 0, 0)', borderTopStyle: 'solid' })
    },
  )

  it('the totals come once, at the end, however many sheets it takes', { timeout: 60_000 }, async () => {
    await page.goto(busy.url)
    expect(await page.evaluate(`getComputedStyle(document.querySelector('tfoot')).display`)).toBe(
      'table-row-group',
    )
  })
})

describe('at a desk', () => {
  it('a recording plays', { timeout: 60_000 }, async () => {
    const { context, page, errors } = await openPage(browser, { width: 1280 })
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

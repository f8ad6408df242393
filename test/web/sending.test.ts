/** A recording sent from a real browser, at the width of a phone, over a network that goes away in the middle. */
import { readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Browser, type BrowserContext, type Page, type Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uploadsOf } from '../../src/audio/index.ts'
import { speechFolder } from '../audio/uploads/place.ts'
import { openBrowser, openPage, overflow, picture as keepPicture, serious } from './looking.ts'
import { readyDesk } from './month.ts'
import { serve, type Served } from './served.ts'
import { incomingFolder } from './uploads.ts'

const pieceBytes = 512 * 1024

let browser: Browser
let context: BrowserContext
let page: Page
let desk: Served
let speech: string
const incoming = incomingFolder()
// Of the scripts alone: the browser itself complains of the network that goes away.
const errors: string[] = []

beforeAll(async () => {
  speech = speechFolder()
  desk = await serve(await readyDesk(), { openDesk: true, incomingFolder: incoming })
  browser = await openBrowser()
  ;({ context, page } = await openPage(browser, { width: 360 }))
  page.on('pageerror', (error) => errors.push(error.message))
})

afterAll(async () => {
  await desk.close()
  rmSync(speech, { recursive: true, force: true })
  rmSync(dirname(incoming), { recursive: true, force: true })
})

async function picture(name: string): Promise<void> {
  expect(await overflow(page)).toBeLessThanOrEqual(0)
  expect(await serious(page)).toEqual([])
  await keepPicture(page, `${name}-360`)
}

/** Fills in the form and chooses the file. */
async function fill(): Promise<void> {
  await page.selectOption('#script', 'viec-nhe-luong-cao/1')
  await page.selectOption('#language', 'ktv')
  await page.fill('#speaker', 'Bling Thị Nhung')
  await page.fill('#consent', 'ký giấy đồng ý ngày 20/11/2026')
  await page.selectOption('#by', 'an')
  await page.setInputFiles('#file', join(speech, 'speech.wav'))
}

/** Waits until the page says it. */
async function says(words: string): Promise<void> {
  await expect.poll(() => page.textContent('#said'), { timeout: 30_000 }).toContain(words)
}

describe('the form', () => {
  it(
    'is reached and filled in by keyboard, in the order in which it is read',
    { timeout: 60_000 },
    async () => {
      await page.goto(`${desk.url}/uploads/new`)
      await page.focus('.back a')
      const reached: string[] = []
      while (reached.at(-1) !== 'send' && reached.length < 12) {
        await page.keyboard.press('Tab')
        reached.push(await page.evaluate<string>('document.activeElement.id'))
      }
      expect(reached).toEqual(['script', 'language', 'speaker', 'consent', 'noise', 'by', 'file', 'send'])
      expect(await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)).toBe('solid')
    },
  )

  it('every control is at least 44 px high', async () => {
    const low = await page.evaluate(
      `[...document.querySelectorAll('#upload-form :is(button, select, textarea, input:not([type=hidden]))')].filter((one) => one.checkVisibility() && (one.type === 'checkbox' ? one.parentElement : one).getBoundingClientRect().height < 44).map((one) => one.outerHTML)`,
    )
    expect(low).toEqual([])
  })

  it('refuses a file that is too large before a byte is sent', { timeout: 60_000 }, async () => {
    await fill()
    await page.evaluate(`document.querySelector('#upload-form').dataset.most = '1000'`)
    await page.click('#send')
    await expect.poll(() => page.textContent('#file-why')).toContain('quá mức 0 MB')
    expect(await page.getAttribute('#file', 'aria-invalid')).toBe('true')
    expect(await page.evaluate('document.activeElement.id')).toBe('file')
  })
})

describe('a recording', () => {
  it('survives a lost network and a page loaded anew, and ends as a card', { timeout: 120_000 }, async () => {
    const offsets: number[] = []
    let cut = true
    const pieces = async (route: Route): Promise<void> => {
      if (route.request().method() !== 'PATCH') return route.continue()
      const offset = Number(route.request().headers()['upload-offset'])
      offsets.push(offset)
      if (!cut || offset === 0) return route.continue()
      return route.abort('connectionreset')
    }
    await page.route('**/incoming/*', pieces)
    await page.goto(`${desk.url}/uploads/new`)
    await fill()
    await page.click('#send')
    await says('Mạng chập chờn')
    await picture('upload-unsteady')

    // The network is gone altogether, and comes back: it goes on by itself.
    await context.setOffline(true)
    await says('Mất mạng')
    await picture('upload-offline')
    const tries = offsets.length
    await context.setOffline(false)
    await expect.poll(() => offsets.length, { timeout: 30_000 }).toBeGreaterThan(tries)

    // Somebody loads the page anew: the same file goes on where it stopped.
    await page.goto(`${desk.url}/uploads/new`)
    await fill()
    cut = false
    const before = offsets.length
    await page.click('#send')
    await page.waitForURL(/\/uploads\/upload-[0-9a-f]+$/, { timeout: 90_000 })
    expect(offsets.slice(before)[0]).toBe(pieceBytes)
    expect(offsets.filter((offset) => offset === 0)).toHaveLength(1)
    const [upload] = await uploadsOf(desk.month.database)
    expect(upload).toMatchObject({ speaker: 'Bling Thị Nhung', faults: [] })
    expect(await page.textContent('main')).toContain('Bling Thị Nhung')
    expect(await page.getAttribute('.chip', 'class')).toContain('met')
    await picture('upload-done')
    await page.unroute('**/incoming/*')
  })

  it(
    'is paused, goes on, and is given up by people, and nothing of it stays',
    { timeout: 60_000 },
    async () => {
      let hold = true
      const held = Promise.withResolvers<null>()
      await page.route('**/incoming/*', async (route) => {
        const offset = route.request().headers()['upload-offset']
        // Slow enough for a guess at the time that is left.
        if (offset === '0') await setTimeout(1200)
        if (hold && offset === String(pieceBytes)) await held.promise
        await route.continue().catch(() => undefined)
      })
      await page.goto(`${desk.url}/uploads/new`)
      await fill()
      await page.click('#send')
      await expect
        .poll(() => page.textContent('#sent'), { timeout: 30_000 })
        .toMatch(/^Đã gửi 0,5 \/ 0,8 MB, còn khoảng \d+ giây$/)
      await page.click('#pause')
      await says('Đã tạm dừng')
      expect(await page.textContent('#sent')).toBe('Đã gửi 0,5 / 0,8 MB')
      expect(await page.textContent('#pause')).toBe('Gửi tiếp')
      await picture('upload-paused')
      hold = true
      await page.click('#pause')
      await says('Đang gửi tệp')
      await page.click('#cancel')
      await says('Đã bỏ')
      hold = false
      held.resolve(null)
      await expect.poll(() => readdirSync(incoming), { timeout: 20_000 }).toEqual([])
      expect(await page.isVisible('#sending')).toBe(false)
      expect(await page.isEnabled('#send')).toBe(true)
      expect(errors).toEqual([])
    },
  )
})

/** What a real browser finds on a page: what axe holds against it, its width, and its picture. */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const pictures = fileURLToPath(new URL('../../test-results/web', import.meta.url))
/** Without its comments axe is half as long, and each page must read it. */
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let started: Promise<Browser> | undefined
/** Sound may begin without a finger: players are started by tests. */
const args = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required']

/**
 * The browser of this machine: started once in a process, and ended with it. What a test opens in it is in a context of
 * its own, and that it closes; never the browser.
 */
export function openBrowser(): Promise<Browser> {
  return (started ??= chromium.launch({ executablePath: '/usr/bin/chromium', args }))
}

/**
 * What axe finds serious or critical on the page as it stands, one line for each rule; empty when all is well.
 * `rules`: only these, by their names in axe; all when left out.
 */
export async function serious(page: Page, rules?: readonly string[]): Promise<string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe)
  // What axe finds in order takes as long again to gather, and nobody asks for it.
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: [...rules] }) }
  const { violations } = await page.evaluate<{
    violations: { id: string; impact: string; nodes: { html: string }[] }[]
  }>(`axe.run(${JSON.stringify(options)})`)
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

/** By how many pixels the page is wider than the window; 0 or less when it fits. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
}

/**
 * Takes a picture of the page into `test-results/web`, when pictures are asked for (LOA_PICTURES=1): they are for
 * people to look at, and take longer than the page itself.
 */
export async function picture(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  if (process.env['LOA_PICTURES'] !== '1') return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage })
}

/** What a finger must hit on most pages. */
const usualTargets = 'main button, main .button, main select, main input:not([type=hidden], [type=checkbox])'

/**
 * What is wrong with the page as it stands, a line each: what axe says of it, what is wider than the window, and what is
 * too low for a finger (44 px, of which a fraction may be lost in rounding); and its picture. `rules`: what axe is asked,
 * all when left out, nothing when empty; `more`: other targets of this page.
 */
export async function faultsOf(
  page: Page,
  name: string,
  { rules, more = [] }: { rules?: readonly string[] | undefined; more?: readonly string[] } = {},
): Promise<string[]> {
  await picture(page, `${name}-${page.viewportSize()!.width}`)
  const wide = await overflow(page)
  const low = await page.evaluate<string[]>(
    `[...document.querySelectorAll(${JSON.stringify([usualTargets, ...more].join(', '))})].filter((one) => one.checkVisibility() && !one.matches('.hidden') && one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML)`,
  )
  return [
    ...(rules?.length === 0 ? [] : await serious(page, rules)),
    ...low.map((html) => `low: ${html}`),
    ...(wide > 0 ? [`${wide} px too wide`] : []),
  ].map((fault) => `${name}: ${fault}`)
}

export type Opened = { context: BrowserContext; page: Page; errors: string[] }

/**
 * A page of its own in the browser, and what it complains of; `as`: the cookies of whoever signed in before; `refusals`:
 * browsers report every answer that is no success, and where refusals are asked for that is no fault of the page.
 */
export async function openPage(
  browser: Browser,
  given: {
    width: number
    dark?: boolean
    script?: boolean
    as?: { cookies: string; url: string }
    refusals?: boolean
  },
): Promise<Opened> {
  const { width, dark = false, script = true, as, refusals = false } = given
  const context = await browser.newContext({
    viewport: { width, height: width === 360 ? 740 : 900 },
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: script,
  })
  if (as !== undefined) await enter(context, as.cookies, as.url)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    const told = refusals && message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !told) errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  return { context, page, errors }
}

/** Gives a browser the cookies of somebody, as a request sends them. */
export async function enter(context: BrowserContext, cookies: string, url: string): Promise<void> {
  await context.addCookies(
    cookies.split('; ').map((cookie) => {
      const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(cookie) ?? []
      return { name, value, url }
    }),
  )
}

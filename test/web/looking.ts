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

/** A page of its own in the browser, and what it complains of. */
export async function openPage(
  browser: Browser,
  { width, dark = false, script = true }: { width: number; dark?: boolean; script?: boolean },
): Promise<{ context: BrowserContext; page: Page; errors: string[] }> {
  const context = await browser.newContext({
    viewport: { width, height: width === 360 ? 740 : 900 },
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: script,
  })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  return { context, page, errors }
}

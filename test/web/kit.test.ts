/** The page of all pieces: there for those who build the pages, and never where real work is done. */
import { tmpdir } from 'node:os'
import { type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { airingStates } from '../../src/web/airing-lines.ts'
import { deviceStates } from '../../src/web/device-lines.ts'
import { chipOf, versionStatesInOrder } from '../../src/web/pages/scripts.ts'
import { allStates, wordOf } from '../../src/web/states.ts'
import { sayIn } from '../../src/web/words/index.ts'
import { closeDatabase, openMemoryDatabase } from '../../src/db/index.ts'
import { openBrowser, overflow, picture, serious } from './looking.ts'
import { clockAt, today } from './month.ts'
import { readerSees, serve, type Served, type ServedWith } from './served.ts'

function served(options: ServedWith): Promise<Served> {
  const database = openMemoryDatabase()
  const close = () => closeDatabase(database)
  return serve({ database, audioFolder: tmpdir(), clock: clockAt(today), close }, options)
}

let kit: Served
let browser: Browser

beforeAll(async () => {
  kit = await served({ kit: true })
  browser = await openBrowser()
})
afterAll(async () => {
  await kit.close()
})

describe('the state of a script', () => {
  it('is said on its chip in the word of the trade for the deed that led there', () => {
    const says = sayIn('vi')
    const deeds = {
      ...{ draft: 'nháp', submitted: 'trình', returned: 'trả lại', approved: 'duyệt' },
      ...{ 'in-force': 'hiệu lực', expired: 'hết hiệu lực', withdrawn: 'thu hồi' },
    } as const
    for (const state of versionStatesInOrder) expect(says(wordOf(chipOf(state)))).toContain(deeds[state])
  })
})

describe('the page of all pieces', () => {
  it('is no page of the real product, and is one of an exercise and where it is asked for', async () => {
    const cases: [ServedWith, number][] = [
      [{}, 404],
      [{ training: true }, 200],
      [{ kit: true }, 200],
      [{ training: true, kit: false }, 404],
    ]
    for (const [options, status] of cases) {
      const one = await served(options)
      expect((await one.get('/kit')).status).toBe(status)
      expect(one.routes.some(({ path }) => path === '/kit')).toBe(status === 200)
      await one.close()
    }
  })

  it.each(['vi', 'en'] as const)('shows every state there is, in %s', async (language) => {
    const { text } = await kit.get(`/kit?lang=${language}`)
    const seen = readerSees(text)
    const say = sayIn(language)
    for (const state of allStates) expect(seen).toContain(say(wordOf(state)))
    const rows = text.match(/<tr>\n<th scope="row"/g)
    expect(rows).toHaveLength(airingStates.length + deviceStates.length)
    for (const word of [
      'rendering.starting',
      'rendering.idle',
      'uploads.not-kept',
      'recordings.no-audio',
    ] as const)
      expect(seen).toContain(say(word))
  })

  it.each([
    [1280, 'light', 'vi'],
    [360, 'dark', 'en'],
    [1280, 'dark', 'en'],
    [360, 'light', 'vi'],
  ] as const)(
    'is readable at %i px, %s, in %s',
    { timeout: 60_000 },
    async (width, colorScheme, language) => {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme })
      const page = await context.newPage()
      const errors: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      await page.goto(`${kit.url}/kit?lang=${language}`)
      expect(await overflow(page)).toBeLessThanOrEqual(0)
      // Colours are the same at every width: each scheme is looked over in one.
      if ((width === 1280) === (colorScheme === 'light')) expect(await serious(page)).toEqual([])
      expect(errors).toEqual([])
      await picture(page, `kit-${width}-${colorScheme}`)
      await context.close()
    },
  )
})

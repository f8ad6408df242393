/** What the worker of the page of today keeps on a phone, and for whom: its programme with a store and a slow network. */
import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { beforeEach, describe, expect, it } from 'vitest'

const programme = readFileSync(new URL('../../src/web/assets/operator-worker.js', import.meta.url), 'utf8')
const origin = 'https://loa.example'

type Asked = { url: string; method: string; mode: string }
type Fetching = { respondWith(answer: Promise<Response>): void; waitUntil(work: Promise<unknown>): void }

class Phone {
  readonly kept = new Map<string, Response>()
  /** Requests that wait for the network, the first asked first. */
  readonly #waiting: { path: string; answer: (response: Response) => void; fail: (error: Error) => void }[] =
    []
  readonly #handlers = new Map<string, (event: Fetching & { request: Asked }) => void>()

  constructor() {
    const place = (asked: string | Asked): string =>
      new URL(typeof asked === 'string' ? asked : asked.url, origin).href
    const cache = {
      put: (asked: string | Asked, response: Response) =>
        Promise.resolve(void this.kept.set(place(asked), response)),
      delete: (asked: string | Asked) => Promise.resolve(this.kept.delete(place(asked))),
      keys: () => Promise.resolve([...this.kept.keys()].map((url) => ({ url }))),
    }
    runInNewContext(programme, {
      ...{ URL, Response, Headers, Promise, setTimeout },
      caches: {
        open: () => Promise.resolve(cache),
        match: (asked: string | Asked) => Promise.resolve(this.kept.get(place(asked))?.clone()),
      },
      fetch: ({ url, method }: Asked) =>
        new Promise((answer, fail) => {
          this.#waiting.push({ path: `${method} ${new URL(url).pathname}`, answer, fail })
        }),
      self: {
        loa: { shell: [], days: 30 },
        location: { origin },
        addEventListener: (name: string, handle: (event: Fetching & { request: Asked }) => void) =>
          this.#handlers.set(name, handle),
      },
    })
  }

  /** Asks as a page does; `work`: what the worker goes on with when the answer is there. */
  ask(path: string, { method = 'GET', mode = 'navigate' } = {}) {
    const work: Promise<unknown>[] = []
    let answer: Promise<Response> | undefined
    this.#handlers.get('fetch')?.({
      request: { url: origin + path, method, mode },
      respondWith: (given) => void (answer = given),
      waitUntil: (more) => work.push(more),
    })
    return { answer: () => answer!, done: () => Promise.all(work) }
  }

  /** The network answers the request that has waited longest for this. */
  async network(path: string, response: Response | Error): Promise<void> {
    await expect.poll(() => this.#waiting.some((each) => each.path === path)).toBe(true)
    const [one] = this.#waiting.splice(
      this.#waiting.findIndex((each) => each.path === path),
      1,
    )
    if (response instanceof Error) one!.fail(response)
    else one!.answer(response)
  }
}

const headers = { 'Content-Security-Policy': "default-src 'none'", 'Content-Encoding': 'gzip' }
const pageOf = (words: string) => new Response(`${words} data-cached="no"`, { headers })

describe('the worker of a phone', () => {
  let phone: Phone
  beforeEach(() => {
    phone = new Phone()
  })

  it('shows the page without a network as it was last seen, under the same policy', async () => {
    const seen = phone.ask('/today')
    await phone.network('GET /today', pageOf('Việc của Hoa'))
    await seen.answer()
    await seen.done()
    const again = phone.ask('/today')
    await phone.network('GET /today', new Error('no network'))
    const shown = await again.answer()
    expect(await shown.text()).toBe('Việc của Hoa data-cached="yes"')
    expect(shown.headers.get('content-security-policy')).toBe("default-src 'none'")
    expect(shown.headers.get('content-encoding')).toBeNull()
  })

  it.each(['before', 'after'])(
    'keeps nothing that was asked for before somebody signed out, though it came %s the answer to that',
    async (when) => {
      const slow = phone.ask('/today')
      const sound = phone.ask('/airings/air-1.mp3', { mode: 'no-cors' })
      const out = phone.ask('/sign-out', { method: 'POST' })
      const late = async () => {
        await phone.network('GET /today', pageOf('Việc của Hoa'))
        await phone.network('GET /airings/air-1.mp3', new Response('tiếng'))
        await Promise.all([slow.answer(), sound.answer()])
        await Promise.all([slow.done(), sound.done()])
      }
      if (when === 'before') await late()
      await phone.network('POST /sign-out', new Response(''))
      await out.answer()
      if (when === 'after') await late()
      expect([...phone.kept.keys()]).toEqual([])
    },
  )

  it('keeps ten sounds, those heard last', async () => {
    for (let number = 1; number <= 25; number++) {
      const path = `/airings/air-${number}.mp3`
      const sound = phone.ask(path, { mode: 'no-cors' })
      await phone.network(`GET ${path}`, new Response('tiếng'))
      await sound.answer()
      await sound.done()
    }
    expect([...phone.kept.keys()].map((url) => Number(/air-(\d+)/.exec(url)?.[1]))).toEqual(
      Array.from({ length: 10 }, (_, index) => 16 + index),
    )
  })
})

/** What a person sees of the rendering under way, and can do about it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RenderDesk, renderFailures } from '../../src/audio/index.ts'
import { keepFailure } from '../../src/audio/store.ts'
import { changeRole, deedLog, suspend } from '../../src/people/index.ts'
import { submittedVersions } from '../../src/scripts/index.ts'
import { monday } from '../support/desk.ts'
import { secret } from '../people/office.ts'
import { emptyDesk, type Month, readyDesk, today } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'
import { signedIn } from './staff.ts'

let month: Month
let served: Served
let desk: RenderDesk
let woken: number

beforeAll(async () => {
  month = await emptyDesk()
})
afterAll(() => month.close())

beforeEach(async () => {
  woken = 0
  desk = new RenderDesk(() => (woken += 1))
  served = await serve({ ...month, close: () => Promise.resolve() }, { desk, openDesk: true })
})
afterEach(() => served.close())

/** A rendering of 241 recordings of which 60 are done, until it is told to stop. */
function rendering(): Promise<'stopped' | 'ended'> {
  const never = new AbortController().signal
  const work = (signal: AbortSignal, onProgress: (progress: object) => void): Promise<string> => {
    onProgress({ done: 60, total: 241, failed: 1, secondsLeft: 95 })
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
  }
  return desk
    .run(never, work as Parameters<typeof desk.run>[1])
    .then((result) => (result === undefined ? 'stopped' : 'ended'))
}

/** Reads server-sent events until one says the words. */
async function eventSaying(words: string): Promise<string> {
  const abort = new AbortController()
  const response = await fetch(`${served.url}/rendering/events`, { signal: abort.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  let heard = ''
  try {
    for await (const bytes of response.body!) {
      heard += Buffer.from(bytes).toString('utf8')
      if (heard.includes(words)) return heard
    }
  } finally {
    abort.abort()
  }
  throw new Error(`the events ended without “${words}”: ${heard}`)
}

const here = (): RequestInit => ({ method: 'POST', headers: { origin: served.url } })

describe('the page of recordings', () => {
  it('says that nothing waits when nothing does', async () => {
    expect(readerSees((await served.get('/recordings')).text)).toContain('Không có bản ghi nào đang chờ tạo.')
  })

  it('says how many are done, left and failed, and for how long yet', async () => {
    const work = rendering()
    const { text } = await served.get('/recordings')
    expect(readerSees(text)).toContain('Đã xong 60 trong 241 bản ghi, còn 180, hỏng 1. Còn khoảng 2 phút.')
    expect(text).toContain('<progress value="61" max="241"')
    const english = await served.get('/recordings?lang=en')
    expect(readerSees(english.text)).toContain(
      '60 of 241 recordings done, 180 left, 1 failed. About 2 minutes left.',
    )
    desk.stop()
    await work
  })

  it('has no buttons where they would not be obeyed, and nothing at all where nothing is rendered', async () => {
    const reading = await serve({ ...month, close: () => Promise.resolve() }, { desk })
    const nothing = await serve({ ...month, close: () => Promise.resolve() })
    const work = rendering()
    expect((await served.get('/recordings')).text).toContain('action="/rendering/stop"')
    expect((await reading.get('/recordings')).text).not.toContain('action="/rendering/stop"')
    expect((await nothing.get('/recordings')).text).not.toContain('id="rendering"')
    expect((await nothing.get('/rendering/events')).status).toBe(404)
    desk.stop()
    await work
    await reading.close()
    await nothing.close()
  })
})

describe('the events of the rendering', () => {
  it('bring the panel at once and again when something changes', async () => {
    expect(await eventSaying('Không có bản ghi nào')).toMatch(/^event: rendering\ndata: /)
    const work = rendering()
    expect(await eventSaying('còn 180')).toContain('còn 180')
    const change = eventSaying('Đã dừng')
    desk.stop()
    expect(await change).toContain('Phần đã xong được giữ lại')
    expect(await work).toBe('stopped')
  })
})

describe('the events of the rendering, open in the page of somebody', () => {
  let office: Served
  beforeEach(async () => {
    office = await serve(await emptyDesk(), { desk, secret })
  })
  afterEach(() => office.close())

  const by = { person: 'an', by: null, now: today }
  it.each([
    ['is suspended', () => suspend(office.month.database, by)],
    ['speaks for a commune only', () => changeRole(office.month.database, { ...by, role: 'operator' })],
  ])('end at the next change once the reader %s', async (_what, lose) => {
    const browser = await signedIn(office.month.database, 'an', 'editor')
    const response = await fetch(`${office.url}/rendering/events`, {
      headers: { cookie: browser.from.cookies },
    })
    const reader = response.body!.getReader()
    expect((await reader.read()).done).toBe(false)
    const work = rendering()
    // A change is still told while nothing was taken away.
    expect(Buffer.from((await reader.read()).value).toString('utf8')).toContain('còn 180')
    await lose()
    desk.stop()
    await work
    expect(await reader.read()).toEqual({ done: true, value: undefined })
  })

  it('end for whoever only read, once somebody has an account', async () => {
    const reader = (await fetch(`${office.url}/rendering/events`)).body!.getReader()
    await reader.read()
    await signedIn(office.month.database, 'an', 'editor')
    const work = rendering()
    expect(await reader.read()).toEqual({ done: true, value: undefined })
    desk.stop()
    await work
  })

  it('are steered by somebody whose name stands in the log, with where from', async () => {
    const browser = await signedIn(office.month.database, 'an', 'editor')
    const post = { method: 'POST', headers: { origin: office.url, cookie: browser.from.cookies } }
    for (const deed of ['stop', 'go-on']) await office.get(`/rendering/${deed}`, post)
    const { deeds } = await deedLog(office.month.database, { text: 'rendering' }, { skip: 0, take: 9 })
    expect(deeds).toMatchObject(
      ['rendering.let-go-on', 'rendering.stopped'].map((what) => {
        return { what, person: 'an', subject: 'rendering', via: 'web', address: '127.0.0.1' }
      }),
    )
  })
})

describe('who only asks whether the events are there', () => {
  it('is answered at once and does not count as watching', { timeout: 10_000 }, async () => {
    const watching = Array.from({ length: 199 }, () => desk.watch(() => undefined))
    const { status, headers } = await served.get('/rendering/events', { method: 'HEAD' })
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    desk.watch(() => undefined)()
    for (const end of watching) end()
  })
})

describe('stopping and going on', () => {
  it('stops the work under way, keeps it stopped, and wakes it again', async () => {
    const work = rendering()
    expect((await served.get('/rendering/stop', here())).status).toBe(303)
    expect(await work).toBe('stopped')
    const notStarted = await desk.run(new AbortController().signal, () => Promise.resolve('rendered'))
    expect(notStarted).toBeUndefined()
    expect((await served.get('/recordings')).text).toContain('action="/rendering/go-on"')
    expect((await served.get('/rendering/go-on', here())).status).toBe(303)
    expect(woken).toBe(1)
    expect(await desk.run(new AbortController().signal, () => Promise.resolve('rendered'))).toBe('rendered')
  })

  it('says that it starts again until it is known how far it is, never that all is done', async () => {
    const before = rendering()
    desk.stop()
    await before
    const answer = await served.get('/rendering/go-on', {
      ...here(),
      headers: { origin: served.url, 'hx-request': 'true' },
    })
    expect(readerSees(answer.text)).toContain('Đang bắt đầu làm tiếp')
    expect(answer.text).not.toMatch(/Đã tạo xong|<progress value/)
    const work = rendering()
    expect(readerSees((await served.get('/recordings')).text)).toContain('Đã xong 60 trong 241 bản ghi')
    desk.stop()
    await work
  })

  it('says that nothing waits when it went on and nothing was missing', async () => {
    desk.stop()
    desk.goOn()
    await desk.run(new AbortController().signal, () => Promise.resolve('nothing to do'))
    expect(readerSees((await served.get('/recordings')).text)).toContain('Không có bản ghi nào đang chờ tạo.')
  })

  it('may be stopped again before anything has begun', async () => {
    desk.stop()
    desk.goOn()
    expect((await served.get('/recordings')).text).toContain('action="/rendering/stop"')
    desk.stop()
    expect(await desk.run(new AbortController().signal, () => Promise.resolve('rendered'))).toBeUndefined()
  })

  it.each([
    ['a page of another site', { headers: { origin: 'https://elsewhere.example' } }],
    ['a page of another site, as browsers say it', { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['a proxy', { headers: { 'x-forwarded-for': '203.0.113.9' } }],
  ])('refuses %s', async (_who, request) => {
    const answer = await served.get('/rendering/stop', { method: 'POST', ...request })
    expect(answer.status).toBe(403)
    expect(readerSees(answer.text)).toContain('Chỉ nhận việc này từ trang của Loa Làng')
    expect(desk.state.state).toBe('idle')
  })

  it('refuses everybody where the pages only show', async () => {
    const reading = await serve({ ...month, close: () => Promise.resolve() }, { desk })
    const answer = await reading.get('/rendering/stop', { method: 'POST', headers: { origin: reading.url } })
    expect(answer.status).toBe(403)
    expect(readerSees(answer.text)).toContain('LOA_DESK=1')
    await reading.close()
  })
})

describe('the rendering desk', () => {
  it('passes on what went wrong, and is idle afterwards', async () => {
    const work = desk.run(new AbortController().signal, (_signal, onProgress) => {
      onProgress({ done: 0, total: 3, failed: 0, secondsLeft: undefined })
      return Promise.reject(new Error('the disk is full'))
    })
    await expect(work).rejects.toThrow('the disk is full')
    expect(desk.state).toMatchObject({ state: 'broken-off', total: 3 })
    expect(readerSees((await served.get('/recordings')).text)).toContain(
      'Bị gián đoạn. Đã xong 0 trong 3 bản ghi, còn 3, hỏng 0.',
    )
  })

  it('says that it was broken off also when the run had not begun to count, until a run goes well', async () => {
    const work = rendering()
    desk.stop()
    await work
    desk.goOn()
    const signal = new AbortController().signal
    const broken = desk.run(signal, () => Promise.reject(new Error('ffmpeg is missing')))
    await expect(broken).rejects.toThrow('ffmpeg is missing')
    const seen = readerSees((await served.get('/recordings')).text)
    expect(seen).toMatch(/Bị gián đoạn\. +Trung tâm tự thử lại\./)
    expect(seen).not.toMatch(/Không có bản ghi nào|241/)
    await desk.run(signal, () => Promise.resolve('nothing to do'))
    expect(readerSees((await served.get('/recordings')).text)).toContain('Không có bản ghi nào đang chờ tạo.')
  })

  it('forgets what failed when somebody has it tried again, and only then', async () => {
    const failure = { why: { vi: 'máy đọc hỏng', en: 'the voice is broken' }, counts: true, now: monday }
    const ready = await readyDesk()
    const [version] = await submittedVersions(ready.database)
    const todo = { id: 'rec-hong', script: version!.script, version: 1, station: null }
    for (let run = 0; run < 3; run += 1) await keepFailure(ready.database, [todo], failure)
    const here = await serve(ready, { desk, openDesk: true })
    expect((await here.get('/recordings')).text).not.toContain('action="/rendering/go-on"')
    desk.found({ awaiting: [], failed: 1 })
    const { text } = await here.get('/recordings')
    expect(readerSees(text)).toContain('1 bản ghi không tạo được; lý do ở trang đầu.')
    expect(readerSees(text)).toContain('Thử lại các bản hỏng')
    expect(readerSees((await here.get('/')).text)).toContain('loa audio render --again')
    expect(await renderFailures(ready.database)).toHaveLength(1)
    await here.get('/rendering/go-on', { method: 'POST', headers: { origin: here.url } })
    expect(await renderFailures(ready.database)).toEqual([])
    expect([desk.state.state, woken]).toEqual(['starting', 1])
    await here.close()
  })

  it('tells what waits for a person to read apart from what failed', async () => {
    desk.found({ awaiting: [{ script: 'co-tu', version: 1, language: 'ktv', recordings: 2 }], failed: 0 })
    const seen = readerSees((await served.get('/recordings')).text)
    expect(seen).toContain('Không có bản ghi nào đang chờ tạo.')
    expect(seen).toContain('Ngoài ra, 2 bản ghi chờ người đọc')
    desk.found({ awaiting: [], failed: 0 })
    expect(readerSees((await served.get('/recordings')).text)).not.toContain('chờ người đọc')
  })

  it('makes a task of what waits for a person: record it, not render it', async () => {
    const ready = await readyDesk()
    const [version] = await submittedVersions(ready.database)
    const { script } = version!
    desk.found({ awaiting: [{ script, version: 1, language: 'ktv', recordings: 1 }], failed: 0 })
    const here = await serve(ready, { desk })
    const seen = readerSees((await here.get('/')).text)
    expect(seen).toContain('1 bản tin chờ người đọc và thu âm')
    expect(seen).toContain(`loa uploads add ghi-am.m4a --script ${script} --version 1 --language ktv`)
    await here.close()
  })

  it('lets 200 watch, and refuses the next in words', () => {
    const ends = Array.from({ length: 200 }, () => desk.watch(() => undefined))
    expect(() => desk.watch(() => undefined)).toThrow(/quá nhiều người|Too many people/)
    ends[0]?.()
    expect(() => desk.watch(() => undefined)).not.toThrow()
  })
})

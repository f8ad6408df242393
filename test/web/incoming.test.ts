/** Files on their way to us: who may send them, how they go on, and what bounds them. */
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uploadsOf } from '../../src/audio/index.ts'
import { AppError } from '../../src/base/errors.ts'
import { silentLog } from '../../src/base/log.ts'
import { openIncoming } from '../../src/web/incoming.ts'
import { speechFolder } from '../audio/uploads/place.ts'
import { readyDesk } from './month.ts'
import { readerSees, rememberingLog, serve, type Served } from './served.ts'
import { about, begin, incomingFolder, sent } from './uploads.ts'

let desk: Served
let folder: string

beforeAll(async () => {
  folder = incomingFolder()
  desk = await serve(await readyDesk(), { openDesk: true, incomingFolder: folder })
})

afterAll(async () => {
  await desk.close()
  rmSync(dirname(folder), { recursive: true, force: true })
})

const fields = {
  ...{ script: 'viec-nhe-luong-cao/1', language: 'ktv', speaker: 'Bling Thị Nhung', by: 'an' },
  consent: 'ký giấy đồng ý ngày 20/11/2026',
}

/** Posts the form as somebody. */
function post(values: Record<string, string>, headers: Record<string, string>) {
  return desk.get('/uploads', { method: 'POST', headers, body: new URLSearchParams(values) })
}

describe('sending a file', () => {
  const others = [
    ['a page of another site', { origin: 'https://elsewhere.example' }],
    ['a page of another site, as browsers say it', { 'sec-fetch-site': 'cross-site' }],
    ['another site on this machine', { 'sec-fetch-site': 'same-site' }],
    ['a proxy', { 'x-forwarded-for': '203.0.113.9' }],
    ['a proxy that names only itself', { via: '1.1 proxy.example' }],
    ['a proxy that says which name was asked for', { 'x-forwarded-host': 'loa.quangnam.example' }],
    [
      'a proxy that does not say so',
      { 'sec-fetch-site': 'same-origin', origin: 'http://loa.quangnam.example' },
    ],
  ] as const

  it.each(others)('is refused from %s, like the form', async (_who, headers) => {
    expect((await begin(desk.url, 10, { headers })).status).toBe(403)
    const known = await sent(desk.url, Buffer.from('abc'))
    for (const method of ['HEAD', 'PATCH', 'DELETE'])
      expect((await about(desk.url, known, method, { headers })).status, method).toBe(403)
    expect((await post({ ...fields, upload: known }, headers)).status).toBe(403)
    expect((await about(desk.url, known, 'DELETE')).status).toBe(204)
  })

  it('is refused where the pages only show', async () => {
    const place = incomingFolder()
    const closed = await serve({ ...desk.month, close: () => Promise.resolve() }, { incomingFolder: place })
    expect((await begin(closed.url, 10)).status).toBe(403)
    const form = await closed.get('/uploads', { method: 'POST', body: new URLSearchParams(fields) })
    expect(form.status).toBe(403)
    expect(readerSees(form.text)).toContain('LOA_DESK=1')
    await closed.close()
    rmSync(dirname(place), { recursive: true })
  })

  it('goes on where it stopped, and a piece that does not fit is refused', async () => {
    const id = (await begin(desk.url, 6)).headers.get('location')!.split('/').at(-1)!
    const piece = (offset: number, text: string) =>
      about(desk.url, id, 'PATCH', { headers: { 'upload-offset': String(offset) }, body: Buffer.from(text) })
    expect((await piece(0, 'abc')).headers.get('upload-offset')).toBe('3')
    expect((await about(desk.url, id, 'HEAD')).headers.get('upload-offset')).toBe('3')
    expect((await piece(0, 'abc')).status).toBe(409)
    expect((await piece(3, 'defg')).status).toBe(413)
    expect((await piece(3, 'def')).status).toBe(204)
    expect(readFileSync(join(folder, id), 'utf8')).toBe('abcdef')
    expect((await about(desk.url, id, 'DELETE')).status).toBe(204)
  })

  it('refuses what is too large, or does not say how large it is', async () => {
    expect((await begin(desk.url, 200 * 1024 * 1024 + 1)).status).toBe(413)
    const unsaid = await fetch(`${desk.url}/incoming`, {
      method: 'POST',
      headers: { 'tus-resumable': '1.0.0', 'upload-defer-length': '1' },
    })
    expect(unsaid.status).toBe(400)
  })

  it('touches nothing outside its folder, and gives nothing back', async () => {
    const outside = join(dirname(folder), 'secret')
    writeFileSync(outside, 'secret')
    writeFileSync(`${outside}.json`, JSON.stringify({ id: 'x', size: 6, offset: 0, metadata: {} }))
    for (const id of ['..%2Fsecret', '%2e%2e%2fsecret', '..%5csecret', 'secret', '%00', '.', '..%2Fincoming'])
      for (const method of ['HEAD', 'PATCH', 'DELETE']) {
        const headers = { 'upload-offset': '0' }
        const { status } = await about(desk.url, id, method, { headers, body: Buffer.from('gone') }).catch(
          // The fetch itself puts some addresses right and refuses others.
          () => ({ status: 404 }),
        )
        expect([400, 404, 405], `${method} ${id}`).toContain(status)
      }
    expect(readFileSync(outside, 'utf8')).toBe('secret')
    const known = await sent(desk.url, Buffer.from('abc'), '../../../evil.wav')
    expect(known).toMatch(/^[0-9a-f]{32}$/)
    expect((await desk.get(`/incoming/${known}`)).status).toBe(404)
    const answer = await about(desk.url, known, 'HEAD', { headers: { origin: desk.url } })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    await about(desk.url, known, 'DELETE')
  })

  describe('into a folder', () => {
    let place: string
    beforeEach(() => {
      place = incomingFolder()
      return () => rmSync(dirname(place), { recursive: true })
    })

    it('holds twenty files and refuses the next, until one is gone', async () => {
      const small = await serve(
        { ...desk.month, close: () => Promise.resolve() },
        { openDesk: true, incomingFolder: place },
      )
      const all = await Promise.all(Array.from({ length: 25 }, () => begin(small.url, 10)))
      const taken = all.filter(({ status }) => status === 201)
      expect(taken.length).toBeLessThanOrEqual(20)
      for (let at = taken.length; at < 20; at += 1) expect((await begin(small.url, 10)).status).toBe(201)
      expect((await begin(small.url, 10)).status).toBe(503)
      const id = taken[0]!.headers.get('location')!.split('/').at(-1)!
      expect((await about(small.url, id, 'DELETE')).status).toBe(204)
      expect((await begin(small.url, 10)).status).toBe(201)
      await small.close()
    })

    it('removes at the start, and when asked, what was begun more than a day ago', async () => {
      mkdirSync(place, { recursive: true })
      const files = (id: string, hours: number): void => {
        const then = new Date(new Date().getTime() - hours * 3_600_000)
        for (const name of [id, `${id}.json`]) {
          writeFileSync(join(place, name), '{}')
          // The piece that came last may be young.
          utimesSync(join(place, name), then, name === id ? new Date() : then)
        }
      }
      files('a'.repeat(32), 25)
      files('b'.repeat(32), 23)
      const incoming = openIncoming(place, silentLog)
      await expect.poll(() => readdirSync(place).length).toBe(2)
      expect(readdirSync(place)).toEqual(['b'.repeat(32), `${'b'.repeat(32)}.json`])
      files('c'.repeat(32), 30)
      expect(await incoming.sweep()).toBe(1)
      incoming.close()
    })

    it('gives up what is being treated when the hub stops, without a word of a fault', async () => {
      const log = rememberingLog()
      const small = await serve(
        { ...desk.month, close: () => Promise.resolve() },
        { openDesk: true, incomingFolder: place, log },
      )
      const speech = speechFolder()
      const upload = await sent(small.url, readFileSync(join(speech, 'speech.wav')))
      rmSync(speech, { recursive: true })
      const before = (await uploadsOf(desk.month.database)).length
      const body = new URLSearchParams({ ...fields, language: 'cua', upload })
      const answer = small.get('/uploads', { method: 'POST', body }).catch(String)
      const { audioFolder } = desk.month
      const works = (): string[] =>
        readdirSync(audioFolder, { recursive: true, encoding: 'utf8' }).filter((name) =>
          name.endsWith('heard.wav'),
        )
      await expect.poll(works, { timeout: 20_000 }).not.toEqual([])
      await small.close()
      expect(await answer).toContain('fetch failed')
      await expect.poll(works, { timeout: 20_000 }).toEqual([])
      // The next hub takes it without its being sent again.
      expect(readdirSync(place)).toEqual([upload, `${upload}.json`])
      expect(await uploadsOf(desk.month.database)).toHaveLength(before)
      expect(log.errors).toEqual([])
    })

    it('lets two people take one file only once, and keeps it when the fault was not its own', async () => {
      const small = await serve(
        { ...desk.month, close: () => Promise.resolve() },
        { openDesk: true, incomingFolder: place },
      )
      const id = await sent(small.url, Buffer.from('abc'))
      const incoming = openIncoming(place, silentLog)
      const gate = Promise.withResolvers<null>()
      const first = incoming.take(id, async () => {
        await gate.promise
        throw new Error('the disk is full')
      })
      await expect(incoming.take(id, () => Promise.resolve())).rejects.toThrow('treated already')
      gate.resolve(null)
      await expect(first).rejects.toThrow('the disk is full')
      expect(readdirSync(place)).toHaveLength(2)
      const says = (code: 'invalid' | 'unavailable') =>
        incoming.take(id, () => Promise.reject(new AppError(code, { vi: 'không', en: 'no' })))
      await expect(says('unavailable')).rejects.toThrow('no')
      expect(readdirSync(place)).toHaveLength(2)
      await expect(says('invalid')).rejects.toThrow('no')
      expect(readdirSync(place)).toEqual([])
      incoming.close()
      await small.close()
    })
  })
})

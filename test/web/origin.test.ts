/** Where people come from: behind a proxy with HTTPS, at the open desk, in their own name. */
import { readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deedLog, sessionsOf } from '../../src/people/index.ts'
import { speechFolder } from '../audio/uploads/place.ts'
import { goodPassword, secret, withAccount } from '../people/office.ts'
import { emptyDesk, readyDesk, today } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'
import { signedIn } from './staff.ts'
import { incomingFolder, sent } from './uploads.ts'

describe('behind a proxy on this machine, told by LOA_PUBLIC_URL', () => {
  const publicUrl = 'https://loa.quangnam.example'
  let office: Served
  beforeAll(async () => {
    office = await serve(await emptyDesk(), { secret, publicUrl })
    await withAccount(office.month.database, { id: 'an', name: 'An', role: 'editor', now: today })
  })
  afterAll(() => office.close())

  const signIn = (served: Served, headers: Record<string, string>) =>
    served.get('/sign-in', {
      method: 'POST',
      headers,
      body: new URLSearchParams({ name: 'an', password: goodPassword }),
    })

  it('people sign in from that name, with a cookie for HTTPS only, and from their own addresses', async () => {
    const headers = { origin: publicUrl, 'sec-fetch-site': 'same-origin', 'x-forwarded-for': '203.0.113.9' }
    const answer = await signIn(office, headers)
    expect(answer.status).toBe(303)
    expect(answer.headers.getSetCookie().join()).toMatch(/__Secure-loa\.session_token=.*Secure/)
    expect(await sessionsOf(office.month.database, 'an', today)).toMatchObject([{ address: '203.0.113.9' }])
  })

  it('another site is refused all the same', async () => {
    expect((await signIn(office, { origin: 'https://elsewhere.example' })).status).toBe(403)
  })

  it('a proxy nobody told us of is not believed about addresses', async () => {
    const plain = await serve(await emptyDesk(), { secret })
    await withAccount(plain.month.database, { id: 'an', name: 'An', role: 'editor', now: today })
    expect((await signIn(plain, { 'x-forwarded-for': '203.0.113.9' })).status).toBe(303)
    expect(await sessionsOf(plain.month.database, 'an', today)).toMatchObject([{ address: '127.0.0.1' }])
    await plain.close()
  })

  it('the figures are for admins and auditors who signed in, as a proxy on this machine may hide itself', async () => {
    const { database } = office.month
    expect((await office.get('/metrics')).headers.get('location')).toBe('/sign-in?next=%2Fmetrics')
    const answers = []
    for (const role of ['admin', 'auditor', 'editor', 'approver', 'operator'] as const) {
      const cookie = (await signedIn(database, `ai-${role}`, role, { publicUrl })).from.cookies
      answers.push([role, (await office.get('/metrics', { headers: { cookie } })).status])
    }
    expect(answers).toEqual([
      ['admin', 200],
      ['auditor', 200],
      ['editor', 403],
      ['approver', 403],
      ['operator', 403],
    ])
  })

  it('nobody counts as sitting at this machine, although the desk is open', async () => {
    const folder = incomingFolder()
    const both = await serve(await readyDesk(), { openDesk: true, publicUrl, incomingFolder: folder })
    const asked = await both.get('/incoming', { method: 'POST', headers: { 'upload-length': '1' } })
    expect([asked.status, asked.headers.get('location')]).toEqual([403, null])
    await both.close()
    rmSync(dirname(folder), { recursive: true, force: true })
  })

  it('without one they are for this machine, as long as nothing says that they come through a proxy', async () => {
    const plain = await serve(await emptyDesk(), { secret })
    expect((await plain.get('/metrics')).status).toBe(200)
    expect((await plain.get('/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(404)
    await plain.close()
  })
})

describe('a recording that is brought', () => {
  const folder = incomingFolder()
  const fields = { script: 'viec-nhe-luong-cao/1', language: 'ktv', speaker: 'Bling Thị Nhung', by: 'an' }
  const consent = 'ký giấy đồng ý ngày 20/11/2026'
  let desk: Served
  let speech: string
  let wav: Buffer
  beforeAll(async () => {
    desk = await serve(await readyDesk(), { openDesk: true, incomingFolder: folder, secret })
    speech = speechFolder()
    wav = readFileSync(join(speech, 'speech.wav'))
  })
  afterAll(async () => {
    await desk.close()
    for (const place of [speech, dirname(folder)]) rmSync(place, { recursive: true, force: true })
  })

  const bring = async (change: object, cookie = '') =>
    desk.get('/uploads', {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams({
        ...fields,
        consent,
        upload: await sent(desk.url, wav, undefined, cookie),
        ...change,
      }),
    })
  const origins = async () => {
    const { deeds } = await deedLog(desk.month.database, { what: 'recording.brought' }, { skip: 0, take: 9 })
    return deeds.map(({ person, via, address }) => [person, via, address])
  }

  it('at the open desk stands in the log as done at this machine', async () => {
    expect((await bring({})).status).toBe(303)
    expect(await origins()).toEqual([['an', 'desk', '127.0.0.1']])
  })

  it('by somebody who signed in is theirs, whatever name is sent along', async () => {
    const { cookies } = (await signedIn(desk.month.database, 'bien-tap', 'editor')).from
    const form = await desk.get('/uploads/new', { headers: { cookie: cookies } })
    expect(readerSees(form.text)).toContain('Người bien-tap')
    expect(form.text).toContain('<input type="hidden" name="by" value="bien-tap"')
    expect(form.text).not.toContain('value="an"')
    const other = await bring({ language: 'cua' }, cookies)
    expect([other.status, readerSees(other.text)]).toEqual([400, expect.stringContaining('đánh dấu')])
    expect((await bring({ language: 'cua', by: 'bien-tap' }, cookies)).status).toBe(303)
    expect((await origins())[0]).toEqual(['bien-tap', 'web', '127.0.0.1'])
  })
})

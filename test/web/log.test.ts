/** The log as people read it: details in words, subjects by their names. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordDeed } from '../../src/people/index.ts'
import { secret } from '../people/office.ts'
import { november, today } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'
import { signedIn } from './staff.ts'

let office: Served
let auditor: string

beforeAll(async () => {
  office = await serve(await november(), { secret })
  auditor = (await signedIn(office.month.database, 'kiem-tra', 'auditor')).from.cookies
})
afterAll(() => office.close())

const line = async (what: string, subject: string, detail: object) => {
  await recordDeed(office.month.database, { at: today, person: null, what, subject, detail })
  const { text } = await office.get(`/log?what=${what}&sort=-at`, { headers: { cookie: auditor } })
  return /<tbody>\s*<tr>[\s\S]*?<\/tr>/.exec(text)?.[0] ?? ''
}

describe('a line of the log', () => {
  it.each([
    [
      'why and how long',
      { why: 'mưa to', seconds: 97, role: 'auditor' },
      'lý do: mưa to; dài: 1:37; vai trò: kiểm tra',
    ],
    [
      'what changed',
      { before: { role: 'editor' }, after: { role: 'admin' } },
      'vai trò: biên tập → quản trị',
    ],
    ['a moment', { until: '2026-11-23T03:00:00.000Z' }, 'đến: 10:00 23/11/2026'],
    [
      'a reason out of the list',
      { outcome: 'missed', reason: 'power' },
      'kết quả: không phát được; vì: mất điện',
    ],
    ['a detail that has no word, by its own name', { weather: 'rain', note: null }, 'weather: rain'],
  ])('tells %s in words', async (_what, detail, said) => {
    expect(readerSees(await line('person.suspended', 'kiem-tra', detail))).toContain(said)
  })

  it('names whom and what it is about, with the way there, and keeps the details whole in the sheet', async () => {
    expect(await line('person.invited', 'kiem-tra', {})).toContain('href="/people/kiem-tra"')
    expect(await line('fact.changed', 'duong-day-nong', {})).toContain('href="/facts/duong-day-nong"')
    expect(await line('script.returned', 'khong-co/1', { why: 'sai tên' })).toContain(
      'href="/scripts/khong-co"',
    )
    const { text } = await office.get('/log.csv?what=script.returned', { headers: { cookie: auditor } })
    expect(text).toContain('{""why"":""sai tên""}')
  })
})

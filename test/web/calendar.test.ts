/** The calendar: each day of a month with what is heard on it, and the list of airings of one day. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { secret } from '../people/office.ts'
import { november } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'
import { operatorSignedIn, signedIn } from './staff.ts'

let busy: Served
let auditor: string
let operator: string

beforeAll(async () => {
  busy = await serve(await november(), { secret })
  const { database } = busy.month
  auditor = (await signedIn(database, 'kiem-tra', 'auditor')).from.cookies
  operator = (await operatorSignedIn(database, 'can-bo')).from.cookies
})
afterAll(() => busy.close())

const get = (path: string, cookie = auditor) => busy.get(path, { headers: { cookie } })
const rows = (html: string): string[][] =>
  [...(/<tbody>([\s\S]*)<\/tbody>/.exec(html)?.[1] ?? '').matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell]) => readerSees(cell!)),
  )

describe('the calendar of a month', () => {
  it('begins weeks on Monday and has a field for each day', async () => {
    const { text } = await get('/calendar')
    const heads = [...text.matchAll(/<th scope="col">([^<]+)</g)].map(([, name]) => name)
    expect(heads).toEqual(['Thứ Hai', 'Thứ Ba', 'Thứ Tư', 'Thứ Năm', 'Thứ Sáu', 'Thứ Bảy', 'Chủ Nhật'])
    const weeks = rows(text)
    expect(weeks.map((week) => week.length)).toEqual([7, 7, 7, 7, 7, 7])
    // 1 November 2026 is a Sunday, 30 November a Monday.
    expect(weeks[0]!.findIndex((day) => day.includes('01/11/2026'))).toBe(6)
    expect(weeks[5]!.findIndex((day) => day.includes('30/11/2026'))).toBe(0)
    expect(weeks[4]![0]).toContain('hôm nay')
  })

  it('counts the airings of each day, and how they stand; together they are the list', async () => {
    const { text } = await get('/calendar')
    const counts = [...text.matchAll(/<p class="many" aria-hidden="true">([\d.]+) lượt phát/g)]
    const all = (await get('/airings.csv')).text.trim().split('\r\n').length - 1
    expect(counts.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(all)
    for (const [, list] of text.matchAll(/lượt phát<\/p><ul>([\s\S]*?)<\/ul>/g)) {
      const states = [...list!.matchAll(/<b>(\d+)<\/b> <span class="word">([^<]+)</g)]
      expect(states.map(([, , word]) => word)).toEqual(['không đạt', 'chờ xác nhận, chưa rõ', 'đạt'])
      expect(states.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(all)
    }
  })

  it('a day leads to its airings, and to no others', async () => {
    const [, href] = /<p class="date"><a href="([^"]+)"/.exec((await get('/calendar')).text)!
    expect(href).toBe('/airings?month=2026-11&amp;day=2026-11-01')
    const seen = readerSees((await get('/airings?month=2026-11&day=2026-11-01')).text)
    expect(seen).toContain('Chỉ ngày 01/11/2026')
    expect(seen).toContain('1–50 trên 241')
    expect(readerSees((await get('/airings?day=2026-11-02')).text)).toContain('Không có dòng nào khớp')
    // Another month is another list: the day does not go along.
    expect((await get('/airings?day=2026-11-01')).text).toContain('href="/airings?month=2026-10"')
  })

  it('refuses a day that does not exist or lies in another month, beside its field', async () => {
    for (const query of ['day=2026-02-30', 'month=2026-10&day=2026-11-01']) {
      const { status, text } = await get(`/airings?${query}`)
      expect(status).toBe(400)
      expect(text).toMatch(/name="day" value="[\d-]+" aria-invalid="true"/)
    }
  })

  it('of a unit has its airings only, and leads to each of its stations', async () => {
    const { text } = await get('/calendar?unit=20443')
    expect(readerSees(text)).toContain('4 lượt phát trong tháng.')
    expect(text).toContain('/airings?month=2026-11&amp;unit=20443&amp;day=2026-11-01')
    expect(text).toContain('href="/calendar?month=2026-11&amp;station=tt-20440"')
    const csv = (await get('/airings.csv?month=2026-11&unit=20443')).text.trim().split('\r\n').slice(1)
    expect(csv).toHaveLength(4)
    expect(csv.every((line) => line.includes('Xã Hùng Sơn'))).toBe(true)
  })

  it('of a station shows the airings themselves', async () => {
    const [first] = rows((await get('/calendar?station=tt-20440')).text)
    expect(first![6]).toMatch(/05:3\d .+ (đạt|chưa rõ|không đạt|đang chờ xác nhận|chưa đến hạn)$/)
  })

  it('of a month without airings says what comes first', async () => {
    expect(readerSees((await get('/calendar?month=2027-03')).text)).toContain(
      'Tháng này chưa có lượt phát nào. Lịch được xếp khi',
    )
    expect(readerSees((await get('/calendar?month=2027-03&unit=20443')).text)).toContain(
      'Tháng này nơi đây chưa có lượt phát nào. Xem lịch của mọi đơn vị',
    )
  })

  it('takes a code for the unit that had it on the last day of that month', async () => {
    expect(readerSees((await get('/calendar?month=2025-03&unit=20443')).text)).toContain('Xã A Xan')
    expect((await get('/calendar?unit=20440')).status).toBe(404)
  })

  it('is an operator’s own units and no others, whatever the address asks', async () => {
    const { text } = await get('/calendar', operator)
    expect(readerSees(text)).toContain('4 lượt phát trong tháng.')
    expect((await get('/calendar?station=tt-20365', operator)).status).toBe(404)
    expect((await get('/calendar?unit=20455', operator)).status).toBe(404)
    expect((await get('/airings.csv?unit=20455', operator)).text.trim().split('\n')).toHaveLength(1)
  })
})

/** Lists stand in the order that people choose: by a column, either way, in Vietnamese order, on paper and in CSV alike. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { secret } from '../people/office.ts'
import { november } from './month.ts'
import { serve, type Served } from './served.ts'
import { signedIn } from './staff.ts'

let busy: Served
let cookie: string

beforeAll(async () => {
  busy = await serve(await november(), { secret })
  cookie = (await signedIn(busy.month.database, 'chi', 'admin')).from.cookies
})
afterAll(() => busy.close())

const get = (path: string) => busy.get(path, { headers: { cookie } })
const names = (html: string): string[] =>
  [...html.matchAll(/<th scope="row"[^>]*>(?:<a [^>]*>)?([^<]+)</g)].map(([, name]) =>
    name!.trim().replaceAll('&#x27;', "'"),
  )
const lines = (csv: string): string[] => csv.trim().split('\r\n').slice(1)

/** Every list, and the columns by which it can be ordered. */
const lists: [path: string, columns: string[]][] = [
  ['/units', ['name', 'state', 'areas']],
  ['/airings', ['time', 'station', 'script', 'length', 'state']],
  ['/stations', ['station', 'unit', 'kind', 'villages', 'devices']],
  ['/devices', ['device', 'state', 'station', 'generation', 'missing', 'heard']],
  ['/recordings', ['title', 'station', 'seconds', 'state', 'approver']],
  ['/recordings/greetings', ['title', 'station', 'seconds', 'state', 'approver']],
  ['/uploads', ['at', 'title', 'speaker', 'station', 'state']],
  ['/scripts', ['title', 'state', 'language', 'length', 'changed']],
  ['/facts', ['name', 'value', 'state', 'until', 'changed']],
  ['/people', ['name', 'role', 'account', 'units']],
  ['/log', ['at', 'person', 'what', 'subject']],
]

describe('a list', () => {
  it('puts Vietnamese letters in their own order: Đ after D, â after a, tones last', async () => {
    const shown = names((await get('/units?sort=name')).text).map((name) => name.replace(/^\S+ /, ''))
    expect(shown).toHaveLength(78)
    const place = (name: string): number => shown.indexOf(name)
    expect([place('An Thắng') < place('Bàn Thạch'), place('Duy Xuyên') < place('Đại Lộc')]).toEqual([
      true,
      true,
    ])
    expect(place('Đức Phú')).toBeLessThan(place('Gò Nổi'))
    expect(place('Thạnh Bình')).toBeLessThan(place('Thăng An'))
  })

  it('turns round, and goes back to its own order', async () => {
    const head = async (path: string) =>
      /<th scope="col"( aria-sort="\w+")?><a href="([^"]+)">Đơn vị/.exec((await get(path)).text)?.slice(1)
    expect(await head('/units?page=1')).toEqual([undefined, '/units?sort=name'])
    expect(await head('/units?sort=name')).toEqual([' aria-sort="ascending"', '/units?sort=-name'])
    expect(await head('/units?sort=-name')).toEqual([' aria-sort="descending"', '/units'])
    const up = names((await get('/units?sort=name')).text)
    expect(names((await get('/units?sort=-name')).text)).toEqual(up.toReversed())
  })

  it('keeps its order beside search, filter, month and page', async () => {
    const { text } = await get('/airings?month=2026-11&state=met&q=tra&sort=-station')
    expect(text).toContain('<input type="hidden" name="sort" value="-station">')
    expect(text).toContain('/airings.csv?month=2026-11&amp;state=met&amp;q=tra&amp;sort=-station')
    expect(text).toContain('/airings?month=2026-10&amp;state=met&amp;q=tra&amp;sort=-station')
    const paged = (await get('/stations?sort=-station')).text
    const inSheet = lines((await get('/stations.csv?sort=-station')).text).map((line) => line.split(',')[1])
    expect(names(paged)).toEqual(inSheet.slice(0, 50))
    expect(paged).toContain('/stations?sort=-station&amp;page=2')
    const [last] = names((await get('/stations?sort=-station&page=5')).text).slice(-1)
    expect(names((await get('/stations?sort=station')).text)[0]).toBe(last)
  })

  it('orders figures as figures, and puts what is not known last, whichever way it goes', async () => {
    const villages = lines((await get('/stations.csv?sort=villages')).text).map((line) =>
      Number(line.split(',')[5]),
    )
    expect(villages).toEqual(villages.toSorted((a, b) => a - b))
    for (const sort of ['generation', '-generation']) {
      const [last] = lines((await get(`/devices.csv?sort=${sort}`)).text).slice(-1)
      expect(last).toContain('chưa có lịch')
    }
  })

  it('lists people by their given name', async () => {
    expect(names((await get('/people?sort=name')).text).slice(0, 5)).toEqual([
      ...['Nguyễn Văn An', 'Trần Thị Bình', 'Người chi', 'Hồ Thị Hoa', 'Lê Thị Lan'],
    ])
  })

  it('reads the log from its beginning', async () => {
    const [first] = lines((await get('/log.csv?sort=at')).text)
    const [last] = lines((await get('/log.csv')).text).slice(-1)
    expect(first).toBe(last)
    const kinds = lines((await get('/log.csv?sort=what')).text).length
    expect(kinds).toBe(lines((await get('/log.csv')).text).length)
  })

  it.each(lists)('%s: by each of its columns, all of it in the CSV too', async (path, columns) => {
    const own = lines((await get(`${path}.csv`)).text).toSorted()
    for (const column of columns)
      expect(lines((await get(`${path}.csv?sort=-${column}`)).text).toSorted()).toEqual(own)
    const { status, text } = await get(`${path}?sort=-${columns[0]!}`)
    expect(status).toBe(200)
    expect(text).toMatch(/aria-sort="descending"|class="descending"/)
    for (const column of columns.slice(1)) expect(text).toContain(`?sort=${column}"`)
  })

  it.each(lists)('%s: refuses another column beside the field, and keeps the rest', async (path) => {
    const { status, text } = await get(`${path}?q=tra&sort=khong-co`)
    expect(status).toBe(400)
    expect(text).toContain('<input id="typed-sort" name="sort" value="khong-co" aria-invalid="true"')
    expect(text).toContain('<input id="typed-q" name="q" value="tra">')
    expect((await get(`${path}.csv?sort=khong-co`)).status).toBe(400)
  })
})

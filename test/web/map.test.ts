/** The map: every unit of the month with its state, by pattern as well as colour, and the same as a table. */
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeDatabase, openMemoryDatabase } from '../../src/db/index.ts'
import { coverageOf } from '../../src/reports/index.ts'
import { readBoundaries } from '../../src/web/boundaries.ts'
import { clockAt, november, today } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'

let busy: Served

beforeAll(async () => {
  busy = await serve(await november())
})
afterAll(() => busy.close())

const drawn = (html: string): { classes: string; label: string; outline: boolean }[] =>
  [
    ...html.matchAll(
      /<a class="([^"]+)" href="\/units\/[^"]+" aria-label="([^"]+)"><title>[^<]+<\/title><(\w+)/g,
    ),
  ].map(([, classes, label, element]) => ({ classes: classes!, label: label!, outline: element === 'path' }))

describe('the map', () => {
  it('draws each of the 78 units in its state and names it, as a link', async () => {
    const { units } = await coverageOf(busy.month.database, { month: '2026-11', now: today })
    const shapes = drawn((await busy.get('/map')).text)
    expect(shapes).toHaveLength(78)
    expect(shapes.every(({ outline }) => outline)).toBe(true)
    for (const { unit, state } of units) {
      const shape = shapes.find(({ label }) => label.startsWith(`${unit.fullName}: `))
      expect([unit.fullName, shape?.classes]).toEqual([unit.fullName, state])
    }
  })

  it('says the same in the table beside it', async () => {
    const { text } = await busy.get('/map')
    const seen = readerSees(/<tbody>([\s\S]*)<\/tbody>/.exec(text)![1]!)
    for (const { label } of drawn(text)) {
      const [name, state, areas] = label.split(/: |, /)
      expect(seen).toContain(`${name!} ${state!} ${areas!}`)
    }
  })

  it('tells the states apart without colour: each has a pattern of its own', async () => {
    const { text } = await busy.get('/map')
    const style = readFileSync(new URL('../../src/web/assets/style/map.css', import.meta.url), 'utf8')
    for (const state of ['waiting', 'unknown', 'missed']) {
      expect(text).toContain(`<pattern id="map-${state}"`)
      expect(style).toContain(`url('#map-${state}')`)
    }
  })

  it('marks what is searched, with and without diacritics, and lists it alone', async () => {
    for (const q of ['hung son', 'Hùng Sơn']) {
      const { text } = await busy.get(`/map?${new URLSearchParams({ q }).toString()}`)
      const found = drawn(text).filter(({ classes }) => classes.endsWith(' found'))
      expect(found.map(({ label }) => label.split(':')[0])).toEqual(['Xã Hùng Sơn'])
      expect(text.match(/<th scope="row">/g)).toHaveLength(1)
      expect(readerSees(text)).toContain('Tìm thấy 1 đơn vị')
    }
  })

  it('of a month before the merger has marks instead of outlines that nobody drew, and says so', async () => {
    const { text } = await busy.get('/map?month=2025-02')
    const marks = drawn(text)
    expect(marks.some(({ outline }) => outline)).toBe(false)
    const seen = readerSees(text)
    expect(seen).toContain('Không có bản vẽ ranh giới của 232 đơn vị')
    expect(marks).toHaveLength(232)
    expect(seen).toContain('Chưa rõ vị trí nên chỉ có trong bảng: Xã Đắc Tôi.')
    expect(text.match(/<th scope="row">/g)).toHaveLength(233)
  })

  it('asks for nothing from elsewhere and weighs at most 150 kB', async () => {
    for (const month of ['2026-11', '2022-03']) {
      const { text } = await busy.get(`/map?month=${month}`)
      expect(text).not.toMatch(/(?:href|src)="(?:https?:)?\/\//)
      expect(gzipSync(text).length).toBeLessThan(150_000)
    }
  })

  it('keeps its order, search and month together', async () => {
    const { text } = await busy.get('/map?month=2026-11&q=tra&sort=name')
    expect(text).toContain('<input type="hidden" name="sort" value="name">')
    expect(text).toContain('/map?month=2026-10&amp;q=tra&amp;sort=name')
    expect(text).toContain('/units.csv?month=2026-11&amp;q=tra&amp;sort=name')
  })

  it('before the registry is loaded says what to do', async () => {
    const database = openMemoryDatabase()
    const month = {
      database,
      audioFolder: tmpdir(),
      clock: clockAt(today),
      close: () => closeDatabase(database),
    }
    const fresh = await serve(month)
    expect(readerSees((await fresh.get('/map')).text)).toContain('Nạp sổ bằng lệnh loa registry load.')
    await fresh.close()
  })
})

describe('the ground of the map', () => {
  it('has every unit once, closed, within the drawing', () => {
    const { width, height, outlines } = readBoundaries()
    expect(new Set(outlines.map(({ code }) => code)).size).toBe(78)
    for (const { path } of outlines) {
      expect(path).toMatch(/^(M\d+ \d+l-?\d[\d -]*z)+$/)
      const [, x, y] = /^M(\d+) (\d+)/.exec(path)!
      expect([Number(x) <= width, Number(y) <= height]).toEqual([true, true])
    }
  })
})

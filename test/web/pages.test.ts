/** What the pages say: the month, units, airings, stations, controllers, recordings. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Instant } from '../../src/base/time.ts'
import { airingOutcomes, attestationsOf } from '../../src/evidence/index.ts'
import { airingsOf } from '../../src/schedule/index.ts'
import { type Coverage, coverageOf } from '../../src/reports/index.ts'
import { clockAt, emptyDesk, november, today } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'

let busy: Served
let fresh: Served
let coverage: Coverage

beforeAll(async () => {
  busy = await serve(await november())
  fresh = await serve(await emptyDesk())
  coverage = await coverageOf(busy.month.database, { month: '2026-11', now: today })
})

afterAll(async () => {
  await busy.close()
  await fresh.close()
})

const see = async (served: Served, path: string): Promise<string> => readerSees((await served.get(path)).text)

describe('the month', () => {
  it('says in one sentence how many units are met and how many may still be', async () => {
    const [low, high] = coverage.metRange
    expect(coverage.obligations).toBe(78)
    expect(low).toBeGreaterThan(10)
    expect(high).toBeGreaterThan(low)
    expect(await see(busy, '/')).toContain(
      `Tháng 11/2026: đạt ${low} trên 78 đơn vị, có thể từ ${low} đến ${high}.`,
    )
  })

  it('shows the former districts, worst first, with figures that add up', async () => {
    const { text } = await busy.get('/')
    const names = [
      ...text.matchAll(/<th scope="row"><a href="\/units\?month=2026-11&amp;q=[^"]+">([^<]+)</g),
    ].map(([, name]) => name)
    expect(names).toEqual(coverage.districts.map(({ name }) => name))
    expect(names).toHaveLength(18)
    const { areas } = coverage
    expect(areas.met + areas.waiting + areas.missed + areas.unknown + areas.coming + areas.unplanned).toBe(
      241,
    )
    expect(readerSees(text)).toContain(
      `Cả tỉnh cũ 241 ${areas.met} ${areas.waiting + areas.unknown} ${areas.missed}`,
    )
  })

  it('draws the bar as wide as the counts', async () => {
    const bar = /<svg class="stretches large"[\s\S]*?<\/svg>/.exec((await busy.get('/')).text)?.[0] ?? ''
    const widths = [...bar.matchAll(/<rect class="(met|wait|idle|missed)" x="[\d.]+%" width="([\d.]+)%"/g)]
    expect(widths.reduce((sum, [, , width]) => sum + Number(width), 0)).toBeCloseTo(100, 1)
    expect(Number(widths.find(([, tone]) => tone === 'met')?.[2])).toBeCloseTo((coverage.met / 78) * 100, 1)
    expect(bar).toContain('role="img" aria-label="Thanh độ phủ:')
  })

  it('names what is to be done now, with the next command', async () => {
    const seen = await see(busy, '/')
    expect(seen).toContain('1 bản tin có bản ghi đang chờ duyệt: Việc nhẹ, lương cao, giục đi gấp.')
    expect(seen).toContain('loa approval sign viec-nhe-luong-cao 1 --by lan --key-file khoa-duyet.pem')
    expect(seen).toContain('2 bộ điều khiển chưa được ghi nhận')
    expect(seen).toMatch(/\d bộ điều khiển im lặng/)
    expect(seen).toMatch(
      /lượt phát bằng tay đã quá giờ mà chưa ai xác nhận\. Xem danh sách Lệnh tiếp theo: loa attest air-[0-9a-f]{20} --by binh/,
    )
    expect(seen).toContain('lượt phát trong tháng này: thiết bị từ chối phát.')
    // Hoa attested, so somebody else must sign.
    expect(seen).toMatch(
      /đang chờ người thứ hai ký xác nhận\. Xem danh sách Lệnh tiếp theo: loa countersign att-\d{20} --by binh/,
    )
  })

  it('tells a fresh installation the whole way, first things first', async () => {
    const seen = await see(fresh, '/')
    expect(seen).toContain('Tháng 11/2026: đạt 0 trên 78 đơn vị, có thể từ 0 đến 78.')
    const steps = [
      'loa people add',
      'loa keys root',
      'loa scripts import',
      'loa campaigns new',
      'loa windows set',
      'loa devices enrol',
    ]
    const places = steps.map((step) => seen.indexOf(step))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places).not.toContain(-1)
  })

  it('counts a month by the units of its own last day', async () => {
    expect(await see(busy, '/?month=2022-03')).toContain('Tháng 03/2022: đạt 0 trên 241 đơn vị')
    expect(await see(busy, '/?month=2025-02')).toContain('Tháng 02/2025: đạt 0 trên 233 đơn vị')
  })

  it('asks for nothing in a month that is over or still to come', async () => {
    expect(await see(busy, '/?month=2026-10')).not.toContain('Việc cần làm lúc này')
    expect(await see(busy, '/?month=2027-01')).not.toContain('Việc cần làm lúc này')
  })

  it('leads to the months before and after, as far as the records go', async () => {
    const { text } = await busy.get('/')
    expect(text).toContain('href="/?month=2026-10"')
    expect(text).toContain('href="/?month=2026-12"')
    expect((await busy.get('/?month=2021-12')).text).not.toContain('rel="prev"')
    expect((await busy.get('/?month=2099-12')).text).not.toContain('rel="next"')
  })
})

describe('the units', () => {
  const rows = (html: string): string[] =>
    [...html.matchAll(/<th scope="row" class="nowrap"><a href="\/units\/[^"]+">([^<]+)</g)].map(
      ([, name]) => name ?? '',
    )

  it('stand worst first, all on one page, so that the whole month can be printed', async () => {
    const all = rows((await busy.get('/units')).text)
    expect(all).toEqual(coverage.units.map(({ unit }) => unit.fullName))
  })

  it('each say how many of their areas are met, and the state of each area in words', async () => {
    const seen = await see(busy, '/units?q=hung+son')
    const line = coverage.units.find(({ unit }) => unit.fullName === 'Xã Hùng Sơn')!
    expect(line.areasDue).toBe(4)
    expect(seen).toContain(`${line.areasMet} trên 4 khu vực`)
    expect(seen).toContain('1–1 trên 1')
    for (const name of ['A Xan', "Ch'ơm", 'Ga Ri', "Tr'Hy"]) expect(seen).toContain(`Xã ${name}`)
  })

  it.each(['tra cang', 'Trà Cang', 'TRA CANG', 'trà càng'])(
    'are found by an old name, typed “%s”',
    async (typed) => {
      expect(await see(busy, `/units?q=${encodeURIComponent(typed)}`)).toContain('Xã Trà Cang')
    },
  )

  it('are filtered by state, and the filter goes along to the CSV and the next month', async () => {
    const { text } = await busy.get('/units?state=met&q=thang+binh')
    const there = coverage.units.filter(({ areas }) =>
      areas.some(({ formerDistrict }) => formerDistrict === 'Thăng Bình'),
    )
    const met = there.filter(({ state }) => state === 'met').map(({ unit }) => unit.fullName)
    expect(met.length).toBeGreaterThan(0)
    expect(met.length).toBeLessThan(there.length)
    expect(rows(text)).toEqual(met)
    expect(text).toContain('href="/units.csv?state=met&amp;q=thang+binh"')
    expect(text).toContain('href="/units?state=met&amp;q=thang+binh&amp;month=2026-12"')
  })

  it('show one unit with its areas, stations and airings', async () => {
    const seen = await see(busy, '/units/20443?from=2025-07-01')
    expect(seen).toContain('Xã Hùng Sơn')
    expect(seen).toContain('Mã 20443 · có hiệu lực từ 01/07/2025 · Dân số 7.958 người')
    expect(seen).toContain('dữ liệu mẫu')
    expect(seen).toContain('Đài truyền thanh xã Ga Ri')
    expect(seen.match(/01\/11\/2026/g)?.length).toBeGreaterThanOrEqual(4)
  })

  it('of the past owe nothing today', async () => {
    const seen = await see(busy, '/units/20443?from=2024-01-01')
    expect(seen).toContain('Xã A Xan')
    expect(seen).toContain('không có hiệu lực vào ngày 30/11/2026')
    expect(await see(busy, '/units/20443?from=2024-01-01&month=2024-05')).toContain('tháng 05/2024')
  })
})

describe('the airings', () => {
  it('agree with the outcomes, state by state', async () => {
    const outcomes = await airingOutcomes(busy.month.database, { month: '2026-11', now: today })
    for (const state of ['met', 'missed', 'refused', 'waiting', 'unknown'] as const) {
      const count = outcomes.filter((outcome) => outcome.state === state).length
      expect(count, state).toBeGreaterThan(0)
      expect(await see(busy, `/airings?state=${state}`)).toContain(`1–${Math.min(50, count)} trên ${count}`)
    }
  })

  it('say when, where, what, how long, and who confirmed it or why not', async () => {
    expect(await see(busy, '/airings?state=met&q=ga+ri')).toMatch(/Không có dòng nào|bộ điều khiển xác nhận/)
    const seen = await see(busy, '/airings?state=refused')
    expect(seen).toMatch(
      /05:\d\d 01\/11\/2026 Đài truyền thanh \S+ .* 1:14 thiết bị từ chối phát Bộ điều khiển từ chối phát \(chưa đủ chữ ký\)\./,
    )
    expect(await see(busy, '/airings?state=met')).toMatch(/hai cán bộ xác nhận, 05:3\d 01\/11\/2026/)
  })

  it('of one station stand on its own page and in the list', async () => {
    expect(await see(busy, '/airings?station=tt-20440')).toMatch(
      /Chỉ đài Đài truyền thanh xã Ga Ri.*1–1 trên 1/,
    )
    expect(await see(busy, '/stations/tt-20440')).toContain('Lượt phát trong tháng 11/2026')
  })

  it('of an empty month say what has to come first', async () => {
    expect(await see(fresh, '/airings')).toContain('Tháng này chưa có lượt phát nào.')
    expect(await see(busy, '/airings?q=khongcoai')).toContain('Không có dòng nào khớp')
  })
})

describe('stations and controllers', () => {
  it('are searched without diacritics, by old names, new names and districts', async () => {
    expect(await see(busy, '/stations?q=dai+loc')).toContain('Huyện cũ Đại Lộc')
    expect(await see(busy, '/stations?q=ga+ri')).toMatch(/1–1 trên 1.*Đài truyền thanh xã Ga Ri/)
    expect(await see(busy, '/stations?kind=wired')).toContain('1–7 trên 7')
    expect(await see(busy, '/stations?kind=ip')).toContain('1–50 trên 76')
  })

  it('are marked as sample data wherever they show', async () => {
    for (const path of [
      '/stations',
      '/stations/tt-20440',
      '/devices',
      '/airings',
      '/units/20443?from=2025-07-01',
      '/recordings/greetings',
    ]) {
      expect(await see(busy, path), path).toContain('dữ liệu mẫu là dữ liệu dựng lên để dùng thử')
    }
  })

  it('show a station with its windows, controllers, villages and greeting', async () => {
    const seen = await see(busy, '/stations/tt-20440')
    expect(seen).toContain('Phục vụ địa bàn xã Ga Ri, huyện cũ Tây Giang. Thuộc đơn vị Xã Hùng Sơn .')
    expect(seen).toContain('05:30–06:30, từ 01/10/2026 (khung giờ chung của mọi đài) dữ liệu mẫu')
    expect(seen).toContain('loa-20440')
    expect(seen).toContain('Lời chào của đài: Đài truyền thanh xã Ga Ri')
    expect(await see(busy, '/stations/tt-20338')).toContain('phát bằng tay, cán bộ xác nhận')
  })

  it('show controllers with what they last said, those to look at first on top', async () => {
    const seen = await see(busy, '/devices')
    expect(seen).toMatch(
      /Nghe lần cuối loa-\d{5} dữ liệu mẫu im lặng .*? số 3, mới nhất 0 05:41 21\/11\/2026/,
    )
    expect(await see(busy, '/devices?state=downloading')).toMatch(/1–1 trên 1.*số 2, chưa nhận số 3/)
    expect(await see(busy, '/devices?state=never')).toMatch(/1–1 trên 1.*chưa lần nào/)
    expect(await see(busy, '/devices?state=not-enrolled')).toContain('1–2 trên 2')
  })
})

describe('the recordings', () => {
  it('name who approved them, and say so when nobody has', async () => {
    const seen = await see(busy, '/recordings')
    expect(seen).toContain('Một số điện thoại cả nhà nên thuộc đã duyệt bản 1 · người duyệt: Lê Thị Lan')
    expect(seen).toContain('Việc nhẹ, lương cao, giục đi gấp chưa duyệt bản 1')
    expect(seen).toContain('Dài 1:06 · độ to −16,2 LUFS · đỉnh −1,4 dBTP')
    expect(seen).toContain('Lời chào của 76 đài')
  })

  it('have a player that loads nothing before it is asked to', async () => {
    const { text } = await busy.get('/recordings')
    expect(text).toMatch(
      /<audio controls preload="none" aria-label="Nghe [^"]+"><source src="\/audio\/[0-9a-f]{64}\.mp3" type="audio\/mpeg">/,
    )
  })

  it('of greetings stand page by page', async () => {
    expect(await see(busy, '/recordings/greetings')).toContain('1–50 trên 76')
    expect(await see(busy, '/recordings/greetings?q=ga+ri')).toContain('Kính chào bà con xã Xã Ga Ri.')
  })

  it('say what to do where there are none', async () => {
    expect(await see(fresh, '/recordings')).toContain('Chưa có bản ghi nào.')
  })
})

describe('about', () => {
  it('says what this is, which versions run, and that nothing can be changed here', async () => {
    const seen = await see(busy, '/about')
    expect(seen).toContain('127.0.0.1')
    expect(seen).toContain('9.8.7')
    expect(seen).toContain(process.version)
    expect(seen).toContain('Đơn vị hành chính là dữ liệu thật')
  })
})

describe('an airing that people play by hand', () => {
  /** The same pages on another day; the airings are on 1 November, 05:00. */
  async function on<T>(now: Instant, look: (then: Served) => Promise<T>): Promise<T> {
    const then = await serve({ ...busy.month, clock: clockAt(now), close: () => Promise.resolve() })
    try {
      return await look(then)
    } finally {
      await then.close()
    }
  }
  const itsDay = '2026-11-01T03:00:00.000Z'
  const novemberAirings = () => airingsOf(busy.month.database, { month: '2026-11' })

  it('offers its file while it is to come, or is due and nobody has said a word about it', async () => {
    const { database } = busy.month
    const airings = await novemberAirings()
    const said = new Set((await attestationsOf(database, { month: '2026-11' })).map(({ airing }) => airing))
    const cancelled = airings.filter((airing) => airing.cancelled !== null)
    expect(cancelled).toEqual([])
    const open = airings.filter(({ id, devices }) => devices.length === 0 && !said.has(id))
    expect(open.length).toBeGreaterThan(5)
    const { id, station } = open[0]!
    await on(itsDay, async (then) => {
      const offered: string[] = []
      for (let page = 1; page <= 5; page += 1) {
        const { text } = await then.get(`/airings?month=2026-11&page=${page}`)
        for (const [, each = ''] of text.matchAll(/href="\/airings\/([^"]+)\.mp3"/g)) offered.push(each)
      }
      expect(offered.toSorted()).toEqual(open.map((airing) => airing.id).toSorted())
      const page = await then.get(`/stations/${station}?month=2026-11`)
      expect(page.text).toContain(`href="/airings/${id}.mp3"`)
    })
    expect((await busy.get('/airings?state=waiting')).text).not.toContain('.mp3"')
  })

  it.each([
    ['a week before its day', '2026-10-25T00:00:00.000Z', 200],
    ['more than a week before', '2026-10-24T16:59:00.000Z', 403],
    ['at the end of the day after', '2026-11-02T16:59:00.000Z', 200],
    ['later', '2026-11-02T17:00:00.000Z', 403],
  ])('has a file to be had: %s', async (_when, now, status) => {
    const { id } = (await novemberAirings()).find(({ devices }) => devices.length === 0)!
    const answer = await on(now, (then) => then.get(`/airings/${id}.mp3`))
    expect(answer.status).toBe(status)
    if (status === 403) {
      const seen = readerSees(answer.text)
      expect(seen).toContain('(ngày 01/11/2026) chỉ tải được từ 25/10/2026 đến hết 02/11/2026')
      expect(seen).toContain(`loa airings file ${id} --out`)
    }
  })

  it('is not one that a controller plays: nobody needs that file, and whoever had it had its notes', async () => {
    const { id } = (await novemberAirings()).find(({ devices }) => devices.length > 0)!
    const answer = await on(itsDay, (then) => then.get(`/airings/${id}.mp3`))
    expect(answer.status).toBe(403)
    expect(readerSees(answer.text)).toContain('do bộ điều khiển tại đài tự phát')
  })

  it('is one MP3 under a name for people, made anew each time; refusals are pages', async () => {
    await on(itsDay, async (then) => {
      const { text } = await then.get('/airings?state=waiting')
      const href = /href="(\/airings\/[^"]+\.mp3)"/.exec(text)![1]!
      const answer = await fetch(then.url + href)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('audio/mpeg')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('content-disposition')).toMatch(
        /^attachment; filename="?2026-11-\d\d_\d{4}_[a-z0-9-]+_[a-z0-9-]+\.mp3"?$/,
      )
      // Frames begin with these bits.
      const bytes = Buffer.from(await answer.arrayBuffer())
      expect(bytes.readUInt16BE(0) & 0xffe0).toBe(0xffe0)
      expect(bytes.length).toBeGreaterThan(2 * 8000)
      const { database } = busy.month
      await database.updateTable('airing').set({ cancelled_at: today }).where('id', '=', idOf(href)).execute()
      const refused = await then.get(href)
      expect(refused.status).toBe(409)
      expect(refused.headers.get('content-disposition')).toBeNull()
      expect(readerSees(refused.text)).toContain('lượt phát này đã bị hủy')
    })
  })

  function idOf(href: string): string {
    return href.replace('/airings/', '').replace('.mp3', '')
  }
})

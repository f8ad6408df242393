/** What the pages do with what is wrong, hostile or in another language. */
import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audioPath } from '../../src/audio/index.ts'
import type { Log } from '../../src/base/log.ts'
import { closeDatabase } from '../../src/db/index.ts'
import { firstAdminLink } from '../../src/people/index.ts'
import { emptyDesk, november, today } from './month.ts'
import { readerSees, rememberingLog, serve, type Served } from './served.ts'

let busy: Served

beforeAll(async () => {
  busy = await serve(await november())
})

afterAll(async () => {
  await busy.close()
})

const pages = [
  '/',
  '/units',
  '/airings',
  '/recordings',
  '/recordings/greetings',
  '/recordings/variants?script=viec-nhe-luong-cao&version=1',
  '/uploads',
  '/uploads/new',
  '/stations',
  '/devices',
  '/about',
]

describe('an address that is wrong', () => {
  it.each([
    ['/?month=2026-13', 400, '“2026-13” không phải là một tháng'],
    ['/?month=thang-nay', 400, '“thang-nay” không phải là một tháng'],
    ['/?month=1999-01', 400, 'Tháng 1999-01 nằm ngoài sổ sách'],
    ['/?month=2026-11&month=2026-12', 400, 'hai lần “month”'],
    ['/month.csv?month=x', 400, '“x” không phải là một tháng'],
    ['/units?state=tot', 400, '“tot” không có trong các lựa chọn: missed, unknown, waiting, coming, met.'],
    ['/units?page=-1', 400, '“-1” không phải là số trang'],
    ['/units?page=0', 400, '“0” không phải là số trang'],
    ['/units?page=1e3', 400, '“1e3” không phải là số trang'],
    ['/airings?page=99', 404, 'Danh sách chỉ có 5 trang, không có trang 99.'],
    ['/airings?station=../etc', 400, '“../etc” không phải là một mã'],
    ['/airings?station=tt-00000', 404, 'Không có đài truyền thanh tt-00000'],
    ['/stations?kind=am', 400, '“am” không có trong các lựa chọn: ip, fm, wired.'],
    ['/devices?state=chet', 400, '“chet” không có trong các lựa chọn'],
    ['/units/99999', 404, 'Không có đơn vị nào mang mã 99999'],
    ['/units/20443?from=2025-02-30', 400, '“2025-02-30” không phải là một ngày có thật'],
    ['/units/20443?from=1990-01-01', 404, 'không có đơn vị nào mang mã 20443'],
    ['/units/504', 404, 'Trang này chỉ có cho xã'],
    ['/stations/khong-co', 404, 'Không có đài truyền thanh khong-co'],
    ['/?lang=fr', 400, '“fr” không có trong các lựa chọn: vi, en.'],
    ['/khong/co/trang', 404, 'Không có trang nào ở địa chỉ này'],
    ['/units/%E0%A4%A', 400, 'Địa chỉ này không đọc được'],
    ['/audio/abc.mp3', 404, 'Không có bản ghi nào mang mã này'],
    ['/recordings/variants', 404, 'Không có bản tin ấy'],
    ['/recordings/variants?script=viec-nhe-luong-cao&version=x', 400, '“x” không phải là số bản'],
    ['/recordings/variants?script=../x&version=1', 400, '“../x” không phải là một mã'],
    ['/uploads?state=hay', 400, '“hay” không có trong các lựa chọn: fit, unfit.'],
    ['/uploads/khong-co', 404, 'Không có bản ghi âm nào mang mã này'],
    ['/uploads/khong-co/original', 404, 'Không có bản ghi âm nào mang mã này'],
    ['/airings/air-khong-co.mp3', 404, 'air-khong-co'],
  ])('%s is answered with %i in words', async (path, status, words) => {
    const answer = await busy.get(path)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(readerSees(answer.text)).toContain(words)
  })

  it('lists the units that a used code named, each with its own address', async () => {
    const { status, text } = await busy.get('/units/20443')
    expect(status).toBe(409)
    expect(text).toContain(
      '<a href="/units/20443?from=2004-08-31">Xã A Xan, có hiệu lực từ 31/08/2004 đến 30/06/2025</a>',
    )
    expect(text).toContain(
      '<a href="/units/20443?from=2025-07-01">Xã Hùng Sơn, có hiệu lực từ 01/07/2025</a>',
    )
  })

  it('keeps what was typed, with the reason next to the field', async () => {
    const { text } = await busy.get('/units?month=2026-13&q=tr%C3%A0+leng&state=met')
    expect(text).toMatch(
      /<input id="typed-month" name="month" value="2026-13" aria-invalid="true" aria-describedby="why">/,
    )
    expect(text).toContain('<input id="typed-q" name="q" value="trà leng">')
    expect(text).toContain('<form class="filter column" action="/units">')
  })

  it('refuses ten thousand characters and still gives them back', async () => {
    const long = 'a'.repeat(10_000)
    const { status, text } = await busy.get(`/stations?q=${long}`)
    expect(status).toBe(400)
    expect(readerSees(text)).toContain('Từ cần tìm dài 10.000 ký tự, nhiều nhất là 100.')
    expect(text).toContain(`value="${long}"`)
  })

  it('never breaks a page, whatever is typed', { timeout: 90_000 }, async () => {
    const field = fc.constantFrom(
      ...['q', 'month', 'page', 'state', 'station', 'kind', 'from', 'lang', 'script', 'version'],
    )
    const path = fc.constantFrom(
      '/',
      '/units',
      '/airings',
      '/stations',
      '/devices',
      '/recordings',
      '/recordings/variants',
      '/uploads',
      '/units/20443',
      '/units.csv',
    )
    await fc.assert(
      fc.asyncProperty(
        path,
        field,
        fc.string({ unit: 'binary', maxLength: 60 }),
        async (page, name, value) => {
          const { status } = await busy.get(`${page}?${new URLSearchParams({ [name]: value }).toString()}`)
          expect([200, 400, 404, 409]).toContain(status)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('shows HTML that was typed as text', async () => {
    const { text, status } = await busy.get(`/units?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expect(status).toBe(200)
    expect(text).not.toContain('<script>')
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"')
    const wrong = await busy.get(`/units?month=${encodeURIComponent('<img src=x onerror=alert(1)>')}`)
    expect(wrong.text).not.toContain('<img src=x')
  })

  it('cannot write: anything but reading is refused with 405', async () => {
    const { status, headers, text } = await busy.get('/units', { method: 'POST', body: 'x=1' })
    expect(status).toBe(405)
    expect(headers.get('allow')).toBe('GET, HEAD')
    expect(readerSees(text)).toContain('Các trang này chỉ để xem')
  })
})

describe('an address that is no address', () => {
  const asked = (path: string, method: string, host: string): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(busy.url)
      request({ port, host: 'localhost', path, method, headers: { host } }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => (text += part))
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, text })
        })
      })
        .on('error', reject)
        .end()
    })

  it.each(['//', '///', '/\\', '//evil.example/x', '/..//evil.example/x', '/%', `//${'a'.repeat(9000)}`])(
    'is refused with our own page, whoever asks and under whatever name: %s',
    async (path) => {
      for (const [method, host] of [
        ['GET', 'evil'],
        ['GET', 'localhost'],
        ['POST', 'localhost'],
      ] as const) {
        const { status, text } = await asked(path, method, host)
        expect(host === 'evil' ? [421] : [200, 400, 404, 405]).toContain(status)
        expect(text).toContain('<html lang="vi">')
        expect(text).not.toMatch(/node_modules|\.ts:|(?:href|action)="\/\//)
      }
    },
  )
})

describe('a fault of ours', () => {
  it('is “internal error” outside and complete in the log', async () => {
    const log = rememberingLog()
    const broken = await serve(await emptyDesk(), { log })
    await closeDatabase(broken.month.database)
    const { status, text } = await broken.get('/units?q=tra')
    expect(status).toBe(500)
    expect(readerSees(text)).toContain('Lỗi bên trong')
    expect(text).not.toMatch(/sqlite|kysely|driver|destroyed|\.ts:/i)
    expect(log.errors).toEqual([
      expect.objectContaining({
        path: '/units',
        error: expect.stringMatching(/destroyed/) as string,
        stack: expect.stringContaining('.ts:') as string,
      }),
    ])
    const health = await broken.get('/healthz')
    expect(health.status).toBe(503)
    expect(JSON.parse(health.text)).toMatchObject({ ok: false })
    rmSync(broken.month.audioFolder, { recursive: true })
  })
})

describe('the secret of a one-time link', () => {
  it('is never written into a log, whatever becomes of the request and however it was mistyped', async () => {
    const lines: object[] = []
    const keep = (fields: object) => lines.push(fields)
    const log: Log = { debug: keep, info: keep, warn: keep, error: keep, child: () => log }
    const place = await serve(await emptyDesk(), { log })
    const { database } = place.month
    const link = (await firstAdminLink(database, today))!
    const ask = async () => {
      for (const path of [
        `/welcome/${link}`,
        `/Welcome//${link}/x`,
        `/w%65lcome/${link}`,
        `/welcom/${link}`,
      ]) {
        await place.get(path)
        await place.get(path, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })
      }
      await place.get('/welcome/ngan')
    }
    await ask()
    const refusals = lines.length
    await closeDatabase(database)
    await ask()
    expect([refusals > 6, lines.length > refusals + 6]).toEqual([true, true])
    expect(JSON.stringify(lines)).not.toContain(link)
    expect(JSON.stringify(lines)).not.toContain('ngan')
    expect(JSON.stringify(lines)).toContain('/welcome/…')
    rmSync(place.month.audioFolder, { recursive: true })
  })
})

describe('the language', () => {
  it('is Vietnamese until English is asked for, and then kept by a cookie', async () => {
    const first = await busy.get('/')
    expect(first.text).toContain('<html lang="vi">')
    const asked = await busy.get('/?lang=en')
    expect(asked.text).toContain('<html lang="en">')
    expect(readerSees(asked.text)).toMatch(
      /November 2026: \d+ of 78 units met, between \d+ and \d+ possible\./,
    )
    const cookie = asked.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^loa-language=en; .*HttpOnly; SameSite=Lax$/)
    const kept = await busy.get('/units', { headers: { cookie: 'other=1; loa-language=en' } })
    expect(kept.text).toContain('<html lang="en">')
    expect(kept.headers.get('vary')).toContain('Cookie')
  })

  it('of a link is the reader’s own, so the choice is not in the page’s other addresses', async () => {
    const { text } = await busy.get('/units?lang=en&q=tra')
    expect(
      [...text.matchAll(/href="([^"]*)"/g)].map(([, href]) => href).filter((href) => href?.includes('lang=')),
    ).toEqual(['/units?q=tra&amp;lang=vi'])
  })

  it.each(pages)('of %s is English throughout in English', async (path) => {
    const { text } = await busy.get(path, { headers: { cookie: 'loa-language=en' } })
    // Names of places, people and scripts' spoken words stay as they are; the pages' own words do not.
    expect(readerSees(text)).not.toMatch(
      /khu vực|đang chờ|chưa duyệt|bộ điều khiển|dữ liệu mẫu|Việc cần làm|trên \d/,
    )
  })
})

describe('the headers', () => {
  it.each([...pages, '/khong-co', '/healthz', '/units.csv'])(
    'of %s keep the browser from running or guessing anything',
    async (path) => {
      const { headers } = await busy.get(path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toContain('unsafe')
      expect(policy).toContain("script-src 'self';")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('x-powered-by')).toBeNull()
    },
  )

  it('ask for compressed pages', async () => {
    expect((await busy.get('/units')).headers.get('content-encoding')).toBe('gzip')
  })

  it('let the browser keep the style sheet for ever, under a name that changes with it', async () => {
    const href = /<link rel="stylesheet" href="([^"]+)"/.exec((await busy.get('/')).text)?.[1] ?? ''
    const { status, headers } = await busy.get(href)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toContain('immutable')
    expect((await busy.get('/assets/0000000000000000/style.css')).status).toBe(404)
  })
})

describe('a recording as a file', () => {
  const place = async (): Promise<string> =>
    /src="(\/audio\/[0-9a-f]{64}\.mp3)"/.exec((await busy.get('/recordings')).text)![1]!

  it('is byte for byte what its name says, and may be kept for ever', async () => {
    const path = await place()
    const response = await fetch(busy.url + path)
    expect(response.headers.get('content-type')).toBe('audio/mpeg')
    expect(response.headers.get('cache-control')).toContain('immutable')
    expect(response.headers.get('content-encoding')).toBeNull()
    const digest = createHash('sha256')
      .update(Buffer.from(await response.arrayBuffer()))
      .digest('hex')
    expect(path).toContain(digest)
  })

  it('is served in ranges, so that a player can jump', async () => {
    const path = await place()
    const whole = Buffer.from(await (await fetch(busy.url + path)).arrayBuffer())
    const part = await fetch(busy.url + path, { headers: { range: 'bytes=1000-1999' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(`bytes 1000-1999/${whole.length}`)
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(1000, 2000))).toBe(true)
    expect((await fetch(busy.url + path, { headers: { range: 'bytes=99999999-' } })).status).toBe(416)
  })

  it('is Opus in Ogg where that is asked for', async () => {
    const path = /src="(\/audio\/[0-9a-f]{64}\.opus)"/.exec((await busy.get('/recordings')).text)![1]!
    expect((await fetch(busy.url + path)).headers.get('content-type')).toBe('audio/ogg; codecs=opus')
    expect((await busy.get(path.replace('.opus', '.mp3'))).status).toBe(404)
  })

  it('that is damaged or gone on disk is never played: 503 in words', async () => {
    const [, path, hash] = /src="(\/audio\/([0-9a-f]{64})\.mp3)"/.exec(
      (await busy.get('/recordings/greetings?q=ga+ri')).text,
    )!
    const file = audioPath(busy.month.audioFolder, hash!, 'mp3')
    writeFileSync(file, 'damaged')
    expect((await busy.get(path!)).status).toBe(503)
    rmSync(file)
    const gone = await busy.get(path!)
    expect(gone.status).toBe(503)
    expect(gone.headers.get('content-type')).toBe('text/html; charset=utf-8')
  })
})

describe('a list as CSV', () => {
  it.each([
    ['/month.csv', 19],
    ['/units.csv?state=missed', undefined],
    ['/airings.csv', 241],
    ['/stations.csv?kind=wired', 7],
    ['/devices.csv', 82],
    ['/recordings.csv', 6],
    ['/recordings/greetings.csv', 76],
    ['/recordings/variants.csv?script=viec-nhe-luong-cao&version=1', 3],
    ['/uploads.csv', 2],
    ['/uploads.csv?state=unfit', 1],
  ])('%s has exactly the filtered lines', async (path, count) => {
    const { status, headers, text } = await busy.get(path)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="?loa-lang[a-z0-9-]*\.csv"?$/)
    const raw = Buffer.from(await (await fetch(busy.url + path)).arrayBuffer())
    expect(raw.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
    const rows: string[][] = parse(text, { bom: true })
    if (count !== undefined) expect(rows).toHaveLength(count + 1)
    else for (const row of rows.slice(1)) expect(row[5]).toBe('không đạt')
  })

  it('gives a recording’s length and loudness as figures, and its approver by name alone', async () => {
    const [head, first]: string[][] = parse((await busy.get('/recordings.csv')).text, { bom: true })
    const cell = (name: string): string => first?.[head?.indexOf(name) ?? -1] ?? ''
    for (const name of ['Dài (giây)', 'LUFS', 'dBTP', 'version'])
      expect(cell(name), name).toMatch(/^-?\d+(\.\d+)?$/)
    expect(cell('Người duyệt')).not.toContain('người duyệt:')
  })

  it('never lets a cell run as a formula in a spreadsheet', async () => {
    const { database } = busy.month
    const evil = ['=HYPERLINK("http://x")', '+1', '-2+3', '@SUM(A1)', '\tx']
    const ids = await database
      .selectFrom('device')
      .select('id')
      .limit(evil.length)
      .orderBy('station_id')
      .execute()
    const stations = await database
      .selectFrom('station')
      .selectAll()
      .orderBy('id')
      .limit(evil.length)
      .execute()
    expect(ids).toHaveLength(evil.length)
    for (const [index, { id }] of stations.entries()) {
      await database.updateTable('station').set({ name: evil[index]! }).where('id', '=', id).execute()
    }
    const rows: string[][] = parse((await busy.get('/stations.csv')).text, { bom: true })
    expect(rows.slice(1, evil.length + 1).map((row) => row[1])).toEqual(evil.map((cell) => `'${cell}`))
    for (const { id, name } of stations)
      await database.updateTable('station').set({ name }).where('id', '=', id).execute()
  })
})

describe('those who watch the process', () => {
  it('are told it is well', async () => {
    const { status, text } = await busy.get('/healthz')
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual({ ok: true, version: '9.8.7', now: '2026-11-23T03:00:00.000Z' })
  })

  it('get the month in figures', async () => {
    const { headers, text } = await busy.get('/metrics')
    expect(headers.get('content-type')).toContain('text/plain')
    expect(text).toMatch(/^loa_obligations 78$/m)
    expect(text).toMatch(/^loa_obligations_met \d+$/m)
    expect(text).toMatch(/^loa_devices\{state="not-enrolled"\} 2$/m)
    expect(text).toMatch(/^loa_airings\{outcome="met"\} \d{2,}$/m)
    expect(text).toMatch(/^loa_http_seconds_count\{route="\/units",status="200"\} \d+$/m)
    expect(text).not.toContain('ga+ri')
  })

  it('see what became of what controllers sent', async () => {
    const ingestCounts = { kept: 3, known: 1, refused: 2, refusedUnstored: 0, dropped: 0 }
    const counted = await serve(Object.assign(await emptyDesk(), { ingestCounts }))
    const { text } = await counted.get('/metrics')
    expect(text).toMatch(/^loa_receipts_total\{result="kept"\} 3$/m)
    expect(text).toMatch(/^loa_receipts_total\{result="refused"\} 2$/m)
    await counted.close()
  })
})

describe('an exercise', () => {
  it('is marked on every page, and only then', async () => {
    const exercise = await serve(await emptyDesk(), { training: true })
    for (const path of [...pages, '/khong-co'])
      expect((await exercise.get(path)).text, path).toContain('Tập huấn: số liệu')
    await exercise.close()
    expect((await busy.get('/')).text).not.toContain('Tập huấn')
  })

  it('is marked in every line and in the name of a list that leaves the pages', async () => {
    const exercise = await serve(await emptyDesk(), { training: true })
    const { text, headers } = await exercise.get('/stations.csv')
    const rows: string[][] = parse(text, { bom: true })
    expect(rows.length).toBeGreaterThan(1)
    expect(new Set(rows.map((row) => row.at(-1)))).toEqual(new Set(['tập huấn']))
    expect(headers.get('content-disposition')).toContain('-tap-huan.csv')
    await exercise.close()
    expect((await busy.get('/stations.csv')).text).not.toContain('tập huấn')
  })
})

describe('invented stations', () => {
  it.each(['/', '/units'])('are said to be invented where they are only counted: %s', async (path) => {
    expect(readerSees((await busy.get(path)).text)).toMatch(/dữ liệu mẫu Các đài.*chưa phải đài có thật/)
  })

  it('are marked in the list of units for a spreadsheet', async () => {
    const [head, ...rows]: string[][] = parse((await busy.get('/units.csv')).text, { bom: true })
    expect(new Set(head).size).toBe(head?.length)
    expect(new Set(rows.map((row) => row[head?.indexOf('dữ liệu mẫu') ?? -1]))).toEqual(
      new Set(['dữ liệu mẫu']),
    )
  })
})

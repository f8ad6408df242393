/** The page of today and its forms, as an operator without script meets them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attestationsOf, missedReasons, missedReasonWords } from '../../src/evidence/index.ts'
import { deedLog, deedsOf, setUnits } from '../../src/people/index.ts'
import { villagesOf } from '../../src/registry/index.ts'
import { cancelAiring } from '../../src/schedule/index.ts'
import { secret } from '../people/office.ts'
import { commune, type Commune, thuBon } from './commune.ts'
import { today } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'
import { signedIn } from './staff.ts'

let xa: Commune
let office: Served
/** Cookies of two operators of Duy Xuyên, one of Thu Bồn, an editor, an auditor. */
let hoa: string
let binh: string
let other: string
let editor: string
let auditor: string

beforeAll(async () => {
  xa = await commune()
  office = await serve(xa, { secret })
  hoa = (await xa.signsIn('can-bo-hoa')).from.cookies
  binh = (await xa.signsIn('can-bo-binh')).from.cookies
  other = (await xa.signsIn('can-bo-khac', thuBon)).from.cookies
  editor = (await signedIn(xa.database, 'bien-tap', 'editor')).from.cookies
  auditor = (await signedIn(xa.database, 'kiem-tra', 'auditor')).from.cookies
})
afterAll(() => office.close())

const get = (path: string, cookie = hoa) => office.get(path, { headers: { cookie } })
const see = async (path: string, cookie = hoa) => readerSees((await get(path, cookie)).text)

function post(
  path: string,
  fields: Record<string, string> | [string, string][] = {},
  cookie = hoa,
  json = false,
) {
  const accept = json ? { accept: 'application/json' } : {}
  return office.get(path, {
    method: 'POST',
    headers: { cookie, ...accept },
    body: new URLSearchParams(fields),
  })
}
const attestPath = (airing: string): string => `/airings/${airing}/attest`
const said = (airing: string) => attestationsOf(xa.database, { airing })
const card = (text: string, airing: string): string =>
  new RegExp(`<article class="card airing" id="${airing}"[\\s\\S]*?</article>`).exec(text)?.[0] ?? ''

describe('the page of today', () => {
  it('asks about what is over, shows what is to come, and how the month stands', async () => {
    const { status, text } = await get('/today')
    expect(status).toBe(200)
    const asked = [...text.matchAll(/<article class="card airing" id="([^"]+)"/g)].map(([, id]) => id)
    expect(asked).toEqual([xa.friday, xa.morning, xa.afternoon, xa.tomorrow])
    expect(card(text, xa.friday)).toContain('20/11/2026')
    expect(card(text, xa.friday)).toContain('value="2026-11-20T05:30"')
    // What is to come has its forms ready for the phone's own clock, and none for a page without script.
    expect(card(text, xa.afternoon)).toMatch(/class="words" data-opens="2026-11-23T10:00:00.000Z" hidden/)
    expect(card(text, xa.tomorrow)).not.toContain('/attest')
    expect(card(text, xa.tomorrow)).toContain(`href="/airings/${xa.tomorrow}.mp3"`)
    expect(readerSees(text)).toContain(
      'Xã Duy Xuyên : tháng 11/2026: 0 trên 3 khu vực đã đạt; chưa đạt: Duy Sơn, Duy Trinh, Duy Trung.',
    )
  })

  it('begins there for operators, and is for nobody else', async () => {
    const { status, headers } = await get('/')
    expect([status, headers.get('location')]).toEqual([303, '/today'])
    expect((await get('/today', editor)).status).toBe(403)
  })

  it('stands first among the ways to other pages, and the start page that only leads there is none of them', async () => {
    const { text } = await get('/today')
    const bar = /<nav class="bar"[\s\S]*?<details>/.exec(text)?.[0] ?? ''
    expect(readerSees(bar)).toBe('Hôm nay Độ phủ Lượt phát')
    const icons = [...bar.matchAll(/<svg[\s\S]*?<\/svg>/g)].map(([drawn]) => drawn)
    expect(new Set(icons).size).toBe(3)
    expect(text).toContain('<p class="about">Xã Duy Xuyên</p>')
    expect((await get('/units?month=2026-10')).text).toContain(
      '<p class="about">Tháng 10/2026 · Xã Duy Xuyên</p>',
    )
  })

  it('shows one station to the province, with forms for all but the auditor', async () => {
    const shown = (await get('/stations/tt-20623/today', editor)).text
    expect(card(shown, xa.friday)).toContain('>Đã phát</button>')
    expect(card(shown, xa.morning)).toBe('')
    // The unit stands as a whole, and there is a way back.
    expect(readerSees(shown)).toContain('0 trên 3 khu vực đã đạt')
    expect(shown).toContain('<p class="back"><a href="/stations/tt-20623">')
    const read = (await get('/stations/tt-20623/today', auditor)).text
    expect(card(read, xa.friday)).not.toContain('<form')
    expect((await get('/stations/tt-20623/today', other)).status).toBe(404)
  })

  it('is a step away from the list of airings, for whoever may speak', async () => {
    const way = (who: string) => `href="${who}#${xa.friday}">Xác nhận<`
    expect((await get('/airings?state=waiting')).text).toContain(way('/today'))
    expect((await get('/airings?state=waiting', editor)).text).toContain(way('/stations/tt-20623/today'))
    expect((await get('/airings?state=waiting', auditor)).text).not.toContain('class="act"')
    expect((await get('/airings?state=coming')).text).not.toContain('class="act"')
  })

  it('asks about the last days of a month for five days more', async () => {
    xa.clock.at = '2026-12-04T03:00:00.000Z'
    expect((await get('/today')).text).toContain(`id="${xa.tomorrow}"`)
    xa.clock.at = '2026-12-06T03:00:00.000Z'
    expect(await see('/today')).toContain('Hôm nay không có lượt phát nào')
    xa.clock.at = today
  })

  it('is in English throughout when English is asked for', async () => {
    const text = readerSees(
      (await office.get('/today', { headers: { cookie: `${hoa}; loa-language=en` } })).text,
    )
    expect(text).toContain('To be confirmed')
    expect(text).not.toMatch(/Đã phát|khu vực|đang chờ/)
  })

  it('is each operator’s own, also where two look at the same commune, and follows their communes at once', async () => {
    const [one, two, far] = await Promise.all([hoa, binh, other].map((cookie) => get('/today', cookie)))
    expect([one!.text.includes('can-bo-hoa'), one!.text.includes('can-bo-binh')]).toEqual([true, false])
    expect([two!.text.includes('can-bo-hoa'), two!.text.includes('can-bo-binh')]).toEqual([false, true])
    expect(far!.text).not.toContain(xa.morning)
    const moves = await xa.signsIn('chuyen-xa')
    expect((await get('/today', moves.from.cookies)).text).toContain(xa.morning)
    await setUnits(xa.database, { person: 'chuyen-xa', units: [thuBon], by: null, now: today })
    const moved = (await get('/today', moves.from.cookies)).text
    expect([moved.includes(xa.morning), moved.includes(xa.elsewhere)]).toEqual([false, true])
  })

  it('names its forms anew each time it is sent, and says what was recorded only where the address does', async () => {
    const names = async () =>
      [...(await get('/today')).text.matchAll(/name="word" value="([^"]*)"/g)].map(([, name]) => name!)
    const [first, second] = [await names(), await names()]
    expect(first.length).toBeGreaterThan(3)
    expect(new Set([...first, ...second]).size).toBe(first.length + second.length)
    for (const name of first) expect(name).toMatch(/^w-[a-z0-9]{8,}$/)
  })

  it('says so to an operator who is bound to no commune', async () => {
    const nobody = await xa.signsIn('chua-gan')
    await setUnits(xa.database, { person: 'chua-gan', units: [], by: null, now: today })
    expect(await see('/today', nobody.from.cookies)).toContain('chưa gắn với xã, phường nào')
    for (const list of ['/units', '/stations']) {
      const seen = await see(list, nobody.from.cookies)
      expect(seen).toContain('chưa gắn với xã, phường nào')
      expect(seen).not.toContain('loa registry load')
    }
  })
})

describe('“Đã phát”', () => {
  it('without a time is the planned start, and leads back to the page, which says so', async () => {
    const airing = await xa.due()
    const { status, headers } = await post(attestPath(airing), { outcome: 'played', word: 'w-00000001' })
    const [word] = await said(airing)
    expect([status, headers.get('location')]).toEqual([303, `/today?said=${word!.id}`])
    expect(word).toMatchObject({ person: 'can-bo-hoa', outcome: 'played', countersignedBy: null })
    const page = (await get(`/today?said=${word!.id}`)).text
    expect(readerSees(page)).toContain('Đã ghi.')
    expect(card(page, airing)).toContain('Rút lại')
    expect(card(page, airing)).not.toContain('/attest"')
  })

  it('takes another time, the villages that did not hear it, and a note', async () => {
    const airing = await xa.due()
    const villages = (await villagesOf(xa.database, 'tt-20623')).map(({ id }) => id)
    await post(attestPath(airing), [
      ...([
        ['outcome', 'played'],
        ['played-at', '2026-11-21T06:15'],
        ['note', 'mưa to'],
      ] as [string, string][]),
      ...villages.slice(0, 2).map((village): [string, string] => ['village', village]),
    ])
    expect(await said(airing)).toMatchObject([
      { playedAt: '2026-11-20T23:15:00.000Z', note: 'mưa to', villagesMissed: villages.slice(0, 2) },
    ])
  })

  it.each([
    ['in the future', { 'played-at': '2026-11-23T23:00' }, /Lúc phát phải nằm giữa/],
    ['at no moment', { 'played-at': 'sáng nay' }, /Chưa ghi đúng lúc/],
    ['with a note of 501 characters', { note: 'a'.repeat(501) }, /501 ký tự/],
    ['in a village of another station', { village: 'tt-20365-1' }, /không thuộc đài này/],
  ])('%s is refused in the card, with what was typed', async (_what, fields, why) => {
    const airing = await xa.due()
    const { status, text } = await post(attestPath(airing), { outcome: 'played', note: 'giữ lại', ...fields })
    expect(status).toBe(400)
    expect(readerSees(card(text, airing))).toMatch(why)
    expect(card(text, airing)).toContain('role="alert"')
    if (!('note' in fields)) expect(card(text, airing)).toContain('value="giữ lại"')
    expect(await said(airing)).toEqual([])
  })
})

describe('“Không phát được”', () => {
  it.each(missedReasons)('for “%s” is kept with its reason and read back in words', async (reason) => {
    const airing = await xa.due()
    const { status } = await post(attestPath(airing), { outcome: 'missed', reason, note: 'ghi rõ' })
    expect(status).toBe(303)
    expect(await said(airing)).toMatchObject([{ outcome: 'missed', reason, note: 'ghi rõ', playedAt: null }])
    expect(readerSees(card((await get('/today')).text, airing))).toContain(
      `không phát được: ${missedReasonWords[reason].vi} ; “ghi rõ”`,
    )
  })

  it.each([
    ['without a reason', { reason: '' }, /Hãy chọn lý do/],
    ['for a reason that is not in the list', { reason: 'lười' }, /Hãy chọn lý do/],
    ['for another reason that is not told', { reason: 'other', note: '' }, /hãy ghi lý do ấy/],
  ])('%s is refused next to the field', async (_what, fields, why) => {
    const airing = await xa.due()
    const { status, text } = await post(attestPath(airing), { outcome: 'missed', ...fields })
    expect(status).toBe(400)
    expect(readerSees(card(text, airing))).toMatch(why)
    expect(card(text, airing)).toMatch(/<details class="not" open>/)
  })
})

describe('a word', () => {
  it('pressed twice, or sent again by the phone, is one', async () => {
    const airing = await xa.due()
    const fields = { outcome: 'played', word: 'w-doi-lan' }
    const both = await Promise.all([post(attestPath(airing), fields), post(attestPath(airing), fields)])
    const third = await post(attestPath(airing), fields, hoa, true)
    expect(both.map(({ status }) => status)).toEqual([303, 303])
    expect([third.status, JSON.parse(third.text)]).toEqual([200, { state: 'kept' }])
    expect(await said(airing)).toHaveLength(1)
  })

  it('is given once by each person: another one is refused in words, as a page and as JSON', async () => {
    const airing = await xa.due()
    await post(attestPath(airing), { outcome: 'played', word: 'w-thu-nhat' })
    const page = await post(attestPath(airing), { outcome: 'missed', reason: 'power', word: 'w-thu-hai' })
    expect(page.status).toBe(409)
    expect(readerSees(page.text)).toContain('đã xác nhận lượt phát này rồi')
    expect(readerSees(page.text)).toContain('Chưa làm được việc này')
    const json = await post(
      attestPath(airing),
      { outcome: 'missed', reason: 'power', word: 'w-ba' },
      hoa,
      true,
    )
    expect([json.status, JSON.parse(json.text)]).toMatchObject([409, { state: 'refused', code: 'conflict' }])
  })

  it('of a phone that another person uses now is not taken as theirs', async () => {
    const airing = await xa.due()
    const { status, text } = await post(
      attestPath(airing),
      { outcome: 'played', person: 'can-bo-hoa' },
      binh,
      true,
    )
    expect(status).toBe(401)
    expect(text).toContain('can-bo-hoa')
    expect(await said(airing)).toEqual([])
  })

  it('about another commune finds nothing, and that stands in the log', async () => {
    const { status } = await post(attestPath(xa.elsewhere), { outcome: 'played' })
    expect(status).toBe(404)
    const filter = { what: 'page.refused', person: 'can-bo-hoa', text: attestPath(xa.elsewhere) }
    const { deeds } = await deedLog(xa.database, filter, { skip: 0, take: 1 })
    expect(deeds).toMatchObject([{ detail: { method: 'POST' } }])
  })

  it('is refused before the airing has begun, when it was cancelled, and without an outcome', async () => {
    expect((await post(attestPath(xa.afternoon), { outcome: 'played' })).status).toBe(409)
    expect((await post(attestPath('air-khong-co'), { outcome: 'played' })).status).toBe(404)
    expect((await post(attestPath(xa.morning), {})).status).toBe(400)
    const airing = await xa.due()
    await xa.database
      .updateTable('airing')
      .set({ cancelled_at: today, cancelled_why: 'đổi lịch' })
      .where('id', '=', airing)
      .execute()
    expect((await post(attestPath(airing), { outcome: 'played' })).status).toBe(409)
    expect((await get('/today')).text).not.toContain(airing)
  })
})

describe('another’s word', () => {
  it('waits with what was said, is countersigned once however often it is sent, and is evidence then', async () => {
    await post(attestPath(xa.morning), { outcome: 'played', word: 'w-sang-nay' })
    const [word] = await said(xa.morning)
    const waiting = card((await get('/today', binh)).text, xa.morning)
    expect(readerSees(waiting)).toContain('đã phát lúc 07:30 23/11/2026')
    expect(readerSees(waiting)).toContain('Người can-bo-hoa xác nhận lúc')
    expect(waiting).not.toContain('value="played"')
    // Whoever saw it otherwise says so.
    expect(waiting).toContain('Tôi thấy khác')
    const sign = `/attestations/${word!.id}/countersign`
    expect((await post(sign)).status).toBe(403)
    expect((await post(sign, {}, other)).status).toBe(404)
    expect((await post(sign, {}, auditor)).status).toBe(403)
    expect((await post(sign, {}, binh)).headers.get('location')).toBe('/today?done=signed')
    expect(await see('/today?done=signed', binh)).toContain('Đã ký xác nhận thứ hai.')
    expect((await post(sign, {}, binh)).status).toBe(303)
    expect(JSON.parse((await post(sign, {}, binh, true)).text)).toEqual({ state: 'kept' })
    expect((await post(sign, {}, editor)).status).toBe(409)
    expect((await deedsOf(xa.database, { subject: word!.id })).map(({ what }) => what)).toEqual([
      'attestation.countersigned',
      'attestation.given',
    ])
    expect(await see('/today')).toContain('tháng 11/2026: 1 trên 3 khu vực đã đạt')
  })

  it('may be countersigned by the province, which goes back to the station', async () => {
    const airing = await xa.due()
    await post(attestPath(airing), { outcome: 'played' })
    const [word] = await said(airing)
    const { headers } = await post(`/attestations/${word!.id}/countersign`, {}, editor)
    expect(headers.get('location')).toBe('/stations/tt-20623/today?done=signed')
    expect(await see('/stations/tt-20623/today?done=signed', editor)).toContain('Đã ký xác nhận thứ hai.')
  })
})

describe('a mistake', () => {
  it('is taken back by its own person, and the airing is asked about again', async () => {
    const airing = await xa.due()
    await post(attestPath(airing), { outcome: 'missed', reason: 'power' })
    const [word] = await said(airing)
    const back = `/attestations/${word!.id}/take-back`
    expect((await post(back, {}, binh)).status).toBe(403)
    expect((await post(back, {}, other)).status).toBe(404)
    expect((await post(back)).headers.get('location')).toBe('/today?done=taken-back')
    expect((await post(back)).status).toBe(303)
    expect(await see('/today?done=taken-back')).toContain('Đã rút lại xác nhận.')
    expect(await see('/today')).not.toContain('Đã rút lại xác nhận.')
    expect(card((await get('/today')).text, airing)).toContain('>Đã phát</button>')
    await post(attestPath(airing), { outcome: 'played' })
    expect(await said(airing)).toMatchObject([{ outcome: 'played' }])
  })
})

describe('the words of an airing on paper', () => {
  it('are exactly what was approved, with time and station', async () => {
    const { status, text } = await get(`/airings/${xa.friday}/script`)
    expect(status).toBe(200)
    expect(readerSees(text)).toMatch(/Đài truyền thanh .*05:30 20\/11\/2026, dài 1:00/)
    expect(readerSees(text)).toContain('viec-nhe 1')
    expect((await get(`/airings/${xa.elsewhere}/script`)).status).toBe(404)
  })

  it('are refused when the airing was cancelled: nobody reads aloud what is not to be heard', async () => {
    await cancelAiring(xa.database, { airing: xa.tomorrow, by: 'an', why: 'đổi lịch', now: today })
    expect((await get(`/airings/${xa.tomorrow}/script`)).status).toBe(409)
  })
})

describe('what makes it a thing on the phone', () => {
  it('is a worker at the root that browsers ask for anew, and a name with its icons', async () => {
    const worker = await office.get('/operator-worker.js')
    expect(worker.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(worker.headers.get('cache-control')).toBe('no-cache')
    for (const [address] of worker.text.split('\n')[0]!.matchAll(/\/assets\/[^"]+/g))
      expect((await office.get(address)).status).toBe(200)
    const manifest = await office.get('/manifest.webmanifest')
    expect(manifest.headers.get('content-type')).toMatch(/^application\/manifest\+json/)
    const { name, start_url, display, icons } = JSON.parse(manifest.text) as {
      name: string
      start_url: string
      display: string
      icons: { src: string; sizes: string }[]
    }
    expect([name, start_url, display]).toEqual(['Loa Làng', '/', 'standalone'])
    expect(icons.map(({ sizes }) => sizes)).toEqual(['192x192', '512x512', '512x512'])
    for (const { src } of icons) expect((await office.get(src)).headers.get('content-type')).toBe('image/png')
    const policy = worker.headers.get('content-security-policy')
    expect(policy).toContain("worker-src 'self';manifest-src 'self'")
  })
})

/** The register of facts on the pages: looked for, changed after a look at what stops, confirmed by somebody else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { deedsOf } from '../../src/people/index.ts'
import { airingsOf, planWanted } from '../../src/schedule/index.ts'
import { expireFact, factEntries, setFact } from '../../src/scripts/index.ts'
import { secret } from '../people/office.ts'
import { clockAt, november, today } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'
import { signedIn } from './staff.ts'

let served: Served
const cookies: Record<string, string> = {}

beforeAll(async () => {
  served = await serve(await november(), { secret })
  const { database } = served.month
  const pace = { leadSeconds: 600, spreadSeconds: 1800, lateSeconds: 900 }
  await planWanted({ database, clock: clockAt(today), log: silentLog, months: ['2026-12'], ...pace })
  for (const [id, role] of [
    ['bien-tap', 'editor'],
    ['duyet-mot', 'approver'],
    ['duyet-hai', 'approver'],
    ['kiem-tra', 'auditor'],
  ] as const) {
    cookies[id] = (await signedIn(database, id, role)).from.cookies
  }
})
afterAll(() => served.close())

const get = async (path: string, as = 'kiem-tra') => {
  const { status, text } = await served.get(path, { headers: { cookie: cookies[as]! } })
  return { status, text, seen: readerSees(text) }
}
const post = async (path: string, fields: Readonly<Record<string, string>>, as = 'bien-tap') => {
  const { status, headers, text } = await served.get(path, {
    method: 'POST',
    headers: { cookie: cookies[as]!, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams(fields),
  })
  return { status, text, seen: readerSees(text), to: headers.get('location') }
}
const newest = async (id: string) => (await factEntries(served.month.database, id)).at(-1)!

/** The fields of the form on a page, as a browser would send them with one of its buttons. */
function formIn(html: string, button = ''): Record<string, string> {
  const form = /<form[^>]*method="post" action="\/facts[\s\S]*?<\/form>/.exec(html)![0]
  const fields: Record<string, string> = {}
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    if (tag.includes('type="checkbox"')) continue
    fields[/name="([^"]*)"/.exec(tag)![1]!] = readerSees(/value="([^"]*)"/.exec(tag)?.[1] ?? '')
  }
  for (const [, name, text] of form.matchAll(/<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)</g)) {
    fields[name!] = readerSees(text!)
  }
  return button === '' ? fields : { ...fields, step: button }
}

describe('the list', () => {
  it('finds a fact without diacritics, by its number and by its source', async () => {
    for (const q of ['tong dai dien thoai', '111', 'tien phong 19']) {
      expect((await get(`/facts?q=${encodeURIComponent(q)}`)).seen, q).toContain('hotline-111')
    }
    expect((await get('/facts?q=khongco')).seen).toContain('Không có dòng nào khớp')
  })

  it('is filtered by kind and state, and says what waits for a second person', async () => {
    const { text, seen } = await get('/facts?state=waiting')
    expect(text).toContain('/facts/hotline-quang-nam"')
    expect(text).not.toContain('/facts/hotline-111"')
    expect(seen).toContain('chờ xác nhận')
    expect((await get('/facts?kind=law')).text).not.toContain('/facts/hotline-111"')
    expect((await get('/facts')).seen).toMatch(/\d+ dữ kiện đang chờ người thứ hai xác nhận/)
  })

  it('is sorted as asked, refuses another order, and gives the same as CSV', async () => {
    const { database } = served.month
    const { fact } = await newest('day-30-7')
    await expireFact(database, { fact: fact.id, on: '2027-08-01', by: 'an', now: today })
    const ends = (await get('/facts.csv?sort=until&kind=day')).text.split('\r\n')
    expect(ends[1]).toMatch(/^day-30-7,/)
    expect((await get('/facts?sort=colour')).status).toBe(400)
    const csv = (await get('/facts.csv?q=111')).text
    expect(csv).toContain('hotline-111,đường dây nóng,')
    expect(csv).not.toContain('hotline-quang-nam')
  })

  it('goes page by page and refuses one after the last', async () => {
    expect((await get('/facts?page=99')).status).toBe(404)
  })
})

describe('a fact', () => {
  it('says what it is, who entered it, and which scripts, recordings and coming airings rest on it', async () => {
    const coming = (await airingsOf(served.month.database, { from: today })).filter(
      (airing) => !airing.cancelled,
    )
    const { seen, text } = await get('/facts/hotline-111')
    expect(seen).toContain('Người đã ghi điều này có sẵn theo chương trình')
    expect(seen).toContain('{{hotline.national}}')
    const [, versions, , airings] = /(\d+) bản tin, ([\d.]+) bản ghi, ([\d.]+) lượt phát sắp tới/.exec(seen)!
    expect(Number(versions)).toBeGreaterThan(1)
    expect(Number(airings)).toBeGreaterThan(20)
    expect(Number(airings)).toBeLessThanOrEqual(coming.length)
    expect(seen).toContain(`20 lượt sớm nhất trên ${airings}.`)
    const csv = (await get('/facts/hotline-111/airings.csv')).text.trim().split('\r\n')
    expect(csv).toHaveLength(Number(airings) + 1)
    expect(text).not.toContain('/facts/hotline-111/change')
  })

  it('that is not there is not found', async () => {
    for (const path of ['/facts/x', '/facts/x/airings.csv']) expect((await get(path)).status).toBe(404)
    expect((await get('/facts/x/change', 'bien-tap')).status).toBe(404)
    expect((await post('/facts/x/end', { on: '2027-01-01' })).status).toBe(404)
  })

  it('is read by auditors, who are offered nothing and can do nothing', async () => {
    expect((await post('/facts/hotline-111/change', { value: '112' }, 'kiem-tra')).status).toBe(403)
    expect((await post('/facts/hotline-111/confirm', {}, 'kiem-tra')).status).toBe(403)
    expect((await get('/facts/hotline-quang-nam')).seen).toContain('không xác nhận được dữ kiện')
  })
})

describe('changing a fact', () => {
  const path = '/facts/hotline-111/change'

  it('shows first what will stop, enters nothing by that, and then does it; sent twice it is done once', async () => {
    const before = await newest('hotline-111')
    const form = formIn((await get(path, 'bien-tap')).text)
    expect(form).toMatchObject({
      value: '111',
      spoken: 'một một một',
      source: '',
      based: String(before.number),
    })
    const look = await post(path, { ...form, value: '112', source: 'Công văn mẫu', why: 'đổi số' })
    expect(look.status).toBe(200)
    const [, versions] = /Sẽ dừng (\d+) bản tin với \d+ bản ghi/.exec(look.seen)!
    const [, airings] = /Sẽ hủy (\d+) lượt phát sắp tới/.exec(look.seen)!
    expect(Number(versions)).toBeGreaterThan(1)
    expect(Number(airings)).toBeGreaterThan(20)
    expect(look.seen).toContain('Giá trị: 111 → 112')
    expect(look.seen).toContain('Cách đọc: một một một → một một hai')
    expect(look.text).toContain(`Ghi thay đổi và dừng ${versions} bản tin`)
    expect((await newest('hotline-111')).number).toBe(before.number)
    const back = await post(path, formIn(look.text, 'again'))
    expect(formIn(back.text)).toMatchObject({ value: '112', source: 'Công văn mẫu', why: 'đổi số' })
    for (let click = 0; click < 2; click += 1) {
      expect(await post(path, formIn(look.text, 'do'))).toMatchObject({
        status: 303,
        to: '/facts/hotline-111',
      })
    }
    const entries = await factEntries(served.month.database, 'hotline-111')
    expect(entries.slice(1).map(({ fact, by }) => [fact.value, fact.status, by])).toEqual([
      ['112', 'needs-confirmation', 'bien-tap'],
    ])
    const [deed] = await deedsOf(served.month.database, { subject: 'hotline-111' })
    expect(deed).toMatchObject({
      ...{ person: 'bien-tap', what: 'fact.changed' },
      detail: { before: { value: '111' }, after: { value: '112' }, why: 'đổi số' },
    })
    const { seen } = await get('/facts/hotline-111')
    expect(seen).toContain('dừng phát vì nói điều cũ')
    expect(seen).toContain('Lý do: đổi số')
  })

  it('is confirmed by an approver who did not enter it, and by nobody else', async () => {
    const page = await get('/facts/hotline-111', 'duyet-mot')
    const confirm = formIn(page.text)
    expect((await get('/facts/hotline-111', 'bien-tap')).seen).toContain(
      '“Người bien-tap” không xác nhận được',
    )
    expect((await post('/facts/hotline-111/confirm', confirm)).status).toBe(403)
    expect(await post('/facts/hotline-111/confirm', confirm, 'duyet-mot')).toMatchObject({ status: 303 })
    expect(await post('/facts/hotline-111/confirm', confirm, 'duyet-mot')).toMatchObject({ status: 303 })
    expect((await newest('hotline-111')).fact).toMatchObject({ value: '112', status: 'confirmed' })
    const { seen } = await get('/facts/hotline-111')
    expect(seen).toContain('Xác nhận: chờ xác nhận → đã xác nhận')
    expect(seen).toContain('Người duyet-mot xác nhận')
  })

  it('by an approver is confirmed by another: the first is told why there is no button', async () => {
    const at = '/facts/hotline-police-113'
    const form = formIn((await get(`${at}/change`, 'duyet-mot')).text)
    const change = { ...form, value: '1130', source: 'mẫu', step: 'do' }
    expect((await post(`${at}/change`, change, 'duyet-mot')).status).toBe(303)
    const own = await get(at, 'duyet-mot')
    expect(own.text).not.toContain(`action="${at}/confirm"`)
    expect(own.seen).toContain('“Người duyet-mot” đã ghi điều này nên không tự xác nhận')
    const refused = await post(`${at}/confirm`, {}, 'duyet-mot')
    expect([refused.status, refused.seen.includes('không tự xác nhận')]).toEqual([403, true])
    const entry = formIn((await get(at, 'duyet-hai')).text)
    const meanwhile = { value: '113', source: 'mẫu' }
    await setFact(served.month.database, {
      ...{ fact: 'hotline-police-113', change: meanwhile, by: 'an', now: today },
    })
    const unseen = await post(`${at}/confirm`, entry, 'duyet-hai')
    expect([unseen.status, unseen.seen.includes('đã được ghi khác đi')]).toEqual([409, true])
    expect(await newest('hotline-police-113')).toMatchObject({ fact: { status: 'needs-confirmation' } })
    const seen = formIn(unseen.text)
    expect((await post(`${at}/confirm`, seen, 'duyet-hai')).status).toBe(303)
  })

  it('says next to the field what is wrong, and keeps what was typed', async () => {
    const at = '/facts/agency-police/change'
    const form = formIn((await get(at, 'bien-tap')).text)
    const wrong = await post(at, { ...form, value: 'công an xã', why: 'vì sao' })
    expect(wrong.status).toBe(400)
    expect(wrong.text).toMatch(/id="source-why">Giá trị mới phải có nguồn/)
    expect(formIn(wrong.text)).toMatchObject({ value: 'công an xã', why: 'vì sao' })
    const cases: [Record<string, string>, RegExp][] = [
      [{ value: '' }, /id="value-why">/],
      [{ value: 'a{b}', source: 'mẫu' }, /id="value-why">Hãy ghi giá trị/],
      [{ validFrom: '2026-02-31' }, /id="validFrom-why">Hãy ghi một ngày có thật/],
      [{ validTo: 'mai' }, /id="validTo-why">Hãy ghi một ngày có thật/],
      [{ validTo: '2000-01-01' }, /id="validTo-why">Dữ kiện hết hiệu lực/],
      [{ nameEn: '' }, /id="nameEn-why">/],
      [{}, /Chưa có gì khác với điều đang ghi/],
    ]
    for (const [typed, why] of cases) {
      const { status, text } = await post(at, { ...form, ...typed })
      expect([JSON.stringify(typed), status, why.test(text)]).toEqual([JSON.stringify(typed), 400, true])
    }
  })

  it('that somebody else made meanwhile shows both, loses nothing, and is done after another look', async () => {
    const at = '/facts/agency-police/change'
    const form = formIn((await get(at, 'bien-tap')).text)
    const other = { value: 'công an xã, phường', source: 'văn bản của người khác' }
    await setFact(served.month.database, { fact: 'agency-police', change: other, by: 'an', now: today })
    const mine = { ...form, value: 'công an cơ sở', source: 'văn bản của tôi' }
    const conflict = await post(at, { ...mine, step: 'do' })
    expect(conflict.status).toBe(409)
    expect(conflict.seen).toContain('Nguyễn Văn An đã ghi khác đi')
    expect(conflict.seen).toContain('Giá trị: công an → công an xã, phường')
    expect(conflict.seen).toContain('Giá trị: công an xã, phường → công an cơ sở')
    expect((await newest('agency-police')).fact.value).toBe('công an xã, phường')
    const look = await post(at, formIn(conflict.text))
    expect((await post(at, formIn(look.text, 'do'))).status).toBe(303)
    expect((await newest('agency-police')).fact).toMatchObject({ value: 'công an cơ sở' })
  })

  it('takes a confirmation back', async () => {
    const at = '/facts/day-30-7/change'
    const form = formIn((await get(at, 'bien-tap')).text)
    const look = await post(at, { ...form, doubt: '1' })
    expect(look.seen).toContain('Xác nhận: đã xác nhận → chờ xác nhận')
    expect((await post(at, formIn(look.text, 'do'))).status).toBe(303)
    expect((await get('/facts/day-30-7')).seen).toContain('rút lại xác nhận')
  })
})

describe('ending a fact', () => {
  it('shows what stops from that day on, and then gives it its end', async () => {
    const at = '/facts/hotline-111/end'
    const form = formIn((await get(at, 'duyet-hai')).text)
    expect((await post(at, { ...form, on: 'mai' }, 'duyet-hai')).text).toMatch(/id="on-why">Hãy ghi một ngày/)
    expect((await post(at, { ...form, on: '2020-01-01' }, 'duyet-hai')).status).toBe(400)
    const look = await post(at, { ...form, on: '2026-12-31' }, 'duyet-hai')
    expect(look.seen).toContain('Ngày đầu hết hiệu lực: chưa có hạn → 31/12/2026')
    expect((await post(at, formIn(look.text, 'do'), 'duyet-hai')).status).toBe(303)
    expect((await newest('hotline-111')).fact).toMatchObject({ validTo: '2026-12-31', status: 'confirmed' })
    const again = formIn((await get(at, 'duyet-hai')).text)
    expect((await post(at, again, 'duyet-hai')).seen).toContain('đã hết hiệu lực đúng từ ngày ấy')
  })
})

describe('a new fact', () => {
  const typed = {
    ...{ id: 'hotline-115', kind: 'hotline', nameVi: 'Cấp cứu', nameEn: 'Ambulance', value: '115' },
    ...{
      spoken: '',
      source: 'Báo mẫu ngày 1/11/2026',
      validFrom: '2026-11-23',
      validTo: '',
      why: '',
      based: '0',
    },
  }

  it('says all that is missing at once', async () => {
    const { status, text } = await post('/facts', { id: 'Số 1' })
    expect(status).toBe(400)
    for (const field of ['kind', 'nameVi', 'nameEn', 'value', 'source', 'validFrom']) {
      expect([field, text.includes(`id="${field}-why"`)]).toEqual([field, true])
    }
    const wrong = await post('/facts', { ...typed, id: 'Số 1' })
    expect(wrong.text).toMatch(/id="id-why">Mã chỉ gồm a–z/)
  })

  it('is entered, read digit by digit, and waits; sent twice it is entered once', async () => {
    for (let click = 0; click < 2; click += 1) {
      expect(await post('/facts', typed)).toMatchObject({ status: 303, to: '/facts/hotline-115' })
    }
    expect(await factEntries(served.month.database, 'hotline-115')).toMatchObject([
      { by: 'bien-tap', fact: { value: '115', spoken: 'một một năm', status: 'needs-confirmation' } },
    ])
    const { seen } = await get('/facts/hotline-115')
    expect(seen).toContain('Chưa bản tin nào nói dữ kiện này.')
    expect(seen).toContain('Chưa có. Bản tin nói được khi')
  })

  it('never takes the key of another', async () => {
    const taken = await post('/facts', { ...typed, value: '116' })
    expect(taken.status).toBe(409)
    expect(taken.text).toMatch(/id="id-why">Mã “hotline-115” đã dùng cho “Cấp cứu”/)
    expect(formIn(taken.text)).toMatchObject({ value: '116' })
  })
})

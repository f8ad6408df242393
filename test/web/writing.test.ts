/** Writing scripts through the pages: nothing that somebody typed is lost, and nothing is kept twice. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deedsOf } from '../../src/people/index.ts'
import { scriptsOf, versionOf } from '../../src/scripts/index.ts'
import { secret } from '../people/office.ts'
import { emptyDesk } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'
import { signedIn } from './staff.ts'

const content = fileURLToPath(new URL('../../content/scripts/', import.meta.url))
let office: Served
let drafts: string
const cookies: Record<string, string> = {}

beforeAll(async () => {
  drafts = mkdtempSync(join(tmpdir(), 'loa-drafts-'))
  const month = await emptyDesk()
  for (const [id, role] of [
    ['an', 'editor'],
    ['binh', 'editor'],
    ['kiem', 'auditor'],
  ] as const)
    cookies[id] = (await signedIn(month.database, id, role)).from.cookies
  office = await serve(month, { secret, draftsFolder: drafts })
})
afterAll(async () => {
  await office.close()
  rmSync(drafts, { recursive: true, force: true })
})

const head = {
  ...{ title: 'Hỏi trước khi đi', titleEn: 'Ask before you go', kind: 'bulletin', language: 'vi' },
  ...{ priority: 'thong-thuong', validFrom: '2026-11-01', validTo: '', audience: 'thanh niên, phụ nữ' },
}
const text = 'Kính thưa bà con {{unit}}.\n\nTrước khi đi, hãy gọi {{hotline.national}}.'

const get = (path: string, who = 'an') => office.get(path, { headers: { cookie: cookies[who] ?? '' } })
const post = (path: string, fields: Record<string, string>, who = 'an') =>
  office.get(path, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { cookie: who === 'nobody' ? 'loa.session_token=het-han' : (cookies[who] ?? '') },
  })
const save = (path: string, fields: Record<string, string>, who = 'an') =>
  post(path, { ...head, body: text, ...fields, deed: 'save' }, who)
const versionsOf = async (script: string) =>
  (await scriptsOf(office.month.database)).find(({ id }) => id === script)?.versions ?? []
const bodyOf = async (script: string, version: number) =>
  (await versionOf(office.month.database, { script, version }))?.source.body
/** What stands in the field of the text. */
const fieldOf = (html: string) =>
  (/<textarea id="body"[^>]*>\n([\s\S]*?)<\/textarea>/.exec(html)?.[1] ?? '')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

describe('saving', () => {
  it('makes a first draft under an id made of the title, in the name of who is signed in', async () => {
    const { status, headers } = await save('/scripts/new', {})
    expect([status, headers.get('location')]).toEqual([303, '/scripts/hoi-truoc-khi-di?version=1&saved=1'])
    const [version] = await versionsOf('hoi-truoc-khi-di')
    expect(version).toMatchObject({ author: 'an', state: 'draft', title: 'Hỏi trước khi đi', validTo: null })
    const [deed] = await deedsOf(office.month.database, { subject: 'hoi-truoc-khi-di/1' })
    expect(deed).toMatchObject({ what: 'script.saved', person: 'an' })
    const page = await get('/scripts/hoi-truoc-khi-di?version=1&saved=1')
    expect(readerSees(page.text)).toContain('Đã lưu thành bản 1.')
    expect(readerSees(page.text)).toContain('lưu bản nháp: Người an')
  })

  it('pressed twice, also at the same moment, makes one version', async () => {
    const fields = { script: 'bam-hai-lan' }
    const both = await Promise.all([save('/scripts/new', fields), save('/scripts/new', fields)])
    expect(both.map(({ status }) => status)).toEqual([303, 303])
    await save('/scripts/bam-hai-lan/edit', { basedOn: '1', body: 'Hai.' })
    const again = await save('/scripts/bam-hai-lan/edit', { basedOn: '1', body: 'Hai.' })
    expect(again.headers.get('location')).toBe('/scripts/bam-hai-lan?version=2&saved=1')
    expect(await versionsOf('bam-hai-lan')).toHaveLength(2)
  })

  it('says beside each field what is wrong, and keeps all that was typed', async () => {
    const fields = { titleEn: '', validTo: '2026-10-01', body: 'Chữ “đã gõ” <b> & nguyên.' }
    const { status, text: html } = await save('/scripts/new', fields)
    expect(status).toBe(400)
    expect(fieldOf(html)).toBe(fields.body)
    expect(html).toContain('value="Hỏi trước khi đi"')
    const seen = readerSees(html)
    expect(seen).toContain('Hãy ghi tên bằng tiếng Anh')
    expect(seen).toContain('Ngày hết hiệu lực phải sau ngày bắt đầu')
  })

  it('refuses 200 kB of text in a clear sentence, and the text is still in its field', async () => {
    const body = 'Kẻ lừa ép đi, chuộc về. '.repeat(6400).trim()
    expect(Buffer.byteLength(body)).toBeGreaterThan(200_000)
    const { status, text: html } = await save('/scripts/new', { script: 'qua-dai', body })
    expect(status).toBe(400)
    expect(readerSees(html)).toContain('ký tự, nhiều nhất là 20.000')
    expect(fieldOf(html)).toBe(body)
    expect(await versionsOf('qua-dai')).toEqual([])
  })

  it('never puts a new script on top of another one of the same name', async () => {
    await save('/scripts/new', { script: 'trung-ten' })
    const { status, text: html } = await save(
      '/scripts/new',
      { script: 'trung-ten', body: 'Khác hẳn.' },
      'binh',
    )
    expect(status).toBe(409)
    expect(readerSees(html)).toContain('Đã có bản tin mang mã này')
    expect(fieldOf(html)).toBe('Khác hẳn.')
    expect((await save('/scripts/new', { script: 'import' })).status).toBe(400)
  })

  it('is for those who write, and for nobody at another machine’s page', async () => {
    expect((await save('/scripts/new', { script: 'khong-duoc' }, 'kiem')).status).toBe(403)
    expect((await get('/scripts', 'kiem')).status).toBe(200)
    expect(readerSees((await get('/scripts', 'kiem')).text)).not.toContain('Viết bản tin')
    const { status } = await office.get('/scripts/new', {
      method: 'POST',
      headers: { cookie: cookies['an']!, origin: 'https://elsewhere.example' },
      body: new URLSearchParams({ ...head, body: text, deed: 'save' }),
    })
    expect(status).toBe(403)
  })
})

describe('two people on one version', () => {
  const script = 'hai-nguoi'
  beforeAll(async () => {
    await save('/scripts/new', { script, body: 'Câu đầu. Câu giữa của chung.' })
    await save(`/scripts/${script}/edit`, { basedOn: '1', body: 'Câu đầu. Câu giữa của Bình.' }, 'binh')
  })

  it('the second sees both texts and the difference; nothing was lost', async () => {
    const mine = { basedOn: '1', body: 'Câu đầu. Câu giữa của An.', title: 'Tên mới' }
    const { status, text: html } = await save(`/scripts/${script}/edit`, mine)
    expect(status).toBe(409)
    expect(fieldOf(html)).toBe(mine.body)
    expect(html).toContain('<del>Bình</del><ins>An</ins>')
    expect(readerSees(html)).toContain('Người binh lưu bản 2')
    expect(readerSees(html)).toContain('Tên mới Hỏi trước khi đi')
    expect(html).toContain('name="basedOn" value="2"')
    expect(await versionsOf(script)).toHaveLength(2)
  })

  it('theirs can be taken with one’s own beside it, or both put together', async () => {
    const mine = { ...head, basedOn: '2', body: 'Bài của An.' }
    const taken = await post(`/scripts/${script}/edit`, { ...mine, deed: 'theirs' })
    expect(fieldOf(taken.text)).toBe('Câu đầu. Câu giữa của Bình.')
    expect(taken.text).toContain('Bài của An.')
    const both = await post(`/scripts/${script}/edit`, { ...mine, deed: 'both' })
    expect(fieldOf(both.text)).toBe('Bài của An.\n\nCâu đầu. Câu giữa của Bình.')
  })

  it('mine is kept as the next version', async () => {
    const { status } = await save(`/scripts/${script}/edit`, { basedOn: '2', body: 'Bài của An.' })
    expect([status, await bodyOf(script, 3)]).toEqual([303, 'Bài của An.'])
    const page = await get(`/scripts/${script}?version=3&before=1`)
    expect(readerSees(page.text)).toContain('Bản 3 khác bản 1 chỗ nào')
  })
})

describe('a day', () => {
  it('is said in words beside its field, whatever language the browser has', async () => {
    const { text: html } = await post('/scripts/new', {
      ...head,
      body: text,
      validFrom: '2026-12-01',
      deed: 'preview',
    })
    expect(readerSees(html)).toContain('Khi mở trang: ngày 01/12/2026.')
  })
})

describe('a session that ended while somebody typed', () => {
  it('answers with all they typed and the way to sign in, and shows nothing else', async () => {
    const { status, text: html } = await save('/scripts/hoi-truoc-khi-di/edit', { basedOn: '1' }, 'nobody')
    expect(status).toBe(401)
    expect(fieldOf(html)).toBe(text)
    expect(html).toContain('name="basedOn" value="1"')
    expect(html).toContain('action="/scripts/hoi-truoc-khi-di/edit"')
    expect(readerSees(html)).toContain('Bài vẫn còn nguyên ở dưới')
    expect(html).not.toContain('id="reading"')
    // The same form, sent again by somebody who signed in meanwhile.
    const again = await save('/scripts/hoi-truoc-khi-di/edit', { basedOn: '1', body: 'Gõ tiếp.' })
    expect(again.status).toBe(303)
  })
})

describe('a text that nobody wrote to be heard', () => {
  it('is told that it is too long whatever is asked of it, given back whole and looked at no further', async () => {
    const body = `${'\n'.repeat(60_000)}xX`
    for (const deed of [
      { deed: 'preview' },
      { deed: 'listen' },
      { answer: JSON.stringify([60_001, 'X', 'y']) },
    ]) {
      const { text: html } = await post('/scripts/new', { ...head, body, ...deed })
      expect(readerSees(html)).toContain('Nội dung dài 60.002 ký tự')
      expect(readerSees(html)).toContain('Viết nội dung rồi bấm “Xem thử”')
      expect(fieldOf(html)).toBe(body)
    }
  })

  it('shows a hundred of its faults, and counts the others', async () => {
    const body = 'Gọi 0905 123 456.\n'.repeat(500)
    const seen = (await post('/scripts/new', { ...head, body, deed: 'preview' })).text
    const [, findings = ''] = /<ul class="findings">([\s\S]*?)<\/ul>/.exec(seen) ?? []
    expect(findings.split('<li>').length - 1).toBe(100)
    expect(readerSees(seen)).toMatch(/dòng 98 .*Và \d{3} điều nữa\./)
  })
})

describe('the reading beside the text', () => {
  const preview = async (fields: Record<string, string>) =>
    (await post('/scripts/new', { ...head, body: text, ...fields, deed: 'preview' })).text

  it('is what the commune that was asked for would hear, found without diacritics', async () => {
    const seen = readerSees(await preview({ place: 'ga ri' }))
    expect(seen).toContain('hãy gọi một một một')
    expect(seen).toContain('Kính thưa bà con xã Hùng Sơn')
    expect(seen).toMatch(/Giọng máy đọc 0:0\d/)
  })

  it('tells of errors and reminders with their lines, and of what keeps it from being submitted', async () => {
    const seen = readerSees(
      await preview({ body: 'Một.\nGọi 1900 1234 ngay.\nVào bit.ly/viec {{khong.co}}.' }),
    )
    expect(seen).toMatch(/phải sửa dòng 2 .*1900 1234/)
    expect(seen).toMatch(/phải sửa dòng 3 .*bit\.ly/)
    expect(readerSees(await preview({ body: 'Gọi {{khong.co}}.' }))).toContain('Dòng 1, cột 5: Chỗ trống')
  })

  it('asks how to read, and an answer rewrites the word where it stands', async () => {
    const body = 'Gọi {{hotline.national}}.\nỞ TT kia. TT này thì ABCX.'
    const html = await preview({ body })
    expect(readerSees(html)).toContain('dòng 2 Ở TT kia.')
    const answers = [...html.matchAll(/name="answer" value="([^"]*)"/g)].map(([, value]) =>
      value!.replaceAll('&quot;', '"'),
    )
    expect(answers[0]).toBe(`[${body.indexOf('TT')},"TT","thị trấn"]`)
    const first = await post('/scripts/new', { ...head, body, answer: answers[0]! })
    expect(fieldOf(first.text)).toBe('Gọi {{hotline.national}}.\nỞ thị trấn kia. TT này thì ABCX.')
    // At the beginning of a sentence it has a capital; what has no readings gets the one that is typed.
    const second = await post('/scripts/new', {
      ...head,
      body,
      answer: `[${body.lastIndexOf('TT')},"TT","trung tâm"]`,
    })
    expect(fieldOf(second.text)).toContain('TT kia. Trung tâm này')
    const at = body.indexOf('ABCX')
    const third = await post('/scripts/new', {
      ...{ ...head, body, answer: `[${at},"ABCX",""]`, [`say-${at}`]: 'a bê xê' },
    })
    expect(fieldOf(third.text)).toContain('thì a bê xê.')
    const gone = await post('/scripts/new', { ...head, body: 'Chữ khác.', answer: answers[0]! })
    expect(fieldOf(gone.text)).toBe('Chữ khác.')
    expect(readerSees(gone.text)).toContain('không còn trong bài nữa')
  })

  it('can be listened to: one short reading that no loudspeaker ever gets', async () => {
    const listen = { ...head, body: 'Gọi {{hotline.national}}.', deed: 'listen' }
    const html = (await post('/scripts/new', listen)).text
    const src = /src="(\/scripts\/listen\/draft-[0-9a-f]{20}\.mp3)"/.exec(html)?.[1]
    expect(src).toBeDefined()
    const sound = await get(src!)
    expect([sound.status, sound.headers.get('content-type')]).toEqual([200, 'audio/mpeg'])
    expect(sound.headers.get('cache-control')).toBe('no-store')
    expect((await get(src!, 'kiem')).status).toBe(403)
    const kept = await office.month.database.selectFrom('recording').select('id').execute()
    expect(kept).toEqual([])
    expect(readdirSync(office.month.audioFolder)).toEqual([])
    const unclear = (await post('/scripts/new', { ...listen, body: 'Ở TT kia.' })).text
    expect(readerSees(unclear)).toContain('Chưa nghe thử được')
  })
})

describe('submitting and withdrawing', () => {
  it('are deeds of the page of the script, and what cannot be done says why', async () => {
    const script = 'trinh-roi-thu-hoi'
    await save('/scripts/new', { script, body: 'Gọi 0905 123 456 hoặc {{hotline.national}}.' })
    // What cannot be submitted has no button that would be refused.
    const first = await get(`/scripts/${script}?version=1`)
    expect(readerSees(first.text)).toContain('Chưa trình được: còn 1 lỗi phải sửa, 0 chỗ chưa rõ cách đọc.')
    expect(first.text).not.toContain('/1/submit')
    const refused = await post(`/scripts/${script}/1/submit`, {})
    expect(refused.status).toBe(400)
    expect(readerSees(refused.text)).toContain('Dòng 1, cột 5: ')
    await save(`/scripts/${script}/edit`, { basedOn: '1' })
    expect((await get(`/scripts/${script}`)).text).toContain(`action="/scripts/${script}/2/submit"`)
    const { status, headers } = await post(`/scripts/${script}/2/submit`, {})
    const place = `/scripts/${script}?version=2&submitted=1`
    expect([status, headers.get('location')]).toEqual([303, place])
    const said = readerSees((await get(place)).text)
    expect(said).toContain('Đã trình. Đang chờ tạo bản ghi, rồi chờ người phê duyệt.')
    expect(said).toContain('Xem việc duyệt đến đâu')
    const again = await post(`/scripts/${script}/2/submit`, {})
    expect([again.status, again.text.includes(`href="/scripts/${script}?version=1"`)]).toEqual([409, true])
    // What was submitted is heard as it was fixed, and is not weighed any more.
    expect(readerSees(again.text)).toContain('hãy gọi một một một')
    expect(readerSees(again.text)).not.toContain('phải sửa')
    const ask = await get(`/scripts/${script}/2/withdraw`)
    expect(readerSees(ask.text)).toContain('không hoàn lại được')
    expect((await post(`/scripts/${script}/2/withdraw`, { why: ' ' })).status).toBe(400)
    expect((await versionsOf(script)).at(-1)?.state).toBe('submitted')
    expect((await post(`/scripts/${script}/2/withdraw`, { why: 'Số liệu cũ' })).status).toBe(303)
    expect((await versionsOf(script)).at(-1)).toMatchObject({
      state: 'withdrawn',
      withdrawnWhy: 'Số liệu cũ',
    })
    expect(readerSees((await get(`/scripts/${script}?version=2`)).text)).toContain('“Số liệu cũ”')
    expect((await post('/scripts/khong-co/1/submit', {})).status).toBe(404)
  })
})

describe('files', () => {
  const send = (name: string, bytes: string | Uint8Array<ArrayBuffer>) => {
    const form = new FormData()
    form.append('file', new Blob([bytes]), name)
    return office.get('/scripts/import', { method: 'POST', body: form, headers: { cookie: cookies['an']! } })
  }

  it('of content come in as drafts, once each, and go out as they came', async () => {
    const markdown = readFileSync(join(content, 'viec-nhe-luong-cao.md'), 'utf8')
    const first = await send('../../x.md', markdown)
    expect(first.headers.get('location')).toBe('/scripts/viec-nhe-luong-cao?version=1&saved=1')
    await send('x.md', markdown)
    const body = await bodyOf('viec-nhe-luong-cao', 1)
    expect(markdown).toContain(body)
    const file = await get('/scripts/viec-nhe-luong-cao/1.md', 'kiem')
    expect(file.headers.get('content-disposition')).toBe('attachment; filename=viec-nhe-luong-cao-1.md')
    const again = await send('y.md', file.text)
    expect(again.headers.get('location')).toBe('/scripts/viec-nhe-luong-cao?version=1&saved=1')
  })

  it('that are no scripts are refused with why, and shown with their lines', async () => {
    const wrong = await send('x.md', '---\ntitle: Một\nslug: "A B"\n---\n\nChữ.')
    expect(wrong.status).toBe(400)
    expect(readerSees(wrong.text)).toMatch(/Mục “\w+” phải là/)
    expect(readerSees(wrong.text)).toContain('3 slug: "A B"')
    const yaml = await send('x.md', '---\ntitle: Một\nslug: [a\n---\n\nChữ.')
    expect(readerSees(yaml.text)).toMatch(/không đúng YAML: .* at line [34]/)
    const bytes = await send('x.md', new Uint8Array([45, 10, 0xff, 0xfe]))
    expect(readerSees(bytes.text)).toContain('Dòng 2 có chữ không phải UTF-8')
    expect(readerSees((await send('x.md', 'x'.repeat(300_000))).text)).toContain('Tệp lớn quá 256 kB')
    expect((await send('x.md', '')).status).toBe(400)
    expect((await post('/scripts/import', {})).status).toBe(400)
  })
})

describe('the list', () => {
  it('is searched without diacritics, filtered and sorted by the address, and taken away as it is shown', async () => {
    const found = await get('/scripts?q=viec+nhe')
    expect(found.text).toContain('href="/scripts/viec-nhe-luong-cao"')
    expect(found.text).not.toContain('href="/scripts/hai-nguoi"')
    const withdrawn = (await get('/scripts.csv?state=withdrawn')).text.trim().split('\r\n')
    expect(withdrawn.slice(1).map((line) => line.split(',')[0])).toEqual(['trinh-roi-thu-hoi'])
    expect((await get('/scripts?state=khong')).status).toBe(400)
    const order = async (sort: string) =>
      [
        ...(await get(`/scripts?sort=${sort}`)).text.matchAll(
          /<th scope="row"><a href="\/scripts\/([^"]+)"/g,
        ),
      ].map(([, id]) => id)
    const lengths = (await get('/scripts.csv?sort=length')).text.trim().split('\r\n').slice(1)
    const seconds = lengths.map((line) => Number(/,(\d+),[^,]*,[^,]*$/.exec(line)?.[1]))
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b))
    expect(seconds.at(-1)).toBeGreaterThan(30)
    expect((await order('state')).at(-1)).toBe('trinh-roi-thu-hoi')
    expect(await order('title')).toHaveLength((await scriptsOf(office.month.database)).length)
    expect(readerSees((await get('/scripts?q=khongcogi')).text)).toContain('Không có dòng nào khớp')
  })
})

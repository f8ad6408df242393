/** A person's own recording: how it is shown, what the form asks, and what comes of it. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { originalPath, recordingsOf, uploadsOf } from '../../src/audio/index.ts'
import { speechFolder } from '../audio/uploads/place.ts'
import { november, readyDesk } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'
import { incomingFolder, sent } from './uploads.ts'

let busy: Served
let desk: Served
let folder: string

beforeAll(async () => {
  folder = incomingFolder()
  busy = await serve(await november())
  desk = await serve(await readyDesk(), { openDesk: true, incomingFolder: folder })
})

afterAll(async () => {
  await busy.close()
  await desk.close()
  rmSync(dirname(folder), { recursive: true, force: true })
})

const script = 'viec-nhe-luong-cao/1'
const fields = {
  ...{ script, language: 'ktv', speaker: 'Bling Thị Nhung', by: 'an' },
  consent: 'ký giấy đồng ý ngày 20/11/2026',
}

/** Posts the form as a browser without script does. */
function postWhole(values: Record<string, string>, bytes: Uint8Array | undefined) {
  const body = new FormData()
  for (const [name, value] of Object.entries(values)) body.append(name, value)
  if (bytes === undefined) body.append('file', new File([], ''))
  else body.append('file', new File([Buffer.from(bytes)], 'ghi âm.wav'))
  return desk.get('/uploads', { method: 'POST', headers: { origin: desk.url }, body })
}

/** Posts the form from our own page. */
function post(values: Record<string, string>) {
  return desk.get('/uploads', {
    method: 'POST',
    headers: { origin: desk.url },
    body: new URLSearchParams(values),
  })
}

describe('the page of people’s own recordings', () => {
  it('says of each whose voice it is, what was found, what was done, and whether it may be used', async () => {
    const { text } = await busy.get('/uploads')
    const seen = readerSees(text)
    expect(seen).toContain('Bling Thị Nhung')
    expect(seen).toContain('Cơ Tu')
    expect(seen).toContain('ký giấy đồng ý ngày 20/11/2026')
    expect(seen).toContain('Nguyễn Văn An, 03:00 01/11/2026')
    expect(seen).toContain(
      'Đỉnh bị cắt khi thu đã được vẽ lại; đã giảm tiếng ồn nền; đã bỏ 1,2 giây im lặng ở hai đầu; đã tăng 15,1 dB',
    )
    expect(seen).toContain('Dài 1:02 · độ to −31,2 LUFS · đỉnh −9,4 dBTP')
    expect(seen).toContain('M4A (aac), 44,1 kHz, 2 kênh')
    expect(seen).toMatch(/dùng được chưa duyệt/)
    expect(seen).toContain('chưa dùng được Tiếng gió lấn tiếng người. Hãy ghi lại ở chỗ yên.')
  })

  it('draws what was before and after, each with words for those who do not see it', async () => {
    const { text } = await busy.get('/uploads?state=fit')
    const pictures = [
      ...text.matchAll(/<svg class="wave"[^>]*role="img" aria-label="([^"]+)"><path d="([^"]+)"/g),
    ]
    expect(pictures.map(([, label]) => label)).toEqual([
      'Dạng sóng của tệp gốc: Dài 1:02 · độ to −31,2 LUFS · đỉnh −9,4 dBTP',
      'Dạng sóng sau khi xử lý: Dài 1:02 · độ to −16,1 LUFS · đỉnh −1,3 dBTP',
    ])
    const highest = pictures.map(([, , path]) => Math.min(...heightsOf(path ?? '')))
    expect(highest[0]).toBeGreaterThan(12)
    expect(highest[1]).toBeLessThan(3)
    expect(text).not.toContain('style=')
  })

  it('is searched by speaker, language and script, and filtered by what came of it', async () => {
    expect(readerSees((await busy.get('/uploads?q=bling')).text)).not.toContain('Alăng Bhrêu')
    expect(readerSees((await busy.get('/uploads?state=unfit')).text)).not.toContain('Bling Thị Nhung')
    expect(readerSees((await busy.get('/uploads?q=co+tu')).text)).toContain('1–2 trên 2')
    expect(readerSees((await busy.get('/uploads?q=khongcoai')).text)).toContain('Không có dòng nào khớp')
  })

  it('tells how to begin where there is none, and offers the form only where it would be obeyed', async () => {
    const open = await desk.get('/uploads')
    expect(readerSees(open.text)).toContain(
      'Chưa có bản ghi do người đọc nào. Dùng phần Ghi âm của điện thoại',
    )
    expect(open.text).toContain('href="/uploads/new"')
    expect((await busy.get('/uploads')).text).not.toContain('href="/uploads/new"')
    expect(readerSees((await busy.get('/uploads/new')).text)).toContain('loa uploads add ghi-am.m4a')
  })

  it('says what to do next with one of them', async () => {
    expect(readerSees((await busy.get('/uploads/upload-fit')).text)).toContain(
      'Bước tiếp theo: người thứ hai nghe và duyệt bản tin này. loa approval sign viec-nhe-luong-cao 1',
    )
    expect(readerSees((await busy.get('/uploads/upload-unfit')).text)).toContain('Bước tiếp theo: ghi lại')
  })

  it('is marked as a person’s voice among the recordings', async () => {
    const { text } = await busy.get('/recordings')
    expect(text).toContain('<a href="/uploads/upload-fit">Giọng người: Bling Thị Nhung</a>')
    expect(readerSees(text)).toContain('tiếng Cơ Tu')
    expect(readerSees(text)).toContain('đã kiểm tra trọn vẹn')
  })

  function heightsOf(path: string): number[] {
    return [...path.matchAll(/L\d+ ([\d.]+)/g)].map(([, height]) => Number(height))
  }
})

describe('an original', () => {
  it('is played in ranges, under a type by what it is', async () => {
    const whole = await fetch(`${busy.url}/uploads/upload-fit/original`)
    expect(whole.headers.get('content-type')).toBe('audio/mp4')
    expect(whole.headers.get('content-disposition')).toBeNull()
    expect(whole.headers.get('x-content-type-options')).toBe('nosniff')
    const bytes = Buffer.from(await whole.arrayBuffer())
    const part = await fetch(`${busy.url}/uploads/upload-fit/original`, {
      headers: { range: 'bytes=100-199' },
    })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 200))).toBe(true)
  })

  it('is kept as a file that ends in what it is, whatever it was called', async () => {
    const download = (id: string) => busy.get(`/uploads/${id}/original?download=1`)
    const names: string[] = []
    for (const id of ['upload-fit', 'upload-unfit'])
      names.push((await download(id)).headers.get('content-disposition') ?? '')
    expect(names).toEqual([
      `attachment; filename="Ghi ?m 12.m4a"; filename*=UTF-8''Ghi%20%C3%A2m%2012.m4a`,
      `attachment; filename="gi?.amr"; filename*=UTF-8''gi%C3%B3.amr`,
    ])
  })

  it('that is gone or has lost its end is said to be, in words', async () => {
    const upload = (await uploadsOf(busy.month.database)).find(({ id }) => id === 'upload-unfit')!
    writeFileSync(originalPath(busy.month.audioFolder, upload), 'half')
    const gone = await busy.get('/uploads/upload-unfit/original?download=1')
    expect(gone.status).toBe(503)
    expect(gone.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(readerSees(gone.text)).toContain('không còn nguyên trên máy chủ')
  })
})

describe('a bulletin that each station plays its own way', () => {
  const path = '/recordings/variants?script=viec-nhe-luong-cao&version=1'

  it('is one card among the recordings, and leads to all of them', async () => {
    const { text } = await busy.get('/recordings')
    expect(text.match(/Bản của từng đài/g)).toHaveLength(1)
    expect(text).toContain(`href="${path.replace('&', '&amp;')}"`)
    expect(readerSees(text)).toContain('đây là một trong 3 bản')
    expect(readerSees(text)).toContain('đã kiểm tra từng gói')
  })

  it('has a page of its own, which a search keeps', async () => {
    const all = await busy.get(path)
    expect(readerSees(all.text)).toContain('1–3 trên 3')
    expect(all.text).toContain('<input type="hidden" name="script" value="viec-nhe-luong-cao">')
    const [, name = ''] = /<h2>[^<]+: (Đài [^<]+)<\/h2>/.exec(all.text) ?? []
    const one = await busy.get(`${path}&q=${encodeURIComponent(name)}`)
    expect(readerSees(one.text)).toContain(name)
    expect(one.text).toContain(`<a href="${path.replace('&', '&amp;')}">Bỏ lọc</a>`)
    expect(readerSees((await busy.get('/recordings/variants?script=greeting&version=1')).text)).toContain(
      'Không có bản tin ấy',
    )
  })
})

describe('the form', () => {
  it('asks for a script in force, a language, the speaker, consent, and one who may bring recordings', async () => {
    const { text } = await desk.get('/uploads/new')
    expect(text).toContain(`<option value="${script}">`)
    expect(text).not.toContain('<option value="greeting/1">')
    expect(text).toContain('<option value="ktv">Cơ Tu</option>')
    expect(text).toContain('<option value="an">Nguyễn Văn An</option>')
    // An operator may not.
    expect(text).not.toContain('<option value="hoa">')
    expect(text).toMatch(/<noscript>.*gửi được tệp tới 20 MB/)
    expect(text).toMatch(/<form[^>]* enctype="multipart\/form-data"/)
    expect(text).toMatch(/<input id="file" name="file"/)
    expect(text).not.toMatch(/ on\w+="| style="/)
  })

  it('keeps what was typed and the file that came, and says next to each field what is wrong', async () => {
    const id = await sent(desk.url, Buffer.from('RIFF'), 'ghi.wav')
    const hostile = '<script>alert(1)</script>'
    const answer = await post({ ...fields, speaker: hostile, consent: ' ', by: 'hoa', upload: id })
    expect(answer.status).toBe(400)
    const seen = readerSees(answer.text)
    expect(seen).toContain('Hãy ghi người đọc đã đồng ý như thế nào')
    expect(seen).toContain('Hãy chọn người gửi trong danh sách.')
    expect(seen).toContain('Máy chủ đã có tệp “ghi.wav” (1 kB)')
    expect(answer.text).toContain('value="&lt;script&gt;alert(1)&lt;/script&gt;"')
    expect(answer.text).not.toContain('<script>alert')
    expect(answer.text).toContain('<option value="ktv" selected>')
    expect(answer.text).toContain(`name="upload" id="upload-id" value="${id}"`)
    expect(existsSync(join(folder, id))).toBe(true)
  })

  it.each([
    ['nothing at all', {}, 400, 'Hãy chọn bản tin'],
    ['an id that is a path', { ...fields, upload: '../../loa.db' }, 400, 'Chưa nhận được tệp'],
    ['a file nobody sent', { ...fields, upload: 'a'.repeat(32) }, 400, 'Chưa nhận được tệp'],
    [
      'a withdrawn or unknown script',
      { ...fields, script: 'khac/1' },
      400,
      'Hãy chọn bản tin trong danh sách',
    ],
    ['too long a name', { ...fields, speaker: 'a'.repeat(121) }, 400, 'từ 1 đến 120 ký tự'],
    ['a whole book', { ...fields, consent: 'a'.repeat(70_000) }, 413, 'quá dài nên không nhận'],
  ])('refuses %s', async (_said, values, status, words) => {
    const answer = await post(values)
    expect(answer.status).toBe(status)
    expect(readerSees(answer.text)).toContain(words)
  })

  it('says in words why a file is no recording, keeps the fields, and removes the file', async () => {
    const id = await sent(desk.url, Buffer.from('%PDF-1.4 not a sound'), 'giấy.pdf')
    const answer = await post({ ...fields, upload: id })
    expect(answer.status).toBe(400)
    expect(readerSees(answer.text)).toMatch(
      /Bản ghi âm không được nhận\. “giấy\.pdf” là .*không phải bản ghi âm/,
    )
    expect(answer.text).toContain('value="Bling Thị Nhung"')
    expect(answer.text).toContain('name="upload" id="upload-id" value=""')
    expect(readdirSync(folder).filter((name) => name.startsWith(id))).toEqual([])
  })

  it('takes the file with the form from a browser without script, and keeps it while a field is wrong', async () => {
    const bytes = Buffer.from('RIFF\r\n--no boundary\r\n'.repeat(20_000))
    const wrong = await postWhole({ ...fields, consent: '', upload: '' }, bytes)
    expect(wrong.status).toBe(400)
    expect(readerSees(wrong.text)).toContain('Máy chủ đã có tệp “ghi âm.wav”')
    const [, id = ''] = /id="upload-id" value="([0-9a-f]{32})"/.exec(wrong.text) ?? []
    expect(readFileSync(join(folder, id)).equals(bytes)).toBe(true)
    // The form again, as it came back; nothing was chosen a second time.
    const again = await postWhole({ ...fields, upload: id }, undefined)
    expect(readerSees(again.text)).toMatch(/Bản ghi âm không được nhận\. “ghi âm\.wav” là/)
    expect(readdirSync(folder).filter((name) => name.startsWith(id))).toEqual([])
  })

  it('refuses more than 20 MB in one go, and keeps nothing of it', async () => {
    const before = readdirSync(folder)
    const answer = await postWhole({ ...fields, upload: '' }, Buffer.alloc(20 * 1024 * 1024 + 1))
    expect(answer.status).toBe(400)
    expect(readerSees(answer.text)).toContain('Tệp nặng quá 20 MB.')
    expect(answer.text).toContain('value="Bling Thị Nhung"')
    expect(readdirSync(folder)).toEqual(before)
  })

  it('takes a recording, leads to what was made of it, counts it, and removes what was sent', async () => {
    const speech = speechFolder()
    const bytes = readFileSync(join(speech, 'speech.wav'))
    rmSync(speech, { recursive: true })
    const id = await sent(desk.url, bytes, '../../etc/ghi âm.wav')
    const answer = await post({ ...fields, noise: '', upload: id })
    expect(answer.status).toBe(303)
    const place = answer.headers.get('location') ?? ''
    const [upload] = await uploadsOf(desk.month.database)
    expect(upload).toMatchObject({ faults: [], speaker: 'Bling Thị Nhung', by: 'an', language: 'ktv' })
    expect(upload?.original).toMatchObject({ name: 'ghi âm.wav', bytes: bytes.length })
    expect(place).toBe(`/uploads/${upload!.id}`)
    expect(readerSees((await desk.get(place)).text)).toContain('dùng được chưa duyệt')
    const [recording] = await recordingsOf(desk.month.database, upload!)
    expect(recording?.upload).toBe(upload?.id)
    const played = await fetch(`${desk.url}${place}/original`)
    expect(played.headers.get('content-type')).toBe('audio/wav')
    expect(Buffer.from(await played.arrayBuffer()).equals(bytes)).toBe(true)
    expect(readdirSync(folder).filter((name) => name.startsWith(id))).toEqual([])
    const { text } = await desk.get('/metrics')
    expect(text).toMatch(/^loa_uploads_total\{result="fit"\} 1$/m)
    expect(text).toMatch(/^loa_uploads_total\{result="refused"\} 2$/m)
    // The same once more is a conflict, and no second recording; here in one go, as without script.
    const again = await postWhole({ ...fields, upload: '' }, bytes)
    expect(again.status).toBe(409)
    expect(readerSees(again.text)).toContain('đã được đưa vào bản tin này rồi')
  })
})

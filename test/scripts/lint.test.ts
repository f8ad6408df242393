import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Fact,
  lint,
  type LintGround,
  loadFacts,
  loadPlaceholders,
  readScript,
} from '../../src/scripts/index.ts'

const content = fileURLToPath(new URL('../../content/', import.meta.url))
const placeholders = loadPlaceholders(content)
const register = new Map(loadFacts(content).map((fact) => [fact.id, fact]))
const places = new Set(['Trà Leng', 'Trà Cang', 'Hòa Vang', 'Tam Kỳ', 'Lâm Tây', 'Hồ Xá'])

const ground = (more: Partial<LintGround> = {}): LintGround => ({
  ...{ placeholders, facts: register, day: '2026-11-23', speakUnconfirmed: false, places },
  ...more,
})
const draft = (body: string, facts: readonly string[] = []) => ({
  ...{ kind: 'bulletin' as const, body, validFrom: '2026-01-01', validTo: null, facts },
})

/** What is found in a text that names the hotline by its slot: `rule “words”`. */
function found(body: string, more: Partial<LintGround> = {}): string[] {
  const text = `${body} Gọi {{hotline.national}}.`
  return lint(draft(text), ground(more)).map(
    ({ rule, at, length }) => `${rule} “${text.slice(at, at + length)}”`,
  )
}

describe('the kind of a unit before its slot', () => {
  it.each([
    ['Bà con xã {{unit}} ơi.', 'xã'],
    ['Phường {{ unit }} ơi.', 'Phường'],
    ['Ở thị trấn {{unit}}.', 'thị trấn'],
    ['Ở đặc khu\n{{unit}}.', 'đặc khu'],
  ])('is an error: %s', (body, word) => {
    expect(found(body)).toEqual([`unit-doubled “${word}”`])
    expect(lint(draft(body), ground()).find(({ rule }) => rule === 'unit-doubled')).toMatchObject({
      level: 'error',
      vi: '{{unit}} đã có chữ xã, phường; hãy bỏ chữ đứng trước.',
    })
  })

  it.each([
    'Bà con {{unit}} ơi.',
    'Bà con trong xã, {{unit}} ơi.',
    'Loa xã {{station}}.',
    'Hóa xã {{hotline.national}}.',
  ])('stands elsewhere as it likes: %s', (body) => {
    expect(found(body)).toEqual([])
  })
})

describe('a hotline typed by hand', () => {
  it.each([
    ['Xin gọi 111 nhé.', '111'],
    ['Xin gọi số 111.', '111'],
    ['Gọi ngay 111, ngày hay đêm.', '111'],
    ['Gọi 111 ngày đêm đều được.', '111'],
    ['Tổng đài 111 luôn nghe máy.', '111'],
    ['Nhớ số: 113.', '113'],
    ['Gọi 111 hoặc 113.', '111', '113'],
    ['Nhớ nhé, 111.', '111'],
    ['Số cần nhớ là 111.', '111'],
    ['Đường dây 18001581 của tỉnh.', '18001581'],
    ['Đường dây 1800 1581 của tỉnh.', '1800 1581'],
    ['Đường dây 1800.1581 của tỉnh.', '1800.1581'],
    ['Đường dây 1800-1581 của tỉnh.', '1800-1581'],
    ['Bấm một một một là có người nghe.', 'một một một'],
    ['Số MỘT MỘT BA.', 'MỘT MỘT BA'],
    ['Một tám không không, một năm tám một.', 'Một tám không không, một năm tám một'],
  ])('is an error: %s', (body, ...numbers) => {
    expect(found(body)).toEqual(numbers.map((number) => `hotline-typed “${number}”`))
  })

  it('says which slot to write instead', () => {
    const [finding] = lint(draft('Gọi 111. {{hotline.national}}'), ground())
    expect(finding).toMatchObject({ level: 'error', at: 4, length: 3 })
    expect(finding?.vi).toContain('Hãy viết {{hotline.national}}.')
    expect(finding?.en).toContain('Write {{hotline.national}}.')
  })
})

describe('a telephone number the register does not know', () => {
  it.each([
    ['Gọi anh qua số 0905123456.', '0905123456'],
    ['Gọi 0905 123 456 nhé.', '0905 123 456'],
    ['Gọi 0905.123.456 nhé.', '0905.123.456'],
    ['Máy bàn (0235) 3812 345.', '(0235) 3812 345'],
    ['Gọi +84 905 123 456.', '+84 905 123 456'],
    ['Gọi +84981848484.', '+84981848484'],
    ['Gọi 18001567 nhé.', '18001567'],
    ['Gọi 1900 6192 nhé.', '1900 6192'],
    ['Cháy thì gọi 114 ngay.', '114'],
    ['Liên hệ tổng đài 1022.', '1022'],
    ['Gọi số một một năm.', 'một một năm'],
    ['Số không chín không năm, một hai ba, bốn năm sáu.', 'không chín không năm, một hai ba, bốn năm sáu'],
  ])('is an error: %s', (body, number) => {
    expect(found(body)).toEqual([`phone-unknown “${number}”`])
  })
})

describe('numbers that are no telephone numbers are left alone', () => {
  it.each([
    'Có 111 người được giúp.',
    'Cả tỉnh có 113 xã.',
    'Hơn 111 hộ đã nghe, đó là 111 hộ ở gần.',
    'Điều 111 của luật nói rõ.',
    'Xe đi quốc lộ 113.',
    'Nghị định số 162/2025/NĐ-CP đã có hiệu lực.',
    'Kế hoạch số 4215 của tỉnh.',
    'Luật số 53/2024/QH15 cấm việc ấy.',
    'Giai đoạn 2021-2025 và 1900 - 1945.',
    'Ngày 30/7/2026, ngày 01.01.2026 và ngày 05-12-2026.',
    'Được vay 1.800.000 đồng, có nơi 100.000.000 đồng.',
    'Tới 1800 người dự.',
    'Giá 111.000 đồng.',
    'Tăng 111% so với năm trước.',
    'Năm hai không hai sáu, tháng một.',
    'Một, hai, ba, cùng hô nào.',
    'Ba năm hai tháng sáu ngày.',
    'Gọi 300 người tới họp.',
    'Lúc 7h30, mở loa 15 phút.',
    'Phát 24/7, mỗi lần 90 giây.',
  ])('%s', (body) => {
    expect(found(body)).toEqual([])
  })
})

describe('a person with the place they live in', () => {
  it.each([
    ['Em Nguyễn Thị Lan ở thôn 3 vừa trở về.', 'Nguyễn Thị Lan'],
    ['Ở thôn 3 có Nguyễn Thị Lan vừa trở về.', 'Nguyễn Thị Lan'],
    ['Hồ Văn Tư, xã Trà Leng, bị lừa đi xa.', 'Hồ Văn Tư'],
    ['Có cháu Đinh Thị Bé ở nóc Ông Yên.', 'Đinh Thị Bé'],
    ['Chị Alăng Thị Mơ ở bản A Ur.', 'Alăng Thị Mơ'],
    ['Anh Zơrâm Nhứt, tổ dân phố 5.', 'Zơrâm Nhứt'],
    ['Trần Lan vừa về. Nhà em ở làng Moong.', 'Trần Lan'],
    ['Bà con {{unit}} mừng chị Phạm Thị Hoa trở về.', 'Phạm Thị Hoa'],
    ['NGUYỄN VĂN AN ở khối phố 2.', 'NGUYỄN VĂN AN'],
    ['Lê Thị Mai người Trà Cang.', 'Lê Thị Mai'],
    ['Khi Bùi Thị Na về lại thôn Hai, ai cũng mừng.', 'Bùi Thị Na'],
  ])('is an error: %s', (body, name) => {
    expect(found(body)).toEqual([`person-with-place “${name}”`])
  })

  it.each([
    ['a name without a place', 'Nghe Nguyễn Thị Lan kể chuyện.', 'Nguyễn Thị Lan'],
    ['a place far away in another paragraph', 'Nghe Nguyễn Thị Lan kể.\n\nHọp ở thôn 3.', 'Nguyễn Thị Lan'],
    ['an official with the office', 'Gặp trưởng thôn Hồ Văn Tư, thôn 3, mà hỏi.', 'Hồ Văn Tư'],
    ['an official said after the name', 'Hỏi Trần Thị Bình, cán bộ xã Trà Leng.', 'Trần Thị Bình'],
    ['a given name', 'Chị Lan ở thôn 3 đã về.', 'Lan'],
    ['an initial', 'Cháu H. ở thôn 3 đã về.', 'H'],
  ])('%s is a warning', (_said, body, name) => {
    const text = `${body} Gọi {{hotline.national}}.`
    expect(lint(draft(text), ground())).toMatchObject([{ rule: 'person-named', level: 'warning' }])
    expect(found(body)).toEqual([`person-named “${name}”`])
  })
})

describe('a full name of any family', () => {
  const family = fc.constantFrom(
    ...[
      'Nguyễn',
      'Trần',
      'Lê',
      'Hồ',
      'Đinh',
      'Alăng',
      'Zơrâm',
      'Bhling',
      'Coor',
      'Hốih',
      'Phạm',
      'Huỳnh',
      'Võ',
    ],
  )
  const middle = fc.constantFrom('Thị', 'Văn', 'Minh', 'Ngọc', 'Thị Thu', 'Quang')
  const given = fc.constantFrom('Lan', 'Hoa', 'Tư', 'Bé', 'Hạnh', 'Yên', 'Đông', 'Út')
  const lead = fc.constantFrom('', 'Chị ', 'Em ', 'Có cháu ', 'Nghe kể về ', 'Khi ', 'Hôm qua, anh ', '“')
  const link = fc.constantFrom(' ở ', ', ', ' (', ' vừa về lại ', ', quê ', '. Nhà em ở ')
  const home = fc.constantFrom(
    'thôn 3',
    'thôn Hai',
    'bản A Ur',
    'nóc Ông Yên',
    'tổ 5',
    'xã Trà Leng',
    'Trà Cang',
  )

  it('is seen with any village or commune', () => {
    fc.assert(
      fc.property(
        fc.tuple(lead, family, middle, given, link, home),
        ([before, first, second, last, between, at]) => {
          const name = `${first} ${second} ${last}`
          expect(found(`${before}${name}${between}${at} nhé.`)).toEqual([`person-with-place “${name}”`])
        },
      ),
      { numRuns: 400 },
    )
  })
})

describe('names that are no persons are left alone', () => {
  it.each([
    'Đường Trần Hưng Đạo, phường Tam Kỳ, họp lúc bảy giờ.',
    'Trường Nguyễn Văn Trỗi ở xã Trà Leng mở lớp.',
    'Trường tiểu học Lê Thị Hồng Gấm, thôn 2.',
    'Xe từ Hà Nội về thôn 3, qua Cao Bằng và Thái Nguyên.',
    'Người từ Lâm Đồng, Lý Sơn về xã Trà Cang.',
    'Đoàn Thanh niên xã Trà Leng mời bà con.',
    'Hội Phụ nữ thôn Hai, Công an xã Trà Leng và Ủy ban nhân dân.',
    'Mai Công an xã về thôn 3.',
    'Thành phố Hồ Chí Minh nhiều việc, thôn 3 ít việc.',
    'Học tập Bác Hồ, bà con thôn 3.',
    'Xã Hồ Xá và phường Lâm Tây ở xa thôn 3.',
    'Người Cơ Tu, người Xơ Đăng ở bản A Ur.',
    'Ngân hàng Chính sách xã hội về thôn 3.',
    'Sân bay Chu Lai gần thôn 3.',
    'Anh em thôn 3, chị em xã Trà Leng cùng nghe.',
    'Bà con Việt Nam ở Trung Quốc, ở Thái Lan nhớ thôn 3.',
  ])('%s', (body) => {
    expect(found(body)).toEqual([])
  })
})

describe('a foreign link', () => {
  it.each([
    ['Xem https://example.com/viec nhé.', 'https://example.com/viec'],
    ['Xem www.viec-lam.net.', 'www.viec-lam.net'],
    ['Vào bit.ly/vieclam ngay.', 'bit.ly/vieclam'],
    ['Vào facebook.com/tuyendung.', 'facebook.com/tuyendung'],
    ['Nhắn zalo.me/0123.', 'zalo.me/0123'],
    ['Gửi tuyen@gmail.com nhé.', 'tuyen@gmail.com'],
    ['Xem https://bocongan.gov.vn@example.com/a.', 'https://bocongan.gov.vn@example.com/a'],
    ['Xem bocongan.gov.vn.example.com nhé.', 'bocongan.gov.vn.example.com'],
    ['Xem http://192.168.1.1/ nhé.', 'http://192.168.1.1/'],
  ])('is an error: %s', (body, link) => {
    expect(found(body)).toEqual([`foreign-link “${link}”`])
  })

  it.each([
    'Xem https://quangnam.gov.vn/tin?id=1 nhé.',
    'Xem dichvucong.gov.vn.',
    'Gửi phapluat@moj.gov.vn nhé.',
    'Trên Facebook, trên Zalo có lời mời.',
    'Về nhà.Có người chờ. Số 1.2.3 và v.v.',
  ])('%s is none', (body) => {
    expect(found(body)).toEqual([])
  })

  it('that the register knows is none', () => {
    const site: Fact = { ...register.get('agency-police')!, id: 'site', value: 'www.iom.int' }
    const facts = new Map([...register, ['site', site]])
    expect(found('Xem www.iom.int nhé.', { facts })).toEqual([])
    expect(found('Xem www.iom.int nhé.')).toEqual(['foreign-link “www.iom.int”'])
  })
})

describe('a script without a number to call', () => {
  const rules = (body: string, kind: 'bulletin' | 'greeting' = 'bulletin') =>
    lint({ ...draft(body), kind }, ground()).map(({ rule, level }) => [rule, level])

  it('is warned of, also when its only number waits for confirmation', () => {
    expect(rules('Bà con ơi.')).toEqual([['no-hotline', 'warning']])
    const guarded = 'Bà con ơi. {{#if hotline.province}}Gọi {{hotline.province}}.{{/if}}'
    expect(rules(guarded)).toEqual([['no-hotline', 'warning']])
  })

  it('is no matter for a greeting, and none where a slot is spoken', () => {
    expect(rules('Kính chào bà con {{unit}}.', 'greeting')).toEqual([])
    expect(rules('Gọi {{hotline.police}}.')).toEqual([])
  })
})

describe('the facts of a script', () => {
  const ending = (validTo: string) => {
    const fact = { ...register.get('law-2024')!, validTo }
    return { facts: new Map([...register, [fact.id, fact]]) }
  }
  const text = 'Theo {{law.current}}, gọi {{hotline.national}}.'
  const rules = (validTo: string, facts: readonly string[] = [], body = text) =>
    lint(draft(body, facts), ground(ending(validTo))).map(({ rule, level, at, length }) => {
      return `${level} ${rule} “${body.slice(at, at + length)}”`
    })

  it.each([
    ['2026-11-22', ['error fact-expired “{{law.current}}”']],
    ['2026-11-23', ['error fact-expired “{{law.current}}”']],
    ['2026-11-24', ['warning fact-expiring “{{law.current}}”']],
    ['2026-12-23', ['warning fact-expiring “{{law.current}}”']],
    ['2026-12-24', []],
  ])('that end on %s, seen on 23 November 2026', (validTo, expected) => {
    expect(rules(validTo)).toEqual(expected)
  })

  it('count when they are only declared, and once however often they are spoken', () => {
    expect(rules('2026-11-01', ['law-2024'], 'Gọi {{hotline.national}}.')).toEqual(['error fact-expired “”'])
    expect(rules('2026-11-01', ['law-2024'], `${text} ${text}`)).toHaveLength(1)
  })

  it('that are not in force yet are an error', () => {
    const fact = { ...register.get('law-2024')!, validFrom: '2027-01-01' }
    const findings = lint(draft(text), ground({ facts: new Map([...register, [fact.id, fact]]) }))
    expect(findings).toMatchObject([{ rule: 'fact-coming', level: 'error', at: 5 }])
  })
})

describe('a script that is too long', () => {
  const long = 'Bà con mình ơi. '.repeat(240)

  it('by the estimate of how it is spoken is an error, also when only its reading is long', () => {
    expect(found(long)).toEqual(['too-long “”'])
    const spokenOf = (text: string) => ({ spoken: text.repeat(100), questions: [] })
    expect(found('Bà con mình ơi, nhớ nhé.', { spokenOf })).toContain('too-long “”')
    expect(found('Bà con mình ơi. '.repeat(200))).toEqual([])
  })

  it('far beyond any script is told only that, at once', () => {
    expect(lint(draft('Gọi 111 Nguyễn Văn A thôn 3 x.com '.repeat(6000)), ground())).toMatchObject([
      { rule: 'too-long', at: 0, length: 0 },
    ])
  })
})

describe('the scripts that come with the programme', () => {
  const names = readdirSync(`${content}scripts`).filter((name) => name.endsWith('.md'))

  it.each(names)('%s has no error, and no person is seen in it', (name) => {
    const read = readScript(readFileSync(`${content}scripts/${name}`, 'utf8'))
    if (!read.ok) throw new Error(read.why.en)
    expect(lint(read.value, ground())).toEqual([])
  })
})

describe('a lint', () => {
  it('never throws, says each place within the text, and in two languages', () => {
    const pieces = fc.constantFrom(
      ...[
        'Nguyễn',
        'Thị',
        'Lan',
        ' ',
        '. ',
        'thôn 3',
        'gọi',
        '111',
        '0905',
        '-',
        '{{',
        '}}',
        '{{unit}}',
        '\n',
        'một',
      ],
      ...[
        'https://',
        'www.',
        '.com',
        '@',
        '1800',
        'chị',
        '{{law.current}}',
        'không',
        ',',
        '🔔',
        'e\u0301',
        '(',
        '+84',
      ],
    )
    const body = fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 40 })
    fc.assert(
      fc.property(body, (parts) => {
        const text = parts.join('')
        for (const { at, length, vi, en } of lint(draft(text), ground())) {
          expect(at >= 0 && length >= 0 && at + length <= text.length).toBe(true)
          expect(vi.length > 20 && en.length > 20 && vi !== en).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})

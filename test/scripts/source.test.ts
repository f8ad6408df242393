import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readScript } from '../../src/scripts/index.ts'
import { markdown } from '../support/desk.ts'

const scriptsFolder = fileURLToPath(new URL('../../content/scripts/', import.meta.url))

function whyNot(text: string): string {
  const read = readScript(text)
  if (read.ok) throw new Error('it was read')
  expect(read.why.en).not.toBe(read.why.vi)
  return read.why.vi
}

describe('a script’s file', () => {
  it('is read with all it says', () => {
    const head = {
      facts: '[hotline-111]',
      sources: '[NĐ 162/2025]',
      valid_to: "'2027-01-01'",
      summary_en: 'x',
      demo: 'true',
    }
    expect(readScript(markdown('Bà con ơi.\n\nGọi {{hotline.national}}.', head))).toEqual({
      ok: true,
      value: {
        id: 'tim-viec',
        kind: 'bulletin',
        language: 'vi',
        title: 'Tìm việc trên mạng',
        titleEn: 'Looking for work online',
        audience: ['mọi người'],
        body: 'Bà con ơi.\n\nGọi {{hotline.national}}.',
        priority: 'thong-thuong',
        validFrom: '2026-01-01',
        validTo: '2027-01-01',
        facts: ['hotline-111'],
        sources: ['NĐ 162/2025'],
        summaryEn: 'x',
        demo: true,
      },
    })
  })

  it('written on another machine reads the same: CRLF, byte order mark, decomposed letters, zero-width marks', () => {
    const plain = markdown('Bà con ơi, đừng tin lời ngon ngọt.')
    const foreign = `\uFEFF${plain.normalize('NFD').replaceAll('\n', '\r\n').replace('tin', 'tin\u200B')}`
    expect(readScript(foreign)).toEqual(readScript(plain))
  })

  it.each(readdirSync(scriptsFolder).filter((name) => name.endsWith('.md')))(
    '%s of the collection is read',
    (name) => {
      const read = readScript(readFileSync(`${scriptsFolder}${name}`, 'utf8'))
      expect(read).toMatchObject({ ok: true, value: { id: name.replace(/\.md$/, '') } })
    },
  )

  it('without text is refused', () => {
    expect(whyNot(markdown(' \n\u200B\n'))).toBe('Bản tin chưa có chữ nào để đọc. Hãy viết nội dung.')
  })

  it('without front matter is refused, and the sentence says where to look', () => {
    expect(whyNot('Bà con ơi.')).toContain('content/scripts')
    expect(whyNot('')).toContain('---')
    expect(whyNot('---\ntitle: x\nBà con ơi.')).toContain('---')
  })

  it.each([
    ['title', "''"],
    ['title', '12'],
    ['slug', 'Tìm việc'],
    ['slug', '../facts'],
    ['slug', 'a--b'],
    ['audience', 'mọi người'],
    ['language', 'Vietnamese'],
    ['valid_from', "'2026-02-30'"],
    ['valid_from', "''"],
    ['valid_to', "'mãi mãi'"],
    ['priority', 'rất gấp'],
    ['kind', 'song'],
    ['demo', "'có'"],
    ['facts', '[{a: 1}]'],
  ])('whose field %s is %s is refused, and the sentence names the field', (field, value) => {
    expect(whyNot(markdown('Bà con ơi.', { [field]: value }))).toContain(`“${field}”`)
  })

  it('with a field left out is refused, and the sentence names the field', () => {
    const text = markdown('Bà con ơi.').replace(/^priority:.*\n/m, '')
    expect(whyNot(text)).toBe('Mục “priority” phải là thong-thuong, uu-tien hoặc khan-cap.')
  })

  it('with a field nobody knows is refused, so that a slip of the pen is not lost', () => {
    expect(whyNot(markdown('Bà con ơi.', { valid_until: "'2027-01-01'" }))).toContain('valid_until')
  })

  it('that ends before it begins is refused', () => {
    const head = { valid_from: "'2026-05-01'", valid_to: "'2026-05-01'" }
    expect(whyNot(markdown('Bà con ơi.', head))).toBe(
      'valid_to (2026-05-01) phải sau valid_from (2026-05-01). Hãy sửa ngày.',
    )
  })

  it('with front matter that is no list of fields is refused', () => {
    expect(whyNot('---\n- a\n- b\n---\nBà con ơi.')).toContain('mục: giá trị')
    expect(whyNot('---\n"a: [\n---\nBà con ơi.')).toContain('YAML')
    expect(whyNot(`---\na: &a [1,2]\nb: [*a,*a]\n---\nx`)).toContain('YAML')
  })

  it('of 200,001 characters is refused at once', () => {
    expect(whyNot('x'.repeat(200_001))).toContain('200000')
  })

  it('never throws, whatever is in it', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.string().map((head) => `---\n${head}\n---\nx`),
      fc.string().map((body) => markdown(body)),
    )
    fc.assert(fc.property(anything, (text) => typeof readScript(text).ok === 'boolean'))
  })
})

/** The lexicon's files: a language, a region over it, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasLexicon, loadLexicon } from '../../../src/audio/lexicon-file.ts'
import { speak } from '../../../src/audio/spoken/index.ts'
import { refusalOf } from '../../support/refusal.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loa-lexicon-'))
  put('vi.yaml', '')
  put('vi-quang-nam.yaml', '')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function put(file: string, yaml: string): void {
  writeFileSync(join(folder, file), yaml)
}

async function said(text: string, where?: Parameters<typeof loadLexicon>[1]): Promise<string> {
  const { spoken, questions } = speak(text, await loadLexicon(folder, where))
  return questions.length === 0
    ? spoken
    : `? ${questions.flatMap(({ token, choices }) => [token, ...choices]).join(' ')}`
}

describe('the lexicon of a region', () => {
  it('is laid over the one of the language, and wins', async () => {
    put('vi.yaml', 'abbreviations: { UBND: Ủy ban nhân dân, BQL: ban quản lý }\nunits: { đ: đồng }')
    put(
      'vi-quang-nam.yaml',
      'abbreviations: { BQL: ban quản lý chợ }\nplaces: [{ written: "Ch\'ơm", spoken: Chơm }]\nsettings: { zero_tens: lẻ }',
    )
    expect(await said('UBND, BQL Ch’ơm thu 105 đ.')).toBe(
      'Ủy ban nhân dân, ban quản lý chợ Chơm thu một trăm lẻ năm đồng.',
    )
  })

  it('settles what the language calls ambiguous, and unsettles what it does not', async () => {
    put(
      'vi.yaml',
      'abbreviations: { HTX: hợp tác xã }\nambiguous: [{ written: KH, choices: [kế hoạch, khoa học], in_document_number: kế hoạch }]',
    )
    put(
      'vi-quang-nam.yaml',
      'abbreviations: { KH: kế hoạch }\nambiguous: [{ written: HTX, choices: [hợp tác xã, hội trường xã] }]',
    )
    expect(await said('Có KH rồi.')).toBe('Có kế hoạch rồi.')
    expect(await said('Ở HTX.')).toBe('? HTX hợp tác xã hội trường xã')
  })

  it('is the one that is asked for', async () => {
    put('vi-tay-nguyen.yaml', 'places: [{ written: Ea, spoken: Ê a }]')
    expect(await said('Ở Ea.', { region: 'tay-nguyen' })).toBe('Ở Ê a.')
    expect(await said('Ở Ea.')).toBe('? Ea')
  })

  it('that has no file is refused with the file’s name', async () => {
    const { code, sentence } = await refusalOf(loadLexicon(folder, { region: 'ha-giang' }))
    expect(code).toBe('not_found')
    expect(sentence.vi).toContain('vi-ha-giang.yaml')
    expect(sentence.en).toContain('vi-ha-giang.yaml')
  })

  it('is never looked for outside its folder', async () => {
    for (const where of [
      { region: '../quang-nam' },
      { language: '../vi' },
      { language: '' },
      { region: 'a/b' },
    ]) {
      expect((await refusalOf(loadLexicon(folder, where))).code).toBe('invalid')
    }
  })
})

describe('a language', () => {
  it('is read aloud when it has a lexicon, and by people when it has none', async () => {
    expect(await hasLexicon(folder, 'vi')).toBe(true)
    expect(await hasLexicon(folder, 'ktv')).toBe(false)
    expect(await hasLexicon(folder, '../spoken/vi')).toBe(false)
  })

  it('without its file is refused with the file’s name', async () => {
    expect((await refusalOf(loadLexicon(folder, { language: 'ktv' }))).sentence.vi).toContain('ktv.yaml')
  })
})

describe('a lexicon file is refused, and the sentence names file and entry, when', () => {
  it.each([
    ['a reading has a figure', 'abbreviations: { UBND: UB 2 }', 'abbreviations.UBND'],
    ['a reading is empty', "loan_words: { Zalo: '' }", 'loan_words.Zalo'],
    ['a reading has a sign', 'units: { "%": "phần/trăm" }', 'units.%'],
    ['a figure is to be read', 'abbreviations: { 5K: năm ca }', '5K'],
    ['a section is misspelt', 'abbreviation: { UBND: ủy ban }', 'abbreviation'],
    ['a field is misspelt', 'places: [{ written: Ea, spoken: Ê a, check: true }]', 'places.0'],
    [
      'a mark is neither true nor false',
      'places: [{ written: Ea, spoken: Ê a, checked: rồi }]',
      'places.0.checked',
    ],
    [
      'an ambiguous token has one reading',
      'ambiguous: [{ written: TT, choices: [thị trấn] }]',
      'ambiguous.0.choices',
    ],
    ['its readings are the same', 'ambiguous: [{ written: TT, choices: [tổ, tổ] }]', 'ambiguous.0.choices'],
    [
      'a writing stands twice in a section',
      'abbreviations:\n  UBND: ủy ban\n  UBND: ủy ban\n',
      'dòng 3, “UBND: ủy ban”',
    ],
    [
      'it stands twice, composed in two ways',
      `abbreviations:\n  HĐỒ: một\n  ${'HĐỒ'.normalize('NFD')}: hai\n`,
      'dòng 3',
    ],
    [
      'a writing stands in two sections',
      'abbreviations: { Ea: một }\nplaces: [{ written: Ea, spoken: Ê a }]',
      '“Ea”',
    ],
    [
      'an abbreviation is ambiguous too',
      'abbreviations: { TT: một }\nambiguous: [{ written: TT, choices: [hai, ba] }]',
      '“TT”',
    ],
    [
      'two places share a spelling',
      'places: [{ written: Ea, spoken: Ê a }, { written: E A, also: [Ea], spoken: Ê a }]',
      '“Ea”',
    ],
    ['linh is neither linh nor lẻ', 'settings: { zero_tens: lẽ }', 'settings.zero_tens'],
    ['it is no YAML', 'abbreviations: { UBND: "', 'dòng 1'],
    ['it is a list', '- UBND', 'vi-quang-nam.yaml'],
    ['it repeats itself without end', 'abbreviations: &a { UBND: ủy ban }\nunits: *a', 'vi-quang-nam.yaml'],
  ])('%s', async (_what, yaml, named) => {
    put('vi-quang-nam.yaml', yaml)
    const { code, sentence } = await refusalOf(loadLexicon(folder))
    expect(code).toBe('invalid')
    expect(sentence.vi).toContain('vi-quang-nam.yaml')
    expect(sentence.vi).toContain(named)
    expect(sentence.en).toContain('vi-quang-nam.yaml')
  })
})

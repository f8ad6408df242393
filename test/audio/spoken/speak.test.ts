import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cardinal } from '../../../src/audio/spoken/numbers.ts'
import { readLexicon, sentencesOf, speak } from '../../../src/audio/spoken/index.ts'
import { isSyllable } from '../../../src/audio/spoken/syllable.ts'
import { testLexicon } from './lexicon.ts'

const figures = fc.stringMatching(/^[0-9]{1,9}([.,/:-][0-9]{1,4}){0,3}$/)
const capitals = fc.stringMatching(/^[A-ZĐƯ]{1,6}(-[A-ZĐ]{1,4})?$/)
const words = fc.constantFrom(
  'ngày',
  'tháng',
  'số',
  'gọi',
  'người',
  'từ',
  'đến',
  'khóa',
  'điểm',
  'Ở',
  'km',
  'đồng',
  'Y tế',
)
const signs = fc.constantFrom(
  '%',
  '&',
  '/',
  '-',
  '–',
  '+',
  '=',
  '°C',
  '$',
  '#',
  '@',
  '(',
  ')',
  '“',
  '…',
  '\n',
  '\n\n',
  '🙂',
  '²',
  "'",
)
const strange = fc.constantFrom(
  "H'Leo",
  'iPhone',
  'wifi',
  'www.x.vn',
  '<s>',
  '$(rm)',
  '123abc',
  'Nguyễn',
  'q',
  'v.v.',
)
const token = fc.oneof(
  figures,
  capitals,
  words,
  signs,
  strange,
  fc.string({ unit: 'grapheme', maxLength: 6 }),
)
const text = fc
  .array(fc.tuple(token, fc.constantFrom(' ', ' ', ' ', '', ', ', '. ')), { maxLength: 24 })
  .map((pairs) => pairs.flat().join(''))

describe('speaking any text', () => {
  it('leaves no digit, no sign and no lone capitals, or asks a question', () => {
    let spokenTexts = 0
    fc.assert(
      fc.property(text, (written) => {
        const { spoken, questions } = speak(written, testLexicon)
        if (questions.length > 0) return
        if (spoken !== '') spokenTexts += 1
        expect(spoken).toMatch(/^[\p{L}\s.,;:!?]*$/u)
        expect(spoken).toBe(spoken.normalize('NFC'))
        for (const word of spoken.split(/[\s.,;:!?]+/u)) {
          expect(word, spoken).not.toMatch(/^\p{Lu}{2,}$/u)
          expect(word, spoken).not.toMatch(/^[BCDĐFGHJKLMNPQRSTVWXZ]$/u)
          if (word !== '') expect(isSyllable(word), `${word} in: ${spoken}`).toBe(true)
        }
      }),
      { numRuns: 4000 },
    )
    // The rule must have been tried on texts that are spoken, not only on refused ones.
    expect(spokenTexts).toBeGreaterThan(100)
  })

  it('asks about tokens that stand in the text at the place it names', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Họp ', 'Ngày 5 tháng 9, ', ''),
        fc.constantFrom('TT', 'ĐVTN', '7/10', '2.5'),
        (before, asked) => {
          const written = `${before}${asked} nhé.`
          const { questions } = speak(written, testLexicon)
          expect(questions.map(({ token: each, at }) => [each, at])).toEqual([[asked, before.length]])
        },
      ),
    )
  })

  it('offers the readings an editor may choose from', () => {
    expect(speak('Đến TT xã.', testLexicon).questions).toEqual([
      { token: 'TT', at: 4, choices: ['thị trấn', 'thông tư', 'trung tâm'] },
    ])
    expect(speak('Nhớ 111 nhé.', testLexicon).questions[0]?.choices).toEqual([
      'một một một',
      'một trăm mười một',
    ])
  })

  it('reads decomposed letters and letters with invisible marks as it reads the plain ones', () => {
    const plain = speak('Tới xã Trà Leng, gọi 111.', testLexicon)
    expect(speak('Tới xã Trà Leng, gọi 111.'.normalize('NFD'), testLexicon)).toEqual(plain)
    expect(speak('Tới\u200B xã\u00A0Trà \u202ELeng, gọi\u00AD 111.', testLexicon)).toEqual(plain)
  })

  it('says nothing for nothing', () => {
    expect(speak('', testLexicon)).toEqual({ spoken: '', questions: [] })
    expect(speak(' … !!! \n\n', testLexicon).questions).toEqual([])
    expect(sentencesOf(speak(' … !!! \n\n', testLexicon).spoken)).toEqual([])
  })

  it('says "lẻ" where the station says so', () => {
    const central = readLexicon({ settings: { zero_tens: 'lẻ' } })
    expect(central.ok && speak('Có 105 hộ.', central.value).spoken).toBe('Có một trăm lẻ năm hộ.')
  })

  it('stays quick on a text far longer than any script', () => {
    const began = performance.now()
    speak('Ngày 9/7/2021, UBND xã gọi 111, có 1.500.000 đồng. '.repeat(1000), testLexicon)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

describe('the lexicon', () => {
  it('refuses a reading that the voice could not say, and names it', () => {
    const read = readLexicon({ abbreviations: { UBND: 'UB 2' } })
    expect(read.ok).toBe(false)
    expect(!read.ok && read.why).toContain('abbreviations.UBND')
  })
})

describe('whole numbers in words', () => {
  it('differ whenever the numbers differ', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 999_999_999_999_999_999n }),
        fc.bigInt({ min: 0n, max: 999_999_999_999_999_999n }),
        (a, b) => {
          fc.pre(a !== b)
          expect(cardinal(String(a))).not.toBe(cardinal(String(b)))
        },
      ),
    )
  })

  it('name large numbers as people do', () => {
    expect(cardinal('2000000000')).toBe('hai tỷ')
    expect(cardinal('1500000000000')).toBe('một nghìn năm trăm tỷ')
    expect(cardinal('1000000000000')).toBe('một nghìn tỷ')
    expect(cardinal('1000000001')).toBe('một tỷ không trăm linh một')
  })
})

describe('sentences of spoken text', () => {
  it('end at stops and lines, paragraphs at blank lines', () => {
    expect(sentencesOf('Một. Hai? Ba!\nBốn, năm.\n\nSáu.')).toEqual([
      ['Một.', 'Hai?', 'Ba!', 'Bốn, năm.'],
      ['Sáu.'],
    ])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cardinal } from '../../../src/audio/spoken/numbers.ts'
import {
  looksForeign,
  questionsMax,
  readLexicon,
  sentencesOf,
  speak,
} from '../../../src/audio/spoken/index.ts'
import { isSyllable } from '../../../src/audio/spoken/syllable.ts'
import { testLexicon } from './lexicon.ts'
import { anyText } from './texts.ts'

describe('speaking any text', () => {
  it('leaves no digit, no sign and no lone capitals, or asks a question', () => {
    let spokenTexts = 0
    fc.assert(
      fc.property(anyText, (written) => {
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
      { numRuns: 1500 },
    )
    // The rule must have been tried on texts that are spoken, not only on refused ones.
    expect(spokenTexts).toBeGreaterThan(60)
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
    expect(speak('', testLexicon)).toEqual({ spoken: '', questions: [], unlisted: 0, words: [] })
    expect(speak(' … !!! \n\n', testLexicon).questions).toEqual([])
    expect(sentencesOf(speak(' … !!! \n\n', testLexicon).spoken)).toEqual([])
  })

  it('says "lẻ" where the station says so', () => {
    const central = readLexicon({ settings: { zero_tens: 'lẻ' } })
    expect(central.ok && speak('Có 105 hộ.', central.value).spoken).toBe('Có một trăm lẻ năm hộ.')
  })

  it.each([
    ['of one letter', 'a'],
    ['of capitals', 'TT '],
    ['of combining marks alone', '\u0301\u0323'],
    ['of emoji', '\u{1F468}\u200D\u{1F469} '],
    ['of an address without end', 'a.a@'],
    ['of prose', 'Ngày 9/7/2021, UBND xã gọi 111, có 1.500.000 đồng.\r\n'],
  ])('answers a text of 50,000 characters %s', (_what, piece) => {
    const { spoken, questions, unlisted } = speak(piece.repeat(50_000 / piece.length), testLexicon)
    expect(questions.length).toBeLessThanOrEqual(questionsMax)
    expect(questions.length < questionsMax && unlisted > 0).toBe(false)
    if (questions.length === 0) expect(spoken).toMatch(/^[\p{L}\s.,;:!?]*$/u)
    else expect(questions[0]?.at).toBeGreaterThanOrEqual(0)
  })

  it('lists the first 200 questions and counts the others', () => {
    const { questions, unlisted } = speak('TT xã. '.repeat(250), testLexicon)
    expect({ listed: questions.length, unlisted, last: questions.at(-1)?.at }).toEqual({
      listed: 200,
      unlisted: 50,
      last: 199 * 7,
    })
  })

  it('keeps paragraphs apart, and lines', () => {
    const { spoken } = speak('Một.\n\nHai,\n- ba.\n\n\n\n…\nBốn', testLexicon)
    expect(spoken).toBe('Một.\n\nHai,\nba.\n\nBốn')
    expect(sentencesOf(spoken)).toEqual([['Một.'], ['Hai,', 'ba.'], ['Bốn']])
  })
})

describe('a text in another language', () => {
  const english =
    'Never follow a stranger who promises you a high salary abroad. Keep your own papers, and call for help when someone threatens you.'
  const cotu =
    'Đhanuôr zi lướt t’bhlâng bhrợ têng, pr’ặt tr’mung ting t’ngay ting k’rơ lâh mơ, c’la đoọng ha apêê.'

  it.each([
    ['English', english],
    ['Cơ Tu', cotu],
  ])('in %s is asked about, and seen to be foreign', (_language, text) => {
    const spoken = speak(text, testLexicon)
    expect(spoken.questions.length).toBeGreaterThan(4)
    expect(looksForeign(spoken)).toBe(true)
  })

  it('is not what a few names and abbreviations make of it', () => {
    const text = 'Hôm nay TT xã mời bà con thôn 2 và thôn 4 tới nghe cán bộ nói chuyện về VSATTP.'
    const spoken = speak(text, testLexicon)
    expect(spoken.questions.map(({ token }) => token)).toEqual(['TT', 'VSATTP'])
    expect(looksForeign(spoken)).toBe(false)
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

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  byVietnameseName,
  cleanText,
  columnsOf,
  figure,
  foldName,
  lineAndColumn,
} from '../../src/base/text.ts'

describe('the search key of a name', () => {
  it.each([
    ['Trà Cang', 'tra cang'],
    ['Đại Lộc', 'dai loc'],
    ['TAM KỲ', 'tam ky'],
    ["A Xan – Ch'ơm", 'a xan chom'],
    ['Ch’Ơm', 'chom'],
    ['  Nam   Trà-My ', 'nam tramy'],
    ['Phường Điện Bàn Đông', 'phuong dien ban dong'],
  ])('“%s” is found as “%s”', (name, key) => expect(foldName(name)).toBe(key))

  it('is the same for composed and decomposed letters', () => {
    expect(foldName('Trà Leng'.normalize('NFD'))).toBe(foldName('Trà Leng'.normalize('NFC')))
  })

  it('folded twice is folded once, and has no letter with a mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const key = foldName(text)
        expect(foldName(key)).toBe(key)
        expect(key).not.toMatch(/[đĐ]|^\s|\s$|\s\s/)
      }),
    )
  })
})

describe('cleaned text', () => {
  it.each(['\u0301', '\u0301\u0323', '\u0344'])('keeps no more than thirty marks on a letter', (marks) => {
    const once = cleanText(`o${marks.repeat(20_000)} xã`)
    expect(once).toMatch(/^.\p{M}{1,30} xã$/u)
    expect(cleanText(once)).toBe(once)
  })

  it('is composed, because speech engines misread decomposed letters', () => {
    expect(cleanText('tiếng Việt'.normalize('NFD'))).toBe('tiếng Việt')
  })

  it('keeps line feeds of every kind as line feeds, and tabs as spaces', () => {
    expect(cleanText('a\r\nb\rc\nd\te')).toBe('a\nb\nc\nd e')
  })

  it('loses what cannot be seen: control characters, bidirectional marks, zero width', () => {
    expect(cleanText('111\u202E\u200B\u0000\uFEFF\u00AD\u001B[31m')).toBe('111[31m')
  })

  it('is composed also where something invisible stood between a letter and its mark', () => {
    expect(cleanText('tie\u200B\u0302\u0301ng')).toBe('tiếng')
  })

  it('cleaned twice is cleaned once', () => {
    const characters = fc.array(
      fc.oneof(fc.nat(0xffff), fc.constantFrom(0x65, 0x301, 0x302, 0x200b, 0xad, 0xd)),
    )
    fc.assert(
      fc.property(characters, (codes) => {
        const once = cleanText(String.fromCharCode(...codes))
        expect(cleanText(once)).toBe(once)
        expect(once.normalize('NFC')).toBe(once)
      }),
      { numRuns: 500 },
    )
  })
})

describe('names and figures for readers', () => {
  it('are in the order of a Vietnamese dictionary: Đ after D, before E', () => {
    expect(
      ['Thăng Bình', 'Đại Lộc', 'Duy Xuyên', 'Điện Bàn', 'Hội An', 'Bà Nà'].sort(byVietnameseName),
    ).toEqual(['Bà Nà', 'Duy Xuyên', 'Đại Lộc', 'Điện Bàn', 'Hội An', 'Thăng Bình'])
  })

  it('have points for thousands and a comma for the rest', () => {
    expect(figure(1234.5)).toBe('1.234,5')
    expect(figure(0)).toBe('0')
  })
})

describe('a place in a text, for people', () => {
  it('is a line and a column, both from 1', () => {
    const text = 'Một.\n\nHai ba.'
    expect(['M', '.', 'H', 'ba'].map((word) => lineAndColumn(text, text.indexOf(word)))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 4 },
      { line: 3, column: 1 },
      { line: 3, column: 5 },
    ])
  })

  it('counts a letter with its marks, and a pair of surrogates, as one column', () => {
    expect(columnsOf('tới'.normalize('NFD'))).toBe(3)
    expect(lineAndColumn('\u{1F642} xã', 3)).toEqual({ line: 1, column: 3 })
  })
})

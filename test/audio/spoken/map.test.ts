/** Every spoken word knows which characters of the text it stands for. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanText } from '../../../src/base/text.ts'
import { type Question, speak, type Spoken } from '../../../src/audio/spoken/index.ts'
import { testLexicon } from './lexicon.ts'
import { anyText } from './texts.ts'

const mapOf = (text: string): [string, string][] =>
  speak(text, testLexicon).words.map(({ word, from, to }) => [word, cleanText(text).slice(from, to)])

describe('the map from spoken words to the text', () => {
  it('leads each word of a figure to the figure', () => {
    expect(mapOf('Họp 7h30, gọi 111.')).toEqual([
      ['Họp', 'Họp'],
      ...['bảy', 'giờ', 'ba', 'mươi', 'phút'].map((word): [string, string] => [word, '7h30']),
      ['gọi', 'gọi'],
      ...['một', 'một', 'một'].map((word): [string, string] => [word, '111']),
    ])
  })

  it('leads the words of an abbreviation and of a loan word to it', () => {
    expect(mapOf('UBND đăng Zalo')).toEqual([
      ['Ủy', 'UBND'],
      ['ban', 'UBND'],
      ['nhân', 'UBND'],
      ['dân', 'UBND'],
      ['đăng', 'đăng'],
      ['da', 'Zalo'],
      ['lô', 'Zalo'],
    ])
  })

  it('keeps a token that is asked about as it stands, at its place', () => {
    const { spoken, questions, words } = speak('Hỏi 7/10 ở TT.', testLexicon)
    expect(spoken).toBe('Hỏi 7/10 ở TT.')
    expect(questions.map(({ token, at }) => [token, at])).toEqual([
      ['7/10', 4],
      ['TT', 11],
    ])
    expect(words.map(({ word, at, from }) => [word, at, from])).toEqual([
      ['Hỏi', 0, 0],
      ['7/10', 4, 4],
      ['ở', 9, 9],
      ['TT', 11, 11],
    ])
  })

  it('holds where punctuation is tidied away: quotes, brackets, dashes, repeated marks, empty lines', () => {
    const text = '- “Việc nhẹ” (đừng tin) – bà con ạ!!!\n\n\n\n… Xin gọi 113 , nhé ?!'
    const { spoken, words } = speak(text, testLexicon)
    expect(spoken).toBe('Việc nhẹ, đừng tin, bà con ạ!\n\nXin gọi một một ba, nhé?')
    expect(words.find(({ word }) => word === 'ba')).toEqual({
      word: 'ba',
      at: spoken.indexOf('ba, nhé'),
      from: text.indexOf('113'),
      to: text.indexOf('113') + 3,
    })
    holds(text)
  })

  it('counts in the text as it is after composing letters and dropping invisible marks', () => {
    const text = 'Tới\u200B xã 5 km'.normalize('NFD')
    const clean = cleanText(text)
    expect(speak(text, testLexicon).words.map(({ from, to }) => clean.slice(from, to))).toEqual([
      'Tới',
      'xã',
      '5 km',
      '5 km',
      '5 km',
      '5 km',
    ])
  })

  it('covers every word of any text, in order, and every letter and figure of it', () => {
    let plain = 0
    fc.assert(
      fc.property(anyText, (text) => {
        plain += holds(text)
      }),
      { numRuns: 800 },
    )
    // The rule about plain words must have been tried.
    expect(plain).toBeGreaterThan(500)
  })
})

/** Holds the map of a text against every promise of it; gives the number of plain words that were compared. */
function holds(text: string): number {
  const clean = cleanText(text)
  const result = speak(text, testLexicon)
  const { spoken, words, questions } = result
  const runs = [...spoken.matchAll(/[^\s.,;:!?]+/gu)]
  expect(words.map(({ word, at }) => [word, at])).toEqual(runs.map((run) => [run[0], run.index]))
  let before = 0
  for (const { word, at, from, to } of words) {
    expect(spoken.slice(at, at + word.length)).toBe(word)
    expect(from).toBeGreaterThanOrEqual(before)
    expect(to).toBeGreaterThan(from)
    expect(to).toBeLessThanOrEqual(clean.length)
    before = from
  }
  for (const { token, at } of questions) expect(clean.slice(at, at + token.length)).toBe(token)
  everyLetterIsSpoken(clean, result)
  return plainWords(clean, words, questions)
}

function everyLetterIsSpoken(clean: string, { words, questions, unlisted }: Spoken): void {
  if (unlisted > 0) return
  const covered = new Uint8Array(clean.length)
  for (const { from, to } of words) covered.fill(1, from, to)
  for (const { at, token } of questions) covered.fill(1, at, at + token.length)
  const missed = [...clean.matchAll(/[\p{L}\p{N}]/gu)].filter(({ index }) => covered[index] === 0)
  expect(missed.map((match) => match[0])).toEqual([])
}

/** A source of letters only that is no abbreviation is said as it stands, whatever its case. */
function plainWords(clean: string, words: Spoken['words'], questions: readonly Question[]): number {
  const asked = new Set(questions.map(({ at }) => at))
  let compared = 0
  for (const { word, from, to } of words) {
    const source = clean.slice(from, to)
    if (!/^\p{Ll}+$/u.test(source) || asked.has(from) || testLexicon.written.has(source)) continue
    if (testLexicon.units.some(([written]) => written === source) || source.length === 1) continue
    compared += 1
    expect(word.toLowerCase()).toBe(source)
  }
  return compared
}

/** The tables of readings, written by people: what is written | what is said, or `? token token` where we must ask. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadLexicon } from '../../../src/audio/lexicon-file.ts'
import { type Lexicon, speak } from '../../../src/audio/spoken/index.ts'

import { testLexicon } from './lexicon.ts'

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const shippedLexicon = await loadLexicon(here('../../../content/speech'))

type Case = { file: string; written: string; expected: string }
const cases: Case[] = readdirSync(here('.'))
  .filter((name) => name.endsWith('.txt'))
  .flatMap((file) =>
    readFileSync(here(file), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('#'))
      .map((line) => {
        const stroke = line.indexOf(' | ')
        return { file, written: line.slice(0, stroke), expected: line.slice(stroke + 3) }
      }),
  )

function said(written: string, lexicon: Lexicon): string {
  const { spoken, questions } = speak(written, lexicon)
  return questions.length === 0 ? spoken : `? ${questions.map(({ token }) => token).join(' ')}`
}

describe('the tables', () => {
  it('hold at least 400 readings, each once', () => {
    expect(cases.length).toBeGreaterThanOrEqual(400)
    expect(new Set(cases.map(({ written }) => written)).size).toBe(cases.length)
    expect(cases.filter(({ written, expected }) => written === '' || expected === '')).toEqual([])
  })

  it('are to a good part whole lines as bulletins have them', () => {
    const lines = cases.filter(({ written }) => written.length >= 60 && /[.!?]$/u.test(written))
    expect(lines.length).toBeGreaterThanOrEqual(100)
  })

  it('ask as well as answer', () => {
    expect(cases.filter(({ expected }) => expected.startsWith('? ')).length).toBeGreaterThanOrEqual(40)
  })
})

describe('how written Vietnamese is said', () => {
  it.each(cases)('$written', ({ written, expected }) => {
    expect(said(written, testLexicon)).toBe(expected)
  })

  it('is the same with the lexicon that staff keep, for every line that is read', () => {
    const read = cases.filter(({ expected }) => !expected.startsWith('? '))
    expect(read.map(({ written }) => said(written, shippedLexicon))).toEqual(
      read.map(({ expected }) => expected),
    )
  })
})

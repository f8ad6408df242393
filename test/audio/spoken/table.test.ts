import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { speak } from '../../../src/audio/spoken/index.ts'
import { testLexicon } from './lexicon.ts'

const lines = readFileSync(fileURLToPath(new URL('cases.txt', import.meta.url)), 'utf8').split('\n')
const cases = lines
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => {
    const stroke = line.indexOf(' | ')
    return { written: line.slice(0, stroke), expected: line.slice(stroke + 3) }
  })

describe('how written Vietnamese is said', () => {
  it('has a table of cases worth the name', () => {
    expect(cases.length).toBeGreaterThan(200)
  })

  it.each(cases)('$written', ({ written, expected }) => {
    const { spoken, questions } = speak(written, testLexicon)
    const said = questions.length === 0 ? spoken : `? ${questions.map(({ token }) => token).join(' ')}`
    expect(said).toBe(expected)
  })
})

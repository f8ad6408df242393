/** The two dictionaries say the same with the same values, and views ask only for words that are there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compileViews } from '../../src/web/views.ts'
import { en } from '../../src/web/words/en.ts'
import { sayIn, type Word } from '../../src/web/words/index.ts'
import { vi } from '../../src/web/words/vi.ts'

const words = Object.keys(vi) as Word[]
const valuesIn = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? ''))].sort()

describe('the dictionaries', () => {
  it('take the same values in both languages', () => {
    expect(words.length).toBeGreaterThan(200)
    expect(words.map((word) => [word, ...valuesIn(en[word])])).toEqual(
      words.map((word) => [word, ...valuesIn(vi[word])]),
    )
    expect(words.filter((word) => en[word].trim() === '')).toEqual([])
  })

  it('write figures as their readers do', () => {
    expect(sayIn('vi')('unit.population', { count: 12345 })).toBe('Dân số 12.345 người')
    expect(sayIn('en')('unit.population', { count: 12345 })).toBe('12,345 inhabitants')
  })

  it('speak of one and of many', () => {
    expect(sayIn('en')('todo.attest', { count: 1 })).toBe(
      '1 airing played by hand is past due and nobody has confirmed it.',
    )
    expect(sayIn('en')('todo.attest', { count: 2 })).toBe(
      '2 airings played by hand are past due and nobody has confirmed them.',
    )
    expect(() => sayIn('en')('todo.attest')).toThrow('needs a value for count')
  })
})

describe('the views', () => {
  it.each([
    ['a word no dictionary has', '{{say "no.such.word"}}', /no\.such\.word/],
    ['a helper nobody knows', '{{shout "x"}}', /unknown helper shout/],
    ['a broken template', '{{#if x}}', /Parse error/],
  ])('do not compile with %s', (_said, view, why) => {
    expect(() => compiled(view)).toThrow(why)
  })

  it('refuse a model that lacks a field, and escape what it has', () => {
    expect(() => compiled('{{name}}').render('page', { language: 'vi' })).toThrow(/name/)
    expect(compiled('{{name}}').render('page', { language: 'vi', name: '<b>' })).toBe('&lt;b&gt;')
  })

  function compiled(view: string) {
    const folder = mkdtempSync(join(tmpdir(), 'loa-views-'))
    mkdirSync(join(folder, 'parts'))
    writeFileSync(join(folder, 'page.hbs'), view)
    try {
      return compileViews(folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
})

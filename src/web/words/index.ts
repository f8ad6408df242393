/**
 * What the pages say, in two languages. Both dictionaries have the same keys: a missing one does not
 * compile, and a view that asks for an unknown one stops the start.
 */
import { strict as assert } from 'node:assert'
import type { Sentence } from '../../base/errors.ts'
import { figureIn, type Language } from '../formats.ts'
import { en } from './en.ts'
import { vi } from './vi.ts'

export type Word = keyof typeof vi
export type Values = Readonly<Record<string, string | number>>

/** Says a word or sentence in one language, with its values filled in. */
export type Say = (word: Word, values?: Values) => string

const dictionaries: Record<Language, Record<Word, string>> = { vi, en }

export function isWord(text: string): text is Word {
  return Object.hasOwn(vi, text)
}

/**
 * The sentence of the language. `{name}` stands for a value, figures written as the language writes
 * them; `{name|one|many}` chooses by the figure of that name.
 */
export function sayIn(language: Language): Say {
  return (word, values = {}) =>
    dictionaries[language][word].replaceAll(
      /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g,
      (_, name: string, one?: string, many?: string) => {
        const value = values[name]
        assert(value !== undefined, `"${word}" needs a value for ${name}`)
        if (one !== undefined && many !== undefined) return value === 1 ? one : many
        return typeof value === 'number' ? figureIn(language, value) : value
      },
    )
}

/** The sentence in both languages, for a refusal. */
export function sentence(word: Word, values: Values = {}): Sentence {
  return { vi: sayIn('vi')(word, values), en: sayIn('en')(word, values) }
}

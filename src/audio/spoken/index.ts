/**
 * Written Vietnamese to spoken Vietnamese.
 *
 * The voice never sees a figure, a sign or an abbreviation, because it misreads most of them (15 as ten
 * years, 111 as a count, UBND as English). What can be read in one way is written out; what can be read in
 * several ways, or in none that we know, comes back as a question with its place. Nothing is guessed: a text
 * with a question is not spoken. Pure: text and lexicon in, words out.
 */
import { cleanText } from '../../base/text.ts'
import { calendarNumber, dayOfMonth, fullDate, monthOfYear } from './dates.ts'
import { documentNumber, documentSymbol } from './law.ts'
import type { Lexicon } from './lexicon.ts'
import { shortNumber, telephone } from './phones.ts'
import { belowZero, fractionOrRatio, quantity, range, unreadFigure } from './quantities.ts'
import type { Place, Reading, Rule } from './rule.ts'
import { punctuation } from './symbols.ts'
import { timeOfDay } from './times.ts'
import { fixedReading, letterLabel, plainWord, romanNumeral, webAddress } from './words.ts'

export { readLexicon, type Lexicon } from './lexicon.ts'
export { sentencesOf } from './sentences.ts'

/** A token that people must decide on: its place in the cleaned text (UTF-16 units) and the readings it may have. */
export type Question = { token: string; at: number; choices: string[] }

/** `spoken` may be given to a voice only when there are no questions; unread tokens stand in it as written. */
export type Spoken = { spoken: string; questions: Question[] }

// Order matters: the longest and surest shapes first, what is left over last.
const rules: readonly Rule[] = [
  ...[webAddress, documentNumber, documentSymbol, fixedReading, telephone, fullDate, monthOfYear, timeOfDay],
  ...[dayOfMonth, fractionOrRatio, shortNumber, calendarNumber, quantity, unreadFigure],
  ...[belowZero, range, romanNumeral, letterLabel, plainWord, punctuation],
]

/** How far back a rule may look for the words that govern a token. */
const lookBehind = 80

/**
 * Says the text in words. The result has no digit, no symbol and no lone capital token, or a question. Places
 * are counted in `cleanText(text)`: Unicode NFC without control and bidirectional marks.
 */
export function speak(text: string, lexicon: Lexicon): Spoken {
  const clean = cleanText(text).replaceAll(/[\u00A0\u2000-\u200A\u202F\u3000]/gu, ' ')
  const parts: string[] = []
  const questions: Question[] = []
  for (let at = 0; at < clean.length;) {
    const space = /^\s+/u.exec(clean.slice(at, at + 64))
    if (space !== null) {
      parts.push(space[0])
      at += space[0].length
      continue
    }
    const reading = read({ text: clean, at, before: clean.slice(Math.max(0, at - lookBehind), at), lexicon })
    const token = clean.slice(at, at + reading.length)
    if ('say' in reading) parts.push(joined(reading.say))
    else {
      parts.push(` ${token} `)
      questions.push({ token, at, choices: reading.ask })
    }
    at += reading.length
  }
  const spoken = tidy(parts.join(''))
  if (questions.length === 0) questions.push(...unspeakable(spoken))
  return { spoken, questions }
}

function read(place: Place): Reading {
  for (const rule of rules) {
    const reading = rule(place)
    if (reading !== undefined && reading.length > 0) return reading
  }
  return { length: 1, ask: [] }
}

/** Words are set apart from their neighbours; hyphens inside loan words only help the eye. */
function joined(say: string): string {
  if (!/\p{L}/u.test(say)) return say
  const words = say.replaceAll(/\s+-\s+/gu, ', ').replaceAll('-', ' ')
  return ` ${words} `
}

function tidy(text: string): string {
  return text
    .replaceAll(/[^\S\n]+/gu, ' ')
    .replaceAll(/ *\n */gu, '\n')
    .replaceAll(/\n{3,}/gu, '\n\n')
    .replaceAll(/ +([.,;:!?])/gu, '$1')
    .replaceAll(/[,;:]*([,;:])(?=[.!?])/gu, '')
    .replaceAll(/([.!?])[.,;:]+/gu, '$1')
    .replaceAll(/[,;:](?:\s*[,;:])+/gu, ',')
    .replaceAll(/([.!?])(?:\s*[.!?])+/gu, '$1')
    .replaceAll(/(^|\n)[\s.,;:!?]+(?=\S)/gu, '$1')
    .replaceAll(/([.,;:!?])(?=\p{L})/gu, '$1 ')
    .trim()
}

/** The last gate, whatever the rules believed: letters and pauses only, no token of capitals. */
function unspeakable(spoken: string): Question[] {
  const found = spoken.matchAll(
    /[^\p{L}\s.,;:!?]+|(?<![\p{L}])\p{Lu}{2,}(?![\p{L}])|(?<!\p{L})[BCDĐFGHJKLMNPQRSTVWXZ](?!\p{L})/gu,
  )
  return [...found].map((match) => ({ token: match[0], at: match.index, choices: [] }))
}

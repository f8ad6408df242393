/** The rules, tried in their order at every place of a text, and the last gate behind them. */
import { cleanText } from '../../base/text.ts'
import { Assembly, type SpokenWord } from './assembly.ts'
import { calendarNumber, dayOfMonth, fullDate, monthOfYear } from './dates.ts'
import { documentNumber, documentSymbol, partyNumber } from './law.ts'
import type { Lexicon } from './lexicon.ts'
import { shortNumber, telephone } from './phones.ts'
import { belowZero, fractionOrRatio, perUnit, quantity, range, unreadFigure } from './quantities.ts'
import type { Place, Reading, Rule } from './rule.ts'
import { punctuation } from './symbols.ts'
import { timeOfDay } from './times.ts'
import { fixedReading, letterLabel, plainWord, romanNumeral, webAddress } from './words.ts'

/** A token that people must decide on: its place in the cleaned text (UTF-16 units) and the readings it may have. */
export type Question = { token: string; at: number; choices: string[] }

/**
 * `spoken` may be given to a voice only when there are no questions; unread tokens stand in it as written.
 * `questions`: the first 200, in the text's order; `unlisted`: how many more there are. `words`: every word of
 * `spoken` (what stands between spaces and `. , ; : ! ?`), in order, each with its place there and the place of
 * what it stands for in the cleaned text; the words of one token share its place.
 */
export type Spoken = { spoken: string; questions: Question[]; unlisted: number; words: SpokenWord[] }

/** No more questions are listed: whoever has so many is not helped by more. */
export const questionsMax = 200

// Order matters: the longest and surest shapes first, what is left over last.
const rules: readonly Rule[] = [
  ...[
    webAddress,
    documentNumber,
    partyNumber,
    documentSymbol,
    fixedReading,
    telephone,
    fullDate,
    monthOfYear,
  ],
  ...[timeOfDay, dayOfMonth, fractionOrRatio, shortNumber, calendarNumber, quantity, unreadFigure],
  ...[belowZero, range, romanNumeral, letterLabel, plainWord, perUnit, punctuation],
]

/** How far back a rule may look for the words that govern a token. */
const lookBehind = 80

/**
 * Says the text in words. The result has no digit, no symbol and no lone capital token, or a question. Places
 * are counted in `cleanText(text)`: Unicode NFC without control and bidirectional marks. Never throws, whatever
 * the text; its time grows with the length of the text, not faster.
 */
export function speak(text: string, lexicon: Lexicon): Spoken {
  const clean = cleanText(text).replaceAll(/[\u00A0\u2000-\u200A\u202F\u3000]/gu, ' ')
  const assembly = new Assembly()
  const questions: Question[] = []
  let unlisted = 0
  const ask = (question: Question): void => {
    if (questions.length < questionsMax) questions.push(question)
    else unlisted += 1
  }
  const space = /\s+/uy
  for (let at = 0; at < clean.length;) {
    space.lastIndex = at
    const gap = space.exec(clean)?.[0]
    if (gap !== undefined) {
      assembly.breakLine(gap.split('\n').length - 1)
      at += gap.length
      continue
    }
    const reading = read({ text: clean, at, before: clean.slice(Math.max(0, at - lookBehind), at), lexicon })
    const to = at + reading.length
    if ('say' in reading) assembly.say(reading.say, { from: at, to }, /\p{Lu}/u.test(clean.charAt(at)))
    else {
      const token = clean.slice(at, to)
      assembly.keep(token, at)
      ask({ token, at, choices: reading.ask })
    }
    at = to
  }
  const { words } = assembly
  if (questions.length === 0) {
    for (const { from, to } of unspeakable(words))
      ask({ token: clean.slice(from, to), at: from, choices: [] })
  }
  return { spoken: assembly.text(), questions, unlisted, words }
}

/**
 * Whether so much of a text is unknown that it is hardly Vietnamese: more than three in ten of ten words or more.
 * Tokens with readings to choose from are known.
 */
export function looksForeign({ questions, unlisted, words }: Spoken): boolean {
  if (words.length < 10) return false
  const unknown = questions.filter(({ choices }) => choices.length === 0).length
  // Those beyond the list are taken to be like those in it.
  return (unknown * (questions.length + unlisted)) / Math.max(1, questions.length) / words.length > 0.3
}

function read(place: Place): Reading {
  for (const rule of rules) {
    const reading = rule(place)
    if (reading !== undefined && reading.length > 0) return reading
  }
  return { length: 1, ask: [] }
}

/** The last gate, whatever the rules believed: letters only, no token of capitals. */
function unspeakable(words: readonly SpokenWord[]): SpokenWord[] {
  return words.filter(
    ({ word }) =>
      /[^\p{L}]/u.test(word) || /^\p{Lu}{2,}$/u.test(word) || /^[BCDĐFGHJKLMNPQRSTVWXZ]$/u.test(word),
  )
}

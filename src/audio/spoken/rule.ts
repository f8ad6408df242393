/** What a rule of the normaliser sees and says. */
import type { Lexicon } from './lexicon.ts'

/** The text and where the rule is asked to read; `before` is what was written up to there, at most 80 characters. */
export type Place = { text: string; at: number; before: string; lexicon: Lexicon }

/** So many characters are said so, or are asked about with the readings they may have. */
export type Reading = { length: number; say: string } | { length: number; ask: string[] }

/** A rule knows the token that starts at a place, or leaves it to the rules after it. */
export type Rule = (place: Place) => Reading | undefined

/** Matches a sticky expression at the place. */
export function matchAt(expression: RegExp, place: Place): RegExpExecArray | null {
  expression.lastIndex = place.at
  return expression.exec(place.text)
}

/** What is written after so many characters from the place, at most 40 characters of it. */
export function after(place: Place, length: number): string {
  const from = place.at + length
  return place.text.slice(from, from + 40)
}

// No longer than a range of two full dates needs: what is longer is no range.
const firstHalf = /[\p{L}\d]?[\d.,/]{0,16}\d[\d.,/]{0,16}\p{L}{0,12}\s{0,3}[-–—]\s{0,3}$/u

/**
 * What was written before the token, as far as it governs it: the first half of a range is cut away,
 * so that in "tháng 4-6/2025" both numbers stand after "tháng".
 */
export function governing(place: Place): string {
  return /[-–—]\s{0,3}$/u.test(place.before) ? place.before.replace(firstHalf, '') : place.before
}

/** One expression for each list of words, made once; the lists are few and stand in the rules. */
const endings = new Map<string, RegExp>()

/** Whether the words before the token end in one of these words (any case). */
export function follows(before: string, words: RegExp): boolean {
  let ending = endings.get(words.source)
  if (ending === undefined) {
    ending = new RegExp(`(?:^|[^\\p{L}])(?:${words.source})\\s*$`, 'iu')
    endings.set(words.source, ending)
  }
  return ending.test(before)
}

/** Dashes people type between the ends of a range. */
export const dash = '[-–—−]'

/** Punctuation: kept where the voice makes a pause of it, dropped where it is only seen, asked otherwise. */
import { after, matchAt, type Rule } from './rule.ts'

const pauses = /\.{2,}|…|[.,;:!?]/uy
const silent = /["'“”„«»‘’`´]/uy
const brackets = /[()[\]{}]/uy
const dashes = /[-–—−•*·]{1,200}/uy

/** Reads one mark of punctuation or asks about a symbol. */
export const punctuation: Rule = (place) => {
  const pause = matchAt(pauses, place)
  if (pause !== null)
    return { length: pause[0].length, say: pause[0].length > 1 || pause[0] === '…' ? '.' : pause[0] }
  const unheard = matchAt(silent, place)
  if (unheard !== null) return { length: 1, say: '' }
  if (matchAt(brackets, place) !== null) return { length: 1, say: ',' }
  const stroke = matchAt(dashes, place)
  if (stroke !== null)
    return {
      length: stroke[0].length,
      ...strokeBetween(place.before, stroke[0], after(place, stroke[0].length)),
    }
  if (matchAt(/&/uy, place) !== null) return { length: 1, say: 'và' }
  const either = matchAt(/\/(?=\s?\p{L})/uy, place)
  if (either !== null && /\p{L}\s?$/u.test(place.before)) return { length: 1, ask: ['hoặc', 'một'] }
  // A sign with the marks that belong to it (variation selectors, skin tones) is one question.
  return {
    length: matchAt(/[^]\p{M}{0,8}[\u{1F3FB}-\u{1F3FF}]?\p{M}{0,8}/uy, place)?.[0].length ?? 1,
    ask: [],
  }
}

/** A bullet at the start of a line is silent, a hyphen joins syllables, a dash between spaces is a pause. */
function strokeBetween(before: string, stroke: string, rest: string): { say: string } | { ask: string[] } {
  const lineStart = /(?:^|\n)\s*$/u.test(before)
  if (lineStart && /^\s/u.test(rest)) return { say: '' }
  if (/\p{L}$/u.test(before) && /^\p{L}/u.test(rest) && stroke === '-') return { say: ' ' }
  // A stroke straight before a figure may be a minus: nobody guesses that.
  if (/^\d/u.test(rest)) return { ask: ['âm', 'đến'] }
  if (stroke.includes('*') && !lineStart) return { ask: [] }
  return { say: ',' }
}

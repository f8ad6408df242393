/** A draft as one station would hear it, and where each of its words stands in what was written. Pure. */
import type { Sentence } from '../base/errors.ts'
import { cleanText } from '../base/text.ts'
import { fillText } from './fill.ts'
import { type Draft, type Ground, slotsOf } from './wording.ts'

/**
 * `text`: the draft filled for one station. `placeOf`: where in the draft's own text (UTF-16 units, after `cleanText`)
 * what begins at a place of `text` was written; undefined where a slot brought it. Or where and why it cannot be filled.
 */
export type HeardText =
  | { ok: true; text: string; placeOf: (at: number) => number | undefined }
  | { ok: false; line: number; column: number; why: Sentence }

/** Fills a draft with what holds on a day and with one station's own names. Never throws. */
export function heardAt(
  draft: Pick<Draft, 'kind' | 'body'>,
  ground: Ground,
  names: { unit: string; station: string },
): HeardText {
  const body = cleanText(draft.body)
  const slots = slotsOf(draft.kind, ground)
  // The names of the list are these whatever they are called: one says the unit, one the station.
  for (const { name, from } of ground.placeholders) {
    if (name in slots && 'registry' in from) slots[name] = names[from.registry]
  }
  const filled = fillText(body, slots)
  if (!filled.ok) return filled
  const text = cleanText(filled.text)
  const places = placesIn(body, slots)
  // Filling drops line ends around tags, and nothing else: letter for letter both are the same but for spaces.
  const sure = text.replaceAll(/\s/g, '').length === places.length
  return {
    ok: true,
    text,
    placeOf: (at) => (sure ? places[text.slice(0, at).replaceAll(/\s/g, '').length] : undefined),
  }
}

const tags = /\{\{#if +([a-z0-9.]+) *\}\}|\{\{(\/if) *\}\}|\{\{ *([a-z0-9.]+) *\}\}/g

/** For each letter that is heard, spaces aside, where it was written; undefined for those a slot brought. */
function placesIn(body: string, slots: Readonly<Record<string, string | undefined>>): (number | undefined)[] {
  const places: (number | undefined)[] = []
  const kept: boolean[] = []
  const isHeard = (): boolean => kept.every(Boolean)
  const literal = (from: number, to: number): void => {
    if (!isHeard()) return
    for (let at = from; at < to; at++) if (/\S/.test(body.charAt(at))) places.push(at)
  }
  let from = 0
  for (const match of body.matchAll(tags)) {
    const [whole, tested, closing, name] = match
    literal(from, match.index)
    from = match.index + whole.length
    if (tested !== undefined) kept.push(slots[tested] !== undefined)
    else if (closing !== undefined) kept.pop()
    else if (isHeard()) {
      const letters = (slots[name ?? ''] ?? '').replaceAll(/\s/g, '')
      places.push(...new Array<undefined>(letters.length).fill(undefined))
    }
  }
  literal(from, body.length)
  return places
}

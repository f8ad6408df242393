/** What a lint says of a place in a text. */
import type { Sentence } from '../../base/errors.ts'
import type { Placeholder } from '../content.ts'

export type LintRule =
  | 'no-hotline'
  | 'hotline-typed'
  | 'phone-unknown'
  | 'fact-expired'
  | 'fact-coming'
  | 'fact-expiring'
  | 'too-long'
  | 'person-with-place'
  | 'person-named'
  | 'foreign-link'
  | 'unit-doubled'

/** `at` and `length`: UTF-16 units of the script's text; a length of 0 is about the script as a whole. */
export type Finding = Sentence & { rule: LintRule; level: 'error' | 'warning'; at: number; length: number }

/** The text with every slot blanked out letter by letter, so that places stay where they are. */
export function withoutSlots(body: string): string {
  return body.replaceAll(/\{\{[^{}]*\}\}/g, (slot) => '\uFFFC'.repeat(slot.length))
}

/** Where slots stand in a text, by name, in order. */
export function slotsIn(body: string): { name: string; at: number; length: number }[] {
  return [...body.matchAll(/\{\{(?:#if )? *([a-z0-9.]+) *\}\}/g)].map((match) => {
    return { name: match[1] ?? '', at: match.index, length: match[0].length }
  })
}

/** The fact behind each slot that is filled from one. */
export function factsBehind(placeholders: readonly Placeholder[]): Map<string, string> {
  return new Map(
    placeholders.flatMap(({ name, from }): [string, string][] => ('fact' in from ? [[name, from.fact]] : [])),
  )
}

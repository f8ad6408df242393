/** Two people wrote on the same version: both texts, and what is different between them. */
import { differenceOf, type DraftConflict, type ScriptHead } from '../../scripts/index.ts'
import { momentIn } from '../formats.ts'
import type { Visit } from '../visit.ts'
import type { Word } from '../words/index.ts'
import { differenceLines, type DifferenceLine } from './scripts-difference.ts'

/** The model of the panel: `version` is theirs. */
export type Conflict = {
  version: number
  who: string
  theirs: string
  difference: DifferenceLine[]
  /** Fields above the text that are not the same, each as both have it. */
  fields: { name: string; yours: string; theirs: string }[]
}

const compared: readonly [keyof ScriptHead, Word][] = [
  ['title', 'editor.title'],
  ['titleEn', 'editor.title-en'],
  ['language', 'editor.language'],
  ['priority', 'editor.priority'],
  ['validFrom', 'editor.valid-from'],
  ['validTo', 'editor.valid-to'],
  ['audience', 'editor.audience'],
  ['facts', 'editor.facts'],
  ['sources', 'editor.sources'],
  ['summaryEn', 'editor.summary'],
]

/** The panel for a refused saving. */
export function conflictOf(
  visit: Visit,
  { yours, theirs }: DraftConflict,
  nameOf: (person: string) => string,
): Conflict {
  const text = (value: ScriptHead[keyof ScriptHead]): string =>
    Array.isArray(value) ? value.join(', ') : value === null ? '' : String(value)
  const version = theirs.version ?? 0
  return {
    version,
    who: visit.say('editor.conflict-who', {
      ...{ name: nameOf(theirs.by), version },
      at: momentIn(visit.language, theirs.at),
    }),
    theirs: theirs.body,
    difference: differenceLines(differenceOf(theirs.body, yours.body)),
    fields: compared.flatMap(([field, word]) => {
      const [mine, other] = [text(yours.head[field]), text(theirs.head[field])]
      return mine === other ? [] : [{ name: visit.say(word), yours: mine, theirs: other }]
    }),
  }
}

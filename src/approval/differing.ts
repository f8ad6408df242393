/** Which sentences are not the same for every station. Pure. */
import type { Recording } from '../audio/index.ts'
import { kindOf } from './hearing.ts'

type Variant = Pick<Recording, 'language' | 'station' | 'sentences' | 'upload'>

/** A sentence that is not the same everywhere: `kind` with “…” where names stand, and a few of its wordings. */
export type DifferingSentence = {
  language: string
  kind: string
  /** How many wordings it has, and in how many of the variants a sentence of this kind is heard. */
  wordings: number
  variants: number
  of: number
  /** Each with a station that hears it (null = all of them). */
  examples: { text: string; station: string | null }[]
}

/** Wordings that are shown of one sentence. */
const examplesMax = 3

/**
 * The sentences of these recordings that differ from variant to variant of their language, in the order in which they
 * are first heard. Recordings that people brought have no sentences that a programme knows and are left out.
 */
export function differingSentences(recordings: readonly Variant[]): DifferingSentence[] {
  const made = recordings.filter(({ upload }) => upload === null)
  const languages = [...Map.groupBy(made, ({ language }) => language)].sort(([a], [b]) => (a < b ? -1 : 1))
  return languages.flatMap(([language, variants]) => differingIn(language, variants))
}

function differingIn(language: string, variants: readonly Variant[]): DifferingSentence[] {
  const kinds = new Map<string, { texts: Map<string, string | null>; variants: Set<Variant> }>()
  for (const variant of variants) {
    for (const { text } of variant.sentences) {
      const kind = kindOf(text)
      const known = kinds.get(kind) ?? {
        texts: new Map<string, string | null>(),
        variants: new Set<Variant>(),
      }
      if (!known.texts.has(text)) known.texts.set(text, variant.station)
      known.variants.add(variant)
      kinds.set(kind, known)
    }
  }
  return [...kinds]
    .filter(([, { texts, variants: having }]) => texts.size > 1 || having.size < variants.length)
    .map(([kind, { texts, variants: having }]) => ({
      ...{ language, kind, wordings: texts.size, variants: having.size, of: variants.length },
      examples: [...texts].slice(0, examplesMax).map(([text, station]) => ({ text, station })),
    }))
}

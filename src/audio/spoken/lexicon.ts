/** The lexicon staff keep: how what is written is said. Read from YAML, checked here. */
import { z } from 'zod'
import type { Parsed } from '../../base/errors.ts'
import type { ZeroTens } from './numbers.ts'

const words = z
  .string()
  .trim()
  .min(1)
  // What is said must itself be sayable: letters, spaces, commas, and hyphens inside loan words.
  .regex(/^[\p{L}\p{M}][\p{L}\p{M} ,-]*$/u, 'must be written in letters, without digits or signs')
  .transform((text) => text.normalize('NFC'))
const written = z
  .string()
  .trim()
  .min(1)
  .transform((text) => text.normalize('NFC'))
const readings = z.record(written, words).default({})
const name = z.object({ written, also: z.array(written).default([]), spoken: words })

const LexiconFile = z.object({
  abbreviations: readings,
  loan_words: readings,
  ambiguous: z
    .array(z.object({ written, choices: z.array(words).min(2), in_document_number: z.string().default('') }))
    .default([]),
  issuers: readings,
  units: readings,
  peoples: z.array(name).default([]),
  places: z.array(name).default([]),
  settings: z.object({ zero_tens: z.enum(['linh', 'lẻ']).default('linh') }).default({ zero_tens: 'linh' }),
})

/** The lexicon, ready for the rules. */
export type Lexicon = {
  /** Fixed readings (abbreviations, loan words, peoples, places) by their first character, longest first. */
  fixed: Map<string, { written: string; spoken: string; abbreviation: boolean }[]>
  /** Tokens with several readings: always a question outside a document number. */
  ambiguous: Map<string, { choices: string[]; inDocumentNumber: string }>
  /** Kinds of documents: NĐ nghị định. */
  abbreviations: Map<string, string>
  /** Who issued a document, said after its number: TTg của Thủ tướng Chính phủ. */
  issuers: Map<string, string>
  /** Units of measure, longest first. */
  units: [written: string, spoken: string][]
  zeroTens: ZeroTens
}

/** Checks what the YAML file held. */
export function readLexicon(raw: unknown): Parsed<Lexicon> {
  const parsed = LexiconFile.safeParse(raw ?? {})
  if (!parsed.success) return { ok: false, why: z.prettifyError(parsed.error) }
  const file = parsed.data
  const fixed: Lexicon['fixed'] = new Map()
  const add = (writtenAs: string, spoken: string, abbreviation: boolean): void => {
    const first = writtenAs[0] ?? ''
    const entries = fixed.get(first) ?? []
    entries.push({ written: writtenAs, spoken, abbreviation })
    fixed.set(first, entries)
  }
  for (const [writtenAs, spoken] of Object.entries(file.abbreviations)) add(writtenAs, spoken, true)
  for (const [writtenAs, spoken] of Object.entries(file.loan_words)) add(writtenAs, spoken, false)
  for (const entry of [...file.peoples, ...file.places]) {
    for (const spelling of new Set([entry.written, ...entry.also].map((text) => text.replaceAll('’', "'")))) {
      add(spelling, entry.spoken, false)
    }
  }
  for (const entries of fixed.values()) entries.sort((a, b) => b.written.length - a.written.length)
  return {
    ok: true,
    value: {
      fixed,
      ambiguous: new Map(
        file.ambiguous.map((entry) => [
          entry.written,
          { choices: entry.choices, inDocumentNumber: entry.in_document_number.normalize('NFC') },
        ]),
      ),
      abbreviations: new Map(Object.entries(file.abbreviations)),
      issuers: new Map(Object.entries(file.issuers)),
      units: Object.entries(file.units).sort(([a], [b]) => b.length - a.length),
      zeroTens: file.settings.zero_tens,
    },
  }
}

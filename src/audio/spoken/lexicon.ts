/** The lexicon staff keep: how what is written is said. Several files are merged: language first, region over it. */
import { z } from 'zod'
import type { Sentence } from '../../base/errors.ts'
import type { ZeroTens } from './numbers.ts'

const words = z
  .string()
  .trim()
  .min(1)
  .max(200)
  // What is said must itself be sayable: letters, spaces, commas, and hyphens inside loan words.
  .regex(/^[\p{L}\p{M}][\p{L}\p{M} ,-]*$/u)
  .transform((text) => text.normalize('NFC'))
const written = z
  .string()
  .trim()
  .min(1)
  .max(100)
  // A figure is read by rules, never by a list.
  .regex(/^[^\d\s]/u)
  .transform((text) => text.normalize('NFC'))
const readings = z.record(written, words).default({})
const name = z.strictObject({
  written,
  also: z.array(written).default([]),
  spoken: words,
  codes: z.array(z.string()).default([]),
  checked: z.boolean().default(false),
  checked_by: z.string().default(''),
})
const names = z.array(name).default([])

const LexiconFile = z.strictObject({
  abbreviations: readings,
  loan_words: readings,
  ambiguous: z
    .array(
      z.strictObject({
        written,
        choices: z
          .array(words)
          .min(2)
          .refine((choices) => new Set(choices).size === choices.length),
        in_document_number: z.string().default(''),
      }),
    )
    .default([]),
  issuers: readings,
  units: readings,
  local_words: names,
  peoples: names,
  places: names,
  settings: z.strictObject({ zero_tens: z.enum(['linh', 'lẻ']).optional() }).default({}),
})
type LexiconFile = z.infer<typeof LexiconFile>
type Section = keyof LexiconFile

const ofReadings: Sentence = {
  vi: 'bên trái là chữ như người ta viết (không mở đầu bằng chữ số), bên phải là cách đọc, chỉ gồm chữ cái, dấu cách, dấu phẩy, gạch nối',
  en: 'left as people write it (not beginning with a figure), right how it is said, in letters, spaces, commas and hyphens only',
}
const ofNames: Sentence = {
  vi: 'mỗi mục có written (chữ viết), spoken (cách đọc, chỉ gồm chữ cái), và nếu cần also, codes, checked (true hoặc false), checked_by',
  en: 'each entry has written, spoken (in letters only), and if needed also, codes, checked (true or false), checked_by',
}
/** What each section must hold, for the people who write it. */
const rules: Readonly<Record<Section, Sentence>> = {
  abbreviations: ofReadings,
  loan_words: ofReadings,
  issuers: ofReadings,
  units: ofReadings,
  local_words: ofNames,
  peoples: ofNames,
  places: ofNames,
  ambiguous: {
    vi: 'mỗi mục có written, choices (từ hai cách đọc khác nhau trở lên) và in_document_number (cách đọc trong số văn bản, hoặc để trống)',
    en: 'each entry has written, choices (two different readings or more) and in_document_number (its reading in a document number, or empty)',
  },
  settings: { vi: 'chỉ có zero_tens: linh hoặc lẻ', en: 'holds only zero_tens: linh or lẻ' },
}

/** The lexicon, ready for the rules. */
export type Lexicon = {
  /** Fixed readings (abbreviations, loan words, names) by their first character, longest first. */
  fixed: Map<string, { written: string; spoken: string; abbreviation: boolean }[]>
  /** Everything that has a fixed reading, as it is written. */
  written: ReadonlySet<string>
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

/** The lexicon; or which of the files is wrong (from 0), and the entry and what it must be. */
export type ReadLexicon = { ok: true; value: Lexicon } | { ok: false; file: number; why: Sentence }

/**
 * Checks what the YAML files held and merges them: entries of later files win, also over a token that an earlier
 * one calls ambiguous, and the other way round. Refused: an unknown section or field, a reading that cannot be
 * said, the same writing twice in one file.
 */
export function readLexicon(...files: readonly unknown[]): ReadLexicon {
  const checked: LexiconFile[] = []
  for (const [file, raw] of files.entries()) {
    const parsed = LexiconFile.safeParse(raw ?? {})
    if (!parsed.success) return { ok: false, file, why: wrongEntry(parsed.error) }
    const clash = clashIn(parsed.data)
    if (clash !== undefined) return { ok: false, file, why: clash }
    checked.push(parsed.data)
  }
  return { ok: true, value: merged(checked) }
}

function wrongEntry(error: z.ZodError): Sentence {
  const [issue] = error.issues
  const path = issue?.path.map(String) ?? []
  const section = path[0] ?? ''
  if (issue?.code === 'unrecognized_keys') {
    const keys = issue.keys.join(', ')
    const known = section === '' ? Object.keys(rules).join(', ') : ''
    return {
      vi: `${path.length === 0 ? 'có mục lạ' : `mục ${path.join('.')} có chữ lạ`}: ${keys}${known === '' ? '' : ` (dùng được: ${known})`}`,
      en: `${path.length === 0 ? 'there is an unknown section' : `${path.join('.')} has an unknown field`}: ${keys}${known === '' ? '' : ` (known: ${known})`}`,
    }
  }
  const rule = Object.hasOwn(rules, section) ? rules[section as Section] : undefined
  return rule === undefined
    ? { vi: 'tệp phải gồm các mục “tên: …”', en: 'the file must be made of sections “name: …”' }
    : { vi: `mục ${path.join('.')} viết sai: ${rule.vi}`, en: `${path.join('.')} is wrong: ${rule.en}` }
}

type Fixed = { written: string; spoken: string; abbreviation: boolean; section: Section }

/** All fixed readings of a file, in its order. */
function fixedOf(file: LexiconFile): Fixed[] {
  const fixed: Fixed[] = []
  for (const section of ['abbreviations', 'loan_words'] as const) {
    for (const [writtenAs, spoken] of Object.entries(file[section])) {
      fixed.push({ written: writtenAs, spoken, abbreviation: section === 'abbreviations', section })
    }
  }
  for (const section of ['local_words', 'peoples', 'places'] as const) {
    for (const entry of file[section]) {
      // Books print the apostrophe of Ch'ơm in two ways; both are one spelling.
      const spellings = new Set([entry.written, ...entry.also].map((text) => text.replaceAll('’', "'")))
      for (const spelling of spellings)
        fixed.push({ written: spelling, spoken: entry.spoken, abbreviation: false, section })
    }
  }
  return fixed
}

/** The first writing that stands twice in a file. */
function clashIn(file: LexiconFile): Sentence | undefined {
  const seen = new Map<string, Section>()
  const all = [
    ...fixedOf(file),
    ...file.ambiguous.map((entry) => ({ written: entry.written, section: 'ambiguous' as const })),
  ]
  for (const { written: writtenAs, section } of all) {
    const before = seen.get(writtenAs)
    if (before !== undefined) {
      return {
        vi: `“${writtenAs}” có hai lần, trong mục ${before} và mục ${section}; chỉ giữ một`,
        en: `“${writtenAs}” stands twice, in ${before} and in ${section}; keep one of them`,
      }
    }
    seen.set(writtenAs, section)
  }
  return undefined
}

function merged(files: readonly LexiconFile[]): Lexicon {
  const fixed = new Map<string, Fixed>()
  const ambiguous: Lexicon['ambiguous'] = new Map()
  for (const file of files) {
    for (const entry of fixedOf(file)) {
      fixed.set(entry.written, entry)
      ambiguous.delete(entry.written)
    }
    for (const { written: writtenAs, choices, in_document_number } of file.ambiguous) {
      ambiguous.set(writtenAs, { choices, inDocumentNumber: in_document_number.normalize('NFC') })
      fixed.delete(writtenAs)
    }
  }
  const all = (section: 'abbreviations' | 'issuers' | 'units') =>
    new Map(files.flatMap((file) => Object.entries(file[section])))
  return {
    fixed: byFirstCharacter([...fixed.values()]),
    written: new Set(fixed.keys()),
    ambiguous,
    abbreviations: new Map([...all('abbreviations')].filter(([writtenAs]) => fixed.has(writtenAs))),
    issuers: all('issuers'),
    units: [...all('units')].sort(([a], [b]) => b.length - a.length),
    zeroTens: files.reduce<ZeroTens>((before, { settings }) => settings.zero_tens ?? before, 'linh'),
  }
}

function byFirstCharacter(entries: readonly Fixed[]): Lexicon['fixed'] {
  const fixed: Lexicon['fixed'] = new Map()
  for (const { written: writtenAs, spoken, abbreviation } of entries) {
    const first = writtenAs[0] ?? ''
    const list = fixed.get(first) ?? []
    list.push({ written: writtenAs, spoken, abbreviation })
    fixed.set(first, list)
  }
  for (const list of fixed.values()) list.sort((a, b) => b.written.length - a.written.length)
  return fixed
}

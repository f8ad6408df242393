/**
 * Reads the two registers that content/ keeps beside the scripts: `placeholders.yaml` (which names may stand
 * in a text) and `facts/*.yaml` (what may be said, since when, until when, and where it comes from).
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { isDay, type Day } from '../base/calendar.ts'
import { AppError, reasonOf, type Sentence } from '../base/errors.ts'
import { cleanText } from '../base/text.ts'

/** A line of text that is spoken or shown: one line, no braces, so that it never passes for a slot. */
const line = (charactersMax: number) =>
  z
    .string()
    .transform((text) => cleanText(text).trim())
    .pipe(
      z
        .string()
        .min(1)
        .max(charactersMax)
        .regex(/^[^{}\n\\]*$/),
    )
const day = z.string().refine(isDay, 'not a day, YYYY-MM-DD')
const openEnd = z.union([z.literal(''), day]).nullish()
const id = z.string().regex(/^[a-z0-9-]{1,64}$/)

const FactEntry = z.strictObject({
  id,
  kind: z.enum(['hotline', 'agency', 'law', 'figure', 'day']),
  name_vi: line(400),
  name_en: line(400),
  value: line(200),
  spoken: line(400).optional(),
  status: z.enum(['confirmed', 'needs-confirmation']),
  valid_from: day,
  valid_to: openEnd,
  source: line(1000),
  checked_on: day,
})

/** Something scripts may say. `validTo` is the first day it is no longer in force; null = open. */
export type Fact = {
  id: string
  kind: 'hotline' | 'agency' | 'law' | 'figure' | 'day'
  name: { vi: string; en: string }
  /** As people write it. */
  value: string
  /** How it is said, where that must be fixed. */
  spoken: string | null
  status: 'confirmed' | 'needs-confirmation'
  validFrom: Day
  validTo: Day | null
  source: string
  checkedOn: Day
}

const PlaceholderEntry = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)*$/),
    fact: id.optional(),
    source: z.enum(['registry.unit', 'registry.station']).optional(),
    where: z.enum(['script', 'greeting', 'both']),
    meaning_vi: z.string(),
    meaning_en: z.string(),
  })
  .refine(
    ({ fact, source }) => (fact === undefined) !== (source === undefined),
    'needs either fact or source',
  )

/** A name that may stand in a text: filled from a fact, or for each station from the registry. */
export type Placeholder = {
  name: string
  from: { fact: string } | { registry: 'unit' | 'station' }
  /** `greeting`: only in the greeting of each station; `both`: in greetings and in bulletins, which then are rendered for each station. */
  where: 'script' | 'greeting' | 'both'
  meaning: { vi: string; en: string }
}

/**
 * The fixed list of names, from `<folder>/placeholders.yaml` (folder: content/). Refuses (`invalid`) a file
 * that cannot be read, an entry of the wrong shape and a name given twice, each with file and place.
 */
export function loadPlaceholders(folder: string): Placeholder[] {
  const file = join(folder, 'placeholders.yaml')
  const entries = readList(file, 'placeholders', PlaceholderEntry)
  refuseTwice(
    file,
    entries.map(({ name }) => name),
  )
  return entries.map(({ name, fact, source, where, meaning_vi, meaning_en }) => ({
    name,
    from: fact === undefined ? { registry: source === 'registry.station' ? 'station' : 'unit' } : { fact },
    where,
    meaning: { vi: meaning_vi, en: meaning_en },
  }))
}

/** All facts of `<folder>/facts/*.yaml` (folder: content/). Refuses like `loadPlaceholders`. */
export function loadFacts(folder: string): Fact[] {
  const factsFolder = join(folder, 'facts')
  const files = namesIn(factsFolder).filter((name) => name.endsWith('.yaml'))
  const entries = files.sort().flatMap((name) => readList(join(factsFolder, name), 'facts', FactEntry))
  refuseTwice(
    factsFolder,
    entries.map((entry) => entry.id),
  )
  return entries.map((entry) => factOf(factsFolder, entry))
}

function factOf(folder: string, entry: z.infer<typeof FactEntry>): Fact {
  const fact = factIn(entry)
  if (fact.validTo !== null && fact.validTo <= fact.validFrom) {
    throw unreadable(folder, `${fact.id}: valid_to ${fact.validTo} ≤ valid_from ${fact.validFrom}`)
  }
  return fact
}

/** A fact from its fields as they are named in the files, or which is wrong, and why. Pure; never throws. */
export function factFrom(
  fields: unknown,
): { ok: true; value: Fact } | { ok: false; field: string; why: Sentence } {
  const result = FactEntry.safeParse(fields)
  if (!result.success) {
    const [issue] = result.error.issues
    const { vi, en } = whatIsWrong(issue, fields)
    return {
      ok: false,
      field: issue?.path.map(String).at(0) ?? '',
      why: {
        vi: `Dữ kiện chưa ghi được: ${vi}. Hãy sửa mục ấy.`,
        en: `The fact cannot be kept: ${en}. Correct that field.`,
      },
    }
  }
  const fact = factIn(result.data)
  if (fact.validTo === null || fact.validTo > fact.validFrom) return { ok: true, value: fact }
  return {
    ok: false,
    field: 'valid_to',
    why: {
      vi: `Dữ kiện hết hiệu lực (${fact.validTo}) trước khi có hiệu lực (${fact.validFrom}). Hãy sửa ngày.`,
      en: `The fact ends (${fact.validTo}) before it begins (${fact.validFrom}). Correct the days.`,
    },
  }
}

/** The fields of a fact, named as in the files. */
export function factFields(fact: Fact): Record<string, unknown> {
  return {
    id: fact.id,
    kind: fact.kind,
    name_vi: fact.name.vi,
    name_en: fact.name.en,
    value: fact.value,
    ...(fact.spoken === null ? {} : { spoken: fact.spoken }),
    status: fact.status,
    valid_from: fact.validFrom,
    valid_to: fact.validTo ?? '',
    source: fact.source,
    checked_on: fact.checkedOn,
  }
}

function factIn(entry: z.infer<typeof FactEntry>): Fact {
  return {
    id: entry.id,
    kind: entry.kind,
    name: { vi: entry.name_vi, en: entry.name_en },
    value: entry.value,
    spoken: entry.spoken ?? null,
    status: entry.status,
    validFrom: entry.valid_from,
    validTo: entry.valid_to === '' ? null : (entry.valid_to ?? null),
    source: entry.source,
    checkedOn: entry.checked_on,
  }
}

function readList<T>(file: string, key: string, entry: z.ZodType<T>): T[] {
  let read: unknown
  try {
    read = parse(readFileSync(file, 'utf8'), { logLevel: 'error' })
  } catch (error) {
    throw unreadable(file, reasonOf(error), error)
  }
  const result = z.strictObject({ [key]: z.array(entry) }).safeParse(read)
  if (result.success) return result.data[key] ?? []
  const [issue] = result.error.issues
  throw unreadable(file, whatIsWrong(issue, read))
}

/** The place as `facts.3.valid_to`, and what is wrong there, in words of ours. */
function whatIsWrong(issue: z.core.$ZodIssue | undefined, read: unknown): Sentence {
  const place = issue?.path.join('.') ?? ''
  if (issue?.code === 'unrecognized_keys') {
    const keys = issue.keys.join(', ')
    return { vi: `${place}: có mục lạ ${keys}`, en: `${place}: unknown field ${keys}` }
  }
  const found = issue?.path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null)?.[key],
    read,
  )
  return found === undefined
    ? { vi: `${place}: chưa ghi`, en: `${place}: missing` }
    : { vi: `${place}: không đúng quy định`, en: `${place}: not as it must be` }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw unreadable(folder, reasonOf(error), error)
  }
}

function refuseTwice(file: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw unreadable(file, `“${twice}” × 2`)
}

function unreadable(file: string, why: string | Sentence, cause?: unknown): AppError {
  const { vi, en } = typeof why === 'string' ? { vi: why, en: why } : why
  return new AppError(
    'invalid',
    {
      vi: `Không đọc được ${file}: ${vi}. Hãy sửa chỗ đó rồi làm lại.`,
      en: `${file} cannot be read: ${en}. Correct that place and try again.`,
    },
    { cause },
  )
}

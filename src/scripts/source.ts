/** A script as staff write it: Markdown with front matter. Read, checked, and nothing more. */
import { parse } from 'yaml'
import { z } from 'zod'
import { isDay, type Day } from '../base/calendar.ts'
import { reasonOf, type Sentence } from '../base/errors.ts'
import { cleanText } from '../base/text.ts'
import { knownLanguage, languageList } from './languages.ts'

/** `bulletin`: what is announced. `greeting`: a station's own opening line, one recording for each station. */
export type ScriptKind = 'bulletin' | 'greeting'
/** Thông thường, ưu tiên, khẩn cấp. */
export type Priority = 'thong-thuong' | 'uu-tien' | 'khan-cap'

/** One script as it stands in its file. */
export type ScriptSource = {
  id: string
  kind: ScriptKind
  language: string
  title: string
  titleEn: string
  audience: string[]
  body: string
  priority: Priority
  validFrom: Day
  /** First day it is no longer in force; null = open. */
  validTo: Day | null
  /** Facts the text rests on beyond those of its slots. */
  facts: string[]
  sources: string[]
  summaryEn: string
  /** Whether the demonstration may use it. */
  demo: boolean
}

/** What stands above the text. */
export type ScriptHead = Omit<ScriptSource, 'id' | 'body'>

/** A script, or where and why the file is not one. */
export type ReadSource = { ok: true; value: ScriptSource } | { ok: false; why: Sentence }

/** A file may not be longer: far above any script, and it keeps reading bounded. */
const fileCharactersMax = 200_000

const text = (charactersMax: number) =>
  z
    .string()
    .transform((value) => cleanText(value).trim())
    .pipe(z.string().min(1).max(charactersMax))
const day = z.string().refine(isDay)
const list = (entry: z.ZodType<string>) => z.array(entry).max(100)

const FrontMatter = z.strictObject({
  kind: z.enum(['bulletin', 'greeting']).default('bulletin'),
  title: text(200),
  title_en: text(200),
  slug: z
    .string()
    .regex(/^[a-z0-9](-?[a-z0-9])*$/)
    .max(64),
  audience: list(text(100)),
  language: z.string().transform(knownLanguage).pipe(z.string()),
  valid_from: day,
  valid_to: z.union([z.literal(''), day]).nullish(),
  priority: z.enum(['thong-thuong', 'uu-tien', 'khan-cap']),
  demo: z.boolean().default(false),
  facts: list(z.string().regex(/^[a-z0-9-]{1,64}$/)).default([]),
  sources: list(text(500)).default([]),
  summary_en: text(500).or(z.literal('')).default(''),
})

/** What each field must be, for the people who write them. */
const rules: Readonly<Record<keyof z.infer<typeof FrontMatter>, Sentence>> = {
  kind: { vi: '“bulletin” hoặc “greeting”', en: '“bulletin” or “greeting”' },
  title: { vi: 'tên bản tin, từ 1 đến 200 ký tự', en: 'the title, 1 to 200 characters' },
  title_en: {
    vi: 'tên bản tin bằng tiếng Anh, từ 1 đến 200 ký tự',
    en: 'the title in English, 1 to 200 characters',
  },
  slug: {
    vi: 'mã bản tin, tối đa 64 ký tự: a–z không dấu, số, gạch nối',
    en: 'the script’s id, at most 64 characters: a–z, digits, hyphens',
  },
  audience: { vi: 'danh sách người nghe', en: 'a list of who it is for' },
  language: { vi: `một trong các mã: ${languageList}`, en: `one of these tags: ${languageList}` },
  valid_from: {
    vi: 'một ngày có thật, dạng NĂM-THÁNG-NGÀY, đặt trong dấu nháy',
    en: 'a real day, YYYY-MM-DD, in quotes',
  },
  valid_to: {
    vi: 'để trống, hoặc một ngày có thật, dạng NĂM-THÁNG-NGÀY, đặt trong dấu nháy',
    en: 'empty, or a real day, YYYY-MM-DD, in quotes',
  },
  priority: { vi: 'thong-thuong, uu-tien hoặc khan-cap', en: 'thong-thuong, uu-tien or khan-cap' },
  demo: { vi: 'true hoặc false', en: 'true or false' },
  facts: { vi: 'danh sách mã dữ kiện', en: 'a list of fact ids' },
  sources: { vi: 'danh sách nguồn', en: 'a list of sources' },
  summary_en: {
    vi: 'tóm tắt bằng tiếng Anh, tối đa 500 ký tự',
    en: 'a summary in English, at most 500 characters',
  },
}

/**
 * Reads a script's Markdown: front matter between two lines of `---`, then the text. The text is brought to
 * NFC without invisible characters. Pure; never throws. Whether its slots and facts are right is decided
 * when it is submitted, so that an unfinished draft can be kept.
 */
export function readScript(markdown: string): ReadSource {
  if (markdown.length > fileCharactersMax) return tooLong
  const match = /^---\n([\s\S]*?)\n---(?:\n([\s\S]*))?$/.exec(cleanText(markdown).trim())
  if (match?.[1] === undefined) {
    return no(
      'Bản tin phải mở đầu bằng phần khai báo nằm giữa hai dòng “---”. Hãy xem một bản tin mẫu trong content/scripts.',
      'The file must begin with front matter between two lines “---”. See any file in content/scripts.',
    )
  }
  let read: unknown
  try {
    // Aliases could make a short text huge. The line of the “---” is counted: a fault is named by its line in the file.
    read = parse(`\n${match[1]}`, { maxAliasCount: 0, logLevel: 'error' })
  } catch (error) {
    const why = reasonOf(error).split('\n')[0] ?? ''
    return no(`Phần khai báo không đúng YAML: ${why}`, `The front matter is not valid YAML: ${why}`)
  }
  return sourceFrom(read, match[2] ?? '')
}

/** A script from its parts: the fields of its front matter, as they are named there, and its text. Pure; never throws. */
export function sourceFrom(fields: unknown, text: string): ReadSource {
  const result = FrontMatter.safeParse(fields)
  if (!result.success) return wrongField(result.error)
  const { valid_from, valid_to } = result.data
  if (valid_to !== '' && typeof valid_to === 'string' && valid_to <= valid_from) {
    return no(
      `valid_to (${valid_to}) phải sau valid_from (${valid_from}). Hãy sửa ngày.`,
      `valid_to (${valid_to}) must be after valid_from (${valid_from}). Correct the days.`,
    )
  }
  const body = cleanText(text).trim()
  if (body === '')
    return no('Bản tin chưa có chữ nào để đọc. Hãy viết nội dung.', 'The script has no text. Write one.')
  if (body.length > fileCharactersMax) return tooLong
  return { ok: true, value: sourceOf(result.data, body) }
}

function wrongField(error: z.ZodError): Extract<ReadSource, { ok: false }> {
  const [issue] = error.issues
  const field = String(issue?.path[0] ?? '')
  if (issue?.code === 'unrecognized_keys') {
    const keys = issue.keys.join(', ')
    return no(
      `Phần khai báo có mục lạ: ${keys}. Các mục được dùng: ${Object.keys(rules).join(', ')}.`,
      `The front matter has unknown fields: ${keys}. Known fields: ${Object.keys(rules).join(', ')}.`,
    )
  }
  const rule = Object.hasOwn(rules, field) ? rules[field as keyof typeof rules] : undefined
  return rule === undefined
    ? no(
        'Phần khai báo phải là danh sách “mục: giá trị”.',
        'The front matter must be a list of “field: value”.',
      )
    : no(`Mục “${field}” phải là ${rule.vi}.`, `The field “${field}” must be ${rule.en}.`)
}

function sourceOf(head: z.infer<typeof FrontMatter>, body: string): ScriptSource {
  return {
    id: head.slug,
    kind: head.kind,
    language: head.language,
    title: head.title,
    titleEn: head.title_en,
    audience: head.audience,
    body,
    priority: head.priority,
    validFrom: head.valid_from,
    validTo: head.valid_to === '' ? null : (head.valid_to ?? null),
    facts: head.facts,
    sources: head.sources,
    summaryEn: head.summary_en,
    demo: head.demo,
  }
}

function no(vi: string, en: string): { ok: false; why: Sentence } {
  return { ok: false, why: { vi, en } }
}

const tooLong = no(
  `Bản tin dài quá ${fileCharactersMax} ký tự. Hãy cắt ngắn.`,
  `The file has more than ${fileCharactersMax} characters. Shorten it.`,
)

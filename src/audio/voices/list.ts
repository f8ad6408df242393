/** The list of voices as it lies in the content folder: what people write, checked before anything is started. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { AppError, reasonOf, type Sentence } from '../../base/errors.ts'
import { scriptLanguages } from '../../scripts/index.ts'

/**
 * Keys of speech services lie in variables that begin so. A file that many edit must not be able to send any other
 * secret of this machine to a server of its choice.
 */
export const keyPrefix = 'LOA_VOICE_KEY_'

const common = {
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  enabled: z.boolean(),
  language: z.enum(scriptLanguages.map(({ tag }) => tag)),
  region: z.enum(['north', 'central', 'south']).optional(),
  /** Decibels. */
  gain: z.number().min(-10).max(30),
  licence: z.string().min(3).max(300),
  max_characters: z.int().min(100).max(5000),
  /** Seconds a sentence may take. */
  time_limit: z.number().min(1).max(300),
}

const server = {
  url: z.url({ protocol: /^https?$/ }),
  /** Hosts (with the port, unless it is the usual one) that may be spoken to. */
  hosts: z.array(z.string().min(1)).min(1).max(10),
  key_from: z
    .string()
    .regex(new RegExp(`^${keyPrefix}[A-Z0-9_]{1,40}$`))
    .optional(),
}

const text = z.string().min(1).max(200)
const scale = z.number().min(0).max(2)

const Espeak = z.strictObject({
  kind: z.literal('espeak-ng'),
  ...common,
  settings: z.strictObject({
    voice: z.string().regex(/^[a-z][\w+-]{1,40}$/),
    /** Words a minute. */
    speed: z.int().min(100).max(180),
    /** Above 80 espeak-ng clips. */
    amplitude: z.int().min(20).max(80),
  }),
})

const PiperProgram = z.strictObject({
  kind: z.literal('piper-program'),
  ...common,
  program: text,
  model: z.string().regex(/^\/.+\.onnx$/),
  settings: z.strictObject({
    length_scale: z.number().min(0.5).max(2),
    noise_scale: scale,
    noise_w: scale,
  }),
})

const PiperServer = z.strictObject({
  kind: z.literal('piper-server'),
  ...common,
  ...server,
  settings: z.strictObject({ voice: text, length_scale: z.number().min(0.5).max(2) }),
})

const OpenaiCompatible = z.strictObject({
  kind: z.literal('openai-compatible'),
  ...common,
  ...server,
  settings: z.strictObject({ model: text, voice: text, speed: z.number().min(0.5).max(2) }),
})

const Entry = z.discriminatedUnion('kind', [Espeak, PiperProgram, PiperServer, OpenaiCompatible])

export type EspeakEntry = z.infer<typeof Espeak>
export type PiperProgramEntry = z.infer<typeof PiperProgram>
export type PiperServerEntry = z.infer<typeof PiperServer>
export type OpenaiCompatibleEntry = z.infer<typeof OpenaiCompatible>
export type ServerEntry = PiperServerEntry | OpenaiCompatibleEntry
export type VoiceEntry = z.infer<typeof Entry>

const entriesMax = 50

/**
 * The entries of `voices.yaml` in the speech folder, in order, with those that are not enabled. Refuses (`invalid`)
 * a file that is missing or malformed, naming the voice and the field.
 */
export async function readVoiceList(speechFolder: string): Promise<VoiceEntry[]> {
  const path = join(speechFolder, 'voices.yaml')
  let raw: unknown
  try {
    raw = parse(await readFile(path, 'utf8')) ?? {}
  } catch (error) {
    // The parser draws the line below its first.
    const why = (reasonOf(error).split('\n')[0] ?? '').replace(/:$/, '')
    throw refused(path, { vi: why, en: why }, error)
  }
  const list = z.strictObject({ voices: z.array(z.unknown()).min(1).max(entriesMax) }).safeParse(raw)
  if (!list.success) throw refused(path, saidOf(list.error.issues, raw))
  const entries = list.data.voices.map((each, index) => entryOf(each, index, path))
  const twice = entries.find(({ name }, index) => entries.findIndex((one) => one.name === name) !== index)
  if (twice !== undefined) {
    throw refused(path, {
      vi: `có hai giọng cùng tên “${twice.name}”`,
      en: `two voices have the name “${twice.name}”`,
    })
  }
  return entries
}

function entryOf(raw: unknown, index: number, path: string): VoiceEntry {
  const parsed = Entry.safeParse(raw)
  const named = z.object({ name: z.string() }).safeParse(raw)
  const name = named.success ? named.data.name : ''
  const wrong = parsed.success ? wrongWithServer(parsed.data) : saidOf(parsed.error.issues, raw)
  if (parsed.success && wrong === undefined) return parsed.data
  throw refused(path, {
    vi: `giọng thứ ${index + 1} “${name}”: ${wrong?.vi ?? ''}`,
    en: `voice ${index + 1} “${name}”: ${wrong?.en ?? ''}`,
  })
}

/** What the fields together get wrong about a server; undefined when nothing. */
function wrongWithServer(entry: VoiceEntry): Sentence | undefined {
  if (!('url' in entry)) return undefined
  const url = new URL(entry.url)
  if (!entry.hosts.includes(url.host)) {
    return {
      vi: `máy chủ ${url.host} của url không có trong hosts`,
      en: `the host ${url.host} of the url is not among hosts`,
    }
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return {
      vi: 'url không được chứa tên, mật khẩu, hay phần sau dấu ? hoặc #; khóa thì đặt trong biến môi trường (key_from)',
      en: 'the url must have no name, password, or part after ? or #; a key belongs in an environment variable (key_from)',
    }
  }
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (entry.key_from !== undefined && url.protocol !== 'https:' && !isHere) {
    return {
      vi: 'có khóa (key_from) thì url phải là https, nếu không ai trên đường truyền cũng đọc được khóa',
      en: 'with a key (key_from) the url must be https, or anybody on the way could read the key',
    }
  }
  return undefined
}

const inVietnamese = z.locales.vi().localeError
const inEnglish = z.locales.en().localeError

/** Every field that is wrong, with why, in both languages. A field that is not there is said to be so. */
function saidOf(issues: readonly z.core.$ZodIssue[], raw: unknown): Sentence {
  const said = (locale: z.core.$ZodErrorMap, missing: string): string =>
    issues
      .map((issue) => {
        const input = valueAt(raw, issue.path)
        const message = locale({ ...issue, input } as z.core.$ZodRawIssue)
        const words = (typeof message === 'string' ? message : message?.message) ?? issue.message
        const where = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
        return `${where}${input === undefined ? missing : words}`
      })
      .join('; ')
  return { vi: said(inVietnamese, 'chưa ghi'), en: said(inEnglish, 'is missing') }
}

/** What stands at a place of the file; nothing and an empty place are the same. */
function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  const value = path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    raw,
  )
  return value ?? undefined
}

function refused(path: string, why: Sentence, cause?: unknown): AppError {
  return new AppError(
    'invalid',
    {
      vi: `Danh sách giọng đọc ${path} chưa đúng: ${why.vi}. Hãy sửa tệp này rồi thử lại.`,
      en: `The list of voices ${path} is not right: ${why.en}. Correct the file and try again.`,
    },
    { cause },
  )
}

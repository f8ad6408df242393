/** The form with which a person's recording is sent: what it asks, what it refuses, and what was typed kept. */
import { z } from 'zod'
import { uploadBytesMax, uploadSecondsMax } from '../audio/index.ts'
import { people, type Role } from '../people/index.ts'
import { scriptLanguages, submittedVersions } from '../scripts/index.ts'
import { incomingPath, type Received } from './incoming.ts'
import { languageIn, sizeIn } from './upload-cards.ts'
import type { Page, Visit, Web } from './visit.ts'
import { isWord, type Word } from './words/index.ts'

type Choice = { value: string; name: string }

/** What there is to choose from. */
export type Choices = { script: Choice[]; language: Choice[]; by: Choice[] }

/** The fields as they were typed; `upload` is the id of the file that was sent. */
export type Typed = Readonly<Record<Field, string>>
export const fieldNames = [
  ...(['script', 'language', 'speaker', 'consent', 'noise', 'by', 'upload'] as const),
] as const
export type Field = (typeof fieldNames)[number]
export type Wrong = Partial<Record<Field, Word>>

/** A file that comes in one go, from a browser without script: it does not go on where the network broke it off. */
export const plainBytesMax = 20 * 1024 * 1024

const charactersMax = { speaker: 120, consent: 500 } as const
/** As the treatment has it. */
const secondsMin = 3
/** Those who may bring recordings. */
const mayBring: readonly Role[] = ['admin', 'editor', 'approver']

/** Scripts, languages and people to choose from at this moment. */
export async function choicesOf(web: Web, { say, language, person }: Visit): Promise<Choices> {
  const versions = await submittedVersions(web.database)
  const everyone = await people(web.database)
  return {
    script: versions
      .filter(({ kind }) => kind === 'bulletin')
      .map(({ script, version, title, titleEn }) => ({
        value: `${script}/${version}`,
        name: `${language === 'vi' ? title : titleEn}, ${say('recordings.version', { version })}`,
      })),
    language: scriptLanguages.map(({ tag }) => ({ value: tag, name: languageIn(say, tag) })),
    by: everyone
      .filter(({ role, training }) => mayBring.includes(role) && training === web.training)
      // Whoever signed in brings it in their own name.
      .filter(({ id }) => person === undefined || person.id === id)
      .map(({ id, name }) => ({ value: id, name })),
  }
}

/** The fields of a body; what is missing, or there twice, is empty. */
export function typedIn(body: unknown): Typed {
  const given = z.record(z.string(), z.unknown()).catch({}).parse(body)
  const text = (name: Field): string => z.string().catch('').parse(given[name])
  return Object.fromEntries(fieldNames.map((name) => [name, text(name)])) as Record<Field, string>
}

/** Which fields are wrong, each with the word that says why. */
export function wrongIn(typed: Typed, choices: Choices): Wrong {
  const one = (of: readonly Choice[], why: Word) =>
    z.string().refine((value) => of.some((choice) => choice.value === value), why)
  const written = (most: number, why: Word) => z.string().trim().min(1, why).max(most, why)
  const form = z.object({
    script: one(choices.script, 'upload.wrong-script'),
    language: one(choices.language, 'upload.wrong-language'),
    speaker: written(charactersMax.speaker, 'upload.wrong-speaker'),
    consent: written(charactersMax.consent, 'upload.wrong-consent'),
    noise: z.enum(['', '1'], 'upload.wrong-noise'),
    by: one(choices.by, 'upload.wrong-by'),
    upload: z.string().regex(/^[0-9a-f]{32}$/, 'upload.wrong-file'),
  })
  const { error } = form.safeParse(typed)
  const wrong: Wrong = {}
  for (const { path, message } of error?.issues ?? []) {
    const [field] = path
    if (isWord(message)) wrong[field as Field] ??= message
  }
  return wrong
}

const nothing = Object.fromEntries(fieldNames.map((name) => [name, ''])) as Record<Field, string>

/** The form as a page: empty, or with what was typed and why it was not taken. */
export function formPage(
  visit: Visit,
  choices: Choices,
  {
    typed = nothing,
    wrong = {},
    received,
    refusal = '',
    status,
  }: {
    typed?: Typed
    wrong?: Wrong
    received?: Received | undefined
    refusal?: string
    status?: number
  } = {},
): Page {
  const { say } = visit
  const title = say('upload.title')
  const field = (name: Field) => {
    const why = wrong[name]
    return { value: typed[name], why: why === undefined ? '' : say(why) }
  }
  const chosen = (name: 'script' | 'language' | 'by') => ({
    ...field(name),
    choices: choices[name].map((choice) => ({
      ...choice,
      chosen: choice.value === typed[name] || (name === 'by' && visit.person?.id === choice.value),
    })),
  })
  return {
    view: 'upload-form',
    title,
    section: 'uploads',
    scripts: ['tus.js', 'upload.js'],
    ...(status === undefined ? {} : { status }),
    model: {
      title,
      closed: false,
      missing: missingIn(visit, choices),
      refusal,
      anyWrong: Object.keys(wrong).length > 0,
      form: {
        ...{
          script: chosen('script'),
          language: chosen('language'),
          by: { ...chosen('by'), only: onlyOne(choices.by) },
        },
        ...{ speaker: field('speaker'), consent: field('consent'), noise: typed.noise === '1' },
        file: field('upload'),
      },
      received: receivedIn(visit, received),
      charactersMax,
      plain: say('upload.no-script', { size: plainBytesMax / 1024 / 1024 }),
      fileHelp: say('upload.file-help', {
        size: uploadBytesMax / 1024 / 1024,
        seconds: secondsMin,
        minutes: uploadSecondsMax / 60,
      }),
      upload: received === undefined ? '' : typed.upload,
      endpoint: incomingPath,
      most: uploadBytesMax,
      words: JSON.stringify(scriptWords(visit)),
    },
  }
}

/** Whoever signed in brings it in their own name: nothing is to be chosen. */
function onlyOne(choices: readonly Choice[]): Choice | null {
  return choices.length === 1 ? (choices[0] ?? null) : null
}

/** Where nothing is taken through the pages: what to do instead. */
export function closedPage({ say }: Visit): Page {
  const title = say('upload.title')
  return { view: 'upload-form', title, section: 'uploads', model: { title, closed: true } }
}

/** What must be there before anything can be sent; null when it is. */
function missingIn({ say, person }: Visit, { script, by }: Choices): { why: string; command: string } | null {
  const somebody = `<${say('todo.somebody')}>`
  if (by.length === 0) {
    const command = 'loa people add nguyen.van.a --name "Nguyễn Văn A" --role editor'
    return { why: say('upload.no-people'), command }
  }
  if (script.length > 0) return null
  // Whoever signed in submits on the page of scripts, which stands in the rail.
  if (person !== undefined) return { why: say('upload.no-versions'), command: '' }
  return {
    why: say('upload.no-versions'),
    command: `loa scripts submit viec-nhe-luong-cao 1 --by ${somebody}`,
  }
}

function receivedIn(visit: Visit, received: Received | undefined): string {
  if (received === undefined) return ''
  return visit.say('upload.received', { name: received.name, size: sizeIn(visit, received.bytes) })
}

/** The sentences that the script of the page says; it fills in the figures. */
function scriptWords({ say }: Visit): Record<string, string> {
  return {
    sent: say('upload.sent', { sent: '{sent}', total: '{total}' }),
    leftSeconds: say('upload.left-seconds', { count: '{count}' }),
    leftMinutes: say('upload.left-minutes', { count: '{count}' }),
    sending: say('upload.sending'),
    resuming: say('upload.resuming'),
    paused: say('upload.paused'),
    retrying: say('upload.retrying'),
    offline: say('upload.offline'),
    cut: say('upload.cut'),
    cancelled: say('upload.cancelled'),
    treating: say('upload.treating'),
    tooLarge: say('upload.too-large', { size: '{size}', most: '{most}' }),
    tooMany: say('upload.too-many'),
    refused: say('upload.refused-sending'),
    pause: say('upload.pause'),
    resume: say('upload.resume'),
  }
}

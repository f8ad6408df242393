/** The fields of the editor: as they were typed, what is wrong with each, and the script they make. */
import { z } from 'zod'
import { isDay } from '../../base/calendar.ts'
import { cleanText, foldName } from '../../base/text.ts'
import {
  type Draft,
  type Priority,
  type ScriptHead,
  type ScriptKind,
  scriptLanguages,
  type ScriptSource,
} from '../../scripts/index.ts'
import { languageIn } from '../upload-cards.ts'
import type { Visit } from '../visit.ts'
import type { Word } from '../words/index.ts'

/** Far above any script; more is refused, and kept in its field. */
export const bodyCharactersMax = 20_000

export const fieldNames = [
  ...(['script', 'title', 'titleEn', 'kind', 'language', 'priority', 'validFrom', 'validTo'] as const),
  ...(['audience', 'facts', 'sources', 'summaryEn', 'demo', 'body', 'place', 'station', 'basedOn'] as const),
] as const
export type FieldName = (typeof fieldNames)[number]
export type Typed = Readonly<Record<FieldName, string>>
export type Wrong = Partial<Record<FieldName, string>>

const kinds: Readonly<Record<ScriptKind, Word>> = {
  bulletin: 'script.kind-bulletin',
  greeting: 'script.kind-greeting',
}
const priorities: Readonly<Record<Priority, Word>> = {
  'thong-thuong': 'script.priority-thong-thuong',
  'uu-tien': 'script.priority-uu-tien',
  'khan-cap': 'script.priority-khan-cap',
}

/** What scripts are called in the address that are none. */
export const reservedIds: readonly string[] = ['new', 'import', 'listen']

/** The name of a kind. */
export function kindIn({ say }: Visit, kind: ScriptKind): string {
  return say(kinds[kind])
}

/** The name of a priority. */
export function priorityIn({ say }: Visit, priority: Priority): string {
  return say(priorities[priority])
}

/** The fields of a body; what is missing, or there twice, is empty. The text is as long as it was typed. */
export function typedIn(body: unknown): Typed {
  const given = z.record(z.string(), z.unknown()).catch({}).parse(body)
  const text = (name: FieldName): string => {
    const value = z.string().catch('').parse(given[name])
    return name === 'body' ? value.replaceAll(/\r\n?/g, '\n') : value.slice(0, 20_000)
  }
  return Object.fromEntries(fieldNames.map((name) => [name, text(name)])) as Record<FieldName, string>
}

/** An empty form: a bulletin in Vietnamese that holds from today. */
export function emptyForm({ today }: Visit): Typed {
  const nothing = Object.fromEntries(fieldNames.map((name) => [name, ''])) as Record<FieldName, string>
  return { ...nothing, kind: 'bulletin', language: 'vi', priority: 'thong-thuong', validFrom: today }
}

/** The form for writing on from a version. */
export function formFrom(source: ScriptSource, basedOn: number): Typed {
  return {
    script: source.id,
    ...{ title: source.title, titleEn: source.titleEn, kind: source.kind, language: source.language },
    ...{ priority: source.priority, validFrom: source.validFrom, validTo: source.validTo ?? '' },
    audience: source.audience.join(', '),
    facts: source.facts.join(', '),
    sources: source.sources.join('\n'),
    summaryEn: source.summaryEn,
    demo: source.demo ? '1' : '',
    body: source.body,
    ...{ place: '', station: '', basedOn: String(basedOn) },
  }
}

/** The script's id: the typed one, else one made of the title. */
export function scriptIdOf({ script, title }: Typed): string {
  const typed = script.trim()
  if (typed !== '') return typed
  return foldName(title).replaceAll(' ', '-').slice(0, 64).replace(/-+$/, '')
}

const listed = (text: string, between: RegExp): string[] =>
  text
    .split(between)
    .map((one) => cleanText(one).trim())
    .filter((one) => one !== '')

/** The script's head; fields that are wrong have what is nearest, for a preview. */
export function headOf(typed: Typed, today: string): ScriptHead {
  return {
    kind: typed.kind === 'greeting' ? 'greeting' : 'bulletin',
    language: scriptLanguages.find(({ tag }) => tag === typed.language)?.tag ?? 'vi',
    title: cleanText(typed.title).trim(),
    titleEn: cleanText(typed.titleEn).trim(),
    audience: listed(typed.audience, /[,;\n]/),
    priority: (Object.keys(priorities) as Priority[]).find((one) => one === typed.priority) ?? 'thong-thuong',
    validFrom: isDay(typed.validFrom) ? typed.validFrom : today,
    validTo: isDay(typed.validTo) ? typed.validTo : null,
    facts: listed(typed.facts, /[\s,;]+/),
    sources: listed(typed.sources, /\n/),
    summaryEn: cleanText(typed.summaryEn).trim(),
    demo: typed.demo === '1',
  }
}

/** What is read aloud and linted. */
export function draftOf(typed: Typed, today: string): Draft {
  const { kind, validFrom, validTo, facts } = headOf(typed, today)
  return { kind, validFrom, validTo, facts, body: cleanText(typed.body) }
}

/** Which fields are wrong, each with the sentence that says what it must be. `isNew`: the script's id is asked for too. */
export function wrongIn({ say }: Visit, typed: Typed, isNew: boolean): Wrong {
  const wrong: Wrong = {}
  const unless = (right: boolean, field: FieldName, why: string): void => {
    if (!right) wrong[field] ??= why
  }
  const head = headOf(typed, '2000-01-01')
  const between = (text: string, most: number): boolean => text.length > 0 && text.length <= most
  unless(between(head.title, 200), 'title', say('editor.wrong-title'))
  unless(between(head.titleEn, 200), 'titleEn', say('editor.wrong-title-en'))
  const id = scriptIdOf(typed)
  if (isNew && (head.title !== '' || typed.script !== '')) {
    const right = /^[a-z0-9](-?[a-z0-9])*$/.test(id) && id.length <= 64 && !reservedIds.includes(id)
    unless(right, 'script', say('editor.wrong-id'))
  }
  unless(Object.hasOwn(kinds, typed.kind), 'kind', say('editor.wrong-choice'))
  unless(Object.hasOwn(priorities, typed.priority), 'priority', say('editor.wrong-choice'))
  const known = scriptLanguages.some(({ tag }) => tag === typed.language)
  unless(known, 'language', say('editor.wrong-choice'))
  unless(isDay(typed.validFrom), 'validFrom', say('editor.wrong-day'))
  unless(typed.validTo === '' || isDay(typed.validTo), 'validTo', say('editor.wrong-day'))
  unless(typed.validTo === '' || typed.validTo > typed.validFrom, 'validTo', say('editor.wrong-valid-to'))
  const audience = head.audience.length <= 100 && head.audience.every((one) => one.length <= 100)
  unless(audience, 'audience', say('editor.wrong-audience'))
  const facts = head.facts.length <= 100 && head.facts.every((one) => /^[a-z0-9-]{1,64}$/.test(one))
  unless(facts, 'facts', say('editor.wrong-facts'))
  const sources = head.sources.length <= 100 && head.sources.every((one) => one.length <= 500)
  unless(sources, 'sources', say('editor.wrong-sources'))
  unless(head.summaryEn.length <= 500, 'summaryEn', say('editor.wrong-summary'))
  unless(cleanText(typed.body).trim() !== '', 'body', say('editor.wrong-body'))
  if (typed.body.length > bodyCharactersMax) {
    const values = { length: typed.body.length, most: bodyCharactersMax }
    wrong.body = say('editor.wrong-body-long', values)
  }
  return wrong
}

type Choice = { value: string; name: string; chosen: boolean }

/** What there is to choose from, with what was chosen. */
export function choicesIn(visit: Visit, typed: Typed): Record<'kind' | 'language' | 'priority', Choice[]> {
  const choices = (words: Readonly<Record<string, Word>>, value: string): Choice[] =>
    Object.entries(words).map(([one, word]) => ({ value: one, name: visit.say(word), chosen: one === value }))
  return {
    kind: choices(kinds, typed.kind),
    priority: choices(priorities, typed.priority),
    language: scriptLanguages.map(({ tag }) => {
      return { value: tag, name: languageIn(visit.say, tag), chosen: tag === typed.language }
    }),
  }
}

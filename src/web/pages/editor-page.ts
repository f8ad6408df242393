/** The editor as a page: its fields with what was typed, and what there is to say about them. */
import { loadPlaceholders } from '../../scripts/index.ts'
import { dayShown } from '../day-shown.ts'
import type { Page, Visit } from '../visit.ts'
import type { Word } from '../words/index.ts'
import type { Conflict } from './editor-conflict.ts'
import {
  bodyCharactersMax,
  choicesIn,
  type FieldName,
  kindIn,
  type Typed,
  type Wrong,
} from './editor-form.ts'
import type { Reading } from './editor-reading.ts'

/** A draft that can be heard, or why not. */
export type Listening = { src: string; length: string } | { why: string }

/** What the form is shown again with. */
export type Told = {
  wrong?: Wrong
  refusal?: string
  conflict?: Conflict
  listening?: Listening
  /** A text that was put aside for another: still here to copy from. */
  leftOver?: string
  /** Whether nothing was typed yet: a copy that the browser kept may be offered. */
  fresh?: boolean
}

type Shown = Told & {
  isNew: boolean
  signedOut?: boolean
  status?: number
  reading?: Reading
  /** Where the list of placeholders lies; without it none are offered. */
  content?: string
  mayListen?: boolean
}

const labels = {
  title: { label: 'editor.title', help: null, most: 200 },
  titleEn: { label: 'editor.title-en', help: null, most: 200 },
  script: { label: 'editor.id', help: 'editor.id-help', most: 64 },
  audience: { label: 'editor.audience', help: 'editor.audience-help', most: 2000 },
  facts: { label: 'editor.facts', help: 'editor.facts-help', most: 2000 },
  summaryEn: { label: 'editor.summary', help: null, most: 500 },
} as const satisfies Partial<Record<FieldName, { label: Word; help: Word | null; most: number }>>

/** The page `editor`. */
export function editorView(visit: Visit, typed: Typed, shown: Shown): Page {
  const { say } = visit
  const { isNew, signedOut = false, wrong = {}, refusal = '', conflict, listening } = shown
  const title = isNew ? say('editor.new') : say('editor.next', { title: typed.title })
  const field = (name: FieldName) => ({ name, value: typed[name], why: wrong[name] ?? '' })
  const day = (name: 'validFrom' | 'validTo') => ({ ...field(name), shown: dayShown(visit, typed[name]) })
  const line = (name: keyof typeof labels) => {
    const { label, help, most } = labels[name]
    return { ...field(name), label: say(label), help: help === null ? '' : say(help), most }
  }
  return {
    view: 'editor',
    title,
    section: 'scripts',
    ...(shown.status === undefined ? {} : { status: shown.status }),
    scripts: ['editor.js'],
    model: {
      ...{ title, isNew, signedOut, refusal, conflict: conflict ?? null },
      action: visit.path,
      back: isNew ? '/scripts' : visit.path.replace(/\/edit$/, ''),
      anyWrong: Object.keys(wrong).length > 0,
      basedOn: typed.basedOn,
      person: visit.person?.id ?? '',
      leftOver: shown.leftOver ?? '',
      fresh: shown.fresh === true,
      keptWords: JSON.stringify({ found: say('editor.kept', { at: '{at}' }) }),
      lines: [line('title'), line('titleEn'), ...(isNew ? [line('script')] : [])],
      more: [line('audience'), line('facts'), line('summaryEn')],
      kindName: kindIn(visit, typed.kind === 'greeting' ? 'greeting' : 'bulletin'),
      choices: choicesIn(visit, typed),
      ...{ kind: field('kind'), tongue: field('language'), priority: field('priority') },
      ...{ validFrom: day('validFrom'), validTo: day('validTo'), sources: field('sources') },
      ...{ body: field('body'), demo: typed.demo === '1', station: typed.station, place: typed.place },
      moreOpen: ['audience', 'facts', 'sources', 'summaryEn'].some((name) => name in wrong),
      bodyHelp: say('editor.body-help', { most: bodyCharactersMax }),
      slots: slotsIn(visit, typed, shown.content),
      reading: shown.reading === undefined ? null : { ...shown.reading, answers: visit.path },
      mayListen: shown.mayListen === true,
      listening: listening === undefined ? null : { src: '', length: '', why: '', ...listening },
    },
  }
}

/** The names that may stand in a text of this kind, each with what it says. */
function slotsIn(
  { language }: Visit,
  { kind }: Typed,
  content: string | undefined,
): { name: string; meaning: string }[] {
  if (content === undefined) return []
  return loadPlaceholders(content)
    .filter(({ where }) => kind === 'greeting' || where !== 'greeting')
    .map(({ name, meaning }) => ({ name, meaning: meaning[language] }))
}

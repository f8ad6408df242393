/** Facts, their entries and what they touch, as the pages show them. */
import { dayOf, type Day } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import { people } from '../../people/index.ts'
import { stationsOf } from '../../registry/index.ts'
import type { TouchedAiring, TouchedVersion } from '../../schedule/index.ts'
import {
  type Fact,
  type FactEntry,
  factEntries,
  loadPlaceholders,
  type VersionState,
} from '../../scripts/index.ts'
import { dayIn, momentIn } from '../formats.ts'
import type { Tone } from '../states.ts'
import { titlesOf } from '../titles.ts'
import type { Visit, Web } from '../visit.ts'
import { sentence, type Word } from '../words/index.ts'

export const factKinds: readonly Fact['kind'][] = ['hotline', 'agency', 'law', 'figure', 'day']

export const kindWords: Readonly<Record<Fact['kind'], Word>> = {
  hotline: 'facts.kind-hotline',
  agency: 'facts.kind-agency',
  law: 'facts.kind-law',
  figure: 'facts.kind-figure',
  day: 'facts.kind-day',
}

export const factStates = ['in-force', 'coming', 'waiting', 'ended'] as const
export type FactState = (typeof factStates)[number]

export const stateWords: Readonly<Record<FactState, Word>> = {
  'in-force': 'facts.in-force',
  coming: 'facts.coming',
  waiting: 'facts.waiting',
  ended: 'facts.ended',
}
const stateTones: Readonly<Record<FactState, Tone>> = {
  'in-force': 'met',
  coming: 'idle',
  waiting: 'wait',
  ended: 'missed',
}

const versionWords: Readonly<Record<VersionState, Word>> = {
  draft: 'facts.version-draft',
  submitted: 'facts.version-submitted',
  returned: 'facts.version-returned',
  approved: 'facts.version-approved',
  'in-force': 'facts.version-in-force',
  expired: 'facts.version-expired',
  withdrawn: 'facts.version-withdrawn',
}

/** How a fact stands on a day. Its end goes before all; then what nobody has confirmed yet is not said. */
export function factStateOf({ validFrom, validTo, status }: Fact, day: Day): FactState {
  if (validTo !== null && validTo <= day) return 'ended'
  if (status !== 'confirmed') return 'waiting'
  return validFrom > day ? 'coming' : 'in-force'
}

export type FactLine = {
  id: string
  href: string
  fact: Fact
  /** In the reader's language. */
  name: string
  kind: string
  value: string
  spoken: string
  state: FactState
  stateName: string
  tone: Tone
  validity: string
  source: string
  /** The newest entry, and who made it. */
  entry: FactEntry
  by: string
  changed: string
}

/** Every fact as it holds now, by id. */
export async function factLines(web: Web, visit: Visit): Promise<FactLine[]> {
  const newest = new Map((await factEntries(web.database)).map((entry) => [entry.fact.id, entry]))
  const names = await namesOf(web)
  return [...newest.values()]
    .map((entry) => factLine(visit, entry, names))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** One entry of a fact as a line. */
export function factLine(visit: Visit, entry: FactEntry, names: ReadonlyMap<string, string>): FactLine {
  const { fact, by, at } = entry
  const { say, language, today } = visit
  const state = factStateOf(fact, today)
  return {
    ...{ id: fact.id, href: `/facts/${fact.id}`, fact, entry, state },
    ...{ value: fact.value, spoken: fact.spoken ?? '', source: fact.source },
    name: fact.name[language],
    kind: say(kindWords[fact.kind]),
    stateName: say(stateWords[state]),
    tone: stateTones[state],
    validity: validityIn(visit, fact),
    by: byIn(visit, by, names),
    changed: momentIn(language, at),
  }
}

/** From when until when, in words. */
export function validityIn({ say, language }: Visit, { validFrom, validTo }: Fact): string {
  const from = dayIn(language, validFrom)
  return validTo === null
    ? say('facts.from', { from })
    : say('facts.from-to', { from, to: dayIn(language, validTo) })
}

/** Who made an entry; the files of the programme are nobody. */
export function byIn({ say }: Visit, by: string | null, names: ReadonlyMap<string, string>): string {
  return by === null ? say('facts.by-files') : (names.get(by) ?? by)
}

/** Everyone's name. */
export async function namesOf(web: Web): Promise<Map<string, string>> {
  return new Map((await people(web.database)).map(({ id, name }) => [id, name]))
}

/** The entries of the fact that the address names, oldest first; refuses (`not_found`) one that is not there. */
export async function entriesAsked(web: Web, visit: Visit): Promise<[FactEntry, ...FactEntry[]]> {
  const id = visit.part('id')
  const [first, ...more] = await factEntries(web.database, id)
  if (first === undefined)
    throw new AppError('not_found', sentence('facts.not-there', { id: id.slice(0, 80) }))
  return [first, ...more]
}

/** The newest of them. */
export function newestOf(entries: readonly [FactEntry, ...FactEntry[]]): FactEntry {
  return entries.at(-1) ?? entries[0]
}

/** What fills slots from a fact, for asking what it touches. */
export function placeholdersOf({ content }: Web): ReturnType<typeof loadPlaceholders> {
  return loadPlaceholders(content)
}

const shown = [
  'value',
  'spoken',
  'nameVi',
  'nameEn',
  'kind',
  'source',
  'validFrom',
  'validTo',
  'status',
] as const
type Shown = (typeof shown)[number]

const shownWords: Readonly<Record<Shown, Word>> = {
  value: 'facts.value',
  spoken: 'facts.spoken',
  nameVi: 'facts.name-vi',
  nameEn: 'facts.name-en',
  kind: 'facts.kind',
  source: 'facts.source',
  validFrom: 'facts.valid-from',
  validTo: 'facts.valid-to',
  status: 'facts.status',
}

/** One field that differs between two entries. */
export type Difference = { field: Shown; label: string; before: string; after: string }

/** What differs between two entries of a fact, field by field; the day on which the source was read is not told. */
export function differencesOf(visit: Visit, before: Fact, after: Fact): Difference[] {
  return shown.flatMap((field) => {
    const [was, is] = [shownOf(visit, before, field), shownOf(visit, after, field)]
    return was === is ? [] : [{ field, label: visit.say(shownWords[field]), before: was, after: is }]
  })
}

function shownOf({ say, language }: Visit, fact: Fact, field: Shown): string {
  const texts: Record<Shown, string> = {
    value: fact.value,
    spoken: fact.spoken ?? say('facts.as-written'),
    nameVi: fact.name.vi,
    nameEn: fact.name.en,
    kind: say(kindWords[fact.kind]),
    source: fact.source,
    validFrom: dayIn(language, fact.validFrom),
    validTo: fact.validTo === null ? say('facts.open') : dayIn(language, fact.validTo),
    status: say(fact.status === 'confirmed' ? 'facts.confirmed' : 'facts.unconfirmed'),
  }
  return texts[field]
}

/** A touched version with how many of its recordings and coming airings there are; `will`: all of them are to stop. */
export async function versionLines(
  web: Web,
  visit: Visit,
  touched: {
    versions: readonly TouchedVersion[]
    recordings: readonly { script: string; version: number }[]
    airings: readonly { script: string; version: number }[]
  },
  will = false,
): Promise<object[]> {
  const { say, language } = visit
  const titleOf = await titlesOf(web, language)
  const linked = web.mayOpen(visit.visitor, '/scripts')
  return touched.versions.map(({ script, version, state, until, changed }) => {
    const count = (all: readonly { script: string; version: number }[]): number =>
      all.filter((one) => one.script === script && one.version === version).length
    return {
      title: titleOf(script, version),
      href: linked ? `/scripts/${script}` : null,
      version: say('facts.version', { script, version }),
      state: say(versionWords[state]),
      stopped: will ? say('facts.version-will-stop') : changed ? say('facts.stopped') : '',
      until: until === null ? '' : dayIn(language, until),
      recordings: count(touched.recordings),
      airings: count(touched.airings),
    }
  })
}

export type FactAiring = {
  time: string
  day: string
  station: string
  stationName: string
  title: string
  stops: boolean
}

/** Coming airings, the next first. */
export async function factAirings(
  web: Web,
  visit: Visit,
  airings: readonly TouchedAiring[],
): Promise<FactAiring[]> {
  const titleOf = await titlesOf(web, visit.language)
  const stations = new Map((await stationsOf(web.database)).map(({ id, name }) => [id, name]))
  return airings.map(({ station, script, version, plannedAt, stops }) => {
    const [time = ''] = momentIn(visit.language, plannedAt).split(' ')
    return {
      ...{ time, day: dayIn(visit.language, dayOf(plannedAt)), station, stops },
      stationName: stations.get(station) ?? station,
      title: titleOf(script, version),
    }
  })
}

/** What a fact touches: every version that says it, their recordings, and the airings still to come. */
import { recordingsOf } from '../audio/index.ts'
import { versionStates } from '../approval/index.ts'
import { type Day, dayOf } from '../base/calendar.ts'
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import {
  type Fact,
  type FactEntry,
  factsOf,
  type Placeholder,
  unknownFact,
  versionsWith,
  type VersionState,
} from '../scripts/index.ts'
import { airingsOf } from './store.ts'

/**
 * `until`: first day on which it is not heard any more, by its own word or for a fact it says; null = open. `changed`:
 * it was submitted with other words than the fact has now, or the fact has ended: it is not heard.
 */
export type TouchedVersion = {
  script: string
  version: number
  title: string
  state: VersionState
  until: Day | null
  changed: boolean
}

export type TouchedRecording = {
  recording: string
  script: string
  version: number
  language: string
  station: string | null
}

/** `stops`: it plays something that is not heard any more by then, and goes with the schedule's next run. */
export type TouchedAiring = {
  airing: string
  script: string
  version: number
  station: string
  plannedAt: Instant
  stops: boolean
}

export type Touched = {
  fact: Fact
  versions: TouchedVersion[]
  recordings: TouchedRecording[]
  /** Airings still to come that play one of these recordings. */
  airings: TouchedAiring[]
}

type Wanted = { fact: string; placeholders: readonly Placeholder[]; now: Instant }

/**
 * What stands or falls with a fact. Drafts are among the versions, because their slots are filled when they are
 * submitted. Refuses (`not_found`) an unknown fact.
 */
export async function touchedBy(db: Db, wanted: Wanted): Promise<Touched> {
  const fact = (await factsOf(db)).find(({ id }) => id === wanted.fact)
  if (fact === undefined) throw unknownFact(wanted.fact)
  return touchedAs(db, { ...wanted, fact })
}

/** What a change stops that is still to be heard: versions with the day on which they end, their recordings, airings. */
export type Stopping = Pick<Touched, 'versions' | 'recordings' | 'airings'>

/**
 * What would stop if this were what the register says of a fact from now on, beyond what stops already; nothing is
 * changed. A fact that is new stops nothing.
 */
export async function stoppedBy(
  db: Db,
  wanted: { after: Fact; placeholders: readonly Placeholder[]; now: Instant },
): Promise<Stopping> {
  const { after: fact, placeholders, now } = wanted
  const entered = { number: Number.MAX_SAFE_INTEGER, fact, by: null, at: now }
  const before = await touchedAs(db, { fact, placeholders, now })
  const after = await touchedAs(db, { fact, placeholders, now, entered })
  const nameOf = (one: { script: string; version: number }): string => `${one.script}/${one.version}`
  const ends = new Map(before.versions.map((version) => [nameOf(version), version.until]))
  const versions = after.versions.filter((version) => {
    const end = ends.get(nameOf(version)) ?? null
    return version.state !== 'draft' && version.until !== null && (end === null || version.until < end)
  })
  const ended = new Set(versions.map(nameOf))
  const going = new Set(before.airings.filter(({ stops }) => stops).map(({ airing }) => airing))
  return {
    versions,
    recordings: after.recordings.filter((recording) => ended.has(nameOf(recording))),
    airings: after.airings.filter(({ airing, stops }) => stops && !going.has(airing)),
  }
}

async function touchedAs(
  db: Db,
  wanted: { fact: Fact; placeholders: readonly Placeholder[]; now: Instant; entered?: FactEntry },
): Promise<Touched> {
  const { fact, now, entered } = wanted
  const slots = wanted.placeholders.flatMap(({ name, from }) =>
    'fact' in from && from.fact === fact.id ? [name] : [],
  )
  const said = { fact: fact.id, slots, ...(entered === undefined ? {} : { entered }) }
  const versions = await versionsWith(db, said)
  const states = await versionStates(db, now)
  const isOver = fact.validTo !== null && fact.validTo <= dayOf(now)
  const touched: Touched = { fact, versions: [], recordings: [], airings: [] }
  const endOf = new Map<string, Day | null>()
  for (const { script, version, source, heardUntil: until, changedFacts } of versions) {
    const state = states.get(`${script}/${version}`) ?? 'draft'
    const changed = state !== 'draft' && (isOver || changedFacts.includes(fact.id))
    touched.versions.push({ script, version, title: source.title, state, until, changed })
    for (const { id, language, station } of await recordingsOf(db, { script, version })) {
      touched.recordings.push({ recording: id, script, version, language, station })
      endOf.set(id, until)
    }
  }
  touched.airings = await airingsWith(db, endOf, now)
  return touched
}

/** Airings to come that play one of the recordings, given with the day on which each ends. */
async function airingsWith(
  db: Db,
  endOf: ReadonlyMap<string, Day | null>,
  now: Instant,
): Promise<TouchedAiring[]> {
  if (endOf.size === 0) return []
  return (await airingsOf(db, { from: now })).flatMap((airing) => {
    const { id, script, version, station, plannedAt, recording, greeting, cancelled } = airing
    const plays = [recording, ...(greeting === null ? [] : [greeting])].filter((one) => endOf.has(one))
    if (cancelled !== null || plays.length === 0) return []
    const ends = plays.map((one) => endOf.get(one) ?? null)
    const stops = ends.some((end) => end !== null && end <= dayOf(plannedAt))
    return [{ airing: id, script, version, station, plannedAt, stops }]
  })
}

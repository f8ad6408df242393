/** What a fact touches: every version that says it, their recordings, and the airings still to come. */
import { recordingsOf } from '../audio/index.ts'
import { versionStates } from '../approval/index.ts'
import { dayOf } from '../base/calendar.ts'
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import {
  type Fact,
  factsOf,
  type Placeholder,
  unknownFact,
  versionsWith,
  type VersionState,
} from '../scripts/index.ts'
import { airingsOf } from './store.ts'

/** `changed`: it was submitted with other words than the fact has now, or the fact has ended: it is not heard. */
export type TouchedVersion = {
  script: string
  version: number
  title: string
  state: VersionState
  changed: boolean
}

export type Touched = {
  fact: Fact
  versions: TouchedVersion[]
  recordings: {
    recording: string
    script: string
    version: number
    language: string
    station: string | null
  }[]
  /** Airings still to come that play one of these recordings; those of changed versions go with the schedule's next run. */
  airings: { airing: string; script: string; version: number; station: string; plannedAt: Instant }[]
}

/**
 * What stands or falls with a fact. Drafts are among the versions, because their slots are filled when they are
 * submitted. Refuses (`not_found`) an unknown fact.
 */
export async function touchedBy(
  db: Db,
  wanted: { fact: string; placeholders: readonly Placeholder[]; now: Instant },
): Promise<Touched> {
  const fact = (await factsOf(db)).find(({ id }) => id === wanted.fact)
  if (fact === undefined) throw unknownFact(wanted.fact)
  const slots = wanted.placeholders.flatMap(({ name, from }) =>
    'fact' in from && from.fact === fact.id ? [name] : [],
  )
  const versions = await versionsWith(db, { fact: fact.id, slots })
  const states = await versionStates(db, wanted.now)
  const isOver = fact.validTo !== null && fact.validTo <= dayOf(wanted.now)
  const touched: Touched = { fact, versions: [], recordings: [], airings: [] }
  for (const { script, version, source, changedFacts } of versions) {
    const state = states.get(`${script}/${version}`) ?? 'draft'
    const changed = state !== 'draft' && (isOver || changedFacts.includes(fact.id))
    touched.versions.push({ script, version, title: source.title, state, changed })
    for (const { id, language, station } of await recordingsOf(db, { script, version })) {
      touched.recordings.push({ recording: id, script, version, language, station })
    }
  }
  const recordings = new Set(touched.recordings.map(({ recording }) => recording))
  for (const airing of await airingsOf(db, { from: wanted.now })) {
    const plays = [airing.recording, ...(airing.greeting === null ? [] : [airing.greeting])]
    if (airing.cancelled !== null || !plays.some((recording) => recordings.has(recording))) continue
    const { id, script, version, station, plannedAt } = airing
    touched.airings.push({ airing: id, script, version, station, plannedAt })
  }
  return touched
}

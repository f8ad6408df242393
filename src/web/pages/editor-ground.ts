/** What a text is held against while it is written: placeholders, facts, places, and how it is read aloud. */
import { join } from 'node:path'
import { readingOf } from '../../audio/index.ts'
import { type Station, findUnits, stationsOf, stationUnitsOn, type Unit } from '../../registry/index.ts'
import { foldName } from '../../base/text.ts'
import {
  type Fact,
  factsOf,
  loadPlaceholders,
  type LintGround,
  placeNames,
  type SpokenOf,
} from '../../scripts/index.ts'
import type { Visit, Web } from '../visit.ts'

/** Everything a text is linted and filled with on the day of the visit. */
export async function groundOf(web: Web, { today: day }: Visit): Promise<LintGround> {
  const facts = new Map((await factsOf(web.database)).map((fact): [string, Fact] => [fact.id, fact]))
  return {
    placeholders: loadPlaceholders(web.content),
    ...{ facts, day, speakUnconfirmed: web.speakUnconfirmed },
    places: await placeNames(web.database, day),
  }
}

type Read = { at: string; spokenOf: Promise<SpokenOf | undefined> }
/** Reading the lexicon's files takes 50 ms, and a preview asks for them at each pause of the typing. */
const lexicons = new WeakMap<Web, Map<string, Read>>()

/** How a language is read aloud; undefined where only people read it. What staff change in the lexicon counts within a minute. */
export function spokenIn(web: Web, { now }: Visit, language: string): Promise<SpokenOf | undefined> {
  const known = lexicons.get(web) ?? new Map<string, Read>()
  lexicons.set(web, known)
  const minute = now.slice(0, 16)
  const read = known.get(language)
  if (read?.at === minute) return read.spokenOf
  const spokenOf = readingOf(speechFolder(web), language)
  known.set(language, { at: minute, spokenOf })
  // What is wrong with a file is told to whoever asks, and looked at again at the next asking.
  spokenOf.catch(() => known.delete(language))
  return spokenOf
}

/** Where lexicons, chime and voices lie. */
export function speechFolder({ content }: Web): string {
  return join(content, 'speech')
}

/** A station and the unit its area lies in today. */
export type Place = { station: Station; unit: Unit }

/** Stations offered for one search. */
const placesMax = 50

/**
 * The stations that answer to what was typed, by their own name, their area's, or that of today's commune or ward,
 * without diacritics; at most fifty. All begin the list where nothing was typed.
 */
export async function placesFor(web: Web, { today }: Visit, typed: string): Promise<Place[]> {
  const units = await stationUnitsOn(web.database, today)
  const all = (await stationsOf(web.database)).flatMap((station): Place[] => {
    const unit = units.get(station.id)
    return unit === undefined ? [] : [{ station, unit }]
  })
  const wanted = foldName(typed)
  if (wanted === '') return all.slice(0, placesMax)
  const found = new Map(
    (await findUnits(web.database, typed, { day: today })).map(({ code }, rank) => [code, rank]),
  )
  const rankOf = ({ station, unit }: Place): number => {
    if (foldName(station.areaName) === wanted || station.id === typed.trim()) return -2
    if (` ${foldName(station.name)}`.includes(` ${wanted}`)) return -1
    return found.get(unit.code) ?? Number.POSITIVE_INFINITY
  }
  return all
    .map((place) => ({ place, rank: rankOf(place) }))
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, placesMax)
    .map(({ place }) => place)
}

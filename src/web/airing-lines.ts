/** Airings as the pages show them: when, where, what, and what became of each. */
import { dayOf, lastDayOf, type Day, type Month, monthOf, timeOfDay } from '../base/calendar.ts'
import type { Instant } from '../base/time.ts'
import { millisecondsBetween } from '../base/time.ts'
import { airingOutcomes, type AiringOutcome, attestationsOf } from '../evidence/index.ts'
import { covers, stationsOf, stationUnitsOn } from '../registry/index.ts'
import { type Airing, airingsOf } from '../schedule/index.ts'
import { airingHref } from './by-hand.ts'
import { unitHref } from './coverage.ts'
import { dayIn, lengthOf, momentIn } from './formats.ts'
import { titlesOf } from './titles.ts'
import { witnesses } from './today-cards.ts'
import { monthsOfToday, placeOf } from './today-facts.ts'
import type { Visit, Web } from './visit.ts'

/** States of an airing, those to look at first in front: the filter of the list. */
export const airingStates = [
  ...(['missed', 'refused', 'partial', 'unknown', 'waiting', 'coming', 'met', 'cancelled'] as const),
] as const
export type AiringState = (typeof airingStates)[number]

export type AiringLine = {
  id: string
  plannedAt: Instant
  dayIso: Day
  day: string
  time: string
  station: string
  stationName: string
  stationHref: string
  sample: boolean
  unit: string
  unitCode: string | null
  unitHref: string | null
  title: string
  length: string
  milliseconds: number
  state: AiringState
  /** Who confirmed it and when, or why it is not met; empty while there is nothing to say. */
  why: string
  /** Where the file to play lies, in the days in which people are still to play it by hand. */
  file: string | null
  /** Where this visitor says what became of it, or signs what another said. */
  act: { href: string; word: 'today.confirm' | 'today.sign-short' } | null
}

/** People may still have to play it: it is to come, or is due and nobody has said a word about it. */
const stillToPlay: readonly AiringState[] = ['coming', 'waiting']

/** The airings of a month, of one station or of all, by planned start. */
export async function airingLines(
  web: Web,
  visit: Visit,
  asked: { month: Month; station?: string },
): Promise<AiringLine[]> {
  const { database } = web
  const outcomes = await airingOutcomes(database, { month: asked.month, now: visit.now })
  const outcomeOf = new Map(outcomes.map((outcome) => [outcome.airing, outcome]))
  const stations = new Map((await stationsOf(database)).map((station) => [station.id, station]))
  const units = await stationUnitsOn(database, lastDayOf(asked.month))
  const titles = await titlesOf(web, visit.language)
  const said = Map.groupBy(await attestationsOf(database, asked), ({ airing }) => airing)
  const seen = (await airingsOf(database, asked)).filter(({ station }) =>
    covers(visit.scope, units.get(station)),
  )
  return seen.map((airing) => {
    const station = stations.get(airing.station)
    const unit = units.get(airing.station)
    const outcome = outcomeOf.get(airing.id)
    const state = outcome?.state ?? 'coming'
    const isToPlay = stillToPlay.includes(state) && !said.has(airing.id)
    return {
      ...when(visit, airing),
      id: airing.id,
      station: airing.station,
      stationName: station?.name ?? airing.station,
      stationHref: `/stations/${airing.station}`,
      sample: station?.sample ?? false,
      unit: unit?.fullName ?? '',
      unitCode: unit?.code ?? null,
      unitHref: unit === undefined ? null : unitHref(unit, asked.month),
      title: titles(airing.script, airing.version),
      state,
      why: outcome === undefined ? '' : whyOf(visit, outcome),
      file: isToPlay ? airingHref(airing, dayOf(visit.now)) : null,
      act: outcome === undefined ? null : actOn(visit, { airing, outcome, said: said.get(airing.id) ?? [] }),
    }
  })
}

/** The same rule that places it on the page of today, for whoever may speak there. */
function actOn(visit: Visit, one: Parameters<typeof placeOf>[0]): AiringLine['act'] {
  const { airing } = one
  if (!visit.is(witnesses) || !monthsOfToday(visit.today).includes(monthOf(airing.plannedAt))) return null
  const place = placeOf(one, visit.person?.id, visit.now)
  if (place !== 'to-say' && place !== 'to-sign') return null
  const page = visit.is(['operator']) ? '/today' : `/stations/${airing.station}/today`
  return { href: `${page}#${airing.id}`, word: place === 'to-say' ? 'today.confirm' : 'today.sign-short' }
}

function when(
  visit: Visit,
  airing: Airing,
): Pick<AiringLine, 'plannedAt' | 'dayIso' | 'day' | 'time' | 'length' | 'milliseconds'> {
  const dayIso = dayOf(airing.plannedAt)
  const milliseconds = millisecondsBetween(airing.plannedAt, airing.endsAt)
  return {
    plannedAt: airing.plannedAt,
    dayIso,
    day: dayIn(visit.language, dayIso),
    time: timeOfDay(airing.plannedAt).slice(0, 5),
    length: lengthOf(milliseconds),
    milliseconds,
  }
}

function whyOf(visit: Visit, outcome: AiringOutcome): string {
  if (outcome.why !== null) return outcome.why[visit.language]
  if (outcome.by === null) return ''
  const by = visit.say(outcome.by === 'device' ? 'airings.by-device' : 'airings.by-people')
  return outcome.at === null ? by : `${by}, ${momentIn(visit.language, outcome.at)}`
}

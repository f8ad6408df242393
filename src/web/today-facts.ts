/** What stands on the page of today, from the facts: whose airings, what became of each, who said what. */
import { boundsOf, dayOf, lastDayOf, type Day, monthOf, plusDays, type Month } from '../base/calendar.ts'
import type { Instant } from '../base/time.ts'
import { airingOutcomes, type AiringOutcome, type Attestation, attestationsOf } from '../evidence/index.ts'
import { covers, type Station, stationsOf, stationUnitsOn, type Unit } from '../registry/index.ts'
import { coverage, type UnitCoverage } from '../reports/index.ts'
import { type Airing, airingsOf, campaignsIn } from '../schedule/index.ts'
import type { Visit, Web } from './visit.ts'

/** After a month has ended, its last airings are asked about for so many days more. */
const daysBack = 5
/** What is to be played is shown so many days before, as its file may be downloaded then (by-hand.ts). */
const daysAhead = 7

export type TodayAiring = {
  airing: Airing
  station: Station
  outcome: AiringOutcome
  /** Words that stand, oldest first. */
  said: readonly Attestation[]
}

export type TodayFacts = {
  month: Month
  /** Airings from a month back to a week ahead that may stand on the page, by planned start. */
  airings: readonly TodayAiring[]
  /** How the month stands in the units of these stations, each as a whole. */
  units: readonly UnitCoverage[]
  /** Whether there is any station to speak of. */
  any: boolean
}

/** The facts about one station, or about all in the visitor's scope. */
export async function todayFacts(web: Web, visit: Visit, only?: string): Promise<TodayFacts> {
  const { database } = web
  const { now, today } = visit
  const month = monthOf(now)
  const months = monthsOfToday(today)
  const airings: TodayAiring[] = []
  let units: UnitCoverage[] = []
  let any = false
  for (const each of months) {
    const unitOf = await stationUnitsOn(database, lastDayOf(each))
    const seen = [...unitOf].filter(([, unit]) => covers(visit.scope, unit))
    const mine = seen.filter(([station]) => only === undefined || station === only)
    if (mine.length === 0) continue
    any = true
    // How a unit stands is decided by all of its stations, also where the page is about one of them.
    const named = new Set(mine.map(([, unit]) => keyOf(unit)))
    const whole = seen.filter(([, unit]) => named.has(keyOf(unit)))
    const ids = whole.map(([station]) => station)
    const stations = new Map((await stationsOf(database, { ids })).map((station) => [station.id, station]))
    const outcomes = await airingOutcomes(database, { month: each, stations: ids, now })
    const asked = { month: each, stations: mine.map(([station]) => station) }
    airings.push(...(await togetherIn(web, asked, outcomes, stations)))
    if (each === month) units = await unitsOf(web, { month, now, outcomes, stations, unitOf: new Map(whole) })
  }
  return { month, airings, units, any }
}

/** The months of which there may be something to do on this day. */
export function monthsOfToday(today: Day): Month[] {
  return [...new Set([plusDays(today, -daysBack), today, plusDays(today, daysAhead)].map(monthIn))]
}

function keyOf({ code, validFrom }: Unit): string {
  return `${code} ${validFrom}`
}

function monthIn(day: Day): Month {
  return day.slice(0, 7)
}

async function togetherIn(
  { database }: Web,
  asked: { month: Month; stations: readonly string[] },
  outcomes: readonly AiringOutcome[],
  stations: ReadonlyMap<string, Station>,
): Promise<TodayAiring[]> {
  const outcomeOf = new Map(outcomes.map((outcome) => [outcome.airing, outcome]))
  const said = Map.groupBy(await attestationsOf(database, asked), ({ airing }) => airing)
  return (await airingsOf(database, asked)).flatMap((airing) => {
    const [station, outcome] = [stations.get(airing.station), outcomeOf.get(airing.id)]
    if (station === undefined || outcome === undefined) return []
    return [{ airing, station, outcome, said: said.get(airing.id) ?? [] }]
  })
}

/** The rule of the reports, asked about these stations alone. */
async function unitsOf(
  { database }: Web,
  given: {
    month: Month
    now: Instant
    outcomes: readonly AiringOutcome[]
    stations: ReadonlyMap<string, Station>
    unitOf: ReadonlyMap<string, Unit>
  },
): Promise<UnitCoverage[]> {
  const { month, now, outcomes, stations, unitOf } = given
  const inForce = await campaignsIn(database, month)
  const campaign = inForce.find(({ training }) => !training) ?? inForce[0] ?? null
  const units = new Map([...unitOf.values()].map((unit) => [keyOf(unit), unit]))
  const areas = [...unitOf].flatMap(([id, unit]) => {
    const station = stations.get(id)
    if (station === undefined) return []
    return [{ station: id, areaName: station.areaName, formerDistrict: station.formerDistrict, unit }]
  })
  return coverage({
    month,
    over: now >= boundsOf(month).to,
    campaign,
    units: [...units.values()],
    areas,
    outcomes: outcomes.filter((outcome) => outcome.campaign === campaign?.id),
    unplanned: new Map(),
  }).units
}

/** Where an airing stands on the page; undefined: it does not. */
export type Place = 'to-say' | 'to-sign' | 'said' | 'others' | 'ahead'

/**
 * Where an airing stands for a person. Asked about is what is over and nobody spoke of, of today and of the days before;
 * what another person said of it waits for this one's signature.
 */
export function placeOf(
  one: Pick<TodayAiring, 'airing' | 'outcome' | 'said'>,
  person: string | undefined,
  now: Instant,
): Place | undefined {
  const { airing, outcome, said } = one
  const [day, today] = [dayOf(airing.plannedAt), dayOf(now)]
  const open = outcome.state === 'unknown' || (outcome.state === 'waiting' && isSaidByPeople(one))
  if (open && said.some((word) => word.person === person && word.countersignedBy === null)) return 'said'
  if (open && said.some((word) => word.countersignedBy === null)) return 'to-sign'
  if (open && said.length === 0 && now >= airing.plannedAt) return 'to-say'
  if (day === today) return 'others'
  if (day > today && day <= plusDays(today, daysAhead) && airing.cancelled === null) return 'ahead'
  return undefined
}

/** Whether people decide about it: no controller plays it, or somebody had to speak for a silent one. */
function isSaidByPeople({ airing, said }: Pick<TodayAiring, 'airing' | 'said'>): boolean {
  return airing.devices.length === 0 || said.length > 0
}

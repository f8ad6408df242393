/** How a month's obligations stand: pure, from facts. The numbers auditors read. */
import assert from 'node:assert/strict'
import { type Day, lastDayOf, type Month } from '../base/calendar.ts'
import type { Sentence } from '../base/errors.ts'
import { byVietnameseName } from '../base/text.ts'
import type { Instant } from '../base/time.ts'
import type { AiringOutcome } from '../evidence/index.ts'
import type { Unit } from '../registry/index.ts'

/** đạt, đang chờ xác nhận, không đạt, chưa rõ, chưa đến hạn, chưa xếp lịch. */
export type AreaState = 'met' | 'waiting' | 'missed' | 'unknown' | 'coming' | 'unplanned'
export type UnitState = Exclude<AreaState, 'unplanned'>

/** What one area (a commune of 2021, with its station) has heard. `airing` is the one that decides. */
export type AreaCoverage = {
  station: string
  areaName: string
  formerDistrict: string
  state: AreaState
  by: 'device' | 'people' | null
  at: Instant | null
  why: Sentence | null
  airing: string | null
}

/** One unit's obligation: met when every area is, otherwise "k of n areas". */
export type UnitCoverage = {
  unit: Unit
  areasMet: number
  areasDue: number
  state: UnitState
  areas: AreaCoverage[]
}

export type AreaCounts = Record<AreaState, number>

/** A district of 2021, whose people know its communes; it has no obligation of its own. */
export type DistrictCoverage = { name: string; areas: number } & AreaCounts

export type Coverage = {
  month: Month
  lastDay: Day
  /** Null when no campaign was in force that month. */
  campaign: { id: string; title: string } | null
  /** Worst first. */
  units: UnitCoverage[]
  obligations: number
  met: number
  /** How many units are met at least, and at most if all that is open turns out well. */
  metRange: [number, number]
  areas: { total: number } & AreaCounts
  /** Worst first. */
  districts: DistrictCoverage[]
}

/** An area with its station and the unit it belongs to on the month's last day. */
export type AreaDue = {
  station: string
  areaName: string
  formerDistrict: string
  unit: { code: string; validFrom: Day }
}

export type CoverageFacts = {
  month: Month
  /** Whether the month has ended: then nothing can be planned any more. */
  over: boolean
  campaign: { id: string; title: string } | null
  /** Units in force on the month's last day. */
  units: readonly Unit[]
  areas: readonly AreaDue[]
  /** Of the campaign, in the month. */
  outcomes: readonly AiringOutcome[]
  /** Why a station has no airing yet. */
  unplanned: ReadonlyMap<string, Sentence>
}

/**
 * Coverage of a month by one campaign.
 *
 * Units in force on the month's last day owe it. A unit's obligation is met when every area in it has a
 * qualifying play; a unit without any area can never be met. Each area counts once, however many
 * airings, receipts and attestations speak of it: the airing that stands best decides. The order of
 * the facts changes nothing.
 */
export function coverage(facts: CoverageFacts): Coverage {
  const outcomes = Map.groupBy(facts.outcomes, ({ station }) => station)
  const areasByUnit = Map.groupBy(facts.areas, ({ unit }) => keyOf(unit))
  const units = facts.units.map((unit) => {
    const due = areasByUnit.get(keyOf(unit)) ?? []
    const areas = due.map((area) => areaCoverage(facts, area, outcomes.get(area.station) ?? []))
    return unitCoverage(
      facts,
      unit,
      areas.sort((a, b) => byVietnameseName(a.areaName, b.areaName) || compare(a.station, b.station)),
    )
  })
  const all = units.flatMap(({ areas }) => areas)
  const met = units.filter(({ state }) => state === 'met').length
  const lost = units.filter(({ state }) => state === 'missed').length
  const counts = countsOf(all)
  assert.equal(
    Object.values(counts).reduce((sum, count) => sum + count, 0),
    all.length,
  )
  return {
    month: facts.month,
    lastDay: lastDayOf(facts.month),
    campaign: facts.campaign,
    units: units.sort(worstUnitFirst),
    obligations: units.length,
    met,
    metRange: [met, units.length - lost],
    areas: { total: all.length, ...counts },
    districts: districtsOf(all),
  }
}

/** Outcomes that can still turn out well stand before those that cannot. */
const standing: readonly AiringOutcome['state'][] = [
  ...(['met', 'waiting', 'coming', 'unknown', 'partial', 'refused', 'missed', 'cancelled'] as const),
]

const areaStates: Record<Exclude<AiringOutcome['state'], 'cancelled'>, AreaState> = {
  met: 'met',
  waiting: 'waiting',
  coming: 'coming',
  unknown: 'unknown',
  partial: 'missed',
  refused: 'missed',
  missed: 'missed',
}

const nothingPlanned: Sentence = {
  vi: 'Trong tháng này đài không được xếp lượt phát nào.',
  en: 'No airing was planned for this station in the month.',
}

function areaCoverage(facts: CoverageFacts, area: AreaDue, outcomes: readonly AiringOutcome[]): AreaCoverage {
  const { station, areaName, formerDistrict } = area
  const best = outcomes.toSorted(
    (a, b) =>
      standing.indexOf(a.state) - standing.indexOf(b.state) ||
      b.attempt - a.attempt ||
      compare(a.airing, b.airing),
  )[0]
  const place = { station, areaName, formerDistrict }
  if (best === undefined || best.state === 'cancelled') {
    const why = facts.over
      ? (best?.why ?? nothingPlanned)
      : (facts.unplanned.get(station) ?? best?.why ?? null)
    return { ...place, state: facts.over ? 'missed' : 'unplanned', by: null, at: null, why, airing: null }
  }
  const { by, at, why, airing } = best
  return { ...place, state: areaStates[best.state], by, at, why, airing }
}

/** What weighs most for the unit stands first: one missed area is enough to miss the obligation. */
const weight: readonly AreaState[] = ['missed', 'unknown', 'waiting', 'unplanned', 'coming', 'met']

function unitCoverage(facts: CoverageFacts, unit: Unit, areas: AreaCoverage[]): UnitCoverage {
  const areasMet = areas.filter(({ state }) => state === 'met').length
  const worst = areas.map(({ state }) => state).sort((a, b) => weight.indexOf(a) - weight.indexOf(b))[0]
  // "Every area" of none is no play at all.
  const state = worst ?? (facts.over ? 'missed' : 'unplanned')
  return { unit, areasMet, areasDue: areas.length, state: state === 'unplanned' ? 'coming' : state, areas }
}

function districtsOf(areas: readonly AreaCoverage[]): DistrictCoverage[] {
  const districts = [...Map.groupBy(areas, ({ formerDistrict }) => formerDistrict)].map(([name, its]) => {
    return { name, areas: its.length, ...countsOf(its) }
  })
  return districts.sort(
    (a, b) => a.met / a.areas - b.met / b.areas || b.missed - a.missed || byVietnameseName(a.name, b.name),
  )
}

function countsOf(areas: readonly AreaCoverage[]): AreaCounts {
  const counts: AreaCounts = { met: 0, waiting: 0, missed: 0, unknown: 0, coming: 0, unplanned: 0 }
  for (const { state } of areas) counts[state] += 1
  return counts
}

function worstUnitFirst(a: UnitCoverage, b: UnitCoverage): number {
  return (
    weight.indexOf(a.state) - weight.indexOf(b.state) ||
    share(a) - share(b) ||
    b.areasDue - a.areasDue ||
    byVietnameseName(a.unit.name, b.unit.name) ||
    compare(keyOf(a.unit), keyOf(b.unit))
  )
}

function share({ areasMet, areasDue }: UnitCoverage): number {
  return areasDue === 0 ? 0 : areasMet / areasDue
}

function keyOf({ code, validFrom }: { code: string; validFrom: Day }): string {
  return `${code} ${validFrom}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

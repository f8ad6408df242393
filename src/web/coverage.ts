/** Coverage in the words of the pages: bars, unit lines and the order that shows the worst first. */
import { foldName } from '../base/text.ts'
import type { Coverage, UnitCoverage } from '../reports/index.ts'
import type { State } from './states.ts'

/** States of a unit, worst first: the filter of the list of units. */
export const unitStates = ['missed', 'unknown', 'waiting', 'coming', 'met'] as const
export type UnitState = (typeof unitStates)[number]

/** One stretch of a bar, in percent of its width as SVG takes it. */
export type Stretch = { tone: 'met' | 'wait' | 'idle' | 'missed'; x: string; width: string }

/** The stretches of a bar, in the order met, open, not due, missed; none where there is nothing to count. */
export function stretches(counts: { met: number; open: number; coming: number; missed: number }): Stretch[] {
  const total = counts.met + counts.open + counts.coming + counts.missed
  const parts = [
    { tone: 'met' as const, count: counts.met },
    { tone: 'wait' as const, count: counts.open },
    { tone: 'idle' as const, count: counts.coming },
    { tone: 'missed' as const, count: counts.missed },
  ]
  const shown: Stretch[] = []
  let before = 0
  for (const { tone, count } of parts) {
    if (count > 0) shown.push({ tone, x: percent(before / total), width: percent(count / total) })
    before += count
  }
  return shown
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`
}

/** How many units are in each state. */
export function unitCounts(coverage: Coverage): Record<UnitState, number> {
  const counts: Record<UnitState, number> = { missed: 0, unknown: 0, waiting: 0, coming: 0, met: 0 }
  for (const { state } of coverage.units) counts[state] += 1
  return counts
}

/** The units that answer to a search (their own name or code, an area's or former district's name) and a state. */
export function filterUnits(
  units: readonly UnitCoverage[],
  q: string,
  state: UnitState | undefined,
): UnitCoverage[] {
  const wanted = foldName(q)
  return units.filter((line) => {
    if (state !== undefined && line.state !== state) return false
    if (wanted === '') return q === ''
    const names = [
      line.unit.fullName,
      line.unit.code,
      ...line.areas.flatMap((area) => [area.areaName, area.formerDistrict]),
    ]
    return answers(names, wanted)
  })
}

/** Whether one of the names has the folded words, at the beginning of a word. */
export function answers(names: readonly string[], wanted: string): boolean {
  return names.some((name) => ` ${foldName(name)}`.includes(` ${wanted}`))
}

/** An area of a unit as the pages show it. */
export type AreaLine = { name: string; state: State; stationHref: string }

export function areaLines(line: UnitCoverage): AreaLine[] {
  return line.areas.map((area) => {
    return { name: area.areaName, state: area.state, stationHref: `/stations/${area.station}` }
  })
}

/** The address of a unit's page; the first day goes along because codes are used again. */
export function unitHref(unit: { code: string; validFrom: string }, month?: string): string {
  return `/units/${unit.code}?from=${unit.validFrom}${month === undefined ? '' : `&month=${month}`}`
}

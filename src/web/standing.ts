/** How a month stands: one sentence, one bar with its range, and the count of each state. */
import type { Coverage } from '../reports/index.ts'
import { type Stretch, stretches, unitCounts, type UnitState } from './coverage.ts'
import { monthIn } from './formats.ts'
import type { Visit } from './visit.ts'

export type Standing = {
  /** Nothing is to be counted: the registry is not loaded. */
  empty: boolean
  sentence: string
  areas: string
  bar: { label: string; stretches: Stretch[] }
  legend: { state: UnitState; count: number; href: string }[]
}

/** The month in words and figures; what is open makes the upper end of the range and nothing else. */
export function standingOf(visit: Visit, coverage: Coverage): Standing {
  const { say } = visit
  const { obligations: total, met, areas } = coverage
  const month = monthIn(visit.language, coverage.month)
  const [low, high] = coverage.metRange
  const counts = unitCounts(coverage)
  const open = counts.waiting + counts.unknown
  const { coming, missed } = counts
  const word = low === high ? 'month.sentence-certain' : 'month.sentence'
  return {
    empty: total === 0,
    sentence: total === 0 ? say('month.empty', { month }) : say(word, { month, met, total, low, high }),
    areas: say('month.areas', { met: areas.met, total: areas.total }),
    bar: {
      label: say('month.bar', { met, open, coming, missed, total }),
      stretches: stretches({ met, open, coming, missed }),
    },
    legend: (['met', 'waiting', 'unknown', 'coming', 'missed'] as const).map((state) => {
      return { state, count: counts[state], href: `/units?month=${coverage.month}&state=${state}` }
    }),
  }
}

/** The map: how the month stands in each unit, on the ground of its boundaries, and the same as a table. */
import { monthOf } from '../../base/calendar.ts'
import { coverageOf, type UnitCoverage } from '../../reports/index.ts'
import type { Boundaries } from '../boundaries.ts'
import { filterUnits, unitCounts, unitHref, unitStates } from '../coverage.ts'
import { csvHref } from '../csv.ts'
import { monthIn } from '../formats.ts'
import { monthPicker } from '../month-picker.ts'
import { askedMonth, askedSearch } from '../query.ts'
import { askedSorting } from '../sorting.ts'
import { wordOf } from '../states.ts'
import { standingOf } from '../standing.ts'
import type { Page, Visit, Web } from '../visit.ts'

const legendStates = ['met', 'waiting', 'unknown', 'coming', 'missed'] as const

/** Side of the mark of a unit without an outline, in points of the drawing. */
const markSide = 30

/** `/map?month=&q=&sort=` */
export function mapPage(boundaries: Boundaries): (web: Web, visit: Visit) => Promise<Page> {
  return async (web, visit) => {
    const month = askedMonth(visit.query, monthOf(visit.now))
    const q = askedSearch(visit.query)
    const coverage = await coverageOf(web.database, { month, now: visit.now })
    const found = new Set(filterUnits(coverage.units, q, undefined))
    const drawing = drawingOf(visit, boundaries, coverage.units, month, q === '' ? new Set() : found)
    const sorting = askedSorting(visit, {
      name: (line: UnitCoverage) => line.unit.name,
      state: (line) => unitStates.indexOf(line.state),
    })
    const shown = monthIn(visit.language, month)
    const counts = unitCounts(coverage)
    return {
      view: 'map',
      title: visit.say('map.title', { month: shown }),
      section: 'map',
      model: {
        ...{ month, shown, q, sort: sorting.sort, columns: sorting.columns },
        months: monthPicker(visit, month),
        none: coverage.units.length === 0,
        standing: standingOf(visit, coverage).sentence,
        found: q === '' ? '' : visit.say('map.found', { count: found.size }),
        clear: `/map?month=${month}`,
        ...drawing,
        legend: legendStates.map((state) => {
          return { state, count: counts[state], href: `/units?month=${month}&state=${state}` }
        }),
        lines: sorting.order([...found]).map((line) => tableLine(visit, line, month, drawing.unplaced)),
        csv: csvHref(visit, '/units.csv'),
      },
    }
  }
}

type Place = { href: string; label: string; state: string; found: boolean }

/** What is drawn: outlines where there are some for this very unit, marks where only its position is known. */
function drawingOf(
  visit: Visit,
  { width, height, outlines, place }: Boundaries,
  units: readonly UnitCoverage[],
  month: string,
  found: ReadonlySet<UnitCoverage>,
) {
  const outlineOf = new Map(outlines.map((outline) => [`${outline.code} ${outline.validFrom}`, outline.path]))
  const shapes: (Place & { path: string })[] = []
  const marks: (Place & { x: number; y: number; tone: string })[] = []
  const unplaced: UnitCoverage[] = []
  for (const line of units) {
    const { code, validFrom, latitude, longitude } = line.unit
    const common = placeOf(visit, line, month, found.has(line))
    const path = outlineOf.get(`${code} ${validFrom}`)
    if (path !== undefined) {
      outlineOf.delete(`${code} ${validFrom}`)
      shapes.push({ ...common, path })
    } else if (latitude !== null && longitude !== null) {
      const { x, y } = place(longitude, latitude)
      marks.push({ ...common, x: x - markSide / 2, y: y - markSide / 2, tone: toneOfMark[line.state] })
    } else unplaced.push(line)
  }
  return {
    ...{ width, height, markSide, marks, unplaced },
    // Those found lie on top, or their neighbours would cover half of their lines.
    shapes: shapes.sort((a, b) => Number(a.found) - Number(b.found)),
    // What belongs to no unit of this month is ground, so that marks stand somewhere.
    ground: [...outlineOf.values()],
    notes: [
      ...(marks.length > 0 ? [visit.say('map.marks', { count: marks.length })] : []),
      ...(unplaced.length > 0
        ? [visit.say('map.unplaced', { names: unplaced.map(({ unit }) => unit.fullName).join(', ') })]
        : []),
    ],
  }
}

const toneOfMark = {
  met: 'met',
  waiting: 'wait',
  unknown: 'wait',
  missed: 'missed',
  coming: 'idle',
} as const

function placeOf({ say }: Visit, line: UnitCoverage, month: string, found: boolean): Place {
  const areas = say('units.k-of-n', { met: line.areasMet, total: line.areasDue })
  return {
    href: unitHref(line.unit, month),
    label: `${line.unit.fullName}: ${say(wordOf(line.state))}, ${areas}`,
    state: line.state,
    found,
  }
}

function tableLine({ say }: Visit, line: UnitCoverage, month: string, unplaced: readonly UnitCoverage[]) {
  return {
    name: line.unit.fullName,
    href: unitHref(line.unit, month),
    state: line.state,
    met: say('units.k-of-n', { met: line.areasMet, total: line.areasDue }),
    note: unplaced.includes(line) ? say('map.not-drawn') : '',
  }
}

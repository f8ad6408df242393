/** The month: how it stands, what to do now, and the former districts, worst first. */
import { monthOf } from '../../base/calendar.ts'
import { stationsOf } from '../../registry/index.ts'
import { type Coverage, coverageOf, type DistrictCoverage } from '../../reports/index.ts'
import { stretches } from '../coverage.ts'
import type { Sheet } from '../csv.ts'
import { monthIn } from '../formats.ts'
import { monthPicker } from '../month-picker.ts'
import { askedMonth } from '../query.ts'
import { standingOf } from '../standing.ts'
import { tasksOf } from '../tasks.ts'
import type { Page, Visit, Web } from '../visit.ts'

/** `/month?month=`, and where those begin who have no account. */
export async function monthPage(web: Web, visit: Visit): Promise<Page> {
  const present = monthOf(visit.now)
  const month = askedMonth(visit.query, present)
  const coverage = await coverageOf(web.database, { month, now: visit.now })
  const shown = monthIn(visit.language, month)
  return {
    view: 'month',
    title: visit.say('month.title', { month: shown }),
    section: 'month',
    model: {
      month,
      shown,
      months: monthPicker(visit, month),
      ...standingOf(visit, coverage),
      ...(await toDo(web, visit, coverage, month === present)),
      campaign: coverage.campaign?.title ?? null,
      sample: (await stationsOf(web.database)).some(({ sample }) => sample),
      districts: coverage.districts.map((district) => {
        const query = new URLSearchParams({ month, q: district.name })
        return { ...districtLine(district), href: `/units?${query.toString()}` }
      }),
      total: districtLine({ ...totals(coverage), name: visit.say('month.total') }),
      csv: `/month.csv?month=${month}`,
      unitsHref: `/units?month=${month}`,
      airingsHref: `/airings?month=${month}`,
    },
  }
}

/** `/month.csv?month=`: the districts as the page shows them. */
export async function monthSheet(web: Web, visit: Visit): Promise<Sheet> {
  const month = askedMonth(visit.query, monthOf(visit.now))
  const coverage = await coverageOf(web.database, { month, now: visit.now })
  const { say } = visit
  return {
    name: `loa-lang-${month}`,
    head: [
      ...[say('month.district'), say('month.district-areas'), say('month.col-met'), say('month.col-waiting')],
      ...[say('month.col-missed'), say('month.col-coming')],
    ],
    rows: [...coverage.districts, { ...totals(coverage), name: say('month.total') }].map((district) => {
      const { name, areas, met, open, missed, coming } = districtLine(district)
      return [name, areas, met, open, missed, coming]
    }),
  }
}

// Only the present month can still be worked on.
async function toDo(web: Web, visit: Visit, coverage: Coverage, present: boolean): Promise<object> {
  // With an account only admins and editors can do any of it.
  const asked = present && (visit.person === undefined || visit.is(['admin', 'editor']))
  const tasks = asked ? await tasksOf(web, visit, coverage) : []
  return { tasks, done: asked && tasks.length === 0 }
}

type DistrictLine = {
  name: string
  areas: number
  met: number
  open: number
  missed: number
  coming: number
  stretches: ReturnType<typeof stretches>
}

function districtLine(district: DistrictCoverage): DistrictLine {
  const { name, areas, met, missed } = district
  const open = district.waiting + district.unknown
  const coming = district.coming + district.unplanned
  return { name, areas, met, open, missed, coming, stretches: stretches({ met, open, coming, missed }) }
}

function totals(coverage: Coverage): Omit<DistrictCoverage, 'name'> {
  const { total, ...counts } = coverage.areas
  return { areas: total, ...counts }
}

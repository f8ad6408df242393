/** Where an auditor begins: the month in one sentence and one bar, and the units that stand worst. */
import { monthOf } from '../../base/calendar.ts'
import { coverageOf } from '../../reports/index.ts'
import { areaLines, unitHref } from '../coverage.ts'
import { monthIn } from '../formats.ts'
import { monthPicker } from '../month-picker.ts'
import { askedMonth } from '../query.ts'
import { standingOf } from '../standing.ts'
import type { Page, Visit, Web } from '../visit.ts'

/** So many units stand on this page; the others are in the list. */
const worstMax = 10

/** `/?month=` */
export async function auditorHome(web: Web, visit: Visit): Promise<Page> {
  const month = askedMonth(visit.query, monthOf(visit.now))
  const coverage = await coverageOf(web.database, { month, now: visit.now })
  const shown = monthIn(visit.language, month)
  const open = coverage.units.filter(({ state }) => state !== 'met')
  return {
    view: 'home-auditor',
    title: visit.say('month.title', { month: shown }),
    section: 'home',
    model: {
      ...{ month, shown, months: monthPicker(visit, month), standing: standingOf(visit, coverage) },
      worst: open.slice(0, worstMax).map((line) => ({
        name: line.unit.fullName,
        href: unitHref(line.unit, month),
        state: line.state,
        met: visit.say('units.k-of-n', { met: line.areasMet, total: line.areasDue }),
        areas: areaLines(line).filter(({ state }) => state !== 'met'),
      })),
      more: open.length > worstMax ? visit.say('home.more-units', { count: open.length - worstMax }) : '',
      allMet: coverage.units.length > 0 && open.length === 0,
      links: [
        { href: `/units.csv?month=${month}`, name: visit.say('home.csv-units') },
        { href: `/airings.csv?month=${month}`, name: visit.say('home.csv-airings') },
        { href: `/month?month=${month}`, name: visit.say('home.whole-month') },
        { href: `/map?month=${month}`, name: visit.say('home.map') },
        ...(web.mayOpen(visit.visitor, '/log') ? [{ href: '/log', name: visit.say('home.log') }] : []),
      ],
    },
  }
}

/** Units: every one with its areas, worst first; and one unit with its stations and airings. */
import { lastDayOf, monthOf, plusDays } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import { covers, findUnits, stationsOf, type Unit } from '../../registry/index.ts'
import { coverageOf, type UnitCoverage } from '../../reports/index.ts'
import { airingLines } from '../airing-lines.ts'
import { areaLines, filterUnits, unitHref, unitStates } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { Choices } from '../errors.ts'
import { dayIn, monthIn } from '../formats.ts'
import { monthPicker } from '../month-picker.ts'
import { pageOf } from '../paging.ts'
import { askedChoice, askedDay, askedMonth, askedPage, askedSearch } from '../query.ts'
import { unitSeen } from '../seen.ts'
import { askedSorting } from '../sorting.ts'
import { wordOf } from '../states.ts'
import type { Page, Visit, Web } from '../visit.ts'
import { sentence } from '../words/index.ts'

/** All units of the province stand on one page, so that the whole month can be printed. */
const unitsOnPage = 300

/** `/units?month=&state=&q=&sort=&page=` */
export async function unitsPage(web: Web, visit: Visit): Promise<Page> {
  const { month, q, state, units, all, sorting } = await unitsAsked(web, visit)
  const samples = await sampleStations(web)
  const { lines, paging } = pageOf(units, askedPage(visit.query), visit.link, unitsOnPage)
  const shown = monthIn(visit.language, month)
  const title = visit.say('units.title', { month: shown })
  return {
    view: 'units',
    title,
    section: 'units',
    model: {
      title,
      month,
      q,
      months: monthPicker(visit, month),
      states: unitStates.map((each) => ({
        value: each,
        name: visit.say(wordOf(each)),
        chosen: each === state,
      })),
      filtered: q !== '' || state !== undefined,
      clear: `/units?month=${month}`,
      none: all === 0,
      bound: all === 0 && visit.scope !== 'all',
      sample: samples.size > 0,
      lines: lines.map((line) => unitLine(visit, line, month)),
      paging,
      sort: sorting.sort,
      columns: sorting.columns,
      csv: csvHref(visit, '/units.csv'),
    },
  }
}

/** `/units.csv`: all lines of the same filter, one for each area. */
export async function unitsSheet(web: Web, visit: Visit): Promise<Sheet> {
  const { month, units } = await unitsAsked(web, visit)
  const { say } = visit
  const samples = await sampleStations(web)
  return {
    name: `loa-lang-don-vi-${month}`,
    head: [
      ...['unit_code', 'unit_valid_from', say('units.unit'), say('units.met-areas'), say('units.areas')],
      ...[
        say('units.state'),
        say('unit.area'),
        say('month.district'),
        say('airings.station'),
        say('units.area-state'),
        say('list.sample'),
      ],
    ],
    rows: units.flatMap(({ unit, areasMet, areasDue, state, areas }) =>
      areas.map((area) => [
        ...[unit.code, unit.validFrom, unit.fullName, areasMet, areasDue, say(wordOf(state))],
        ...[area.areaName, area.formerDistrict, area.station, say(wordOf(area.state))],
        samples.has(area.station) ? say('list.sample') : '',
      ]),
    ),
  }
}

async function unitsAsked(web: Web, visit: Visit) {
  const month = askedMonth(visit.query, monthOf(visit.now))
  const q = askedSearch(visit.query)
  const state = askedChoice(visit.query, 'state', unitStates)
  const coverage = await coverageOf(web.database, { month, now: visit.now })
  const seen = coverage.units.filter(({ unit }) => covers(visit.scope, unit))
  const sorting = askedSorting(visit, {
    name: (line: UnitCoverage) => line.unit.name,
    state: (line) => unitStates.indexOf(line.state),
    areas: (line) => line.areas.length,
  })
  return { month, q, state, all: seen.length, units: sorting.order(filterUnits(seen, q, state)), sorting }
}

function unitLine(visit: Visit, line: UnitCoverage, month: string): object {
  const { unit, areasMet, areasDue, state } = line
  return {
    name: unit.fullName,
    href: unitHref(unit, month),
    met: visit.say('units.k-of-n', { met: areasMet, total: areasDue }),
    state,
    areas: areaLines(line),
  }
}

/** `/units/<code>?from=&month=` */
export async function unitPage(web: Web, visit: Visit): Promise<Page> {
  const month = askedMonth(visit.query, monthOf(visit.now))
  const unit = await unitAsked(web, visit)
  if (unit.level !== 'commune') throw new AppError('not_found', sentence('unit.level-not-commune'))
  const coverage = await coverageOf(web.database, { month, now: visit.now })
  const line = coverage.units.find(
    (each) => each.unit.code === unit.code && each.unit.validFrom === unit.validFrom,
  )
  const shown = monthIn(visit.language, month)
  const areas = line === undefined ? [] : await areasOf(web, visit, line)
  const lastDay = dayIn(visit.language, lastDayOf(month))
  return {
    view: 'unit',
    title: unit.fullName,
    section: 'units',
    model: {
      name: unit.fullName,
      facts: unitFacts(visit, unit),
      month,
      shown,
      months: monthPicker(visit, month),
      state: line?.state ?? null,
      sentence:
        line === undefined
          ? visit.say('unit.not-in-month', { day: lastDay, month: shown })
          : visit.say('unit.sentence', {
              ...{ month: shown, met: line.areasMet, total: line.areasDue },
            }),
      areas,
      sample: areas.some(({ sample }) => sample),
      airings: line === undefined ? [] : await unitAirings(web, visit, line, month),
      unitsHref: `/units?month=${month}`,
    },
  }
}

/** The unit of the code; when the code named several and no day is asked for, the refusal lists each with its address. */
async function unitAsked(web: Web, visit: Visit): Promise<Unit> {
  const code = visit.part('code')
  const from = askedDay(visit.query, 'from')
  try {
    return await unitSeen(web, visit, code, from)
  } catch (refusal) {
    if (!(refusal instanceof AppError) || refusal.code !== 'conflict') throw refusal
    const versions = (await findUnits(web.database, code)).filter(
      (unit) => unit.code === code && covers(visit.scope, unit),
    )
    const choices = versions.map((unit) => {
      return { name: `${unit.fullName}, ${inForce(visit, unit)}`, href: visit.link({ from: unit.validFrom }) }
    })
    throw new Choices(refusal, choices)
  }
}

function inForce(visit: Visit, unit: Unit): string {
  const from = dayIn(visit.language, unit.validFrom)
  if (unit.validTo === null) return visit.say('unit.since', { from })
  return visit.say('unit.between', { from, to: dayIn(visit.language, plusDays(unit.validTo, -1)) })
}

function unitFacts(visit: Visit, unit: Unit): string[] {
  const facts = [visit.say('unit.code', { code: unit.code }), inForce(visit, unit)]
  return unit.population === null
    ? facts
    : [...facts, visit.say('unit.population', { count: unit.population })]
}

async function areasOf(web: Web, visit: Visit, line: UnitCoverage) {
  const samples = await sampleStations(web)
  return line.areas.map((area) => ({
    name: area.areaName,
    district: visit.say('unit.district', { name: area.formerDistrict }),
    state: area.state,
    why: area.why?.[visit.language] ?? '',
    station: area.station,
    stationHref: `/stations/${area.station}`,
    sample: samples.has(area.station),
  }))
}

async function sampleStations(web: Web): Promise<Set<string>> {
  return new Set((await stationsOf(web.database)).filter(({ sample }) => sample).map(({ id }) => id))
}

async function unitAirings(web: Web, visit: Visit, line: UnitCoverage, month: string) {
  const stations = new Set(line.areas.map(({ station }) => station))
  return (await airingLines(web, visit, { month })).filter(({ station }) => stations.has(station))
}

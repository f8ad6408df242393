/** Airings of a month: a long list to search, filter and page through. */
import { type Day, type Month, monthOf } from '../../base/calendar.ts'
import { foldName } from '../../base/text.ts'
import { airingLines, type AiringLine, airingStates } from '../airing-lines.ts'
import { answers } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { dayIn, monthIn } from '../formats.ts'
import { monthPicker } from '../month-picker.ts'
import { pageOf } from '../paging.ts'
import { askedChoice, askedDay, askedId, askedMonth, askedPage, askedSearch, WrongQuery } from '../query.ts'
import { stationSeen } from '../seen.ts'
import { askedSorting } from '../sorting.ts'
import { wordOf } from '../states.ts'
import type { Page, Visit, Web } from '../visit.ts'

/** `/airings?month=&day=&state=&station=&unit=&q=&sort=&page=` */
export async function airingsPage(web: Web, visit: Visit): Promise<Page> {
  const { month, day, q, state, station, unit, all, found, sorting } = await airingsAsked(web, visit)
  const { lines, paging } = pageOf(found, askedPage(visit.query), visit.link)
  const title = visit.say('airings.title', { month: monthIn(visit.language, month) })
  return {
    view: 'airings',
    title,
    section: 'airings',
    model: {
      title,
      month,
      q,
      station: station?.id ?? null,
      unit: unit ?? null,
      day: day ?? null,
      only: onlyOf(visit, { day, station: station?.name, unit: found[0]?.unit ?? unit }, unit !== undefined),
      months: monthPicker(visit, month),
      states: airingStates.map((each) => ({
        value: each,
        name: visit.say(wordOf(each)),
        chosen: each === state,
      })),
      filtered: [day, state, station, unit].some((one) => one !== undefined) || q !== '',
      clear: `/airings?month=${month}`,
      none: all === 0,
      bound: all === 0 && visit.scope !== 'all',
      lines,
      paging,
      sort: sorting.sort,
      columns: sorting.columns,
      sample: lines.some(({ sample }) => sample),
      csv: csvHref(visit, '/airings.csv'),
    },
  }
}

/** In words, what else than search and state the list is narrowed to. */
function onlyOf(
  { say, language }: Visit,
  { day, station, unit }: { day: Day | undefined; station: string | undefined; unit: string | undefined },
  byUnit: boolean,
): string[] {
  return [
    ...(day === undefined ? [] : [say('airings.day-only', { day: dayIn(language, day) })]),
    ...(byUnit ? [say('airings.unit-only', { unit: unit ?? '' })] : []),
    ...(station === undefined ? [] : [say('airings.station-only', { station })]),
  ]
}

/** `/airings.csv`: all lines of the same filter. */
export async function airingsSheet(web: Web, visit: Visit): Promise<Sheet> {
  const { month, found } = await airingsAsked(web, visit)
  const { say } = visit
  return {
    name: `loa-lang-luot-phat-${month}`,
    head: [
      ...[say('airings.day'), say('airings.time'), 'station', say('airings.station'), say('units.unit')],
      ...[say('airings.script'), say('airings.length'), say('airings.state'), say('airings.why')],
      ...[say('list.sample'), 'airing'],
    ],
    rows: found.map((line) => [
      ...[line.dayIso, line.time, line.station, line.stationName, line.unit, line.title, line.length],
      ...[say(wordOf(line.state)), line.why, line.sample ? say('list.sample') : '', line.id],
    ]),
  }
}

async function airingsAsked(web: Web, visit: Visit) {
  const { month, day } = daysAsked(visit)
  const q = askedSearch(visit.query)
  const state = askedChoice(visit.query, 'state', airingStates)
  const id = askedId(visit.query, 'station')
  const unit = askedId(visit.query, 'unit')
  const station = id === undefined ? undefined : await stationSeen(web, visit, id)
  const all = await airingLines(web, visit, { month, ...(id === undefined ? {} : { station: id }) })
  const wanted = foldName(q)
  const found = all.filter(
    (line) =>
      (day === undefined || line.dayIso === day) &&
      (unit === undefined || line.unitCode === unit) &&
      (state === undefined || line.state === state) &&
      (q === '' || finds(line, wanted)),
  )
  const sorting = askedSorting(visit, {
    time: (line: AiringLine) => line.plannedAt,
    station: (line) => line.stationName,
    script: (line) => line.title,
    length: (line) => line.milliseconds,
    state: (line) => airingStates.indexOf(line.state),
  })
  return { month, day, q, state, station, unit, all: all.length, found: sorting.order(found), sorting }
}

/** A day brings its own month along; of another month it is refused, because nothing would be found. */
function daysAsked({ query, now }: Visit): { month: Month; day: Day | undefined } {
  const day = askedDay(query, 'day')
  const month = askedMonth(query, day?.slice(0, 7) ?? monthOf(now))
  if (day !== undefined && !day.startsWith(month))
    throw new WrongQuery('day', 'wrong.day-month', { day, month })
  return { month, day }
}

function finds(line: AiringLine, wanted: string): boolean {
  return wanted !== '' && answers([line.stationName, line.station, line.unit, line.title], wanted)
}

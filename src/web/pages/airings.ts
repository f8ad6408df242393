/** Airings of a month: a long list to search, filter and page through. */
import { monthOf } from '../../base/calendar.ts'
import { foldName } from '../../base/text.ts'
import { airingLines, type AiringLine, airingStates } from '../airing-lines.ts'
import { answers } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { monthIn } from '../formats.ts'
import { monthPicker } from '../month-picker.ts'
import { pageOf } from '../paging.ts'
import { askedChoice, askedId, askedMonth, askedPage, askedSearch } from '../query.ts'
import { stationSeen } from '../seen.ts'
import { wordOf } from '../states.ts'
import type { Page, Visit, Web } from '../visit.ts'

/** `/airings?month=&state=&station=&q=&page=` */
export async function airingsPage(web: Web, visit: Visit): Promise<Page> {
  const { month, q, state, station, all, found } = await airingsAsked(web, visit)
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
      stationOnly: station === undefined ? '' : visit.say('airings.station-only', { station: station.name }),
      months: monthPicker(visit, month),
      states: airingStates.map((each) => ({
        value: each,
        name: visit.say(wordOf(each)),
        chosen: each === state,
      })),
      filtered: q !== '' || state !== undefined || station !== undefined,
      clear: `/airings?month=${month}`,
      none: all === 0,
      lines,
      paging,
      sample: lines.some(({ sample }) => sample),
      csv: csvHref(visit, '/airings.csv'),
    },
  }
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
  const month = askedMonth(visit.query, monthOf(visit.now))
  const q = askedSearch(visit.query)
  const state = askedChoice(visit.query, 'state', airingStates)
  const id = askedId(visit.query, 'station')
  const station = id === undefined ? undefined : await stationSeen(web, visit, id)
  const all = await airingLines(web, visit, { month, ...(id === undefined ? {} : { station: id }) })
  const wanted = foldName(q)
  const found = all.filter(
    (line) => (state === undefined || line.state === state) && (q === '' || finds(line, wanted)),
  )
  return { month, q, state, station, all: all.length, found }
}

function finds(line: AiringLine, wanted: string): boolean {
  return wanted !== '' && answers([line.stationName, line.station, line.unit, line.title], wanted)
}

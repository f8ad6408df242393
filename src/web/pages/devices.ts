/** Controllers: what each last said of itself. */
import { foldName } from '../../base/text.ts'
import { answers } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { type DeviceLine, deviceLines, deviceStates } from '../device-lines.ts'
import { pageOf } from '../paging.ts'
import { askedChoice, askedPage, askedSearch } from '../query.ts'
import { askedSorting } from '../sorting.ts'
import { wordOf } from '../states.ts'
import type { Page, Visit, Web } from '../visit.ts'

/** `/devices?state=&q=&sort=&page=` */
export async function devicesPage(web: Web, visit: Visit): Promise<Page> {
  const { q, state, all, found, sorting } = await devicesAsked(web, visit)
  const { lines, paging } = pageOf(found, askedPage(visit.query), visit.link)
  return {
    view: 'devices',
    title: visit.say('devices.title'),
    section: 'devices',
    model: {
      q,
      states: deviceStates.map((each) => ({
        value: each,
        name: visit.say(wordOf(each)),
        chosen: each === state,
      })),
      counts: deviceStates
        .map((each) => ({
          state: each,
          count: all.filter((line) => line.state === each).length,
          href: `/devices?state=${each}`,
        }))
        .filter(({ count }) => count > 0),
      filtered: q !== '' || state !== undefined,
      clear: '/devices',
      none: all.length === 0,
      lines,
      paging,
      sort: sorting.sort,
      columns: sorting.columns,
      sample: lines.some(({ sample }) => sample),
      csv: csvHref(visit, '/devices.csv'),
    },
  }
}

/** `/devices.csv`: all lines of the same filter. */
export async function devicesSheet(web: Web, visit: Visit): Promise<Sheet> {
  const { found } = await devicesAsked(web, visit)
  const { say } = visit
  return {
    name: 'loa-lang-bo-dieu-khien',
    head: [
      ...[
        say('devices.device'),
        'type',
        'station',
        say('devices.station'),
        say('units.unit'),
        say('devices.state'),
      ],
      ...[say('devices.generation'), say('devices.missing'), say('devices.heard'), say('list.sample')],
    ],
    rows: found.map((line) => [
      ...[line.id, line.type, line.station, line.stationName, line.unit, say(wordOf(line.state))],
      ...[line.generation, line.missing, line.heard, line.sample ? say('list.sample') : ''],
    ]),
  }
}

async function devicesAsked(web: Web, visit: Visit) {
  const q = askedSearch(visit.query)
  const state = askedChoice(visit.query, 'state', deviceStates)
  const all = await deviceLines(web, visit)
  const wanted = foldName(q)
  const found = all
    .filter((line) => state === undefined || line.state === state)
    .filter(
      (line) =>
        q === '' || (wanted !== '' && answers([line.id, line.stationName, line.unit, line.district], wanted)),
    )
  const sorting = askedSorting(visit, {
    device: (line: DeviceLine) => line.id,
    state: (line) => deviceStates.indexOf(line.state),
    station: (line) => line.stationName,
    generation: (line) => line.held,
    missing: (line) => line.missing,
    heard: (line) => line.heardAt,
  })
  return { q, state, all, found: sorting.order(found), sorting }
}

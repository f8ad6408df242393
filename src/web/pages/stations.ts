/** Stations: where the loudspeakers stand, which unit they belong to, and when they may play. */
import { type Day, monthOf, plusDays } from '../../base/calendar.ts'
import { foldName } from '../../base/text.ts'
import { covers, type Station, stationsOf, stationUnitsOn, villagesOf } from '../../registry/index.ts'
import { type Window, windowsOf } from '../../schedule/index.ts'
import { airingLines } from '../airing-lines.ts'
import { answers, unitHref } from '../coverage.ts'
import { csvHref, type Sheet } from '../csv.ts'
import { deviceLines } from '../device-lines.ts'
import { dayIn, monthIn } from '../formats.ts'
import { monthPicker } from '../month-picker.ts'
import { greetingCards } from '../recording-cards.ts'
import { pageOf } from '../paging.ts'
import { askedChoice, askedMonth, askedPage, askedSearch } from '../query.ts'
import { stationSeen } from '../seen.ts'
import { askedSorting } from '../sorting.ts'
import type { Page, Visit, Web } from '../visit.ts'

const kinds = ['ip', 'fm', 'wired'] as const
const kindWords = { ip: 'stations.kind-ip', fm: 'stations.kind-fm', wired: 'stations.kind-wired' } as const

/** `/stations?q=&kind=&sort=&page=` */
export async function stationsPage(web: Web, visit: Visit): Promise<Page> {
  const { q, kind, all, found, sorting } = await stationsAsked(web, visit)
  const { lines, paging } = pageOf(found, askedPage(visit.query), visit.link)
  return {
    view: 'stations',
    title: visit.say('stations.title'),
    section: 'stations',
    model: {
      q,
      kinds: kinds.map((each) => ({ value: each, name: visit.say(kindWords[each]), chosen: each === kind })),
      count: visit.say('stations.count', { count: all }),
      filtered: q !== '' || kind !== undefined,
      clear: '/stations',
      none: all === 0,
      bound: all === 0 && visit.scope !== 'all',
      lines,
      paging,
      sort: sorting.sort,
      columns: sorting.columns,
      sample: lines.some(({ sample }) => sample),
      csv: csvHref(visit, '/stations.csv'),
    },
  }
}

/** `/stations.csv`: all lines of the same filter. */
export async function stationsSheet(web: Web, visit: Visit): Promise<Sheet> {
  const { found } = await stationsAsked(web, visit)
  const { say } = visit
  return {
    name: 'loa-lang-dai',
    head: [
      ...[
        'station',
        say('stations.station'),
        say('stations.kind'),
        say('stations.unit'),
        say('month.district'),
      ],
      ...[say('stations.villages'), say('stations.devices'), say('list.sample')],
    ],
    rows: found.map((line) => [
      ...[line.id, line.name, line.kind, line.unit, line.district, line.villages, line.devices],
      line.sample ? say('list.sample') : '',
    ]),
  }
}

async function stationsAsked(web: Web, visit: Visit) {
  const q = askedSearch(visit.query)
  const kind = askedChoice(visit.query, 'kind', kinds)
  const units = await stationUnitsOn(web.database, visit.today)
  const stations = (await stationsOf(web.database)).filter(({ id }) => covers(visit.scope, units.get(id)))
  const wanted = foldName(q)
  const found = stations
    .filter((station) => kind === undefined || station.kind === kind)
    .filter(
      (station) =>
        q === '' || (wanted !== '' && answers(namesOf(station, units.get(station.id)?.fullName), wanted)),
    )
    .map((station) => stationLine(visit, station, units.get(station.id)))
  const sorting = askedSorting(visit, {
    station: (line: ReturnType<typeof stationLine>) => line.name,
    unit: (line) => line.unitName,
    kind: (line) => line.kind,
    villages: (line) => line.villages,
    devices: (line) => line.devices,
  })
  return { q, kind, all: stations.length, found: sorting.order(found), sorting }
}

function namesOf(station: Station, unit: string | undefined): string[] {
  return [station.name, station.id, station.areaName, station.formerDistrict, unit ?? '']
}

function stationLine(
  visit: Visit,
  station: Station,
  unit: { code: string; validFrom: Day; name: string; fullName: string } | undefined,
) {
  return {
    id: station.id,
    name: station.name,
    href: `/stations/${station.id}`,
    sample: station.sample,
    kind: visit.say(kindWords[station.kind]),
    unit: unit?.fullName ?? '',
    unitName: unit?.name ?? null,
    unitHref: unit === undefined ? null : unitHref(unit),
    district: station.formerDistrict,
    villages: station.villages,
    devices: station.devices.length,
  }
}

/** `/stations/<id>?month=` */
export async function stationPage(web: Web, visit: Visit): Promise<Page> {
  const station = await stationSeen(web, visit, visit.part('id'))
  const month = askedMonth(visit.query, monthOf(visit.now))
  const unit = (await stationUnitsOn(web.database, visit.today)).get(station.id)
  const villages = await villagesOf(web.database, station.id)
  return {
    view: 'station',
    title: station.name,
    section: 'stations',
    model: {
      ...stationLine(visit, station, unit),
      serves: visit.say('stations.serves', {
        area: inSentence(station.areaName),
        district: station.formerDistrict,
      }),
      month,
      todayHref: web.mayOpen(visit.visitor, '/stations/:id/today') ? `/stations/${station.id}/today` : null,
      shown: monthIn(visit.language, month),
      months: monthPicker(visit, month),
      deviceLines: (await deviceLines(web, visit)).filter((line) => line.station === station.id),
      windows: windowsFor(visit, station.id, await windowsOf(web.database)),
      airings: await airingLines(web, visit, { month, station: station.id }),
      greetings: await greetingCards(web, visit, station.id),
      villageLines: villages.map(({ name, sample, devices }) => {
        const by =
          devices.length === 0 ? '' : visit.say('stations.served-by', { devices: devices.join(', ') })
        return { name, sample, by }
      }),
    },
  }
}

/** The station's own windows of today and later, or else those of every station. */
function windowsFor(visit: Visit, station: string, windows: readonly Window[]): object[] {
  const lasting = windows.filter(({ validTo }) => validTo === null || validTo > visit.today)
  const own = lasting.filter((window) => window.station === station)
  const shown = own.length > 0 ? own : lasting.filter((window) => window.station === null)
  return shown.map(({ opens, closes, validFrom, validTo, sample, station: whose }) => {
    const values = { opens, closes, from: dayIn(visit.language, validFrom) }
    const text =
      validTo === null
        ? visit.say('stations.window', values)
        : visit.say('stations.window-until', { ...values, to: dayIn(visit.language, plusDays(validTo, -1)) })
    return { text, sample, common: whose === null }
  })
}

// "Xã Ga Ri" stands in a sentence as "xã Ga Ri".
function inSentence(name: string): string {
  return name.charAt(0).toLocaleLowerCase('vi') + name.slice(1)
}

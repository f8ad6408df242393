/** The calendar of a month: each day with its airings and how they stand, for all units, one unit or one station. */
import { type Day, daysOf, firstDayOf, lastDayOf, type Month, monthOf } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import { covers, stationsOf, stationUnitsOn, type Unit, unitsOn } from '../../registry/index.ts'
import { airingLines, type AiringLine } from '../airing-lines.ts'
import { outsideScope } from '../errors.ts'
import { dayIn, monthIn } from '../formats.ts'
import { monthPicker } from '../month-picker.ts'
import { askedId, askedMonth } from '../query.ts'
import { stationSeen } from '../seen.ts'
import { type Tone, toneOf } from '../states.ts'
import type { Page, Visit, Web } from '../visit.ts'
import { weekdayIn, weekdayOf, weekdays } from '../weekdays.ts'
import { type Say, sentence, type Word } from '../words/index.ts'

/** `/calendar?month=&unit=|station=` */
export async function calendarPage(web: Web, visit: Visit): Promise<Page> {
  const month = askedMonth(visit.query, monthOf(visit.now))
  const { units, unit, station, stations } = await placeAsked(web, visit, month)
  const lines = await linesOf(web, visit, { month, unit, station: station?.id })
  const title = visit.say('calendar.title', { month: monthIn(visit.language, month) })
  const narrowed = new URLSearchParams({ month })
  if (station !== undefined) narrowed.set('station', station.id)
  else if (unit !== undefined) narrowed.set('unit', unit.code)
  return {
    view: 'calendar',
    title,
    section: 'calendar',
    model: {
      ...{ title, month, months: monthPicker(visit, month) },
      place: station?.name ?? unit?.fullName ?? '',
      placeHref: station === undefined ? null : `/stations/${station.id}?month=${month}`,
      units: units.map(({ code, fullName }) => ({
        value: code,
        name: fullName,
        chosen: code === unit?.code,
      })),
      narrowed: unit !== undefined || station !== undefined,
      clear: `/calendar?month=${month}`,
      stations: stations.map(({ id, name }) => ({
        name,
        href: `/calendar?month=${month}&station=${id}`,
        current: id === station?.id,
      })),
      weekdays: weekdays.map((word) => visit.say(word)),
      weeks: weeksOf(visit, month, lines, { narrowed, whole: station !== undefined }),
      none: lines.length === 0,
      count: visit.say('calendar.count', { count: lines.length }),
      listHref: `/airings?${narrowed.toString()}`,
      csv: `/airings.csv?${narrowed.toString()}`,
      key: (['met', 'wait', 'missed', 'idle'] as const).map((tone) => ({
        tone,
        word: visit.say(toneWords[tone]),
      })),
      sample: lines.some(({ sample }) => sample),
    },
  }
}

/** The units to choose from, those of the month's last day; a station brings its unit along. */
async function placeAsked(web: Web, visit: Visit, month: Month) {
  const { database } = web
  const lastDay = lastDayOf(month)
  const [code, id] = [askedId(visit.query, 'unit'), askedId(visit.query, 'station')]
  const units = (await unitsOn(database, lastDay)).filter((one) => covers(visit.scope, one))
  const unitOf = await stationUnitsOn(database, lastDay)
  const station = id === undefined ? undefined : await stationSeen(web, visit, id, lastDay)
  const owner = station === undefined ? undefined : unitOf.get(station.id)
  const unit = units.find((one) => one.code === (owner?.code ?? code))
  if (code !== undefined && station === undefined && unit === undefined) {
    const none = sentence('calendar.no-unit', { code, month })
    throw visit.scope === 'all' ? new AppError('not_found', none) : outsideScope(none)
  }
  const all = unit === undefined ? [] : await stationsOf(database)
  return { units, unit, station, stations: all.filter((one) => unitOf.get(one.id)?.code === unit?.code) }
}

async function linesOf(
  web: Web,
  visit: Visit,
  { month, unit, station }: { month: Month; unit: Unit | undefined; station: string | undefined },
): Promise<AiringLine[]> {
  const lines = await airingLines(web, visit, { month, ...(station === undefined ? {} : { station }) })
  return unit === undefined ? lines : lines.filter(({ unitCode }) => unitCode === unit.code)
}

type Shown = { narrowed: URLSearchParams; whole: boolean }

/** Weeks of seven; null before the first of the month and after its last. */
function weeksOf(visit: Visit, month: Month, lines: readonly AiringLine[], shown: Shown) {
  const byDay = Map.groupBy(lines, ({ dayIso }) => dayIso)
  const days = daysOf(month).map((day) => dayLine(visit, day, byDay.get(day) ?? [], shown))
  const cells = [...Array<null>(weekdayOf(firstDayOf(month))).fill(null), ...days]
  while (cells.length % 7 !== 0) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}

function dayLine(visit: Visit, day: Day, lines: readonly AiringLine[], { narrowed, whole }: Shown) {
  const query = new URLSearchParams(narrowed)
  query.set('day', day)
  return {
    day,
    number: Number(day.slice(8)),
    weekday: weekdayIn(visit.say, day),
    date: dayIn(visit.language, day),
    today: day === visit.today,
    count: lines.length,
    words: visit.say('calendar.airings', { count: lines.length }),
    href: `/airings?${query.toString()}`,
    // Of one station there are few: they stand there themselves.
    airings: whole ? lines.map(({ time, title, state }) => ({ time, title, state })) : [],
    states: whole ? [] : statesOf(visit.say, lines),
  }
}

/** Of each tone its word here: in a field of the grid there is room for shape and figure only. */
const toneWords = {
  missed: 'state.missed',
  wait: 'calendar.key-wait',
  idle: 'calendar.key-idle',
  met: 'state.met',
} as const satisfies Record<Tone, Word>

/** How many airings of a day are met, open and so on, those to look at first in front. */
function statesOf(say: Say, lines: readonly AiringLine[]) {
  const byTone = Map.groupBy(lines, ({ state }) => toneOf(state))
  return (['missed', 'wait', 'idle', 'met'] as const)
    .map((tone) => ({ tone, count: byTone.get(tone)?.length ?? 0, word: say(toneWords[tone]) }))
    .filter(({ count }) => count > 0)
}

/** What is heard within the next days: by day, and by script. */
import { type Day, dayOf, instantAt, plusDays, timeOfDay } from '../base/calendar.ts'
import { type Airing, airingsOf } from '../schedule/index.ts'
import { dayIn } from './formats.ts'
import { titlesOf } from './titles.ts'
import type { Visit, Web } from './visit.ts'
import { weekdayIn } from './weekdays.ts'

/** Today and the six days after it. */
const days = 7
/** So many titles are named for one day. */
const titlesMax = 3

/** Airings planned from now to the end of the seventh day; what was cancelled is not among them. */
export async function weekAhead(web: Web, visit: Visit): Promise<Airing[]> {
  const to = instantAt(plusDays(visit.today, days), '00:00')
  return (await airingsOf(web.database, { from: visit.now, to })).filter(
    ({ cancelled }) => cancelled === null,
  )
}

export type DayAhead = { date: string; weekday: string; count: string; titles: string; href: string }

/** The days on which something is heard, each with its count, its first titles, and the way to its airings. */
export async function daysAhead(web: Web, visit: Visit, airings: readonly Airing[]): Promise<DayAhead[]> {
  const titles = await titlesOf(web, visit.language)
  const byDay = Map.groupBy(airings, ({ plannedAt }): Day => dayOf(plannedAt))
  return [...byDay.keys()].sort().map((day) => {
    const those = byDay.get(day) ?? []
    const named = [...new Set(those.map(({ script, version }) => titles(script, version)))]
    return {
      date: dayIn(visit.language, day),
      weekday: weekdayIn(visit.say, day),
      count: visit.say('calendar.airings', { count: those.length }),
      titles: `${named.slice(0, titlesMax).join('; ')}${named.length > titlesMax ? '…' : ''}`,
      href: `/airings?month=${day.slice(0, 7)}&day=${day}`,
    }
  })
}

export type ScriptAhead = { title: string; first: string; count: string; href: string }

/** The scripts among these airings, that first heard first. */
export async function scriptsAhead(
  web: Web,
  visit: Visit,
  airings: readonly Airing[],
): Promise<ScriptAhead[]> {
  const titles = await titlesOf(web, visit.language)
  const inTime = airings.toSorted((a, b) => (a.plannedAt < b.plannedAt ? -1 : 1))
  const byScript = Map.groupBy(inTime, ({ script, version }) => titles(script, version))
  return [...byScript].flatMap(([title, those]) => {
    const [first] = those
    if (first === undefined) return []
    const day = dayOf(first.plannedAt)
    const query = new URLSearchParams({ month: day.slice(0, 7), q: title })
    return [
      {
        title,
        first: `${timeOfDay(first.plannedAt).slice(0, 5)} ${dayIn(visit.language, day)}`,
        count: visit.say('home.at-stations', { count: those.length }),
        href: `/airings?${query.toString()}`,
      },
    ]
  })
}

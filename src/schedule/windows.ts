/** Which stretches of a day a station may fill. */
import { type Day, instantAt } from '../base/calendar.ts'
import { toMilliseconds } from '../base/time.ts'
import type { Window } from './types.ts'

/** An unbroken stretch of one day in which a station may play; `from` and `to` in milliseconds since 1970 UTC. */
export type Opening = { day: Day; opens: string; closes: string; from: number; to: number }

/**
 * The openings of each station on each of the days: its own windows in force that day, else the
 * default ones. Windows that touch or overlap make one opening. A stretch never reaches past midnight,
 * so that an airing belongs to one day and one month.
 */
export function openingsByStation(
  windows: readonly Window[],
  days: readonly Day[],
): (station: string) => readonly Opening[] {
  const own = new Map<string, Window[]>()
  const general: Window[] = []
  for (const window of windows) {
    if (window.station === null) general.push(window)
    else own.set(window.station, [...(own.get(window.station) ?? []), window])
  }
  const generalByDay = days.map((day) => openingsOn(day, general))
  const generalOpenings = generalByDay.flat()
  return (station) => {
    const itsOwn = own.get(station)
    if (itsOwn === undefined) return generalOpenings
    return days.flatMap((day, index) => {
      const openings = openingsOn(day, itsOwn)
      return openings.length > 0 ? openings : (generalByDay[index] ?? [])
    })
  }
}

function openingsOn(day: Day, windows: readonly Window[]): Opening[] {
  const inForce = windows
    .filter(({ validFrom, validTo }) => validFrom <= day && (validTo === null || day < validTo))
    .sort((a, b) => (a.opens === b.opens ? (a.closes < b.closes ? -1 : 1) : a.opens < b.opens ? -1 : 1))
  const merged: { opens: string; closes: string }[] = []
  for (const { opens, closes } of inForce) {
    const last = merged.at(-1)
    if (last !== undefined && opens <= last.closes) last.closes = closes > last.closes ? closes : last.closes
    else merged.push({ opens, closes })
  }
  return merged.map(({ opens, closes }) => ({
    day,
    opens,
    closes,
    from: toMilliseconds(instantAt(day, opens)),
    to: toMilliseconds(instantAt(day, closes)),
  }))
}

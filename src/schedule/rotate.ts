/** Which bulletin a station hears this month. */
import type { Month } from '../base/calendar.ts'

/**
 * Gives each station one script of the pool. Stations take turns in their order and the turn moves on
 * by one each month, so that every script gets its share of the stations (± 1) and a station hears
 * another one next month.
 *
 * What is already planned (`kept`) stays. When the pool has changed and a station's turn would repeat
 * what it heard last month, it changes places with another station; only if none can, it takes the
 * next script: hearing something new matters more than equal shares.
 *
 * `pool` and `stations` have no duplicates; `stations` is sorted.
 */
export function takeTurns(turns: {
  month: Month
  pool: readonly string[]
  stations: readonly string[]
  kept: ReadonlyMap<string, string>
  heardLastMonth: ReadonlyMap<string, string>
}): Map<string, string> {
  const { pool, stations, kept, heardLastMonth } = turns
  const turn = Number(turns.month.slice(0, 4)) * 12 + Number(turns.month.slice(5, 7))
  const at = (index: number): string | undefined => pool[index % pool.length]
  const given = stations.map((station, index) => kept.get(station) ?? at(index + turn))
  if (pool.length > 1) {
    stations.forEach((station, index) => {
      const script = given[index]
      if (script === undefined || kept.has(station) || heardLastMonth.get(station) !== script) return
      const other = stations.findIndex(
        (candidate, position) =>
          !kept.has(candidate) && given[position] !== script && heardLastMonth.get(candidate) !== script,
      )
      given[index] = other < 0 ? at(pool.indexOf(script) + 1) : given[other]
      if (other >= 0) given[other] = script
    })
  }
  const result = new Map<string, string>()
  stations.forEach((station, index) => {
    const script = given[index]
    if (script !== undefined) result.set(station, script)
  })
  return result
}

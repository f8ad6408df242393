/** Finding one thing, or a clear sentence why not. */
import { type Day, dayForPeople, plusDays } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import type { Db } from '../db/index.ts'
import { covers, type Scope } from './scope/store.ts'
import { searchUnits } from './search.ts'
import type { FoundUnit, Station, Unit } from './shapes.ts'
import { namesAndSuccessors, stationsOf, unitVersions } from './store.ts'
import { isInForce, successorsOf } from './through-time.ts'

/** Units by what a person typed, best first, at most 50; see `searchUnits` for the rules. */
export async function findUnits(db: Db, query: string, { day }: { day?: Day } = {}): Promise<FoundUnit[]> {
  const { units, variants, successions } = await namesAndSuccessors(db)
  return searchUnits(query, units, variants, successorsOf(successions), day)
}

/**
 * The unit of a code: with a day the one in force on it, without one the only one that ever had it.
 * Refuses: `not_found` for a code nobody had, or nobody on that day; `conflict` when several had it
 * one after the other and no day says which is meant. The sentence lists each with name and dates. Units outside the
 * scope, where one is given, are as if there were none.
 */
export async function unitByCode(db: Db, code: string, day?: Day, scope: Scope = 'all'): Promise<Unit> {
  const versions = (await unitVersions(db, code)).filter((unit) => covers(scope, unit))
  const [only] = versions
  if (only === undefined) {
    const shown = code.slice(0, 40)
    throw new AppError('not_found', {
      vi: `Không có đơn vị nào mang mã ${shown}. Hãy tìm theo tên để biết mã.`,
      en: `No unit has the code ${shown}. Search by name to find the code.`,
    })
  }
  if (day === undefined) {
    if (versions.length === 1) return only
    throw new AppError('conflict', {
      vi: `Mã ${code} đã dùng cho nhiều đơn vị theo thời gian: ${versions.map(inVietnamese).join('; ')}. Hãy cho biết ngày.`,
      en: `Code ${code} named several units in time: ${versions.map(inEnglish).join('; ')}. Say which day is meant.`,
    })
  }
  const unit = versions.find((each) => isInForce(each, day))
  if (unit !== undefined) return unit
  throw new AppError('not_found', {
    vi: `Ngày ${dayForPeople(day)} không có đơn vị nào mang mã ${code}. Mã này là: ${versions.map(inVietnamese).join('; ')}.`,
    en: `On ${dayForPeople(day)} no unit had the code ${code}. It names: ${versions.map(inEnglish).join('; ')}.`,
  })
}

/** A station. Refuses (`not_found`) an id that no station has. */
export async function stationById(db: Db, id: string): Promise<Station> {
  const [station] = await stationsOf(db, { id })
  if (station !== undefined) return station
  throw new AppError('not_found', {
    vi: `Không có đài truyền thanh ${id.slice(0, 40)} trong sổ đăng ký. Mã đài có dạng tt-20440.`,
    en: `There is no station ${id.slice(0, 40)} in the registry. Station ids look like tt-20440.`,
  })
}

/** The first list of units there is: what stands in it began on that day or earlier. */
const earliestList: Day = '2004-08-31'

function inVietnamese({ fullName, validFrom, validTo }: Unit): string {
  const from = validFrom === earliestList ? '' : `từ ${dayForPeople(validFrom)} `
  const until = validTo === null ? 'đến nay' : `đến ${dayForPeople(plusDays(validTo, -1))}`
  return `${fullName} (${from}${until})`
}

function inEnglish({ fullName, validFrom, validTo }: Unit): string {
  const from = validFrom === earliestList ? '' : `from ${dayForPeople(validFrom)} `
  const until = validTo === null ? 'to this day' : `to ${dayForPeople(plusDays(validTo, -1))}`
  return `${fullName} (${from}${until})`
}

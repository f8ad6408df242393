/** Finding a unit or a station within what the visitor sees: what lies outside is as if there were none. */
import type { Day } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import {
  covers,
  type Station,
  stationById,
  stationUnitsOn,
  type Unit,
  unitByCode,
} from '../registry/index.ts'
import { outsideScope } from './errors.ts'
import type { Visit, Web } from './visit.ts'
import { sentence } from './words/index.ts'

/** A station whose unit, of today or of another day, is among the visitor's. Refuses (`not_found`) any other, in the words for one that is not there. */
export async function stationSeen(
  web: Web,
  visit: Visit,
  id: string,
  day: Day = visit.today,
): Promise<Station> {
  const { database } = web
  if (visit.scope === 'all') return stationById(database, id)
  const station = await ifThere(stationById(database, id))
  const none = sentence('stations.not-there', { id: id.slice(0, 40) })
  if (station === undefined) throw new AppError('not_found', none)
  const unit = (await stationUnitsOn(database, day)).get(station.id)
  if (covers(visit.scope, unit)) return station
  throw outsideScope(none)
}

/**
 * The unit of a code as `unitByCode` finds it, among the visitor's: others that had the code are neither shown nor named.
 * Refuses what `unitByCode` refuses.
 */
export async function unitSeen(web: Web, visit: Visit, code: string, day?: Day): Promise<Unit> {
  const { database } = web
  if (visit.scope === 'all') return unitByCode(database, code, day)
  const unit = await ifThere(unitByCode(database, code, day, visit.scope))
  if (unit !== undefined) return unit
  const none = sentence('unit.not-there', { code: code.slice(0, 40) })
  // Somebody else's: kept in the log.
  const others = await ifThere(unitByCode(database, code, day).catch(asThere))
  throw others === undefined ? new AppError('not_found', none) : outsideScope(none)
}

async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return undefined
    throw error
  }
}

/** A code that several units had is one that is there. */
function asThere(error: unknown): unknown {
  if (error instanceof AppError && error.code === 'conflict') return error
  throw error
}

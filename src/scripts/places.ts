/** Names of places, so that lints tell them from persons. */
import type { Day } from '../base/calendar.ts'
import type { Db } from '../db/index.ts'
import { surveyDay, unitsOn } from '../registry/index.ts'

/** The communes and wards in force on a day, and those of the survey, which people go on calling by their names. */
export async function placeNames(db: Db, day: Day): Promise<Set<string>> {
  const units = [...(await unitsOn(db, day)), ...(await unitsOn(db, surveyDay))]
  return new Set(units.map(({ name }) => name))
}

/** The units that operators speak for, through time. */
import type { Day } from '../../base/calendar.ts'
import type { Db } from '../../db/index.ts'
import type { BoundUnit } from '../types.ts'

/** The units a person is bound to on a day, by code; what became of them since is the registry's to say. */
export async function boundUnits(db: Db, person: string, day: Day): Promise<BoundUnit[]> {
  const rows = await db
    .selectFrom('person_unit')
    .select(['unit_code', 'unit_valid_from'])
    .where('person_id', '=', person)
    .where('valid_from', '<=', day)
    .where((row) => row.or([row.eb('valid_to', 'is', null), row.eb('valid_to', '>', day)]))
    .orderBy('unit_code')
    .orderBy('unit_valid_from')
    .execute()
  return rows.map(({ unit_code, unit_valid_from }) => ({ code: unit_code, validFrom: unit_valid_from }))
}

/** Binds the person to exactly these units from the day on; earlier days stay as they were. */
export async function keepUnits(
  tx: Db,
  person: string,
  units: readonly BoundUnit[],
  day: Day,
): Promise<void> {
  const before = await boundUnits(tx, person, day)
  const same = (a: BoundUnit, b: BoundUnit): boolean => a.code === b.code && a.validFrom === b.validFrom
  for (const unit of before.filter((each) => !units.some((kept) => same(kept, each)))) {
    await tx
      .updateTable('person_unit')
      .set({ valid_to: day })
      .where('person_id', '=', person)
      .where('unit_code', '=', unit.code)
      .where('unit_valid_from', '=', unit.validFrom)
      .where('valid_to', 'is', null)
      .execute()
  }
  for (const unit of units.filter((each) => !before.some((kept) => same(kept, each)))) {
    await tx
      .insertInto('person_unit')
      .values({
        person_id: person,
        unit_code: unit.code,
        unit_valid_from: unit.validFrom,
        valid_from: day,
        valid_to: null,
      })
      // Taken away and given back on one day.
      .onConflict((conflict) =>
        conflict
          .columns(['person_id', 'unit_code', 'unit_valid_from', 'valid_from'])
          .doUpdateSet({ valid_to: null }),
      )
      .execute()
  }
}

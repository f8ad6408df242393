/** Stations with nothing but their names, for tests that only need something to belong to one. */
import type { Db } from '../../src/db/index.ts'

/** Adds a commune (2021) and a station for each id `tt-<code>`. */
export async function putStations(db: Db, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const code = id.replace('tt-', '')
    const name = `Xã ${code}`
    const nothing = { parent_code: null, latitude: null, longitude: null, population: null, area_km2: null }
    await db
      .insertInto('unit')
      .values({
        code,
        valid_from: '2004-01-01',
        valid_to: null,
        level: 'commune',
        kind: 'xa',
        name,
        full_name: name,
        name_fold: name,
        source: 'test',
        ...nothing,
      })
      .execute()
    await db
      .insertInto('station')
      .values({
        id,
        name,
        name_fold: name,
        kind: 'ip',
        area_code: code,
        area_valid_from: '2004-01-01',
        area_name: name,
        sample: 1,
      })
      .execute()
  }
}

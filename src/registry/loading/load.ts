/** Loads the registry's files into the database. */
import type { Instant } from '../../base/time.ts'
import { type Database, transact } from '../../db/index.ts'
import { composeRegistry, type Registry } from './compose.ts'
import { deviceTypes, readRegistryFiles, refuseProblems } from './files.ts'
import type { Edition } from '../shapes.ts'
import { loadedDigest } from '../store.ts'
import { keepRegistry } from './store.ts'

/** How many of each the files name (units: versions through time), and whether anything had to be written. */
export type LoadedCounts = {
  units: number
  stations: number
  devices: number
  villages: number
  loaded: 'new' | 'same'
}

/**
 * Brings the database to what the files of this edition say, in one transaction. The same bytes
 * again: `same`, nothing written. Changed bytes, or the other edition: rows are added and changed,
 * keys of enrolled devices kept, and what the files no longer name is removed.
 *
 * Refuses, with nothing written: `invalid` when a line is wrong or the tables do not hold together;
 * `unavailable` when a file cannot be read; `conflict` when the files no longer name something that
 * is enrolled or that airings speak of.
 */
export async function loadRegistry(
  database: Database,
  { folder, edition, now }: { folder: string; edition: Edition; now: Instant },
): Promise<LoadedCounts> {
  const types = deviceTypes(folder)
  const { lines, digest } = readRegistryFiles(folder, edition)
  const { registry, problems } = composeRegistry(lines, new Set(types.keys()))
  refuseProblems(problems)
  const sample = isSample(registry)
  return transact(database, async (tx) => {
    const same = (await loadedDigest(tx)) === digest
    if (!same) await keepRegistry(tx, registry, { edition, digest, sample, now })
    return {
      units: registry.units.length,
      stations: registry.stations.length,
      devices: registry.devices.length,
      villages: registry.villages.length,
      loaded: same ? 'same' : 'new',
    }
  })
}

function isSample({ stations, villages, devices }: Registry): boolean {
  return [...stations, ...villages, ...devices].some((each) => each.sample)
}

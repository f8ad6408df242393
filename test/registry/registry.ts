/** The registry as the product ships it, loaded into a database in memory. */
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { closeDatabase, type Database } from '../../src/db/index.ts'
import { type Edition, loadRegistry } from '../../src/registry/index.ts'
import { databaseMadeOnce } from '../support/made-once.ts'

export const devicesFolder = fileURLToPath(new URL('../../devices', import.meta.url))
export const now = '2026-11-23T01:00:00.000Z'

const countsOf = new Map<Edition, Awaited<ReturnType<typeof loadRegistry>>>()

/** A database with the edition loaded (once in a process, then copied); `await using` closes it. */
export async function loadedRegistry(edition: Edition = 'sample') {
  const database = await databaseMadeOnce(`registry ${edition}, counted`, async (first) => {
    countsOf.set(edition, await loadRegistry(first, { folder: devicesFolder, edition, now }))
  })
  const counts = countsOf.get(edition)!
  return { database, counts, [Symbol.asyncDispose]: () => closeDatabase(database) }
}

/** A copy of `devices/` in which a test may spoil a file; `await using` removes it. */
export async function copiedFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'loa-registry-'))
  await cp(devicesFolder, folder, { recursive: true })
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

/** Lines of a file as they are, for slow oracles that share no code with the product. */
export function rawRows(file: string): Record<string, string>[] {
  return parse(readFileSync(join(devicesFolder, file), 'utf8'), { columns: true })
}

/** How many rows each table of the registry holds. */
export async function rowCounts(database: Database): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of ['unit', 'succession', 'station', 'station_unit', 'village', 'device'] as const) {
    const row = await database
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow()
    counts[table] = row.rows
  }
  return counts
}

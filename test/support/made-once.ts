/**
 * What many tests begin with is made once in a process, through the front doors, and copied for each: reading the
 * registry of a province takes longer than most tests.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import { closeDatabase, type Database, openMemoryDatabase } from '../../src/db/index.ts'

const databases = new Map<string, Promise<Buffer>>()

/** A database in memory of its own, as `make` left the first one of that name. */
export async function databaseMadeOnce(
  name: string,
  make: (database: Database) => Promise<unknown>,
): Promise<Database> {
  const known = databases.get(name) ?? madeDatabase(make)
  databases.set(name, known)
  return databaseOf(await known)
}

/** A database in memory with what `bytesOf` gave. */
export async function databaseOf(bytes: Buffer): Promise<Database> {
  const database = openMemoryDatabase(bytes)
  // Kysely does not close what was never asked anything.
  await sql`select 1`.execute(database)
  return database
}

async function madeDatabase(make: (database: Database) => Promise<unknown>): Promise<Buffer> {
  const database = openMemoryDatabase()
  try {
    await make(database)
    return await bytesOf(database)
  } finally {
    await closeDatabase(database)
  }
}

/** The database as a file would hold it. */
export async function bytesOf(database: Database): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'loa-made-'))
  try {
    const path = join(folder, 'made.db')
    await sql`vacuum into ${path}`.execute(database)
    return readFileSync(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Every file below a folder, by its path in it. */
export type Files = ReadonlyMap<string, Buffer>

export function filesOf(folder: string): Files {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]))
}

export function putFiles(folder: string, files: Files): void {
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
}

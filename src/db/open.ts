/** Opens the hub's database file, making or bringing forward its schema. */
import assert from 'node:assert/strict'
import { chmodSync, closeSync, openSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { Kysely } from 'kysely'
import { AppError } from '../base/errors.ts'
import { ImmediateSqliteDialect } from './dialect.ts'
import { migrations } from './migrations/index.ts'
import type { Tables } from './tables.ts'

/** The database, from outside any transaction. */
export type Database = Kysely<Tables>

const schemaFile = fileURLToPath(new URL('../../schema.sql', import.meta.url))

/** Schema version of `schema.sql`, equal to the number of the last migration. */
export const schemaVersion = 4

/**
 * Opens the file, creating it with today's schema when it is new and running the missing migrations
 * when it is old. Nobody but its owner may read or write it then. Refuses (`unavailable`) a file made by a newer version
 * of the programme.
 */
export function openDatabase(path: string): Database {
  forOwnerOnly(path)
  return opened(new Sqlite(path))
}

function opened(sqlite: Sqlite.Database): Database {
  try {
    prepare(sqlite)
  } catch (error) {
    sqlite.close()
    throw error
  }
  const database = new Kysely<Tables>({ dialect: new ImmediateSqliteDialect(sqlite) })
  watched.set(database, watch(sqlite))
  return database
}

const watched = new WeakMap<Database, Watch>()

/**
 * A mark that is another one after every change of the database, by this process or another, and the same while there
 * is none. It looks at two counters of SQLite and at no table, so it may be asked at each request. `but reports`: what
 * this process writes down of devices' reports (`transactReported`) does not change it; everything else does.
 */
export function changeMark(database: Database, of: 'all' | 'but reports' = 'all'): string {
  return watchOf(database).mark(of)
}

/**
 * Does work within a transaction, whose changes are reports of devices. Between its first look at the counter and its last
 * the transaction has the only connection, so that what was counted is the work's and nobody else's.
 */
export function asReported<T>(database: Database, work: () => Promise<T>): Promise<T> {
  return watchOf(database).asReported(work)
}

function watchOf(database: Database): Watch {
  const watch = watched.get(database)
  assert(watch !== undefined, 'the database was opened here')
  return watch
}

type Watch = {
  mark: (of: 'all' | 'but reports') => string
  asReported: <T>(work: () => Promise<T>) => Promise<T>
}

function watch(sqlite: Sqlite.Database): Watch {
  const ofOthers = sqlite.prepare('PRAGMA data_version').pluck()
  const ofOurs = sqlite.prepare('SELECT total_changes()').pluck()
  const made = (): number => ofOurs.get() as number
  /** Changes that were reports, also where they were rolled back: the counter keeps those too. */
  let reported = 0
  /** While reports are written the mark without them stands still: no value of it is ever seen twice. */
  let still: number | undefined
  return {
    mark: (of) => {
      if (!sqlite.open) return 'closed'
      const ours = of === 'all' ? made() : (still ?? made() - reported)
      return `${String(ofOthers.get())}/${String(ours)}`
    },
    async asReported(work) {
      assert(still === undefined && sqlite.inTransaction, 'one transaction at a time writes reports')
      const before = made()
      still = before - reported
      try {
        return await work()
      } finally {
        // Closed in the middle, there is nobody left to ask.
        if (sqlite.open) reported += made() - before
        still = undefined
      }
    },
  }
}

/**
 * Takes the file, made here when it is not there, and those beside it from everybody but its owner: passwords' hashes and
 * who reported what are in them. SQLite makes the ones beside it later with the rights of the file.
 */
function forOwnerOnly(path: string): void {
  try {
    // Never opened when it is there: closing it again would end the locks that this process has on it.
    closeSync(openSync(path, 'wx', 0o600))
  } catch {
    // It is there, or cannot be made: SQLite says why.
  }
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    try {
      chmodSync(file, 0o600)
    } catch {
      // There is none, or it is somebody else's, who alone decides.
    }
  }
}

function prepare(sqlite: Sqlite.Database): void {
  sqlite.pragma('journal_mode = WAL')
  // FULL: an acknowledgement to a device must survive a power cut.
  sqlite.pragma('synchronous = FULL')
  sqlite.pragma('busy_timeout = 10000')
  sqlite.pragma('foreign_keys = ON')
  sqlite.pragma('trusted_schema = OFF')
  // Otherwise REPLACE removes a fact without waking the trigger that forbids it.
  sqlite.pragma('recursive_triggers = ON')
  bringForward(sqlite)
}

/** A database in memory, for tests; `content`: the bytes of a database file to begin with. */
export function openMemoryDatabase(content?: Buffer): Database {
  return opened(new Sqlite(content ?? ':memory:'))
}

/** Lets SQLite tidy its statistics and closes the file. */
export async function closeDatabase(database: Database): Promise<void> {
  await database.destroy()
}

function bringForward(sqlite: Sqlite.Database): void {
  // Exclusive from the first look: two processes starting on an empty file must not both make it.
  sqlite
    .transaction(() => {
      const version = sqlite.pragma('user_version', { simple: true }) as number
      if (version > schemaVersion) {
        throw new AppError('unavailable', {
          vi: `Cơ sở dữ liệu thuộc phiên bản mới hơn (${String(version)}) so với chương trình này (${String(schemaVersion)}). Hãy cập nhật chương trình.`,
          en: `The database is of a newer version (${String(version)}) than this programme (${String(schemaVersion)}). Update the programme.`,
        })
      }
      if (version === 0) {
        sqlite.exec(readFileSync(schemaFile, 'utf8'))
        return
      }
      for (const migration of migrations) {
        if (migration.version > version) {
          sqlite.exec(migration.sql)
          sqlite.pragma(`user_version = ${String(migration.version)}`)
        }
      }
    })
    .exclusive()
}

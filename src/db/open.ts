/** Opens the hub's database file, making or bringing forward its schema. */
import { readFileSync } from 'node:fs'
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
export const schemaVersion = 3

/**
 * Opens the file, creating it with today's schema when it is new and running the missing migrations
 * when it is old. Refuses (`unavailable`) a file made by a newer version of the programme.
 */
export function openDatabase(path: string): Database {
  return opened(new Sqlite(path))
}

function opened(sqlite: Sqlite.Database): Database {
  try {
    prepare(sqlite)
  } catch (error) {
    sqlite.close()
    throw error
  }
  return new Kysely<Tables>({ dialect: new ImmediateSqliteDialect(sqlite) })
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

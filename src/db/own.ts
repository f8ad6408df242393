/** A small database of a part's own, with its own schema, for one process at a time. */
import { readFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { Kysely } from 'kysely'
import { ImmediateSqliteDialect } from './dialect.ts'

/**
 * Opens (or makes, from the schema file, which sets `user_version`) a database file that this process
 * alone uses until it closes it: `'in-use'` while another one has it, `'damaged'` when what is there
 * cannot be read. Write-ahead log, `synchronous=FULL`: what is committed survives a power cut.
 */
export function openOwnDatabase<T>(path: string, schemaFile: string): Kysely<T> | 'in-use' | 'damaged' {
  const sqlite = new Sqlite(path, { timeout: 0 })
  try {
    // Before the log is switched on: the log's index then lives in memory, without a file of its own.
    sqlite.pragma('locking_mode = EXCLUSIVE')
    sqlite.pragma('journal_mode = WAL')
    sqlite.pragma('synchronous = FULL')
    sqlite.pragma('foreign_keys = ON')
    sqlite.pragma('trusted_schema = OFF')
    // 256 KiB: hundreds of these may be open in one process, and each is small.
    sqlite.pragma('cache_size = -256')
    sqlite
      .transaction(() => {
        if (sqlite.pragma('user_version', { simple: true }) === 0)
          sqlite.exec(readFileSync(schemaFile, 'utf8'))
      })
      .exclusive()
    if (sqlite.pragma('quick_check', { simple: true }) !== 'ok') {
      sqlite.close()
      return 'damaged'
    }
  } catch (error) {
    sqlite.close()
    const code = error instanceof Sqlite.SqliteError ? error.code : ''
    if (code.startsWith('SQLITE_BUSY')) return 'in-use'
    if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'damaged'
    throw error
  }
  return new Kysely<T>({ dialect: new ImmediateSqliteDialect(sqlite) })
}

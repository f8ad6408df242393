/** One process at a time: a lock that ends with the process that holds it, however it ends. */
import Sqlite from 'better-sqlite3'

/**
 * Takes the lock that the file stands for, or returns undefined when another living process has it.
 * It is SQLite's own file lock: the system frees it when the process dies, so no stale lock can be
 * left behind and no pid is ever guessed about.
 */
export function takeLock(path: string): { release(): void } | undefined {
  const sqlite = new Sqlite(path, { timeout: 0 })
  try {
    sqlite.pragma('locking_mode = EXCLUSIVE')
    sqlite.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    sqlite.close()
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return undefined
    throw error
  }
  return {
    release() {
      sqlite.exec('ROLLBACK')
      sqlite.close()
    },
  }
}

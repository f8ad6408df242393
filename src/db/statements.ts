/** Prepared statements that are kept: SQLite takes longer to read most of our questions than to answer them. */
import type Sqlite from 'better-sqlite3'
import type { SqliteDatabase, SqliteStatement } from 'kysely'

/** The hub asks some hundreds of questions; each is some tens of KiB when it is prepared. */
const keptMost = 300
/** Lists of ids of every length make questions that are never asked again, and large ones. */
const charactersMost = 4000

/**
 * The database as Kysely needs it, which prepares the same text once as long as it is among the last 300 that were
 * asked. SQLite itself prepares a statement again when the schema has changed under it. Not for reading row by row
 * (`stream`): a statement that is still read can answer nobody else.
 */
export function keepingStatements(database: Sqlite.Database): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>()
  return {
    prepare(sql) {
      if (sql.length > charactersMost) return database.prepare(sql)
      const statement = kept.get(sql) ?? database.prepare(sql)
      // What was not asked for longest stands first, and is put away first.
      kept.delete(sql)
      kept.set(sql, statement)
      const [longest] = kept.keys()
      if (kept.size > keptMost && longest !== undefined) kept.delete(longest)
      return statement
    },
    close() {
      kept.clear()
      database.close()
    },
  }
}

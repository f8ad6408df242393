/** What is particular to SQLite under Kysely. */
import type Sqlite from 'better-sqlite3'
import { CompiledQuery, type DatabaseConnection, type Driver, SqliteDialect, SqliteDriver } from 'kysely'
import { keepingStatements } from './statements.ts'

/**
 * SQLite whose transactions take the write lock at once. A deferred transaction that reads first and
 * writes later fails when another process (the hub, the command line) wrote in between; an immediate
 * one waits its turn (`busy_timeout`). What is asked again and again is prepared once (`statements.ts`).
 */
export class ImmediateSqliteDialect extends SqliteDialect {
  readonly #database: Sqlite.Database

  constructor(database: Sqlite.Database) {
    super({ database })
    this.#database = database
  }

  override createDriver(): Driver {
    return new ImmediateSqliteDriver(this.#database)
  }
}

class ImmediateSqliteDriver extends SqliteDriver {
  readonly #database: Sqlite.Database

  constructor(database: Sqlite.Database) {
    super({ database: keepingStatements(database) })
    this.#database = database
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A full disk and some other errors make SQLite roll back by itself. A second rollback would fail and
    // hide the reason from the caller.
    if (this.#database.inTransaction) await super.rollbackTransaction(connection)
  }
}

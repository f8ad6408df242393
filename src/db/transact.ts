/** Writing that must be whole. */
import type { ControlledTransaction, Kysely, Transaction } from 'kysely'
import type { Database } from './open.ts'
import type { Tables } from './tables.ts'

/** The database or a transaction on it: what a store function is given. */
export type Db = Kysely<Tables> | Transaction<Tables> | ControlledTransaction<Tables>

/**
 * Runs `work` in one transaction: all of it or nothing. Inside, use only `tx`: SQLite has one
 * connection, and the outer database would wait for ever. `work` makes no outside call.
 */
export function transact<T>(database: Database, work: (tx: Db) => Promise<T>): Promise<T> {
  return database.transaction().execute(work)
}

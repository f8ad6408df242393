/** Writing that must be whole. */
import { AsyncLocalStorage } from 'node:async_hooks'
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
  const also = alongside.getStore()
  if (also === undefined) return database.transaction().execute(work)
  return database.transaction().execute(async (tx) => {
    const result = await work(tx)
    await also(tx)
    return result
  })
}

const alongside = new AsyncLocalStorage<(tx: Db) => Promise<void>>()

/**
 * Does `work`, and at the end of each transaction that it makes, in the same transaction, does `also`: both are kept or
 * neither. For a note about the work that whoever does it knows nothing of.
 */
export function inEachTransaction<T>(also: (tx: Db) => Promise<void>, work: () => Promise<T>): Promise<T> {
  return alongside.run(also, work)
}

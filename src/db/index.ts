/**
 * The database: opened with its schema in place, read by Kysely, written in transactions that make
 * no outside call.
 *
 * SQLite through better-sqlite3, one file, write-ahead log, `synchronous=FULL`: what a device was
 * told is committed stays committed through a power cut. Several processes may have it open (the
 * hub and the command line). SQL that only SQLite knows stays in this folder.
 */
export { changeMark, openDatabase, openMemoryDatabase, closeDatabase, type Database } from './open.ts'
export { recall, remember } from './memory.ts'
export { takeLock } from './lock.ts'
export { openOwnDatabase } from './own.ts'
export { transactReported } from './reported.ts'
export { inEachTransaction, transact, type Db } from './transact.ts'
export type { Tables } from './tables.ts'

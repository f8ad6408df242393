/**
 * Steps that bring an older database to today's `schema.sql`, in order. Version 1 is the first that
 * was ever released, so there is none yet. A step is SQL that only adds; it never rewrites a fact.
 */
export const migrations: readonly { version: number; sql: string }[] = []

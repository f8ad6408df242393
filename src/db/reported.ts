/** Writing down what devices report, which comes in storms and is about nobody and nothing but themselves. */
import assert from 'node:assert/strict'
import type { KyselyPlugin, RootOperationNode } from 'kysely'
import { asReported, type Database } from './open.ts'
import type { Tables } from './tables.ts'
import { type Db, transact } from './transact.ts'

/** Tables that devices' reports alone are kept in. */
const tablesOfReports: readonly string[] = [
  'receipt_message',
  'receipt',
  'refusal',
  'device_status',
] satisfies (keyof Tables)[]

/**
 * `transact` for what devices report: the change mark that leaves reports out (`changeMark`) stays as it is. Anything may be
 * read; whatever writes to another table fails an assertion, so that no such change can be left out by mistake.
 */
export function transactReported<T>(database: Database, work: (tx: Db) => Promise<T>): Promise<T> {
  return transact(database, (tx) => asReported(database, () => work(tx.withPlugin(onlyReports))))
}

const onlyReports: KyselyPlugin = {
  transformQuery({ node }) {
    assert(
      readsOnly(node) || tablesOfReports.includes(tableOf(node)),
      `${node.kind} is no report of a device`,
    )
    return node
  },
  transformResult: ({ result }) => Promise.resolve(result),
}

function readsOnly({ kind }: RootOperationNode): boolean {
  return kind === 'SelectQueryNode'
}

function tableOf(node: RootOperationNode): string {
  return node.kind === 'InsertQueryNode' ? (node.into?.table.identifier.name ?? '') : ''
}

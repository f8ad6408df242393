import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeDatabase, type Database, openMemoryDatabase } from '../../src/db/index.ts'

const schemaText = read('../../schema.sql')
const parts = ['api', 'approval', 'audio', 'people', 'scripts']
const typesText = ['tables', ...parts.map((part) => `tables-of-${part}`)]
  .map((name) => read(`../../src/db/${name}.ts`))
  .join('\n')
/** Every table marked FACT in the schema. */
const factTables = [...schemaText.matchAll(/^-- FACT:[^\n]*\nCREATE TABLE (\w+)/gm)].map((match) => match[1]!)

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')
}

let database: Database
beforeEach(() => (database = openMemoryDatabase()))
afterEach(() => closeDatabase(database))

type Column = { name: string; type: string; notnull: number; pk: number }

async function columnsOf(table: string): Promise<Column[]> {
  const { rows } =
    await sql<Column>`select name, type, "notnull", pk from pragma_table_info(${table})`.execute(database)
  return rows
}

async function tableNames(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`.execute(
    database,
  )
  return rows.map((row) => row.name)
}

/** What the row types say: table to its lines `column: type`. */
function rowTypes(): Map<string, string[]> {
  const bodies = new Map(
    [...typesText.matchAll(/export interface (\w+) \{\n([^}]*)\}/g)].map((match) => [match[1]!, match[2]!]),
  )
  const lines = (name: string) =>
    bodies
      .get(name)!
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  return new Map(
    lines('Tables').map((line) => {
      const [table, row] = line.split(': ') as [string, string]
      return [table, lines(row)]
    }),
  )
}

function typeOf({ type, notnull, pk }: Column, keys: number): string {
  const plain = { TEXT: 'string', INTEGER: 'number', REAL: 'number', BLOB: 'Uint8Array' }[type]!
  if (pk > 0 && keys === 1 && type === 'INTEGER' && notnull === 0) return `Generated<${plain}>`
  return notnull === 1 || pk > 0 ? plain : `${plain} | null`
}

describe('the row types', () => {
  it('name the tables of the schema, no more and no fewer', async () => {
    expect([...rowTypes().keys()].sort()).toEqual(await tableNames())
  })

  it('say of every column what the schema says: name, type, whether it may be empty', async () => {
    for (const [table, lines] of rowTypes()) {
      const columns = await columnsOf(table)
      const keys = columns.filter((column) => column.pk > 0).length
      // A number that SQLite does not give by itself is given by us, as a version is.
      const given = new Set(['keys_document'])
      const expected = columns.map((column) => {
        const type = typeOf(column, keys)
        return `${column.name}: ${given.has(table) ? type.replace(/^Generated<(\w+)>$/, '$1') : type}`
      })
      expect(lines, table).toEqual(expected)
    }
  })

  it('stand for strict tables: SQLite itself refuses a text where a number belongs', async () => {
    const { rows } = await sql<{ name: string; strict: number }>`
      select name, strict from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite_%'`.execute(
      database,
    )
    expect(rows.filter((row) => row.strict === 0)).toEqual([])
  })
})

describe('a fact', () => {
  it('is what the schema marks so', () => {
    expect(factTables.sort()).toEqual([
      'approval',
      'approval_leaf',
      'attestation',
      'attestation_withdrawal',
      'clip',
      'countersignature',
      'deed',
      'device_plan',
      'fact_entry',
      'play',
      'play_end',
      'receipt',
      'receipt_message',
      'refusal',
      'upload',
    ])
  })

  // The rule is the trigger's alone, so the row need not point at anything that is there.
  async function addRow(table: string): Promise<void> {
    await sql`pragma foreign_keys = off`.execute(database)
    await sql`pragma ignore_check_constraints = on`.execute(database)
    const columns = await columnsOf(table)
    const values = columns.map(({ type }) =>
      type === 'BLOB' ? sql`x'00'` : type === 'TEXT' ? sql`'a'` : sql`1`,
    )
    await sql`insert into ${sql.table(table)} values (${sql.join(values)})`.execute(database)
  }

  it.each(factTables)('%s is only ever added to: not changed, not removed, not replaced', async (table) => {
    await addRow(table)
    const columns = await columnsOf(table)
    const refused = `${table} is only ever added to`
    for (const { name } of columns) {
      const change = sql`update ${sql.table(table)} set ${sql.ref(name)} = ${sql.ref(name)}`.execute(database)
      await expect(change, name).rejects.toThrow(refused)
    }
    await expect(sql`delete from ${sql.table(table)}`.execute(database)).rejects.toThrow(refused)
    const replace = sql`insert or replace into ${sql.table(table)} select * from ${sql.table(table)}`.execute(
      database,
    )
    await expect(replace).rejects.toThrow(refused)
  })
})

describe('a script version', () => {
  it('may be corrected until it is submitted, and withdrawn after, but its text never changes again', async () => {
    await sql`pragma foreign_keys = off`.execute(database)
    const version = {
      script_id: 'mot',
      version: 1,
      language: 'vi',
      title: 'Một',
      title_en: 'One',
      audience: '[]',
    }
    const rest = {
      priority: 'thong-thuong',
      valid_from: '2026-01-01',
      facts: '[]',
      sources: '[]',
      author_id: 'lan',
    }
    const at = '2026-11-23T01:00:00.000Z'
    await database
      .insertInto('script_version')
      .values({ ...version, ...rest, body: 'cũ', created_at: at })
      .execute()
    const change = (set: object) => database.updateTable('script_version').set(set).execute()
    await change({ body: 'mới' })
    await change({ submitted_at: at, submitted_by: 'lan', submitted_text: 'mới' })
    for (const column of ['body', 'title', 'priority', 'valid_from', 'sources', 'facts', 'submitted_text']) {
      await expect(change({ [column]: 'khác' }), column).rejects.toThrow('never changes')
    }
    await change({ withdrawn_at: at, withdrawn_by: 'lan', withdrawn_why: 'sai số' })
  })
})

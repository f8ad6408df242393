import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeDatabase, openDatabase } from '../../src/db/index.ts'
import { migrations } from '../../src/db/migrations/index.ts'
import { schemaVersion } from '../../src/db/open.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'loa-migrations-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const firstSchema = readFileSync(fileURLToPath(new URL('schema-1.sql', import.meta.url)), 'utf8')

/** All that a database is made of: columns, keys and indexes of every table, and the triggers. */
function shapeOf(path: string): unknown {
  const sqlite = new Sqlite(path, { readonly: true })
  const tables = sqlite
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
    .pluck()
    .all() as string[]
  const shape = {
    version: sqlite.pragma('user_version', { simple: true }),
    tables: tables.map((name) => ({
      name,
      columns: sqlite.pragma(`table_info(${name})`),
      keys: sqlite.pragma(`foreign_key_list(${name})`),
    })),
    rest: sqlite
      .prepare(
        "select type, name, tbl_name, sql from sqlite_schema where type in ('index', 'trigger') order by name",
      )
      .all(),
  }
  sqlite.close()
  return shape
}

describe('a database of an older version', () => {
  it('is brought to the very shape of a new one, and keeps its rows', async () => {
    const [old, today] = [join(folder, 'old.sqlite'), join(folder, 'new.sqlite')]
    const sqlite = new Sqlite(old)
    sqlite.exec(firstSchema)
    sqlite.exec("insert into hub_memory values ('epoch', 'kept')")
    sqlite.close()
    for (const path of [old, today]) await closeDatabase(openDatabase(path))
    expect(shapeOf(old)).toEqual(shapeOf(today))
    const after = new Sqlite(old, { readonly: true })
    expect(after.prepare('select value from hub_memory').pluck().get()).toBe('kept')
    after.close()
  })

  it('keeps what its facts said as the first entry of each, from when it was last changed', async () => {
    const path = join(folder, 'old.sqlite')
    const sqlite = new Sqlite(path)
    sqlite.exec(firstSchema)
    const at = '2026-10-01T01:00:00.000Z'
    sqlite.exec(`
      insert into fact values ('hotline-111', 'hotline', 'Tổng đài', 'Line', '111', 'một một một', 'confirmed',
        '2025-09-19', null, 'NĐ 162/2025', '2026-09-01');
      insert into fact values ('law-old', 'law', 'Luật cũ', 'Old law', 'luật', null, 'confirmed',
        '2012-01-01', '2025-07-01', 'mẫu', '2026-09-02');
      insert into deed (at, what, subject, detail) values ('${at}', 'fact.changed', 'hotline-111', '{}')`)
    sqlite.close()
    const database = openDatabase(path)
    const entries = await database.selectFrom('fact_entry').selectAll().orderBy('number').execute()
    expect(entries).toMatchObject([
      { fact_id: 'hotline-111', value: '111', spoken: 'một một một', person_id: null, at },
      { fact_id: 'law-old', valid_to: '2025-07-01', at: '2026-09-02T00:00:00.000Z' },
    ])
    await closeDatabase(database)
  })

  it('takes steps that count up to the version of the schema', () => {
    expect(migrations.map(({ version }) => version)).toEqual(
      Array.from({ length: schemaVersion - 1 }, (_, index) => index + 2),
    )
  })
})

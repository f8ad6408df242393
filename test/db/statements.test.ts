/** Statements that are prepared once: what is asked is answered from the database as it is now. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { closeDatabase, type Database, openDatabase } from '../../src/db/index.ts'

let folder: string
let database: Database
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loa-statements-'))
  database = openDatabase(join(folder, 'loa.db'))
})
afterEach(async () => {
  await closeDatabase(database)
  rmSync(folder, { recursive: true })
})

it('give every column there is, also one that another process has just added', async () => {
  const ask = async (): Promise<object[]> => (await sql<object>`select * from drawer`.execute(database)).rows
  await sql`create table drawer (key text)`.execute(database)
  await sql`insert into drawer values ('a')`.execute(database)
  expect(await ask()).toEqual([{ key: 'a' }])
  const elsewhere = new Sqlite(join(folder, 'loa.db'))
  elsewhere.exec(`alter table drawer add column value text; update drawer set value = 'b'`)
  elsewhere.close()
  expect(await ask()).toEqual([{ key: 'a', value: 'b' }])
})

it('give what is there after a change of their own connection, and no longer what was taken away', async () => {
  const ask = async (): Promise<object[]> => (await sql<object>`select * from drawer`.execute(database)).rows
  await sql`create table drawer (key text, value text)`.execute(database)
  await sql`insert into drawer values ('a', 'b')`.execute(database)
  expect(await ask()).toEqual([{ key: 'a', value: 'b' }])
  await sql`alter table drawer drop column key`.execute(database)
  expect(await ask()).toEqual([{ value: 'b' }])
  await sql`drop table drawer`.execute(database)
  await expect(ask()).rejects.toThrow('no such table')
  await sql`create table drawer (number integer)`.execute(database)
  await sql`insert into drawer values (7)`.execute(database)
  expect(await ask()).toEqual([{ number: 7 }])
})

it('that failed are good again', async () => {
  const put = (key: string) => sql`insert into drawer values (${key})`.execute(database)
  await sql`create table drawer (key text unique)`.execute(database)
  await put('a')
  await expect(put('a')).rejects.toThrow('UNIQUE')
  await put('b')
  expect((await sql`select key from drawer`.execute(database)).rows).toEqual([{ key: 'a' }, { key: 'b' }])
})

it('may be more than are kept', async () => {
  for (const round of [1, 2]) {
    for (let number = 0; number < 600; number += 1) {
      const { rows } = await sql`select ${sql.lit(number)} as number, ${round} as round`.execute(database)
      expect(rows).toEqual([{ number, round }])
    }
  }
})

it('are told apart by their parameters when several wait at once', async () => {
  const asked = Array.from({ length: 50 }, (_, number) =>
    sql<{ number: number }>`select ${number} as number`.execute(database),
  )
  expect((await Promise.all(asked)).map(({ rows }) => rows[0]!.number)).toEqual(
    asked.map((_, index) => index),
  )
})

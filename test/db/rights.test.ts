import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { closeDatabase, openDatabase, remember } from '../../src/db/index.ts'

let folder: string
let before: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loa-rights-'))
  before = process.umask(0o022)
})
afterEach(() => {
  process.umask(before)
  rmSync(folder, { recursive: true })
})

const file = (): string => join(folder, 'loa.db')
const rights = () =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]))
const closed = { 'loa.db': 0o600, 'loa.db-shm': 0o600, 'loa.db-wal': 0o600 }

it('a new database and what SQLite keeps beside it are for their owner only', async () => {
  const database = openDatabase(file())
  await remember(database, 'one', 'two')
  expect(rights()).toEqual(closed)
  await closeDatabase(database)
})

it('one that everybody may read is closed at the next start, also while others have it open', async () => {
  const other = openDatabase(file())
  await remember(other, 'one', 'two')
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644)
  const database = openDatabase(file())
  await remember(database, 'three', 'four')
  expect(rights()).toEqual(closed)
  await closeDatabase(database)
  await closeDatabase(other)
})

it('a database that cannot be made is refused in SQLite’s own words', () => {
  expect(() => openDatabase(join(folder, 'none', 'loa.db'))).toThrow(/directory does not exist/)
})

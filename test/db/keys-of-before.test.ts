import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keyStates } from '../../src/approval/index.ts'
import { closeDatabase, openDatabase } from '../../src/db/index.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'loa-keys-'))))
afterEach(() => rmSync(folder, { recursive: true }))

it('a key that was enrolled before two people were asked counts as confirmed, and signs as it did', async () => {
  const path = join(folder, 'old.sqlite')
  const { kid, publicKey } = newSigningKey()
  const at = '2026-10-01T00:00:00.000Z'
  const sqlite = new Sqlite(path)
  sqlite.exec(readFileSync(fileURLToPath(new URL('schema-1.sql', import.meta.url)), 'utf8'))
  sqlite.prepare('insert into person values (?, ?, ?, ?, ?)').run('lan', 'Lan', 'approver', 0, at)
  sqlite.prepare('insert into person_key values (?, ?, ?, ?, ?)').run(kid, 'lan', publicKey, at, null)
  sqlite.close()
  const database = openDatabase(path)
  expect(await keyStates(database, at)).toMatchObject([
    { kid, passkey: null, enrolledBy: null, confirmedBy: null, confirmedAt: at, state: 'pending-root' },
  ])
  await closeDatabase(database)
})

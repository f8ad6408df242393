/** The change mark that leaves out what devices report, and nothing else. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  changeMark,
  closeDatabase,
  type Database,
  type Db,
  openDatabase,
  transact,
  transactReported,
} from '../../src/db/index.ts'
import { keepRefusals } from '../../src/evidence/store.ts'
import { addPerson } from '../../src/people/index.ts'

const now = '2026-11-23T03:00:00.000Z'
const folder = mkdtempSync(join(tmpdir(), 'loa-reported-'))
const file = join(folder, 'loa.db')
let hub: Database
let other: Database
let count = 0

beforeAll(() => {
  hub = openDatabase(file)
  other = openDatabase(file)
})
afterAll(async () => {
  await closeDatabase(hub)
  await closeDatabase(other)
  rmSync(folder, { recursive: true })
})

const mark = () => changeMark(hub, 'but reports')
const report = (tx: Db) =>
  keepRefusals(tx, [{ topic: 't', sha256: String((count += 1)), payload: new Uint8Array(), why: 'w' }], now)
const person = (db: Db) =>
  addPerson(db, { id: `p${(count += 1)}`, name: 'Người', role: 'editor', training: false, now })

describe('the mark but reports', () => {
  it('stays through what devices report, while the mark of everything changes', async () => {
    const before = [mark(), changeMark(hub)]
    await transactReported(hub, report)
    expect(mark()).toBe(before[0])
    expect(changeMark(hub)).not.toBe(before[1])
  })

  it('stands still in the middle of a report, and when it is rolled back', async () => {
    const before = mark()
    const broken = transactReported(hub, async (tx) => {
      await report(tx)
      expect(mark()).toBe(before)
      throw new Error('broken')
    })
    await expect(broken).rejects.toThrow('broken')
    expect(mark()).toBe(before)
  })

  it('changes with every other change, and never comes back to what it was, whatever is written in between', async () => {
    const seen = new Set([mark()])
    const changes: Promise<unknown>[] = []
    const reports: Promise<unknown>[] = []
    for (let turn = 0; turn < 60; turn += 1) {
      // Begun together, so that they wait for one another in the middle of what they do.
      reports.push(...Array.from({ length: turn % 4 }, () => transactReported(hub, report)))
      // Another process; in this one two connections that wait for each other would wait for ever.
      if (turn % 3 === 2) await Promise.all(reports)
      const change = turn % 3 === 0 ? transact(hub, person) : turn % 3 === 1 ? person(hub) : person(other)
      changes.push(change)
      await change
      const after = mark()
      expect(seen.has(after)).toBe(false)
      seen.add(after)
    }
    await Promise.all([...changes, ...reports])
    const settled = mark()
    await transactReported(hub, report)
    expect(mark()).toBe(settled)
  })

  it('lets a report read anything and change nothing but reports', async () => {
    const before = mark()
    const wrong = transactReported(hub, async (tx) => {
      await tx.selectFrom('person').select('id').execute()
      await person(tx)
    })
    await expect(wrong).rejects.toThrow('is no report of a device')
    const suspends = transactReported(hub, (tx) =>
      tx.updateTable('person').set({ suspended_at: now }).execute(),
    )
    await expect(suspends).rejects.toThrow('is no report of a device')
    const ends = transactReported(hub, (tx) => tx.deleteFrom('account_session').execute())
    await expect(ends).rejects.toThrow('is no report of a device')
    expect(mark()).toBe(before)
  })
})

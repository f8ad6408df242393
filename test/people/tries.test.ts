/** The memory of wrong passwords is bounded, and filling it opens no lock. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sha256 } from '../../src/base/hash.ts'
import { plusMilliseconds } from '../../src/base/time.ts'
import { closeDatabase, type Database, openMemoryDatabase } from '../../src/db/index.ts'
import { countTry, failuresMax } from '../../src/people/auth/store.ts'
import { monday } from './office.ts'

let database: Database
beforeEach(() => {
  database = openMemoryDatabase()
})
afterEach(() => closeDatabase(database))

const at = (milliseconds: number) => plusMilliseconds(monday, milliseconds)

async function tries(name: string, times: number, now: string) {
  let last
  for (let time = 0; time < times; time += 1) last = await countTry(database, name, now)
  return last
}

/** So many other names with one failure each, all later than `monday`. */
async function flood(count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, number) => ({
    ...{ name_hash: sha256(`ten-bia-${String(number)}`), failures: 1 },
    ...{ first_at: at(1000 + number), locked_until: null },
  }))
  for (let begin = 0; begin < count; begin += 1000)
    await database
      .insertInto('sign_in_failure')
      .values(rows.slice(begin, begin + 1000))
      .execute()
}

it('five thousand invented names neither open a locked one nor take back what was counted for another', async () => {
  await tries('khoa', failuresMax, at(0))
  await tries('gan-khoa', failuresMax - 1, at(1))
  await flood(4998)
  for (const name of ['mot', 'hai', 'ba']) await tries(name, 1, at(10_000))
  expect(await countTry(database, 'khoa', at(10_000))).toMatchObject({ within: false })
  expect(await countTry(database, 'gan-khoa', at(10_000))).toMatchObject({ within: true, last: true })
  const { count } = await database
    .selectFrom('sign_in_failure')
    .select((row) => row.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  expect(count).toBeLessThanOrEqual(5000)
})

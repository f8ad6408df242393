import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/index.ts'
import { covers, scopeOf, unitByCode } from '../../src/registry/index.ts'
import { emptyDesk, type Month } from '../web/month.ts'

let desk: Month
let database: Database
beforeAll(async () => {
  desk = await emptyDesk()
  database = desk.database
})
afterAll(() => desk.close())

const key = async (code: string, day: string) => {
  const { validFrom } = await unitByCode(database, code, day)
  return { code, validFrom }
}

describe('what an operator sees', () => {
  it('is the unit they are bound to, and what it became', async () => {
    const gaRi = await key('20440', '2024-01-01')
    const hungSon = await key('20443', '2025-07-01')
    // The code of xã A Xan in 2024: another unit of the same code, and none of theirs.
    const aXan = await key('20443', '2024-01-01')
    const before = await scopeOf(database, [gaRi], '2025-06-30')
    expect([gaRi, hungSon, aXan].map((unit) => covers(before, unit))).toEqual([true, false, false])
    const after = await scopeOf(database, [gaRi], '2026-11-23')
    expect([gaRi, hungSon, aXan].map((unit) => covers(after, unit))).toEqual([true, true, false])
  })

  it('is nothing while they are bound to no unit, and a station of no unit is nobody’s', async () => {
    const none = await scopeOf(database, [], '2026-11-23')
    expect(covers(none, await key('20443', '2026-11-23'))).toBe(false)
    expect(covers(none, undefined)).toBe(false)
  })

  it('is everything for those who are not bound', async () => {
    expect(covers('all', await key('20443', '2026-11-23'))).toBe(true)
    expect(covers('all', undefined)).toBe(true)
  })
})

/** Nobody decides alone which number is heard: who entered a fact does not approve what says it. */
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkFactsOfOthers } from '../../src/approval/own-facts.ts'
import { approve } from '../../src/approval/index.ts'
import { plusMilliseconds } from '../../src/base/time.ts'
import { personById } from '../../src/people/index.ts'
import { confirmFact, entriesUnder, expireFact, setFact } from '../../src/scripts/index.ts'
import { type Desk, monday, openDesk, submitted } from '../support/desk.ts'
import { putRecording } from '../support/recordings.ts'
import { refusalOf } from '../support/refusal.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const fact = 'hotline-111'
const entered = (by: string) =>
  setFact(desk.database, { fact, change: { value: '112', source: 'mẫu' }, by, now: monday })
const confirmed = (by: string) => confirmFact(desk.database, { fact, by, now: monday })

/** A script of an's that says the hotline, with a recording to hear. */
async function call(head: Record<string, string> = {}) {
  const version = await submitted(desk, 'Bà con gọi {{hotline.national}}.', { head })
  await putRecording(desk.database, version)
  return version
}

const signs = (who: 'lan' | 'minh', version: { script: string; version: number }) =>
  approve(desk.database, { ...version, approver: who, key: desk.keys[who], now: monday })

describe('a script that says a fact', () => {
  it('is not approved by whoever entered it, though another confirmed it; by that other it is', async () => {
    await entered('lan')
    await confirmed('minh')
    const version = await call()
    const refusal = await refusalOf(signs('lan', version))
    expect(refusal.code).toBe('forbidden')
    expect(refusal.message).toContain('entered the fact “National line” (hotline-111)')
    expect(await signs('minh', version)).toMatchObject({ renditions: 2 })
  })

  it('is not approved by them as one of two who must sign, either', async () => {
    await entered('lan')
    await confirmed('minh')
    const version = await call({ priority: 'khan-cap' })
    await signs('minh', version)
    expect((await refusalOf(signs('lan', version))).code).toBe('forbidden')
  })

  it('is approved by any approver where an editor entered it and one of them confirmed', async () => {
    await entered('an')
    await confirmed('lan')
    expect(await signs('lan', await call())).toMatchObject({ renditions: 2 })
  })

  it('is asked for what it was submitted with, not for what somebody entered since', async () => {
    const version = await call()
    await setFact(desk.database, { fact, change: { nameVi: 'Tổng đài 111' }, by: 'lan', now: monday })
    expect(await signs('lan', version)).toMatchObject({ renditions: 2 })
  })

  it('is not approved by whoever alone made the fact hold longer; by who made it end sooner it is', async () => {
    await expireFact(desk.database, { fact, on: '2026-12-31', by: 'minh', now: monday })
    await signs('minh', await call())
    await setFact(desk.database, { fact, change: { validTo: null }, by: 'lan', now: monday })
    const version = await call({ slug: 'goi-111' })
    expect((await refusalOf(signs('lan', version))).code).toBe('forbidden')
    expect(await signs('minh', version)).toMatchObject({ renditions: 2 })
  })

  it('from before entries were kept with versions is asked for those that stood when it was submitted', async () => {
    await entered('lan')
    await confirmed('minh')
    const version = await call()
    await sql`DROP TRIGGER script_version_is_fixed_once_submitted`.execute(desk.database)
    await desk.database.updateTable('script_version').set({ fact_entries: null }).execute()
    await setFact(desk.database, {
      ...{ fact, change: { nameVi: 'Tổng đài 111' }, by: 'minh' },
      now: plusMilliseconds(monday, 1),
    })
    const [entries] = await entriesUnder(desk.database, version)
    expect(entries?.map(({ by }) => by)).toEqual([null, 'lan', 'minh'])
    const lan = await personById(desk.database, 'lan')
    expect((await refusalOf(checkFactsOfOthers(desk.database, lan, version))).code).toBe('forbidden')
    await checkFactsOfOthers(desk.database, await personById(desk.database, 'minh'), version)
  })

  it('and another that says nothing of it is approved as ever', async () => {
    await entered('lan')
    const version = await submitted(desk, 'Xin bà con chậm lại.')
    await putRecording(desk.database, version)
    expect(await signs('lan', version)).toMatchObject({ renditions: 2 })
  })
})

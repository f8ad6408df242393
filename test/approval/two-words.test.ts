/** The two people who vouch for a key are two: neither had a hand in the other, nor in how its owner signs in. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { confirmKey, enrolKey, newKeys } from '../../src/approval/index.ts'
import { type Instant, plusMilliseconds } from '../../src/base/time.ts'
import {
  addPerson,
  changeRole,
  deedsOf,
  invite,
  recordDeed,
  resetCodes,
  resetPassword,
} from '../../src/people/index.ts'
import { withAccount } from '../people/office.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import { type Desk, monday, openDesk } from '../support/desk.ts'
import { refusalOf } from '../support/refusal.ts'

const day = (days: number): Instant => plusMilliseconds(monday, days * 24 * 3_600_000)
const key = newSigningKey()
let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const enrol = (now: Instant, by = 'quan-tri') =>
  enrolKey(desk.database, { person: 'lan', publicKey: key.publicKey, by, now })
const confirm = (by: string, now: Instant) => confirmKey(desk.database, { kid: key.kid, by, now })
const code = async (work: Promise<unknown>) => (await refusalOf(work)).code
const puppet = { id: 'con-roi', name: 'Con Rối', role: 'approver', training: false, by: 'quan-tri' } as const
const waiting = (now: Instant) => newKeys(desk.database, { training: false, now })

describe('the second word for a new key', () => {
  it('is not of somebody whom the admin added and invited lately', async () => {
    await addPerson(desk.database, { ...puppet, now: day(20) })
    await invite(desk.database, { person: 'con-roi', by: 'quan-tri', now: day(20) })
    await enrol(day(20))
    expect(await code(confirm('con-roi', day(21)))).toBe('forbidden')
    await confirm('minh', day(21))
  })

  it('is not of somebody to whom the admin gave the role lately', async () => {
    await changeRole(desk.database, { person: 'binh', role: 'approver', by: 'quan-tri', now: day(20) })
    await enrol(day(20))
    expect(await code(confirm('binh', day(20)))).toBe('forbidden')
  })

  it('is not of somebody who gave the admin the role lately', async () => {
    await changeRole(desk.database, { person: 'binh', role: 'admin', by: 'quan-tri-hai', now: day(20) })
    await enrol(day(20), 'binh')
    expect(await code(confirm('quan-tri-hai', day(20)))).toBe('forbidden')
    await confirm('minh', day(20))
  })

  it.each([
    ['password', { what: 'password.reset' }],
    ['codes', { what: 'codes.reset' }],
  ])('is not of somebody whose %s the admin reset lately, in the first week too', async (_what, { what }) => {
    await recordDeed(desk.database, { at: day(1), person: 'quan-tri', what, subject: 'minh' })
    await enrol(day(1))
    expect(await code(confirm('minh', day(2)))).toBe('forbidden')
    expect(await code(confirm('minh', day(29)))).toBe('forbidden')
    await confirm('minh', day(32))
  })

  it('is of anybody whom the first admin let in while the office began, and the root is told', async () => {
    await addPerson(desk.database, { ...puppet, now: day(3) })
    await enrol(day(3))
    await confirm('con-roi', day(9))
    expect(await waiting(day(9))).toMatchObject([
      {
        ...{ kid: key.kid, person: 'lan', enrolledBy: 'quan-tri', confirmedBy: 'con-roi' },
        hands: [{ by: 'quan-tri', over: 'con-roi', what: 'let-in', overName: 'Con Rối' }],
      },
    ])
    const [deed] = await deedsOf(desk.database, { subject: key.kid, limit: 1 })
    expect(deed).toMatchObject({ what: 'key.confirmed', detail: { hands: [{ over: 'con-roi' }] } })
    await desk.rootSigns(day(9))
    expect(await waiting(day(9))).toEqual([])
  })

  it('of two whom neither let in or reset gives the root nothing to look at', async () => {
    await enrol(day(20))
    await confirm('minh', day(20))
    expect(await waiting(day(20))).toMatchObject([{ kid: key.kid, hands: [] }])
    expect(await newKeys(desk.database, { training: true, now: day(20) })).toEqual([])
  })
})

describe('whoever reset the owner’s way in', () => {
  beforeEach(async () => {
    await withAccount(desk.database, { id: 'mai', name: 'Mai', role: 'approver' })
  })
  const { publicKey, kid } = newSigningKey()
  const enrolMai = (by: string, now: Instant) =>
    enrolKey(desk.database, { person: 'mai', publicKey, by, now })
  const reset = (by: string, now: Instant) => resetCodes(desk.database, { person: 'mai', by, now })

  it('does not enrol a key of theirs for thirty days', async () => {
    await resetPassword(desk.database, { person: 'mai', by: 'quan-tri', now: day(1) })
    expect(await code(enrolMai('quan-tri', day(30)))).toBe('forbidden')
    expect(await enrolMai('quan-tri-hai', day(30))).toBe(kid)
    expect(await code(confirmKey(desk.database, { kid, by: 'quan-tri', now: day(30) }))).toBe('forbidden')
    await confirmKey(desk.database, { kid, by: 'minh', now: day(30) })
  })

  it('after enrolling it does not see it confirmed', async () => {
    await enrolMai('quan-tri', day(1))
    await reset('quan-tri', day(2))
    expect(await code(confirmKey(desk.database, { kid, by: 'minh', now: day(2) }))).toBe('forbidden')
  })

  it('after the confirmation is named to the root', async () => {
    await enrolMai('quan-tri', day(1))
    await confirmKey(desk.database, { kid, by: 'minh', now: day(1) })
    await recordDeed(desk.database, { at: day(2), person: 'minh', what: 'codes.reset', subject: 'mai' })
    expect(await waiting(day(2))).toMatchObject([
      { kid, hands: [{ by: 'minh', over: 'mai', what: 'reset' }] },
    ])
  })
})

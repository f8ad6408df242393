/** What operators say besides played and not played: why not, where not, again, and taken back. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { instantAt } from '../../src/base/calendar.ts'
import { randomIds } from '../../src/base/ids.ts'
import { type Instant, plusMilliseconds } from '../../src/base/time.ts'
import {
  airingOutcomes,
  attest,
  attestationsOf,
  countersign,
  missedReasons,
  missedReasonWords,
  takeBack,
} from '../../src/evidence/index.ts'
import { deedsOf } from '../../src/people/index.ts'
import { villagesOf } from '../../src/registry/index.ts'
import { bulletin, type HubDesk, openHubDesk, putAirings } from '../support/ledger-hub.ts'
import { refusalOf } from '../support/refusal.ts'

const month = '2026-11'
const start = instantAt('2026-11-24', '05:00')
const after = instantAt('2026-11-24', '08:00')
const hours = (count: number): Instant => plusMilliseconds(after, count * 3_600_000)

let desk: HubDesk
let made = 0
let airing: string
let villages: string[]

beforeAll(async () => {
  desk = await openHubDesk({ enrolled: 1 })
  villages = (await villagesOf(desk.database, 'tt-20440')).map(({ id }) => id)
})
afterAll(() => desk.close())

beforeEach(async () => {
  made += 1
  const { script, recording } = await bulletin(desk, `bai-${made}`)
  const one = { plannedAt: start, recording, script, attempt: made, station: 'tt-20440' }
  ;[airing] = (await putAirings(desk, [one])) as [string]
})

const played = { outcome: 'played', playedAt: start } as const
const missed = { outcome: 'missed', playedAt: null } as const
type Given = Parameters<typeof attest>[1]

function says(by: string, more: Partial<Given> = {}) {
  return attest(desk.database, { airing, by, ...played, note: '', now: after, ids: randomIds, ...more })
}

async function outcome() {
  const outcomes = await airingOutcomes(desk.database, { month, stations: ['tt-20440'], now: after })
  return outcomes.find((one) => one.airing === airing)!
}

describe('a word that an airing was not played', () => {
  it.each(missedReasons)('for “%s” makes it missed and says why in both languages', async (reason) => {
    const { id } = await says('hoa', { ...missed, reason, note: reason === 'other' ? 'mất chìa khóa' : '' })
    expect(await outcome()).toMatchObject({ state: 'waiting' })
    await countersign(desk.database, { attestation: id, by: 'an', now: after })
    const { vi, en } = missedReasonWords[reason]
    const why =
      reason === 'other'
        ? { vi: expect.stringContaining('(mất chìa khóa)') as string }
        : {
            vi: `Cán bộ xác nhận không phát được: ${vi}.`,
            en: `People attest that it was not played: ${en}.`,
          }
    expect(await outcome()).toMatchObject({ state: 'missed', by: 'people', why })
    expect((await attestationsOf(desk.database, { airing }))[0]).toMatchObject({ reason })
  })

  it('tells the note after the reason', async () => {
    const { id } = await says('hoa', { ...missed, reason: 'weather', note: 'bão số 9' })
    await countersign(desk.database, { attestation: id, by: 'an', now: after })
    expect((await outcome()).why?.vi).toBe('Cán bộ xác nhận không phát được: mưa bão, thiên tai (bão số 9).')
  })

  it('for another reason says which', async () => {
    expect((await refusalOf(says('hoa', { ...missed, reason: 'other', note: ' ' }))).code).toBe('invalid')
  })
})

describe('villages that did not hear a play', () => {
  it('are told apart from those that did, once it is evidence', async () => {
    expect(villages.length).toBeGreaterThan(2)
    const { id } = await says('hoa', { villagesMissed: [villages[2]!, villages[0]!, villages[0]!] })
    await countersign(desk.database, { attestation: id, by: 'an', now: after })
    const total = villages.length
    expect(await outcome()).toMatchObject({ state: 'met', villages: { reached: total - 2, total } })
    expect((await attestationsOf(desk.database, { airing }))[0]!.villagesMissed).toEqual([
      villages[0],
      villages[2],
    ])
  })

  it('are villages of that station, and not all of them', async () => {
    expect((await refusalOf(says('hoa', { villagesMissed: ['tt-20365-1'] }))).sentence.vi).toMatch(
      /không thuộc đài/,
    )
    expect((await refusalOf(says('hoa', { villagesMissed: villages }))).sentence.vi).toMatch(
      /Không phát được/,
    )
  })
})

describe('a note', () => {
  it('has 500 characters at most, and is refused rather than cut', async () => {
    expect((await refusalOf(says('hoa', { note: 'a'.repeat(501) }))).sentence.vi).toContain('501 ký tự')
    expect((await says('hoa', { note: 'a'.repeat(500) })).note).toHaveLength(500)
  })
})

describe('a word that is sent again', () => {
  it('is the same word, whatever comes with it and however late', async () => {
    const first = await says('hoa', { word: 'may-1' })
    const again = await says('hoa', { word: 'may-1', ...missed, reason: 'power', now: hours(9) })
    expect(again).toEqual(first)
    expect(await attestationsOf(desk.database, { airing })).toHaveLength(1)
    expect(await deedsOf(desk.database, { subject: first.id })).toHaveLength(1)
  })

  it('at the same moment twice is kept once', async () => {
    const [one, other] = await Promise.all([says('hoa', { word: 'may-2' }), says('hoa', { word: 'may-2' })])
    expect(one.id).toBe(other.id)
    expect(await attestationsOf(desk.database, { airing })).toHaveLength(1)
  })

  it('of another person, or under another name, is another word', async () => {
    await says('hoa', { word: 'may-3' })
    await says('binh', { word: 'may-3' })
    expect((await refusalOf(says('hoa', { word: 'may-4' }))).code).toBe('conflict')
    expect(await attestationsOf(desk.database, { airing })).toHaveLength(2)
  })
})

describe('a word that is taken back', () => {
  const takes = (attestation: string, by: string, now = after) =>
    takeBack(desk.database, { attestation, by, now })

  it('counts no more, stays on record, and another may be given', async () => {
    const first = await says('hoa', { word: 'may-5' })
    await takes(first.id, 'hoa')
    await takes(first.id, 'hoa')
    expect(await attestationsOf(desk.database, { airing })).toEqual([])
    expect((await deedsOf(desk.database, { subject: first.id })).map(({ what }) => what)).toEqual([
      'attestation.withdrawn',
      'attestation.given',
    ])
    expect(
      (await refusalOf(countersign(desk.database, { attestation: first.id, by: 'an', now: after }))).code,
    ).toBe('not_found')
    // A phone that sends it once more does not bring it back.
    await says('hoa', { word: 'may-5' })
    expect(await attestationsOf(desk.database, { airing })).toEqual([])
    const second = await says('hoa', { ...missed, reason: 'power', word: 'may-6' })
    await countersign(desk.database, { attestation: second.id, by: 'an', now: after })
    expect(await outcome()).toMatchObject({ state: 'missed' })
  })

  it('is one’s own, not yet countersigned, and at most a day old', async () => {
    const { id } = await says('hoa')
    expect((await refusalOf(takes(id, 'binh'))).code).toBe('forbidden')
    expect((await refusalOf(takes(id, 'kiem'))).code).toBe('forbidden')
    expect((await refusalOf(takes('att-khong', 'hoa'))).code).toBe('not_found')
    expect((await refusalOf(takes(id, 'hoa', hours(24.1)))).code).toBe('conflict')
    await countersign(desk.database, { attestation: id, by: 'an', now: after })
    await countersign(desk.database, { attestation: id, by: 'an', now: hours(1) })
    expect((await refusalOf(takes(id, 'hoa'))).code).toBe('conflict')
    expect((await attestationsOf(desk.database, { airing }))[0]!.countersignedAt).toBe(after)
  })
})

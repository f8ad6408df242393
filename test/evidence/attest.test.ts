import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { instantAt } from '../../src/base/calendar.ts'
import { randomIds } from '../../src/base/ids.ts'
import { type Instant, plusMilliseconds } from '../../src/base/time.ts'
import { airingOutcomes, attest, attestationsOf, countersign, takeBack } from '../../src/evidence/index.ts'
import { addPerson, deedsOf, people } from '../../src/people/index.ts'
import { cancelAiring } from '../../src/schedule/index.ts'
import { bulletin, type HubDesk, openHubDesk, putAirings } from '../support/ledger-hub.ts'
import { refusalOf } from '../support/refusal.ts'

const month = '2026-11'
const start = instantAt('2026-11-24', '05:00')
const after = instantAt('2026-11-24', '08:00')

let desk: HubDesk
let made = 0
/** An airing at a station played by hand, and one with a device; new for each test. */
let byHand: string
let withDevice: string

beforeAll(async () => {
  desk = await openHubDesk({ enrolled: 1 })
})
afterAll(() => desk.close())

beforeEach(async () => {
  made += 1
  const { script, recording } = await bulletin(desk, `bai-${made}`)
  const [device] = desk.devices
  const station = { plannedAt: start, recording, script, attempt: made }
  ;[byHand, withDevice] = (await putAirings(desk, [
    { ...station, station: 'tt-20440' },
    {
      ...station,
      station: device!.station,
      devices: [device!.id],
      plannedAt: plusMilliseconds(start, made * 100_000),
    },
  ])) as [string, string]
})

type Given = Parameters<typeof attest>[1]

function attests(by: string, more: Partial<Given> = {}) {
  const given = {
    airing: byHand,
    by,
    outcome: 'played',
    playedAt: start,
    note: '',
    now: after,
    ids: randomIds,
    ...more,
  } as const
  return attest(desk.database, given)
}

async function outcome(airing: string, now: Instant = after): Promise<string> {
  const outcomes = await airingOutcomes(desk.database, { month, campaign: 'thang', now })
  const { state, by } = outcomes.find((one) => one.airing === airing)!
  return by === null ? state : `${state} by ${by}`
}

describe('an attestation', () => {
  it('waits until another person countersigns it; then it is evidence', async () => {
    expect(await outcome(byHand)).toBe('waiting')
    const { id } = await attests('hoa')
    expect(await outcome(byHand)).toBe('waiting')
    await countersign(desk.database, { attestation: id, by: 'an', now: after })
    expect(await outcome(byHand)).toBe('met by people')
    expect(await attestationsOf(desk.database, { month })).toContainEqual(
      expect.objectContaining({ id, person: 'hoa', countersignedBy: 'an', playedAt: start }),
    )
    expect(
      (await deedsOf(desk.database, { subject: id })).map(({ what, person }) => `${person} ${what}`),
    ).toEqual(['an attestation.countersigned', 'hoa attestation.given'])
  })

  it('that it was not played makes the airing missed', async () => {
    const { id } = await attests('hoa', { outcome: 'missed', playedAt: null, note: 'mất điện' })
    await countersign(desk.database, { attestation: id, by: 'an', now: after })
    expect(await outcome(byHand)).toBe('missed by people')
  })

  it('takes a moment in the time of the villages too', async () => {
    expect((await attests('hoa', { playedAt: '2026-11-24T05:10:00+07:00' })).playedAt).toBe(
      instantAt('2026-11-24', '05:10'),
    )
  })

  it.each<[string, () => Promise<unknown>, string, RegExp]>([
    ['of an airing nobody knows', () => attests('hoa', { airing: 'air-khong' }), 'not_found', /no airing/],
    ['by a person nobody knows', () => attests('khong-ai'), 'not_found', /Nobody/],
    ['by an auditor', () => attests('kiem'), 'forbidden', /auditor/],
    [
      'before the planned start',
      () => attests('hoa', { now: plusMilliseconds(start, -1) }),
      'conflict',
      /not begun/,
    ],
    [
      'of a play before the planned start',
      () => attests('hoa', { playedAt: plusMilliseconds(start, -1) }),
      'invalid',
      /between the planned start/,
    ],
    [
      'of a play in the future',
      () => attests('hoa', { playedAt: plusMilliseconds(after, 1) }),
      'invalid',
      /between the planned start/,
    ],
    [
      'of a play in another month',
      () =>
        attests('hoa', { playedAt: instantAt('2026-12-01', '00:00'), now: instantAt('2026-12-02', '00:00') }),
      'invalid',
      /within 2026-11/,
    ],
    [
      'without the moment of the play',
      () => attests('hoa', { playedAt: null }),
      'invalid',
      /moment of the play/,
    ],
    [
      'at a moment that is none',
      () => attests('hoa', { playedAt: '2026-11-31T05:00:00Z' }),
      'invalid',
      /moment of the play/,
    ],
  ])('%s is refused', async (_name, act, code, why) => {
    const refusal = await refusalOf(act())
    expect(refusal.code).toBe(code)
    expect(refusal.sentence.en).toMatch(why)
    expect(await attestationsOf(desk.database, { airing: byHand })).toEqual([])
  })

  it('is given once by each person', async () => {
    await attests('hoa')
    expect((await refusalOf(attests('hoa'))).code).toBe('conflict')
    await attests('binh')
  })

  it('of a cancelled airing is refused', async () => {
    await cancelAiring(desk.database, {
      airing: byHand,
      by: 'an',
      why: 'Đổi lịch',
      now: plusMilliseconds(start, -1000),
    })
    expect((await refusalOf(attests('hoa'))).code).toBe('conflict')
  })

  it('of an airing with a device is taken only when the device has stayed silent past its time', async () => {
    const about = { airing: withDevice, playedAt: plusMilliseconds(start, made * 100_000) }
    const early = plusMilliseconds(start, made * 100_000 + 60_000)
    expect((await refusalOf(attests('hoa', { ...about, now: early }))).code).toBe('conflict')
    expect(await outcome(withDevice)).toBe('unknown')
    const { id } = await attests('hoa', about)
    await attests('binh', about)
    await countersign(desk.database, { attestation: id, by: 'an', now: after })
    expect(await outcome(withDevice)).toBe('met by people')
  })
})

describe('a countersignature', () => {
  it('is never that of the person who attested, nor an auditor’s, and is given once', async () => {
    const { id } = await attests('hoa')
    const signs = (by: string, attestation = id) =>
      countersign(desk.database, { attestation, by, now: after })
    expect((await refusalOf(signs('hoa'))).code).toBe('forbidden')
    expect((await refusalOf(signs('kiem'))).code).toBe('forbidden')
    expect((await refusalOf(signs('an', 'att-khong'))).code).toBe('not_found')
    expect((await refusalOf(signs('khong-ai'))).code).toBe('not_found')
    expect(await outcome(byHand)).toBe('waiting')
    await signs('an')
    expect((await refusalOf(signs('binh'))).code).toBe('conflict')
  })
})

describe('people of exercises', () => {
  const trainee = 'tap-xa'
  beforeEach(async () => {
    if ((await people(desk.database)).some(({ id }) => id === trainee)) return
    const person = { id: trainee, name: 'Tập', role: 'operator', training: true, now: after } as const
    await addPerson(desk.database, person)
  })
  const code = async (work: Promise<unknown>) => (await refusalOf(work)).code

  it('attest and countersign no real airing', async () => {
    expect(await code(attests(trainee))).toBe('forbidden')
    const { id } = await attests('hoa')
    expect(await code(countersign(desk.database, { attestation: id, by: trainee, now: after }))).toBe(
      'forbidden',
    )
    expect(await outcome(byHand)).toBe('waiting')
  })

  it('gave words that nobody countersigns', async () => {
    const { id } = await attests('hoa')
    await desk.database.updateTable('person').set({ training: 1 }).where('id', '=', 'hoa').execute()
    try {
      expect(await code(countersign(desk.database, { attestation: id, by: 'an', now: after }))).toBe(
        'forbidden',
      )
      expect(await code(takeBack(desk.database, { attestation: id, by: 'hoa', now: after }))).toBe(
        'forbidden',
      )
    } finally {
      await desk.database.updateTable('person').set({ training: 0 }).where('id', '=', 'hoa').execute()
    }
  })
})

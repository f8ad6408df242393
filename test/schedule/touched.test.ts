import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import type { Clock } from '../../src/base/time.ts'
import { airingsOf, createCampaign, planWanted, stoppedBy, touchedBy } from '../../src/schedule/index.ts'
import {
  confirmFact,
  expireFact,
  type FactChange,
  factIfChanged,
  importScript,
  setFact,
} from '../../src/scripts/index.ts'
import { monday, source, submitted } from '../support/desk.ts'
import { approved, bulletin, dawnWindow, type HubDesk, openHubDesk } from '../support/ledger-hub.ts'
import { putRecording } from '../support/recordings.ts'
import { refusalOf } from '../support/refusal.ts'

const tuesday = '2026-11-24T01:00:00.000Z'
const december = '2026-12'

let desk: HubDesk
beforeEach(async () => {
  desk = await openHubDesk({ enrolled: 2 })
  await dawnWindow(desk)
  await createWithHotline()
  await plan(monday)
})
afterEach(() => desk.close())

/** Two bulletins take turns: one that says the hotline, one that says nothing of the kind. */
async function createWithHotline(): Promise<void> {
  const hotline = await submitted(desk, 'Bà con gọi số {{hotline.national}}.', { head: { slug: 'goi-111' } })
  await putRecording(desk.database, hotline)
  await approved(desk, hotline)
  await approved(desk, await bulletin(desk, 'viec-nhe'))
  await createCampaign(desk.database, {
    ...{ id: 'thang', title: 'Mỗi tháng một lần', fromMonth: december, toMonth: null, training: false },
    ...{ scripts: ['goi-111', 'viec-nhe'], by: 'an', now: monday },
  })
}

function plan(now: string) {
  const clock: Clock = { now: () => now, wait: () => Promise.resolve() }
  const pace = { leadSeconds: 60, spreadSeconds: 600, lateSeconds: 900 }
  return planWanted({ database: desk.database, clock, log: silentLog, months: [december], ...pace })
}

const touched = (now = tuesday) =>
  touchedBy(desk.database, { fact: 'hotline-111', placeholders: desk.placeholders, now })
const standing = async (script: string) =>
  (await airingsOf(desk.database, { month: december })).filter(
    (airing) => airing.script === script && airing.cancelled === null,
  )
const value = { value: '112', source: 'mẫu' }
const change = () => setFact(desk.database, { fact: 'hotline-111', change: value, by: 'an', now: tuesday })
/** What a look at the change says would stop. */
const wouldStop = async (given: { change: FactChange } | { on: string }) => {
  const { fact: after } = await factIfChanged(desk.database, {
    ...{ fact: 'hotline-111', by: 'an', now: tuesday },
    ...given,
  })
  return stoppedBy(desk.database, { after, placeholders: desk.placeholders, now: tuesday })
}

describe('a fact', () => {
  it('touches the versions that say it, their recordings and the airings still to come, and no others', async () => {
    await importScript(desk.database, source('Số {{hotline.national}}.', { slug: 'nhap' }), {
      ...{ author: 'an', now: monday },
    })
    const coming = await standing('goi-111')
    expect(coming.length).toBeGreaterThan(100)
    const { versions, recordings, airings } = await touched()
    const stands = { until: null, changed: false }
    expect(versions).toEqual([
      { script: 'goi-111', version: 1, title: 'Tìm việc trên mạng', state: 'in-force', ...stands },
      { script: 'nhap', version: 1, title: 'Tìm việc trên mạng', state: 'draft', ...stands },
    ])
    expect(recordings).toMatchObject([{ script: 'goi-111', version: 1, language: 'vi', station: null }])
    expect(airings.map(({ airing }) => airing).sort()).toEqual(coming.map(({ id }) => id).sort())
    expect((await touched('2027-01-01T00:00:00.000Z')).airings).toEqual([])
  })

  it('nobody has entered is refused', async () => {
    const unknown = touchedBy(desk.database, { fact: 'x', placeholders: desk.placeholders, now: tuesday })
    expect((await refusalOf(unknown)).code).toBe('not_found')
  })

  it('that changed stops what says the old: the schedule’s next run plans those stations again without it', async () => {
    const stale = await standing('goi-111')
    const { versions, recordings, airings } = await wouldStop({ change: value })
    expect(versions).toMatchObject([{ script: 'goi-111', state: 'in-force', until: '2026-11-24' }])
    expect([recordings.length, airings.map(({ airing }) => airing)]).toEqual([1, stale.map(({ id }) => id)])
    await change()
    expect((await touched()).versions).toMatchObject([{ script: 'goi-111', state: 'expired', changed: true }])
    expect(await plan(tuesday)).toMatchObject({
      cancelled: stale.length,
      planned: stale.length,
      unplaced: [],
    })
    expect(await standing('goi-111')).toEqual([])
    const cancelled = await airingsOf(desk.database, { ids: stale.map(({ id }) => id) })
    expect(new Set(cancelled.map((airing) => airing.cancelled?.why))).toEqual(new Set(['fact-changed']))
    expect(await plan(tuesday)).toMatchObject({ cancelled: 0, planned: 0 })
    expect((await touched()).airings).toEqual([])
  })

  it('that changed plays again, with the new words, once a new version is approved', async () => {
    await change()
    await confirmFact(desk.database, { fact: 'hotline-111', by: 'minh', now: tuesday })
    const next = await submitted(desk, 'Bà con gọi số {{hotline.national}}.', {
      ...{ head: { slug: 'goi-111' }, now: tuesday },
    })
    expect(next.version).toBe(2)
    await putRecording(desk.database, next)
    await approved(desk, next, tuesday)
    await plan(tuesday)
    expect((await standing('goi-111')).every(({ version }) => version === 2)).toBe(true)
    expect((await standing('goi-111')).length).toBeGreaterThan(100)
  })

  it('whose change is not heard stops nothing', async () => {
    expect(await wouldStop({ change: { nameVi: 'Tổng đài 111', source: 'mẫu' } })).toEqual({
      ...{ versions: [], recordings: [], airings: [] },
    })
  })

  it('that is given an end stops, well before that day, what would be heard after it', async () => {
    const stops = await wouldStop({ on: '2026-12-01' })
    expect(stops.versions).toMatchObject([{ script: 'goi-111', until: '2026-12-01' }])
    await expireFact(desk.database, { fact: 'hotline-111', on: '2026-12-01', by: 'an', now: tuesday })
    expect((await touched()).airings.filter((airing) => airing.stops)).toEqual(stops.airings)
    const { cancelled } = await plan(tuesday)
    expect(cancelled).toBeGreaterThan(100)
    expect(stops.airings).toHaveLength(cancelled)
    expect(await standing('goi-111')).toEqual([])
    expect((await touched()).versions).toMatchObject([{ state: 'in-force', changed: false }])
    const over = await touched('2026-12-01T00:00:00.000Z')
    expect(over.versions).toMatchObject([{ state: 'expired', changed: true }])
  })
})

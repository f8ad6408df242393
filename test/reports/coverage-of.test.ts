import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instantAt } from '../../src/base/calendar.ts'
import { randomIds } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { type Clock, monotonicMilliseconds, toMilliseconds } from '../../src/base/time.ts'
import { attest, attestationsOf, countersign, createIngest } from '../../src/evidence/index.ts'
import { type Coverage, coverageOf } from '../../src/reports/index.ts'
import { airingsOf, createCampaign, planWanted } from '../../src/schedule/index.ts'
import { topics } from '../../src/wire/topics.ts'
import { monday } from '../support/desk.ts'
import {
  approved,
  bulletin,
  dawnWindow,
  greeting,
  type HubDesk,
  openHubDesk,
  receipt,
  said,
} from '../support/ledger-hub.ts'
import { refusalOf } from '../support/refusal.ts'

const month = '2026-11'
const evening = instantAt('2026-11-24', '20:00')
const clock: Clock = { now: () => evening, wait: () => Promise.resolve() }
const pace = { leadSeconds: 60, spreadSeconds: 600, lateSeconds: 900 }

let desk: HubDesk
beforeAll(async () => {
  desk = await openHubDesk()
  await dawnWindow(desk)
})
afterAll(() => desk.close())

function coverage(now = evening, more: { month?: string; campaign?: string } = {}): Promise<Coverage> {
  return coverageOf(desk.database, { month, now, ...more })
}

/** The month told from its beginning: each test is what happened next. */
describe('a month of the province', () => {
  it('owes 78 units after the mergers of 2025, 241 before, and meets none without a campaign', async () => {
    const { obligations, areas, campaign, units } = await coverage()
    expect({ obligations, areas, campaign }).toMatchObject({
      obligations: 78,
      areas: { total: 241, unplanned: 241 },
      campaign: null,
    })
    expect(units[0]?.areas[0]?.why?.vi).toMatch(/chưa có đợt tuyên truyền nào/)
    expect((await coverage(evening, { month: '2025-06' })).obligations).toBe(233)
    expect((await coverage(evening, { month: '2025-07' })).obligations).toBe(78)
    expect((await coverage(evening, { month: '2022-01' })).obligations).toBe(241)
  })

  it('says of each area what it waits for until it is planned', async () => {
    const bulletins = [await bulletin(desk, 'viec-nhe'), await bulletin(desk, 'cuoi-chong')]
    const stations = [...new Set(desk.devices.map(({ station }) => station))]
    const hello = await greeting(desk, stations)
    await createCampaign(desk.database, {
      ...{ id: 'thang', title: 'Mỗi tháng một lần', fromMonth: month, toMonth: null, training: false },
      ...{ scripts: ['viec-nhe', 'cuoi-chong'], by: 'an', now: monday },
    })
    expect((await coverage()).units[0]?.areas[0]?.why?.vi).toMatch(/^Chờ duyệt/)
    for (const each of bulletins) await approved(desk, each)
    const whys = (await coverage()).units.flatMap(({ areas }) =>
      areas.map(({ why }) => why?.vi.split(':')[0]),
    )
    expect(new Set(whys)).toEqual(new Set(['Lượt phát sắp được xếp.', 'Chờ lời chào được duyệt']))
    await approved(desk, hello)
    const planning: Clock = { now: () => monday, wait: () => Promise.resolve() }
    const { planned } = await planWanted({
      database: desk.database,
      clock: planning,
      log: silentLog,
      months: [month],
      ...pace,
    })
    expect(planned).toBe(241)
    expect((await coverage(monday)).areas).toMatchObject({ coming: 241, met: 0 })
    expect((await coverage(monday)).metRange).toEqual([0, 78])
  })

  it('is met by the receipts of devices, and exactly in the units whose stations all have one', async () => {
    const hashes = await renditions()
    const ingest = createIngest({
      database: desk.database,
      publishAck: () => Promise.resolve(),
      clock,
      log: silentLog,
    })
    const airings = (await airingsOf(desk.database, { month })).filter(({ devices }) => devices.length > 0)
    expect((await coverage()).areas).toMatchObject({
      unknown: new Set(desk.devices.map(({ station }) => station)).size,
    })
    for (const airing of airings) {
      for (const id of airing.devices) {
        const device = desk.devices.find((one) => one.id === id)!
        const held = [airing.greeting!, airing.recording].map((recording) => hashes.get(recording)!)
        const started = toMilliseconds(airing.plannedAt)
        const said1 = said(device, [
          receipt(1, airing.id, { id: `rcp-${id}`, held, started, heardMs: 68_000 }),
        ])
        ingest.note(topics.receipts(id), said1)
        ingest.note(topics.receipts(id), said1)
      }
    }
    expect(await ingest.flush()).toBe(desk.devices.length)
    const { units, areas, met, metRange, obligations } = await coverage()
    const withDevice = new Set(airings.map(({ station }) => station))
    expect(areas).toMatchObject({
      met: withDevice.size,
      waiting: 241 - withDevice.size,
      unknown: 0,
      missed: 0,
    })
    for (const line of units) {
      const every = line.areas.every(({ station }) => withDevice.has(station))
      expect(line.state).toBe(every ? 'met' : 'waiting')
    }
    expect(met).toBeGreaterThan(0)
    expect(metRange).toEqual([met, obligations])
  })

  it('is met by people where there are no devices, once two of them have said so', async () => {
    const before = await coverage()
    const line = before.units.find(({ areasMet, areasDue }) => areasMet === areasDue - 1)!
    const area = line.areas.find(({ state }) => state === 'waiting')!
    const given = {
      airing: area.airing!,
      by: 'hoa',
      outcome: 'played',
      playedAt: evening,
      note: '',
      now: evening,
      ids: randomIds,
    } as const
    const { id } = await attest(desk.database, given)
    expect((await coverage()).met).toBe(before.met)
    await countersign(desk.database, { attestation: id, by: 'an', now: evening })
    const after = await coverage()
    expect(after.met).toBe(before.met + 1)
    expect(
      after.units
        .find(({ unit }) => unit.code === line.unit.code)
        ?.areas.find(({ station }) => station === area.station),
    ).toMatchObject({ by: 'people', at: evening })
    expect(await attestationsOf(desk.database, { month })).toHaveLength(1)
  })

  it('shows the former districts, worst first, with every area in one of them', async () => {
    const { districts, areas } = await coverage()
    expect(districts).toHaveLength(18)
    expect(districts.reduce((sum, district) => sum + district.areas, 0)).toBe(241)
    expect(districts.reduce((sum, district) => sum + district.met, 0)).toBe(areas.met)
    const shares = districts.map(({ met, areas: its }) => met / its)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  })

  it('is the same whenever it is asked again, and quickly', async () => {
    const first = await coverage()
    const began = monotonicMilliseconds()
    expect(await coverage()).toEqual(first)
    // A generous bound for a busy machine.
    expect(monotonicMilliseconds() - began).toBeLessThan(1500)
  })

  it('of a campaign nobody knows is refused', async () => {
    expect((await refusalOf(coverage(evening, { campaign: 'khong-co' }))).code).toBe('not_found')
  })
})

async function renditions(): Promise<Map<string, string>> {
  const rows = await desk.database
    .selectFrom('rendition')
    .select(['recording_id', 'sha256'])
    .where('codec', '=', 'opus')
    .execute()
  return new Map(rows.map(({ recording_id, sha256 }) => [recording_id, sha256]))
}

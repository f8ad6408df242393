import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { boundsOf, dayOf, instantAt } from '../../src/base/calendar.ts'
import { silentLog } from '../../src/base/log.ts'
import type { Clock } from '../../src/base/time.ts'
import { millisecondsBetween, monotonicMilliseconds, plusMilliseconds } from '../../src/base/time.ts'
import { recall } from '../../src/db/index.ts'
import { revokePersonKey } from '../../src/people/index.ts'
import { revokeDevice } from '../../src/registry/index.ts'
import {
  type Airing,
  airingsOf,
  cancelAiring,
  createCampaign,
  planWanted,
  previewMonth,
} from '../../src/schedule/index.ts'
import { withdrawVersion } from '../../src/scripts/index.ts'
import { monday, submitted } from '../support/desk.ts'
import { approved, bulletin, dawnWindow, greeting, type HubDesk, openHubDesk } from '../support/ledger-hub.ts'
import { putRecording } from '../support/recordings.ts'
import { refusalOf } from '../support/refusal.ts'

const pace = { leadSeconds: 60, spreadSeconds: 600, lateSeconds: 900 }
const november = '2026-11'
const december = '2026-12'

let desk: HubDesk
beforeEach(async () => {
  desk = await openHubDesk({ enrolled: 3 })
  await dawnWindow(desk)
})
afterEach(() => desk.close())

function plan(now = monday, months: string[] = [november]) {
  const clock: Clock = { now: () => now, wait: () => Promise.resolve() }
  return planWanted({ database: desk.database, clock, log: silentLog, months, ...pace })
}

async function campaignOf(...slugs: string[]): Promise<void> {
  for (const slug of slugs) await approved(desk, await bulletin(desk, slug))
  await createCampaign(desk.database, {
    ...{ id: 'thang', title: 'Mỗi tháng một lần', fromMonth: november, toMonth: null, training: false },
    ...{ scripts: slugs, by: 'an', now: monday },
  })
}

async function standing(month = november): Promise<Airing[]> {
  return (await airingsOf(desk.database, { month })).filter(({ cancelled }) => cancelled === null)
}

describe('the schedule job', () => {
  it('gives every station its airing of the month, by its unit of the last day and for its enrolled devices', async () => {
    await campaignOf('viec-nhe', 'cuoi-chong', 'lam-gi')
    expect(await plan()).toMatchObject({ planned: 241, cancelled: 0, unplaced: [] })
    const airings = await standing()
    expect(airings).toHaveLength(241)
    expect(new Set(airings.map(({ unit }) => `${unit.code} ${unit.validFrom}`)).size).toBe(78)
    for (const { id, station } of desk.devices) {
      expect(airings.find((airing) => airing.station === station)?.devices).toEqual([id])
    }
    expect(airings.filter(({ devices }) => devices.length === 0)).toHaveLength(238)
    expect([...new Set(airings.map(({ plannedAt }) => dayOf(plannedAt)))]).toEqual(['2026-11-24'])
    const shares = [...Map.groupBy(airings, ({ script }) => script).values()].map((its) => its.length)
    expect(shares.sort()).toEqual([80, 80, 81])
  })

  it('changes nothing when it runs again', async () => {
    await campaignOf('viec-nhe')
    await plan()
    const before = await airingsOf(desk.database)
    expect(await plan(plusMilliseconds(monday, 60_000))).toEqual({ planned: 0, cancelled: 0, unplaced: [] })
    expect(await airingsOf(desk.database)).toEqual(before)
  })

  it('plans this month, and from the 20th on the next one too', async () => {
    await campaignOf('viec-nhe')
    const clock = (now: string): Clock => ({ now: () => now, wait: () => Promise.resolve() })
    const work = { database: desk.database, log: silentLog, ...pace }
    const nineteenth = instantAt('2026-11-19', '23:59')
    expect(await planWanted({ ...work, clock: clock(nineteenth) })).toMatchObject({ planned: 241 })
    expect(await standing(november)).toHaveLength(241)
    expect(await standing(december)).toEqual([])
    const twentieth = instantAt('2026-11-20', '00:00')
    expect(await planWanted({ ...work, clock: clock(twentieth) })).toMatchObject({ planned: 241 })
    expect(await standing(december)).toHaveLength(241)
    expect((await standing(december))[0]?.plannedAt).toBe(instantAt('2026-12-01', '05:00'))
  })

  it('never plans what is not approved, and says what it waits for', async () => {
    await bulletin(desk, 'chua-duyet')
    await createCampaign(desk.database, {
      ...{ id: 'thang', title: 'Mỗi tháng một lần', fromMonth: november, toMonth: null, training: false },
      ...{ scripts: ['chua-duyet'], by: 'an', now: monday },
    })
    const { planned, unplaced } = await plan()
    expect(planned).toBe(0)
    expect(unplaced).toHaveLength(241)
    expect(unplaced[0]?.why.vi).toMatch(/^Chờ duyệt/)
    expect((await previewMonth(desk.database, november, monday)).unplaced).toEqual(unplaced)
  })

  it.each(['khan-cap', 'uu-tien'])(
    'plans nothing of a bulletin (%s) before two people signed it',
    async (priority) => {
      const version = await bulletin(desk, 'viec-gap', { priority })
      await createCampaign(desk.database, {
        ...{ id: 'thang', title: 'Mỗi tháng một lần', fromMonth: november, toMonth: null, training: false },
        ...{ scripts: ['viec-gap'], by: 'an', now: monday },
      })
      await approved(desk, version)
      expect(await plan()).toMatchObject({ planned: 0, unplaced: { length: 241 } })
      await approved(desk, version, monday, 'minh')
      expect(await plan()).toMatchObject({ planned: 241, unplaced: [] })
      await revokePersonKey(desk.database, { kid: desk.keys.minh.kid, why: 'mất máy', now: monday })
      expect(await plan()).toMatchObject({ planned: 0, cancelled: 241 })
    },
  )

  it('waits for the greeting of stations with devices only, and takes it when it is approved', async () => {
    await campaignOf('viec-nhe')
    const stations = desk.devices.map(({ station }) => station)
    const hello = await greeting(desk, stations)
    expect(await plan()).toMatchObject({ planned: 238, unplaced: { length: 3 } })
    await approved(desk, hello)
    expect(await plan()).toMatchObject({ planned: 3, unplaced: [] })
    const greeted = (await standing()).filter((airing) => airing.greeting !== null)
    expect(greeted.map(({ station }) => station).sort()).toEqual(stations.sort())
  })

  it('plans again for what is left when a bulletin is withdrawn', async () => {
    await campaignOf('viec-nhe', 'cuoi-chong')
    await plan()
    const withdrawn = (await standing()).filter(({ script }) => script === 'viec-nhe')
    await withdrawVersion(desk.database, {
      script: 'viec-nhe',
      version: 1,
      by: 'an',
      why: 'sai số điện thoại',
      now: monday,
    })
    expect(await plan()).toMatchObject({
      planned: withdrawn.length,
      cancelled: withdrawn.length,
      unplaced: [],
    })
    expect((await standing()).every(({ script }) => script === 'cuoi-chong')).toBe(true)
    expect(
      (await airingsOf(desk.database, { month: november }))
        .filter(({ cancelled }) => cancelled !== null)
        .map(({ cancelled }) => cancelled?.why),
    ).toEqual(withdrawn.map(() => 'audio-changed'))
  })

  it('leaves what has begun alone, whatever is withdrawn since', async () => {
    await campaignOf('viec-nhe')
    await plan()
    const after = instantAt('2026-11-24', '06:00')
    await withdrawVersion(desk.database, {
      script: 'viec-nhe',
      version: 1,
      by: 'an',
      why: 'sai số điện thoại',
      now: after,
    })
    expect(await plan(after)).toMatchObject({ planned: 0, cancelled: 0, unplaced: [] })
  })

  it('plans again for the devices that are there', async () => {
    await campaignOf('viec-nhe')
    await plan()
    const [gone] = desk.devices
    await revokeDevice(desk.database, { device: gone!.id, why: 'hỏng', now: monday, by: null })
    expect(await plan()).toMatchObject({ planned: 1, cancelled: 1, unplaced: [] })
    const [airing] = (await standing()).filter(({ station }) => station === gone!.station)
    expect(airing).toMatchObject({ devices: [], attempt: 2 })
    expect(airing?.plannedBecause).toContain('Xếp lần 2')
  })

  it('plans the newer version of a bulletin next month, and keeps this month as it is', async () => {
    await campaignOf('viec-nhe')
    await plan()
    const newer = await bulletin(desk, 'viec-nhe', { take: 'Bản mới.' })
    await approved(desk, newer)
    expect(await plan(monday, [november, december])).toMatchObject({ planned: 241, cancelled: 0 })
    expect(new Set((await standing(november)).map(({ version }) => version))).toEqual(new Set([1]))
    expect(new Set((await standing(december)).map(({ version }) => version))).toEqual(new Set([2]))
  })

  it('speaks Vietnamese where a bulletin has other languages too', async () => {
    const { script, version } = await bulletin(desk, 'viec-nhe')
    await putRecording(desk.database, { script, version, language: 'cotu', take: 'ct' })
    await approved(desk, { script, version })
    await createCampaign(desk.database, {
      ...{ id: 'thang', title: 'Mỗi tháng một lần', fromMonth: november, toMonth: null, training: false },
      ...{ scripts: [script], by: 'an', now: monday },
    })
    await plan()
    const heard = new Set((await standing()).map(({ recording }) => recording))
    const rows = await desk.database.selectFrom('recording').select(['id', 'language']).execute()
    expect(rows.filter(({ id }) => heard.has(id)).map(({ language }) => language)).toEqual(['vi'])
  })

  it('keeps to Vietnamese while the machine still makes it, and another language is approved already', async () => {
    await campaignOf('viec-nhe')
    const newer = await submitted(desk, 'Bản mới.', { head: { slug: 'viec-nhe' } })
    await putRecording(desk.database, { ...newer, language: 'ktv', spoken: true })
    await approved(desk, newer)
    expect(await plan()).toMatchObject({ planned: 241, unplaced: [] })
    expect(new Set((await standing()).map(({ version }) => version))).toEqual(new Set([1]))
  })

  it('ends every airing with notes of its own, and with the time they take', async () => {
    await campaignOf('viec-nhe')
    await approved(
      desk,
      await greeting(
        desk,
        desk.devices.map(({ station }) => station),
      ),
    )
    await plan(monday, [november, december])
    const airings = await airingsOf(desk.database)
    expect(airings).toHaveLength(482)
    for (const { notes } of airings) expect(notes).toMatch(/^[0-7]{6}$/)
    expect(new Set(airings.map(({ notes }) => notes)).size).toBe(482)
    const lengths = new Set(airings.map(({ plannedAt, endsAt }) => millisecondsBetween(plannedAt, endsAt)))
    expect([...lengths].sort()).toEqual([60_000 + 2280, 8000 + 60_000 + 2280])
  })

  it('gives an airing that is planned again other notes, and keeps its secret for all of them', async () => {
    await campaignOf('viec-nhe')
    await plan()
    const secret = await recall(desk.database, 'notes_secret')
    expect(secret?.match(/[0-9a-f]{20}/g)).toHaveLength(4)
    const [first] = await standing()
    await cancelAiring(desk.database, { airing: first!.id, by: 'hoa', why: 'Mất điện', now: monday })
    await plan()
    const both = await airingsOf(desk.database, { month: november, station: first!.station })
    const [before = '', after = ''] = both.map(({ notes }) => notes ?? '')
    expect(Array.from(before).filter((digit, place) => digit !== after[place]).length).toBeGreaterThanOrEqual(
      3,
    )
    expect(await recall(desk.database, 'notes_secret')).toBe(secret)
  })

  it('gives the same airings other notes in another hub', async () => {
    await campaignOf('viec-nhe')
    await plan()
    const notes = (await standing()).map((airing) => airing.notes)
    const again = await openHubDesk({ enrolled: 3 })
    const first = desk
    desk = again
    try {
      await dawnWindow(desk)
      await campaignOf('viec-nhe')
      await plan()
      const others = (await standing()).map((airing) => airing.notes)
      expect(others).toHaveLength(notes.length)
      expect(others.filter((one, index) => one === notes[index]).length).toBeLessThan(5)
    } finally {
      await first.close()
    }
  })

  it('leaves the airings from before there were notes as they are', async () => {
    await campaignOf('viec-nhe')
    await plan()
    await desk.database.updateTable('airing').set({ notes: null }).execute()
    expect(await plan()).toMatchObject({ planned: 0, cancelled: 0 })
    expect((await standing()).every(({ notes }) => notes === null)).toBe(true)
  })

  it("plays each station's own variant of a bulletin that names the place, and the other bulletins elsewhere", async () => {
    const { script, version } = await submitted(desk, 'Bà con hãy nhớ.', { head: { slug: 'co-ten' } })
    const [one, two] = desk.devices.map(({ station }) => station)
    const own = await putRecording(desk.database, { script, version, station: one!, seconds: 70 })
    await approved(desk, { script, version })
    // Made later: nobody has approved it.
    await putRecording(desk.database, { script, version, station: two!, seconds: 71 })
    await campaignOf('viec-nhe')
    await createCampaign(desk.database, {
      ...{ id: 'rieng', title: 'Bản riêng', fromMonth: november, toMonth: null, training: false },
      ...{ scripts: [script], by: 'an', now: monday },
    })
    const { planned, unplaced } = await plan()
    expect([planned, unplaced.length]).toEqual([242, 240])
    expect(unplaced.find(({ station }) => station === two)?.why.vi).toMatch(/^Chờ bản riêng của đài/)
    const named = (await standing()).filter(({ campaign }) => campaign === 'rieng')
    expect(named.map(({ station, recording }) => [station, recording])).toEqual([[one, own.id]])
  })

  it("plays what a person has spoken rather than the machine's voice, once it is approved", async () => {
    const { script, version, recording: machine } = await bulletin(desk, 'viec-nhe')
    await approved(desk, { script, version })
    const person = await putRecording(desk.database, { script, version, take: 'nguoi', spoken: true })
    await createCampaign(desk.database, {
      ...{ id: 'thang', title: 'Mỗi tháng một lần', fromMonth: november, toMonth: null, training: false },
      ...{ scripts: [script], by: 'an', now: monday },
    })
    await plan()
    expect(new Set((await standing()).map(({ recording }) => recording))).toEqual(new Set([machine.id]))
    await approved(desk, { script, version })
    await plan(monday, [november, december])
    expect(new Set((await standing(november)).map(({ recording }) => recording))).toEqual(
      new Set([machine.id]),
    )
    expect(new Set((await standing(december)).map(({ recording }) => recording))).toEqual(
      new Set([person.id]),
    )
  })

  it('greets at stations played by hand too, where their greeting is approved', async () => {
    await campaignOf('viec-nhe')
    await approved(desk, await greeting(desk, [...desk.devices.map(({ station }) => station), 'tt-20338']))
    expect(await plan()).toMatchObject({ planned: 241, unplaced: [] })
    const greeted = (await standing()).filter((airing) => airing.greeting !== null)
    expect(greeted).toHaveLength(4)
    expect(greeted.find(({ station }) => station === 'tt-20338')?.devices).toEqual([])
  })

  it('cannot plan a month that is over', async () => {
    await campaignOf('viec-nhe')
    const { planned, unplaced } = await plan(boundsOf(december).from)
    expect([planned, unplaced.length]).toEqual([0, 241])
    expect(unplaced[0]?.why.vi).toMatch(/Tháng đã hết/)
  })

  it('plans the province well within a second', async () => {
    await campaignOf('viec-nhe', 'cuoi-chong', 'lam-gi')
    const began = monotonicMilliseconds()
    await plan(monday, [november, december])
    // Two months of 241 stations; a generous bound for a busy machine, measured at about a tenth of it.
    expect(monotonicMilliseconds() - began).toBeLessThan(2000)
  })
})

describe('an airing that a person cancels', () => {
  beforeEach(async () => {
    await campaignOf('viec-nhe')
    await plan()
  })

  it('is planned again for a later day, and the reason stays in the books', async () => {
    const [airing] = await standing()
    await cancelAiring(desk.database, {
      airing: airing!.id,
      by: 'hoa',
      why: 'Đám tang trong thôn',
      now: monday,
    })
    expect(await plan()).toMatchObject({ planned: 1, cancelled: 0 })
    const both = await airingsOf(desk.database, { month: november, station: airing!.station })
    expect(both.map(({ cancelled, plannedAt }) => [dayOf(plannedAt), cancelled?.why])).toEqual([
      ['2026-11-24', 'Đám tang trong thôn'],
      ['2026-11-25', undefined],
    ])
  })

  it('must be there, still to come, and not cancelled before', async () => {
    const [airing] = await standing()
    const cancels = (more: { airing?: string; by?: string; why?: string; now?: string }) =>
      refusalOf(
        cancelAiring(desk.database, { airing: airing!.id, by: 'hoa', why: 'Mất điện', now: monday, ...more }),
      )
    expect((await cancels({ airing: 'air-khong-co' })).code).toBe('not_found')
    expect((await cancels({ by: 'khong-ai' })).code).toBe('not_found')
    expect((await cancels({ why: ' ' })).code).toBe('invalid')
    expect((await cancels({ why: 'audio-changed' })).code).toBe('invalid')
    expect((await cancels({ now: airing!.plannedAt })).code).toBe('conflict')
    await cancelAiring(desk.database, { airing: airing!.id, by: 'hoa', why: 'Mất điện', now: monday })
    expect((await cancels({})).code).toBe('conflict')
  })
})

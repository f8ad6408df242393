/**
 * The whole way as the demo takes it, with a text of a few seconds and four controllers: real voice,
 * real broker, the fleet a process of its own.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approvedRecordings } from '../../src/approval/index.ts'
import { recordingById } from '../../src/audio/index.ts'
import { silentLog } from '../../src/base/log.ts'
import type { Sentence } from '../../src/base/errors.ts'
import type { FinishedTrip } from '../../src/demo/trip.ts'
import { takeTheWay } from '../../src/demo/way.ts'
import type { Database } from '../../src/db/index.ts'
import { airingOutcomes } from '../../src/evidence/index.ts'
import { airingsOf } from '../../src/schedule/index.ts'
import { readScript, type ScriptSource } from '../../src/scripts/index.ts'

const devices = 4
let done: FinishedTrip
let filesBeforeDelivery = 0
let filesAfterRemoval = -1
let fleetPid = 0

beforeAll(async () => {
  done = await takeTheWay({
    registry: 'sample',
    choose: () => [shortScript()],
    devices,
    port: 0,
    leadSeconds: 6,
    spreadSeconds: 2,
    log: silentLog,
    signal: AbortSignal.timeout(150_000),
    onProgress: () => undefined,
    onReady: ({ work }) => fewNames(work.database),
    afterDelivery(trip) {
      fleetPid = trip.fleet.pid
      filesBeforeDelivery = readdirSync(trip.hub.work.audioFolder).length
      // What the devices play from now on is on their own disks.
      rmSync(trip.hub.work.audioFolder, { recursive: true })
      filesAfterRemoval = existsSync(trip.hub.work.audioFolder) ? -1 : 0
    },
  })
}, 160_000)
afterAll(async () => {
  await done.close()
})

/**
 * Units share eight names, so that eight greetings are read in place of one for each unit; all else is as many as there
 * are. What each unit is called is heard in the tests of rendering.
 */
async function fewNames(database: Database): Promise<void> {
  const names = ['Trà Leng', 'Ga Ri', 'Trà My', 'Duy Xuyên', 'Thu Bồn', 'Phước Sơn', 'Núi Thành', 'Tam Kỳ']
  const units = await database.selectFrom('unit').select('code').distinct().orderBy('code').execute()
  for (const [index, name] of names.entries()) {
    const codes = units.filter((_, at) => at % names.length === index).map(({ code }) => code)
    await database
      .updateTable('unit')
      .set({ full_name: `Xã ${name}` })
      .where('code', 'in', codes)
      .execute()
  }
}

/** A bulletin of a few seconds, so that the test need not listen for a minute. */
function shortScript(): ScriptSource {
  const source = readScript(`---
title: Thử máy
title_en: A trial
slug: thu-may
audience: [mọi người]
language: vi
valid_from: '2025-01-01'
valid_to: ''
priority: thong-thuong
demo: true
facts: []
sources: [thử]
summary_en: A trial.
---

Bà con cần giúp đỡ, xin gọi số {{hotline.national}}.
`)
  if (!source.ok) throw new Error((source.why satisfies Sentence).en)
  return source.value
}

describe('an approved script on its whole way', () => {
  it('is planned for every commune of 2021 and owed by the 78 units of today', () => {
    expect(done.report).toMatchObject({ stations: 241, airings: 241, units: 78, obligations: 78 })
  })

  it('is heard and confirmed at every controller that runs, and counted nowhere else', () => {
    expect(done.report).toMatchObject({ devices, played: devices, unknown: 0, areasMet: devices })
    const { areas } = done.coverage
    // Stations played by hand, and controllers that are not there, wait or are still to come.
    expect(areas.waiting + areas.coming).toBe(241 - devices)
    const [low, high] = done.report.metRange
    expect(low).toBe(done.report.met)
    expect(high).toBe(78)
  })

  it('is played by a process of its own over real connections: the broker counts every device', () => {
    expect(fleetPid).not.toBe(process.pid)
    // The hub is a client too.
    expect(done.report.connectedClients).toBeGreaterThanOrEqual(devices + 1)
  })

  it('is played although the hub lost its audio folder after delivery', () => {
    expect(filesBeforeDelivery).toBeGreaterThan(0)
    expect(filesAfterRemoval).toBe(0)
    expect(done.report.played).toBe(devices)
  })

  it('costs each device hardly more than the recordings themselves', () => {
    // The text is so short that documents weigh; a script of a minute stays below 1.05 (bench e2e).
    expect(done.report.bytesReceived / done.report.bytesOfRecordings).toBeLessThan(1.35)
  })

  it('leaves on every disk exactly the approved bytes', async () => {
    const { database, clock } = done.trip.hub.work
    const approved = new Set<string>()
    for (const { recording } of await approvedRecordings(database, clock.now())) {
      for (const { sha256 } of (await recordingById(database, recording)).renditions) approved.add(sha256)
    }
    for (const device of done.trip.fleet.devices) {
      const held = readdirSync(join(done.trip.folder, 'fleet', device, 'parts')).map(
        (name) => name.split('.')[0] ?? '',
      )
      expect(held).toHaveLength(2)
      expect(held.filter((sha256) => !approved.has(sha256))).toEqual([])
    }
  })

  it('shows the same figures on the page as in the report', async () => {
    const page = await (await fetch(done.trip.hub.url)).text()
    expect(page).toContain(`${String(done.report.met)} trên 78`)
    expect(page).toMatch(/tập huấn/i)
  })

  it('counts each airing once however often one asks, with the devices as witnesses', async () => {
    const { database, clock } = done.trip.hub.work
    const { month, campaign } = done.report
    const outcomes = await airingOutcomes(database, { month, campaign, now: clock.now() })
    expect(new Set(outcomes.map((one) => one.airing)).size).toBe(outcomes.length)
    const met = outcomes.filter((one) => one.state === 'met')
    expect(met.every((one) => one.by === 'device')).toBe(true)
    const airings = await airingsOf(database, { month, campaign })
    expect(
      airings
        .filter((airing) => met.some((one) => one.airing === airing.id))
        .every((airing) => airing.devices.length > 0),
    ).toBe(true)
  })
})

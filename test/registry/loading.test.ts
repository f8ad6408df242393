import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { closeDatabase, openMemoryDatabase } from '../../src/db/index.ts'
import {
  deviceTypes,
  type Edition,
  enrolDevice,
  loadedEdition,
  loadRegistry,
} from '../../src/registry/index.ts'
import { revokeDevice, stationById, stationsOf, unitByCode } from '../../src/registry/index.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import { sampleRegistry } from '../support/make-sample-registry.ts'
import { copiedFolder, devicesFolder, loadedRegistry, now, rowCounts } from './registry.ts'

const later = '2026-11-24T01:00:00.000Z'

async function replaceIn(folder: string, file: string, what: string, by: string): Promise<void> {
  const path = join(folder, file)
  const text = await readFile(path, 'utf8')
  expect(text).toContain(what)
  await writeFile(path, text.replace(what, by))
}

describe('loading the registry', () => {
  it('says how much the files hold, and keeps which edition it was', async () => {
    await using registry = await loadedRegistry()
    expect(registry.counts).toEqual({ units: 359, stations: 241, devices: 82, villages: 1617, loaded: 'new' })
    expect(await loadedEdition(registry.database)).toEqual({ edition: 'sample', sample: true, loadedAt: now })
  })

  it('writes nothing the second time', async () => {
    await using registry = await loadedRegistry()
    const before = await rowCounts(registry.database)
    const again = await loadRegistry(registry.database, {
      folder: devicesFolder,
      edition: 'sample',
      now: later,
    })
    expect(again).toEqual({ ...registry.counts, loaded: 'same' })
    expect((await loadedEdition(registry.database))?.loadedAt).toBe(now)
    expect(await rowCounts(registry.database)).toEqual(before)
  })

  it('takes a correction over and leaves keys of devices alone', async () => {
    await using registry = await loadedRegistry()
    await using copy = await copiedFolder()
    const { publicKey } = newSigningKey()
    const enrolment = { device: 'loa-20440', publicKey, passwordHash: '$7$101$AAAA$AAAA', now, by: null }
    await enrolDevice(registry.database, enrolment)
    await replaceIn(copy.folder, 'stations.csv', 'Đài truyền thanh xã Ga Ri', 'Đài truyền thanh Ga Ri')
    const again = await loadRegistry(registry.database, {
      folder: copy.folder,
      edition: 'sample',
      now: later,
    })
    expect(again.loaded).toBe('new')
    expect((await stationById(registry.database, 'tt-20440')).name).toBe('Đài truyền thanh Ga Ri')
    const row = await registry.database
      .selectFrom('device')
      .select(['public_key', 'enrolled_at'])
      .where('id', '=', 'loa-20440')
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ public_key: publicKey, enrolled_at: now })
  })

  it('goes from one edition to the other and back', async () => {
    await using registry = await loadedRegistry()
    const before = await rowCounts(registry.database)
    await loadRegistry(registry.database, { folder: devicesFolder, edition: 'all-devices', now: later })
    expect((await rowCounts(registry.database))['device']).toBe(241)
    expect((await loadedEdition(registry.database))?.edition).toBe('all-devices')
    await loadRegistry(registry.database, { folder: devicesFolder, edition: 'sample', now: later })
    expect(await rowCounts(registry.database)).toEqual(before)
  })

  it('refuses to forget a device that is enrolled; once revoked it may go', async () => {
    await using registry = await loadedRegistry()
    const device = 'loa-20437-2'
    const { publicKey } = newSigningKey()
    await enrolDevice(registry.database, {
      device,
      publicKey,
      passwordHash: '$7$101$AAAA$AAAA',
      now,
      by: null,
    })
    const other = { folder: devicesFolder, edition: 'all-devices' as Edition, now: later }
    await expect(loadRegistry(registry.database, other)).rejects.toMatchObject({
      code: 'conflict',
      sentence: {
        vi: expect.stringContaining(device) as string,
        en: expect.stringContaining(device) as string,
      },
    })
    expect((await stationsOf(registry.database)).flatMap((station) => station.devices)).toHaveLength(82)
    await revokeDevice(registry.database, { device, why: 'hỏng', now: later, by: null })
    expect((await loadRegistry(registry.database, other)).devices).toBe(241)
  })

  it('refuses to forget a device that other records still name', async () => {
    await using registry = await loadedRegistry()
    const { database } = registry
    const status = { state: 'ready', state_at: now, generation: 1, missing: 0, last_sequence: 0 }
    await database
      .insertInto('device_status')
      .values({ device_id: 'loa-20437-2', ...status })
      .execute()
    await expect(
      loadRegistry(database, { folder: devicesFolder, edition: 'all-devices', now: later }),
    ).rejects.toMatchObject({ code: 'conflict' })
    expect((await loadedEdition(database))?.edition).toBe('sample')
    expect((await rowCounts(database))['device']).toBe(82)
  })

  it.each([
    ['units.csv', '20440,2004-08-31', '2044,2004-08-31', /units\.csv:\d+: code: not a code/],
    ['units.csv', ',xa,Ga Ri,', ',lang,Ga Ri,', /units\.csv:\d+: kind: /],
    ['units.csv', '20440,2004-08-31,2025-07-01', '20440,2004-08-31,2025-02-30', /units\.csv:\d+: valid_to: /],
    [
      'units.csv',
      '20440,2004-08-31,2025-07-01',
      '20440,2004-08-31,2025-01-01',
      /0 units of the old code end on that day/,
    ],
    [
      'units.csv',
      '20443,2004-08-31,2025-07-01',
      '20443,2004-08-31,',
      /20443@2004-08-31 and 20443@2025-07-01 are in force together/,
    ],
    [
      'successions.csv',
      '20440,20443,2025-07-01',
      '20440,20455,2025-07-02',
      /0 units of the old code end on that day/,
    ],
    ['stations.csv', 'tt-20440,', 'tt-20443,', /station tt-20443 is there twice/],
    [
      'stations.csv',
      ',20440,2004-08-31,',
      ',20443,2025-07-01,',
      /tt-20440: its area 20443@2025-07-01 is not a commune of 2021-12-31/,
    ],
    ['villages.csv', 'tt-20440-1,tt-20440', 'tt-20440-1,tt-29999', /tt-20440-1: no station tt-29999/],
    [
      'devices.csv',
      'loa-20440,tt-20440',
      'loa-20440,tt-20443',
      /loa-20440: tt-20440-1 is not a village of tt-20443/,
    ],
    ['devices.csv', 'loa-20440,', 'LOA 20440,', /devices\.csv:\d+: id: not an id/],
    [
      'priority-areas.csv',
      "20437,2021,Xã Ch'ơm",
      '20437,2021,Xã Chơm',
      /priority area 20437: on 2021-12-31 not "Xã Chơm"/,
    ],
    ['types/cum-loa-mp3.json', '"rtc"', '"sundial"', /types\/cum-loa-mp3\.json: clock: /],
    ['types/cum-loa-mp3.json', '"cum-loa-mp3"', '"khac-ten"', /types\/cum-loa-mp3\.json: its id is khac-ten/],
  ])(
    'refuses a mistake in %s (%s → %s) with place and reason, and loads nothing',
    async (file, what, by, why) => {
      await using copy = await copiedFolder()
      const database = openMemoryDatabase()
      await replaceIn(copy.folder, file, what, by)
      const refused = loadRegistry(database, { folder: copy.folder, edition: 'sample', now })
      await expect(refused).rejects.toMatchObject({
        code: 'invalid',
        sentence: { vi: expect.stringMatching(why) as string, en: expect.stringMatching(why) as string },
      })
      expect(await rowCounts(database)).toMatchObject({ unit: 0, station: 0, device: 0 })
      await closeDatabase(database)
    },
  )

  it('refuses a commune that was merged away without a successor', async () => {
    await using copy = await copiedFolder()
    const database = openMemoryDatabase()
    await replaceIn(copy.folder, 'successions.csv', '20440,20443,2025-07-01', '20443,20443,2025-07-01')
    await expect(
      loadRegistry(database, { folder: copy.folder, edition: 'sample', now }),
    ).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('20440@2004-08-31: ends without a successor') as string,
    })
    await closeDatabase(database)
  })

  it('refuses a device of a type that there is no file for', async () => {
    await using copy = await copiedFolder()
    const database = openMemoryDatabase()
    await rm(join(copy.folder, 'types', 'cum-loa-mp3.json'))
    await expect(
      loadRegistry(database, { folder: copy.folder, edition: 'sample', now }),
    ).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('no device type cum-loa-mp3') as string,
    })
    await closeDatabase(database)
  })

  it('refuses a folder in which a file is missing, and says which', async () => {
    await using copy = await copiedFolder()
    const database = openMemoryDatabase()
    await rm(join(copy.folder, 'successions.csv'))
    await expect(
      loadRegistry(database, { folder: copy.folder, edition: 'sample', now }),
    ).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('successions.csv') as string,
    })
    await closeDatabase(database)
  })

  it('names at most ten of many mistakes', async () => {
    await using copy = await copiedFolder()
    const database = openMemoryDatabase()
    await appendFile(join(copy.folder, 'villages.csv'), 'x,y,z,maybe\n'.repeat(25))
    await expect(
      loadRegistry(database, { folder: copy.folder, edition: 'sample', now }),
    ).rejects.toMatchObject({ message: expect.stringMatching(/25 mistakes.*and 15 more/) as string })
    await closeDatabase(database)
  })
})

describe('the files', () => {
  it('of the sample registry are what its generator makes, byte for byte', async () => {
    const made = sampleRegistry(devicesFolder)
    expect([...made.keys()].sort()).toEqual([
      'all-devices/devices.csv',
      'all-devices/stations.csv',
      'devices.csv',
      'stations.csv',
      'villages.csv',
    ])
    for (const [file, text] of made)
      expect(await readFile(join(devicesFolder, file), 'utf8'), file).toBe(text)
  })

  it('of device types are at least three, with one that prefers Opus and one that knows MP3 only', () => {
    const types = deviceTypes(devicesFolder)
    expect(types.size).toBeGreaterThanOrEqual(3)
    expect([...types.values()].map((type) => type.codecs.join(' > ')).sort()).toEqual(
      expect.arrayContaining(['mp3', 'mp3 > opus', 'opus > mp3']),
    )
    // Opus needs the newer decoders: every type must at least play MP3.
    expect([...types.values()].every((type) => type.codecs.includes('mp3') && type.sample)).toBe(true)
  })

  it('know Quảng Nam only: the other units of Đà Nẵng are not in them', async () => {
    await using registry = await loadedRegistry()
    await expect(unitByCode(registry.database, '20242')).rejects.toMatchObject({ code: 'not_found' })
  })
})

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plusDays } from '../../src/base/calendar.ts'
import { stationById, stationsOf, stationUnitsOn, unitsOn, villagesOf } from '../../src/registry/index.ts'
import { loadedRegistry, rawRows } from './registry.ts'

let registry: Awaited<ReturnType<typeof loadedRegistry>>
beforeAll(async () => (registry = await loadedRegistry()))
afterAll(() => registry[Symbol.asyncDispose]())

/** The slow way: from the commune of 2021 line by line through the files, shares no code with the product. */
function oracle() {
  const units = rawRows('units.csv')
  const successions = rawRows('successions.csv')
  return (areaCode: string, areaFrom: string, day: string): string => {
    let unit = units.find((row) => row['code'] === areaCode && row['valid_from'] === areaFrom)!
    while (unit['valid_to'] !== '' && unit['valid_to']! <= day) {
      const ends = unit['valid_to']!
      const steps = successions.filter(
        (row) => row['old_code'] === unit['code'] && row['effective_day'] === ends,
      )
      expect(steps, `${unit['full_name']!} ends on ${ends}`).toHaveLength(1)
      unit = units.find((row) => row['code'] === steps[0]!['new_code'] && row['valid_from'] === ends)!
    }
    return `${unit['code']!}@${unit['valid_from']!}`
  }
}

describe('each succession', () => {
  it('has one unit that ends on its day and one that begins on it', () => {
    const units = rawRows('units.csv')
    const successions = rawRows('successions.csv')
    expect(successions).toHaveLength(263)
    for (const { old_code: old, new_code: next, effective_day: day } of successions) {
      expect(
        units.filter((unit) => unit['code'] === old && unit['valid_to'] === day),
        `${old!} ${day!}`,
      ).toHaveLength(1)
      expect(
        units.filter((unit) => unit['code'] === next && unit['valid_from'] === day),
        `${next!} ${day!}`,
      ).toHaveLength(1)
    }
  })

  it('leaves no commune that ended without a successor, and none that began after 2021 without a predecessor', () => {
    const communes = rawRows('units.csv').filter((unit) => unit['code']!.length === 5)
    const successions = rawRows('successions.csv')
    const ended = new Set(successions.map((row) => `${row['old_code']!} ${row['effective_day']!}`))
    const begun = new Set(successions.map((row) => `${row['new_code']!} ${row['effective_day']!}`))
    for (const { code, valid_from: from, valid_to: to } of communes) {
      if (to !== '') expect(ended).toContain(`${code!} ${to!}`)
      if (from! > '2021-12-31') expect(begun).toContain(`${code!} ${from!}`)
    }
  })
})

describe('a station', () => {
  it('belongs to exactly one unit on every day from 2021 to 2027: the one the files lead to', async () => {
    const stations = await stationsOf(registry.database)
    const slowly = oracle()
    const days = fc.integer({ min: 0, max: 7 * 365 }).map((offset) => plusDays('2021-01-01', offset))
    const turns = ['2023-04-09', '2023-04-10', '2024-12-31', '2025-01-01', '2025-06-30', '2025-07-01']
    await fc.assert(
      fc.asyncProperty(days, async (day) => {
        const units = await stationUnitsOn(registry.database, day)
        const inForce = new Set(
          (await unitsOn(registry.database, day)).map((unit) => `${unit.code}@${unit.validFrom}`),
        )
        expect(units.size).toBe(241)
        for (const station of stations) {
          const unit = units.get(station.id)!
          const key = `${unit.code}@${unit.validFrom}`
          expect(key, `${station.id} on ${day}`).toBe(slowly(station.areaCode, station.areaValidFrom, day))
          expect(inForce).toContain(key)
        }
      }),
      { numRuns: 40, examples: turns.map((day): [string] => [day]) },
    )
  })

  it('has no two units on one day: the days of each follow one another without gap or overlap', async () => {
    const rows = await registry.database
      .selectFrom('station_unit')
      .select(['station_id', 'valid_from', 'valid_to'])
      .orderBy('station_id')
      .orderBy('valid_from')
      .execute()
    for (const [index, row] of rows.entries()) {
      const next = rows[index + 1]
      if (next?.station_id === row.station_id) expect(row.valid_to).toBe(next.valid_from)
      else expect(row.valid_to).toBeNull()
    }
  })

  it('stays where it is while its commune is merged: Ga Ri is heard in Hùng Sơn now', async () => {
    const station = await stationById(registry.database, 'tt-20440')
    expect(station).toMatchObject({ areaName: 'Xã Ga Ri', formerDistrict: 'Tây Giang', kind: 'ip' })
    const before = await stationUnitsOn(registry.database, '2025-06-30')
    const after = await stationUnitsOn(registry.database, '2025-07-01')
    expect(before.get('tt-20440')).toMatchObject({ code: '20440', fullName: 'Xã Ga Ri' })
    expect(after.get('tt-20440')).toMatchObject({ code: '20443', fullName: 'Xã Hùng Sơn' })
  })

  it('keeps the district of 2021, also where that district went first: Nông Sơn', async () => {
    const stations = await stationsOf(registry.database)
    expect(new Set(stations.map((station) => station.formerDistrict)).size).toBe(18)
    expect(stations.filter((station) => station.formerDistrict === 'Nông Sơn')).toHaveLength(6)
    expect(stations.map((station) => station.id)).toEqual(stations.map((station) => station.id).sort())
  })

  it('that does not exist is not found', async () => {
    await expect(stationById(registry.database, 'tt-00000')).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('the 78 units of today', () => {
  it('share the 241 stations among them, one to five each; three have one', async () => {
    const units = await unitsOn(registry.database, '2026-11-30')
    const stationUnits = await stationUnitsOn(registry.database, '2026-11-30')
    const sizes = new Map(units.map((unit) => [unit.code, 0]))
    for (const unit of stationUnits.values()) sizes.set(unit.code, sizes.get(unit.code)! + 1)
    expect([...sizes.values()].reduce((sum, size) => sum + size)).toBe(241)
    expect(Math.min(...sizes.values())).toBe(1)
    expect(Math.max(...sizes.values())).toBe(5)
    const alone = units.filter((unit) => sizes.get(unit.code) === 1).map((unit) => unit.fullName)
    expect(alone).toEqual(['Xã Tam Hải', 'Xã Tân Hiệp', 'Xã Thạnh Mỹ'])
  })
})

describe('the sample registry', () => {
  it('has 76 IP stations, 7 wired ones and 158 on FM', async () => {
    const stations = await stationsOf(registry.database)
    const of = (kind: string) => stations.filter((station) => station.kind === kind)
    expect([of('ip').length, of('wired').length, of('fm').length]).toEqual([76, 7, 158])
    expect(of('ip').every((station) => station.devices.length > 0)).toBe(true)
    expect([...of('wired'), ...of('fm')].every((station) => station.devices.length === 0)).toBe(true)
  })

  it('has 25 units that devices alone can meet, all six border units among them, and others met in part', async () => {
    const stations = await stationsOf(registry.database)
    const unitOf = await stationUnitsOn(registry.database, '2026-11-30')
    const shares = new Map<string, { name: string; ip: number; all: number }>()
    for (const station of stations) {
      const unit = unitOf.get(station.id)!
      const share = shares.get(unit.code) ?? { name: unit.name, ip: 0, all: 0 }
      share.all += 1
      if (station.kind === 'ip') share.ip += 1
      shares.set(unit.code, share)
    }
    const complete = [...shares.values()].filter((share) => share.ip === share.all).map((share) => share.name)
    expect(complete).toHaveLength(25)
    expect(complete).toEqual(
      expect.arrayContaining([
        'Hùng Sơn',
        'Tây Giang',
        'Avương',
        'La Êê',
        'La Dêê',
        'Đắc Pring',
        'Trà Leng',
        'Trà Tập',
      ]),
    )
    expect(
      [...shares.values()].filter((share) => share.ip > 0 && share.ip < share.all).length,
    ).toBeGreaterThan(15)
  })

  it('marks everything it invented as sample', async () => {
    const stations = await stationsOf(registry.database)
    expect(stations.every((station) => station.sample)).toBe(true)
    expect(stations.flatMap((station) => station.devices).every((device) => device.sample)).toBe(true)
    for (const { id } of stations.slice(0, 20)) {
      expect((await villagesOf(registry.database, id)).every((village) => village.sample)).toBe(true)
    }
  })

  it('has four to nine villages for each station, each heard from exactly one device where there is one', async () => {
    for (const station of await stationsOf(registry.database)) {
      const villages = await villagesOf(registry.database, station.id)
      expect(villages).toHaveLength(station.villages)
      expect(villages.length).toBeGreaterThanOrEqual(4)
      expect(villages.length).toBeLessThanOrEqual(9)
      const devicesEach = station.devices.length === 0 ? 0 : 1
      expect(villages.map((village) => village.devices.length)).toEqual(villages.map(() => devicesEach))
    }
  })

  it('has six stations with two devices, each serving villages of its own', async () => {
    const stations = await stationsOf(registry.database)
    const two = stations.filter((station) => station.devices.length === 2)
    expect(two).toHaveLength(6)
    const chom = two.find((station) => station.id === 'tt-20437')!
    expect(chom.devices).toMatchObject([
      { id: 'loa-20437', villages: 4 },
      { id: 'loa-20437-2', villages: 4 },
    ])
    expect(stations.flatMap((station) => station.devices)).toHaveLength(82)
  })
})

describe('the edition with a device everywhere', () => {
  it('has 241 IP stations with one device each, which serves all villages, and is marked as sample', async () => {
    await using all = await loadedRegistry('all-devices')
    const stations = await stationsOf(all.database)
    expect(stations).toHaveLength(241)
    for (const station of stations) {
      expect(station.kind).toBe('ip')
      const { id, areaCode, villages } = station
      expect(station.devices).toMatchObject([{ id: `loa-${areaCode}`, villages, sample: true }])
      expect(id).toBe(`tt-${areaCode}`)
    }
  })
})

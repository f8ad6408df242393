import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Unit } from '../../src/registry/index.ts'
import { findUnits, priorityAreas, unitByCode, unitsOn } from '../../src/registry/index.ts'
import { loadedRegistry } from './registry.ts'

let registry: Awaited<ReturnType<typeof loadedRegistry>>
beforeAll(async () => (registry = await loadedRegistry()))
afterAll(() => registry[Symbol.asyncDispose]())

function kinds(units: readonly Unit[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { kind } of units) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

describe('the communes of Quảng Nam through time', () => {
  it.each([
    ['2021-12-31', 241, { xa: 203, phuong: 25, thi_tran: 13 }, 18],
    ['2023-04-09', 241, { xa: 203, phuong: 25, thi_tran: 13 }, 18],
    ['2023-04-10', 241, { xa: 197, phuong: 30, thi_tran: 14 }, 18],
    ['2024-12-31', 241, { xa: 197, phuong: 30, thi_tran: 14 }, 18],
    ['2025-01-01', 233, { xa: 190, phuong: 29, thi_tran: 14 }, 17],
    ['2025-06-30', 233, { xa: 190, phuong: 29, thi_tran: 14 }, 17],
    ['2025-07-01', 78, { xa: 67, phuong: 11 }, 0],
    ['2026-11-23', 78, { xa: 67, phuong: 11 }, 0],
  ])('on %s there are %i, of these kinds, in so many districts', async (day, count, ofKind, districts) => {
    const units = await unitsOn(registry.database, day)
    expect(units).toHaveLength(count)
    expect(kinds(units)).toEqual(ofKind)
    expect(new Set(units.map((unit) => unit.code)).size).toBe(count)
    expect(await unitsOn(registry.database, day, 'district')).toHaveLength(districts)
  })

  it('are listed as a Vietnamese dictionary orders them: Đ after D, not at the end', async () => {
    const names = (await unitsOn(registry.database, '2026-11-23')).map((unit) => unit.name)
    expect(names.slice(0, 3)).toEqual(['An Thắng', 'Avương', 'Bàn Thạch'])
    expect(names.indexOf('Duy Xuyên')).toBeLessThan(names.indexOf('Đại Lộc'))
    expect(names.indexOf('Đồng Dương')).toBeLessThan(names.indexOf('Gò Nổi'))
  })

  it('carry population and area where a source gave them, and nothing where none did', async () => {
    const hungSon = await unitByCode(registry.database, '20443', '2026-01-01')
    expect(hungSon).toMatchObject({
      fullName: 'Xã Hùng Sơn',
      parentCode: '48',
      population: 7958,
      areaKm2: 287.95,
    })
    const aXan = await unitByCode(registry.database, '20443', '2021-12-31')
    expect(aXan).toMatchObject({ fullName: 'Xã A Xan', parentCode: '504', population: null, areaKm2: null })
  })

  it('are known as border, mountain and poor communes by the codes of the day', async () => {
    const before = await priorityAreas(registry.database, '2025-06-30')
    const after = await priorityAreas(registry.database, '2025-07-01')
    expect([...before.values()].filter((area) => area.border)).toHaveLength(14)
    expect([...after.values()].filter((area) => area.border)).toHaveLength(6)
    expect(before.get('20947')).toMatchObject({ regionClass: 'III', mountain: true, languages: ['Xơ Đăng'] })
    expect(before.get('20395')).toMatchObject({ regionClass: null, border: false, languages: [] })
    expect(before.get('20335')).toBeUndefined()
  })
})

describe('a code', () => {
  it('names the unit in force on the day that is asked for', async () => {
    expect((await unitByCode(registry.database, '20443', '2025-06-30')).fullName).toBe('Xã A Xan')
    expect((await unitByCode(registry.database, '20443', '2025-07-01')).fullName).toBe('Xã Hùng Sơn')
    expect((await unitByCode(registry.database, '20401', '2025-06-30')).fullName).toBe('Phường Tân An')
    expect((await unitByCode(registry.database, '20401', '2025-07-01')).fullName).toBe('Phường Hội An Tây')
  })

  it('needs no day when only one unit ever had it', async () => {
    expect((await unitByCode(registry.database, '20440')).fullName).toBe('Xã Ga Ri')
  })

  it('that named several units in time is refused without a day, and each is listed with its dates', async () => {
    await expect(unitByCode(registry.database, '20443')).rejects.toMatchObject({
      code: 'conflict',
      sentence: {
        vi: 'Mã 20443 đã dùng cho nhiều đơn vị theo thời gian: Xã A Xan (đến 30/06/2025); Xã Hùng Sơn (từ 01/07/2025 đến nay). Hãy cho biết ngày.',
        en: 'Code 20443 named several units in time: Xã A Xan (to 30/06/2025); Xã Hùng Sơn (from 01/07/2025 to this day). Say which day is meant.',
      },
    })
  })

  it('that nobody ever had is not found', async () => {
    await expect(unitByCode(registry.database, '99999')).rejects.toMatchObject({
      code: 'not_found',
      sentence: {
        vi: expect.stringContaining('99999') as string,
        en: expect.stringContaining('99999') as string,
      },
    })
  })

  it('that nobody had on the day is not found, and the sentence says whose it was', async () => {
    await expect(unitByCode(registry.database, '20602', '2026-01-01')).rejects.toMatchObject({
      code: 'not_found',
      sentence: { vi: expect.stringContaining('Xã Duy Thu (đến 31/12/2024)') as string },
    })
  })
})

describe('searching for a unit', () => {
  async function found(query: string, day?: string): Promise<string[]> {
    const units = await findUnits(registry.database, query, day === undefined ? {} : { day })
    return units.map((unit) => unit.fullName)
  }

  it.each([
    ['tra cang', ['Xã Trà Cang']],
    ['TRÀ CANG', ['Xã Trà Cang']],
    ['xã trà cang', ['Xã Trà Cang']],
    ['cang', ['Xã Trà Cang']],
    ['dai loc', ['Xã Đại Lộc', 'Huyện Đại Lộc']],
    ['huyen dai loc', ['Huyện Đại Lộc']],
    ['ch om', ["Xã Ch'ơm"]],
    ['chom', ["Xã Ch'ơm"]],
    ['Ch’ơm', ["Xã Ch'ơm"]],
    ["tr'hy", ["Xã Tr'Hy"]],
    ['axan', ['Xã A Xan']],
    ['Gari', ['Xã Ga Ri']],
    ['ga ry', ['Xã Ga Ri']],
    ['la de', ['Xã La Dêê', 'Xã La Dêê']],
    ['avuong', ['Xã A Vương', 'Xã Avương']],
    ['20443', ['Xã A Xan', 'Xã Hùng Sơn']],
    ['không có xã này', []],
    ['%', []],
    ['   ', []],
  ])('%j finds %j', async (query, names) => {
    expect(await found(query)).toEqual(names)
  })

  it('puts what is written with its diacritics before what only sounds alike', async () => {
    expect((await found('Tam Thành'))[0]).toBe('Xã Tam Thành')
    expect((await found('Tam Thanh'))[0]).toBe('Xã Tam Thanh')
    expect((await found('tam thanh')).slice(0, 2).sort()).toEqual(['Xã Tam Thanh', 'Xã Tam Thành'])
  })

  it('on a day finds what is in force, and for a name of the past what became of it', async () => {
    expect(await found('dai loc', '2026-01-01')).toEqual(['Xã Đại Lộc'])
    const [unit] = await findUnits(registry.database, 'tra cang', { day: '2026-01-01' })
    expect(unit).toMatchObject({ fullName: 'Xã Trà Tập', formerly: 'Xã Trà Cang' })
    expect(await found('duy thu', '2026-01-01')).toEqual(['Xã Thu Bồn'])
    expect(await found('duy thu', '2025-03-01')).toEqual(['Xã Duy Tân'])
    expect(await found('hung son', '2021-12-31')).toEqual([])
  })

  it('never answers with more than 50, however little is typed', async () => {
    expect(await found('xa')).toHaveLength(50)
    expect(await found('t'.repeat(5000))).toEqual([])
  })
})

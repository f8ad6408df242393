import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coverageCsv } from '../../src/reports/csv.ts'
import { covered, coverageIn, monthFacts } from '../support/ledger-month.ts'

const twoUnits = `
  month  2026-11
  now    2026-11-30 12:00
  unit   tra-leng
  area   tra-leng leng-1
  area   tra-leng leng-2
  area   tra-leng leng-3
  unit   an-phu
  area   an-phu   an-phu-1  tam-ky
  airing a1 leng-1   2026-11-03 05:00 60s devices loa-a:3
  airing a2 leng-2   2026-11-03 05:00 60s
  airing a3 leng-3   2026-11-03 05:00 60s devices loa-c:1
  airing a4 an-phu-1 2026-11-03 05:00 60s devices loa-d:1
`

describe('coverage of a month', () => {
  it('meets a unit when every former commune in it heard the message', () => {
    expect(
      covered(`${twoUnits}
        played a1 loa-a
        says   lan a2 played
        signs  minh lan a2
        played a3 loa-c
        played a4 loa-d
      `),
    ).toBe('tra-leng: 3 of 3 areas, met\nan-phu: 1 of 1 areas, met\n2 of 2 met, between 2 and 2')
  })

  it('otherwise says how many of its areas did, and what is open is not met', () => {
    expect(
      covered(`${twoUnits}
        played a1 loa-a
        says   lan a2 played
        played a3 loa-c
        played a4 loa-d
      `),
    ).toBe('tra-leng: 2 of 3 areas, waiting\nan-phu: 1 of 1 areas, met\n1 of 2 met, between 1 and 2')
  })

  it('puts the worst first: one missed area is enough to miss the obligation', () => {
    expect(
      covered(`${twoUnits}
        played a1 loa-a
        played a3 loa-c
        missed a4 loa-d power
      `),
    ).toBe('an-phu: 0 of 1 areas, missed\ntra-leng: 2 of 3 areas, waiting\n0 of 2 met, between 0 and 1')
  })

  it('counts an area once, however many airings and receipts speak of it', () => {
    expect(
      covered(`${twoUnits}
        airing a5 an-phu-1 2026-11-09 05:00 60s attempt 2 devices loa-d:1
        missed a4 loa-d power
        played a5 loa-d
        played a5 loa-d
      `),
    ).toContain('an-phu: 1 of 1 areas, met')
  })

  it('does not count a play of another month', () => {
    const edge = (time: string): string =>
      covered(`
        month  2026-11
        now    2026-12-02 12:00
        unit   an-phu
        area   an-phu an-phu-1
        airing a1 an-phu-1 ${time} 60s devices loa-a:3
        played a1 loa-a
      `)
    expect(edge('2026-11-01 00:00')).toContain('an-phu: 1 of 1 areas, met')
    expect(edge('2026-11-30 23:58')).toContain('an-phu: 1 of 1 areas, met')
    expect(edge('2026-10-31 23:59')).toContain('an-phu: 0 of 1 areas, missed')
    expect(edge('2026-12-01 00:00')).toContain('an-phu: 0 of 1 areas, missed')
  })

  it('shows an area without an airing as still to come while the month lasts, then as missed', () => {
    const none = 'month 2026-11\nnow 2026-11-30 23:59\nunit an-phu\narea an-phu an-phu-1'
    expect(coverageIn(monthFacts(none)).areas).toMatchObject({ total: 1, unplanned: 1, missed: 0 })
    expect(covered(none)).toBe('an-phu: 0 of 1 areas, coming\n0 of 1 met, between 0 and 1')
    const over = none.replace('2026-11-30 23:59', '2026-12-01 00:00')
    expect(covered(over)).toBe('an-phu: 0 of 1 areas, missed\n0 of 1 met, between 0 and 0')
    expect(coverageIn(monthFacts(over)).units[0]?.areas[0]?.why?.en).toBe(
      'No airing was planned for this station in the month.',
    )
  })

  it('never takes a unit without any area for met', () => {
    expect(covered('month 2026-11\nnow 2026-11-30 23:59\nunit hoang-sa')).toContain(
      'hoang-sa: 0 of 0 areas, coming',
    )
    expect(covered('month 2026-11\nnow 2026-12-01 00:00\nunit hoang-sa')).toContain(
      'hoang-sa: 0 of 0 areas, missed',
    )
  })

  it('adds up the former districts, worst first', () => {
    const { districts } = coverageIn(
      monthFacts(`${twoUnits}played a4 loa-d\nplayed a1 loa-a\nmissed a3 loa-c power`),
    )
    expect(districts).toEqual([
      { name: 'nam-tra-my', areas: 3, met: 1, waiting: 1, missed: 1, unknown: 0, coming: 0, unplanned: 0 },
      { name: 'tam-ky', areas: 1, met: 1, waiting: 0, missed: 0, unknown: 0, coming: 0, unplanned: 0 },
    ])
  })

  it('is the same in whatever order the facts are told, and its sums agree', () => {
    const words = fc.constantFrom('played', 'missed', 'refused', 'partial')
    const told = fc.array(fc.tuple(words, fc.constantFrom('a1 loa-a', 'a3 loa-c', 'a4 loa-d')), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(told, (lines) => {
        const facts = monthFacts(twoUnits + lines.map(([word, what]) => `${word} ${what}`).join('\n'))
        const reversed = {
          ...facts,
          units: facts.units.toReversed(),
          areas: facts.areas.toReversed(),
          airings: facts.airings.toReversed(),
          receipts: [...facts.receipts, ...facts.receipts].toReversed(),
        }
        const found = coverageIn(facts)
        expect(coverageIn(reversed)).toEqual(found)
        const { total, ...counts } = found.areas
        const sum = (numbers: number[]): number => numbers.reduce((all, one) => all + one, 0)
        expect(sum(Object.values(counts))).toBe(total)
        expect(sum(found.districts.map(({ areas }) => areas))).toBe(total)
        expect(sum(found.units.map(({ areasDue }) => areasDue))).toBe(total)
        expect(sum(found.units.map(({ areasMet }) => areasMet))).toBe(found.areas.met)
        expect(found.metRange[0]).toBe(found.units.filter((unit) => unit.areasMet === unit.areasDue).length)
      }),
      { numRuns: 150 },
    )
  })
})

describe('coverage as CSV', () => {
  const facts = monthFacts(`${twoUnits}played a1 loa-a\nplayed a4 loa-d\nmissed a3 loa-c power`)

  it('has a byte order mark, a Vietnamese header and one line for each unit, worst first', () => {
    const [header, ...lines] = coverageCsv(coverageIn(facts)).split('\r\n')
    expect(header).toBe(
      '\uFEFFTT,Tháng,Mã đơn vị,Có hiệu lực từ,Đơn vị,Khu vực đạt,Tổng khu vực,Đạt/Không đạt,Ngày phát gần nhất,Nguồn xác nhận,Lý do',
    )
    expect(lines[0]).toMatch(
      /^1,2026-11,tra-leng,01\/07\/2025,Xã tra-leng,1,3,Không đạt,03\/11\/2026,Thiết bị,leng-2: /,
    )
    expect(lines[1]).toBe('2,2026-11,an-phu,01/07/2025,Xã an-phu,1,1,Đạt,03/11/2026,Thiết bị,')
    expect(lines[2]).toBe('')
  })

  it('defuses what a spreadsheet would run as a formula', () => {
    const [unit] = facts.units
    const csv = coverageCsv(
      coverageIn({ ...facts, units: [{ ...unit!, fullName: '=HYPERLINK("http://x")' }] }),
    )
    expect(csv).toContain(`"'=HYPERLINK(""http://x"")"`)
  })
})

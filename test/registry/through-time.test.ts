import { describe, expect, it } from 'vitest'
import {
  isInForce,
  keyText,
  resolveSuccession,
  spansOf,
  successorsOf,
  unitProblems,
  unitsItBecame,
} from '../../src/registry/through-time.ts'

/** "code from to parent", one unit a line; "-" = none. */
function ledger(text: string) {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [code, validFrom, validTo, parentCode] = line.trim().split(/ +/) as [
        string,
        string,
        string,
        string,
      ]
      const orNone = (word: string) => (word === '-' ? null : word)
      return { code, validFrom, validTo: orNone(validTo), parentCode: orNone(parentCode) }
    })
}

const units = ledger(`
  48     1997-01-01  -           -
  20001  2004-08-31  2025-01-01  48
  20002  2004-08-31  2025-01-01  48
  20002  2025-01-01  2025-07-01  48
  20001  2025-07-01  -           48
  20003  2025-07-01  -           48
`)
const byKey = new Map(units.map((unit) => [keyText(unit), unit]))

function steps(...lines: [oldCode: string, newCode: string, effectiveDay: string][]) {
  return lines.map(([oldCode, newCode, effectiveDay]) => {
    const resolved = resolveSuccession(units, { oldCode, newCode, effectiveDay })
    if (!resolved.ok) throw new Error(resolved.why)
    return resolved.value
  })
}

const merged = steps(
  ['20001', '20002', '2025-01-01'],
  ['20002', '20002', '2025-01-01'],
  ['20002', '20001', '2025-07-01'],
)

describe('a unit through time', () => {
  it('is in force from its first day on, and no longer on the day it ends', () => {
    const unit = { validFrom: '2025-01-01', validTo: '2025-07-01' }
    expect(
      ['2024-12-31', '2025-01-01', '2025-06-30', '2025-07-01'].map((day) => isInForce(unit, day)),
    ).toEqual([...[false, true, true, false]])
  })

  it('is followed through two mergers, even back to a code used before', () => {
    const area = { code: '20001', validFrom: '2004-08-31' }
    expect(spansOf(area, byKey, successorsOf(merged))).toEqual({
      ok: true,
      value: [
        { from: '2004-08-31', to: '2025-01-01', unit: area },
        { from: '2025-01-01', to: '2025-07-01', unit: { code: '20002', validFrom: '2025-01-01' } },
        { from: '2025-07-01', to: null, unit: { code: '20001', validFrom: '2025-07-01' } },
      ],
    })
  })

  it('that was split leaves a station in doubt, and says so; a search shows both parts', () => {
    const split = [...merged, ...steps(['20002', '20003', '2025-07-01'])]
    const area = { code: '20001', validFrom: '2004-08-31' }
    expect(spansOf(area, byKey, successorsOf(split))).toEqual({
      ok: false,
      why: '20002@2025-01-01: was split',
    })
    const became = unitsItBecame(byKey.get(keyText(area))!, '2026-01-01', byKey, successorsOf(split))
    expect(became.map(keyText)).toEqual(['20001@2025-07-01', '20003@2025-07-01'])
  })

  it('that ended without a successor leaves a station nowhere, and says so', () => {
    const lost = successorsOf(merged.slice(0, 1))
    expect(spansOf({ code: '20001', validFrom: '2004-08-31' }, byKey, lost)).toEqual({
      ok: false,
      why: '20002@2025-01-01: ends without a successor',
    })
  })

  it('is not yet anything before its first day', () => {
    expect(unitsItBecame(units[1]!, '2000-01-01', byKey, successorsOf(merged))).toEqual([])
  })
})

describe('a list of units', () => {
  it('with nothing wrong has no problem', () => {
    expect(unitProblems(units, merged)).toEqual([])
  })

  it('is told what is wrong with it: overlap, no end, no parent, no successor', () => {
    const wrong = ledger(`
      48     1997-01-01  -           -
      20001  2004-08-31  2025-07-02  48
      20001  2025-07-01  -           48
      20002  2004-08-31  2004-08-31  48
      20004  2004-08-31  -           49
    `)
    expect(unitProblems(wrong, [])).toEqual([
      '20001@2004-08-31 and 20001@2025-07-01 are in force together',
      '20002@2004-08-31: ends before it begins',
      '20004@2004-08-31: no parent in force',
      '20001@2004-08-31: ends without a successor',
      '20002@2004-08-31: ends without a successor',
    ])
  })
})

/**
 * Units through time. Pure: the rules by which a place belongs to one unit on any day, whatever was
 * merged, renamed or given a used code.
 */
import { strict as assert } from 'node:assert'
import type { Day } from '../base/calendar.ts'
import type { Parsed } from '../base/errors.ts'
import type { Level, Span, Succession, UnitKey } from './shapes.ts'

/** The day whose 241 communes have a station each: after the mergers of 2020, before those of 2025. */
export const surveyDay: Day = '2021-12-31'
/** The first day of the units of today. */
export const mergerDay: Day = '2025-07-01'

/** What these rules need to know of a unit. */
export type UnitInTime = UnitKey & { validTo: Day | null; parentCode: string | null }

/** A line of the list of successions: it names units by code and the day on which one became the other. */
export type SuccessionLine = { oldCode: string; newCode: string; effectiveDay: Day }

/** Level by the length of the code: 2 digits province, 3 district, 5 commune. */
export function levelOf(code: string): Level {
  assert.match(code, /^(\d{2}|\d{3}|\d{5})$/)
  return code.length === 2 ? 'province' : code.length === 3 ? 'district' : 'commune'
}

/** Whether the unit is in force on the day: from `validFrom` on, and no longer on `validTo`. */
export function isInForce(unit: { validFrom: Day; validTo: Day | null }, day: Day): boolean {
  return unit.validFrom <= day && (unit.validTo === null || day < unit.validTo)
}

/** A key as text, for maps. */
export function keyText(key: UnitKey): string {
  return `${key.code}@${key.validFrom}`
}

/** The line's two units: the one of the old code that ends on the day, the one of the new code that begins on it. */
export function resolveSuccession(units: readonly UnitInTime[], line: SuccessionLine): Parsed<Succession> {
  const old = units.filter((unit) => unit.code === line.oldCode && unit.validTo === line.effectiveDay)
  const next = units.filter((unit) => unit.code === line.newCode && unit.validFrom === line.effectiveDay)
  const [from] = old
  const [to] = next
  const said = `${line.oldCode} -> ${line.newCode} on ${line.effectiveDay}`
  if (from === undefined || old.length > 1) {
    return { ok: false, why: `${said}: ${old.length} units of the old code end on that day` }
  }
  if (to === undefined || next.length > 1) {
    return { ok: false, why: `${said}: ${next.length} units of the new code begin on that day` }
  }
  return {
    ok: true,
    value: {
      old: { code: from.code, validFrom: from.validFrom },
      new: { code: to.code, validFrom: to.validFrom },
    },
  }
}

/** What is wrong with the list of units, each as a sentence; empty when a place belongs to one unit on any day. */
export function unitProblems(units: readonly UnitInTime[], successions: readonly Succession[]): string[] {
  const succeeded = new Set(successions.map((succession) => keyText(succession.old)))
  return [
    ...overlapProblems(units),
    ...units.filter((unit) => !hasParent(units, unit)).map((unit) => `${keyText(unit)}: no parent in force`),
    // Districts ended on 1 July 2025 without a successor; a commune never may.
    ...units
      .filter((unit) => levelOf(unit.code) === 'commune' && unit.validTo !== null)
      .filter((unit) => !succeeded.has(keyText(unit)))
      .map((unit) => `${keyText(unit)}: ends without a successor`),
  ]
}

function overlapProblems(units: readonly UnitInTime[]): string[] {
  const ordered = [...units].sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1))
  const problems: string[] = []
  for (const [index, unit] of ordered.entries()) {
    if (unit.validTo !== null && unit.validTo <= unit.validFrom)
      problems.push(`${keyText(unit)}: ends before it begins`)
    const next = ordered[index + 1]
    if (next?.code !== unit.code) continue
    if (unit.validTo === null || unit.validTo > next.validFrom) {
      problems.push(`${keyText(unit)} and ${keyText(next)} are in force together`)
    }
  }
  return problems
}

// Parents are known from the earliest list on (2004); a unit's parent must be there on its last day.
function hasParent(units: readonly UnitInTime[], unit: UnitInTime): boolean {
  if (unit.parentCode === null) return levelOf(unit.code) === 'province'
  return units.some(
    (parent) =>
      parent.code === unit.parentCode &&
      (unit.validTo === null ? parent.validTo === null : parent.validFrom < unit.validTo) &&
      (parent.validTo === null || parent.validTo > unit.validFrom),
  )
}

/** Successors by the old unit's key. */
export type Successors = ReadonlyMap<string, readonly UnitKey[]>

export function successorsOf(successions: readonly Succession[]): Successors {
  const successors = new Map<string, UnitKey[]>()
  for (const succession of successions) {
    const key = keyText(succession.old)
    successors.set(key, [...(successors.get(key) ?? []), succession.new])
  }
  return successors
}

/**
 * The units the area belongs to, one after the other without a gap, from its own beginning to this
 * day. Not possible (with the reason) when a unit on the way was split or ended without a successor:
 * then somebody must say to which part the area belongs.
 */
export function spansOf(
  area: UnitKey,
  units: ReadonlyMap<string, UnitInTime>,
  successors: Successors,
): Parsed<Span[]> {
  const spans: Span[] = []
  let key = area
  // Bounded: every step is later than the one before, so no unit is visited twice.
  while (spans.length < units.size) {
    const unit = units.get(keyText(key))
    if (unit === undefined) return { ok: false, why: `${keyText(key)}: no such unit` }
    const from = spans.at(-1)?.to ?? unit.validFrom
    assert.equal(unit.validFrom, from, 'a successor begins on the day its predecessor ends')
    spans.push({ from, to: unit.validTo, unit: { code: unit.code, validFrom: unit.validFrom } })
    if (unit.validTo === null) return { ok: true, value: spans }
    const [next, other] = successors.get(keyText(unit)) ?? []
    if (next === undefined) return { ok: false, why: `${keyText(unit)}: ends without a successor` }
    if (other !== undefined) return { ok: false, why: `${keyText(unit)}: was split` }
    key = next
  }
  return { ok: false, why: `${keyText(area)}: its successions go in a circle` }
}

/**
 * What became of a unit by a day: itself while it is in force, otherwise its successors of that day
 * (several after a split). Empty when the day is before it, or when it ended without a successor.
 */
export function unitsItBecame<U extends UnitInTime>(
  unit: U,
  day: Day,
  units: ReadonlyMap<string, U>,
  successors: Successors,
): U[] {
  if (day < unit.validFrom) return []
  let wave: U[] = [unit]
  const became: U[] = []
  // Bounded: each wave is later than the one before, and no unit list is longer than its days.
  while (wave.length > 0) {
    became.push(...wave.filter((each) => isInForce(each, day)))
    const next = new Map<string, U>()
    for (const each of wave) {
      if (isInForce(each, day)) continue
      for (const key of successors.get(keyText(each)) ?? []) {
        const found = units.get(keyText(key))
        if (found !== undefined && found.validFrom <= day) next.set(keyText(key), found)
      }
    }
    wave = [...next.values()]
  }
  return became
}

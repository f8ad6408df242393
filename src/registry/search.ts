/** Finding a unit by what a person types. Pure. */
import { byVietnameseName, foldName } from '../base/text.ts'
import type { Day } from '../base/calendar.ts'
import type { FoundUnit, Unit } from './shapes.ts'
import { isInForce, keyText, type Successors, unitsItBecame } from './through-time.ts'

/** Most units one search answers with. */
export const foundMax = 50
/** Longer queries are cut: no name is longer. */
const queryMax = 100

/** Best first: the name as written, without diacritics, another spelling, its beginning, a word's beginning. */
const ranks = { exact: 0, folded: 1, variant: 2, beginning: 3, word: 4 } as const

/**
 * The units whose code, name, full name or other spelling answers to the query, best first, at most
 * 50. Diacritics, case, apostrophes and spaces do not matter ("ch om" and "chom" are Ch'ơm, "axan" is
 * A Xan); what is typed with the right diacritics comes first.
 *
 * Without a day: every version of a unit through time. With a day: the units in force on it; a name
 * of the past then finds what the unit has become, with `formerly` saying what it was.
 */
export function searchUnits(
  query: string,
  units: readonly Unit[],
  variants: ReadonlyMap<string, readonly string[]>,
  successors: Successors,
  day?: Day,
): FoundUnit[] {
  const wanted = query.normalize('NFC').slice(0, queryMax).trim()
  if (foldName(wanted) === '') return []
  const byKey = new Map(units.map((unit) => [keyText(unit), unit]))
  const found = new Map<string, { rank: number; unit: FoundUnit }>()

  function offer(unit: Unit, rank: number, formerly: string | null): void {
    const known = found.get(keyText(unit))
    const better = known === undefined || rank < known.rank
    if (better) found.set(keyText(unit), { rank, unit: { ...unit, formerly } })
  }

  for (const unit of units) {
    const rank = rankOf(wanted, unit, variants.get(keyText(unit)) ?? [])
    if (rank === undefined) continue
    if (day === undefined || isInForce(unit, day)) offer(unit, rank, null)
    // Names in force come before names of the past that answer equally well.
    else
      for (const now of unitsItBecame(unit, day, byKey, successors))
        offer(now, rank + 0.5, formerlyOf(unit, now))
  }
  return [...found.values()]
    .sort(byRank)
    .slice(0, foundMax)
    .map((each) => each.unit)
}

// A version of the same name is not a former name.
function formerlyOf(unit: Unit, now: Unit): string | null {
  return unit.fullName === now.fullName ? null : unit.fullName
}

function byRank(a: { rank: number; unit: Unit }, b: { rank: number; unit: Unit }): number {
  return (
    a.rank - b.rank ||
    byVietnameseName(a.unit.name, b.unit.name) ||
    (keyText(a.unit) < keyText(b.unit) ? -1 : 1)
  )
}

function rankOf(wanted: string, unit: Unit, variants: readonly string[]): number | undefined {
  const names = [unit.name, unit.fullName]
  const lower = wanted.toLocaleLowerCase('vi')
  if (wanted === unit.code || names.some((name) => name.toLocaleLowerCase('vi') === lower)) return ranks.exact
  const folded = foldName(wanted)
  const joined = withoutSpaces(folded)
  if (names.some((name) => withoutSpaces(foldName(name)) === joined)) return ranks.folded
  if (variants.some((name) => withoutSpaces(foldName(name)) === joined)) return ranks.variant
  const all = [...names, ...variants].map(foldName)
  if (all.some((name) => withoutSpaces(name).startsWith(joined))) return ranks.beginning
  return all.some((name) => ` ${name}`.includes(` ${folded}`)) ? ranks.word : undefined
}

function withoutSpaces(text: string): string {
  return text.replaceAll(' ', '')
}

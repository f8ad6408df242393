/** Which units somebody sees: all, or those they are bound to and what these became. */
import type { Day } from '../../base/calendar.ts'
import type { Db } from '../../db/index.ts'
import type { UnitKey } from '../shapes.ts'
import { keyText, successorsOf } from '../through-time.ts'

/** The keys of units as text, or every unit there is. */
export type Scope = 'all' | ReadonlySet<string>

/**
 * What an operator bound to these units sees on a day: the units themselves, for the months in which they were in
 * force, and every unit they became since, however many mergers lie between. Somebody bound to none sees none.
 */
export async function scopeOf(db: Db, bound: readonly UnitKey[], day: Day): Promise<Scope> {
  if (bound.length === 0) return new Set()
  const steps = await db
    .selectFrom('succession')
    .select(['old_code', 'old_valid_from', 'new_code', 'effective_day'])
    .where('effective_day', '<=', day)
    .execute()
  const successors = successorsOf(
    steps.map((step) => ({
      old: { code: step.old_code, validFrom: step.old_valid_from },
      new: { code: step.new_code, validFrom: step.effective_day },
    })),
  )
  const seen = new Set(bound.map(keyText))
  let wave = [...bound]
  // Bounded: no unit is entered twice.
  while (wave.length > 0) {
    const next = wave
      .flatMap((unit) => successors.get(keyText(unit)) ?? [])
      .filter((unit) => !seen.has(keyText(unit)))
    for (const unit of next) seen.add(keyText(unit))
    wave = next
  }
  return seen
}

/** Whether the scope has the unit. */
export function covers(scope: Scope, unit: UnitKey | undefined): boolean {
  return scope === 'all' || (unit !== undefined && scope.has(keyText(unit)))
}

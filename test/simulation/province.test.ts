import { describe, expect, it } from 'vitest'
import { badLuck, run, type Run, seeds, storm } from '../support/simulation-run.ts'

/** Three days: eight campaigns, seven stations, seven controllers. */
const days = 3
const minute = 60_000

// Every run checks all of it and throws with the seed and the last steps when one of these does not hold: nothing
// unapproved is ever heard, and nothing out of its time; each airing that ended on a device has one receipt in the
// hub, and none has two; a sound is repeated only after a power cut; no device goes back to an older plan; when all
// is well again nobody lacks anything, waits for anything or is missing on the broker, and coverage is what the
// loudspeakers' log says. LOA_SEED runs other seeds.
describe('days on which hub, broker, links, power, cards and loudspeakers fail at any moment', () => {
  const lived: Run[] = []
  const live = async (seed: number, weather: typeof storm): Promise<void> => {
    lived.push(await run(seed, days, weather))
  }

  it.each(seeds([2]))(
    'are told as they were, though somebody forges on the broker (seed %i)',
    (seed) => live(seed, storm),
    minute,
  )

  it.each(seeds([3]))(
    'are told as they were, by bad luck alone (seed %i)',
    (seed) => live(seed, badLuck),
    minute,
  )

  it(
    'are the same with the same seed, message by message and row by row',
    async () => {
      const [seed = 2] = seeds([2])
      const first = lived[0] ?? (await run(seed, days, storm))
      const again = await run(seed, days, storm)
      expect([again.trace, again.database]).toEqual([first.trace, first.database])
    },
    2 * minute,
  )

  it('were bad enough, and not too bad', () => {
    const sum = (what: keyof Run['counts']): number =>
      lived.reduce((total, { counts }) => total + counts[what], 0)
    for (const what of ['partial', 'missed', 'unknown', 'repeats', 'refusals'] as const) {
      expect(sum(what), what).toBeGreaterThan(0)
    }
    expect(sum('played')).toBeGreaterThan(25 * lived.length)
    expect(sum('met')).toBeGreaterThan(20 * lived.length)
  })
})

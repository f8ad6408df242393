import { describe, expect, it } from 'vitest'
import { badLuck, run, seeds, storm } from '../support/simulation-run.ts'

const many = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index)

// LOA_SEED=17 (or 17,18) runs those seeds only.
describe('a province that everything happens to', () => {
  it.each(seeds(many(1000, 80)))('three days with forgers (seed %i)', async (seed) => {
    expect((await run(seed, 3, storm)).counts.played).toBeGreaterThan(0)
  })

  it.each(seeds(many(2000, 40)))('three days of bad luck only (seed %i)', async (seed) => {
    expect((await run(seed, 3, badLuck)).counts.played).toBeGreaterThan(0)
  })

  it.each(seeds(many(3000, 8)))('two weeks, a campaign a day (seed %i)', async (seed) => {
    expect((await run(seed, 14, storm)).counts.played).toBeGreaterThan(0)
  })

  it.each(seeds(many(4000, 6)))('the same two times (seed %i)', async (seed) => {
    const [first, again] = [await run(seed, 3, storm), await run(seed, 3, storm)]
    expect([again.trace, again.database]).toEqual([first.trace, first.database])
  })
})

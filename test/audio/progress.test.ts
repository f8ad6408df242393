/** How long a run says it will take: nothing before it can know, then nearly right, never nonsense. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProgress, type RenderProgress } from '../../src/audio/progress.ts'
import type { Rendering } from '../../src/audio/rendering.ts'

type Step = { seconds: number; tell: () => void }

/** A run of so many scripts, each of sentences of its own that are `stored` already or not, with a clock by hand. */
function runOf(scripts: number, sentences: number, stored: (sentence: number) => boolean = () => false) {
  let seconds = 0
  const told: (RenderProgress & { at: number })[] = []
  const texts = Array.from({ length: scripts }, (_, script) =>
    Array.from(
      { length: sentences },
      (_, at) => `Câu thứ ${wordsOf(at)} của bản tin thứ ${wordsOf(script)} đọc chậm rãi.`,
    ),
  )
  const renderings = texts.map((all): Rendering => ({
    spoken: all.join(' '),
    chime: false,
    recordings: [recording],
  }))
  const progress = createProgress(
    renderings,
    (one) => told.push({ ...one, at: seconds }),
    () => seconds * 1000,
  )
  const steps = renderings.flatMap((rendering, script): Step[] => [
    ...(texts[script] ?? []).map((text, at): Step => {
      const wish = { source: { kind: 'sentence', text } } as Parameters<typeof progress.sentence>[0]
      const made = !stored(script * sentences + at)
      return { seconds: made ? text.length / 200 : 0, tell: () => progress.sentence(wish, made) }
    }),
    { seconds: 8 / 200, tell: () => progress.rendering(rendering, true) },
  ])
  return {
    told,
    /** Does the steps in batches of so many, each told when its batch is over. */
    go(batch: number): number {
      for (let from = 0; from < steps.length; from += batch) {
        const some = steps.slice(from, from + batch)
        seconds += some.reduce((sum, step) => sum + step.seconds, 0)
        for (const step of some) step.tell()
      }
      return seconds
    },
  }
}

const recording = {} as Rendering['recordings'][number]
const digits = ['không', 'một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín']
const wordsOf = (count: number): string =>
  Array.from(String(count), (digit) => digits[Number(digit)] ?? '').join(' ')

describe('how long a run will take', () => {
  it('is within a factor of two after a quarter of an even run, and never negative or nonsense', () => {
    const runs = fc.record({
      scripts: fc.integer({ min: 2, max: 40 }),
      sentences: fc.integer({ min: 1, max: 25 }),
      batch: fc.integer({ min: 1, max: 12 }),
      storedOfTen: fc.integer({ min: 0, max: 10 }),
    })
    let foretold = 0
    fc.assert(
      fc.property(runs, ({ scripts, sentences, batch, storedOfTen }) => {
        const run = runOf(scripts, sentences, (sentence) => (sentence * 7) % 10 < storedOfTen)
        const length = run.go(batch)
        for (const { secondsLeft } of run.told) {
          if (secondsLeft !== undefined) expect(secondsLeft).toBeGreaterThanOrEqual(0)
        }
        // Shorter runs are over before anybody has read how long they take.
        if (length < 20 || batch * 10 > scripts * (sentences + 1)) return
        for (const moment of endsOfBatches(run.told)) {
          const left = length - moment.at
          if (moment.at < length / 4 || moment.done === moment.total) continue
          foretold += 1
          expect(moment.secondsLeft).toBeDefined()
          expect(moment.secondsLeft!).toBeLessThanOrEqual(2 * left + 1)
          expect(moment.secondsLeft!).toBeGreaterThanOrEqual(left / 2 - 1)
        }
      }),
    )
    expect(foretold).toBeGreaterThan(100)
  })

  it('is not told from the first pieces, and is told before the run is a quarter over', () => {
    const run = runOf(30, 20)
    const length = run.go(4)
    const first = run.told.find(({ secondsLeft }) => secondsLeft !== undefined)!
    expect(first.at).toBeGreaterThan(length / 20)
    expect(first.at).toBeLessThan(length / 4)
  })

  it('does not count sentences that are finished already as work', () => {
    const run = runOf(40, 20, (sentence) => sentence % 10 > 0)
    const length = run.go(1)
    const first = run.told.find(({ secondsLeft }) => secondsLeft !== undefined)!
    expect(first.secondsLeft!).toBeLessThan(1.5 * (length - first.at))
  })

  it('is nothing at the end, and nothing is told of a run without work', () => {
    const run = runOf(3, 2)
    run.go(1)
    expect(run.told.at(-1)).toMatchObject({ done: 3, total: 3, failed: 0, secondsLeft: 0 })
    const none: RenderProgress[] = []
    createProgress([], (one) => none.push(one))
    expect(none).toEqual([{ done: 0, total: 0, failed: 0, secondsLeft: 0 }])
  })
})

/** The last word at each moment: within a batch what is told is not settled yet. */
function endsOfBatches<T extends { at: number }>(told: readonly T[]): T[] {
  return told.filter((one, index) => told[index + 1]?.at !== one.at)
}

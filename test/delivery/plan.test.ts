import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromMilliseconds, plusMilliseconds, toMilliseconds } from '../../src/base/time.ts'
import {
  type AiringToPlan,
  contentOf,
  digestOf,
  hashesToCome,
  needsNewPlan,
  planOf,
  type PlanThere,
} from '../../src/delivery/plan.ts'
import { newSigningKey, sealEnvelope } from '../../src/wire/envelope.ts'
import { controlBytesMax, DevicePlan, type PlanPart } from '../../src/wire/messages.ts'

const now = '2026-11-23T10:00:00.000Z'
const hour = 3_600_000
const day = 24 * hour
const kid = 'k0'

function hash(name: string | number): string {
  return String(name).padStart(64, '0')
}

function part(name: string | number, approval = 'appr-1', proof = 3): PlanPart {
  return {
    sha256: hash(name),
    bytes: 600_000,
    milliseconds: 60_000,
    codec: 'opus',
    chunks: 'A'.repeat(203),
    approval,
    leaf: 0,
    proof: Array.from({ length: proof }, () => hash('a')),
  }
}

function airing(
  id: string,
  inMs: number,
  parts: readonly (PlanPart | undefined)[] = [part(1)],
): AiringToPlan {
  return {
    id,
    plannedAt: plusMilliseconds(now, inMs),
    latestStartAt: plusMilliseconds(now, inMs + 900_000),
    priority: 'thong-thuong',
    parts,
    notes: null,
  }
}

function given(airings: readonly AiringToPlan[], generation = 1, issued = now): PlanThere {
  return { plan: planOf('loa-tra-leng', generation, contentOf(airings), issued), kid }
}

describe('what a plan says', () => {
  it('has the nearest airing first and each file once', () => {
    const content = contentOf([
      airing('b', 2 * hour, [part(9), part(1)]),
      airing('a', hour, [part(9), part(2)]),
    ])
    expect(content.airings.map(({ airing: id, parts }) => [id, parts])).toEqual([
      ['a', [hash(9), hash(2)]],
      ['b', [hash(9), hash(1)]],
    ])
    expect(content.parts.map(({ sha256 }) => sha256)).toEqual([hash(9), hash(2), hash(1)])
  })

  it('leaves out an airing with a part that nobody approved, greeting or message, and says so', () => {
    const content = contentOf([
      airing('a', hour, [undefined, part(1)]),
      airing('b', hour, [part(1)]),
      airing('c', hour, [part(2), undefined]),
    ])
    expect(content.airings.map(({ airing: id }) => id)).toEqual(['b'])
    expect(content.withheld).toEqual(['a', 'c'])
    expect(content.parts.map(({ sha256 }) => sha256)).toEqual([hash(1)])
  })

  it('always fits into one control message that a device can read; what is later waits, the nearest never does', () => {
    const key = newSigningKey()
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            notes: fc.option(fc.constant('012345')),
            inMs: fc.integer({ min: 1, max: 14 * day }),
            file: fc.integer({ min: 0, max: 120 }),
            proof: fc.integer({ min: 0, max: 24 }),
          }),
          { minLength: 1, maxLength: 700 },
        ),
        (wanted) => {
          const airings = wanted.map(({ inMs, file, proof, notes }, index) => ({
            ...airing(`air-${String(index)}`, inMs, [part(file, `appr-${String(file)}`, proof)]),
            notes,
          }))
          const content = contentOf(airings)
          const plan = planOf('loa-tra-leng', 1, content, now)
          expect(sealEnvelope('plan', DevicePlan, plan, key).length).toBeLessThanOrEqual(controlBytesMax)
          expect(content.airings.length + content.later).toBe(airings.length)
          expect(content.airings.length).toBeGreaterThan(0)
          const sorted = airings.map(({ plannedAt }) => toMilliseconds(plannedAt)).sort((a, b) => a - b)
          expect(content.airings.map(({ at }) => at)).toEqual(sorted.slice(0, content.airings.length))
          const named = new Set(content.airings.flatMap(({ parts }) => parts))
          expect(new Set(content.parts.map(({ sha256 }) => sha256))).toEqual(named)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('has the notes of each airing, under its digest; an airing from before there were notes has none', () => {
    const content = contentOf([{ ...airing('a', hour), notes: '012345' }, airing('b', 2 * hour)])
    expect(content.airings.map(({ notes }) => notes)).toEqual(['012345', undefined])
    expect(content.airings[1]).not.toHaveProperty('notes')
    const other = contentOf([{ ...airing('a', hour), notes: '012346' }, airing('b', 2 * hour)])
    expect(digestOf(other)).not.toBe(digestOf(content))
  })

  it('is the same whatever the order of the airings', () => {
    const airings = Array.from({ length: 20 }, (_, index) =>
      airing(`air-${String(index)}`, hour * (1 + (index % 7)), [part(index % 5)]),
    )
    fc.assert(
      fc.property(fc.shuffledSubarray(airings, { minLength: airings.length }), (shuffled) => {
        expect(contentOf(shuffled)).toEqual(contentOf(airings))
      }),
    )
  })
})

describe('a device needs a new plan', () => {
  it('when it never had one and something is to come; not for nothing, and not for what is over', () => {
    expect(needsNewPlan(undefined, contentOf([airing('a', hour)]), now, kid)).toBe(true)
    expect(needsNewPlan(undefined, contentOf([]), now, kid)).toBe(false)
    expect(needsNewPlan(undefined, contentOf([airing('a', -hour)]), now, kid)).toBe(false)
  })

  it.each([
    ['an airing more', [airing('a', hour), airing('b', 2 * hour)]],
    ['an airing less', []],
    ['another time', [airing('a', hour + 1)]],
    ['another latest start', [{ ...airing('a', hour), latestStartAt: plusMilliseconds(now, 5 * hour) }]],
    ['another priority', [{ ...airing('a', hour), priority: 'khan-cap' as const }]],
    ['another file', [airing('a', hour, [part(2)])]],
    ['notes', [{ ...airing('a', hour), notes: '012345' }]],
    ['a greeting', [airing('a', hour, [part(9), part(1)])]],
    ['another approval of the same file', [airing('a', hour, [part(1, 'appr-2')])]],
  ])('when what is to come has changed: %s', (_, airings) => {
    expect(needsNewPlan(given([airing('a', hour)]), contentOf(airings), now, kid)).toBe(true)
  })

  it('not because an airing has begun or is over, even when it is cancelled meanwhile', () => {
    const there = given([airing('a', hour), airing('b', 3 * hour)])
    const later = plusMilliseconds(now, hour + 1)
    expect(needsNewPlan(there, contentOf([airing('a', hour), airing('b', 3 * hour)]), later, kid)).toBe(false)
    expect(needsNewPlan(there, contentOf([airing('b', 3 * hour)]), later, kid)).toBe(false)
  })

  it('when an airing that has begun may still start, and is no longer approved', () => {
    const there = given([airing('a', hour), airing('b', 3 * hour)])
    const withdrawn = contentOf([airing('a', hour, [undefined]), airing('b', 3 * hour)])
    const late = plusMilliseconds(now, hour + 900_000)
    expect(needsNewPlan(there, withdrawn, late, kid)).toBe(true)
    expect(
      needsNewPlan({ plan: planOf('loa-tra-leng', 2, withdrawn, late), kid }, withdrawn, late, kid),
    ).toBe(false)
    expect(needsNewPlan(there, withdrawn, plusMilliseconds(late, 1), kid)).toBe(false)
  })

  it('when the hub signs with another key, or the plan ends in less than three days, if something is to come', () => {
    const coming = [airing('a', 13 * day)]
    expect(needsNewPlan(given(coming), contentOf(coming), now, 'k1')).toBe(true)
    expect(needsNewPlan(given(coming), contentOf(coming), plusMilliseconds(now, 11 * day - 1), kid)).toBe(
      false,
    )
    expect(needsNewPlan(given(coming), contentOf(coming), plusMilliseconds(now, 11 * day + 1), kid)).toBe(
      true,
    )
    expect(needsNewPlan(given([]), contentOf([]), plusMilliseconds(now, 13 * day), 'k1')).toBe(false)
  })

  it('never right after it was given one', () => {
    const airings = fc.array(
      fc.record({ inMs: fc.integer({ min: -hour, max: 13 * day }), file: fc.integer({ min: 0, max: 9 }) }),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(airings, (wanted) => {
        const content = contentOf(
          wanted.map(({ inMs, file }, index) => airing(`air-${String(index)}`, inMs, [part(file)])),
        )
        const there = { plan: planOf('loa-tra-leng', 1, content, now), kid }
        expect(needsNewPlan(there, content, now, kid)).toBe(false)
        expect(needsNewPlan(there, content, plusMilliseconds(now, hour), kid)).toBe(false)
      }),
    )
  })
})

it('a plan ends fourteen days after it was made, and its digest does not change with its number', () => {
  const content = contentOf([airing('a', hour)])
  const [first, second] = [
    planOf('loa-tra-leng', 1, content, now),
    planOf('loa-tra-leng', 2, content, fromMilliseconds(toMilliseconds(now) + 5)),
  ]
  expect(first.expires - first.issued).toBe(14 * day)
  expect(digestOf(first)).toBe(digestOf(second))
  expect(digestOf(contentOf([airing('a', hour + 1)]))).not.toBe(digestOf(first))
})

it('the files still needed are those of airings that may yet start', () => {
  const { plan } = given([
    airing('a', -2 * hour, [part(1)]),
    airing('b', -600_000, [part(2)]),
    airing('c', hour, [part(3), part(2)]),
  ])
  expect(hashesToCome(plan, now)).toEqual([hash(2), hash(3)])
})

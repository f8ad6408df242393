import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { type SeedFile, Seeding, seedingLimits, type SeedingLimits } from '../../src/delivery/seeding.ts'
import { chunkCount } from '../../src/wire/chunks.ts'
import { chunkBytes } from '../../src/wire/messages.ts'

const minute = 60_000
const [a, b] = ['loa-tra-leng', 'loa-tra-cang']

function file(name: number, chunks = 3): SeedFile {
  return {
    sha256: String(name).padStart(64, '0'),
    bytes: (chunks - 1) * chunkBytes + 100,
    codec: 'opus',
    chunks: '',
  }
}

let seeding: Seeding
let now: number
beforeEach(() => {
  now = 1_000_000
  seeding = new Seeding()
})

/** Publishes all that is due, as the hub would. */
function publish(): string[] {
  const done: string[] = []
  for (let batch = seeding.next(now); batch !== undefined; batch = seeding.next(now)) {
    seeding.published(batch, now)
    done.push(`${String(Number(batch.file.sha256))}:${batch.indexes.join(',')}`)
  }
  return done
}

function limited(limits: Partial<SeedingLimits>): void {
  seeding = new Seeding({ ...seedingLimits, ...limits })
}

describe('a file is seeded', () => {
  it('when a device that needs it is there, once for all of them, oldest announcement first', () => {
    seeding.announce(a, [file(1), file(2)])
    seeding.announce(b, [file(2), file(3)])
    expect(publish()).toEqual([])
    seeding.online(a, true)
    seeding.online(b, true)
    expect(publish()).toEqual(['1:0,1,2', '2:0,1,2', '3:0,1,2'])
    expect(publish()).toEqual([])
  })

  it('until every device that is there and needs it has it', () => {
    for (const device of [a, b]) {
      seeding.online(device, true)
      seeding.announce(device, [file(1)])
    }
    publish()
    seeding.satisfied(a)
    expect(seeding.over(now)).toEqual([])
    seeding.satisfied(b)
    expect(seeding.over(now).map(({ index }) => index)).toEqual([0, 1, 2])
    expect(seeding.counts()).toEqual({ waiting: 0, seeding: 0, chunks: 0, bytes: 0 })
  })

  it('not longer for a device that has gone: it asks when it is back', () => {
    for (const device of [a, b]) {
      seeding.online(device, true)
      seeding.announce(device, [file(1)])
    }
    publish()
    seeding.satisfied(a)
    seeding.online(b, false)
    expect(seeding.over(now).length).toBe(3)
  })

  it('for half an hour at most', () => {
    seeding.online(a, true)
    seeding.announce(a, [file(1)])
    publish()
    now += 30 * minute - 1
    expect(seeding.over(now)).toEqual([])
    now += 1
    expect(seeding.over(now).length).toBe(3)
    expect(publish()).toEqual([])
  })

  it('again when the broker has lost everything', () => {
    seeding.online(a, true)
    seeding.announce(a, [file(1)])
    publish()
    seeding.brokerLostAll()
    expect(seeding.counts()).toMatchObject({ chunks: 0, bytes: 0, waiting: 1 })
    expect(publish()).toEqual(['1:0,1,2'])
  })

  it('within the budget: the next one waits for room', () => {
    limited({ budgetBytes: file(1).bytes * 2 })
    seeding.online(a, true)
    seeding.online(b, true)
    seeding.announce(a, [file(1), file(2)])
    seeding.announce(b, [file(3)])
    expect(publish()).toEqual(['1:0,1,2', '2:0,1,2'])
    seeding.satisfied(a)
    seeding.over(now)
    expect(publish()).toEqual(['3:0,1,2'])
  })

  it('a minute later when it cannot be read now', () => {
    seeding.online(a, true)
    seeding.announce(a, [file(1), file(2)])
    seeding.rest(file(1).sha256, now)
    expect(publish()).toEqual(['2:0,1,2'])
    now += minute
    expect(seeding.dueAt(now)).toBe(now)
    expect(publish()).toEqual(['1:0,1,2'])
  })
})

describe('a chunk that is asked for', () => {
  it('is published with all others that were asked for within two seconds, each once', () => {
    seeding.want(file(1, 10), '0-2,7', now)
    now += 1500
    seeding.want(file(1, 10), '2-3', now)
    expect(publish()).toEqual([])
    expect(seeding.dueAt(now)).toBe(now + 500)
    now += 500
    expect(publish()).toEqual(['1:0,1,2,7,3'])
  })

  it('is only what the file has, however far the range reaches', () => {
    seeding.want(file(1, 3), '1-99999', now)
    now += 2000
    expect(publish()).toEqual(['1:1,2'])
  })

  it('is published again for a later want, but not within five seconds', () => {
    seeding.want(file(1), '0', now)
    now += 2000
    publish()
    seeding.want(file(1), '0', now)
    now += 2000
    expect(publish()).toEqual([])
    now += 4000
    seeding.want(file(1), '0', now)
    now += 2000
    expect(publish()).toEqual(['1:0'])
  })

  it('stays ten minutes', () => {
    seeding.want(file(1), '0', now)
    now += 2000
    publish()
    now += 10 * minute - 1
    expect(seeding.over(now)).toEqual([])
    now += 1
    expect(seeding.over(now)).toEqual([{ sha256: file(1).sha256, index: 0 }])
  })

  it('stays with its file while that is seeded', () => {
    seeding.online(a, true)
    seeding.announce(a, [file(1)])
    publish()
    now += 10_000
    seeding.want(file(1), '1', now)
    now += 2000
    expect(publish()).toEqual(['1:1'])
    now += 11 * minute
    expect(seeding.over(now)).toEqual([])
  })

  it('is not noted when too many wait: the device asks again', () => {
    limited({ wantsMax: 5 })
    expect(seeding.want(file(1, 256), '0-255', now)).toBe(false)
    now += 2000
    expect(publish()).toEqual(['1:0,1,2,3,4'])
    expect(seeding.want(file(1, 256), '5', now)).toBe(true)
  })
})

it('whatever happens, the budget holds and in the end nothing is left on the broker', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('announce' as const),
      device: fc.integer({ min: 0, max: 4 }),
      file: fc.integer({ min: 1, max: 8 }),
    }),
    fc.record({
      do: fc.constant('want' as const),
      device: fc.constant(0),
      file: fc.integer({ min: 1, max: 8 }),
    }),
    fc.record({
      do: fc.constantFrom('online' as const, 'offline' as const, 'satisfied' as const),
      device: fc.integer({ min: 0, max: 4 }),
      file: fc.constant(1),
    }),
    fc.record({
      do: fc.constantFrom('publish' as const, 'over' as const, 'lost' as const, 'rest' as const),
      device: fc.constant(0),
      file: fc.integer({ min: 1, max: 8 }),
    }),
    fc.record({
      do: fc.constant('wait' as const),
      device: fc.constant(0),
      file: fc.integer({ min: 1, max: 40 }),
    }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const budgetBytes = chunkBytes * 4
      const one = new Seeding({ ...seedingLimits, budgetBytes })
      const held = new Set<string>()
      let at = 0
      const clear = (): void => {
        for (const { sha256, index } of one.over(at)) {
          // Only what was put there is taken away.
          expect(held.delete(`${sha256}/${String(index)}`)).toBe(true)
        }
      }
      const size = (name: string): number => {
        const [hash = '', index = ''] = name.split('/')
        return Math.min(
          chunkBytes,
          file(Number(hash), 1 + (Number(hash) % 4)).bytes - Number(index) * chunkBytes,
        )
      }
      for (const { do: what, device, file: number } of steps) {
        const some = file(number, 1 + (number % 4))
        const name = `loa-may-${String(device)}`
        if (what === 'announce') one.announce(name, [some])
        else if (what === 'want') one.want(some, '0-9', at)
        else if (what === 'online' || what === 'offline') one.online(name, what === 'online')
        else if (what === 'satisfied') one.satisfied(name)
        else if (what === 'over') clear()
        else if (what === 'rest') one.rest(some.sha256, at)
        else if (what === 'wait') at += number * minute
        else if (what === 'lost') {
          one.brokerLostAll()
          held.clear()
        } else {
          for (let batch = one.next(at); batch !== undefined; batch = one.next(at)) {
            const count = chunkCount(batch.file.bytes)
            expect(Math.max(...batch.indexes)).toBeLessThan(count)
            one.published(batch, at)
            for (const index of batch.indexes) held.add(`${batch.file.sha256}/${String(index)}`)
          }
        }
        const bytes = [...held].reduce((sum, chunk) => sum + size(chunk), 0)
        expect(bytes).toBeLessThanOrEqual(budgetBytes)
        expect(one.counts()).toMatchObject({ chunks: held.size, bytes })
      }
      for (let device = 0; device < 5; device += 1) one.satisfied(`loa-may-${String(device)}`)
      at += 31 * minute
      clear()
      expect(held.size).toBe(0)
    }),
    { numRuns: 500 },
  )
})

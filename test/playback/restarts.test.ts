import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { topics } from '../../src/wire/topics.ts'
import { World } from '../support/controller-world.ts'

const device = 'loa-20440'
const minute = 60_000

describe('a power cut in a play', () => {
  let world: World
  beforeEach(async () => {
    world = await World.begin()
    await world.switchOn(device)
    world.hub.announce(device, 'air-1', 120, 600)
    await world.pass(2 * minute + 10_000)
    expect(world.sounds).toHaveLength(1)
    await world.switchOff(device)
  })
  afterEach(() => world.close())

  it('is followed by the whole play from its beginning, while the latest start has not passed', async () => {
    await world.pass(5 * minute)
    await world.switchOn(device)
    await world.pass(10 * minute)
    expect(world.sounds.map(({ whole }) => whole)).toEqual([false, true])
    expect(world.hub.kept).toEqual([
      expect.objectContaining({ sequence: 1, outcome: 'played', reason: null, heardMs: 35_000 }),
    ])
  })

  it('is told as partial when it is too late to begin again', async () => {
    await world.pass(11 * minute)
    await world.switchOn(device)
    await world.pass(10 * minute)
    expect(world.sounds.map(({ whole }) => whole)).toEqual([false])
    expect(world.hub.kept).toEqual([
      expect.objectContaining({
        sequence: 1,
        outcome: 'partial',
        reason: 'power-cut',
        held: world.sounds[0]!.bytes,
        started: Date.parse(world.sounds[0]!.at),
        ended: null,
        heardMs: 0,
      }),
    ])
  })
})

describe('cut off at any moment, again and again', () => {
  const outcomes = new Set<string>()

  // Each seed is a day of another village: other cuts, other faults of the link.
  it.each(Array.from({ length: 12 }, (_, index) => index + 1))(
    'every airing is told exactly once, and truly (seed %i)',
    async (seed) => {
      const world = await World.begin({ seed })
      const chance = seeded(seed)
      try {
        const { hub } = world
        const recordings = ['một', 'hai', 'ba'].map((name, index) =>
          hub.recording(name, 60_000 + 40_000 * index, 20_000 + 10_000 * index),
        )
        const { envelope, parts } = hub.approval('duyet-1', recordings)
        const airings = Array.from({ length: 8 }, (_, index) =>
          hub.airing(`air-${index}`, 60 + 240 * index, [recordings[index % 3]!], 120),
        )
        hub.publishKeys()
        hub.publish(topics.approval('duyet-1'), envelope)
        hub.publish(topics.plan(device), hub.plan(device, parts, airings))
        for (const recording of recordings) hub.seed(recording)
        await world.settle()
        world.broker.faults({ cut: 0.02, lostAcknowledgement: 0.05, repeat: 0.1, reorder: 0.2 })
        const end = world.now + 40 * minute
        while (world.now < end) {
          // Off for a moment, or for several minutes: some plays are too late to begin again.
          if (!world.devices.has(device) && chance() < 0.3) await world.pass(Math.ceil(chance() * 400_000))
          if (!world.devices.has(device)) await world.switchOn(device, {}, Math.ceil(chance() * 120))
          await world.pass(Math.ceil(chance() * 90_000))
          if (chance() < 0.25) await world.switchOff(device)
        }
        world.broker.faults({})
        await world.switchOff(device)
        await world.switchOn(device)
        await world.pass(30 * minute)

        expect(hub.kept.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual([
          1, 2, 3, 4, 5, 6, 7, 8,
        ])
        expect(new Set(hub.kept.map(({ airing }) => airing)).size).toBe(8)
        expect(hub.reports.get(device)).toMatchObject({ lastSequence: 8, outbox: 0 })
        for (const { parts: named, bytes } of world.sounds) expect(bytes).toEqual(named)
        const byStart = new Map(world.sounds.map((sound) => [Date.parse(sound.at), sound]))
        for (const receipt of hub.kept) {
          outcomes.add(receipt.outcome)
          const sound = receipt.started === null ? undefined : byStart.get(receipt.started)
          if (receipt.outcome === 'played') expect(sound?.whole).toBe(true)
          if (receipt.outcome === 'partial') expect(receipt.reason).toMatch(/^power-cut/)
          if (receipt.outcome === 'missed') expect(sound).toBeUndefined()
          expect(receipt.outcome).not.toBe('refused')
        }
      } finally {
        await world.close()
      }
    },
  )

  it('and those days were bad enough: airings were played, cut and missed', () => {
    expect([...outcomes].sort()).toEqual(['missed', 'partial', 'played'])
  })
})

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

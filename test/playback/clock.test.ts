import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { topics } from '../../src/wire/topics.ts'
import { World } from '../support/controller-world.ts'

const device = 'loa-20440'
const minute = 60_000
const hour = 60 * minute

describe('when the clock of a device is set', () => {
  let world: World
  beforeEach(async () => {
    world = await World.begin()
  })
  afterEach(() => world.close())

  /** A further airing of the script that is there already. */
  function announceAnother(id: string, seconds: number): void {
    const { hub } = world
    const script = hub.recording('script', 100_000, 30_000)
    const { envelope, parts } = hub.approval('duyet-2', [script])
    hub.publish(topics.approval('duyet-2'), envelope)
    hub.publish(topics.plan(device), hub.plan(device, parts, [hub.airing(id, seconds, [script])]))
  }

  it('back by an hour, after a play: the loudspeaker is free for what comes next', async () => {
    await world.switchOn(device)
    world.hub.announce(device, 'air-1', 60)
    await world.pass(5 * minute)
    await world.setClock(-hour)
    announceAnother('air-2', 120)
    await world.pass(20 * minute)
    expect(world.hub.kept.map(({ airing, outcome }) => [airing, outcome])).toEqual([
      ['air-1', 'played'],
      ['air-2', 'played'],
    ])
  })

  it('back by five minutes, before a second try of the sound system: it is tried at once', async () => {
    await world.switchOn(device)
    world.hub.reseeds = false
    world.hub.announce(device, 'air-1', 60)
    world.hub.unseed(world.hub.recording('script'))
    await world.pass(400_000)
    world.broken = { heardMs: 0, error: 'no such device' }
    world.hub.seed(world.hub.recording('script'))
    await world.settle()
    world.broken = undefined
    await world.setClock(-5 * minute)
    expect(world.sounds).toHaveLength(1)
  })

  it('back by an hour: what the hub has not acknowledged, and what is missing, is not an hour late', async () => {
    await world.switchOn(device)
    world.hub.acknowledges = false
    world.hub.announce(device, 'air-1', 60)
    await world.pass(3 * minute)
    await world.setClock(-hour)
    world.hub.acknowledges = true
    await world.pass(3 * minute)
    expect(world.hub.kept).toHaveLength(1)
    const said = world.hub.reportedAt.length
    const script = world.hub.recording('another script')
    const { parts } = world.hub.approval('duyet-3', [script])
    world.hub.publish(
      topics.plan(device),
      world.hub.plan(device, parts, [world.hub.airing('air-3', 3600, [script])]),
    )
    await world.pass(2 * minute)
    expect(world.hub.reportedAt.length).toBeGreaterThan(said)
    expect(world.devices.get(device)?.controller.status()).toMatchObject({ held: 1, missing: 0 })
  })

  it('back by an hour, while a download rests: it does not rest an hour longer', async () => {
    await world.switchOn(device)
    world.hub.reseeds = false
    const script = world.hub.recording('late script')
    const { parts } = world.hub.approval('duyet-3', [script])
    world.hub.publishKeys()
    world.hub.publish(
      topics.plan(device),
      world.hub.plan(device, parts, [world.hub.airing('air-3', 7200, [script])]),
    )
    await world.pass(8 * minute)
    await world.setClock(-hour)
    world.hub.reseeds = true
    await world.pass(8 * minute)
    expect(world.devices.get(device)?.controller.status()).toMatchObject({ held: 1, missing: 0 })
  })

  it('right, after it was a month ahead: the plan that had seemed to be over is followed', async () => {
    const planned = world.now
    await world.setClock(30 * 24 * hour)
    await world.switchOn(device)
    await world.setClock(-30 * 24 * hour)
    world.hub.announce(device, 'air-1', 600)
    expect(world.now).toBe(planned)
    await world.setClock(30 * 24 * hour)
    await world.pass(minute)
    expect(world.devices.get(device)?.controller.status()).toMatchObject({ generation: 0 })
    await world.setClock(-30 * 24 * hour)
    await world.pass(hour)
    expect(world.hub.kept.map(({ airing, outcome }) => [airing, outcome])).toEqual([['air-1', 'played']])
  })
})

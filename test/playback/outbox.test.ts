import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import { AckMessage, StateMessage, writeMessage } from '../../src/wire/messages.ts'
import { topics } from '../../src/wire/topics.ts'
import { World } from '../support/controller-world.ts'

const device = 'loa-20440'
const minute = 60_000

describe('what a device tells', () => {
  let world: World
  beforeEach(async () => {
    world = await World.begin()
  })
  afterEach(() => world.close())

  /** So many airings, a minute apart, of which none can be played: each ends as missed, with a receipt. */
  function planMissed(count: number): void {
    const { hub } = world
    const { parts } = hub.approval('duyet-1', [hub.recording('never sent')])
    const airings = Array.from({ length: count }, (_, index) =>
      hub.airing(`air-${index}`, 60 * (index + 1), [hub.recording('never sent')], 1),
    )
    hub.reseeds = false
    hub.publishKeys()
    hub.publish(topics.plan(device), hub.plan(device, parts, airings))
  }

  function status(): { outbox: number; lastSequence: number } {
    return world.devices.get(device)!.controller.status()
  }

  it('is repeated, byte for byte, until the hub says that it holds it', async () => {
    world.hub.acknowledges = false
    planMissed(1)
    await world.switchOn(device)
    await world.pass(10 * minute)
    expect(world.hub.messages.length).toBeGreaterThanOrEqual(8)
    expect(new Set(world.hub.messages.map(({ sha256 }) => sha256)).size).toBe(1)
    expect(status()).toMatchObject({ outbox: 1, lastSequence: 1 })
    world.hub.acknowledges = true
    await world.pass(2 * minute)
    expect(status()).toMatchObject({ outbox: 0, lastSequence: 1 })
    const told = world.hub.messages.length
    await world.pass(60 * minute)
    expect(world.hub.messages).toHaveLength(told)
  })

  it('stays the same message through a power cut', async () => {
    world.hub.acknowledges = false
    planMissed(3)
    await world.switchOn(device)
    await world.pass(2 * minute)
    await world.switchOff(device)
    await world.switchOn(device)
    await world.pass(2 * minute)
    expect(new Set(world.hub.messages.map(({ sha256 }) => sha256)).size).toBe(1)
    world.hub.acknowledges = true
    await world.pass(2 * minute)
    expect(world.hub.kept.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
  })

  it('is signed anew when the device was enrolled again, with another key', async () => {
    world.hub.acknowledges = false
    planMissed(2)
    await world.switchOn(device)
    await world.pass(5 * minute)
    await world.switchOff(device)
    world.hub.revoke(device)
    world.hub.acknowledges = true
    await world.switchOn(device)
    await world.pass(5 * minute)
    expect(world.hub.kept.map(({ sequence }) => sequence)).toEqual([1, 2])
    expect(status()).toMatchObject({ outbox: 0 })
  })

  it('is numbered without gaps, at most 50 to a message, each naming the message before', async () => {
    world.hub.acknowledges = false
    planMissed(120)
    await world.switchOn(device)
    await world.pass(125 * minute)
    expect(status().outbox).toBe(120)
    world.hub.acknowledges = true
    await world.pass(5 * minute)
    expect(world.hub.kept.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 120 }, (_, i) => i + 1),
    )
    expect(new Set(world.hub.kept.map(({ id }) => id)).size).toBe(120)
    expect(new Set(world.hub.kept.map(({ epoch }) => epoch)).size).toBe(1)
    const order = [
      ...new Map(world.hub.messages.map((message) => [message.sha256, message.previous])).entries(),
    ]
    expect(order).toHaveLength(4)
    expect(order.map(([, previous]) => previous)).toEqual([
      null,
      ...order.slice(0, -1).map(([sha256]) => sha256),
    ])
  })

  it('is sent again at once when the hub is a new one, and not while the hub is off', async () => {
    world.hub.acknowledges = false
    world.hub.say(true, 'hub-1')
    planMissed(1)
    await world.switchOn(device)
    await world.pass(70_000)
    const before = world.hub.messages.length
    world.hub.say(false, 'hub-1')
    await world.pass(30 * minute)
    expect(world.hub.messages).toHaveLength(before)
    world.hub.acknowledges = true
    world.hub.say(true, 'hub-2')
    await world.settle()
    expect(world.hub.messages).toHaveLength(before + 1)
    expect(status().outbox).toBe(0)
  })

  it('is sent again when the same hub comes back to a broker that lost everything', async () => {
    world.hub.acknowledges = false
    world.hub.say(true, 'hub-1')
    planMissed(1)
    await world.switchOn(device)
    await world.pass(70_000)
    const before = world.hub.messages.length
    world.hub.acknowledges = true
    // The device was there before the hub, so its receipts reached nobody; the hub's epoch is the old one.
    world.hub.say(true, 'hub-1')
    await world.settle()
    expect(world.hub.messages).toHaveLength(before + 1)
    expect(status().outbox).toBe(0)
  })

  it('is settled receipt by receipt, also by a refusal for good; not by another epoch’s word', async () => {
    world.hub.acknowledges = false
    planMissed(2)
    await world.switchOn(device)
    await world.settle()
    // Both receipts end up in one message: the first is under way alone only once the link is there.
    world.broker.accepting(false)
    world.broker.restart('everything')
    await world.pass(3 * minute)
    world.broker.accepting(true)
    await world.pass(minute)
    const epoch = world.hub.reports.get(device)!.epoch
    const answer = (of: string, receipts: AckMessage['receipts']): void => {
      const ack: AckMessage = { v: 1, device, epoch: of, receipts, now: world.now }
      world.hub.publish(topics.ack(device), writeMessage(AckMessage, ack), false)
    }
    answer('epoch-of-another', [{ sequence: 1, result: 'kept' }])
    await world.settle()
    expect(status().outbox).toBe(2)
    answer(epoch, [{ sequence: 1, result: 'kept' }])
    await world.settle()
    expect(status().outbox).toBe(1)
    answer(epoch, [{ sequence: 2, result: 'refused', why: 'not its airing' }])
    await world.settle()
    expect(status().outbox).toBe(0)
    expect(world.devices.get(device)!.controller.status().troubles).toContain(
      'receipt-refused: receipt 2: not its airing',
    )
  })

  it('about itself is signed, retained, and said at most every two seconds', async () => {
    await world.switchOn(device)
    await world.pass(10_000)
    // Every second something new: a plan, then another.
    for (let second = 0; second < 12; second += 1) {
      planMissed(30)
      await world.pass(1000)
    }
    const gaps = world.hub.reportedAt.slice(1).map((at, index) => at - world.hub.reportedAt[index]!)
    expect(gaps.length).toBeGreaterThan(3)
    expect(Math.min(...gaps)).toBe(2000)
    await world.pass(2000)
    expect(world.hub.reports.get(device)).toMatchObject({
      device,
      generation: 12,
      missing: 1,
      held: 0,
      outbox: 0,
    })
    expect(world.broker.retained().has(topics.reported(device))).toBe(true)
    await world.pass(30 * minute)
    expect(world.hub.reports.get(device)).toMatchObject({ lastSequence: 30 })
  })

  it('at birth and at death carries the same number, a new one at every start', async () => {
    const said = (): StateMessage => StateMessage.parse(JSON.parse(world.hub.states.get(device) ?? ''))
    await world.switchOn(device)
    await world.pass(1000)
    expect(said()).toMatchObject({ state: 'ready', birth: 1 })
    world.broker.accepting(false)
    world.broker.cut(device)
    await world.pass(2 * minute)
    world.broker.accepting(true)
    await world.pass(1000)
    expect(said()).toMatchObject({ state: 'ready', birth: 1 })
    await world.switchOff(device)
    await world.pass(1000)
    expect(said()).toMatchObject({ state: 'disconnected', birth: 1 })
    await world.switchOn(device)
    await world.pass(1000)
    expect(said()).toMatchObject({ state: 'ready', birth: 2 })
  })
})

describe('the folder of a device', () => {
  let world: World
  beforeEach(async () => {
    world = await World.begin()
  })
  afterEach(() => world.close())

  it('serves one controller at a time, and one device for ever', async () => {
    await world.switchOn(device)
    const folder = join(world.folder, device)
    await expect(world.switchOn('loa-99999', { folder })).rejects.toThrow(/^Another process uses/)
    await world.switchOff(device)
    const refused = world.switchOn('loa-99999', { folder })
    await expect(refused).rejects.toThrow(/belongs to device loa-20440/)
    await expect(refused).rejects.toBeInstanceOf(AppError)
    await world.switchOn(device)
  })

  it('with a damaged journal begins a new epoch, and keeps what was there aside', async () => {
    const folder = join(world.folder, device)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'journal.db'), Buffer.alloc(8192, 'what a dying card gives back'))
    await world.switchOn(device)
    world.hub.announce(device, 'air-1', 60)
    await world.pass(10 * minute)
    expect(world.hub.kept).toEqual([expect.objectContaining({ sequence: 1, outcome: 'played' })])
    writeFileSync(join(folder, 'damaged', 'seen'), '')
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromMilliseconds } from '../../src/base/time.ts'
import { topics } from '../../src/wire/topics.ts'
import { World } from '../support/controller-world.ts'

const device = 'loa-20440'

describe('a planned airing', () => {
  let world: World
  beforeEach(async () => {
    world = await World.begin()
  })
  afterEach(() => world.close())

  it('is heard at its instant from the disk alone: greeting, then script', async () => {
    await world.switchOn(device)
    const airing = world.hub.announce(device, 'air-1', 3600)
    await world.pass(60_000)
    expect(world.hub.reports.get(device)).toMatchObject({ generation: 1, held: 2, missing: 0 })
    world.broker.accepting(false)
    world.broker.restart('nothing')
    await world.pass(2 * 3_600_000)
    expect(world.sounds).toEqual([
      { device, at: fromMilliseconds(airing.at), parts: airing.parts, bytes: airing.parts, whole: true },
    ])
  })

  it('is told once the bus is back, with what was on the disk and how long it was heard', async () => {
    await world.switchOn(device)
    const airing = world.hub.announce(device, 'air-1', 3600)
    await world.pass(60_000)
    world.broker.accepting(false)
    world.broker.restart('everything')
    await world.pass(2 * 3_600_000)
    expect(world.hub.kept).toEqual([])
    world.broker.accepting(true)
    await world.pass(600_000)
    expect(world.hub.kept).toEqual([
      expect.objectContaining({
        device,
        sequence: 1,
        airing: 'air-1',
        outcome: 'played',
        held: airing.parts,
        started: airing.at,
        ended: airing.at + 35_000,
        heardMs: 35_000,
        reason: null,
      }),
    ])
    expect(world.devices.get(device)?.controller.status()).toMatchObject({ played: 1, outbox: 0 })
  })

  it('ends with its notes, which are no part of what was heard', async () => {
    await world.switchOn(device)
    const { hub } = world
    const script = hub.recording('script')
    const { envelope, parts } = hub.approval('duyet-1', [script])
    const airings = [
      { ...hub.airing('air-1', 60, [script]), notes: '704132' },
      { ...hub.airing('air-2', 80, [script]), notes: '015726' },
    ]
    hub.publishKeys()
    hub.publish(topics.approval('duyet-1'), envelope)
    hub.publish(topics.plan(device), hub.plan(device, parts, airings))
    hub.seed(script)
    await world.pass(600_000)
    // The second waits for the notes of the first.
    const begun = airings[0]!.at
    expect(world.sounds.map(({ at, notes }) => [at, notes])).toEqual([
      [fromMilliseconds(begun), '704132'],
      [fromMilliseconds(begun + 32_280), '015726'],
    ])
    expect(
      hub.kept.map(({ outcome, heardMs, started, ended }) => [outcome, heardMs, started, ended]),
    ).toEqual([
      ['played', 30_000, begun, begun + 32_280],
      ['played', 30_000, begun + 32_280, begun + 64_560],
    ])
  })

  it('is not heard again when the same plan comes again, or a new one still lists it', async () => {
    await world.switchOn(device)
    const airing = world.hub.announce(device, 'air-1', 60)
    await world.pass(120_000)
    const script = world.hub.recording('script')
    const { envelope, parts } = world.hub.approval('duyet-1', [script])
    const later = { ...airing, at: world.now + 60_000, latest: world.now + 600_000, parts: [script.sha256] }
    world.hub.publish(topics.approval('duyet-1'), envelope)
    world.hub.publish(topics.plan(device), world.hub.plan(device, parts, [later]))
    await world.pass(3_600_000)
    expect(world.sounds).toHaveLength(1)
    expect(world.hub.kept).toHaveLength(1)
  })

  it('waits for its last chunk until the latest start, and is heard as soon as it is there', async () => {
    await world.switchOn(device)
    world.hub.reseeds = false
    const airing = world.hub.announce(device, 'air-1', 60)
    world.hub.unseed(world.hub.recording('script'))
    await world.pass(200_000)
    expect(world.sounds).toEqual([])
    world.hub.seed(world.hub.recording('script'))
    await world.pass(600_000)
    expect(world.sounds).toHaveLength(1)
    expect(world.hub.kept[0]).toMatchObject({ outcome: 'played', airing: airing.airing })
  })

  it('is missed, with the reason, when its sound did not come in time', async () => {
    await world.switchOn(device)
    world.hub.reseeds = false
    world.hub.announce(device, 'air-1', 60)
    world.hub.unseed(world.hub.recording('script'))
    await world.pass(3_600_000)
    expect(world.sounds).toEqual([])
    expect(world.hub.kept).toEqual([
      expect.objectContaining({ airing: 'air-1', outcome: 'missed', reason: 'audio-missing', held: [] }),
    ])
  })

  it('is missed when the controller was off, and when the plan came too late', async () => {
    await world.switchOn(device)
    world.hub.announce(device, 'air-1', 3600)
    await world.pass(60_000)
    await world.switchOff(device)
    await world.pass(3 * 3_600_000)
    await world.switchOn(device)
    await world.pass(1000)
    expect(world.hub.kept).toEqual([expect.objectContaining({ outcome: 'missed', reason: 'controller-off' })])
    const script = world.hub.recording('script')
    const { envelope, parts } = world.hub.approval('duyet-1', [script])
    world.hub.publish(topics.approval('duyet-1'), envelope)
    const gone = world.hub.airing('air-2', -1800, [script])
    world.hub.publish(topics.plan(device), world.hub.plan(device, parts, [gone]))
    await world.pass(1000)
    expect(world.hub.kept[1]).toMatchObject({
      airing: 'air-2',
      outcome: 'missed',
      reason: 'plan-late',
      sequence: 2,
    })
  })

  it('waits while another one is heard; the urgent one goes first', async () => {
    await world.switchOn(device)
    const hub = world.hub
    const [long, short] = [hub.recording('long', 50_000, 120_000), hub.recording('short', 50_000, 20_000)]
    const ids = ['duyet-1', 'duyet-2'] as const
    const { envelopes, parts } = hub.approvalByTwo(ids, [long, short], { priority: 'khan-cap' })
    hub.publishKeys()
    for (const [index, envelope] of envelopes.entries()) hub.publish(topics.approval(ids[index]!), envelope)
    const airings = [
      hub.airing('air-1', 60, [long]),
      hub.airing('air-2', 70, [short]),
      { ...hub.airing('air-3', 80, [short]), priority: 'khan-cap' as const },
      hub.airing('air-4', 90, [short], 60),
    ]
    hub.publish(topics.plan(device), hub.plan(device, parts, airings))
    for (const recording of [long, short]) hub.seed(recording)
    const start = world.now
    await world.pass(3_600_000)
    expect(world.sounds.map(({ at }) => (Date.parse(at) - start) / 1000)).toEqual([60, 180, 200])
    expect(hub.kept.map(({ airing, outcome, reason }) => [airing, outcome, reason])).toEqual([
      ['air-4', 'missed', 'speaker-busy'],
      ['air-1', 'played', null],
      ['air-3', 'played', null],
      ['air-2', 'played', null],
    ])
  })

  it('is tried three times when the sound system fails, then told as missed', async () => {
    await world.switchOn(device)
    world.hub.announce(device, 'air-1', 60)
    world.broken = { heardMs: 0, error: 'no such device' }
    await world.pass(3_600_000)
    expect(world.hub.kept).toEqual([
      expect.objectContaining({ outcome: 'missed', reason: 'output-failed: no such device' }),
    ])
    expect(world.devices.get(device)?.controller.status().troubles).toEqual(['output-failed: no such device'])
  })

  it('whose tries failed, and which a new plan drops, is told as it is', async () => {
    await world.switchOn(device)
    world.hub.announce(device, 'air-1', 60)
    world.broken = { heardMs: 0, error: 'no such device' }
    await world.pass(62_000)
    world.hub.publish(topics.plan(device), world.hub.plan(device, [], []))
    await world.pass(600_000)
    expect(world.hub.kept).toEqual([expect.objectContaining({ outcome: 'missed', reason: 'output-failed' })])
  })

  it('is partial when less than 95 of 100 was heard, and played from there on', async () => {
    await world.switchOn(device)
    world.hub.announce(device, 'air-1', 60)
    world.broken = { heardMs: 33_249, error: 'the card was unplugged' }
    await world.pass(600_000)
    expect(world.hub.kept[0]).toMatchObject({ outcome: 'partial', heardMs: 33_249 })
    world.broken = { heardMs: 33_250, error: '' }
    const script = world.hub.recording('other script', 50_000, 35_000)
    const { envelope, parts } = world.hub.approval('duyet-2', [script])
    world.hub.publish(topics.approval('duyet-2'), envelope)
    world.hub.seed(script)
    const airing = world.hub.airing('air-2', 60, [script])
    world.hub.publish(topics.plan(device), world.hub.plan(device, parts, [airing]))
    await world.pass(600_000)
    expect(world.hub.kept[1]).toMatchObject({ airing: 'air-2', outcome: 'played', heardMs: 33_250 })
  })

  it('that the plan drops before its time is not heard and not told', async () => {
    await world.switchOn(device)
    world.hub.announce(device, 'air-1', 600)
    await world.pass(60_000)
    world.hub.publish(topics.plan(device), world.hub.plan(device, [], []))
    await world.pass(3_600_000)
    expect(world.sounds).toEqual([])
    expect(world.hub.kept).toEqual([])
  })
})

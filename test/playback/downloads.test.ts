import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { topics } from '../../src/wire/topics.ts'
import type { Recording } from '../support/controller-hub.ts'
import { World } from '../support/controller-world.ts'

const device = 'loa-20440'
const minute = 60_000

describe('audio on its way to a device', () => {
  let world: World
  beforeEach(async () => {
    world = await World.begin()
  })
  afterEach(() => world.close())

  /** Approves the recordings and plans one airing of each, an hour apart, beginning in an hour. */
  function plan(recordings: readonly Recording[], approval = 'duyet-1'): void {
    const { hub } = world
    const { envelope, parts } = hub.approval(approval, recordings)
    const airings = recordings.map((recording, index) =>
      hub.airing(`air-${approval}-${index}`, 3600 * (index + 1), [recording]),
    )
    hub.publishKeys()
    hub.publish(topics.approval(approval), envelope)
    hub.publish(topics.plan(device), hub.plan(device, parts, airings))
  }

  function status(): { held: number; missing: number; troubles: string[] } {
    return world.devices.get(device)!.controller.status()
  }

  function files(): string[] {
    return readdirSync(join(world.folder, device, 'parts')).sort()
  }

  it('comes over a connection of its own that is gone when all is there', async () => {
    const recording = world.hub.recording('script', 1_000_000)
    plan([recording])
    await world.switchOn(device)
    world.hub.seed(recording)
    await world.settle()
    expect(status()).toMatchObject({ held: 1, missing: 0 })
    expect(world.broker.clients().sort()).toEqual(['hub', device])
    expect(world.chunks).toHaveLength(31)
    expect(files()).toEqual([`${recording.sha256}.mp3`])
    expect(world.hub.wants).toEqual([])
  })

  it('waits a jitter of its own before it asks, at most a quarter of the time left', async () => {
    const recording = world.hub.recording('script')
    plan([recording])
    world.hub.seed(recording)
    for (const id of ['loa-00001', 'loa-00002', 'loa-00003']) {
      const { parts } = world.hub.approval('duyet-1', [recording])
      const airings = [world.hub.airing(`air-${id}`, 60, [recording])]
      world.hub.publish(topics.plan(id), world.hub.plan(id, parts, airings))
      await world.switchOn(id, { jitterSeconds: 120 })
    }
    const came: number[] = []
    for (let second = 0; second < 16; second += 1) {
      await world.pass(1000)
      came.push([...world.devices.values()].filter(({ controller }) => controller.status().held === 1).length)
    }
    expect(came[0]).toBeLessThan(3)
    expect(came.at(-1)).toBe(3)
  })

  it('goes on where it was cut: by the link and by the power', async () => {
    const recording = world.hub.recording('script', 1_000_000)
    plan([recording])
    await world.switchOn(device)
    const all = Array.from({ length: 31 }, (_, index) => index)
    world.hub.reseeds = false
    world.hub.seed(recording, all.slice(0, 10))
    await world.settle()
    expect(world.chunks).toHaveLength(10)
    world.broker.cut(`${device}.b`)
    world.hub.seed(recording, all.slice(10, 20))
    await world.settle()
    await world.switchOff(device)
    expect(files()).toEqual([`${recording.sha256}.part`])
    await world.switchOn(device)
    world.hub.seed(recording, all.slice(20))
    await world.settle()
    expect(status()).toMatchObject({ held: 1, missing: 0 })
    expect(new Set(world.chunks.map(({ topic }) => topic)).size).toBe(31)
    expect(world.chunks).toHaveLength(31)
  })

  it('is asked for when it does not come, ever more seldom, and after five minutes of rest again', async () => {
    const recording = world.hub.recording('script')
    world.hub.reseeds = false
    plan([recording])
    await world.switchOn(device)
    await world.pass(20 * minute)
    const asked = world.hub.wants.length
    expect(asked).toBeGreaterThan(5)
    expect(asked).toBeLessThan(20)
    expect(world.hub.wants[0]).toEqual({ device, sha256: recording.sha256, missing: [0, 1, 2, 3] })
    expect(status().troubles).toEqual([expect.stringMatching(/^audio-not-coming/)])
    world.hub.reseeds = true
    await world.pass(10 * minute)
    expect(status()).toMatchObject({ held: 1, missing: 0, troubles: [] })
  })

  it('is thrown away when a chunk is damaged, and asked for again', async () => {
    const recording = world.hub.recording('script')
    plan([recording])
    let bad = 2
    world.hub.forge = (chunk, _sha256, index) => (index === 1 && bad-- > 0 ? chunk.subarray(1) : chunk)
    await world.switchOn(device)
    world.hub.seed(recording)
    await world.settle()
    expect(world.hub.wants.map(({ missing }) => missing)).toEqual([[1], [1]])
    expect(status()).toMatchObject({ held: 1, missing: 0, troubles: [] })
  })

  it('is reported when a chunk comes damaged three times, and rests ten minutes', async () => {
    const recording = world.hub.recording('script')
    plan([recording])
    world.hub.forge = (chunk, _sha256, index) => (index === 1 ? chunk.subarray(1) : chunk)
    await world.switchOn(device)
    world.hub.seed(recording)
    await world.pass(5 * minute)
    expect(status()).toMatchObject({ held: 0, missing: 1 })
    expect(status().troubles).toEqual([expect.stringMatching(/^chunk-damaged: chunk 1 of .* 3 times$/)])
    expect(world.hub.reports.get(device)).toMatchObject({ missing: 1 })
    world.hub.forge = undefined
    world.hub.seed(recording)
    await world.pass(10 * minute)
    expect(status()).toMatchObject({ held: 1, missing: 0, troubles: [] })
    expect(world.chunks.filter(({ topic }) => topic.endsWith('/0'))).toHaveLength(1)
  })

  it('is waited for without haste when, after such a rest, nothing comes', async () => {
    const recording = world.hub.recording('script')
    plan([recording])
    world.hub.forge = (chunk, _sha256, index) => (index === 1 ? chunk.subarray(1) : chunk)
    await world.switchOn(device)
    world.hub.seed(recording)
    await world.pass(minute)
    world.hub.unseed(recording)
    world.hub.reseeds = false
    await world.pass(10 * minute)
    // Connected again, and silent: the next look is not at once.
    const next = Date.parse((await world.devices.get(device)?.controller.step()) ?? '')
    expect(next).toBeGreaterThan(world.now + 1000)
  })

  it('does not count half written when the disk is full, and comes when there is room', async () => {
    const recording = world.hub.recording('script')
    const folder = join(world.folder, device, 'parts')
    mkdirSync(folder, { recursive: true })
    // Whatever is written there finds no room.
    symlinkSync('/dev/full', join(folder, `${recording.sha256}.part`))
    plan([recording])
    await world.switchOn(device)
    world.hub.seed(recording)
    await world.pass(minute)
    expect(status()).toMatchObject({ held: 0, missing: 1 })
    expect(status().troubles).toEqual([expect.stringMatching(/^disk-full/)])
    expect(existsSync(join(folder, `${recording.sha256}.part`))).toBe(false)
    await world.pass(15 * minute)
    expect(status()).toMatchObject({ held: 1, missing: 0, troubles: [] })
  })

  it('keeps within the bound: what no plan names goes first, least recently needed; what is to come never', async () => {
    const { hub } = world
    const names = ['one', 'two', 'three', 'four']
    const [one, two, three, four] = names.map((name) => hub.recording(name, 100_000)) as [
      Recording,
      Recording,
      Recording,
      Recording,
    ]
    await world.switchOn(device, { cacheBytes: 250_000 })
    for (const recording of [one, two, three, four]) hub.seed(recording)
    plan([one, two], 'duyet-1')
    await world.pass(3 * 60 * minute)
    plan([three], 'duyet-2')
    await world.pass(minute)
    expect(files()).toEqual([`${two.sha256}.mp3`, `${three.sha256}.mp3`].sort())
    plan([three, four, one], 'duyet-3')
    await world.pass(30 * minute)
    // `one` does not fit beside the two that are needed sooner, and takes nobody's place.
    expect(files()).toEqual([`${three.sha256}.mp3`, `${four.sha256}.mp3`].sort())
    expect(status().troubles).toEqual([expect.stringMatching(/^cache-full/)])
    await world.pass(3 * 60 * minute)
    expect(hub.kept.map(({ outcome }) => outcome)).toEqual(Array(5).fill('played'))
  })

  it('comes again when the file has vanished from the card', async () => {
    const recording = world.hub.recording('script')
    plan([recording])
    await world.switchOn(device)
    world.hub.seed(recording)
    await world.settle()
    await world.switchOff(device)
    rmSync(join(world.folder, device, 'parts', `${recording.sha256}.mp3`))
    await world.switchOn(device)
    await world.pass(minute)
    expect(status()).toMatchObject({ held: 1, missing: 0 })
  })
})

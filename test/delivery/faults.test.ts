import { expect, it } from 'vitest'
import { type Clock, plusMilliseconds, toMilliseconds } from '../../src/base/time.ts'
import type { Delivery } from '../../src/delivery/index.ts'
import { deliveryStatus } from '../../src/delivery/index.ts'
import { newestPlans } from '../../src/delivery/store.ts'
import { topics } from '../../src/wire/topics.ts'
import { memoryBroker, type MemoryBroker, seededChance } from '../../src/wire/memory-bus.ts'
import { testWorld, type World } from '../support/delivery-world.ts'
import { pretendDevice, type PretendDevice } from '../support/pretend-device.ts'

const names = ['loa-tra-leng', 'loa-tra-cang', 'loa-tra-tap']

function setClock(): Clock & { pass(seconds: number): void } {
  let now = '2026-11-23T10:00:00.000Z'
  return {
    now: () => now,
    wait: () => Promise.resolve(),
    pass(seconds) {
      now = plusMilliseconds(now, seconds * 1000)
    },
  }
}

/** Lets messages move until the work is done: whoever publishes waits for acknowledgements. */
async function during<T>(broker: MemoryBroker, work: Promise<T>): Promise<T> {
  const going = { on: true }
  const settled = work.finally(() => {
    going.on = false
  })
  settled.catch(() => undefined)
  // Turns cost nothing while a file is waited for, so it is the time that bounds them.
  const began = performance.now()
  while (going.on) {
    if (performance.now() - began > 60_000) throw new Error('the work never ends')
    await broker.deliver()
  }
  return settled
}

async function province(clock: Clock): Promise<World> {
  const world = await testWorld({ clock, devices: names })
  for (const script of ['thay-la-bao-ngay', 'lay-chong-xa-xu', 'viec-nhe-luong-cao']) {
    await world.record(script, { kilobytes: 90 })
    await world.approve(script)
  }
  for (const name of names) await world.air('thay-la-bao-ngay', name, { inSeconds: 36_000 })
  return world
}

it.each([1, 2, 3, 4, 5, 6])(
  'seed %i: with cuts, lost acknowledgements, repeats, reordering and kill -9 of broker and hub, every device gets all audio, and never an older plan',
  async (seed) => {
    const clock = setClock()
    const world = await province(clock)
    const chance = seededChance(seed)
    const broker = memoryBroker({
      seed,
      clock,
      faults: { cut: 0.02, lostAcknowledgement: 0.02, repeat: 0.05, reorder: 0.2 },
    })
    const start = (epoch: number): Delivery => {
      const made = world.delivery(broker.connect, { attendMs: 0, epoch: `hub-${String(epoch)}` })
      made.start()
      return made
    }
    let delivery = start(0)
    const devices = names.map((device): PretendDevice => {
      const key = world.deviceKeys.get(device)!
      const now = (): number => toMilliseconds(clock.now())
      return pretendDevice({
        device,
        key,
        hubPublicKey: world.hubKey.publicKey,
        control: broker.connect,
        data: broker.connect,
        now,
      })
    })

    for (let turn = 0; turn < 60; turn += 1) {
      clock.pass(10)
      // What fails in a turn is what the next turn is for.
      await during(broker, delivery.run()).catch(() => undefined)
      await during(broker, Promise.allSettled(devices.map((device) => device.want())))
      if (turn < 30) {
        if (chance() < 0.15) broker.restart('nothing')
        if (chance() < 0.1) {
          await during(broker, delivery.close())
          delivery = start(turn + 1)
        }
        if (chance() < 0.2)
          await world.air(
            chance() < 0.5 ? 'lay-chong-xa-xu' : 'viec-nhe-luong-cao',
            names[Math.floor(chance() * 3)]!,
            { inSeconds: 40_000 },
          )
      } else {
        broker.faults({})
      }
    }

    const status = await deliveryStatus(world.database)
    expect(status.map(({ device, upToDate }) => [device, upToDate])).toEqual(
      [...names].sort().map((name) => [name, true]),
    )
    for (const { plan, files, generations, refusedChunks } of devices) {
      expect(new Set(files.keys())).toEqual(new Set(plan!.parts.map(({ sha256 }) => sha256)))
      expect(generations).toEqual([...generations].sort((a, b) => a - b))
      expect(refusedChunks).toBe(0)
    }
    for (const { device, generation, wanted } of status) expect(generation, device).toBe(wanted)

    const there = broker.retained()
    const plans = await newestPlans(world.database)
    for (const { device, envelope } of plans.values())
      expect(there.get(topics.plan(device))).toEqual(Uint8Array.from(envelope))
    const named = devices.flatMap(({ plan }) => plan!.parts.map(({ approval }) => topics.approval(approval)))
    for (const topic of [topics.keys, ...named]) expect(there.has(topic), topic).toBe(true)

    clock.pass(3600)
    await during(broker, delivery.run())
    const left = [...broker.retained().keys()].filter((topic) => topic.startsWith('loa/1/b/'))
    expect(left).toEqual([])
    await during(broker, Promise.all([delivery.close(), ...devices.map((device) => device.close())]))
    await world.close()
  },
)

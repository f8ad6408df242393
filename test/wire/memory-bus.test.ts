import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Clock, plusMilliseconds } from '../../src/base/time.ts'
import type { BusOptions, Bus } from '../../src/wire/bus.ts'
import { matches, memoryBroker, type MemoryBroker, seededChance } from '../../src/wire/memory-bus.ts'

const plan = 'loa/1/d/loa-tra-leng/plan'
const state = 'loa/1/d/loa-tra-leng/state'

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

type Client = { bus: Bus; heard: string[]; retained: boolean[]; connects: boolean[]; disconnects: string[] }

function client(broker: MemoryBroker, clientId: string, options: Partial<BusOptions> = {}): Client {
  const notes = {
    heard: [] as string[],
    retained: [] as boolean[],
    connects: [] as boolean[],
    disconnects: [] as string[],
  }
  const bus = broker.connect({
    clientId,
    clean: false,
    sessionExpirySeconds: 600,
    receiveMaximum: 16,
    keepaliveSeconds: 60,
    onMessage: (_, payload, retained) => {
      notes.heard.push(Buffer.from(payload).toString())
      notes.retained.push(retained)
    },
    onConnect: (present) => {
      notes.connects.push(present)
    },
    onDisconnect: (why) => {
      notes.disconnects.push(why)
    },
    ...options,
  })
  return { bus, ...notes }
}

async function pair(faults = {}, seed = 1) {
  const clock = setClock()
  const broker = memoryBroker({ seed, clock })
  const hub = client(broker, 'hub')
  const device = client(broker, 'loa-tra-leng')
  await broker.deliver()
  const subscribed = device.bus.subscribe([plan])
  await broker.deliver()
  await subscribed
  broker.faults(faults)
  return { clock, broker, hub, device }
}

/** Publishes and says what became of it, without an unhandled rejection while nothing moves. */
function publish(from: Client, text: string, topic = plan): Promise<'acknowledged' | 'rejected'> {
  return from.bus.publish(topic, Buffer.from(text)).then(
    () => 'acknowledged' as const,
    () => 'rejected' as const,
  )
}

describe('without faults the broker in memory', () => {
  it('moves nothing until it is told to, then delivers once and in order', async () => {
    const { broker, hub, device } = await pair()
    const sent = [publish(hub, 'một'), publish(hub, 'hai')]
    expect(device.heard).toEqual([])
    await broker.deliver()
    expect(await Promise.all(sent)).toEqual(['acknowledged', 'acknowledged'])
    expect(device.heard).toEqual(['một', 'hai'])
    expect(await broker.deliver()).toBe(0)
  })

  it('keeps retained messages for later subscribers until they expire or are cleared', async () => {
    const { clock, broker, hub, device } = await pair()
    const kept = [
      hub.bus.publish('loa/1/a/x', Buffer.from('ngắn'), { retain: true, expirySeconds: 60 }),
      hub.bus.publish('loa/1/a/y', Buffer.from('dài'), { retain: true }),
    ]
    await broker.deliver()
    await Promise.all(kept)
    expect([...broker.retained().keys()]).toEqual(['loa/1/a/x', 'loa/1/a/y'])
    clock.pass(61)
    void device.bus.subscribe(['loa/1/a/+'])
    await broker.deliver()
    expect(device.heard).toEqual(['dài'])
    expect(device.retained).toEqual([true])

    void hub.bus.publish('loa/1/a/y', new Uint8Array(), { retain: true })
    await broker.deliver()
    expect(broker.retained().size).toBe(0)
  })

  it('keeps the queue of a session whose client is away, until the session expires', async () => {
    const { clock, broker, hub, device } = await pair()
    await device.bus.close()
    void publish(hub, 'vắng')
    await broker.deliver()
    const back = client(broker, 'loa-tra-leng')
    await broker.deliver()
    expect([back.connects, back.heard]).toEqual([[true], ['vắng']])

    await back.bus.close()
    clock.pass(601)
    await broker.deliver()
    const late = client(broker, 'loa-tra-leng')
    await broker.deliver()
    expect(late.connects).toEqual([false])
  })

  it('holds what the client has no room for, and offers it again', async () => {
    const { broker, hub } = await pair()
    let room = false
    const heard: string[] = []
    const slow = client(broker, 'loa-cham-tre', {
      onMessage: (_, payload) => (room ? void heard.push(Buffer.from(payload).toString()) : 'hold'),
    })
    await broker.deliver()
    void slow.bus.subscribe([plan])
    await broker.deliver()
    void publish(hub, 'chờ')
    await broker.deliver()
    expect(heard).toEqual([])
    room = true
    await broker.deliver()
    expect(heard).toEqual(['chờ'])
  })

  it('sends the will after a cut, not after a goodbye, and not when the client is back within the delay', async () => {
    const { clock, broker, hub } = await pair()
    void hub.bus.subscribe([state])
    const will = { topic: state, payload: Buffer.from('lost'), retain: true, delaySeconds: 60 }
    const device = client(broker, 'loa-co-chuc', { will })
    await broker.deliver()

    broker.cut('loa-co-chuc')
    clock.pass(30)
    await broker.deliver()
    clock.pass(60)
    await broker.deliver()
    expect(hub.heard).toEqual([])

    broker.accepting(false)
    broker.cut('loa-co-chuc')
    clock.pass(61)
    await broker.deliver()
    broker.accepting(true)
    await broker.deliver()
    expect(hub.heard).toEqual(['lost'])

    await device.bus.close()
    clock.pass(61)
    await broker.deliver()
    expect(hub.heard).toEqual(['lost'])
  })

  it('lets a second connection with the same name take the first one over', async () => {
    const { broker, device } = await pair()
    const clone = client(broker, 'loa-tra-leng')
    await broker.deliver()
    expect(device.disconnects).toEqual(['session taken over'])
    // And so for ever, as two real devices with one identity do.
    await broker.deliver()
    expect(clone.disconnects).toEqual(['session taken over'])
  })
})

describe('the faults of the broker in memory', () => {
  it('a lost acknowledgement of a publish rejects it though it arrived: sending again makes a duplicate', async () => {
    const { broker, hub, device } = await pair()
    await device.bus.close()
    broker.faults({ lostAcknowledgement: 1 })
    const first = publish(hub, 'kế hoạch')
    await broker.deliver()
    expect(await first).toBe('rejected')
    broker.faults({})
    await broker.deliver()
    const second = publish(hub, 'kế hoạch')
    await broker.deliver()
    expect(await second).toBe('acknowledged')

    const back = client(broker, 'loa-tra-leng')
    await broker.deliver()
    expect(back.heard).toEqual(['kế hoạch', 'kế hoạch'])
  })

  it('a lost acknowledgement of a delivery brings the message again with the next connection', async () => {
    const { broker, hub, device } = await pair()
    await device.bus.close()
    void publish(hub, 'kế hoạch')
    await broker.deliver()
    const back = client(broker, 'loa-tra-leng')
    broker.faults({ lostAcknowledgement: 1 })
    await broker.deliver()
    expect([back.heard, back.disconnects]).toEqual([['kế hoạch'], ['cut']])
    broker.faults({})
    await broker.deliver()
    expect(back.heard).toEqual(['kế hoạch', 'kế hoạch'])
    expect(await broker.deliver()).toBe(0)
  })

  it('a cut before the message arrives rejects it and nobody hears it', async () => {
    const { broker, hub, device } = await pair({ cut: 1 })
    const sent = publish(hub, 'mất')
    await broker.deliver()
    expect(await sent).toBe('rejected')
    expect(hub.disconnects).toEqual(['cut'])
    expect(device.heard).toEqual([])
    broker.faults({})
    await broker.deliver()
    expect(hub.connects).toEqual([false, true])
  })

  it('repeats deliver a message twice or more, acknowledged all the same', async () => {
    const { broker, hub, device } = await pair({ repeat: 0.5 }, 3)
    const sent = Array.from({ length: 20 }, (_, index) => publish(hub, String(index)))
    await broker.deliver()
    expect(new Set(await Promise.all(sent))).toEqual(new Set(['acknowledged']))
    expect(new Set(device.heard).size).toBe(20)
    expect(device.heard.length).toBeGreaterThan(20)
  })

  it('reordering keeps the order within a topic and breaks it between topics', async () => {
    const { broker, hub, device } = await pair({}, 5)
    void device.bus.subscribe(['loa/1/b/#'])
    await broker.deliver()
    await device.bus.close()
    const texts = Array.from({ length: 30 }, (_, index) => index)
    const sent = texts.map((index) => publish(hub, String(index), `loa/1/b/x/${String(index % 3)}`))
    await broker.deliver()
    await Promise.all(sent)
    broker.faults({ reorder: 1 })
    const back = client(broker, 'loa-tra-leng')
    await broker.deliver()
    const heard = back.heard.map(Number)
    expect(heard).not.toEqual(texts)
    for (const topic of [0, 1, 2]) {
      expect(heard.filter((index) => index % 3 === topic)).toEqual(
        texts.filter((index) => index % 3 === topic),
      )
    }
  })

  it('kill -9 loses sessions, queues and retained messages; a tidy stop loses nothing', async () => {
    const { broker, hub, device } = await pair()
    void hub.bus.publish(plan, Buffer.from('giữ'), { retain: true })
    await broker.deliver()

    broker.restart('everything')
    await broker.deliver()
    expect(device.connects).toEqual([false, true])
    expect(broker.retained().size).toBe(1)

    broker.restart('nothing')
    await broker.deliver()
    expect(device.connects).toEqual([false, true, false])
    expect(hub.connects).toEqual([false, true, false])
    expect(broker.retained().size).toBe(0)
  })

  it('whatever the faults, a sender that repeats until acknowledged loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1e9 }),
        fc.record({
          cut: fc.double({ min: 0, max: 0.3, noNaN: true }),
          lostAcknowledgement: fc.double({ min: 0, max: 0.3, noNaN: true }),
          repeat: fc.double({ min: 0, max: 0.3, noNaN: true }),
          reorder: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        async (seed, faults) => {
          const { broker, hub, device } = await pair(faults, seed)
          const open = new Set(Array.from({ length: 15 }, (_, index) => String(index)))
          for (let turn = 0; open.size > 0 && turn < 200; turn += 1) {
            const tries = [...open].map(async (text) => {
              if ((await publish(hub, text)) === 'acknowledged') open.delete(text)
            })
            await broker.deliver()
            await Promise.all(tries)
          }
          broker.faults({})
          await broker.deliver()
          expect(open.size).toBe(0)
          expect(new Set(device.heard).size).toBe(15)
        },
      ),
      { numRuns: 30 },
    )
  })
})

it('the same seed gives the same run, another seed another', async () => {
  const run = async (seed: number): Promise<string> => {
    const { broker, hub, device } = await pair(
      { cut: 0.1, lostAcknowledgement: 0.1, repeat: 0.2, reorder: 0.5 },
      seed,
    )
    for (let round = 0; round < 10; round += 1) {
      const sent = Array.from({ length: 5 }, (_, index) => publish(hub, `${String(round)}.${String(index)}`))
      await broker.deliver()
      await Promise.all(sent)
    }
    return JSON.stringify([device.heard, device.disconnects, hub.disconnects])
  }
  expect(await run(11)).toBe(await run(11))
  expect(await run(11)).not.toBe(await run(12))
})

it.each([
  ['loa/1/d/+/state', 'loa/1/d/loa-tra-leng/state', true],
  ['loa/1/d/+/state', 'loa/1/d/loa-tra-leng/plan', false],
  ['loa/1/#', 'loa/1/keys', true],
  ['loa/1/a/+', 'loa/1/a/x/y', false],
  ['loa/1/a/+', 'loa/1/a', false],
  ['loa/1/keys', 'loa/1/keys', true],
])('the filter %s against %s: %s', (filter, topic, expected) => {
  expect(matches(filter, topic)).toBe(expected)
})

it('chance is evenly spread', () => {
  const chance = seededChance(1)
  const counts = Array.from({ length: 10 }, () => 0)
  for (let draw = 0; draw < 10_000; draw += 1) {
    const tenth = Math.floor(chance() * 10)
    counts[tenth] = (counts[tenth] ?? 0) + 1
  }
  for (const count of counts) expect(count).toBeGreaterThan(850)
})

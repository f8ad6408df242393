import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { connect as connectSocket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import { silentLog } from '../../src/base/log.ts'
import { mqttBus } from '../../src/wire/bus.ts'
import {
  aMoment,
  testBroker,
  type TestBroker,
  testClient,
  type TestClient,
  until,
} from '../support/broker.ts'

let broker: TestBroker
const open: TestClient[] = []
const closers: (() => Promise<void> | void)[] = []

beforeAll(async () => {
  broker = await testBroker(['loa-tra-leng', 'loa-tra-leng.b', 'loa-tra-cang'])
})
afterEach(async () => {
  for (const { bus } of open.splice(0)) await bus.close()
  for (const close of closers.splice(0)) await close()
})
afterAll(() => broker.close())

function client(
  ...[user, options, at = broker]: [
    string,
    Parameters<typeof testClient>[2]?,
    Pick<TestBroker, 'url' | 'hubPassword'>?,
  ]
): TestClient {
  const made = testClient(at, user, options)
  open.push(made)
  return made
}

async function connected(...given: Parameters<typeof client>): Promise<TestClient> {
  const made = client(...given)
  await until('the connection', () => made.bus.connected)
  return made
}

const plan = 'loa/1/d/loa-tra-leng/plan'
const persistent = { clean: false, sessionExpirySeconds: 300 }

/** A wire between client and broker that can be cut, or swallow what the broker says. */
async function wire(): Promise<{ url: string; cut(): void; swallow(on: boolean): void }> {
  const sockets = new Set<Socket>()
  let swallowing = false
  const server: Server = createServer((near) => {
    const far = connectSocket(broker.port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        near.destroy()
        far.destroy()
        sockets.delete(socket)
      })
    }
    near.on('data', (bytes) => far.write(bytes))
    far.on('data', (bytes) => {
      if (!swallowing) near.write(bytes)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  closers.push(() => {
    cut()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `mqtt://127.0.0.1:${String(port)}`,
    cut,
    swallow: (on) => {
      swallowing = on
    },
  }
}

describe('what a session has queued', () => {
  it('arrives whole, in order and once, though all of it comes right behind the connection', async () => {
    const before = await connected('loa-tra-leng', persistent)
    await before.bus.subscribe([plan])
    await before.bus.close()
    const hub = await connected('hub')
    const sent = Array.from({ length: 100 }, (_, index) => `thứ ${String(index)}`)
    for (const text of sent) await hub.bus.publish(plan, Buffer.from(text))

    const after = client('loa-tra-leng', persistent)

    await until('100 messages', () => after.heard.length >= sent.length)
    expect(after.connects).toEqual([true])
    expect(after.heard.map(({ text }) => text)).toEqual(sent)
    // Acknowledged: another connection finds nothing left.
    await after.bus.close()
    const again = await connected('loa-tra-leng', persistent)
    await aMoment()
    expect(again.heard).toEqual([])
  })

  it('is offered again until there is room for it, and is not acknowledged before', async () => {
    let room = 1
    const hub = await connected('hub')
    const taken: string[] = []
    const device = await connected('loa-tra-leng', {
      ...persistent,
      onMessage: (_, payload) => {
        if (taken.length >= room) return 'hold'
        taken.push(Buffer.from(payload).toString())
        return undefined
      },
    })
    await device.bus.subscribe([plan])
    for (const text of ['một', 'hai', 'ba']) await hub.bus.publish(plan, Buffer.from(text))
    await until('the first message', () => taken.length === 1)
    await aMoment()
    expect(taken).toEqual(['một'])

    room = 2
    await until('the second message', () => taken.length === 2)
    expect(taken).toEqual(['một', 'hai'])

    await device.bus.close()
    const next = await connected('loa-tra-leng', persistent)
    await until('what was held', () => next.heard.length > 0)
    expect(next.heard.map(({ text }) => text)).toEqual(['ba'])
  })
})

describe('publishing', () => {
  it('rejects without a connection, and never queues for later in silence', async () => {
    const cable = await wire()
    const hub = await connected('hub', {}, { ...broker, url: cable.url, hubPassword: broker.hubPassword })
    const device = await connected('loa-tra-leng')
    await device.bus.subscribe([plan])
    cable.cut()
    await until('the cut', () => !hub.bus.connected)

    await expect(hub.bus.publish(plan, Buffer.from('mất'))).rejects.toThrow('no connection to the broker')

    await until('the way back', () => hub.bus.connected)
    await hub.bus.publish(plan, Buffer.from('sau'))
    await until('the later message', () => device.heard.length > 0)
    expect(device.heard.map(({ text }) => text)).toEqual(['sau'])
  })

  it('rejects when the connection ends before the acknowledgement: the sender sends again', async () => {
    const cable = await wire()
    const hub = await connected('hub', {}, { url: cable.url, hubPassword: broker.hubPassword })
    const device = await connected('loa-tra-leng')
    await device.bus.subscribe([plan])
    cable.swallow(true)
    const published = hub.bus.publish(plan, Buffer.from('đã đến'))
    const settled = published.then(
      () => 'acknowledged',
      () => 'rejected',
    )
    await until('the message', () => device.heard.length === 1)
    cable.cut()
    expect(await settled).toBe('rejected')
  })

  it('is refused by the broker where the access list says so', async () => {
    const device = await connected('loa-tra-leng')
    await expect(device.bus.publish(plan, Buffer.from('x'))).rejects.toThrow(/not authorized/i)
    expect(device.bus.connected).toBe(true)
  })

  it('takes a thousand at once, keeps their order, and refuses what is beyond its bound', async () => {
    const hub = await connected('hub')
    const device = await connected('loa-tra-leng')
    await device.bus.subscribe([plan])
    const results = await Promise.allSettled(
      Array.from({ length: 1200 }, (_, index) => hub.bus.publish(plan, Buffer.from(String(index)))),
    )
    const taken = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [String(index)] : []))
    expect(taken.length).toBeGreaterThanOrEqual(1000)
    expect(taken.length).toBeLessThan(1200)
    await until('all that were taken', () => device.heard.length === taken.length)
    expect(device.heard.map(({ text }) => text)).toEqual(taken)
  })

  it('is acknowledged at once, also right after something was received and acknowledged', async () => {
    const hub = await connected('hub')
    await hub.bus.subscribe(['loa/1/d/+/state'])
    const device = await connected('loa-tra-leng')
    const times: number[] = []
    for (let index = 0; index < 40; index += 1) {
      await device.bus.publish('loa/1/d/loa-tra-leng/state', Buffer.from('x'))
      await until('the message', () => hub.heard.length > index)
      const began = performance.now()
      await hub.bus.publish(plan, new Uint8Array(25_000))
      times.push(performance.now() - began)
    }
    const median = times.sort((a, b) => a - b)[20]
    // Nagle's algorithm against delayed acknowledgements would make it 40 ms and more.
    expect(median).toBeLessThan(25)
  })

  it('keeps a retained message for later subscribers, as retained, and drops it at its expiry', async () => {
    const hub = await connected('hub')
    await hub.bus.publish('loa/1/a/gone', Buffer.from('ngắn'), { retain: true, expirySeconds: 1 })
    await hub.bus.publish('loa/1/a/kept', Buffer.from('dài'), { retain: true })
    await new Promise((resolve) => setTimeout(resolve, 2100))

    const device = await connected('loa-tra-leng')
    await device.bus.subscribe(['loa/1/a/+'])
    await until('the retained message', () => device.heard.length > 0)
    await aMoment()
    expect(device.heard.map(({ text, retained }) => [text, retained])).toEqual([['dài', true]])
    await hub.bus.publish('loa/1/a/kept', new Uint8Array(), { retain: true })
  })
})

describe('the connection', () => {
  it('comes back by itself, says whether its session is still there, and counts its bytes over all of them', async () => {
    const cable = await wire()
    const device = await connected('loa-tra-leng', persistent, { url: cable.url, hubPassword: '' })
    await device.bus.subscribe([plan])
    cable.cut()
    await until('the way back', () => device.connects.length === 2)
    expect(device.connects).toEqual([false, true])

    const hub = await connected('hub')
    const { received } = device.bus.bytes
    await hub.bus.publish(plan, new Uint8Array(10_000))
    await until('the message', () => device.heard.length === 1)
    const grown = device.bus.bytes.received - received
    expect(grown).toBeGreaterThanOrEqual(10_000)
    expect(grown).toBeLessThan(10_100)
    expect(device.bus.bytes.sent).toBeGreaterThan(100)
  })

  it('starts from nothing every time when it is asked to', async () => {
    const cable = await wire()
    const data = await connected('loa-tra-leng.b', {}, { url: cable.url, hubPassword: '' })
    cable.cut()
    await until('the way back', () => data.connects.length === 2)
    expect(data.connects).toEqual([false, false])
  })

  it('leaves the will to the broker when it is cut, and takes it along when it says goodbye', async () => {
    const state = 'loa/1/d/loa-tra-leng/state'
    const hub = await connected('hub')
    await hub.bus.subscribe([state])
    const will = { topic: state, payload: Buffer.from('lost'), retain: false }
    const polite = await connected('loa-tra-leng', { will })
    await polite.bus.close()
    await aMoment()
    expect(hub.heard).toEqual([])

    const cable = await wire()
    await connected('loa-tra-leng', { will }, { url: cable.url, hubPassword: '' })
    cable.cut()
    await until('the will', () => hub.heard.length === 1)
    expect(hub.heard[0]?.text).toBe('lost')
  })

  it('says why when it is refused, goes on trying, and stops trying once it is closed', async () => {
    const stranger = client('loa-tra-leng', { password: 'not-the-password' })
    await until('two refusals', () => stranger.disconnects.length >= 2)
    expect(stranger.disconnects[0]).toMatch(/not authorized/i)
    expect(stranger.bus.connected).toBe(false)

    await stranger.bus.close()
    const attempts = stranger.disconnects.length
    await aMoment()
    expect(stranger.disconnects.length).toBe(attempts)
  })

  it('waits for a broker that is not there yet', async () => {
    const far = client('loa-tra-leng', {}, { url: 'mqtt://127.0.0.1:9', hubPassword: '' })
    await until('refused attempts', () => far.disconnects.length >= 2)
    expect(far.disconnects[0]).toContain('ECONNREFUSED')
  })

  it('closes with publishes still open: they are settled, never forgotten', async () => {
    const cable = await wire()
    const hub = await connected('hub', {}, { url: cable.url, hubPassword: broker.hubPassword })
    const fine = hub.bus.publish(plan, Buffer.from('kịp'))
    await hub.bus.close()
    await expect(fine).resolves.toBeUndefined()
    await expect(hub.bus.publish(plan, Buffer.from('muộn'))).rejects.toThrow()
  })
})

it('refuses an address that is none, in both languages', () => {
  const wrong = (): unknown => mqttBus({ url: 'http://example.vn', log: silentLog })
  expect(wrong).toThrow(AppError)
  expect(wrong).toThrow('mqtt://host:1883')
})

it('a fleet that lost its broker does not come back as one, not even at the first attempt', async () => {
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  const connect = mqttBus({
    url: `mqtt://127.0.0.1:${port}`,
    log: silentLog,
    reconnectMs: { min: 200, max: 400 },
  })
  const second: number[] = []
  for (let number = 0; number < 12; number += 1) {
    let [first, times] = [0, 0]
    const bus = connect({
      clientId: `loa-so-${number}`,
      clean: true,
      sessionExpirySeconds: 0,
      receiveMaximum: 1,
      keepaliveSeconds: 60,
      onMessage: () => undefined,
      onConnect: () => undefined,
      onDisconnect: () => {
        times += 1
        if (times === 1) first = performance.now()
        if (times === 2) second.push(performance.now() - first)
      },
    })
    closers.push(() => bus.close())
  }
  await until('the second attempts', () => second.length === 12)
  // Twelve pauses of 200 to 400 ms lie so close together once in a million times.
  expect(Math.max(...second) - Math.min(...second)).toBeGreaterThan(50)
})

/**
 * The bus: what hub and controllers need of MQTT, and the only file that knows MQTT.js.
 *
 * MQTT 5, QoS 1 everywhere. Three things of MQTT.js are kept away from everybody else: handlers are
 * attached before the first packet can arrive (a session's queued messages are otherwise acknowledged
 * and lost), nothing is ever queued silently while there is no connection (the sender keeps its own
 * outbox), and every connection starts with a client of its own, so that no acknowledgement of an old
 * connection settles a message of a new one.
 */
import { randomInt } from 'node:crypto'
import type { Socket } from 'node:net'
import { connect, type IClientOptions, type IConnackPacket, type IPublishPacket, type MqttClient } from 'mqtt'
import { AppError, reasonOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'

/** A connection to the broker that comes back by itself until it is closed. */
export interface Bus {
  /** Whether the broker has accepted the present connection. */
  readonly connected: boolean
  /**
   * Publishes with QoS 1 and resolves when the broker has acknowledged. Rejects when there is no
   * connection, when the connection ends before the acknowledgement (the message may or may not have
   * arrived: send it again), when the broker refuses it, and when more than 1,000 publishes wait.
   * With `expirySeconds` the broker drops the message, retained or not, after that time.
   */
  publish(
    topic: string,
    payload: Uint8Array,
    options?: { retain?: boolean; expirySeconds?: number },
  ): Promise<void>
  /**
   * Subscribes with QoS 1. Subscriptions live in the broker's session: subscribe again whenever
   * `onConnect` says that no session was present. Retained messages come again with every call.
   */
  subscribe(topics: readonly string[]): Promise<void>
  unsubscribe(topics: readonly string[]): Promise<void>
  /**
   * Says goodbye (so the broker keeps the will to itself) and stays away. Waits at most two seconds
   * for acknowledgements under way; what is still open then rejects.
   */
  close(): Promise<void>
  /** Bytes on the wire since the bus was made, over all its connections: MQTT packets, without TCP and IP. */
  readonly bytes: { received: number; sent: number }
}

export type BusOptions = {
  clientId: string
  /** True: every connection starts from nothing. False: the broker keeps the session and queues. */
  clean: boolean
  /** How long the broker keeps the session after the connection has gone; 0 = not at all. */
  sessionExpirySeconds: number
  /** How many messages the broker may send ahead of our acknowledgements. */
  receiveMaximum: number
  keepaliveSeconds: number
  /** What the broker publishes in our name (QoS 1) when we vanish without a goodbye. */
  will?: { topic: string; payload: Uint8Array; retain: boolean; delaySeconds?: number }
  /**
   * Must only note the message, and must not throw: a throw ends the process. The broker is told that
   * we have it as soon as this returns. `'hold'` means "I have no room": the same message is offered
   * again every 20 ms, and until it is taken nothing more is read and nothing acknowledged.
   */
  // A handler that simply returns must be fine, whatever it is declared as.
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
  onMessage(topic: string, payload: Uint8Array, retained: boolean): void | 'hold'
  /** The broker has accepted us; queued messages follow. `sessionPresent`: it still knows our subscriptions. */
  onConnect(sessionPresent: boolean): void
  /** A connection has ended, or an attempt has failed; the next attempt is already planned unless closed. */
  onDisconnect(why: string): void
}

/** Makes a bus. Returns at once; whether there is a broker shows in `onConnect` and `onDisconnect`. */
export type ConnectBus = (options: BusOptions) => Bus

/** Publishes without an acknowledgement at one time, unless the broker asks for fewer (mosquitto: 20). */
const underWayMax = 64
/** Publishes waiting for their turn beyond those. */
const waitingMax = 1000
/** Topics in one SUBSCRIBE or UNSUBSCRIBE packet. */
const topicsPerPacket = 100
/** We accept no larger packet: a chunk of 32 KiB and control messages of 64 KiB fit well. */
const packetBytesMax = 262_144
const connectTimeoutMs = 10_000
const holdMs = 20
const goodbyeMs = 2000

export type BusAccess = {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  url: string
  username?: string
  password?: string
  log: Log
  /**
   * Pause before the next attempt: evenly drawn between `min` and a limit that begins at twice `min`
   * and doubles with each failed attempt up to `max` (full jitter, also before the first attempt, so
   * that a fleet does not come back as one). 1 s to 300 s.
   */
  reconnectMs?: { min: number; max: number }
}

/** Buses to one MQTT 5 broker. Refuses (`invalid`) an address that is none. */
export function mqttBus(access: BusAccess): ConnectBus {
  checkAddress(access.url)
  return (options) => new MqttBus(access, options)
}

function checkAddress(address: string): void {
  if (URL.canParse(address) && ['mqtt:', 'mqtts:'].includes(new URL(address).protocol)) return
  throw new AppError('invalid', {
    vi: `Địa chỉ máy chủ MQTT không đúng: "${address}". Hãy dùng dạng mqtt://tên-máy:1883.`,
    en: `Not an address of an MQTT broker: "${address}". Use the form mqtt://host:1883.`,
  })
}

type Publishing = { send(client: MqttClient): void; reject(error: Error): void }

class MqttBus implements Bus {
  readonly #access: BusAccess
  readonly #options: BusOptions
  readonly #underWay = new Set<Publishing>()
  readonly #waiting: Publishing[] = []
  #client: MqttClient | undefined
  #connected = false
  #closed = false
  #underWayMax = underWayMax
  #failures = 0
  #retry: NodeJS.Timeout | undefined
  #drained: (() => void) | undefined
  #earlier = { received: 0, sent: 0 }

  constructor(access: BusAccess, options: BusOptions) {
    this.#access = access
    this.#options = options
    this.#attempt()
  }

  get connected(): boolean {
    return this.#connected
  }

  get bytes(): { received: number; sent: number } {
    const now = bytesOf(this.#client)
    return { received: this.#earlier.received + now.received, sent: this.#earlier.sent + now.sent }
  }

  publish(
    topic: string,
    payload: Uint8Array,
    options: { retain?: boolean; expirySeconds?: number } = {},
  ): Promise<void> {
    if (!this.#connected)
      return Promise.reject(new Error(`no connection to the broker: ${topic} not published`))
    if (this.#waiting.length >= waitingMax) {
      return Promise.reject(new Error(`${waitingMax} publishes wait already: ${topic} not published`))
    }
    return new Promise((resolve, reject) => {
      const publishing: Publishing = {
        reject,
        send: (client) => {
          this.#underWay.add(publishing)
          client.publish(
            topic,
            Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
            {
              qos: 1,
              retain: options.retain ?? false,
              ...(options.expirySeconds === undefined
                ? {}
                : { properties: { messageExpiryInterval: options.expirySeconds } }),
            },
            (error) => {
              // A connection that has ended has already settled its publishes.
              if (!this.#underWay.delete(publishing)) return
              if (error) reject(new Error(`${topic} not published: ${reasonOf(error)}`, { cause: error }))
              else resolve()
              this.#sendWaiting()
            },
          )
        },
      }
      this.#waiting.push(publishing)
      this.#sendWaiting()
    })
  }

  async subscribe(topics: readonly string[]): Promise<void> {
    for (const batch of inBatches(topics)) {
      const granted = await this.#present().subscribeAsync(batch, { qos: 1 })
      const refused = granted.find(({ qos }) => qos >= 0x80)
      if (refused !== undefined) throw new Error(`the broker refuses the subscription to ${refused.topic}`)
    }
  }

  async unsubscribe(topics: readonly string[]): Promise<void> {
    for (const batch of inBatches(topics)) await this.#present().unsubscribeAsync(batch)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#retry)
    const client = this.#client
    if (client !== undefined && this.#connected) {
      await this.#drain()
      await goodbye(client)
    }
    client?.end(true)
    this.#fail('the bus was closed')
    this.#connected = false
  }

  #present(): MqttClient {
    if (this.#client === undefined || !this.#connected) throw new Error('no connection to the broker')
    return this.#client
  }

  #sendWaiting(): void {
    while (this.#connected && this.#client !== undefined && this.#underWay.size < this.#underWayMax) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      next.send(this.#client)
    }
    if (this.#underWay.size === 0 && this.#waiting.length === 0) this.#drained?.()
  }

  async #drain(): Promise<void> {
    if (this.#underWay.size === 0 && this.#waiting.length === 0) return
    await new Promise<void>((resolve) => {
      const giveUp = setTimeout(resolve, goodbyeMs)
      this.#drained = () => {
        clearTimeout(giveUp)
        resolve()
      }
    })
  }

  /** One connection, from the first packet to its end, with an MQTT.js client of its own. */
  #attempt(): void {
    const client = connect(this.#access.url, clientOptions(this.#access, this.#options))
    this.#client = client
    // MQTT.js writes a packet in pieces: Nagle's algorithm would hold the last one back for 40 ms.
    socketOf(client)?.setNoDelay(true)
    let why = 'the connection was cut'
    let ended = false
    // All in the same tick as connect(): what the broker has queued comes right behind its CONNACK.
    client.handleMessage = (packet, done) => {
      this.#take(client, packet, () => done())
    }
    client.on('connect', (connack) => {
      if (this.#client === client) this.#accepted(connack)
    })
    client.on('error', (error) => {
      why = describe(error)
      // MQTT.js leaves the socket open after a packet it cannot read.
      client.stream.destroy()
    })
    client.on('disconnect', ({ reasonCode }) => {
      why = `the broker ended the connection (reason ${String(reasonCode ?? 0)})`
    })
    client.on('close', () => {
      if (ended) return
      ended = true
      this.#ended(client, why)
    })
  }

  #accepted(connack: IConnackPacket): void {
    this.#failures = 0
    this.#connected = true
    this.#underWayMax = Math.min(underWayMax, connack.properties?.receiveMaximum ?? underWayMax)
    this.#options.onConnect(connack.sessionPresent)
  }

  #ended(client: MqttClient, why: string): void {
    const { received, sent } = bytesOf(client)
    this.#earlier = { received: this.#earlier.received + received, sent: this.#earlier.sent + sent }
    if (this.#client === client) this.#client = undefined
    this.#connected = false
    this.#fail(why)
    if (this.#closed) return
    const { min, max } = this.#access.reconnectMs ?? { min: 1000, max: 300_000 }
    this.#failures += 1
    const limit = Math.min(max, min * 2 ** Math.min(this.#failures, 20))
    this.#retry = setTimeout(() => this.#attempt(), randomInt(min, Math.max(min, limit) + 1))
    this.#access.log.debug({ client: this.#options.clientId, why }, 'not connected to the broker')
    this.#options.onDisconnect(why)
  }

  #fail(why: string): void {
    const open = [...this.#underWay, ...this.#waiting.splice(0)]
    this.#underWay.clear()
    for (const publishing of open) publishing.reject(new Error(`not published: ${why}`))
    this.#drained?.()
  }

  #take(client: MqttClient, packet: IPublishPacket, done: () => void): void {
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    const taken = this.#options.onMessage(packet.topic, payload, packet.retain)
    if (taken !== 'hold') {
      done()
      return
    }
    setTimeout(() => {
      // After the connection's end the broker offers the message again: it was never acknowledged.
      if (this.#client === client && !this.#closed) this.#take(client, packet, done)
    }, holdMs)
  }
}

function clientOptions(access: BusAccess, options: BusOptions): IClientOptions {
  const { will } = options
  return {
    protocolVersion: 5,
    clientId: options.clientId,
    clean: options.clean,
    keepalive: options.keepaliveSeconds,
    connectTimeout: connectTimeoutMs,
    // We reconnect ourselves, each time with a fresh client.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    properties: {
      sessionExpiryInterval: options.sessionExpirySeconds,
      receiveMaximum: options.receiveMaximum,
      maximumPacketSize: packetBytesMax,
    },
    ...(access.username === undefined ? {} : { username: access.username }),
    ...(access.password === undefined ? {} : { password: access.password }),
    ...(will === undefined
      ? {}
      : {
          will: {
            topic: will.topic,
            payload: Buffer.from(will.payload),
            qos: 1,
            retain: will.retain,
            properties: { willDelayInterval: will.delaySeconds ?? 0 },
          },
        }),
  }
}

/** A normal DISCONNECT; given up when the broker does not close within the time. */
async function goodbye(client: MqttClient): Promise<void> {
  await new Promise<void>((resolve) => {
    const giveUp = setTimeout(resolve, goodbyeMs)
    client.end(false, () => {
      clearTimeout(giveUp)
      resolve()
    })
  })
}

function socketOf(client: MqttClient): Socket | undefined {
  return client.stream as Socket | undefined
}

function bytesOf(client: MqttClient | undefined): { received: number; sent: number } {
  const socket = client && socketOf(client)
  return { received: socket?.bytesRead ?? 0, sent: socket?.bytesWritten ?? 0 }
}

function inBatches(topics: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(topics.length / topicsPerPacket) }, (_, index) =>
    topics.slice(index * topicsPerPacket, (index + 1) * topicsPerPacket),
  )
}

/** Node reports several refused addresses as one error without a message. */
function describe(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code
  const text = reasonOf(error)
  return text === '' ? (code ?? 'the connection failed') : text
}

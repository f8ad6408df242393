/** A client's side of the broker in memory: what it has asked for and what became of it. */
import { type Clock, toMilliseconds } from '../base/time.ts'
import type { Bus, BusOptions } from './bus.ts'

export type Message = { topic: string; payload: Uint8Array; expiresAt: number }

/** What a connection needs of its broker. */
export interface BrokerSide {
  readonly clock: Clock
  happens(fault: 'cut' | 'lostAcknowledgement'): boolean
  route(message: Message, retain: boolean): void
  subscribe(clientId: string, filters: readonly string[]): void
  unsubscribe(clientId: string, filters: readonly string[]): void
  lose(connection: Connection, why: string): void
  leave(connection: Connection): void
}

/** Publishes a client may have open, as the real bus: 64 under way and 1,000 waiting. */
const openPublishesMax = 1064

type Step = () => 'done' | 'cut'
type Asked = { step: Step; resolve: () => void; reject: (error: Error) => void }

export class Connection implements Bus {
  readonly options: BusOptions
  readonly bytes = { received: 0, sent: 0 }
  readonly #broker: BrokerSide
  #out: Asked[] = []
  state: 'waiting' | 'open' | 'closed' = 'waiting'
  /** In which delivery the connection was last lost: it comes back in a later one. */
  lostIn = -1

  constructor(broker: BrokerSide, options: BusOptions) {
    this.#broker = broker
    this.options = {
      ...options,
      onMessage: (topic, payload, retained) => {
        this.bytes.received += packetBytes(topic, payload)
        return options.onMessage(topic, payload, retained)
      },
    }
  }

  get connected(): boolean {
    return this.state === 'open'
  }

  publish(
    topic: string,
    payload: Uint8Array,
    options: { retain?: boolean; expirySeconds?: number } = {},
  ): Promise<void> {
    const now = toMilliseconds(this.#broker.clock.now())
    const expiresAt = options.expirySeconds === undefined ? Infinity : now + options.expirySeconds * 1000
    const message = { topic, payload: Uint8Array.from(payload), expiresAt }
    return this.#ask(topic, () => {
      this.bytes.sent += packetBytes(topic, payload)
      if (this.#broker.happens('cut')) return 'cut'
      this.#broker.route(message, options.retain ?? false)
      return this.#broker.happens('lostAcknowledgement') ? 'cut' : 'done'
    })
  }

  subscribe(topics: readonly string[]): Promise<void> {
    return this.#ask('subscription', () => {
      this.#broker.subscribe(this.options.clientId, topics)
      return 'done'
    })
  }

  unsubscribe(topics: readonly string[]): Promise<void> {
    return this.#ask('unsubscription', () => {
      this.#broker.unsubscribe(this.options.clientId, topics)
      return 'done'
    })
  }

  /** What is open at the goodbye still reaches the broker, as it does over TCP. */
  close(): Promise<void> {
    if (this.state === 'closed') return Promise.resolve()
    while (this.state === 'open' && this.stepOut());
    this.state = 'closed'
    this.#fail('the bus was closed')
    this.#broker.leave(this)
    return Promise.resolve()
  }

  hasWork(): boolean {
    return this.state === 'open' && this.#out.length > 0
  }

  accepted(sessionPresent: boolean): void {
    this.state = 'open'
    this.options.onConnect(sessionPresent)
  }

  lost(why: string, delivery: number): void {
    this.state = 'waiting'
    this.lostIn = delivery
    this.#fail(why)
    this.options.onDisconnect(why)
  }

  /** Moves one of the client's own messages to the broker. */
  stepOut(): boolean {
    const next = this.#out.shift()
    if (next === undefined) return false
    if (next.step() === 'done') {
      next.resolve()
      return true
    }
    next.reject(new Error('not published: the connection was cut'))
    this.#broker.lose(this, 'cut')
    return true
  }

  #ask(what: string, step: Step): Promise<void> {
    if (this.state !== 'open') return Promise.reject(new Error(`no connection to the broker: ${what}`))
    if (this.#out.length >= openPublishesMax)
      return Promise.reject(new Error(`too many wait already: ${what}`))
    return new Promise((resolve, reject) => this.#out.push({ step, resolve, reject }))
  }

  #fail(why: string): void {
    const open = this.#out
    this.#out = []
    for (const { reject } of open) reject(new Error(`not published: ${why}`))
  }
}

/** Bytes of a PUBLISH packet with QoS 1 without properties: head, length, topic, packet id, payload. */
function packetBytes(topic: string, payload: Uint8Array): number {
  const rest = 2 + Buffer.byteLength(topic) + 2 + 1 + payload.length
  return 1 + (rest < 128 ? 1 : rest < 16_384 ? 2 : 3) + rest
}

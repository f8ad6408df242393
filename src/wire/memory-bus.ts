/**
 * A broker in memory for the seeded simulation: what MQTT 5 with QoS 1 promises, and nothing more.
 *
 * Nothing moves by itself. The simulation calls `deliver()`, which moves messages one by one, in an
 * order and with faults drawn from the seed, until nothing is left to move. Time is the simulation's
 * clock. The faults are those that a real broker on a bad link shows: an acknowledgement is only ever
 * lost together with its connection, and what was unacknowledged comes again.
 */
import assert from 'node:assert/strict'
import { type Clock, toMilliseconds } from '../base/time.ts'
import type { Bus, BusOptions, ConnectBus } from './bus.ts'
import { Connection, type Message } from './memory-connection.ts'

/** Chances between 0 and 1, each for one message; all 0 when absent. */
export type Faults = {
  /** The connection is cut before the message arrives. */
  cut: number
  /** The message arrives, and the connection is cut before its acknowledgement does. */
  lostAcknowledgement: number
  /** The broker delivers the message twice. */
  repeat: number
  /** The broker delivers the oldest message of another topic first; within a topic order holds. */
  reorder: number
}

export type MemoryBroker = {
  connect: ConnectBus
  /**
   * Accepts whoever wants to connect, sends wills and drops what has expired, then moves messages
   * until all is quiet. Whoever loses the connection meanwhile stays away until the next call.
   * Returns how many messages moved. Fails after 100,000 rounds: such a run never settles.
   */
  deliver(): Promise<number>
  /** Cuts a client's connection without a goodbye; it connects again at the next `deliver()`. */
  cut(clientId: string): void
  /**
   * Ends every connection. `'nothing'` is kill -9: sessions, queues and retained messages are gone;
   * `'everything'` is a tidy stop with its state on disk. No wills are sent.
   */
  restart(keeps: 'everything' | 'nothing'): void
  /** From now on nobody is accepted (false) or everybody is again (true). */
  accepting(open: boolean): void
  /** Faults from now on; absent chances are 0. */
  faults(faults: Partial<Faults>): void
  /** Retained messages by topic, as a new subscriber would get them now. */
  retained(): ReadonlyMap<string, Uint8Array>
  /** Client ids connected now. */
  clients(): string[]
  /** Messages dropped because a session's queue was full (5,000, as our mosquitto has it). */
  readonly dropped: number
}

/** Messages a session's queue holds; more are dropped, the newest first. */
const queueMax = 5000
const roundsMax = 100_000

const noFaults: Faults = { cut: 0, lostAcknowledgement: 0, repeat: 0, reorder: 0 }

type Queued = Message & { retained: boolean }
type Session = { subscriptions: Set<string>; queue: Queued[]; expiresAt: number }
type Will = Message & { retain: boolean; dueAt: number }

/** A broker whose faults and order follow from the seed alone: same seed, same calls, same run. */
export function memoryBroker(options: {
  seed: number
  clock: Clock
  faults?: Partial<Faults>
  /**
   * Waited for between two moves, so that whoever was answered can go on: a turn of the event loop
   * when absent. Where clients also wait for the disk, only a pause that outlasts that waiting makes
   * the order of their publishes follow from the seed alone.
   */
  pause?: () => Promise<void>
}): MemoryBroker {
  const pause = options.pause ?? (() => new Promise<void>((resolve) => setImmediate(resolve)))
  return new Broker(options.seed, options.clock, { ...noFaults, ...options.faults }, pause)
}

class Broker implements MemoryBroker {
  readonly clock: Clock
  readonly chance: () => number
  readonly #retained = new Map<string, Message>()
  readonly #sessions = new Map<string, Session>()
  readonly #connections = new Set<Connection>()
  readonly #wills = new Map<string, Will>()
  #accepting = true
  #delivery = 0
  #faults: Faults
  readonly #pause: () => Promise<void>
  dropped = 0

  constructor(seed: number, clock: Clock, faults: Faults, pause: () => Promise<void>) {
    this.#pause = pause
    this.clock = clock
    this.chance = seededChance(seed)
    this.#faults = faults
  }

  connect = (options: BusOptions): Bus => {
    const connection = new Connection(this, options)
    this.#connections.add(connection)
    return connection
  }

  async deliver(): Promise<number> {
    let moved = 0
    this.#delivery += 1
    for (let round = 0; round < roundsMax; round += 1) {
      this.#expire()
      let busy = this.#accept()
      for (const connection of shuffled([...this.#connections], this.chance)) {
        if (connection.state !== 'open') continue
        const steps = Number(connection.stepOut()) + Number(this.#stepIn(connection))
        moved += steps
        busy ||= steps > 0
      }
      // Whoever waited for an acknowledgement goes on now, and may publish more.
      await this.#pause()
      if (!busy && ![...this.#connections].some((connection) => connection.hasWork())) return moved
    }
    assert.fail(`messages still moved after ${String(roundsMax)} rounds`)
  }

  cut(clientId: string): void {
    for (const connection of this.#connections) {
      if (connection.options.clientId === clientId && connection.state === 'open')
        this.lose(connection, 'cut')
    }
  }

  restart(keeps: 'everything' | 'nothing'): void {
    for (const connection of this.#connections) {
      if (connection.state === 'open') connection.lost('the broker went away', this.#delivery)
    }
    this.#wills.clear()
    if (keeps === 'everything') return
    this.#sessions.clear()
    this.#retained.clear()
  }

  accepting(open: boolean): void {
    this.#accepting = open
  }

  faults(faults: Partial<Faults>): void {
    this.#faults = { ...noFaults, ...faults }
  }

  retained(): ReadonlyMap<string, Uint8Array> {
    this.#expire()
    return new Map([...this.#retained].map(([topic, { payload }]) => [topic, payload]))
  }

  clients(): string[] {
    return [...this.#connections]
      .filter(({ state }) => state === 'open')
      .map(({ options }) => options.clientId)
  }

  happens(fault: keyof Faults): boolean {
    return this.#faults[fault] > 0 && this.chance() < this.#faults[fault]
  }

  /** Takes a published message: keeps it when retained, queues it for every session that wants it. */
  route(message: Message, retain: boolean): void {
    if (retain) {
      if (message.payload.length === 0) this.#retained.delete(message.topic)
      else this.#retained.set(message.topic, message)
    }
    for (const session of this.#sessions.values()) {
      const wanted = [...session.subscriptions].some((filter) => matches(filter, message.topic))
      if (wanted) this.#queue(session, { ...message, retained: false })
    }
  }

  subscribe(clientId: string, filters: readonly string[]): void {
    const session = this.#sessions.get(clientId)
    assert(session)
    for (const filter of filters) {
      session.subscriptions.add(filter)
      for (const message of this.#retained.values()) {
        if (matches(filter, message.topic)) this.#queue(session, { ...message, retained: true })
      }
    }
  }

  unsubscribe(clientId: string, filters: readonly string[]): void {
    for (const filter of filters) this.#sessions.get(clientId)?.subscriptions.delete(filter)
  }

  /** The connection has gone without a goodbye: the session waits, the will is due. */
  lose(connection: Connection, why: string): void {
    const { clientId, will, sessionExpirySeconds } = connection.options
    const now = toMilliseconds(this.clock.now())
    if (will !== undefined) {
      this.#wills.set(clientId, {
        topic: will.topic,
        payload: will.payload,
        retain: will.retain,
        expiresAt: Infinity,
        dueAt: now + (will.delaySeconds ?? 0) * 1000,
      })
    }
    this.#leaveSession(clientId, now, sessionExpirySeconds)
    connection.lost(why, this.#delivery)
  }

  /** A goodbye: no will. */
  leave(connection: Connection): void {
    this.#connections.delete(connection)
    const { clientId, sessionExpirySeconds } = connection.options
    this.#leaveSession(clientId, toMilliseconds(this.clock.now()), sessionExpirySeconds)
  }

  #leaveSession(clientId: string, now: number, expirySeconds: number): void {
    const session = this.#sessions.get(clientId)
    if (session === undefined) return
    if (expirySeconds === 0) this.#sessions.delete(clientId)
    else session.expiresAt = now + expirySeconds * 1000
  }

  #queue(session: Session, message: Queued): void {
    if (session.queue.length >= queueMax) this.dropped += 1
    else session.queue.push(message)
  }

  #accept(): boolean {
    if (!this.#accepting) return false
    let accepted = false
    for (const connection of this.#connections) {
      if (connection.state !== 'waiting' || connection.lostIn === this.#delivery) continue
      const { clientId, clean } = connection.options
      for (const other of this.#connections) {
        if (other.options.clientId === clientId && other.state === 'open')
          this.lose(other, 'session taken over')
      }
      // Whoever is back in time takes the will back; a clean start also ends the old session.
      this.#wills.delete(clientId)
      const present = !clean && this.#sessions.has(clientId)
      if (!present) this.#sessions.set(clientId, { subscriptions: new Set(), queue: [], expiresAt: Infinity })
      const session = this.#sessions.get(clientId)
      assert(session)
      session.expiresAt = Infinity
      connection.accepted(present)
      accepted = true
    }
    return accepted
  }

  #expire(): void {
    const now = toMilliseconds(this.clock.now())
    for (const [topic, { expiresAt }] of this.#retained) if (expiresAt <= now) this.#retained.delete(topic)
    for (const [clientId, session] of this.#sessions) {
      if (session.expiresAt <= now) this.#sessions.delete(clientId)
      else session.queue = session.queue.filter(({ expiresAt }) => expiresAt > now)
    }
    for (const [clientId, will] of this.#wills) {
      // MQTT 5: at the end of the session or of the delay, whichever comes first.
      if (will.dueAt > now && this.#sessions.has(clientId)) continue
      this.#wills.delete(clientId)
      this.route(will, will.retain)
    }
  }

  /** Moves one message to the client. */
  #stepIn(connection: Connection): boolean {
    const session = this.#sessions.get(connection.options.clientId)
    if (session === undefined || session.queue.length === 0 || connection.state !== 'open') return false
    if (this.happens('cut')) {
      this.lose(connection, 'cut')
      return true
    }
    const message = this.#next(session)
    if (connection.options.onMessage(message.topic, message.payload, message.retained) === 'hold')
      return false
    if (this.happens('lostAcknowledgement')) {
      this.lose(connection, 'cut')
      return true
    }
    if (this.happens('repeat')) return true
    session.queue.splice(session.queue.indexOf(message), 1)
    return true
  }

  #next(session: Session): Queued {
    const [first] = session.queue
    assert(first)
    if (!this.happens('reorder')) return first
    const oldest = new Map<string, Queued>()
    for (const message of session.queue) if (!oldest.has(message.topic)) oldest.set(message.topic, message)
    return [...oldest.values()][Math.floor(this.chance() * oldest.size)] ?? first
  }
}

/** Whether an MQTT topic filter (`+` one level, `#` all the rest) takes a topic. */
export function matches(filter: string, topic: string): boolean {
  const levels = topic.split('/')
  const wanted = filter.split('/')
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false
  }
  return wanted.length === levels.length
}

/** Evenly spread numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function shuffled<T>(items: T[], chance: () => number): T[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(chance() * (last + 1))
    const [a, b] = [items[last], items[other]]
    if (a !== undefined && b !== undefined) [items[last], items[other]] = [b, a]
  }
  return items
}

/**
 * The hub's connection to the broker: who we are there, what we listen to, and the notes of what was
 * heard, to be worked off at our own pace.
 */
import type { Log } from '../base/log.ts'
import { type Clock, toMilliseconds } from '../base/time.ts'
import type { Bus, ConnectBus } from '../wire/bus.ts'
import { controlBytesMax, HubStateMessage, writeMessage } from '../wire/messages.ts'
import { hubSubscriptions, readDeviceTopic, topics } from '../wire/topics.ts'
import { hubUser } from './broker-files.ts'

/** Something a device said that is delivery's to hear. */
export type Note = {
  device: string
  kind: 'state' | 'reported' | 'want'
  payload: Uint8Array
  retained: boolean
}

export type LinkOptions = {
  connect: ConnectBus
  clock: Clock
  log: Log
  /** Tells a restart of the hub: a new one makes every device send its outbox again. */
  epoch: string
  /** What is not delivery's to hear: receipts. */
  // A handler that simply returns must be fine.
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
  onMessage?: (topic: string, payload: Uint8Array, retained: boolean) => void | 'hold'
  /** There is something to work off. */
  wake(): void
}

/** The broker keeps our session, and what devices send meanwhile, for an hour. */
const sessionExpirySeconds = 3600
const keepaliveSeconds = 60
const receiveMaximum = 200
/** Notes not yet worked off; beyond either bound the broker has to wait. */
const notesMax = 5000
const noteBytesMax = 16_777_216

const clientsTopic = '$SYS/broker/clients/connected'

export class Link {
  readonly bus: Bus
  readonly #options: LinkOptions
  #notes: Note[] = []
  #noteBytes = 0
  #greet = false
  #subscribed = false
  /** Grows whenever the broker may have lost what it held for us. */
  generation = 0
  /** Messages that were no device's or too large. */
  refused = 0
  connectedClients: number | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.bus = options.connect({
      clientId: hubUser,
      clean: false,
      sessionExpirySeconds,
      receiveMaximum,
      keepaliveSeconds,
      will: { topic: topics.hub, payload: this.#stateOf(false), retain: true },
      onMessage: (topic, payload, retained) => this.#note(topic, payload, retained),
      onConnect: (sessionPresent) => {
        this.#greet = true
        if (!sessionPresent) {
          this.#subscribed = false
          this.generation += 1
        }
        options.log.info({ sessionPresent }, 'connected to the broker')
        options.wake()
      },
      onDisconnect: (why) => {
        this.connectedClients = undefined
        options.log.warn({ why }, 'no connection to the broker; trying again')
      },
    })
  }

  /** All notes, in the order in which they came. */
  takeNotes(): Note[] {
    const notes = this.#notes
    this.#notes = []
    this.#noteBytes = 0
    return notes
  }

  get hasNotes(): boolean {
    return this.#notes.length > 0
  }

  /** Subscribes and says that the hub is there, when a new connection asks for it. */
  async greet(): Promise<void> {
    if (!this.#greet || !this.bus.connected) return
    this.#greet = false
    try {
      if (!this.#subscribed) {
        await this.bus.subscribe(hubSubscriptions)
        this.#subscribed = true
        // Our own broker tells how many clients it has; another one need not.
        await this.bus.subscribe([clientsTopic]).catch(() => undefined)
      }
      await this.bus.publish(topics.hub, this.#stateOf(true), { retain: true })
    } catch (error) {
      this.#greet = true
      throw error
    }
  }

  /** Says goodbye with the hub's state. */
  async close(): Promise<void> {
    if (this.bus.connected) {
      // A goodbye takes the will along, so we say ourselves that we are gone. Closing waits for the
      // broker's word, but not for ever: a broker that hangs must not keep us from stopping.
      this.bus.publish(topics.hub, this.#stateOf(false), { retain: true }).catch(() => undefined)
    }
    await this.bus.close()
  }

  #note(topic: string, payload: Uint8Array, retained: boolean): 'hold' | undefined {
    if (topic === clientsTopic) {
      this.connectedClients = Number(Buffer.from(payload).toString('latin1'))
      return undefined
    }
    const at = readDeviceTopic(topic)
    if (at === undefined || payload.length > controlBytesMax) {
      this.refused += 1
      return undefined
    }
    const { device, kind } = at
    if (kind === 'receipts') return this.#options.onMessage?.(topic, payload, retained) ?? undefined
    if (kind !== 'state' && kind !== 'reported' && kind !== 'want') return undefined
    if (this.#notes.length >= notesMax || this.#noteBytes >= noteBytesMax) return 'hold'
    this.#notes.push({ device, kind, payload, retained })
    this.#noteBytes += payload.length
    this.#options.wake()
    return undefined
  }

  #stateOf(on: boolean): Uint8Array {
    const now = toMilliseconds(this.#options.clock.now())
    return writeMessage(HubStateMessage, { v: 1, on, epoch: this.#options.epoch, now })
  }
}

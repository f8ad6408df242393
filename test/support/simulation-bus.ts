/** A process's way to the broker, cut off when the process dies: what it asked for is never answered. */
import type { Bus, BusOptions, ConnectBus } from '../../src/wire/bus.ts'
import type { MemoryBroker } from '../../src/wire/memory-bus.ts'

/** Tells of every message that reaches a client, and of every one it publishes. */
export type Listen = (way: 'in' | 'out', client: string, topic: string, payload: Uint8Array) => void

export class Lifeline {
  readonly #broker: MemoryBroker
  readonly #listen: Listen
  readonly #touch: () => void
  readonly #arrived: () => void
  readonly #open = new Map<Bus, string>()
  #dead = false

  /**
   * `touch` is called before each publish and subscription; when it throws, that is the process's end.
   * `arrived` is called when a message has come, before it is noted, and must not throw.
   */
  constructor(options: { broker: MemoryBroker; listen: Listen; touch: () => void; arrived: () => void }) {
    this.#broker = options.broker
    this.#listen = options.listen
    this.#touch = options.touch
    this.#arrived = options.arrived
  }

  get dead(): boolean {
    return this.#dead
  }

  connect: ConnectBus = (options) => {
    const bus = this.#broker.connect(this.#heard(options))
    this.#open.set(bus, options.clientId)
    const isDead = (): boolean => this.#dead
    return {
      get connected() {
        return !isDead() && bus.connected
      },
      get bytes() {
        return bus.bytes
      },
      publish: (topic, payload, more) =>
        this.#asked(() => {
          this.#listen('out', options.clientId, topic, payload)
          return bus.publish(topic, payload, more)
        }),
      subscribe: (topics) => this.#asked(() => bus.subscribe(topics)),
      unsubscribe: (topics) => this.#asked(() => bus.unsubscribe(topics)),
      close: async () => {
        if (this.#dead) return
        this.#open.delete(bus)
        await bus.close()
      },
    }
  }

  /** The process stands still: what it has said may still travel, and nothing is answered any more. */
  freeze(): void {
    this.#dead = true
  }

  /** The end of the process: connections break without a goodbye, and nothing is answered any more. */
  cut(): void {
    this.#dead = true
    for (const [bus, clientId] of this.#open) {
      this.#broker.cut(clientId)
      // A connection that is cut already is only taken off the broker's list: the will stays due.
      void bus.close()
    }
    this.#open.clear()
  }

  #heard(options: BusOptions): BusOptions {
    return {
      ...options,
      onMessage: (topic, payload, retained) => {
        this.#listen('in', options.clientId, topic, payload)
        this.#arrived()
        return options.onMessage(topic, payload, retained)
      },
      onConnect: (sessionPresent) => {
        if (!this.#dead) options.onConnect(sessionPresent)
      },
      onDisconnect: (why) => {
        if (!this.#dead) options.onDisconnect(why)
      },
    }
  }

  #asked(ask: () => Promise<void>): Promise<void> {
    if (this.#dead) return never()
    this.#touch()
    return ask().then(
      () => (this.#dead ? never() : undefined),
      (error: unknown) => {
        if (this.#dead) return never()
        throw error
      },
    )
  }
}

/** What a dead process waits for. */
export function never(): Promise<never> {
  return new Promise(() => undefined)
}

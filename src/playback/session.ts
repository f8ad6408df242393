/**
 * The control connection: a session the broker keeps while the device is away, with a birth message,
 * a will of the same birth number, and subscriptions that are renewed whenever the broker lost them.
 */
import { reasonOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { type Clock, toMilliseconds } from '../base/time.ts'
import type { Bus, ConnectBus } from '../wire/bus.ts'
import { StateMessage, writeMessage } from '../wire/messages.ts'
import { topics } from '../wire/topics.ts'

/** The broker keeps session and queue for a week without the device. */
const sessionExpirySeconds = 604_800
const keepaliveSeconds = 240
/** A cut shorter than this is nobody's business. */
const willDelaySeconds = 60

export type SessionOptions = {
  device: string
  birth: number
  connect: ConnectBus
  clock: Clock
  log: Log
  note: (topic: string, payload: Uint8Array) => void
  wake: () => void
}

export class Session {
  readonly #options: SessionOptions
  readonly #bus: Bus
  #connectedAnew = false
  /** Topics that the broker has granted in the present session. */
  readonly #granted = new Set<string>()

  constructor(options: SessionOptions) {
    const { device, connect, log } = options
    this.#options = options
    this.#bus = connect({
      clientId: device,
      clean: false,
      sessionExpirySeconds,
      receiveMaximum: 16,
      keepaliveSeconds,
      will: {
        topic: topics.state(device),
        payload: this.#state('lost'),
        retain: true,
        delaySeconds: willDelaySeconds,
      },
      onMessage: (topic, payload) => options.note(topic, payload),
      onConnect: (sessionPresent) => {
        if (!sessionPresent) this.#granted.clear()
        this.#connectedAnew = true
        options.wake()
      },
      onDisconnect: (why) => {
        log.debug({ device, why }, 'control connection lost')
        options.wake()
      },
    })
  }

  get connected(): boolean {
    return this.#bus.connected
  }

  /** Whether a connection has come up since the last look. */
  cameUp(): boolean {
    const anew = this.#connectedAnew && this.#bus.connected
    if (anew) this.#connectedAnew = false
    return anew
  }

  /** Subscribes to those of the topics that this session does not have yet. */
  listen(wanted: readonly string[]): void {
    if (!this.#bus.connected) return
    const fresh = wanted.filter((topic) => !this.#granted.has(topic))
    if (fresh.length === 0) return
    // Taken as granted until the broker says otherwise, so that a step in between does not ask twice.
    for (const topic of fresh) this.#granted.add(topic)
    this.#bus.subscribe(fresh).catch((error: unknown) => {
      for (const topic of fresh) this.#granted.delete(topic)
      this.#options.log.debug({ device: this.#options.device, why: reasonOf(error) }, 'not subscribed')
    })
  }

  /** Lets go of topics that have said what they had to say. */
  forget(done: readonly string[]): void {
    const held = done.filter((topic) => this.#granted.delete(topic))
    if (held.length === 0 || !this.#bus.connected) return
    this.#bus.unsubscribe(held).catch((error: unknown) => {
      this.#options.log.debug({ device: this.#options.device, why: reasonOf(error) }, 'not unsubscribed')
    })
  }

  /** Publishes if there is a connection, and says whether it tried. `failed` is told when it did not arrive. */
  publish(
    topic: string,
    payload: Uint8Array,
    retain: boolean,
    failed: () => void = () => undefined,
  ): boolean {
    if (!this.#bus.connected) return false
    this.#bus.publish(topic, payload, { retain }).catch((error: unknown) => {
      this.#options.log.debug({ device: this.#options.device, topic, why: reasonOf(error) }, 'not published')
      failed()
    })
    return true
  }

  /** Says that the device is there. */
  announce(): void {
    this.publish(topics.state(this.#options.device), this.#state('ready'), true)
  }

  /** Says goodbye and stays away. */
  async close(): Promise<void> {
    this.publish(topics.state(this.#options.device), this.#state('disconnected'), true)
    await this.#bus.close()
  }

  #state(state: StateMessage['state']): Uint8Array {
    const { birth, clock } = this.#options
    return writeMessage(StateMessage, { v: 1, state, birth, at: toMilliseconds(clock.now()) })
  }
}

/**
 * A set clock, a broker in memory, a hub that only signs and acknowledges, and controllers with real
 * journals and real files: everything around playback, driven by hand.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomIds } from '../../src/base/ids.ts'
import { sha256 } from '../../src/base/hash.ts'
import { silentLog } from '../../src/base/log.ts'
import { type Clock, fromMilliseconds, type Instant, toMilliseconds } from '../../src/base/time.ts'
import {
  type Controller,
  type ControllerOptions,
  createController,
  type Heard,
  type Output,
  type PlayablePart,
  silentOutput,
} from '../../src/playback/index.ts'
import type { Bus, ConnectBus } from '../../src/wire/bus.ts'
import { type MemoryBroker, memoryBroker } from '../../src/wire/memory-bus.ts'
import { SampleHub } from './controller-hub.ts'

/** Time that stands until it is set. */
export class SetClock implements Clock {
  #now: number
  #waits: { at: number; go: () => void }[] = []

  constructor(instant: Instant) {
    this.#now = toMilliseconds(instant)
  }

  now(): Instant {
    return fromMilliseconds(this.#now)
  }

  wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (milliseconds <= 0 || signal?.aborted === true) {
        resolve()
        return
      }
      const wait = { at: this.#now + milliseconds, go: resolve }
      this.#waits.push(wait)
      const give = (): void => {
        this.#waits = this.#waits.filter((other) => other !== wait)
        resolve()
      }
      signal?.addEventListener('abort', give, { once: true })
    })
  }

  /** When the next one who waits is to be woken. */
  get nextWait(): number {
    return Math.min(Infinity, ...this.#waits.map(({ at }) => at))
  }

  get milliseconds(): number {
    return this.#now
  }

  /** Somebody sets the clock: it says another time, and whoever waits still waits as long. */
  jump(milliseconds: number): void {
    this.#now += milliseconds
    for (const wait of this.#waits) wait.at += milliseconds
  }

  set(milliseconds: number): void {
    this.#now = Math.max(this.#now, milliseconds)
    const due = this.#waits.filter(({ at }) => at <= this.#now)
    this.#waits = this.#waits.filter(({ at }) => at > this.#now)
    for (const { go } of due) go()
  }
}

/** What came out of a loudspeaker. */
export type Sound = {
  device: string
  at: Instant
  parts: string[]
  bytes: string[]
  whole: boolean
  /** Those that the loudspeaker was to make after the parts. */
  notes?: string
}

/** Thrown at an outside call to end a controller there, as a power cut does. */
export class PowerCut extends Error {}

/** How long a controller lives: in a step, its so-many-th look at the clock, the ids, the broker or the loudspeaker is the last. */
export type Life = { left: number; stepping: boolean }

export type Device = {
  id: string
  folder: string
  controller: Controller
  next: number
  life: Life
}

export class World {
  readonly clock: SetClock
  readonly broker: MemoryBroker
  readonly hub: SampleHub
  readonly folder = mkdtempSync(join(tmpdir(), 'loa-controller-'))
  readonly sounds: Sound[] = []
  readonly devices = new Map<string, Device>()
  /** Chunks that came to the devices, in order. */
  readonly chunks: { device: string; topic: string; payload: Uint8Array }[] = []
  /** When set, what the sound system answers instead of playing. */
  broken: { heardMs: number; error: string } | undefined

  constructor(options: { seed?: number; now?: Instant } = {}) {
    this.clock = new SetClock(options.now ?? '2026-11-23T01:00:00.000Z')
    this.broker = memoryBroker({ seed: options.seed ?? 1, clock: this.clock })
    this.hub = new SampleHub(this.broker.connect, this.clock)
  }

  /** A world whose hub is connected. */
  static async begin(options: { seed?: number; now?: Instant } = {}): Promise<World> {
    const world = new World(options)
    await world.settle()
    return world
  }

  get now(): number {
    return this.clock.milliseconds
  }

  /** Switches a device on: a new one, or one whose folder is already there. */
  async switchOn(id: string, options: Partial<ControllerOptions> = {}, lives = Infinity): Promise<Device> {
    const folder = join(this.folder, id)
    const life: Life = { left: lives, stepping: false }
    const touch = (): void => {
      if (!life.stepping) return
      life.left -= 1
      if (life.left <= 0) throw new PowerCut('power cut')
    }
    const clock: Clock = {
      now: () => (touch(), this.clock.now()),
      wait: (milliseconds, signal) => this.clock.wait(milliseconds, signal),
    }
    const controller = createController({
      credentials: this.hub.enrol(id),
      folder,
      clock,
      connect: mortal(this.broker.connect, touch),
      connectData: mortal(this.#listening(id), touch),
      output: this.#output(id, touch),
      log: silentLog,
      ids: { next: (kind) => (touch(), randomIds.next(kind)) },
      jitterSeconds: 0,
      resendSeconds: 60,
      monotonicMs: () => 0,
      ...options,
    })
    await controller.start()
    const device = { id, folder, controller, next: this.now, life }
    this.devices.set(id, device)
    return device
  }

  /** The power goes: whatever was under way is gone, only the folder stays. */
  async switchOff(id: string): Promise<void> {
    const device = this.devices.get(id)
    this.devices.delete(id)
    if (device !== undefined) device.life.stepping = false
    // Stopping writes nothing to the journal: only handles and connections are let go.
    await device?.controller.stop()
  }

  /** Lets messages move and everybody work until nothing is left to do at this instant. */
  async settle(): Promise<void> {
    for (let round = 0; round < 500; round += 1) {
      const moved = (await this.broker.deliver()) + (await this.hub.work())
      for (const device of [...this.devices.values()]) await this.#step(device)
      const busy = [...this.devices.values()].some(({ next }) => next <= this.now)
      if (moved === 0 && !busy) return
    }
    throw new Error('the world does not settle')
  }

  /** Time goes by until this many milliseconds from now. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds
    await this.settle()
    for (;;) {
      const next = Math.min(this.clock.nextWait, ...[...this.devices.values()].map((device) => device.next))
      if (next > end) break
      this.clock.set(next)
      await this.settle()
    }
    this.clock.set(end)
    await this.settle()
  }

  /** The clock of the devices is set, by so much; within a minute they look at it. */
  async setClock(milliseconds: number): Promise<void> {
    this.clock.jump(milliseconds)
    for (const device of this.devices.values()) device.next = this.now
    await this.settle()
  }

  async close(): Promise<void> {
    for (const id of [...this.devices.keys()]) await this.switchOff(id)
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #step(device: Device): Promise<void> {
    device.life.stepping = true
    try {
      device.next = toMilliseconds(await device.controller.step())
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error
      await this.switchOff(device.id)
    } finally {
      device.life.stepping = false
    }
  }

  #listening(device: string): ConnectBus {
    return (options) =>
      this.broker.connect({
        ...options,
        onMessage: (topic, payload, retained) => {
          if (payload.length > 0) this.chunks.push({ device, topic, payload })
          return options.onMessage(topic, payload, retained)
        },
      })
  }

  #output(device: string, touch: () => void): Output {
    const silent = silentOutput(this.clock)
    const sound = async (
      parts: readonly PlayablePart[],
      signal: AbortSignal,
      notes?: string,
    ): Promise<Heard> => {
      if (this.broken !== undefined) return this.broken
      // At one stroke: time must not go by while the bytes are looked at.
      const bytes = parts.map(({ path }) => sha256(readFileSync(path)))
      const at = this.clock.now()
      const named = parts.map((part) => part.sha256)
      const given = notes === undefined ? {} : { notes }
      const heard: Sound = { device, at, parts: named, bytes, whole: false, ...given }
      this.sounds.push(heard)
      const result = await silent.play(parts, signal, notes)
      heard.whole = !signal.aborted
      return result
    }
    return {
      play: (parts, signal, notes) => {
        touch()
        return sound(parts, signal, notes)
      },
    }
  }
}

function mortal(connect: ConnectBus, touch: () => void): ConnectBus {
  return (options) => {
    const bus = connect(options)
    return {
      get connected() {
        return bus.connected
      },
      get bytes() {
        return bus.bytes
      },
      publish: (...given: Parameters<Bus['publish']>) => (touch(), bus.publish(...given)),
      subscribe: (topics) => (touch(), bus.subscribe(topics)),
      unsubscribe: (topics) => bus.unsubscribe(topics),
      close: () => bus.close(),
    }
  }
}

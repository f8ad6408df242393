/** A controller of a simulation: the real playback in its own folder, with a power that fails. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../src/base/hash.ts'
import type { Ids } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { type Clock, plusMilliseconds, toMilliseconds } from '../../src/base/time.ts'
import {
  type Controller,
  createController,
  type Heard,
  type PlayablePart,
  silentOutput,
} from '../../src/playback/index.ts'
import type { DeviceCredentials } from '../../src/wire/credentials.ts'
import type { MemoryBroker } from '../../src/wire/memory-bus.ts'
import { type Chance, seededIds } from './simulation-chance.ts'
import { Lifeline, type Listen } from './simulation-bus.ts'
import { quiet } from './simulation-quiet.ts'

/** What a loudspeaker was given, and what came out. Times are the device's own, in milliseconds. */
export type Sound = {
  device: string
  /** What the parts are called, and what their bytes on the disk really are. */
  named: string[]
  bytes: string[]
  startedAt: number
  plannedMs: number
  /** Those to be made after the parts. */
  notes: string | null
  /** -1 while it plays, and for ever when the power went. */
  heardMs: number
  /** How often the power had gone before. */
  powerCuts: number
}

/** Ends a controller at an outside call, as a power cut does. */
class PowerCut extends Error {}

export type SimulationDeviceOptions = {
  seed: number
  credentials: DeviceCredentials
  /** All devices' folders. */
  folder: string
  clock: Clock
  broker: MemoryBroker
  chance: Chance
  listen: Listen
  onSound: (sound: Sound) => void
}

const cacheBytes = 8_388_608

export class SimulationDevice {
  readonly id: string
  readonly folder: string
  /** How much its clock is ahead of the true time. */
  readonly aheadMs: number
  readonly sounds: Sound[] = []
  readonly #options: SimulationDeviceOptions
  readonly #clock: Clock
  readonly #ids: Ids
  #running: { controller: Controller; line: Lifeline } | undefined
  #life = { left: Infinity, counts: false }
  #bootedAt = 0
  /** How its sound system fails at the next plays, from the next on. */
  readonly failures: ('silent' | 'half')[] = []
  /** In true time, milliseconds. */
  next = Infinity
  powerCuts = 0

  constructor(options: SimulationDeviceOptions) {
    this.#options = options
    this.id = options.credentials.device
    this.folder = join(options.folder, this.id)
    this.aheadMs = options.chance.whole(-20_000, 20_000)
    this.#ids = seededIds(options.seed, this.id)
    this.#clock = {
      now: () => {
        this.#touch()
        return plusMilliseconds(options.clock.now(), this.aheadMs)
      },
      wait: (milliseconds, signal) => options.clock.wait(milliseconds, signal),
    }
  }

  get on(): boolean {
    return this.#running !== undefined
  }

  get status(): ReturnType<Controller['status']> | undefined {
    return this.#running?.controller.status()
  }

  /** `lives`: its so-many-th message or look at clock, ids or loudspeaker is its last. */
  async switchOn(lives = Infinity): Promise<void> {
    const { broker, listen, credentials } = this.#options
    this.#life = { left: lives, counts: false }
    const arrived = (): void => {
      this.#life.left -= 1
    }
    const line = new Lifeline({ broker, listen, touch: () => this.#touch(), arrived })
    this.#bootedAt = this.#now
    const controller = createController({
      credentials,
      folder: this.folder,
      clock: this.#clock,
      connect: line.connect,
      connectData: line.connect,
      output: {
        // The power fails before any sound, and not as a failure of the sound system.
        play: (parts, signal, notes) => (this.#touch(), this.#play(parts, signal, notes)),
      },
      log: silentLog,
      ids: { next: (kind) => (this.#touch(), this.#ids.next(kind)) },
      jitterSeconds: 30,
      resendSeconds: 60,
      cacheBytes,
      monotonicMs: () => this.#now - this.#bootedAt,
    })
    this.#running = { controller, line }
    this.next = this.#now
    await this.#mayDie(() => controller.start())
  }

  /** Its so-many-th outside call from now on is its last. */
  dieAfter(calls: number): void {
    this.#life.left = calls
  }

  /** The power goes: only the folder stays, and half-written files may hold anything. */
  async powerCut(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    this.#life.counts = false
    this.next = Infinity
    this.powerCuts += 1
    running.line.cut()
    // Stopping writes nothing to the journal: only handles are let go.
    await running.controller.stop()
    await quiet()
    if (this.#options.chance.happens(0.3)) this.#spoil((name) => name.endsWith('.part'))
  }

  /** Bytes of a recording on the card change by themselves. Says whether there was one. */
  spoilRecording(): boolean {
    return this.#spoil((name) => !name.endsWith('.part'))
  }

  /** A step of its loop. */
  async step(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    if (this.#life.left <= 0) {
      // What has come is noted, and never worked off.
      await this.powerCut()
      return
    }
    await this.#mayDie(async () => {
      const next = toMilliseconds(await running.controller.step())
      this.next = next - this.aheadMs
    })
  }

  async #mayDie(live: () => Promise<void>): Promise<void> {
    this.#life.counts = true
    try {
      await live()
      await quiet()
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error
      await this.powerCut()
    } finally {
      this.#life.counts = false
    }
  }

  #touch(): void {
    if (!this.#life.counts) return
    this.#life.left -= 1
    if (this.#life.left <= 0) throw new PowerCut('power cut')
  }

  async #play(parts: readonly PlayablePart[], signal: AbortSignal, notes?: string): Promise<Heard> {
    const plannedMs = parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
    const startedAt = this.#now + this.aheadMs
    // At one stroke: time must not go by while the bytes are looked at.
    const bytes = parts.map(({ path }) => sha256(readFileSync(path)))
    const named = parts.map((part) => part.sha256)
    const sound: Sound = {
      device: this.id,
      named,
      bytes,
      startedAt,
      plannedMs,
      heardMs: -1,
      notes: notes ?? null,
      powerCuts: this.powerCuts,
    }
    this.sounds.push(sound)
    this.#options.onSound(sound)
    const failure = this.failures.shift()
    if (failure === 'silent') {
      await this.#options.clock.wait(1000, signal)
      if (!signal.aborted) sound.heardMs = 0
      return { heardMs: 0, error: 'the sound system is busy' }
    }
    const heard =
      failure === 'half' ? parts.map((part) => ({ ...part, milliseconds: part.milliseconds / 2 })) : parts
    const after = failure === 'half' ? undefined : notes
    const { heardMs } = await silentOutput(this.#options.clock).play(heard, signal, after)
    if (!signal.aborted) sound.heardMs = heardMs
    return failure === 'half' ? { heardMs, error: 'the sound system stopped' } : { heardMs }
  }

  #spoil(which: (name: string) => boolean): boolean {
    const folder = join(this.folder, 'parts')
    const names = readdirSync(folder).filter(which).sort()
    const name = names.length === 0 ? undefined : this.#options.chance.one(names)
    if (name === undefined) return false
    const bytes = readFileSync(join(folder, name))
    if (bytes.length === 0) return false
    const at = this.#options.chance.whole(0, bytes.length - 1)
    bytes[at] = (bytes[at] ?? 0) ^ 0xff
    writeFileSync(join(folder, name), bytes)
    return true
  }

  get #now(): number {
    return toMilliseconds(this.#options.clock.now())
  }
}

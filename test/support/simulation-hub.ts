/** The hub of a simulation: the real modules on real files, started, killed and started again. */
import { join } from 'node:path'
import { silentLog } from '../../src/base/log.ts'
import { type Clock, toMilliseconds } from '../../src/base/time.ts'
import { closeDatabase, type Database, openDatabase } from '../../src/db/index.ts'
import { createDelivery, type Delivery } from '../../src/delivery/index.ts'
import { createIngest, type Ingest } from '../../src/evidence/index.ts'
import { planWanted } from '../../src/schedule/index.ts'
import type { MemoryBroker } from '../../src/wire/memory-bus.ts'
import { type Chance, seededIds } from './simulation-chance.ts'
import { Lifeline, type Listen } from './simulation-bus.ts'
import { officeKeys } from './simulation-office.ts'
import { quiet } from './simulation-quiet.ts'

/** The jobs' beat when nothing wakes them. The real one is ten seconds; a slower one may only cost time. */
const beatMs = 1_800_000
/** After news the hub looks again so often and so soon: chunks that were asked for are gathered for two seconds. */
const looksAfterNews = 3
const lookMs = 2500

const pace = { leadSeconds: 300, spreadSeconds: 120, lateSeconds: 900 }

type Running = {
  database: Database
  delivery: Delivery
  ingest: Ingest
  line: Lifeline
  life: { left: number }
}

export type SimulationHubOptions = {
  seed: number
  folder: string
  devicesFolder: string
  clock: Clock
  broker: MemoryBroker
  chance: Chance
  listen: Listen
}

export class SimulationHub {
  readonly #options: SimulationHubOptions
  #running: Running | undefined
  #starts = 0
  #news = false
  #looks = 0
  #beatAt = 0
  #lookAt = 0

  constructor(options: SimulationHubOptions) {
    this.#options = options
  }

  get folder(): string {
    return this.#options.folder
  }

  get audioFolder(): string {
    return join(this.#options.folder, 'audio')
  }

  get alive(): boolean {
    return this.#running !== undefined
  }

  /** The database of the hub that runs. */
  get database(): Database {
    if (this.#running === undefined) throw new Error('the hub is not running')
    return this.#running.database
  }

  /** When it wants to look again, milliseconds. */
  get next(): number {
    if (this.#running === undefined) return Infinity
    return Math.min(this.#beatAt, this.#lookAt)
  }

  /** Opens the files and connects, as `loa hub` does. `lives`: its so-many-th message, to it or from it, is its last. */
  start(lives = Infinity): void {
    const { clock, broker, listen, folder, devicesFolder, seed } = this.#options
    this.#starts += 1
    const life = { left: lives }
    const count = (): void => {
      life.left -= 1
    }
    const line = new Lifeline({ broker, listen, touch: count, arrived: count })
    const database = openDatabase(join(folder, 'loa.db'))
    const ingest = createIngest({
      database,
      clock,
      log: silentLog,
      publishAck: (device, bytes) => delivery.publishAck(device, bytes),
    })
    const delivery = createDelivery({
      database,
      audioFolder: this.audioFolder,
      devicesFolder,
      connect: line.connect,
      hubKey: officeKeys(seed).hub,
      clock,
      log: silentLog,
      epoch: `hub-${this.#starts}`,
      attendMs: 0,
      onMessage: (topic, payload) => {
        ingest.note(topic, payload)
        this.#news = true
      },
    })
    delivery.start()
    this.#running = { database, delivery, ingest, line, life }
    this.wake()
  }

  /** Its so-many-th message from now on, to it or from it, is its last. */
  dieAfter(messages: number): void {
    if (this.#running !== undefined) this.#running.life.left = messages
  }

  /** The jobs are due now. */
  wake(): void {
    this.#beatAt = this.#now
    this.#news = true
  }

  /** kill -9: nothing is finished, nothing is said; only the files stay. */
  async kill(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    running.line.cut()
    await quiet()
    await closeDatabase(running.database)
  }

  /** Does what is due, moving messages while it waits for the broker. Returns how many moved. */
  async turn(deliver: () => Promise<number>): Promise<number> {
    const running = this.#running
    if (running === undefined) return 0
    if (running.life.left <= 0) {
      // What has come is noted, and never worked off.
      await this.kill()
      return 0
    }
    let moved = 0
    if (this.#now >= this.#lookAt) this.#lookAt = Infinity
    if (this.#now >= this.#beatAt) {
      this.#beatAt = this.#now + beatMs
      moved += await this.#work(running, deliver, () => this.#jobs(running))
    }
    moved += await this.#work(running, deliver, () => running.delivery.attend())
    moved += await this.#work(running, deliver, () => running.ingest.flush())
    return moved
  }

  /** Messages moved, so it looks again a few times. */
  rest(moved: boolean): void {
    if (moved || this.#news) this.#looks = looksAfterNews
    this.#news = false
    this.#lookAt = this.#looks > 0 ? this.#now + lookMs : Infinity
    this.#looks -= 1
  }

  async #jobs({ database, delivery }: Running): Promise<void> {
    const { clock, seed } = this.#options
    await planWanted({ database, clock, log: silentLog, ids: seededIds(seed, 'hub'), ...pace })
    await delivery.run()
  }

  /** Runs one piece of work to its end, or to the hub's. */
  async #work(
    running: Running,
    deliver: () => Promise<number>,
    work: () => Promise<unknown>,
  ): Promise<number> {
    if (running.line.dead) return 0
    let state: 'going' | 'done' | { error: unknown } = 'going'
    work().then(
      () => {
        state = 'done'
      },
      (error: unknown) => {
        state = { error }
      },
    )
    let moved = 0
    for (;;) {
      await quiet()
      if (this.#isOver(state)) return moved
      if (running.life.left <= 0) {
        // At this message: half of the time it is still sent.
        running.line.freeze()
        if (this.#options.chance.happens(0.5)) moved += await deliver()
        await this.kill()
        return moved
      }
      moved += await deliver()
    }
  }

  #isOver(state: 'going' | 'done' | { error: unknown }): boolean {
    if (typeof state !== 'object') return state === 'done'
    const { error } = state
    // What the running hub logs, and tries again.
    if (error instanceof Error && /not published|no connection|too many wait/.test(error.message)) return true
    throw error
  }

  get #now(): number {
    return toMilliseconds(this.#options.clock.now())
  }
}

/** A look into the files of a hub that does not run. */
export async function withDatabase<T>(folder: string, look: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase(join(folder, 'loa.db'))
  try {
    return await look(database)
  } finally {
    await closeDatabase(database)
  }
}

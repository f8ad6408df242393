/**
 * A small province for some days under one seed: the hub's real modules on real files, seven real
 * controllers, a broker in memory, a clock that is set, and everything that can go wrong. Same seed,
 * same run.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { dayOf, timeOfDay } from '../../src/base/calendar.ts'
import { sha256 } from '../../src/base/hash.ts'
import { fromMilliseconds } from '../../src/base/time.ts'
import type { Database } from '../../src/db/index.ts'
import { type MemoryBroker, memoryBroker } from '../../src/wire/memory-bus.ts'
import { ReportedMessage } from '../../src/wire/messages.ts'
import { readDeviceTopic } from '../../src/wire/topics.ts'
import { SetClock } from './controller-world.ts'
import { Attacker } from './simulation-attacker.ts'
import { Chance } from './simulation-chance.ts'
import { SimulationDevice, type Sound } from './simulation-device.ts'
import { SimulationHub, withDatabase } from './simulation-hub.ts'
import { enrolAll, type Office, openOffice } from './simulation-office.ts'
import { newFolder, smallRegistry } from './simulation-place.ts'
import { quiet, unwatchDisk, watchDisk } from './simulation-quiet.ts'

/** Tuesday, 3 November 2026, three in the morning. */
export const beginning = '2026-11-02T20:00:00.000Z'
export const month = '2026-11'

const stepsShown = 60
const roundsMax = 500

export class Simulation {
  readonly seed: number
  readonly clock = new SetClock(beginning)
  readonly broker: MemoryBroker
  readonly hub: SimulationHub
  readonly devices = new Map<string, SimulationDevice>()
  readonly sounds: Sound[] = []
  readonly #folder = newFolder('loa-simulation-')
  readonly #trace = createHash('sha256')
  readonly #steps: string[] = []
  readonly #generations = new Map<string, number>()
  #attacker: Attacker | undefined
  /** Hashes that an approver has signed for. */
  readonly approved = new Set<string>()
  /** What operators said of airings played by hand. */
  readonly attested = new Map<string, 'nothing' | 'waits' | 'played' | 'missed'>()
  /** What must never be: said at once, with the time. */
  readonly violations: string[] = []
  messages = 0

  private constructor(seed: number) {
    this.seed = seed
    const { clock } = this
    this.broker = memoryBroker({ seed, clock, pause: quiet })
    const devicesFolder = smallRegistry(this.#folder)
    mkdirSync(join(this.#folder, 'hub'))
    this.hub = new SimulationHub({
      ...{ seed, clock, devicesFolder, broker: this.broker },
      folder: join(this.#folder, 'hub'),
      chance: new Chance(seed, 'hub'),
      listen: (...heard) => this.#listen(...heard),
    })
    this.devicesFolder = devicesFolder
  }

  readonly devicesFolder: string

  /** Opens the office and enrols the devices; nothing runs yet. */
  static async open(seed: number): Promise<Simulation> {
    watchDisk()
    const simulation = new Simulation(seed)
    try {
      await simulation.#furnish()
      return simulation
    } catch (error) {
      await simulation.close()
      throw error
    }
  }

  async #furnish(): Promise<void> {
    const { seed, clock, broker } = this
    await this.office(openOffice)
    for (const credentials of await this.office(enrolAll)) {
      const device = new SimulationDevice({
        ...{ seed, credentials, clock, broker },
        folder: join(this.#folder, 'devices'),
        chance: new Chance(seed, credentials.device),
        listen: (...heard) => this.#listen(...heard),
        onSound: (sound) => this.#heard(sound),
      })
      this.devices.set(device.id, device)
    }
    const devices = [...this.devices.keys()]
    this.#attacker = new Attacker({ seed, chance: new Chance(seed, 'attacker'), broker, devices })
  }

  get attacker(): Attacker {
    if (this.#attacker === undefined) throw new Error('the simulation is not open')
    return this.#attacker
  }

  get now(): number {
    return this.clock.milliseconds
  }

  /** Staff do something: in the running hub, or on the command line while it is down. */
  async office<T>(work: (office: Office) => Promise<T>): Promise<T> {
    const on = (database: Database): Promise<T> =>
      work({
        seed: this.seed,
        database,
        audioFolder: this.hub.audioFolder,
        devicesFolder: this.devicesFolder,
        now: this.clock.now(),
      })
    const result = this.hub.alive ? await on(this.hub.database) : await withDatabase(this.hub.folder, on)
    await quiet()
    if (this.hub.alive) this.hub.wake()
    return result
  }

  /** Notes what was done to the province, for whoever has to find out why. */
  step(what: string): void {
    const now = this.clock.now()
    this.#steps.push(`${dayOf(now)} ${timeOfDay(now)} ${what}`)
    this.#note(`step ${now} ${what}\n`)
  }

  /** The seed and the last things that were done. */
  story(): string {
    const last = this.#steps.slice(-stepsShown)
    return [`seed ${this.seed}, ${this.#steps.length} steps, the last ${last.length}:`, ...last].join('\n')
  }

  get stepsTaken(): number {
    return this.#steps.length
  }

  /** Lets messages move and everybody work until nothing is left to do at this instant. */
  async settle(): Promise<void> {
    let some = false
    for (let round = 0; round < roundsMax; round += 1) {
      let moved = await this.broker.deliver()
      moved += await this.hub.turn(() => this.broker.deliver())
      for (const device of this.devices.values()) await device.step()
      some ||= moved > 0
      const busy = [...this.devices.values()].some(({ next }) => next <= this.now)
      if (moved > 0 || busy || this.hub.next <= this.now) continue
      this.hub.rest(some)
      return
    }
    throw new Error('the province does not settle')
  }

  /** Time goes by until then. */
  async passUntil(end: number): Promise<void> {
    await this.settle()
    for (;;) {
      const wanted = [...this.devices.values()].map(({ next }) => next)
      const next = Math.min(this.clock.nextWait, this.hub.next, ...wanted)
      if (next >= end) break
      this.clock.set(next)
      await quiet()
      await this.settle()
    }
    this.clock.set(end)
    await quiet()
    await this.settle()
  }

  async pass(milliseconds: number): Promise<void> {
    await this.passUntil(this.now + milliseconds)
  }

  /** Everything that happened on the wire, in the office and at the loudspeakers, as one hash. */
  trace(): string {
    return this.#trace.copy().digest('hex')
  }

  /** Ends everything; the hub's and the devices' files can be looked at until `close`. */
  async end(): Promise<void> {
    for (const device of this.devices.values()) await device.powerCut()
    await this.hub.kill()
  }

  async close(): Promise<void> {
    await this.end()
    unwatchDisk()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #note(line: string): void {
    this.#trace.update(line)
  }

  #listen(way: 'in' | 'out', client: string, topic: string, payload: Uint8Array): void {
    this.messages += 1
    this.#note(`${this.now} ${way} ${client} ${topic} ${sha256(payload)}\n`)
    if (way !== 'out') return
    this.#attacker?.overhear(topic, payload)
    const at = readDeviceTopic(topic)
    if (at?.kind === 'reported') this.#hearReport(at.device, payload)
  }

  /** A device never goes back to an older plan. */
  #hearReport(device: string, payload: Uint8Array): void {
    const body = Buffer.from(payload).subarray(Buffer.from(payload).indexOf(10) + 1)
    const { generation } = ReportedMessage.parse(JSON.parse(body.toString('utf8')))
    const before = this.#generations.get(device) ?? 0
    if (generation < before) this.violations.push(`${device} went back from plan ${before} to ${generation}`)
    this.#generations.set(device, generation)
  }

  #heard(sound: Sound): void {
    this.sounds.push(sound)
    this.#note(`sound ${fromMilliseconds(this.now)} ${sound.device} ${sound.bytes.join(' ')}\n`)
    this.step(`${sound.device} plays`)
    for (const [index, hash] of sound.bytes.entries()) {
      if (!this.approved.has(hash)) this.violations.push(`${sound.device} plays bytes nobody approved`)
      if (hash !== sound.named[index]) this.violations.push(`${sound.device} plays other bytes than it names`)
    }
  }
}

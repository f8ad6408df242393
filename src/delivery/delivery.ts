/** The hub's delivery: the job, and what is attended to between its runs. */
import { approvalEnvelopes, currentKeysDocument } from '../approval/index.ts'
import { reasonOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { type Clock, type Instant, toMilliseconds } from '../base/time.ts'
import { type Database, transactReported } from '../db/index.ts'
import { deviceTypes, type EnrolledDevice, enrolledDevices } from '../registry/index.ts'
import type { Bus, ConnectBus } from '../wire/bus.ts'
import type { SigningKey } from '../wire/envelope.ts'
import { type DevicePlan, readMessage, WantMessage } from '../wire/messages.ts'
import { topics } from '../wire/topics.ts'
import { type Document, Documents } from './documents.ts'
import { Link, type LinkOptions, type Note } from './link.ts'
import { approvalsOf, hashesToCome } from './plan.ts'
import { Pace } from './pace.ts'
import { type NewestPlan, PlanBook } from './plan-book.ts'
import { Planning } from './planning.ts'
import { type Known, takeReport, takeState } from './presence.ts'
import { Seeder } from './seeder.ts'
import { Seeding, type SeedingLimits, seedingLimits } from './seeding.ts'
import { keepSaid, saidByDevices } from './store.ts'

export type DeliveryOptions = {
  database: Database
  audioFolder: string
  /** Where `types/*.json` say which codecs a device plays. */
  devicesFolder: string
  connect: ConnectBus
  /** The hub's online key: it signs plans, and nothing that could make a new sound. */
  hubKey: SigningKey
  clock: Clock
  log: Log
  /** New at every start of the hub. */
  epoch: string
  limits?: Partial<SeedingLimits>
  /** Called for every receipts message; `'hold'` when there is no room for it. */
  onMessage?: LinkOptions['onMessage']
  /** How long notes wait before they are worked off; 0 = until `attend()` or `run()` is called. */
  attendMs?: number
}

export type DeliverySummary = {
  connected: boolean
  devices: number
  /** New generations made in this run. */
  plans: number
  /** Documents published: keys, approvals, plans. */
  published: number
  /** Airings left out because a part is not approved or cannot be played by the device. */
  withheld: number
  /** Airings that wait because a plan is full. */
  later: number
  seeding: ReturnType<Seeding['counts']>
}

export interface Delivery {
  /** Connects and begins to attend. */
  start(): void
  /**
   * The job: gives a new plan to every device whose newest one no longer says what is to come, and
   * publishes what the broker lacks. Without a connection plans are made all the same and published
   * later. Safe to repeat at any time.
   */
  run(signal?: AbortSignal): Promise<DeliverySummary>
  /** Works off what was heard, and seeds what is due; done by itself after `start()`. */
  attend(signal?: AbortSignal): Promise<void>
  /** Tells a device which of its receipts are committed. Rejects when it cannot be sent now. */
  publishAck(device: string, bytes: Uint8Array): Promise<void>
  /** How many clients our own broker counts; undefined while it has not said so. */
  connectedClients(): number | undefined
  readonly bus: Bus
  close(): Promise<void>
}

/** Devices look for acknowledgements right after they connect; an old one is useless. */
const ackExpirySeconds = 3600
/** The hub's delivery, not yet connected. Throws when `devicesFolder` has a device type that is none. */
export function createDelivery(options: DeliveryOptions): Delivery {
  return new HubDelivery(options)
}

class HubDelivery implements Delivery {
  readonly #options: DeliveryOptions
  readonly #planning: Planning
  readonly #documents = new Documents()
  readonly #seeding: Seeding
  readonly #seeder: Seeder
  readonly #book: PlanBook
  readonly #pace: Pace
  #link: Link | undefined
  #linkGeneration = -1
  #documentsLeft = 0
  #devices = new Map<string, EnrolledDevice>()
  #known: Map<string, Known> | undefined
  /** What devices said and the database does not have yet, one for each device. */
  readonly #unsaved = new Map<string, Known>()
  /** Files a device surely has: those of the last plan it said to hold in full. */
  readonly #holds = new Map<string, Set<string>>()
  readonly #announced = new Map<string, number>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#planning = new Planning(deviceTypes(options.devicesFolder), options.hubKey)
    this.#seeding = new Seeding({ ...seedingLimits, ...options.limits })
    this.#seeder = new Seeder({ ...options, seeding: this.#seeding })
    this.#book = new PlanBook(options.database)
    this.#pace = new Pace(options.clock, options.log, options.attendMs ?? 100)
  }

  get bus(): Bus {
    return this.#started().bus
  }

  start(): void {
    const { connect, clock, log, epoch, onMessage, attendMs } = this.#options
    this.#link = new Link({
      connect,
      clock,
      log,
      epoch,
      ...(onMessage === undefined ? {} : { onMessage }),
      wake: () => this.#pace.wake(),
    })
    if (attendMs === 0) return
    this.#pace.begin(
      (signal) => this.attend(signal),
      (at) => (this.#link?.bus.connected === true ? this.#seeding.dueAt(at) : Infinity),
    )
  }

  run(signal?: AbortSignal): Promise<DeliverySummary> {
    return this.#inTurn(async () => {
      const { database, clock, hubKey } = this.#options
      const now = clock.now()
      await this.#remember()
      await this.#refresh()
      const devices = [...this.#devices.values()]
      const there = await this.#book.newest()
      const made = await this.#planning.newPlans(database, devices, there, now)
      await this.#book.keep(made.plans)
      const published = await this.#publishDocuments(signal)
      await this.#work(signal)
      const summary: DeliverySummary = {
        connected: this.#link?.bus.connected ?? false,
        devices: devices.length,
        plans: made.plans.length,
        published,
        withheld: made.withheld.length,
        later: made.later,
        seeding: this.#seeding.counts(),
      }
      if (made.plans.length > 0) this.#options.log.info({ ...summary, kid: hubKey.kid }, 'new plans')
      return summary
    })
  }

  attend(signal?: AbortSignal): Promise<void> {
    return this.#inTurn(() => this.#work(signal))
  }

  async publishAck(device: string, bytes: Uint8Array): Promise<void> {
    await this.#started().bus.publish(topics.ack(device), bytes, { expirySeconds: ackExpirySeconds })
  }

  connectedClients(): number | undefined {
    return this.#link?.connectedClients
  }

  async close(): Promise<void> {
    await this.#pace.stop()
    await this.#turn
    await this.#link?.close()
  }

  #started(): Link {
    if (this.#link === undefined) throw new Error('delivery has not been started')
    return this.#link
  }

  /** One at a time, in the order of asking. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #refresh(): Promise<void> {
    const devices = new Map((await enrolledDevices(this.#options.database)).map((one) => [one.id, one]))
    for (const device of this.#devices.keys()) {
      if (devices.has(device)) continue
      this.#seeding.satisfied(device)
      this.#holds.delete(device)
    }
    this.#devices = devices
  }

  async #publishDocuments(signal?: AbortSignal): Promise<number> {
    const link = this.#link
    if (link === undefined || !link.bus.connected) return 0
    this.#followLink(link)
    const plans = await this.#book.newest()
    const documents = await this.#wantedDocuments(plans)
    const { published, left } = await this.#documents.publish(link.bus, documents, signal)
    this.#documentsLeft = left
    for (const { device, generation, plan } of plans.values()) {
      if (this.#devices.has(device) && this.#documents.holds(topics.plan(device), String(generation))) {
        this.#announce(device, generation, plan)
      }
    }
    return published
  }

  /** Keys first, then approvals, then plans: a device can check whatever it gets at once. */
  async #wantedDocuments(plans: ReadonlyMap<string, NewestPlan>): Promise<Document[]> {
    const { database, clock } = this.#options
    const now = toMilliseconds(clock.now())
    const keys = await this.#keysDocument()
    const mine = [...plans.values()].filter(({ device }) => this.#devices.has(device))
    const approvals = new Set(
      mine.flatMap(({ plan }) => (plan.expires > now ? plan.parts.flatMap(approvalsOf) : [])),
    )
    const missing = [...approvals].filter((id) => !this.#documents.holds(topics.approval(id), id))
    const envelopes = await approvalEnvelopes(database, missing)
    const documents: Document[] = [
      ...(keys === undefined ? [] : [document(topics.keys, String(keys.version), keys.envelope)]),
      ...[...envelopes].map(([id, envelope]) => document(topics.approval(id), id, envelope)),
      ...mine.map(({ device, generation, envelope }) =>
        document(topics.plan(device), String(generation), envelope),
      ),
      // A revoked device's plan, also one that an earlier hub has left on another broker.
      ...[...plans.keys()]
        .filter((device) => !this.#devices.has(device))
        .map((device) => empty(topics.plan(device))),
    ]
    const used = new Set([...documents.map(({ topic }) => topic), ...[...approvals].map(topics.approval)])
    return [
      ...documents,
      ...this.#documents
        .topics()
        .filter((topic) => !used.has(topic))
        .map(empty),
    ]
  }

  /** A damaged keys document must not keep plans from going out: devices have an earlier one. */
  async #keysDocument(): Promise<{ version: number; envelope: Uint8Array } | undefined> {
    try {
      return await currentKeysDocument(this.#options.database)
    } catch (error) {
      this.#options.log.error({ error: reasonOf(error) }, 'the keys document cannot be published')
      return undefined
    }
  }

  /** Notices that the broker is another one, or has lost everything. */
  #followLink(link: Link): void {
    if (link.generation === this.#linkGeneration) return
    this.#linkGeneration = link.generation
    this.#documents.follow(link.generation)
    this.#seeding.brokerLostAll()
  }

  /** Seeds what the device needs for what is to come and does not surely have; once for each plan. */
  #announce(device: string, generation: number, plan: DevicePlan): void {
    if (this.#announced.get(device) === generation) return
    this.#announced.set(device, generation)
    const known = this.#known?.get(device)
    if (known !== undefined && known.generation === generation && known.missing === 0) return
    const held = this.#holds.get(device)
    const needed = new Set(
      hashesToCome(plan, this.#options.clock.now()).filter((hash) => held?.has(hash) !== true),
    )
    this.#seeding.announce(
      device,
      plan.parts.filter(({ sha256 }) => needed.has(sha256)),
    )
  }

  async #work(signal?: AbortSignal): Promise<void> {
    await this.#remember()
    const link = this.#link
    if (link === undefined) return
    await this.#takeNotes(link.takeNotes())
    await this.#save()
    if (!link.bus.connected) return
    await link.greet()
    if (link.generation !== this.#linkGeneration || this.#documentsLeft > 0)
      await this.#publishDocuments(signal)
    const goOn = (): boolean =>
      signal?.aborted !== true && link.bus.connected && link.generation === this.#linkGeneration
    if (await this.#seeder.seed(link.bus, goOn)) this.#pace.wake()
  }

  /** What devices had said when the hub was last here. */
  async #remember(): Promise<void> {
    if (this.#known !== undefined) return
    await this.#refresh()
    const said = await saidByDevices(this.#options.database)
    this.#known = new Map([...said].map(([device, one]) => [device, { ...one, birth: -1 }]))
    const plans = await this.#book.newest()
    for (const known of this.#known.values())
      this.#seedFor({ ...known, state: 'disconnected' }, plans.get(known.device))
  }

  async #takeNotes(notes: readonly Note[]): Promise<void> {
    if (notes.length === 0) return
    // Enrolled since the last run, perhaps.
    if (notes.some(({ device }) => !this.#devices.has(device))) await this.#refresh()
    const now = this.#options.clock.now()
    const plans = await this.#book.newest()
    const changed = new Map<string, Known>()
    for (const note of notes) {
      const device = this.#devices.get(note.device)
      // Not enrolled, or no longer: nobody's business.
      if (device === undefined) continue
      if (note.kind === 'want') this.#takeWant(note, plans.get(note.device), now)
      else this.#takeWord(note, device, now, changed)
    }
    for (const said of changed.values()) {
      this.#unsaved.set(said.device, said)
      this.#seedFor(said, plans.get(said.device))
    }
  }

  /** What cannot be written now (the disk is full, another process writes) is written the next time. */
  async #save(): Promise<void> {
    if (this.#unsaved.size === 0) return
    await transactReported(this.#options.database, (tx) => keepSaid(tx, [...this.#unsaved.values()]))
    this.#unsaved.clear()
  }

  #takeWord(note: Note, device: EnrolledDevice, now: Instant, changed: Map<string, Known>): void {
    const known = this.#known?.get(device.id)
    const taken =
      note.kind === 'state'
        ? takeState(known, device.id, note, now)
        : takeReport(known, device, note.payload, now)
    if (!taken.ok) {
      this.#refuse(note, taken.why)
      return
    }
    if (taken.value === known) return
    this.#known?.set(device.id, taken.value)
    changed.set(device.id, taken.value)
  }

  /** What the device says now decides what is seeded for it. */
  #seedFor(said: Known, newest: NewestPlan | undefined): void {
    this.#seeding.online(said.device, said.state === 'ready')
    if (newest === undefined || said.generation !== newest.generation || said.missing > 0) return
    this.#holds.set(said.device, new Set(newest.plan.parts.map(({ sha256 }) => sha256)))
    this.#seeding.satisfied(said.device)
  }

  #takeWant(note: Note, newest: NewestPlan | undefined, now: Instant): void {
    const want = readMessage(WantMessage, note.payload)
    if (!want.ok) {
      this.#refuse(note, want.why)
      return
    }
    // Only what its own plan names: nobody makes us publish anything else.
    const part = newest?.plan.parts.find(({ sha256 }) => sha256 === want.value.sha256)
    if (part === undefined) this.#refuse(note, 'its plan does not name this file')
    else this.#seeding.want(part, want.value.missing, toMilliseconds(now))
  }

  #refuse({ device, kind }: Note, why: string): void {
    this.#options.log.warn({ device, kind, why }, 'message refused')
  }
}

function document(topic: string, version: string, payload: Uint8Array): Document {
  return { topic, version, payload: () => payload }
}

function empty(topic: string): Document {
  return { topic, version: '', payload: () => new Uint8Array() }
}

/** The hub's side as far as a controller can see it: signs, seeds, acknowledges, and remembers what it was told. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { sha256 } from '../../src/base/hash.ts'
import { type Clock, toMilliseconds } from '../../src/base/time.ts'
import type { Bus, ConnectBus } from '../../src/wire/bus.ts'
import { chunkAt, chunkCount, chunkDigests, readRanges } from '../../src/wire/chunks.ts'
import type { DeviceCredentials } from '../../src/wire/credentials.ts'
import {
  newSigningKey,
  openEnvelope,
  privateKeyPem,
  readPublicKey,
  sealEnvelope,
} from '../../src/wire/envelope.ts'
import { merkleProof, merkleRoot } from '../../src/wire/merkle.ts'
import {
  AckMessage,
  ApprovalStatement,
  DevicePlan,
  HubStateMessage,
  KeysDocument,
  type PlannedAiring,
  type PlanPart,
  type Receipt,
  ReceiptsMessage,
  ReportedMessage,
  WantMessage,
  readMessage,
  writeMessage,
} from '../../src/wire/messages.ts'
import { hubSubscriptions, readDeviceTopic, topics } from '../../src/wire/topics.ts'

export type SampleKey = ReturnType<typeof newSigningKey>
export type Recording = { bytes: Uint8Array; sha256: string; milliseconds: number }
export type ToldReceipt = Receipt & { device: string; epoch: string }

const day = 86_400_000

export class SampleHub {
  readonly root = newSigningKey()
  readonly key = newSigningKey()
  readonly approver = newSigningKey()
  /** Of another person. */
  readonly secondApprover = newSigningKey()
  readonly bus: Bus
  readonly #clock: Clock
  readonly #devices = new Map<string, SampleKey>()
  /** Devices that once had another key. */
  readonly #revoked = new Set<string>()
  readonly #recordings = new Map<string, Recording>()
  readonly #noted: { topic: string; payload: Uint8Array }[] = []
  readonly #subscribing: { wanted: boolean } = { wanted: false }
  /** Receipts kept, once each, in the order of their arrival. */
  readonly kept: ToldReceipt[] = []
  /** Receipts messages as they came, repeats too. */
  readonly messages: { device: string; sha256: string; previous: string | null }[] = []
  readonly wants: { device: string; sha256: string; missing: number[] }[] = []
  readonly reports = new Map<string, ReportedMessage>()
  /** When reports came, whosever. */
  readonly reportedAt: number[] = []
  readonly states = new Map<string, string>()
  /** Whether it acknowledges, and whether it answers wants. */
  acknowledges = true
  reseeds = true
  /** What it hands out instead of a chunk, when set. */
  forge: ((chunk: Uint8Array, sha256: string, index: number) => Uint8Array) | undefined
  version = 0
  generation = 0

  constructor(connect: ConnectBus, clock: Clock) {
    this.#clock = clock
    this.bus = connect({
      clientId: 'hub',
      clean: false,
      sessionExpirySeconds: 604_800,
      receiveMaximum: 100,
      keepaliveSeconds: 60,
      onMessage: (topic, payload) => {
        this.#noted.push({ topic, payload })
      },
      onConnect: () => {
        this.#subscribing.wanted = true
      },
      onDisconnect: () => undefined,
    })
  }

  get now(): number {
    return toMilliseconds(this.#clock.now())
  }

  /** Credentials of a device, the same at every call. */
  enrol(device: string): DeviceCredentials {
    const key = this.#devices.get(device) ?? newSigningKey()
    this.#devices.set(device, key)
    return {
      v: 1,
      device,
      type: 'ip-sample',
      broker: 'mqtt://127.0.0.1:1883',
      password: 'sample-password-for-tests',
      rootPublicKey: this.root.publicKey,
      privateKey: privateKeyPem(key.privateKey),
    }
  }

  /** Its key counts no longer; the next enrolment gives it another. Messages under the old one are dropped. */
  revoke(device: string): void {
    this.#devices.delete(device)
    this.#revoked.add(device)
  }

  /** A recording of so many bytes, different for each name. */
  recording(name: string, size = 100_000, milliseconds = 30_000): Recording {
    const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, index) =>
      createHash('sha256').update(`${name} ${index}`).digest(),
    )
    const bytes = Buffer.concat(blocks).subarray(0, size)
    return this.own({ bytes, sha256: sha256(bytes), milliseconds })
  }

  own(recording: Recording): Recording {
    this.#recordings.set(recording.sha256, recording)
    return recording
  }

  keysDocument(changes: Partial<KeysDocument> = {}, signer: SampleKey = this.root): Uint8Array {
    this.version = changes.version ?? this.version + 1
    const until = this.now + 400 * day
    return sealEnvelope(
      'keys',
      KeysDocument,
      {
        v: 1,
        version: this.version,
        issued: this.now,
        training: true,
        keys: [
          { kid: this.key.kid, role: 'hub', publicKey: this.key.publicKey, name: 'hub', until },
          this.listed(this.approver, 'nguoi-duyet'),
          this.listed(this.secondApprover, 'nguoi-thu-hai'),
        ],
        ...changes,
      },
      signer,
    )
  }

  /** An approver's Ed25519 key as the keys document lists it. */
  listed(key: SampleKey, person: string): KeysDocument['keys'][number] {
    const { kid, publicKey } = key
    const until = this.now + 400 * day
    return { kid, role: 'approver', publicKey, name: 'Người duyệt (mẫu)', person, kind: 'ed25519', until }
  }

  /** An approver's statement over some recordings, and how the plan refers to it. */
  approval(
    id: string,
    recordings: readonly Recording[],
    changes: Partial<ApprovalStatement> = {},
    signer: SampleKey = this.approver,
  ): { envelope: Uint8Array; parts: PlanPart[] } {
    const leaves = recordings.map((recording) => recording.sha256)
    const statement = this.statement(id, recordings, changes)
    const envelope = sealEnvelope('approval', ApprovalStatement, statement, signer)
    const parts = recordings.map((recording, index): PlanPart => ({
      sha256: recording.sha256,
      bytes: recording.bytes.length,
      milliseconds: recording.milliseconds,
      codec: 'mp3',
      chunks: chunkDigests(recording.bytes),
      approval: id,
      leaf: index,
      proof: merkleProof(leaves, index),
    }))
    return { envelope, parts }
  }

  /** What an approver signs. */
  statement(
    id: string,
    recordings: readonly Recording[],
    changes: Partial<ApprovalStatement> = {},
  ): ApprovalStatement {
    const leaves = recordings.map((recording) => recording.sha256)
    return {
      ...{ v: 1, approval: id, script: 'sample', version: 1, languages: ['vi'], priority: 'thong-thuong' },
      ...{ approver: 'nguoi-duyet', at: this.now, from: this.now - day, until: this.now + 60 * day },
      ...{ root: merkleRoot(leaves), leaves: leaves.length },
      ...changes,
    }
  }

  /** The same approval by two people: both statements, and parts that name them both. */
  approvalByTwo(
    ids: readonly [string, string],
    recordings: readonly Recording[],
    changes: Partial<ApprovalStatement> = {},
  ): { envelopes: Uint8Array[]; parts: PlanPart[] } {
    const first = this.approval(ids[0], recordings, changes)
    const other = { ...changes, approver: 'nguoi-thu-hai' }
    const second = this.approval(ids[1], recordings, other, this.secondApprover)
    const parts = first.parts.map((part) => {
      const { leaf, proof } = part
      return { ...part, second: { approval: ids[1], leaf, proof } }
    })
    return { envelopes: [first.envelope, second.envelope], parts }
  }

  plan(
    device: string,
    parts: readonly PlanPart[],
    airings: readonly PlannedAiring[],
    changes: Partial<DevicePlan> = {},
    signer: SampleKey = this.key,
  ): Uint8Array {
    this.generation = changes.generation ?? this.generation + 1
    return sealEnvelope(
      'plan',
      DevicePlan,
      {
        v: 1,
        device,
        generation: this.generation,
        issued: this.now,
        expires: this.now + 14 * day,
        parts: [...parts],
        airings: [...airings],
        ...changes,
      },
      signer,
    )
  }

  /** An airing so many seconds from now, without notes. */
  airing(id: string, seconds: number, parts: readonly Recording[], lateSeconds = 600): PlannedAiring {
    const at = this.now + seconds * 1000
    return {
      airing: id,
      at,
      latest: at + lateSeconds * 1000,
      priority: 'thong-thuong',
      parts: parts.map((part) => part.sha256),
    }
  }

  publish(topic: string, payload: Uint8Array, retain = true): void {
    this.bus.publish(topic, payload, { retain }).catch(() => undefined)
  }

  publishKeys(envelope: Uint8Array = this.keysDocument()): void {
    this.publish(topics.keys, envelope)
  }

  say(on: boolean, epoch: string): void {
    this.publish(topics.hub, writeMessage(HubStateMessage, { v: 1, on, epoch, now: this.now }))
  }

  /** Retains all chunks of a recording. */
  seed(recording: Recording, indexes?: readonly number[]): void {
    const all = Array.from({ length: chunkCount(recording.bytes.length) }, (_, index) => index)
    for (const index of indexes ?? all) {
      const chunk = chunkAt(recording.bytes, index)
      const given = this.forge?.(chunk, recording.sha256, index) ?? chunk
      this.publish(topics.chunk(recording.sha256, index), given)
    }
  }

  /** Takes the retained chunks back, as the hub does after the seeding window. */
  unseed(recording: Recording): void {
    for (let index = 0; index < chunkCount(recording.bytes.length); index += 1) {
      this.publish(topics.chunk(recording.sha256, index), new Uint8Array())
    }
  }

  /** Approves, plans and announces the usual case: greeting and script, both seeded. Returns the airing. */
  announce(device: string, id: string, seconds: number, lateSeconds = 600): PlannedAiring {
    const greeting = this.recording(`greeting ${device}`, 40_000, 5000)
    const script = this.recording('script', 100_000, 30_000)
    const { envelope, parts } = this.approval('duyet-1', [greeting, script])
    const airing = this.airing(id, seconds, [greeting, script], lateSeconds)
    this.publishKeys()
    this.publish(topics.approval('duyet-1'), envelope)
    this.publish(topics.plan(device), this.plan(device, parts, [airing]))
    this.seed(greeting)
    this.seed(script)
    return airing
  }

  /** Works off what has come. Returns how many messages. */
  async work(): Promise<number> {
    if (this.#subscribing.wanted) {
      this.#subscribing.wanted = false
      this.bus.subscribe(hubSubscriptions).catch(() => undefined)
    }
    const noted = this.#noted.splice(0)
    for (const { topic, payload } of noted) this.#take(topic, payload)
    return Promise.resolve(noted.length)
  }

  #take(topic: string, payload: Uint8Array): void {
    const at = readDeviceTopic(topic)
    if (at === undefined) return
    if (this.#revoked.has(at.device) && this.#signedByOldKey(at.device, payload)) return
    if (at.kind === 'receipts') this.#takeReceipts(at.device, payload)
    else if (at.kind === 'reported') {
      this.reportedAt.push(this.now)
      this.reports.set(at.device, this.#open('reported', ReportedMessage, at.device, payload))
    } else if (at.kind === 'want') this.#takeWant(at.device, payload)
    else if (at.kind === 'state') this.states.set(at.device, Buffer.from(payload).toString('utf8'))
  }

  #signedByOldKey(device: string, payload: Uint8Array): boolean {
    const head = Buffer.from(payload).toString('latin1').split('\n', 1)[0] ?? ''
    return head.startsWith('LOA1 ') && head.split(' ')[1] !== this.#devices.get(device)?.kid
  }

  #takeReceipts(device: string, payload: Uint8Array): void {
    const message = this.#open('receipts', ReceiptsMessage, device, payload)
    this.messages.push({ device, sha256: sha256(payload), previous: message.previous })
    if (!this.acknowledges) return
    const receipts = message.receipts.map((receipt) => {
      const known = this.kept.some(({ id }) => id === receipt.id)
      if (!known) this.kept.push({ ...receipt, device, epoch: message.epoch })
      return { sequence: receipt.sequence, result: known ? ('known' as const) : ('kept' as const) }
    })
    const ack: AckMessage = { v: 1, device, epoch: message.epoch, receipts, now: this.now }
    this.publish(topics.ack(device), writeMessage(AckMessage, ack), false)
  }

  #takeWant(device: string, payload: Uint8Array): void {
    const want = readMessage(WantMessage, payload)
    if (!want.ok) throw new Error(want.why)
    const recording = this.#recordings.get(want.value.sha256)
    if (recording === undefined) return
    const missing = readRanges(want.value.missing, chunkCount(recording.bytes.length))
    this.wants.push({ device, sha256: want.value.sha256, missing })
    if (this.reseeds) this.seed(recording, missing)
  }

  #open<T>(type: 'receipts' | 'reported', shape: z.ZodType<T>, device: string, payload: Uint8Array): T {
    const key = this.#devices.get(device)
    const opened = openEnvelope(type, shape, payload, (kid) =>
      key?.kid === kid ? readPublicKey(key.publicKey) : undefined,
    )
    if (!opened.ok) throw new Error(`${type} of ${device}: ${opened.why}`)
    return opened.value.document
  }
}

/**
 * Somebody who may write to the broker, and has neither the hub's key nor an approver's: forges, replays
 * and misdirects. Everything it ever overheard it may use.
 */
import type { Bus } from '../../src/wire/bus.ts'
import { chunkAt, chunkCount, chunkDigests } from '../../src/wire/chunks.ts'
import { sealEnvelope, type SigningKey } from '../../src/wire/envelope.ts'
import type { MemoryBroker } from '../../src/wire/memory-bus.ts'
import { merkleProof, merkleRoot } from '../../src/wire/merkle.ts'
import {
  ApprovalStatement,
  DevicePlan,
  KeysDocument,
  type PlanPart,
  type Receipt,
  ReceiptsMessage,
} from '../../src/wire/messages.ts'
import { sha256 } from '../../src/base/hash.ts'
import { readDeviceTopic, topics } from '../../src/wire/topics.ts'
import { type Chance, namedBytes, seededIds, seededKey } from './simulation-chance.ts'

/** Of each topic so many messages are remembered. */
const overheardMax = 20

export type Forged = { part: PlanPart; approval: Uint8Array }

export class Attacker {
  readonly #seed: number
  readonly #chance: Chance
  readonly #bus: Bus
  readonly #devices: readonly string[]
  readonly #key
  readonly #ids
  readonly #overheard = new Map<string, Uint8Array[]>()
  /** What it wants to have heard. */
  readonly voice = namedBytes('a voice nobody approved', 50_000)
  attacks = 0

  constructor(options: { seed: number; chance: Chance; broker: MemoryBroker; devices: readonly string[] }) {
    this.#seed = options.seed
    this.#chance = options.chance
    this.#devices = options.devices
    this.#key = seededKey(options.seed, 'attacker')
    this.#ids = seededIds(options.seed, 'attacker')
    this.#bus = options.broker.connect({
      clientId: 'attacker',
      clean: true,
      sessionExpirySeconds: 0,
      receiveMaximum: 100,
      keepaliveSeconds: 60,
      onMessage: () => undefined,
      onConnect: () => undefined,
      onDisconnect: () => undefined,
    })
  }

  /** What passed on the wire. */
  overhear(topic: string, payload: Uint8Array): void {
    if (payload.length === 0 || topic.startsWith('loa/1/b/')) return
    const heard = this.#overheard.get(topic) ?? []
    heard.push(Uint8Array.from(payload))
    this.#overheard.set(topic, heard.slice(-overheardMax))
  }

  /** One attack, drawn from the seed. Returns its name. */
  attack(now: number): string {
    this.attacks += 1
    const device = this.#chance.one(this.#devices)
    switch (this.#chance.whole(1, 9)) {
      case 1:
        this.#say(topics.plan(device), this.plan(device, this.#key, now), this.#chance.happens(0.3))
        this.#seed32(this.voice)
        return `a plan for ${device} under a key of its own`
      case 2: {
        const plan = Buffer.from(this.plan(device, this.#key, now))
        // The hub's name in front of the attacker's signature.
        const hubs = this.#overheard.get(topics.plan(device))?.at(-1)
        if (hubs !== undefined) Buffer.from(hubs).copy(plan, 0, 0, 23)
        this.#say(topics.plan(device), plan, this.#chance.happens(0.3))
        return `a plan for ${device} in the hub's name`
      }
      case 3: {
        const old = this.#overheard.get(topics.plan(device))?.[0]
        if (old !== undefined) this.#say(topics.plan(device), old, this.#chance.happens(0.3))
        return `an older plan for ${device}`
      }
      case 4: {
        const other = this.#chance.one(this.#devices)
        const plan = this.#overheard.get(topics.plan(other))?.at(-1)
        if (plan !== undefined && other !== device)
          this.#say(topics.plan(device), plan, this.#chance.happens(0.3))
        return `the plan of ${other} for ${device}`
      }
      case 5:
        this.#say(topics.keys, this.#keys(now), this.#chance.happens(0.3))
        return 'keys under a root of its own'
      case 6: {
        const approval = this.#chance.one(
          [...this.#overheard.keys(), ''].filter((topic) => topic.startsWith('loa/1/a/') || topic === ''),
        )
        if (approval !== '')
          this.#say(
            approval,
            this.forged(now, approval.slice('loa/1/a/'.length)).approval,
            this.#chance.happens(0.3),
          )
        return `another statement as ${approval}`
      }
      case 7:
        return this.#receipts(device, now)
      case 8: {
        const again = this.#overheard.get(topics.receipts(device))
        if (again !== undefined) this.#say(topics.receipts(device), this.#chance.one(again), false)
        return `receipts of ${device} once more`
      }
      default: {
        const chunk = this.#chance.one([...this.#named()])
        this.#say(
          topics.chunk(chunk, this.#chance.whole(0, 2)),
          namedBytes('noise', 32_768),
          this.#chance.happens(0.5),
        )
        return `noise as a chunk of ${chunk.slice(0, 12)}`
      }
    }
  }

  /** A plan that would have the attacker's voice heard a minute from now, signed by whoever's key it has. */
  plan(device: string, key: SigningKey, now: number, generation = 1000): Uint8Array {
    const { part } = this.forged(now, 'appr-forged')
    const at = now + 60_000
    const airing = {
      airing: 'air-forged',
      at,
      latest: at + 3_600_000,
      priority: 'khan-cap' as const,
      parts: [part.sha256],
      notes: '012345',
    }
    const plan = {
      v: 1 as const,
      device,
      generation,
      issued: now,
      expires: now + 86_400_000,
      parts: [part],
      airings: [airing],
    }
    return sealEnvelope('plan', DevicePlan, plan, key)
  }

  /** A statement that its voice may be heard, signed by itself, and the part that refers to it. */
  forged(now: number, approval: string): Forged {
    const hash = sha256(this.voice)
    const leaves = [hash]
    const statement: ApprovalStatement = {
      ...{
        v: 1,
        approval,
        script: 'gia',
        version: 1,
        languages: ['vi'],
        priority: 'khan-cap',
        approver: 'duyet',
      },
      ...{ at: now, from: now - 86_400_000, until: now + 86_400_000, root: merkleRoot(leaves), leaves: 1 },
    }
    const part: PlanPart = {
      ...{ sha256: hash, bytes: this.voice.length, milliseconds: 30_000, codec: 'mp3' },
      ...{ chunks: chunkDigests(this.voice), approval, leaf: 0, proof: merkleProof(leaves, 0) },
    }
    return { part, approval: sealEnvelope('approval', ApprovalStatement, statement, this.#key) }
  }

  /** Puts its voice on the broker, chunk by chunk. */
  seedVoice(): void {
    this.#seed32(this.voice)
  }

  #receipts(device: string, now: number): string {
    const told = this.#overheard.get(topics.receipts(device))?.at(-1)
    const others = this.#devices.filter((one) => one !== device)
    switch (this.#chance.whole(1, 3)) {
      case 1: {
        const other = this.#chance.one(others)
        if (told !== undefined) this.#say(topics.receipts(other), told, false)
        return `receipts of ${device} as those of ${other}`
      }
      case 2:
        this.#say(topics.receipts(device), this.#claim(device, this.#airingOf(device), this.#key, now), false)
        return `a receipt of ${device} under a key of its own`
      default: {
        // One device's own key was stolen with the device: it speaks of another's airing.
        const other = this.#chance.one(others)
        const key = seededKey(this.#seed, device)
        this.#say(topics.receipts(device), this.#claim(device, this.#airingOf(other), key, now), false)
        return `a receipt of ${device} for an airing of ${other}`
      }
    }
  }

  #claim(device: string, airing: string, key: SigningKey, now: number): Uint8Array {
    const receipt: Receipt = {
      ...{ id: this.#ids.next('receipt'), sequence: 1, airing, outcome: 'played', held: [] },
      ...{
        started: now,
        ended: now,
        heardMs: 250_000,
        boot: 'boot',
        monotonicMs: 0,
        clock: 'ntp',
        reason: null,
      },
    }
    const message = {
      v: 1 as const,
      device,
      epoch: this.#ids.next('epoch'),
      previous: null,
      receipts: [receipt],
    }
    return sealEnvelope('receipts', ReceiptsMessage, message, key)
  }

  /** An airing that only this device was given. */
  #airingOf(device: string): string {
    const own = this.#plansOf(device).flatMap(({ airings }) => airings)
    const airing = own.at(-1)?.airing ?? 'air-none'
    return this.#sharesStation(device) ? 'air-none' : airing
  }

  #sharesStation(device: string): boolean {
    return this.#devices.some(
      (other) => other !== device && (other.startsWith(`${device}-`) || device.startsWith(`${other}-`)),
    )
  }

  #plansOf(device: string): DevicePlan[] {
    return (this.#overheard.get(topics.plan(device)) ?? []).flatMap((envelope) => {
      const body = Buffer.from(envelope).subarray(Buffer.from(envelope).indexOf(10) + 1)
      const read = DevicePlan.safeParse(JSON.parse(body.toString('utf8')))
      return read.success && read.data.device === device ? [read.data] : []
    })
  }

  #named(): Set<string> {
    const plans = [...this.#overheard.keys()].flatMap((topic) => {
      const at = readDeviceTopic(topic)
      return at?.kind === 'plan' ? this.#plansOf(at.device) : []
    })
    const hashes = plans.flatMap(({ parts }) => parts.map((part) => part.sha256))
    return new Set([...hashes, sha256(this.voice)])
  }

  #keys(now: number): Uint8Array {
    const until = now + 86_400_000
    const { kid, publicKey } = this.#key
    const keys: KeysDocument = {
      ...{ v: 1, version: 1000, issued: now, training: false },
      keys: (['hub', 'approver'] as const).map((role) => ({ kid, role, publicKey, name: 'gia', until })),
    }
    return sealEnvelope('keys', KeysDocument, keys, this.#key)
  }

  #seed32(bytes: Uint8Array): void {
    for (let index = 0; index < chunkCount(bytes.length); index += 1) {
      this.#say(topics.chunk(sha256(bytes), index), chunkAt(bytes, index), true)
    }
  }

  #say(topic: string, payload: Uint8Array, retain: boolean): void {
    // Whether it arrives is not its concern.
    this.#bus.publish(topic, payload, { retain }).catch(() => undefined)
  }
}

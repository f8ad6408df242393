/** From airings, approvals and device types to the plans that devices are to be given. */
import { recordingById, type Recording } from '../audio/index.ts'
import { proofsFor, type RenditionProof } from '../approval/index.ts'
import { type Instant, plusMilliseconds } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import type { DeviceType, EnrolledDevice } from '../registry/index.ts'
import { type Airing, airingsOf } from '../schedule/index.ts'
import { type Priority, submittedVersions } from '../scripts/index.ts'
import { sealEnvelope, type SigningKey } from '../wire/envelope.ts'
import { DevicePlan, type PlanPart } from '../wire/messages.ts'
import {
  type AiringToPlan,
  contentOf,
  digestOf,
  horizonMs,
  lateMsMax,
  lookBackMs,
  needsNewPlan,
  planOf,
} from './plan.ts'
import type { NewestPlan } from './plan-book.ts'

export type PlanningResult = {
  plans: NewestPlan[]
  /** Airings of devices that were left out: a part is not approved, or the device cannot play it. */
  withheld: { device: string; airing: string }[]
  /** How many wait because a plan is full. */
  later: number
}

type Rendition = Recording['renditions'][number]

/** Recordings never change once they are there: they are asked for once. At most 5,000 are remembered. */
const rememberedMax = 5000

export class Planning {
  readonly #types: ReadonlyMap<string, DeviceType>
  readonly #hubKey: SigningKey
  readonly #recordings = new Map<string, Recording>()
  readonly #priorities = new Map<string, Priority>()

  constructor(types: ReadonlyMap<string, DeviceType>, hubKey: SigningKey) {
    this.#types = types
    this.#hubKey = hubKey
  }

  /** New generations for the devices whose newest plan no longer says what is to come. */
  async newPlans(
    db: Db,
    devices: readonly EnrolledDevice[],
    newest: ReadonlyMap<string, NewestPlan>,
    now: Instant,
  ): Promise<PlanningResult> {
    const airings = await this.#airings(db, now)
    await this.#learn(db, airings)
    const wanted = devices.map((device) => ({
      device,
      airings: (airings.get(device.id) ?? []).map((airing) => ({
        airing,
        files: this.#filesFor(device, airing),
      })),
    }))
    const hashes = wanted.flatMap(({ airings }) =>
      airings.flatMap(({ files }) => files.flatMap((file) => (file === undefined ? [] : [file.sha256]))),
    )
    const proofs = await proofsFor(db, [...new Set(hashes)])
    const result: PlanningResult = { plans: [], withheld: [], later: 0 }
    for (const { device, airings } of wanted) {
      const content = contentOf(airings.map(({ airing, files }) => this.#toPlan(airing, files, proofs)))
      result.withheld.push(...content.withheld.map((airing) => ({ device: device.id, airing })))
      result.later += content.later
      const there = newest.get(device.id)
      if (!needsNewPlan(there, content, now, this.#hubKey.kid)) continue
      const plan = planOf(device.id, (there?.generation ?? 0) + 1, content, now)
      result.plans.push({
        device: device.id,
        generation: plan.generation,
        digest: digestOf(content),
        envelope: sealEnvelope('plan', DevicePlan, plan, this.#hubKey),
        createdAt: now,
        plan,
        kid: this.#hubKey.kid,
      })
    }
    return result
  }

  async #airings(db: Db, now: Instant): Promise<Map<string, Airing[]>> {
    // By its latest start, not its planned one: an airing may be allowed to start a whole day late.
    const stillNear = plusMilliseconds(now, -lookBackMs)
    const asked = await airingsOf(db, {
      from: plusMilliseconds(stillNear, -lateMsMax),
      to: plusMilliseconds(now, horizonMs),
    })
    const near = asked.filter((airing) => airing.latestStartAt >= stillNear)
    const byDevice = new Map<string, Airing[]>()
    for (const airing of near) {
      if (airing.cancelled !== null) continue
      for (const device of airing.devices) {
        const list = byDevice.get(device)
        if (list === undefined) byDevice.set(device, [airing])
        else list.push(airing)
      }
    }
    return byDevice
  }

  async #learn(db: Db, airings: ReadonlyMap<string, readonly Airing[]>): Promise<void> {
    if (this.#recordings.size > rememberedMax) this.#recordings.clear()
    let unknownVersion = false
    for (const airing of [...airings.values()].flat()) {
      for (const id of partsOf(airing)) {
        if (this.#recordings.has(id)) continue
        const recording = await recordingById(db, id)
        if (recording.renditions.length > 0) this.#recordings.set(id, recording)
      }
      unknownVersion ||= !this.#priorities.has(versionOf(airing))
    }
    if (!unknownVersion) return
    for (const version of await submittedVersions(db))
      this.#priorities.set(versionOf(version), version.priority)
  }

  /** The file of each part in the codec the device likes best. */
  #filesFor(device: EnrolledDevice, airing: Airing): ((Rendition & { milliseconds: number }) | undefined)[] {
    const codecs = this.#types.get(device.type)?.codecs ?? []
    return partsOf(airing).map((id) => {
      const recording = this.#recordings.get(id)
      for (const codec of codecs) {
        const rendition = recording?.renditions.find((one) => one.codec === codec)
        if (recording !== undefined && rendition !== undefined) {
          return { ...rendition, milliseconds: recording.milliseconds }
        }
      }
      return undefined
    })
  }

  #toPlan(
    airing: Airing,
    files: readonly ((Rendition & { milliseconds: number }) | undefined)[],
    proofs: ReadonlyMap<string, RenditionProof>,
  ): AiringToPlan {
    const parts = files.map((file): PlanPart | undefined => {
      if (file === undefined) return undefined
      const proof = proofs.get(file.sha256)
      if (proof === undefined || airing.plannedAt < proof.from || airing.plannedAt > proof.until)
        return undefined
      const { sha256, bytes, codec, chunks, milliseconds } = file
      return {
        sha256,
        bytes,
        milliseconds,
        codec,
        chunks,
        approval: proof.approval,
        leaf: proof.leaf,
        proof: proof.proof,
        ...(proof.second === undefined ? {} : { second: proof.second }),
      }
    })
    return {
      id: airing.id,
      plannedAt: airing.plannedAt,
      latestStartAt: airing.latestStartAt,
      priority: this.#priorities.get(versionOf(airing)) ?? 'thong-thuong',
      parts,
      notes: airing.notes,
    }
  }
}

/** Recordings of an airing in playing order. */
function partsOf({ greeting, recording }: Airing): string[] {
  return greeting === null ? [recording] : [greeting, recording]
}

function versionOf({ script, version }: { script: string; version: number }): string {
  return `${script}/${String(version)}`
}

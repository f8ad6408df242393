/** What a device's plan says, and when it is time for a new one. Pure. */
import { plusMilliseconds, type Instant, toMilliseconds } from '../base/time.ts'
import { sha256 } from '../base/hash.ts'
import { controlBytesMax, type DevicePlan, type PlannedAiring, type PlanPart } from '../wire/messages.ts'

/** A plan reaches so far; what lies further comes with a later generation. */
export const horizonMs = 14 * 86_400_000
/** An airing that could still start within the last hour may still be playing: a new plan keeps it. */
export const lookBackMs = 3_600_000
/** No airing may start later than this after its planned instant: the bound of LOA_LATE_SECONDS. */
export const lateMsMax = 86_400_000
/** A plan with something to come is renewed when it has no longer than this to live. */
export const renewMs = 3 * 86_400_000
const airingsMax = 500
const partsMax = 64
/** Under the limit of a control message, with room for the envelope's head and the plan's own fields. */
const bytesMax = controlBytesMax - 2048

/** An airing as the plan needs it: with the files of this device's codec and the proof for each. */
export type AiringToPlan = {
  id: string
  plannedAt: Instant
  latestStartAt: Instant
  priority: PlannedAiring['priority']
  /** In playing order; undefined where no file, or no approval that holds at the planned instant, is there. */
  parts: readonly (PlanPart | undefined)[]
  /** Heard after the parts; null where the airing was planned before there were notes. */
  notes: string | null
}

export type PlanContent = {
  airings: PlannedAiring[]
  parts: PlanPart[]
  /** Airings left out because a part has no valid approval or no file the device can play. */
  withheld: string[]
  /** Airings left out because the plan is full; they come when earlier ones are over. */
  later: number
}

/**
 * The whole content of a device's plan, nearest airing first. Nothing unapproved goes in. At most 500
 * airings and 64 files, and never more than fits into one control message: what is further away waits.
 */
export function contentOf(airings: readonly AiringToPlan[]): PlanContent {
  const content: PlanContent = { airings: [], parts: [], withheld: [], later: 0 }
  const hashes = new Set<string>()
  let bytes = 0
  const inOrder = [...airings].sort((a, b) =>
    a.plannedAt === b.plannedAt ? (a.id < b.id ? -1 : 1) : a.plannedAt < b.plannedAt ? -1 : 1,
  )
  for (const airing of inOrder) {
    const parts = airing.parts.filter((part) => part !== undefined)
    if (parts.length < airing.parts.length) {
      content.withheld.push(airing.id)
      continue
    }
    const line = lineOf(airing, parts)
    const added = [...new Map(parts.map((part) => [part.sha256, part])).values()].filter(
      (part) => !hashes.has(part.sha256),
    )
    const grown = bytes + sizeOf(line) + added.reduce((sum, part) => sum + sizeOf(part), 0)
    const full =
      content.airings.length >= airingsMax ||
      content.parts.length + added.length > partsMax ||
      grown > bytesMax
    // Once something had to wait, nothing later goes before it.
    if (full || content.later > 0) {
      content.later += 1
      continue
    }
    bytes = grown
    content.airings.push(line)
    content.parts.push(...added)
    for (const { sha256: hash } of added) hashes.add(hash)
  }
  return content
}

/** The plan a device has: the last one it was given. */
export type PlanThere = { plan: DevicePlan; kid: string }

/**
 * Whether the device needs a new generation: what is still to come differs from what its newest plan
 * says is still to come, or that plan is signed with another key, or it ends soon while something is
 * to come. An airing that has begun or is over is no reason, unless it may still start and is no longer
 * approved: then the device must hear of it at once.
 */
export function needsNewPlan(
  there: PlanThere | undefined,
  wanted: PlanContent,
  now: Instant,
  kid: string,
): boolean {
  const coming = comingOf(wanted, now)
  if (there === undefined) return coming.length > 0
  const withheld = new Set(wanted.withheld)
  const mayStart = there.plan.airings.filter(({ latest }) => latest >= toMilliseconds(now))
  if (mayStart.some(({ airing }) => withheld.has(airing))) return true
  if (JSON.stringify(comingOf(there.plan, now)) !== JSON.stringify(coming)) return true
  if (coming.length === 0) return false
  return there.kid !== kid || there.plan.expires < toMilliseconds(now) + renewMs
}

/** The plan itself, to be signed. It plays nothing after its horizon. */
export function planOf(device: string, generation: number, content: PlanContent, now: Instant): DevicePlan {
  return {
    v: 1,
    device,
    generation,
    issued: toMilliseconds(now),
    expires: toMilliseconds(plusMilliseconds(now, horizonMs)),
    parts: content.parts,
    airings: content.airings,
  }
}

/** Digest of what a plan says, without its generation and times. */
export function digestOf(content: Pick<PlanContent, 'airings' | 'parts'>): string {
  return sha256(JSON.stringify({ airings: content.airings, parts: content.parts }))
}

/** Hashes of the files that airings not yet over need, in the order of need. */
export function hashesToCome(plan: DevicePlan, now: Instant): string[] {
  const open = plan.airings.filter(({ latest }) => latest >= toMilliseconds(now))
  return [...new Set(open.flatMap(({ parts }) => parts))]
}

/** The statements that a part stands on: one, or two where two people must have signed. */
export function approvalsOf({ approval, second }: Pick<PlanPart, 'approval' | 'second'>): string[] {
  return second === undefined ? [approval] : [approval, second.approval]
}

/** What is still to come, in a form that is equal when the device would do the same. */
function comingOf(plan: Pick<DevicePlan, 'airings' | 'parts'>, now: Instant): unknown[] {
  const approvals = new Map(plan.parts.map((part) => [part.sha256, approvalsOf(part)]))
  return plan.airings
    .filter(({ at }) => at > toMilliseconds(now))
    .map(({ airing, at, latest, priority, parts, notes }) => [
      airing,
      at,
      latest,
      priority,
      parts.map((hash) => [hash, ...(approvals.get(hash) ?? [])]),
      notes ?? null,
    ])
}

function lineOf(airing: AiringToPlan, parts: readonly PlanPart[]): PlannedAiring {
  return {
    airing: airing.id,
    at: toMilliseconds(airing.plannedAt),
    latest: toMilliseconds(airing.latestStartAt),
    priority: airing.priority,
    parts: parts.map((part) => part.sha256),
    ...(airing.notes === null ? {} : { notes: airing.notes }),
  }
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1
}

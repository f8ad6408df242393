/**
 * Every message between hub and controllers, as zod shapes. JSON in UTF-8, instants as milliseconds
 * since 1970 UTC, hashes as lower-case hex. Unknown fields are dropped, so that newer parties may say
 * more. The same shapes serve both ends.
 */
import { z } from 'zod'
import type { Parsed } from '../base/errors.ts'

/** Bytes of a chunk; the last one of a file may be shorter. 32 KiB keeps a broker's memory bounded on slow links. */
export const chunkBytes = 32_768
/** A control message (anything but a chunk) is never larger. */
export const controlBytesMax = 65_536
/** Receipts in one message. */
export const receiptsPerMessageMax = 50

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const instant = z.number().int().nonnegative()
const id = z.string().regex(/^[a-z0-9.-]{1,64}$/)
const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/)

/** The domain that a passkey was made for. */
export const rpId = z.string().regex(/^[a-z0-9.-]{1,253}$/)
/** Where pages are: `https://<host>`, or on the person's own machine `http://localhost`, with a port or without. */
export const origin = z
  .string()
  .max(200)
  .regex(/^(?:https:\/\/[a-z0-9.-]+|http:\/\/localhost)(?::\d{1,5})?$/)
/** Units of an area; what reaches further is for the whole province. */
export const areaUnitsMax = 100

export const codec = z.enum(['mp3', 'opus'])
export type Codec = z.infer<typeof codec>

/** Who may sign what. Signed by the offline root, whose public key a controller is given when it is enrolled. */
export const KeysDocument = z.object({
  v: z.literal(1),
  version: z.number().int().positive(),
  issued: instant,
  training: z.boolean(),
  keys: z
    .array(
      z.object({
        kid: id,
        role: z.enum(['hub', 'approver']),
        /** SPKI DER, base64url: Ed25519, or for a passkey also P-256. */
        publicKey: base64url,
        name: z.string().max(120),
        until: instant,
        /** Whose key it is. Two keys count as those of two people only when both entries say whose they are. */
        person: id.optional(),
        /** How the key signs; absent = ed25519. A passkey signs approvals only. */
        kind: z.enum(['ed25519', 'passkey']).optional(),
        /** Of a passkey: its domain, and the origins of the pages on which it may sign. */
        rpId: rpId.optional(),
        origins: z.array(origin).min(1).max(4).optional(),
      }),
    )
    .max(200)
    .refine((keys) => keys.every(isWholeKey), 'a passkey is an approver’s and has rpId and origins'),
})
export type KeysDocument = z.infer<typeof KeysDocument>

function isWholeKey(key: { role: string; kind?: unknown; rpId?: unknown; origins?: unknown }): boolean {
  if (key.kind !== 'passkey') return true
  return key.role === 'approver' && key.rpId !== undefined && key.origins !== undefined
}

/** An approver's statement: these recordings, of this script version, may be heard. */
export const ApprovalStatement = z.object({
  v: z.literal(1),
  approval: id,
  script: id,
  version: z.number().int().positive(),
  languages: z.array(z.string().max(16)).min(1),
  priority: z.enum(['thong-thuong', 'uu-tien', 'khan-cap']),
  /** The units whose stations it is for, by code; `all` or absent = the whole province. */
  area: z
    .union([
      z.literal('all'),
      z
        .array(z.string().regex(/^\d{1,10}$/))
        .min(1)
        .max(areaUnitsMax),
    ])
    .optional(),
  approver: id,
  at: instant,
  from: instant,
  /** No play starts after this instant. */
  until: instant,
  /** Merkle root over the SHA-256 of every rendition covered (see merkle.ts). */
  root: hash,
  leaves: z.number().int().positive(),
})
export type ApprovalStatement = z.infer<typeof ApprovalStatement>

/** A file to be played as one part of an airing. */
export const PlanPart = z.object({
  sha256: hash,
  bytes: z.number().int().positive().max(8_388_608),
  milliseconds: z.number().int().positive(),
  codec,
  /** base64url of the first 8 bytes of each chunk's SHA-256, in order. */
  chunks: base64url,
  approval: id,
  /** Position among the approval's leaves and the sibling hashes up to its root. */
  leaf: z.number().int().nonnegative(),
  proof: z.array(hash).max(24),
  /** Where two people must have signed (signatures.ts): the other's statement over the same file. */
  second: z
    .object({ approval: id, leaf: z.number().int().nonnegative(), proof: z.array(hash).max(24) })
    .optional(),
})
export type PlanPart = z.infer<typeof PlanPart>

export const PlannedAiring = z.object({
  airing: id,
  at: instant,
  /** The play does not start after this instant. */
  latest: instant,
  priority: z.enum(['thong-thuong', 'uu-tien', 'khan-cap']),
  /** Hashes of the parts, in playing order: the greeting of the station, then the script. */
  parts: z.array(hash).min(1).max(4),
  /** The six notes that the controller makes after the parts (notes.ts); absent = none. */
  notes: z
    .string()
    .regex(/^[0-7]{6}$/)
    .optional(),
})
export type PlannedAiring = z.infer<typeof PlannedAiring>

/** A device's whole plan. A controller refuses a generation lower than the one it holds. */
export const DevicePlan = z.object({
  v: z.literal(1),
  device: id,
  generation: z.number().int().positive(),
  issued: instant,
  /** After this instant the plan plays nothing. */
  expires: instant,
  parts: z.array(PlanPart).max(64),
  airings: z.array(PlannedAiring).max(500),
})
export type DevicePlan = z.infer<typeof DevicePlan>

export const ClockSource = z.enum(['ntp', 'rtc', 'mqtt', 'none'])

/** What a device says of one airing. `sequence` has no gaps within an epoch. */
export const Receipt = z.object({
  id,
  sequence: z.number().int().positive(),
  airing: id,
  outcome: z.enum(['played', 'partial', 'missed', 'refused']),
  /** SHA-256 of each part's bytes on the device's disk, measured just before the play; empty when nothing was there. */
  held: z.array(hash).max(4),
  started: instant.nullable(),
  ended: instant.nullable(),
  heardMs: z.number().int().nonnegative(),
  boot: z.string().max(64),
  monotonicMs: z.number().int().nonnegative(),
  clock: ClockSource,
  reason: z.string().max(200).nullable(),
})
export type Receipt = z.infer<typeof Receipt>

/** At most 50 contiguous receipts under one signature of the device. */
export const ReceiptsMessage = z.object({
  v: z.literal(1),
  device: id,
  epoch: id,
  /** SHA-256 of the previous receipts message of this epoch that the hub acknowledged, or null for the first. */
  previous: hash.nullable(),
  receipts: z.array(Receipt).min(1).max(receiptsPerMessageMax),
})
export type ReceiptsMessage = z.infer<typeof ReceiptsMessage>

/** The hub's word, given after its COMMIT, that these receipts need not be sent again. */
export const AckMessage = z.object({
  v: z.literal(1),
  epoch: id,
  /** Sequences that are settled, each with how: kept, known already, or refused for good with the reason. */
  receipts: z
    .array(
      z.object({
        sequence: z.number().int().positive(),
        result: z.enum(['kept', 'known', 'refused']),
        why: z.string().max(200).optional(),
      }),
    )
    .max(receiptsPerMessageMax),
  now: instant,
})
export type AckMessage = z.infer<typeof AckMessage>

/** Birth and will carry the same `birth`, so that a late will does not kill a new session (Sparkplug's bdSeq). */
export const StateMessage = z.object({
  v: z.literal(1),
  state: z.enum(['ready', 'disconnected', 'lost']),
  birth: z.number().int().nonnegative(),
  at: instant,
})
export type StateMessage = z.infer<typeof StateMessage>

/** What the device holds now. Signed by the device. */
export const ReportedMessage = z.object({
  v: z.literal(1),
  device: id,
  epoch: id,
  /** Generation of the plan it follows; 0 = none. */
  generation: z.number().int().nonnegative(),
  held: z.number().int().nonnegative(),
  missing: z.number().int().nonnegative(),
  lastSequence: z.number().int().nonnegative(),
  outbox: z.number().int().nonnegative(),
  freeBytes: z.number().int().nonnegative(),
  clock: ClockSource,
  at: instant,
})
export type ReportedMessage = z.infer<typeof ReportedMessage>

/** Chunks a device lacks, as ranges: `0-3,7`. */
export const WantMessage = z.object({
  v: z.literal(1),
  sha256: hash,
  missing: z
    .string()
    .regex(/^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/)
    .max(1000),
})
export type WantMessage = z.infer<typeof WantMessage>

/**
 * Whether the hub is there. Every `on` after the first that a device sees makes it send its outbox
 * again: the hub is a new one, or has come back to a broker that had lost everything.
 */
export const HubStateMessage = z.object({
  v: z.literal(1),
  on: z.boolean(),
  epoch: z.string().max(64),
  now: instant,
})
export type HubStateMessage = z.infer<typeof HubStateMessage>

/** Reads JSON bytes as one message kind. Never throws: bad bytes become the reason why. */
export function readMessage<T>(shape: z.ZodType<T>, payload: Uint8Array): Parsed<T> {
  if (payload.length > controlBytesMax)
    return { ok: false, why: `larger than ${String(controlBytesMax)} bytes` }
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    return { ok: false, why: 'not JSON in UTF-8' }
  }
  const result = shape.safeParse(json)
  if (result.success) return { ok: true, value: result.data }
  const [issue] = result.error.issues
  return { ok: false, why: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}` }
}

/** The bytes of a message. The shape is checked here too: what leaves is as strict as what enters. */
export function writeMessage<T>(shape: z.ZodType<T>, message: T): Uint8Array {
  return Buffer.from(JSON.stringify(shape.parse(message)), 'utf8')
}

/**
 * Documents that people sign: who may sign what (the offline root), what may be heard (approvers), how and when a
 * device may be heard at all, and that a device's key is that device's (policy officers).
 */
import { z } from 'zod'
import { area, base64url, hash, id, instant, origin, priority, rpId, unitCode } from './primitives.ts'

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
        role: z.enum(['hub', 'approver', 'officer']),
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
        /** Where what it signs counts; absent = everywhere. */
        area: area.optional(),
        /** The highest priority that it can give; absent = any. */
        priority: priority.optional(),
      }),
    )
    .max(200)
    .refine((keys) => keys.every(isWholeKey), 'a passkey is an approver’s and has rpId and origins'),
  /** The public key of the root that signs every later document, instead of the one that signed this. */
  nextRoot: base64url.max(120).optional(),
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
  priority,
  /** The units whose stations it is for, by code; `all` or absent = the whole province. */
  area: area.optional(),
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

/** A minute of the civil day where the device stands; 1440 = the midnight that ends it. */
const minute = z.number().int().min(0).max(1440)
const percent = z.number().int().min(0).max(100)

/**
 * How and when a device may be heard. It stays on the device; only an item that is approved as urgent passes its
 * hours, and that is told in the receipt. Spans go from `from` up to, not including, `to`; one whose `from` is after its `to`
 * goes over midnight.
 */
export const PolicyStatement = z.object({
  v: z.literal(1),
  device: id,
  /** Grows with every policy of the device; a lower one than held is refused. */
  version: z.number().int().positive(),
  issued: instant,
  officer: id,
  /** Where the device stands, for the areas of keys and approvals: its unit's code, and those of units it belongs to. */
  units: z.array(unitCode).min(1).max(16),
  /** Civil time where it stands; Vietnam: 420. */
  utcOffsetMinutes: z.number().int().min(-720).max(840),
  /** Nothing but what is urgent is heard in these hours. */
  quiet: z.array(z.object({ from: minute, to: minute })).max(8),
  /** A play starts and ends in one of these; none = at any time outside quiet hours. Days: 1 = Monday … 7 = Sunday. */
  windows: z
    .array(
      z.object({ days: z.array(z.number().int().min(1).max(7)).min(1).max(7), from: minute, to: minute }),
    )
    .max(56),
  /** Percent of full volume: the most at any time, the most of urgent items, and the most in certain hours. */
  volume: z.object({
    most: percent,
    urgent: percent,
    hours: z.array(z.object({ from: minute, to: minute, most: percent })).max(24),
  }),
  /** Minutes that may be heard on one civil day, urgent items not counted. */
  minutesPerDay: z.number().int().min(1).max(1440),
})
export type PolicyStatement = z.infer<typeof PolicyStatement>

/**
 * A policy officer's word that this public key is that of this device at this station. Kept by the hub and part of
 * what an auditor is given, so that a hub cannot invent devices.
 */
export const EnrolmentStatement = z.object({
  v: z.literal(1),
  device: id,
  type: id,
  station: id,
  units: z.array(unitCode).min(1).max(16),
  publicKey: base64url.max(120),
  officer: id,
  at: instant,
})
export type EnrolmentStatement = z.infer<typeof EnrolmentStatement>

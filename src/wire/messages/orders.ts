/** What the hub orders under its online key: the plan, intervals, and commands. None of it can make a new sound. */
import { z } from 'zod'
import { base64url, codec, hash, id, instant, priority } from './primitives.ts'

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
  priority,
  /** Hashes of the parts, in playing order: the greeting of the station, then the script. */
  parts: z.array(hash).min(1).max(4),
  /** The six notes that the controller makes after the parts (notes.ts); absent = none. */
  notes: z
    .string()
    .regex(/^[0-7]{6}$/)
    .optional(),
  /** Whether the controller makes the attention chime before the parts, so that amplifiers wake; absent = no. */
  chime: z.boolean().optional(),
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
  /** Where a file can be fetched when MQTT does not bring it: `<audioUrl><sha256>`, in ranges. */
  audioUrl: z
    .string()
    .max(300)
    .regex(/^https?:\/\/[^\s]+\/$/)
    .optional(),
})
export type DevicePlan = z.infer<typeof DevicePlan>

/** Intervals and the like, held until the next; nothing that makes a sound. */
export const DesiredMessage = z.object({
  v: z.literal(1),
  device: id,
  /** Grows; a lower one than held is refused. */
  version: z.number().int().positive(),
  issued: instant,
  /** `reported` comes at least so often, also when nothing has changed. */
  heartbeatSeconds: z.number().int().min(10).max(86_400),
  /** A receipts message that is not acknowledged is sent again after so long. */
  resendSeconds: z.number().int().min(5).max(3600),
  /** A download begins up to so long after a new plan. */
  jitterSeconds: z.number().int().min(0).max(3600),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
})
export type DesiredMessage = z.infer<typeof DesiredMessage>

/** What each order cannot be obeyed without. */
const needed = {
  stop: [],
  mute: ['until'],
  unmute: [],
  rebirth: [],
  resend: ['epoch', 'from', 'to'],
  play: ['play'],
} as const

/** One command. What it needs is named beside `order`; the rest is absent. */
export const CommandMessage = z
  .object({
    v: z.literal(1),
    device: id,
    id,
    /** Grows with every command of the device: one that is not higher than every earlier one is refused. */
    counter: z.number().int().positive(),
    issued: instant,
    /** Not obeyed after this instant. */
    expires: instant,
    order: z.enum(['stop', 'mute', 'unmute', 'rebirth', 'resend', 'play']),
    /** `stop`: only this airing; absent: whatever is heard. */
    airing: id.optional(),
    /** `mute`: silent until then. */
    until: instant.optional(),
    /** `resend`: the receipts of this epoch from … to …, both included. */
    epoch: id.optional(),
    from: z.number().int().positive().optional(),
    to: z.number().int().positive().optional(),
    /** `play`: an airing as a plan would name it, with its files; every check of a planned one holds. */
    play: z.object({ airing: PlannedAiring, parts: z.array(PlanPart).min(1).max(4) }).optional(),
  })
  .superRefine((command, context) => {
    const missing = needed[command.order].find((field) => command[field] === undefined)
    if (missing === undefined) return
    context.addIssue({ code: 'custom', path: [missing], message: `${command.order} needs it` })
  })
export type CommandMessage = z.infer<typeof CommandMessage>

/** Who is there, what they hold and lack, what became of a command, and what time it is. */
import { z } from 'zod'
import { base64url, ClockSource, hash, id, instant } from './primitives.ts'

/** Birth and will carry the same `birth`, so that a late will does not kill a new session (Sparkplug's bdSeq). */
export const StateMessage = z.object({
  v: z.literal(1),
  state: z.enum(['ready', 'disconnected', 'lost']),
  birth: z.number().int().nonnegative(),
  at: instant,
})
export type StateMessage = z.infer<typeof StateMessage>

/** The civil instant at a mark of a run's monotonic clock, found out later than the run began. */
export const ClockFix = z.object({
  boot: z.string().max(64),
  monotonicMs: z.number().int().nonnegative(),
  at: instant,
  errorMs: z.number().int().nonnegative(),
})
export type ClockFix = z.infer<typeof ClockFix>

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
  /** Versions of the documents it holds, and the counter of the last command it took; absent = none. */
  keysVersion: z.number().int().nonnegative().optional(),
  policyVersion: z.number().int().nonnegative().optional(),
  desiredVersion: z.number().int().nonnegative().optional(),
  counter: z.number().int().nonnegative().optional(),
  clockErrorMs: z.number().int().nonnegative().optional(),
  mutedUntil: instant.optional(),
  /** The airing being heard now. */
  playing: id.optional(),
  cacheBytes: z.number().int().nonnegative().optional(),
  /** Where the device can measure them: degrees Celsius, dBm, and what feeds it. */
  temperature: z.number().min(-100).max(200).optional(),
  signalDbm: z.number().min(-200).max(0).optional(),
  power: z.enum(['mains', 'battery', 'unknown']).optional(),
  /** Of the programme, for people. */
  programme: z.string().max(64).optional(),
  /** What is wrong at the moment, `kind: detail`. */
  troubles: z.array(z.string().max(120)).max(16).optional(),
  /** Runs that began without knowing the time, and what the time was at a mark of their monotonic clock. */
  fixes: z.array(ClockFix).max(8).optional(),
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

/** What became of a command. */
export const ResultMessage = z.object({
  v: z.literal(1),
  /** The command's. */
  id,
  result: z.enum(['done', 'refused']),
  why: z.string().max(200).optional(),
  at: instant,
})
export type ResultMessage = z.infer<typeof ResultMessage>

/** A device that does not know the time asks for it. */
export const TimeQuestion = z.object({ v: z.literal(1), nonce: base64url.min(16).max(64) })
export type TimeQuestion = z.infer<typeof TimeQuestion>

/** The hub's answer, signed with its online key: when the question came and when this left. */
export const TimeAnswer = z.object({
  v: z.literal(1),
  device: id,
  nonce: base64url.min(16).max(64),
  received: instant,
  sent: instant,
})
export type TimeAnswer = z.infer<typeof TimeAnswer>

/** What a device says was heard, and the hub's word that it is kept. */
import { z } from 'zod'
import { ClockSource, hash, id, instant, receiptsPerMessageMax } from './primitives.ts'

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
  /** How wrong that clock may have been, in milliseconds. */
  clockErrorMs: z.number().int().nonnegative().optional(),
  /** Percent of full volume. */
  volume: z.number().int().min(0).max(100).optional(),
  /** Loudness of what went to the output, as RMS in dBFS. */
  levelDbfs: z.number().min(-200).max(20).optional(),
  /** The amplifier's relay while it played, where the device type senses it. */
  relay: z.enum(['closed', 'open']).optional(),
  /** What of the policy an urgent item passed. */
  overrode: z
    .array(z.enum(['quiet-hours', 'window', 'minutes-per-day']))
    .max(3)
    .optional(),
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

/** Receipts that one acknowledgement may settle. */
export const acksPerMessageMax = 500

/** The hub's word, signed with its online key and given after its COMMIT, that these receipts need not be sent again. */
export const AckMessage = z.object({
  v: z.literal(1),
  device: id,
  epoch: id,
  /** Sequences that are settled, each with how: kept, known already, or refused for good with the reason. */
  receipts: z
    .array(
      z.object({
        sequence: z.number().int().positive(),
        result: z.enum(['kept', 'known', 'refused']),
        /** Of a refusal: what a device can act on, and words for people. */
        code: z
          .enum(['id-taken', 'place-taken', 'not-its-airing', 'impossible-time', 'unstorable'])
          .optional(),
        why: z.string().max(200).optional(),
      }),
    )
    .max(acksPerMessageMax),
  now: instant,
})
export type AckMessage = z.infer<typeof AckMessage>

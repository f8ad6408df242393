/** Receipts, attestations and refusals in the database: facts, only ever added. */
import type { Month } from '../base/calendar.ts'
import { fromMilliseconds, type Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import type { Receipt } from '../wire/messages.ts'
import type { ReceiptToJudge } from './outcome.ts'
import type { MissedReason } from './missed.ts'

/** A receipt with the device and installation that signed it. */
export type SignedReceipt = Receipt & { device: string; epoch: string; message: string }

/** What of an earlier receipt tells whether a new one is the same again. */
export type KnownReceipt = Pick<SignedReceipt, 'id' | 'device' | 'epoch' | 'sequence' | 'airing' | 'outcome'>

/** Receipts that share an id, or device, epoch and sequence, with one of these. Ask for at most some hundreds. */
export async function receiptsLike(db: Db, receipts: readonly SignedReceipt[]): Promise<KnownReceipt[]> {
  if (receipts.length === 0) return []
  const values = <K extends 'id' | 'device' | 'epoch' | 'sequence'>(key: K): SignedReceipt[K][] => [
    ...new Set(receipts.map((receipt) => receipt[key])),
  ]
  const rows = await db
    .selectFrom('receipt')
    .select(['id', 'device_id as device', 'epoch', 'sequence', 'airing_id as airing', 'outcome'])
    .where((is) =>
      is.or([
        is('id', 'in', values('id')),
        is.and([
          is('device_id', 'in', values('device')),
          is('epoch', 'in', values('epoch')),
          is('sequence', 'in', values('sequence')),
        ]),
      ]),
    )
    .execute()
  return rows.map((row) => ({ ...row, outcome: row.outcome as Receipt['outcome'] }))
}

/** Which of these airings each of these devices was to play, as `<airing> <device>`. */
export async function airingsOfDevices(db: Db, receipts: readonly SignedReceipt[]): Promise<Set<string>> {
  if (receipts.length === 0) return new Set()
  const rows = await db
    .selectFrom('airing_device')
    .selectAll()
    .where('airing_id', 'in', [...new Set(receipts.map(({ airing }) => airing))])
    .execute()
  return new Set(rows.map(({ airing_id, device_id }) => `${airing_id} ${device_id}`))
}

/** Keeps signed messages, byte for byte; one that is there stays. */
export async function keepMessages(
  db: Db,
  messages: readonly { sha256: string; device: string; envelope: string }[],
  now: Instant,
): Promise<void> {
  if (messages.length === 0) return
  const rows = messages.map(({ sha256, device, envelope }) => ({
    sha256,
    device_id: device,
    envelope,
    received_at: now,
  }))
  await db
    .insertInto('receipt_message')
    .values(rows)
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute()
}

/** Keeps receipts that are new. */
export async function keepReceipts(db: Db, receipts: readonly SignedReceipt[], now: Instant): Promise<void> {
  if (receipts.length === 0) return
  const rows = receipts.map((receipt) => ({
    id: receipt.id,
    device_id: receipt.device,
    epoch: receipt.epoch,
    sequence: receipt.sequence,
    airing_id: receipt.airing,
    outcome: receipt.outcome,
    held_sha256: JSON.stringify(receipt.held),
    started_at: receipt.started === null ? null : fromMilliseconds(receipt.started),
    ended_at: receipt.ended === null ? null : fromMilliseconds(receipt.ended),
    heard_milliseconds: receipt.heardMs,
    clock_source: receipt.clock,
    reason: receipt.reason,
    message_sha256: receipt.message,
    received_at: now,
  }))
  await db.insertInto('receipt').values(rows).execute()
}

/** A message or receipt that could not be taken; `payload` is cut by the caller. */
export type Refusal = { topic: string; sha256: string; payload: Uint8Array; why: string }

export async function keepRefusals(db: Db, refusals: readonly Refusal[], now: Instant): Promise<void> {
  if (refusals.length === 0) return
  await db
    .insertInto('refusal')
    .values(refusals.map((refusal) => ({ at: now, ...refusal })))
    .execute()
}

/** The newest refusals, newest first; at most `limit`. */
export async function refusalsOf(
  db: Db,
  limit = 100,
): Promise<{ at: Instant; topic: string; sha256: string; payload: Uint8Array; why: string }[]> {
  return db
    .selectFrom('refusal')
    .select(['at', 'topic', 'sha256', 'payload', 'why'])
    .orderBy('id', 'desc')
    .limit(Math.min(limit, 1000))
    .execute()
}

/** Which airings are asked about; all that is given must hold. */
export type AiringsAsked = {
  month?: Month
  campaign?: string
  airing?: string
  /** Any of these stations, at most some hundreds. */
  stations?: readonly string[]
}

function airingsAsked(db: Db, { month, campaign, airing, stations }: AiringsAsked) {
  let asked = db.selectFrom('airing')
  if (month !== undefined) asked = asked.where('airing.month', '=', month)
  if (campaign !== undefined) asked = asked.where('airing.campaign_id', '=', campaign)
  if (airing !== undefined) asked = asked.where('airing.id', '=', airing)
  if (stations !== undefined) asked = asked.where('airing.station_id', 'in', [...stations])
  return asked
}

/** All receipts about these airings, by airing. */
export async function receiptsByAiring(db: Db, asked: AiringsAsked): Promise<Map<string, ReceiptToJudge[]>> {
  const rows = await db
    .selectFrom('receipt')
    .where('airing_id', 'in', airingsAsked(db, asked).select('airing.id'))
    .select([
      'airing_id',
      'device_id',
      'outcome',
      'held_sha256',
      'started_at',
      'received_at',
      'heard_milliseconds',
      'reason',
    ])
    .orderBy('id')
    .execute()
  const receipts = rows.map((row) => ({
    airing: row.airing_id,
    device: row.device_id,
    outcome: row.outcome as ReceiptToJudge['outcome'],
    held: JSON.parse(row.held_sha256) as string[],
    startedAt: row.started_at,
    receivedAt: row.received_at,
    heardMilliseconds: row.heard_milliseconds,
    reason: row.reason,
  }))
  return Map.groupBy(receipts, ({ airing }) => airing)
}

/** What a person said of an airing, and who countersigned it, if anybody has. */
export type Attestation = {
  id: string
  airing: string
  person: string
  outcome: 'played' | 'missed'
  playedAt: Instant | null
  /** Why it was not played; null when it was, and when nobody said. */
  reason: MissedReason | null
  /** Villages of the station that did not hear the play. */
  villagesMissed: readonly string[]
  note: string
  at: Instant
  countersignedBy: string | null
  countersignedAt: Instant | null
}

function attestationRows(db: Db) {
  return db
    .selectFrom('attestation')
    .leftJoin('countersignature', 'countersignature.attestation_id', 'attestation.id')
    .leftJoin('attestation_withdrawal', 'attestation_withdrawal.attestation_id', 'attestation.id')
    .selectAll('attestation')
    .select(['countersignature.person_id as countersigned_by', 'countersignature.at as countersigned_at'])
    .select('attestation_withdrawal.at as withdrawn_at')
}

type AttestationRow = Awaited<ReturnType<ReturnType<typeof attestationRows>['execute']>>[number]

function attestationFrom(row: AttestationRow): Attestation {
  return {
    id: row.id,
    airing: row.airing_id,
    person: row.person_id,
    outcome: row.outcome as Attestation['outcome'],
    playedAt: row.played_at,
    reason: row.reason as MissedReason | null,
    villagesMissed: JSON.parse(row.villages_missed) as string[],
    note: row.note,
    at: row.at,
    countersignedBy: row.countersigned_by,
    countersignedAt: row.countersigned_at,
  }
}

/**
 * Attestations, oldest first: of a month, a campaign, some stations or one airing, or the one with this id. Those that
 * were taken back are not among them.
 */
export async function attestationsOf(
  db: Db,
  asked: AiringsAsked & { id?: string } = {},
): Promise<Attestation[]> {
  let wanted = attestationRows(db)
    .where('attestation.airing_id', 'in', airingsAsked(db, asked).select('airing.id'))
    .where('attestation_withdrawal.at', 'is', null)
  if (asked.id !== undefined) wanted = wanted.where('attestation.id', '=', asked.id)
  const rows = await wanted.orderBy('attestation.at').orderBy('attestation.id').execute()
  return rows.map(attestationFrom)
}

/** One attestation, also when it was taken back. */
export async function attestationGiven(
  db: Db,
  id: string,
): Promise<{ attestation: Attestation; withdrawnAt: Instant | null } | undefined> {
  const row = await attestationRows(db).where('attestation.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : { attestation: attestationFrom(row), withdrawnAt: row.withdrawn_at }
}

export async function keepAttestation(db: Db, attestation: Attestation): Promise<void> {
  const { id, airing, person, outcome, playedAt, reason, villagesMissed, note, at } = attestation
  await db
    .insertInto('attestation')
    .values({
      ...{ id, airing_id: airing, person_id: person, outcome, played_at: playedAt, note, at, reason },
      villages_missed: JSON.stringify(villagesMissed),
    })
    .execute()
}

export async function keepWithdrawal(db: Db, attestation: string, now: Instant): Promise<void> {
  await db.insertInto('attestation_withdrawal').values({ attestation_id: attestation, at: now }).execute()
}

export async function keepCountersignature(
  db: Db,
  signed: { attestation: string; by: string; now: Instant },
): Promise<void> {
  await db
    .insertInto('countersignature')
    .values({ attestation_id: signed.attestation, person_id: signed.by, at: signed.now })
    .execute()
}

/** Length and hashes of the recordings and greetings of these airings, by recording. */
export async function audioOf(
  db: Db,
  asked: AiringsAsked,
): Promise<Map<string, { milliseconds: number; hashes: string[] }>> {
  const airings = airingsAsked(db, asked)
  const rows = await db
    .selectFrom('recording')
    .leftJoin('rendition', 'rendition.recording_id', 'recording.id')
    .where((is) =>
      is.or([
        is('recording.id', 'in', airings.select('airing.recording_id')),
        is(
          'recording.id',
          'in',
          airings
            .select('airing.greeting_id')
            .where('airing.greeting_id', 'is not', null)
            .$castTo<{ greeting_id: string }>(),
        ),
      ]),
    )
    .select(['recording.id', 'recording.milliseconds', 'rendition.sha256'])
    .execute()
  const audio = new Map<string, { milliseconds: number; hashes: string[] }>()
  for (const { id, milliseconds, sha256 } of rows) {
    const one = audio.get(id) ?? { milliseconds, hashes: [] }
    if (sha256 !== null) one.hashes.push(sha256)
    audio.set(id, one)
  }
  return audio
}

/** How many villages each device of these airings serves. */
export async function villagesByDevice(db: Db, asked: AiringsAsked): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('device_village')
    .where('device_id', 'in', (is) =>
      is
        .selectFrom('airing_device')
        .select('airing_device.device_id')
        .where('airing_device.airing_id', 'in', airingsAsked(db, asked).select('airing.id')),
    )
    .select((is) => ['device_id', is.fn.countAll<number>().as('villages')])
    .groupBy('device_id')
    .execute()
  return new Map(rows.map(({ device_id, villages }) => [device_id, villages]))
}

/** How many villages the stations of these airings serve. */
export async function villagesByStation(db: Db, asked: AiringsAsked): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('village')
    .where('station_id', 'in', airingsAsked(db, asked).select('airing.station_id'))
    .select((is) => ['station_id', is.fn.countAll<number>().as('villages')])
    .groupBy('station_id')
    .execute()
  return new Map(rows.map(({ station_id, villages }) => [station_id, villages]))
}

/**
 * A year of the whole province in a database file: November 2026 as the tests of the pages have it, made through the
 * front doors, and the eleven months before it as its copies, each airing with what was said of it then. Beside the
 * registry's own devices there is a fleet whose receipts are still to come.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { sha256 } from '../../src/base/hash.ts'
import type { Database } from '../../src/db/index.ts'
import { enrolDevice, stationsOf } from '../../src/registry/index.ts'
import { airingsOf } from '../../src/schedule/index.ts'
import { newSigningKey, sealEnvelope } from '../../src/wire/envelope.ts'
import { ReceiptsMessage } from '../../src/wire/messages.ts'
import { toMilliseconds } from '../../src/base/time.ts'
import { november, planned } from '../web/month.ts'
import { operatorSignedIn, signedIn } from '../web/staff.ts'

export const fleetSize = 1000

export type World = {
  /** The database file. */
  file: string
  audioFolder: string
  cookies: { auditor: string; operator: string }
  airings: number
  /** What the fleet says, in the order of sending: one message of each device. */
  fleetFile: string
  close(): Promise<void>
}

/** Makes the world in a folder. */
export async function makeWorld(folder: string): Promise<World> {
  const month = await november()
  const { database } = month
  const cookies = {
    auditor: (await signedIn(database, 'kiem-tra', 'auditor')).from.cookies,
    operator: (await operatorSignedIn(database, 'can-bo')).from.cookies,
  }
  for (let back = 1; back <= 11; back += 1) await copyMonth(database, back)
  const fleetFile = join(folder, 'fleet.json')
  writeFileSync(fleetFile, JSON.stringify(await addFleet(database)))
  const { count } = await database
    .selectFrom('airing')
    .select((row) => row.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  const file = join(folder, 'loa.db')
  await sql`vacuum into ${file}`.execute(database)
  return {
    file,
    audioFolder: month.audioFolder,
    cookies,
    airings: count,
    fleetFile,
    close: () => month.close(),
  }
}

/** November again, so many months earlier; every id gets the month behind it. */
async function copyMonth(database: Database, back: number): Promise<void> {
  const suffix = `-${String(back)}`
  const moved = (column: string) =>
    sql.raw(`strftime('%Y-%m-%dT%H:%M:%fZ', ${column}, '-${String(back)} months')`)
  const month = sql.raw(`strftime('%Y-%m', airing.month || '-15', '-${String(back)} months')`)
  const here = sql.raw(`airing.month = '2026-11'`)
  await sql`update campaign set from_month = '2025-12'`.execute(database)
  await sql`
    insert into airing select id || ${suffix}, campaign_id, ${month}, attempt, station_id, unit_code, unit_valid_from,
      script_id, version, recording_id, greeting_id, ${moved('planned_at')}, ${moved('latest_start_at')},
      ${moved('ends_at')}, planned_because, ${moved('created_at')}, cancelled_at, cancelled_why, notes
    from airing where ${here}`.execute(database)
  await sql`
    insert into airing_device select airing_id || ${suffix}, device_id from airing_device
    join airing on airing.id = airing_id where ${here}`.execute(database)
  await sql`
    insert into receipt_message select receipt_message.sha256 || ${suffix}, receipt_message.device_id, envelope,
      ${moved('receipt_message.received_at')}
    from receipt_message join receipt on message_sha256 = receipt_message.sha256
    join airing on airing.id = airing_id where ${here}`.execute(database)
  await sql`
    insert into receipt select receipt.id || ${suffix}, device_id, epoch, sequence + ${back}, airing_id || ${suffix},
      outcome, held_sha256, ${moved('started_at')}, ${moved('ended_at')}, heard_milliseconds, clock_source, reason,
      message_sha256 || ${suffix}, ${moved('received_at')}
    from receipt join airing on airing.id = airing_id where ${here}`.execute(database)
  await sql`
    insert into attestation select attestation.id || ${suffix}, airing_id || ${suffix}, person_id, outcome,
      ${moved('played_at')}, note, ${moved('at')}, attestation.reason, villages_missed
    from attestation join airing on airing.id = airing_id where ${here}`.execute(database)
  await sql`
    insert into countersignature select attestation_id || ${suffix}, countersignature.person_id,
      ${moved('countersignature.at')}
    from countersignature join attestation on attestation.id = attestation_id
    join airing on airing.id = airing_id where ${here}`.execute(database)
}

/** A thousand more devices at the stations, each of which is to play November's airing of its station. */
async function addFleet(database: Database): Promise<{ device: string; message: string }[]> {
  const airingAt = new Map((await airingsOf(database, { month: '2026-11' })).map((one) => [one.station, one]))
  const stations = (await stationsOf(database)).filter(({ id }) => airingAt.has(id))
  const key = newSigningKey()
  const type = stations.flatMap(({ devices }) => devices)[0]?.type ?? ''
  const messages: { device: string; message: string }[] = []
  for (let index = 0; index < fleetSize; index += 1) {
    const station = stations[index % stations.length]
    const airing = airingAt.get(station?.id ?? '')
    if (station === undefined || airing === undefined) continue
    const device = `dev-fleet-${String(index)}`
    await database
      .insertInto('device')
      .values({
        ...{ id: device, station_id: station.id, type, sample: 1, public_key: null, password_hash: null },
        ...{ enrolled_at: null, revoked_at: null },
      })
      .execute()
    const passwordHash = '$7$101$c2FtcGxl$c2FtcGxl'
    await enrolDevice(database, { device, publicKey: key.publicKey, passwordHash, now: planned, by: null })
    await database.insertInto('airing_device').values({ airing_id: airing.id, device_id: device }).execute()
    const held = [airing.greeting, airing.recording]
      .filter((part) => part !== null)
      .map((part) => sha256(part))
    const message: ReceiptsMessage = {
      ...{ v: 1, device, epoch: 'e1', previous: null },
      receipts: [
        {
          ...{ id: `rcpt-fleet-${String(index)}`, sequence: 1, airing: airing.id, outcome: 'played', held },
          started: toMilliseconds(airing.plannedAt),
          ended: toMilliseconds(airing.endsAt),
          ...{ heardMs: 72_000, boot: 'b1', monotonicMs: 1, clock: 'ntp', reason: null },
        },
      ],
    }
    const bytes = sealEnvelope('receipts', ReceiptsMessage, message, key)
    messages.push({ device, message: Buffer.from(bytes).toString('base64') })
  }
  return messages
}

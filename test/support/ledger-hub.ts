/**
 * A hub's database as it is on a working day: the real registry, people, approved recordings, devices
 * that are enrolled with keys of their own, and what they say.
 */
import { fileURLToPath } from 'node:url'
import { approve } from '../../src/approval/index.ts'
import { derivedId, randomIds } from '../../src/base/ids.ts'
import { lastDayOf, monthOf } from '../../src/base/calendar.ts'
import { type Instant, plusMilliseconds, toMilliseconds } from '../../src/base/time.ts'
import { addPerson } from '../../src/people/index.ts'
import {
  type Edition,
  enrolDevice,
  loadRegistry,
  stationsOf,
  stationUnitsOn,
} from '../../src/registry/index.ts'
import { setWindow } from '../../src/schedule/index.ts'
import { enterAirings } from '../../src/schedule/enter.ts'
import { newSigningKey, sealEnvelope, type SigningKey } from '../../src/wire/envelope.ts'
import { type Receipt, ReceiptsMessage } from '../../src/wire/messages.ts'
import { type Desk, monday, openDesk, submitted } from './desk.ts'
import { databaseMadeOnce } from './made-once.ts'
import { putRecording, type PutRecording } from './recordings.ts'

const devicesFolder = fileURLToPath(new URL('../../devices', import.meta.url))

/** A device as the tests see it: it signs what it says. */
export type TestDevice = { id: string; station: string; key: SigningKey & { publicKey: string } }

export type HubDesk = Desk & { devices: TestDevice[] }

/** Opens a desk with the registry of the edition loaded and `enrolled` of its devices enrolled (default: all). */
export async function openHubDesk(options: { edition?: Edition; enrolled?: number } = {}): Promise<HubDesk> {
  const { edition = 'sample' } = options
  const database = await databaseMadeOnce(`registry ${edition} on ${monday}`, (first) =>
    loadRegistry(first, { folder: devicesFolder, edition, now: monday }),
  )
  const desk = await openDesk({ database })
  await addPerson(database, {
    id: 'kiem',
    name: 'Người kiểm tra',
    role: 'auditor',
    training: false,
    now: monday,
  })
  const all = (await stationsOf(database)).flatMap(({ id: station, devices }) =>
    devices.map(({ id }) => ({ id, station })),
  )
  const devices: TestDevice[] = []
  for (const one of all.slice(0, options.enrolled ?? all.length)) devices.push(await enrolled(desk, one))
  return { ...desk, devices }
}

/** Enrols a device of the registry with a new key. */
export async function enrolled(desk: Desk, device: { id: string; station: string }): Promise<TestDevice> {
  const key = newSigningKey()
  const passwordHash = '$7$101$c2FsdA==$aGFzaA=='
  const { publicKey } = key
  await enrolDevice(desk.database, { device: device.id, publicKey, passwordHash, now: monday, by: null })
  return { ...device, key }
}

/** A submitted bulletin of a sentence with one recording; not approved. */
export async function bulletin(
  desk: Desk,
  slug: string,
  more: { seconds?: number; validTo?: string; take?: string; priority?: string } = {},
): Promise<{ script: string; version: number; recording: PutRecording }> {
  const head = {
    slug,
    title: `Bản tin ${slug}`,
    ...(more.validTo === undefined ? {} : { valid_to: `'${more.validTo}'` }),
    ...(more.priority === undefined ? {} : { priority: more.priority }),
  }
  const { script, version } = await submitted(desk, `Bà con hãy nhớ bản tin ${slug}. ${more.take ?? ''}`, {
    head,
  })
  const recording = await putRecording(desk.database, { script, version, seconds: more.seconds ?? 60 })
  return { script, version, recording }
}

/**
 * Puts airings straight into the books, for tests that are not about planning: campaign `thang` (made when
 * missing), attempt by attempt. Gives their ids.
 */
export async function putAirings(
  desk: Desk,
  airings: readonly {
    station: string
    plannedAt: Instant
    devices?: readonly string[]
    recording: PutRecording
    greeting?: PutRecording
    script: string
    attempt?: number
  }[],
): Promise<string[]> {
  const { database } = desk
  const campaign = {
    id: 'thang',
    title: 'Mỗi tháng một lần',
    from_month: '2026-01',
    to_month: null,
    training: 0,
  }
  await database
    .insertInto('campaign')
    .values({ ...campaign, created_by: 'an', created_at: monday, ended_at: null })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  const units = await stationUnitsOn(database, lastDayOf(monthOf(airings[0]!.plannedAt)))
  const planned = airings.map(({ station, plannedAt, devices, recording, greeting, script, attempt = 1 }) => {
    const month = monthOf(plannedAt)
    const { code, validFrom } = units.get(station)!
    return {
      ...{
        id: derivedId('air', 'thang', month, station, attempt),
        campaign: 'thang',
        month,
        attempt,
        station,
      },
      ...{
        unit: { code, validFrom },
        script,
        version: 1,
        recording: recording.id,
        greeting: greeting?.id ?? null,
        plannedAt,
      },
      latestStartAt: plusMilliseconds(plannedAt, 900_000),
      endsAt: plusMilliseconds(plannedAt, 60_000),
      ...{ plannedBecause: 'Ghi thẳng vào sổ để thử.', devices: devices ?? [] },
    }
  })
  await enterAirings(database, planned, { now: monday, ids: randomIds })
  return planned.map(({ id }) => id)
}

/** A receipt that says the airing was played in full from its planned start; `more` changes what it says. */
export function receipt(sequence: number, airing: string, more: Partial<Receipt> = {}): Receipt {
  const started = toMilliseconds(monday)
  return {
    ...{ id: derivedId('rcp', airing, sequence), sequence, airing },
    ...{ outcome: 'played' as const, held: [], started, ended: started + 60_000, heardMs: 60_000 },
    ...{ boot: 'boot-1', monotonicMs: 1000, clock: 'ntp' as const, reason: null },
    ...more,
  }
}

/** A message of receipts under the device's own key (or under another's, to see it refused). */
export function said(
  device: TestDevice,
  receipts: readonly Receipt[],
  more: { epoch?: string; about?: string; key?: SigningKey } = {},
): Uint8Array {
  return sealEnvelope(
    'receipts',
    ReceiptsMessage,
    {
      v: 1,
      device: more.about ?? device.id,
      epoch: more.epoch ?? 'the-1',
      previous: null,
      receipts: [...receipts],
    },
    more.key ?? device.key,
  )
}

/** Lan approves everything of a version that is rendered and not approved yet. */
export async function approved(
  desk: Desk,
  version: { script: string; version: number },
  now: Instant = monday,
  by: 'lan' | 'minh' = 'lan',
): Promise<void> {
  const { script, version: number } = version
  await approve(desk.database, { script, version: number, approver: by, key: desk.keys[by], now })
}

/** A submitted greeting with a recording for each of these stations; not approved. */
export async function greeting(
  desk: Desk,
  stations: readonly string[],
  seconds = 8,
): Promise<{ script: string; version: number }> {
  const head = { slug: 'loi-chao', title: 'Lời chào', kind: 'greeting' }
  const { script, version } = await submitted(desk, 'Đây là {{station}} của {{unit}}.', { head })
  for (const station of stations) await putRecording(desk.database, { script, version, station, seconds })
  return { script, version }
}

/** A window of 05:00–05:30 for every station, from long ago. */
export async function dawnWindow(desk: Desk): Promise<void> {
  const window = {
    id: 'sang',
    station: null,
    opens: '05:00',
    closes: '05:30',
    validFrom: '2021-01-01',
    validTo: null,
    sample: true,
  }
  await setWindow(desk.database, { ...window, by: null, now: monday })
}

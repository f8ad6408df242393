/**
 * A small province for tests of delivery: stations with devices, recordings as files, approvals with
 * real signatures, airings. Rows that other modules make are written straight into the database.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { approve, signKeysDocument } from '../../src/approval/index.ts'
import { monthOf } from '../../src/base/calendar.ts'
import { sha256 } from '../../src/base/hash.ts'
import { silentLog } from '../../src/base/log.ts'
import { type Clock, plusMilliseconds, systemClock } from '../../src/base/time.ts'
import { closeDatabase, type Database, openMemoryDatabase } from '../../src/db/index.ts'
import { createDelivery, type Delivery, type DeliveryOptions } from '../../src/delivery/index.ts'
import { addPerson } from '../../src/people/index.ts'
import { enrolDevice } from '../../src/registry/index.ts'
import type { Priority } from '../../src/scripts/index.ts'
import type { ConnectBus } from '../../src/wire/bus.ts'
import { chunkDigests } from '../../src/wire/chunks.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import type { Codec } from '../../src/wire/messages.ts'
import { testUser } from './broker.ts'
import { giveKey } from './approvers.ts'

export const devicesFolder = fileURLToPath(new URL('../../devices', import.meta.url))

type Key = ReturnType<typeof newSigningKey>

export type World = {
  database: Database
  audioFolder: string
  clock: Clock
  rootKey: Key
  hubKey: Key
  approverKey: Key
  deviceKeys: Map<string, Key>
  delivery(connect: ConnectBus, options?: Partial<DeliveryOptions>): Delivery
  /** Adds a station with one enrolled device of the type. */
  addDevice(device: string, type?: string): Promise<void>
  /** Makes a script with a recording in both codecs; `station` for a greeting. Returns the recording's id. */
  record(
    script: string,
    options?: { kilobytes?: number; station?: string; priority?: Priority },
  ): Promise<string>
  approve(script: string): Promise<string>
  /** Plans an airing so many seconds from now at the device's station. Returns its id. */
  air(
    script: string,
    device: string,
    options: { inSeconds: number; lateSeconds?: number; greeting?: string },
  ): Promise<string>
  cancel(airing: string): Promise<void>
  file(recording: string, codec: Codec): Promise<{ sha256: string; path: string }>
  close(): Promise<void>
}

export function stationOf(device: string): string {
  return `tt-${device.slice(4)}`
}

/** Bytes that look like nothing else: the same name gives the same bytes. */
export function audioBytes(name: string, bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, index) =>
    createHash('sha256')
      .update(`${name}/${String(index)}`)
      .digest(),
  )
  return Buffer.concat(blocks).subarray(0, bytes)
}

export async function testWorld(
  options: { clock?: Clock; devices?: readonly string[] } = {},
): Promise<World> {
  const clock = options.clock ?? systemClock
  const database = openMemoryDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'loa-delivery-'))
  const audioFolder = join(folder, 'audio')
  const [rootKey, hubKey, approverKey] = [newSigningKey(), newSigningKey(), newSigningKey()]
  const deviceKeys = new Map<string, Key>()
  const now = clock.now()
  await addPerson(database, { id: 'lan', name: 'Lan', role: 'editor', training: false, now })
  await addPerson(database, { id: 'minh', name: 'Minh', role: 'approver', training: false, now })
  await giveKey(database, { person: 'minh', publicKey: approverKey.publicKey, now })
  await signKeysDocument(database, { rootKey, hubPublicKey: hubKey.publicKey, training: false, now })
  await database
    .insertInto('campaign')
    .values({
      id: 'moi-thang',
      title: 'Mỗi tháng một lần',
      from_month: '2021-01',
      to_month: null,
      training: 0,
      created_by: 'lan',
      created_at: now,
      ended_at: null,
    })
    .execute()

  const world: World = {
    database,
    audioFolder,
    clock,
    rootKey,
    hubKey,
    approverKey,
    deviceKeys,
    delivery: (connect, extra = {}) =>
      createDelivery({
        database,
        audioFolder,
        devicesFolder,
        connect,
        hubKey,
        clock,
        log: silentLog,
        epoch: 'hub-1',
        ...extra,
      }),
    addDevice: (device, type = 'hop-dieu-khien-opus') => addDevice(world, device, type),
    record: (script, extra = {}) => record(world, script, extra),
    approve: async (script) =>
      (await approve(database, { script, version: 1, approver: 'minh', key: approverKey, now: clock.now() }))
        .approval,
    air: (script, device, extra) => air(world, script, device, extra),
    cancel: async (airing) => {
      const change = { cancelled_at: clock.now(), cancelled_why: 'thử' }
      await database.updateTable('airing').set(change).where('id', '=', airing).execute()
    },
    file: async (recording, codec) => {
      const rows = database.selectFrom('rendition').selectAll().where('recording_id', '=', recording)
      const { sha256: hash } = await rows.where('codec', '=', codec).executeTakeFirstOrThrow()
      return { sha256: hash, path: pathOf(audioFolder, hash, codec) }
    },
    close: async () => {
      await closeDatabase(database)
      rmSync(folder, { recursive: true, force: true })
    },
  }
  for (const device of options.devices ?? []) await world.addDevice(device)
  return world
}

async function addDevice(
  { database, deviceKeys, clock }: World,
  device: string,
  type: string,
): Promise<void> {
  const code = device.slice(4)
  const name = `Xã ${code}`
  await database
    .insertInto('unit')
    .values({
      code,
      valid_from: '2004-01-01',
      valid_to: null,
      level: 'commune',
      kind: 'xa',
      name,
      full_name: name,
      name_fold: name,
      parent_code: null,
      latitude: null,
      longitude: null,
      population: null,
      area_km2: null,
      source: 'thử',
    })
    .execute()
  await database
    .insertInto('station')
    .values({
      id: stationOf(device),
      name,
      name_fold: name,
      kind: 'ip',
      area_code: code,
      area_valid_from: '2004-01-01',
      area_name: name,
      sample: 1,
    })
    .execute()
  await database
    .insertInto('device')
    .values({
      id: device,
      station_id: stationOf(device),
      type,
      sample: 1,
      public_key: null,
      password_hash: null,
      enrolled_at: null,
      revoked_at: null,
    })
    .execute()
  const key = newSigningKey()
  deviceKeys.set(device, key)
  const { passwordHash } = testUser(device)
  await enrolDevice(database, { device, publicKey: key.publicKey, passwordHash, now: clock.now(), by: null })
}

async function record(
  { database, audioFolder, clock }: World,
  script: string,
  { kilobytes = 100, station, priority = 'thong-thuong' }: Parameters<World['record']>[1] & object,
): Promise<string> {
  const now = clock.now()
  const kind = station === undefined ? 'bulletin' : 'greeting'
  await database
    .insertInto('script')
    .values({ id: script, kind, created_at: now })
    .onConflict((one) => one.doNothing())
    .execute()
  await database
    .insertInto('script_version')
    .values({
      script_id: script,
      version: 1,
      language: 'vi',
      title: script,
      title_en: script,
      audience: '[]',
      body: script,
      priority,
      valid_from: '2021-01-01',
      valid_to: null,
      facts: '[]',
      sources: '[]',
      author_id: 'lan',
      created_at: now,
      submitted_by: 'lan',
      submitted_at: now,
      submitted_text: script,
      withdrawn_by: null,
      withdrawn_at: null,
      withdrawn_why: null,
    })
    .onConflict((one) => one.doNothing())
    .execute()
  const id = `rec-${sha256(`${script}/${station ?? ''}`).slice(0, 20)}`
  await database
    .insertInto('recording')
    .values({
      id,
      script_id: script,
      version: 1,
      language: 'vi',
      station_id: station ?? null,
      spoken: script,
      voice: 'thử',
      recipe: 'thử',
      milliseconds: 10_000,
      loudness_lufs: -16,
      true_peak_dbtp: -1,
      sentences: '[]',
      quality: '{}',
      created_at: now,
    })
    .execute()
  for (const codec of ['mp3', 'opus'] as const) {
    const bytes = audioBytes(`${id}.${codec}`, kilobytes * 1024 + 17)
    const hash = sha256(bytes)
    const path = pathOf(audioFolder, hash, codec)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
    await database
      .insertInto('rendition')
      .values({ recording_id: id, codec, sha256: hash, bytes: bytes.length, chunks: chunkDigests(bytes) })
      .execute()
  }
  return id
}

async function air(
  { database, clock }: World,
  script: string,
  device: string,
  { inSeconds, lateSeconds = 900, greeting }: { inSeconds: number; lateSeconds?: number; greeting?: string },
): Promise<string> {
  const now = clock.now()
  const at = plusMilliseconds(now, inSeconds * 1000)
  const { id: recording } = await database
    .selectFrom('recording')
    .select('id')
    .where('script_id', '=', script)
    .where('station_id', 'is', null)
    .executeTakeFirstOrThrow()
  const { attempts } = await database
    .selectFrom('airing')
    .select(({ fn }) => fn.countAll<number>().as('attempts'))
    .executeTakeFirstOrThrow()
  const id = `air-${String(attempts + 1).padStart(6, '0')}`
  await database
    .insertInto('airing')
    .values({
      id,
      campaign_id: 'moi-thang',
      month: monthOf(at),
      attempt: attempts + 1,
      station_id: stationOf(device),
      unit_code: device.slice(4),
      unit_valid_from: '2004-01-01',
      script_id: script,
      version: 1,
      recording_id: recording,
      greeting_id: greeting ?? null,
      planned_at: at,
      latest_start_at: plusMilliseconds(at, lateSeconds * 1000),
      ends_at: plusMilliseconds(at, 10_000),
      planned_because: 'thử',
      created_at: now,
      cancelled_at: null,
      cancelled_why: null,
    })
    .execute()
  await database.insertInto('airing_device').values({ airing_id: id, device_id: device }).execute()
  return id
}

function pathOf(audioFolder: string, hash: string, codec: Codec): string {
  return join(audioFolder, hash.slice(0, 2), `${hash}.${codec}`)
}

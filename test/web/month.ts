/**
 * November 2026 in Quảng Nam as far as the 23rd, for the pages to show: the real registry and scripts,
 * people, signed approvals, a planned month, receipts and attestations, all through the front doors.
 * Put in by hand because they are not what these tests are about: recordings (short tones in place of
 * speech), two that a person read (uploads.ts), and what controllers reported.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { approve, signKeysDocument } from '../../src/approval/index.ts'
import { encoderOptions } from '../../src/audio/encoders.ts'
import { audioPath } from '../../src/audio/index.ts'
import { writeWhole } from '../../src/base/files.ts'
import { sha256 } from '../../src/base/hash.ts'
import { derivedId } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { type Clock, type Instant, plusMilliseconds } from '../../src/base/time.ts'
import { closeDatabase, type Database } from '../../src/db/index.ts'
import { attest, countersign } from '../../src/evidence/index.ts'
import { addPerson, type Role } from '../../src/people/index.ts'
import { enrolDevice, loadRegistry, type Station, stationsOf } from '../../src/registry/index.ts'
import { type Airing, airingsOf, createCampaign, planWanted, setWindow } from '../../src/schedule/index.ts'
import {
  importFacts,
  importScript,
  loadPlaceholders,
  readScript,
  submitVersion,
} from '../../src/scripts/index.ts'
import { chunkDigests } from '../../src/wire/chunks.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import { putUploads } from './uploads.ts'
import { giveKey } from '../support/approvers.ts'
import { bytesOf, databaseMadeOnce, databaseOf, type Files, filesOf, putFiles } from '../support/made-once.ts'

const folder = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url))

/** Sunday 1 November 2026, 03:00 in Quảng Nam. */
export const planned: Instant = '2026-10-31T20:00:00.000Z'
/** Monday 23 November 2026, 10:00 in Quảng Nam. */
export const today: Instant = '2026-11-23T03:00:00.000Z'

export type Month = { database: Database; audioFolder: string; clock: Clock; close(): Promise<void> }

/** A clock that stands still. */
export function clockAt(now: Instant): Clock {
  return { now: () => now, wait: () => Promise.resolve() }
}

/** A fresh installation: the registry and the facts are loaded, and nothing else has been done. */
export async function emptyDesk(): Promise<Month> {
  return deskOn(
    await databaseMadeOnce('fresh installation', async (database) => {
      await loadRegistry(database, { folder: folder('devices'), edition: 'sample', now: planned })
      await importFacts(database, folder('content'), planned)
    }),
  )
}

function deskOn(database: Database): Month {
  const audioFolder = mkdtempSync(join(tmpdir(), 'loa-web-'))
  return {
    database,
    audioFolder,
    clock: clockAt(today),
    async close() {
      await closeDatabase(database)
      rmSync(audioFolder, { recursive: true, force: true })
    },
  }
}

/** People and submitted scripts, and nothing to hear yet. */
export async function readyDesk(): Promise<Month> {
  const month = await emptyDesk()
  await staff(month.database)
  await submitAll(month.database)
  return month
}

let made: Promise<{ bytes: Buffer; files: Files }> | undefined

/** The month as the top of this file says: made once in a process, and copied for whoever asks. */
export async function november(): Promise<Month> {
  made ??= makeNovember().then(async (month) => {
    const copy = { bytes: await bytesOf(month.database), files: filesOf(month.audioFolder) }
    await month.close()
    return copy
  })
  const { bytes, files } = await made
  const month = deskOn(await databaseOf(bytes))
  putFiles(month.audioFolder, files)
  return month
}

async function makeNovember(): Promise<Month> {
  const month = await emptyDesk()
  const { database } = month
  const key = await staff(database)
  const stations = await stationsOf(database)
  const scripts = await submitAll(database)
  for (const script of scripts) await record(month, script, stations)
  await putUploads(month, scripts.at(-1)!, planned)
  // The last bulletin stays unapproved: somebody has something to do.
  for (const script of scripts.slice(0, -1)) {
    await approve(database, { script, version: 1, approver: 'lan', key, now: planned })
  }
  await enrolAll(database, stations)
  const [campaign, title] = ['hang-thang', 'Mỗi tháng một lần ở mọi xã']
  const bulletins = scripts.filter((script) => script !== 'greeting').slice(0, -1)
  const months = { fromMonth: '2026-11', toMonth: null }
  await createCampaign(database, {
    id: campaign,
    title,
    ...months,
    scripts: bulletins,
    training: false,
    by: 'an',
    now: planned,
  })
  const from = { validFrom: '2026-10-01', validTo: null }
  await setWindow(database, {
    id: 'sang',
    station: null,
    opens: '05:30',
    closes: '06:30',
    ...from,
    sample: true,
    ...{ by: 'an', now: planned },
  })
  const pace = { leadSeconds: 600, spreadSeconds: 1800, lateSeconds: 900 }
  const clock = clockAt(planned)
  await planWanted({ database, clock, log: silentLog, months: ['2026-11'], ...pace })
  const airings = await airingsOf(database, { month: '2026-11' })
  await devicesSpeak(database, airings)
  await peopleAttest(database, airings)
  return month
}

async function staff(database: Database) {
  const people: [string, string, Role][] = [
    ['an', 'Nguyễn Văn An', 'editor'],
    ['lan', 'Lê Thị Lan', 'approver'],
    ['hoa', 'Hồ Thị Hoa', 'operator'],
    ['binh', 'Trần Thị Bình', 'operator'],
  ]
  for (const [id, name, role] of people)
    await addPerson(database, { id, name, role, training: false, now: planned })
  const key = newSigningKey()
  await giveKey(database, { person: 'lan', publicKey: key.publicKey, now: planned })
  const hubPublicKey = newSigningKey().publicKey
  await signKeysDocument(database, { rootKey: newSigningKey(), hubPublicKey, training: false, now: planned })
  return key
}

/** Every demo script and the greeting, submitted by an. */
async function submitAll(database: Database): Promise<string[]> {
  const scripts = join(folder('content'), 'scripts')
  const placeholders = loadPlaceholders(folder('content'))
  const submitted: string[] = []
  for (const file of readdirSync(scripts).sort()) {
    const read = readScript(readFileSync(join(scripts, file), 'utf8'))
    if (!read.ok) throw new Error(`${file}: ${read.why.en}`)
    if (!read.value.demo) continue
    const { script, version } = await importScript(database, read.value, { author: 'an', now: planned })
    await submitVersion(database, {
      script,
      version,
      by: 'an',
      now: planned,
      placeholders,
      speakUnconfirmed: false,
    })
    submitted.push(script)
  }
  return submitted
}

const tones = new Map<string, Uint8Array>()

/** Two seconds of a tone as a file of the codec, made once. */
function tone(codec: 'mp3' | 'opus', hertz: number): Uint8Array {
  const encoder = codec === 'mp3' ? [...encoderOptions.mp3, '-f', 'mp3'] : ['-c:a', 'libopus', '-f', 'ogg']
  const input = ['-f', 'lavfi', '-i', `sine=${hertz}:duration=2`, '-ar', '24000', '-ac', '1']
  const name = `${codec} ${hertz}`
  const made = tones.get(name) ?? execFileSync('ffmpeg', ['-v', 'error', ...input, ...encoder, '-'])
  tones.set(name, made)
  return made
}

/**
 * A recording of the script; for the greeting one at each station with a device, for the last bulletin one at each of
 * the first three stations.
 */
async function record(month: Month, script: string, stations: readonly Station[]): Promise<void> {
  const { database } = month
  const places =
    script === 'greeting'
      ? stations.filter(({ devices }) => devices.length > 0)
      : script === 'viec-nhe-luong-cao'
        ? stations.slice(0, 3)
        : [null]
  const seconds = script === 'greeting' ? 6 : 66
  // A bulletin has its own tone: what stations by hand download is joined of such files, and must be nothing else.
  const hertz = 440 + script.length
  for (const station of places) {
    const id = derivedId('rec', script, 1, 'vi', station?.id ?? '', 'tone')
    const spoken =
      script === 'greeting'
        ? `Kính chào bà con xã ${station?.areaName ?? ''}.`
        : 'Kính thưa bà con.\n\nViệc nhẹ, lương cao, đi ngay hôm nay: xin bà con chậm lại một chút.'
    const common = { script_id: script, version: 1, language: 'vi', station_id: station?.id ?? null }
    const sound = {
      milliseconds: seconds * 1000,
      loudness_lufs: -16.2,
      true_peak_dbtp: -1.4,
      sentences: '[]',
      quality: station === null ? '{}' : '{"gate":"packets"}',
    }
    await database
      .insertInto('recording')
      .values({ id, ...common, spoken, voice: 'test', recipe: 'tone', ...sound, created_at: planned })
      .execute()
    for (const codec of ['mp3', 'opus'] as const) {
      // What follows the sound is not heard; it makes each file another.
      const more = station === null ? [] : [Buffer.from(id)]
      const bytes = Buffer.concat([tone(codec, hertz), ...more])
      const hash = sha256(bytes)
      await writeWhole(audioPath(month.audioFolder, hash, codec), bytes)
      const row = { recording_id: id, codec, sha256: hash, bytes: bytes.length, chunks: chunkDigests(bytes) }
      await database.insertInto('rendition').values(row).execute()
    }
  }
}

/** Every controller but the last two is enrolled; a few are silent, one still downloads, one never spoke. */
async function enrolAll(database: Database, stations: readonly Station[]): Promise<void> {
  const devices = stations.flatMap((station) => station.devices.map(({ id }) => id))
  for (const [index, device] of devices.slice(0, -2).entries()) {
    const passwordHash = '$7$101$c2FtcGxl$c2FtcGxl'
    await enrolDevice(database, {
      device,
      publicKey: newSigningKey().publicKey,
      passwordHash,
      now: planned,
      by: null,
    })
    if (index === 9) continue
    const silent = index % 19 === 3
    await database
      .insertInto('device_status')
      .values({
        device_id: device,
        state: silent ? 'lost' : 'ready',
        state_at: silent ? '2026-11-20T22:41:00.000Z' : today,
        generation: index === 7 ? 2 : 3,
        missing: index === 7 ? 2 : 0,
        last_sequence: 4,
        reported_at: silent ? '2026-11-20T22:41:00.000Z' : plusMilliseconds(today, -60_000 * (index % 50)),
      })
      .execute()
    const plan = { device_id: device, generation: 3, digest: 'x', envelope: 'x', created_at: planned }
    await database.insertInto('device_plan').values(plan).execute()
  }
}

/** Of ten devices that were to play, eight played, one missed or refused, one has said nothing. */
async function devicesSpeak(database: Database, airings: readonly Airing[]): Promise<void> {
  const over = airings.filter(({ devices, endsAt }) => devices.length > 0 && endsAt < today)
  for (const [index, airing] of over.entries()) {
    if (index % 10 === 9) continue
    for (const [position, device] of airing.devices.entries()) {
      const message = derivedId('message', airing.id, device)
      await database
        .insertInto('receipt_message')
        .values({ sha256: sha256(message), device_id: device, envelope: message, received_at: airing.endsAt })
        .execute()
      await database
        .insertInto('receipt')
        .values(await receiptOf(database, airing, device, index + position * 10))
        .execute()
    }
  }
}

async function receiptOf(database: Database, airing: Airing, device: string, index: number) {
  const parts = [airing.greeting, airing.recording].filter((part) => part !== null)
  const held: string[] = []
  for (const part of parts) {
    const query = database.selectFrom('rendition').select('sha256').where('recording_id', '=', part)
    held.push((await query.where('codec', '=', 'mp3').executeTakeFirstOrThrow()).sha256)
  }
  const failed = index % 30 === 8 ? 'missed' : index % 30 === 18 ? 'refused' : null
  return {
    id: derivedId('rcpt', airing.id, device),
    device_id: device,
    epoch: 'e1',
    sequence: 1,
    airing_id: airing.id,
    outcome: failed ?? 'played',
    held_sha256: JSON.stringify(failed === null ? held : []),
    started_at: failed === null ? airing.plannedAt : null,
    ended_at: failed === null ? airing.endsAt : null,
    heard_milliseconds: failed === null ? 72_000 : 0,
    clock_source: 'ntp',
    reason: failed === null ? null : failed === 'missed' ? 'mất điện' : 'chưa đủ chữ ký',
    message_sha256: sha256(derivedId('message', airing.id, device)),
    received_at: airing.endsAt,
  }
}

/** Of the stations played by hand, half are attested and signed twice, some only once, some not at all. */
async function peopleAttest(database: Database, airings: readonly Airing[]): Promise<void> {
  let count = 0
  const ids = { next: (kind: string): string => `${kind}-${String((count += 1)).padStart(20, '0')}` }
  const byHand = airings.filter(({ devices, endsAt }) => devices.length === 0 && endsAt < today)
  for (const [index, airing] of byHand.entries()) {
    if (index % 8 === 7) continue
    const missed = index % 31 === 30
    const playedAt = missed ? null : plusMilliseconds(airing.plannedAt, 60_000)
    const outcome = missed ? ('missed' as const) : ('played' as const)
    const note = missed ? 'máy hỏng' : ''
    const { id } = await attest(database, {
      airing: airing.id,
      by: 'hoa',
      outcome,
      playedAt,
      note,
      now: today,
      ids,
    })
    if (index % 8 < 6) await countersign(database, { attestation: id, by: 'binh', now: today })
  }
}

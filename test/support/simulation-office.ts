/**
 * What staff and voice do in a simulation, through the modules' front doors: people with keys, scripts
 * submitted and approved, campaigns, attestations. Only the recordings' bytes are made up.
 */
import { fileURLToPath } from 'node:url'
import { approve, signKeysDocument } from '../../src/approval/index.ts'
import type { Codec } from '../../src/audio/index.ts'
import { keepAudio } from '../../src/audio/folder.ts'
import { keepRecording } from '../../src/audio/store.ts'
import { derivedId } from '../../src/base/ids.ts'
import type { Instant } from '../../src/base/time.ts'
import type { Database } from '../../src/db/index.ts'
import { addPerson } from '../../src/people/index.ts'
import { enrolDevice, enrolledDevices, loadRegistry, stationsOf } from '../../src/registry/index.ts'
import { createCampaign, setWindow } from '../../src/schedule/index.ts'
import { importScript, loadPlaceholders, readScript, submitVersion } from '../../src/scripts/index.ts'
import type { DeviceCredentials } from '../../src/wire/credentials.ts'
import { chunkDigests } from '../../src/wire/chunks.ts'
import { privateKeyPem } from '../../src/wire/envelope.ts'
import { namedBytes, seededKey, type SeededKey } from './simulation-chance.ts'
import { giveKey } from './approvers.ts'

export type Office = {
  seed: number
  database: Database
  audioFolder: string
  devicesFolder: string
  now: Instant
}

const placeholders = loadPlaceholders(fileURLToPath(new URL('../../content', import.meta.url)))

export const editor = 'soan'
export const approver = 'duyet'
export const operators = ['xa-1', 'xa-2'] as const

export type OfficeKeys = { root: SeededKey; hub: SeededKey; approver: SeededKey }

export function officeKeys(seed: number): OfficeKeys {
  return {
    root: seededKey(seed, 'root'),
    hub: seededKey(seed, 'hub'),
    approver: seededKey(seed, 'approver'),
  }
}

/** Opens the office: registry, people with their keys, windows morning and evening, the root's keys document. */
export async function openOffice(office: Office): Promise<void> {
  const { database, devicesFolder, now, seed } = office
  const keys = officeKeys(seed)
  await loadRegistry(database, { folder: devicesFolder, edition: 'sample', now })
  await addPerson(database, { id: editor, name: 'Người soạn', role: 'editor', training: false, now })
  await addPerson(database, { id: approver, name: 'Người duyệt', role: 'approver', training: false, now })
  for (const id of operators) {
    await addPerson(database, { id, name: `Cán bộ ${id}`, role: 'operator', training: false, now })
  }
  await giveKey(database, { person: approver, publicKey: keys.approver.publicKey, now })
  for (const [id, opens, closes] of [
    ['sang', '05:00', '05:40'],
    ['chieu', '17:00', '17:40'],
  ] as const) {
    await setWindow(database, {
      id,
      station: null,
      opens,
      closes,
      validFrom: '2021-01-01',
      validTo: null,
      sample: true,
      ...{ by: null, now },
    })
  }
  await signKeysDocument(database, {
    rootKey: keys.root,
    hubPublicKey: keys.hub.publicKey,
    training: false,
    now,
  })
}

/** Enrols every device of the registry; what each of them is given. */
export async function enrolAll(office: Office): Promise<DeviceCredentials[]> {
  const { database, seed, now } = office
  const credentials: DeviceCredentials[] = []
  for (const { id, type } of (await stationsOf(database)).flatMap(({ devices }) => devices)) {
    const key = seededKey(seed, id)
    const passwordHash = '$7$101$c2FsdA==$aGFzaA=='
    await enrolDevice(database, { device: id, publicKey: key.publicKey, passwordHash, now, by: null })
    credentials.push({
      v: 1,
      device: id,
      type,
      broker: 'mqtt://127.0.0.1:1883',
      password: 'mot-mat-khau-khong-ai-hoi',
      rootPublicKey: officeKeys(seed).root.publicKey,
      privateKey: privateKeyPem(key.privateKey),
    })
  }
  return credentials
}

/** Submits a bulletin and has it recorded: four minutes in both codecs. Nobody has approved it yet. */
export async function recordBulletin(office: Office, slug: string, seconds: number): Promise<number> {
  const version = await submit(office, slug, 'bulletin', `Bà con hãy nhớ bản tin ${slug}, lần ${office.now}.`)
  await record(office, { script: slug, version, station: null, seconds })
  return version
}

/** Submits the greeting and has it recorded for each station with a device. */
export async function recordGreetings(office: Office, seconds: number): Promise<number> {
  const version = await submit(office, 'loi-chao', 'greeting', 'Đây là {{station}} của {{unit}}.')
  const stations = new Set((await enrolledDevices(office.database)).map(({ station }) => station))
  for (const station of [...stations].sort()) {
    await record(office, { script: 'loi-chao', version, station, seconds })
  }
  return version
}

export async function approveVersion(office: Office, script: string, version: number): Promise<void> {
  const { database, now, seed } = office
  await approve(database, { script, version, approver, key: officeKeys(seed).approver, now })
}

/** A campaign from this month on that rotates these bulletins. */
export async function campaign(
  office: Office,
  id: string,
  scripts: readonly string[],
  month: string,
): Promise<void> {
  const { database, now } = office
  const title = `Đợt ${id}`
  await createCampaign(database, {
    id,
    title,
    fromMonth: month,
    toMonth: month,
    scripts,
    training: false,
    by: editor,
    now,
  })
}

async function submit(
  office: Office,
  slug: string,
  kind: 'bulletin' | 'greeting',
  body: string,
): Promise<number> {
  const { database, now } = office
  const front = [
    `title: Bản tin ${slug}`,
    `title_en: Bulletin ${slug}`,
    `slug: ${slug}`,
    `kind: ${kind}`,
    'audience: [mọi người]',
    'language: vi',
    "valid_from: '2026-01-01'",
    "valid_to: ''",
    'priority: thong-thuong',
  ]
  const source = readScript(`---\n${front.join('\n')}\n---\n${body}\n`)
  if (!source.ok) throw new Error(source.why.en)
  const { script, version } = await importScript(database, source.value, { author: editor, now })
  await submitVersion(database, { script, version, by: editor, now, placeholders, speakUnconfirmed: false })
  return version
}

async function record(
  office: Office,
  wanted: { script: string; version: number; station: string | null; seconds: number },
): Promise<void> {
  const { database, audioFolder, now } = office
  const { script, version, station, seconds } = wanted
  const id = derivedId('rec', script, version, 'vi', station ?? '', 'simulation')
  const renditions = []
  for (const codec of ['mp3', 'opus'] as const satisfies readonly Codec[]) {
    // One to three chunks, the last one cut short, and different for each recording.
    const length = (codec === 'mp3' ? 70_000 : 40_000) + Number.parseInt(id.slice(-3), 16)
    const bytes = namedBytes(`${id}.${codec}`, length)
    const sha256 = await keepAudio(audioFolder, bytes, codec)
    renditions.push({ recording: id, codec, sha256, bytes: bytes.length, chunks: chunkDigests(bytes) })
  }
  await keepRecording(
    database,
    {
      id,
      script,
      version,
      language: 'vi',
      station,
      spoken: `${script} ${version}`,
      voice: 'simulation',
      recipe: 'simulation',
      milliseconds: seconds * 1000,
      loudness: -16,
      truePeak: -1.5,
      sentences: [],
      quality: {},
      remark: null,
      upload: null,
    },
    renditions,
    now,
  )
}

/**
 * A desk whose people have accounts, served under `localhost`, with an authenticator made of node:crypto in place of a
 * browser's: for what the pages of approval take and refuse. The browser's own is in approval-browser.test.ts.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { derivedId } from '../../src/base/ids.ts'
import { sha256 } from '../../src/base/hash.ts'
import { type Clock, plusMilliseconds } from '../../src/base/time.ts'
import { signKeysDocument } from '../../src/approval/index.ts'
import { closeDatabase, type Database, type Db, openDatabase } from '../../src/db/index.ts'
import { personById } from '../../src/people/index.ts'
import { chunkDigests } from '../../src/wire/chunks.ts'
import {
  Browser,
  codeOf,
  gateOn,
  givePassword,
  goodPassword,
  handClock,
  secret,
  setUpCodes,
} from '../people/office.ts'
import { type Desk, monday, openDesk } from '../support/desk.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import { serve, type Served, type ServedWith } from './served.ts'

export type Answer = { status: number; location: string; text: string }

export type Room = {
  desk: Desk
  clock: ReturnType<typeof handClock>
  /** `http://localhost:…` */
  origin: string
  served: Served
  /** Lets so many seconds go by. */
  passes(seconds: number): void
  get(who: string, path: string, more?: Record<string, string>): Promise<Answer>
  post(
    who: string,
    path: string,
    fields?: Record<string, string>,
    more?: Record<string, string>,
  ): Promise<Answer>
  /** The pages anew on the same database, as after a restart. */
  restart(options?: ServedWith): Promise<void>
  cookies(who: string): string
  audioFolder: string
  close(): Promise<void>
}

/** With accounts and codes: approvers lan and minh, admins quan-tri and quan-tri-hai; an editor; an approver of exercises. */
const staff = ['lan', 'minh', 'quan-tri', 'quan-tri-hai', 'an', 'duyet-tap']

/** Accounts take long to make: they are made once, and each room begins with a copy. */
type Template = { desk: Desk; file: string; browsers: Map<string, Browser>; folder: string }
let template: Promise<Template> | undefined

const rootKey = newSigningKey()
const hubPublicKey = newSigningKey().publicKey

async function makeTemplate(): Promise<Template> {
  const desk = await openDesk({ signed: false })
  await rootSigns(desk.database, monday)
  const browsers = new Map<string, Browser>()
  for (const person of staff) browsers.set(person, await comesIn(desk, person))
  const folder = mkdtempSync(join(tmpdir(), 'loa-approval-'))
  const file = join(folder, 'room.sqlite')
  await sql`vacuum into ${file}`.execute(desk.database)
  return { desk, file, browsers, folder }
}

/** Takes away what all rooms began with; the next file of tests in this process makes its own. */
export async function clearRooms(): Promise<void> {
  const made = await template
  template = undefined
  await made?.desk.close()
  if (made !== undefined) rmSync(made.folder, { recursive: true, force: true })
}

async function rootSigns(database: Database, now: string): Promise<void> {
  for (const training of [true, false]) {
    await signKeysDocument(database, { rootKey, hubPublicKey, training, now })
  }
}

let rooms = 0

/** A room with a database, a clock and pages of its own. */
export async function openRoom(options: ServedWith & { clock?: Clock } = {}): Promise<Room> {
  template ??= makeTemplate()
  const { desk: first, file, browsers, folder } = await template
  const copy = join(folder, `room-${(rooms += 1)}.sqlite`)
  copyFileSync(file, copy)
  const database = openDatabase(copy)
  const hand = handClock(plusMilliseconds(monday, 60_000))
  const { clock = hand, ...more } = options
  const desk = { ...first, database, rootSigns: (now: string) => rootSigns(database, now) }
  const audioFolder = mkdtempSync(join(folder, 'audio-'))
  const month = { database, audioFolder, clock, close: () => Promise.resolve() }
  const open = (again: ServedWith = {}): Promise<Served> => serve(month, { secret, ...more, ...again })
  const room = { desk, clock: hand, served: await open(), origin: '', audioFolder }
  const placed = (): void => {
    room.origin = room.served.url.replace('127.0.0.1', 'localhost')
  }
  placed()
  // Where the pages are behind HTTPS, cookies carry another name.
  let prefix = ''
  const cookies = (who: string): string =>
    (browsers.get(who)?.from.cookies ?? '').replaceAll(/(^|; )/g, `$1${prefix}`)
  const ask = async (who: string, path: string, init: RequestInit): Promise<Answer> => {
    const headers = { cookie: cookies(who), ...(init.headers as Record<string, string>) }
    const response = await fetch(room.origin + path, { redirect: 'manual', ...init, headers })
    const text = (await response.text()).replaceAll('&#x3D;', '=')
    return { status: response.status, location: response.headers.get('location') ?? '', text }
  }
  return Object.assign(room, {
    passes(seconds: number) {
      hand.at = plusMilliseconds(hand.at, seconds * 1000)
    },
    get: (who: string, path: string, sent: Record<string, string> = {}) => ask(who, path, { headers: sent }),
    post: (
      who: string,
      path: string,
      fields: Record<string, string> = {},
      sent: Record<string, string> = {},
    ) => ask(who, path, { method: 'POST', body: new URLSearchParams(fields), headers: sent }),
    async restart(again: ServedWith = {}) {
      await room.served.close()
      room.served = await open(again)
      prefix = again.publicUrl?.startsWith('https:') === true ? '__Secure-' : ''
      placed()
    },
    cookies,
    async close() {
      await room.served.close()
      await closeDatabase(database)
    },
  })
}

/** What the app of each person was told. */
const apps = new Map<string, string>()

/** Password and code of a person, as they type them now; each code is asked once, so those before are forgotten. */
export async function secretsOf(room: Room, person: string): Promise<{ password: string; code: string }> {
  await room.desk.database.deleteFrom('code_used').execute()
  return { password: goodPassword, code: codeOf(apps.get(person)!) }
}

async function comesIn({ database }: Desk, person: string): Promise<Browser> {
  await givePassword(database, await personById(database, person), monday)
  const browser = new Browser('127.0.0.1')
  const gate = gateOn(database, handClock(monday))
  if (person === 'an') browser.take(await gate.signIn({ name: person, password: goodPassword }, browser.from))
  else apps.set(person, await setUpCodes(gate, browser, person))
  return browser
}

/** One variant of a version: its sentences one after the other, two seconds each. */
export async function putVariant(
  db: Db,
  variant: {
    script: string
    version: number
    texts: readonly string[]
    station?: string | null
    take?: string
    bytes?: Uint8Array
    milliseconds?: number
  },
): Promise<string> {
  const { script, version, texts, station = null, take = 'first', milliseconds = 2000 } = variant
  const id = derivedId('rec', script, version, station ?? '', take)
  const sentences = texts.map((text, index) => ({ key: text, text, at: index * milliseconds, milliseconds }))
  await db
    .insertInto('recording')
    .values({
      ...{ id, script_id: script, version, language: 'vi', station_id: station, spoken: texts.join(' ') },
      ...{ voice: 'test', recipe: take, milliseconds: texts.length * milliseconds, loudness_lufs: -16 },
      ...{ true_peak_dbtp: -1.5, sentences: JSON.stringify(sentences), quality: '{}', upload_id: null },
      created_at: monday,
    })
    .execute()
  const bytes = variant.bytes ?? Buffer.from(id)
  const hash = sha256(bytes)
  const row = {
    recording_id: id,
    codec: 'mp3',
    sha256: hash,
    bytes: bytes.length,
    chunks: chunkDigests(bytes),
  }
  await db.insertInto('rendition').values(row).execute()
  return id
}

export type Changes = {
  origin?: string
  rpId?: string
  flags?: number
  counter?: number
  credential?: string
}

/** What an authenticator and its browser do, each of which can be made wrong. */
export class Authenticator {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly credential = createHash('sha256').update(newSigningKey().publicKey).digest('base64url')
  readonly origin: string
  #counter = 0

  constructor(origin: string) {
    this.origin = origin
  }

  /** The answer to being asked for a new passkey, as the page's form carries it. */
  makes(options: { challenge: string; rp: { id: string } }, changes: Changes = {}): string {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' })
    const coordinate = (text: string): Buffer =>
      Buffer.concat([Buffer.from([0x58, 32]), Buffer.from(text, 'base64url')])
    const cose = Buffer.concat([
      ...[Buffer.from('a5010203262001', 'hex'), Buffer.from([0x21]), coordinate(x)],
      ...[Buffer.from([0x22]), coordinate(y)],
    ])
    const id = Buffer.from(this.credential, 'base64url')
    const authData = Buffer.concat([
      this.#said(changes.rpId ?? options.rp.id, changes.flags ?? 0x45, 0),
      ...[Buffer.alloc(16), Buffer.from([0, id.length]), id, cose],
    ])
    const attestationObject = Buffer.concat([
      ...[Buffer.from([0xa3, 0x63]), Buffer.from('fmt'), Buffer.from([0x64]), Buffer.from('none')],
      ...[Buffer.from([0x67]), Buffer.from('attStmt'), Buffer.from([0xa0, 0x68]), Buffer.from('authData')],
      ...[Buffer.from([0x58, authData.length]), authData],
    ])
    return this.#answer({
      clientDataJSON: this.#client('webauthn.create', options.challenge, changes),
      attestationObject: attestationObject.toString('base64url'),
    })
  }

  /** The answer to being asked to sign, as the page's form carries it. */
  signs(options: { challenge: string; rpId: string }, changes: Changes = {}): string {
    this.#counter += 1
    const counter = changes.counter ?? this.#counter
    const authenticatorData = this.#said(changes.rpId ?? options.rpId, changes.flags ?? 0x05, counter)
    const clientDataJSON = this.#client('webauthn.get', options.challenge, changes)
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest()
    const signature = sign('sha256', Buffer.concat([authenticatorData, hash]), this.#keys.privateKey)
    return this.#answer(
      {
        clientDataJSON,
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
      },
      changes,
    )
  }

  #said(rpId: string, flags: number, counter: number): Buffer {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), count])
  }

  #client(type: string, challenge: string, changes: Changes): string {
    const said = { type, challenge, origin: changes.origin ?? this.origin, crossOrigin: false }
    return Buffer.from(JSON.stringify(said)).toString('base64url')
  }

  #answer(response: Record<string, string>, changes: Changes = {}): string {
    const id = changes.credential ?? this.credential
    return JSON.stringify({ id, rawId: id, type: 'public-key', response, clientExtensionResults: {} })
  }
}

/** What a form of the page carries, by the name of the field; undefined where there is no such form. */
export function formIn(html: string, mark: string): Record<string, string> | undefined {
  const form = new RegExp(`<form[^>]*${mark}[^>]*>[\\s\\S]*?</form>`).exec(html)?.[0]
  if (form === undefined) return undefined
  const options = /data-options="([^"]*)"/.exec(form)?.[1]
  const fields: Record<string, string> = { action: /action="([^"]*)"/.exec(form)?.[1] ?? '' }
  for (const [, name = '', value = ''] of form.matchAll(/name="(\w+)" value="([^"]*)"/g)) fields[name] = value
  if (options !== undefined) fields['options'] = options.replaceAll('&quot;', '"')
  return fields
}

/** The passkey of an approver, made on the page, enrolled and confirmed by two others; the root signs unless told not to. */
export async function givePasskey(
  room: Room,
  person: string,
  { signed = true } = {},
): Promise<{ passkey: Authenticator; kid: string }> {
  const passkey = new Authenticator(room.origin)
  const begun = await room.post(person, '/keys/passkeys/begin', await secretsOf(room, person))
  const options = JSON.parse(begun.text) as { challenge: string; rp: { id: string } }
  await room.post(person, '/keys/passkeys', { answer: passkey.makes(options) })
  const rows = await room.desk.database.selectFrom('passkey').select(['kid', 'credential_id']).execute()
  const kid = rows.find((row) => row.credential_id === passkey.credential)?.kid ?? ''
  await room.post('quan-tri', `/keys/${kid}/enrol`)
  await room.post('quan-tri-hai', `/keys/${kid}/confirm`)
  if (signed) await room.desk.rootSigns(room.clock.at)
  return { passkey, kid }
}

/** Presses “begin”, lets the time go by and presses “heard”, for everything the page says is to hear. */
export async function hearsAll(room: Room, person: string, path: string): Promise<void> {
  const { text } = await room.get(person, path)
  const parts = text.matchAll(/data-key="([^"]*)" data-from="([\d.]+)" data-to="([\d.]+)"/g)
  for (const [, key = '', from, to] of parts) {
    const begun = await room.post(person, `${path}/plays`, { key }, { accept: 'application/json' })
    room.passes(Number(to) - Number(from))
    await room.post(person, (JSON.parse(begun.text) as { heard: string }).heard)
  }
}

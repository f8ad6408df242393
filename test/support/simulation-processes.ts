/**
 * The product as it runs in an office: hub, broker and fleet as processes of the operating system on a data
 * folder, prepared through the modules' front doors, killed and started again.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { approve, signKeysDocument } from '../../src/approval/index.ts'
import { recordingsOf, renderWanted } from '../../src/audio/index.ts'
import { lastDayOf, monthOf } from '../../src/base/calendar.ts'
import { writeWhole } from '../../src/base/files.ts'
import { derivedId, randomIds } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { plusMilliseconds, systemClock } from '../../src/base/time.ts'
import { enrol } from '../../src/cli/devices.ts'
import { type Config, readConfig } from '../../src/config.ts'
import type { FleetStatus } from '../../src/fleet.ts'
import { addPerson } from '../../src/people/index.ts'
import { stationsOf, stationUnitsOn } from '../../src/registry/index.ts'
import { createCampaign } from '../../src/schedule/index.ts'
import { enterAirings } from '../../src/schedule/enter.ts'
import { notesMilliseconds } from '../../src/wire/notes.ts'
import { importScript, loadPlaceholders, readScript, submitVersion } from '../../src/scripts/index.ts'
import { newSigningKey, type SigningKey } from '../../src/wire/envelope.ts'
import { hubKey, openWork, type Work } from '../../src/work.ts'
import { giveKey } from './approvers.ts'
import { type Files, filesOf, putFiles } from './made-once.ts'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

/** Two to three seconds of real speech each. */
const bulletins = [
  'Bà con nhớ gọi công an xã.',
  'Việc nhẹ lương cao là bẫy.',
  'Có ai rủ đi, hãy hỏi công an xã.',
]

const linesKept = 30

/** A process of ours, with its last words. */
export class Running {
  readonly name: string
  readonly child: ChildProcess
  readonly words: string[] = []
  /** The last line of JSON on its standard output. */
  status: unknown

  constructor(name: string, args: readonly string[], environment: Record<string, string>) {
    this.name = name
    this.child = spawn(process.execPath, [cli, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    })
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      if (line.startsWith('{')) this.status = JSON.parse(line)
    })
    createInterface({ input: this.child.stderr! }).on('line', (line) => {
      if (this.words.push(line) > linesKept) this.words.shift()
    })
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** kill -9, and until it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** As systemd stops it. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (!this.alive) return
    const gone = once(this.child, 'exit')
    this.child.kill(signal)
    await gone
  }
}

/** A data folder and what runs on it. */
export class OfficeProcesses {
  readonly folder = mkdtempSync(join(tmpdir(), 'loa-chaos-'))
  readonly #environment: Record<string, string>
  hub: Running | undefined
  fleet: Running | undefined
  devices: string[] = []

  constructor(environment: Record<string, string> = {}) {
    this.#environment = {
      LOA_DATA: this.folder,
      LOA_PORT: '0',
      LOA_JITTER_SECONDS: '0',
      LOA_LOG: 'warn',
      LOA_REGISTRY: 'sample',
      ...environment,
    }
  }

  get config(): Config {
    return readConfig(this.#environment)
  }

  /** Sets variables that processes started from now on see. */
  set(environment: Record<string, string>): void {
    Object.assign(this.#environment, environment)
  }

  /** Works in the data folder as the command line does. */
  async work<T>(doing: (work: Work) => Promise<T>): Promise<T> {
    const work = await openWork(this.config)
    try {
      return await doing(work)
    } finally {
      await work.close()
    }
  }

  startHub(): void {
    this.hub = new Running('hub', ['hub'], this.#environment)
  }

  startFleet(): void {
    const file = join(this.folder, 'fleet', 'credentials.json')
    this.fleet = new Running('fleet', ['fleet', '--credentials', file], this.#environment)
  }

  get fleetStatus(): FleetStatus | undefined {
    return this.fleet?.status as FleetStatus | undefined
  }

  /** kill -9 of the hub's own broker. Says whether there was one. */
  killBroker(): boolean {
    const configuration = join(this.folder, 'broker', 'mosquitto.conf')
    try {
      const pid = Number(readFileSync(join(this.folder, 'broker', 'mosquitto.pid'), 'utf8').trim())
      // A pid may be another's by now.
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(configuration)) return false
      process.kill(pid, 'SIGKILL')
      return true
    } catch {
      // Not up at the moment.
      return false
    }
  }

  /** What the processes said last, for whoever has to find out why. */
  get words(): string {
    return [this.hub, this.fleet]
      .flatMap((one) => (one === undefined ? [] : one.words.map((line) => `${one.name}: ${line}`)))
      .join('\n')
  }

  async close(): Promise<void> {
    await this.fleet?.stop()
    await this.hub?.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export type Airings = {
  devices: number
  each: number
  firstSeconds: number
  everySeconds: number
  lateSeconds: number
}

/** An editor and an approver, with whose keys devices are to believe approvals. */
export async function openPeople(work: Work): Promise<SigningKey> {
  const { database, clock } = work
  const now = clock.now()
  await addPerson(database, { id: 'soan', name: 'Người soạn', role: 'editor', training: false, now })
  await addPerson(database, { id: 'duyet', name: 'Người duyệt', role: 'approver', training: false, now })
  const approver = newSigningKey()
  await giveKey(database, { person: 'duyet', publicKey: approver.publicKey, now })
  const { publicKey } = await hubKey(work)
  await signKeysDocument(database, {
    rootKey: newSigningKey(),
    hubPublicKey: publicKey,
    training: false,
    now,
  })
  return approver
}

/** The sentences of the bulletins, read and encoded once in a process. */
let finished: Promise<Files> | undefined

/** People, and three real recordings, approved; nothing enrolled or planned yet. */
export async function openProvince(work: Work): Promise<void> {
  const { database, clock, audioFolder, speechFolder } = work
  const key = await openPeople(work)
  for (const [index, text] of bulletins.entries()) await submitText(work, `ban-tin-${index + 1}`, text)
  const render = () =>
    renderWanted({ database, audioFolder, speechFolder, clock, log: silentLog, concurrency: 1 })
  const sentences = join(audioFolder, 'sentences')
  if (finished === undefined) finished = render().then(() => filesOf(sentences))
  else {
    putFiles(sentences, await finished)
    await render()
  }
  await finished
  for (const index of bulletins.keys()) {
    const script = `ban-tin-${index + 1}`
    await approve(database, { script, version: 1, approver: 'duyet', key, now: clock.now() })
  }
}

/** Submits a bulletin in these words. */
export async function submitText(
  { database, config, clock }: Work,
  slug: string,
  text: string,
): Promise<void> {
  const now = clock.now()
  const front = [
    `title: ${slug}`,
    `title_en: ${slug}`,
    `slug: ${slug}`,
    'audience: [mọi người]',
    'language: vi',
    "valid_from: '2026-01-01'",
    "valid_to: ''",
    'priority: thong-thuong',
  ]
  const source = readScript(`---\n${front.join('\n')}\n---\n${text}\n`)
  if (!source.ok) throw new Error(source.why.en)
  const { script, version } = await importScript(database, source.value, { author: 'soan', now })
  await submitVersion(database, {
    script,
    version,
    by: 'soan',
    now,
    placeholders: loadPlaceholders(config.content),
    speakUnconfirmed: false,
  })
}

/** Enrols so many devices and writes the fleet's credentials. Returns their ids. */
export async function enrolSome(work: Work, count: number): Promise<string[]> {
  const known = (await stationsOf(work.database))
    .flatMap(({ devices }) => devices.map(({ id }) => id))
    .slice(0, count)
  const credentials = []
  for (const id of known) credentials.push(...(await enrol(work, id, null)))
  await writeWhole(join(work.config.data, 'fleet', 'credentials.json'), JSON.stringify(credentials), 0o600)
  return known
}

/**
 * Several campaigns, each with one airing at every device's station, seconds apart: closer than the planner would
 * ever put them, so they are written into its books directly.
 */
export async function planClosely(work: Work, airings: Airings): Promise<void> {
  const { database, clock } = work
  const now = clock.now()
  const month = monthOf(now)
  const units = await stationUnitsOn(database, lastDayOf(month))
  const stations = (await stationsOf(database)).filter(({ devices }) => devices.length > 0)
  const chosen = new Set(
    (await database.selectFrom('device').select('id').where('enrolled_at', 'is not', null).execute()).map(
      ({ id }) => id,
    ),
  )
  for (let number = 1; number <= airings.each; number += 1) {
    const campaign = `dot-${number}`
    const script = `ban-tin-${((number - 1) % bulletins.length) + 1}`
    await createCampaign(database, {
      id: campaign,
      title: campaign,
      fromMonth: month,
      toMonth: month,
      scripts: [script],
      training: false,
      by: 'soan',
      now,
    })
    const [recording] = await recordingsOf(database, { script, version: 1 })
    const first = plusMilliseconds(now, (airings.firstSeconds + (number - 1) * airings.everySeconds) * 1000)
    const planned = stations.flatMap(({ id: station, devices }, index) => {
      const mine = devices.map(({ id }) => id).filter((id) => chosen.has(id))
      const unit = units.get(station)!
      const plannedAt = plusMilliseconds(first, (index % 5) * 100)
      if (mine.length === 0) return []
      return [
        {
          ...{
            id: derivedId('air', campaign, month, station, 1),
            campaign,
            month,
            attempt: 1,
            station,
            script,
            version: 1,
          },
          ...{
            unit: { code: unit.code, validFrom: unit.validFrom },
            recording: recording!.id,
            greeting: null,
            plannedAt,
          },
          latestStartAt: plusMilliseconds(plannedAt, airings.lateSeconds * 1000),
          endsAt: plusMilliseconds(plannedAt, recording!.milliseconds + notesMilliseconds),
          ...{ plannedBecause: 'Ghi thẳng vào sổ để thử.', devices: mine },
        },
      ]
    })
    await enterAirings(database, planned, { now, ids: randomIds })
  }
}

/** Whether the month changes so soon that airings of this one may be heard in the next, where they do not count. */
export function monthEndsWithin(seconds: number): boolean {
  const now = systemClock.now()
  return monthOf(now) !== monthOf(plusMilliseconds(now, seconds * 1000))
}

/** Waits for something, at most so long; says what was waited for when it never comes. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds: number,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s in vain: ${what}`)
    await systemClock.wait(100)
  }
}

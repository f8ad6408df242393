/** A folder, stations and voices to render with; the programmes are the real ones unless a test says otherwise. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLog } from '../../src/base/log.ts'
import { type Clock, plusMilliseconds } from '../../src/base/time.ts'
import { renderWanted, type RenderOptions } from '../../src/audio/index.ts'
import type { Voice } from '../../src/audio/voices/index.ts'
import { monday, openDesk, type Desk } from '../support/desk.ts'
import { putStations } from '../support/stations.ts'

/** Where the real chime and lexicon lie. */
export const speechFolder = fileURLToPath(new URL('../../content/speech', import.meta.url))

export type TestStudio = Desk & {
  audioFolder: string
  options: RenderOptions
  /** A station with one device in a unit of that name. */
  addStation(id: string, unit: string): Promise<void>
  /** Puts a station that lies in no unit back into its own. */
  addPlace(id: string): Promise<void>
  render(more?: Partial<RenderOptions>): ReturnType<typeof renderWanted>
  /** Every file below the audio folder but the finished sentences, which come and go. */
  files(): string[]
  /** Every file of the finished sentences. */
  sentenceFiles(): string[]
  setDay(day: string): void
}

/**
 * A studio with an empty audio folder. `ready`: a folder of finished sentences to begin with and to add to, so that
 * a file of tests encodes each sentence once.
 */
export async function openStudio({ ready }: { ready?: string } = {}): Promise<TestStudio> {
  const desk = await openDesk()
  const folder = mkdtempSync(join(tmpdir(), 'loa-studio-'))
  const audioFolder = join(folder, 'audio')
  if (ready !== undefined) {
    mkdirSync(audioFolder)
    symlinkSync(ready, join(audioFolder, 'sentences'))
  }
  let now = monday
  let ticks = 0
  const clock: Clock = {
    now: () => plusMilliseconds(now, (ticks += 1)),
    wait: () => Promise.resolve(),
  }
  const options: RenderOptions = { database: desk.database, audioFolder, speechFolder, clock, log: silentLog }
  return {
    ...desk,
    audioFolder,
    options,
    addStation: (id, unit) => addStation(desk, id, unit),
    addPlace: (id) => putPlace(desk, id),
    render: (more = {}) => renderWanted({ ...options, ...more }),
    files: () => filesBelow(audioFolder).filter((file) => !isSentence(file)),
    sentenceFiles: () => filesBelow(audioFolder).filter(isSentence),
    setDay(day) {
      now = `${day}T01:00:00.000Z`
    },
    async close() {
      await desk.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const isSentence = (file: string): boolean => /\/sentences(\/|$)/.test(file)

/** The same voice, made to answer otherwise. */
export function otherVoice(voice: Voice, change: Partial<Voice>): Voice {
  return { ...voice, ...change }
}

export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function addStation({ database }: Desk, id: string, unit: string): Promise<void> {
  await putStations(database, [id])
  await putDistrict(database)
  const code = id.replace('tt-', '')
  await database
    .updateTable('unit')
    .set({ full_name: unit, parent_code: '504' })
    .where('code', '=', code)
    .execute()
  await putPlace({ database }, id)
  await database
    .insertInto('device')
    .values({
      id: id.replace('tt-', 'loa-'),
      station_id: id,
      type: 'test',
      sample: 1,
      public_key: null,
      password_hash: null,
      enrolled_at: null,
      revoked_at: null,
    })
    .execute()
}

async function putPlace({ database }: Pick<Desk, 'database'>, id: string): Promise<void> {
  await database
    .insertInto('station_unit')
    .values({
      station_id: id,
      valid_from: '2021-01-01',
      valid_to: null,
      unit_code: id.replace('tt-', ''),
      unit_valid_from: '2004-01-01',
    })
    .execute()
}

/** The district of 2021 that the stations' areas lie in. */
async function putDistrict(database: Desk['database']): Promise<void> {
  const nothing = { parent_code: null, latitude: null, longitude: null, population: null, area_km2: null }
  const name = 'Tây Giang'
  await database
    .insertInto('unit')
    .values({
      code: '504',
      valid_from: '2004-08-31',
      valid_to: null,
      level: 'district',
      kind: 'huyen',
      name,
      full_name: `Huyện ${name}`,
      name_fold: 'tay giang',
      source: 'test',
      ...nothing,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

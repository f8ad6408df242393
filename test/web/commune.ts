/**
 * Xã Duy Xuyên on Monday 23 November 2026, 10:00: three FM stations where people play by hand, one airing that was due on
 * Friday, one of this morning, one of this afternoon, one of tomorrow; and another commune with one of this morning.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encoderOptions } from '../../src/audio/encoders.ts'
import { keepAudio } from '../../src/audio/folder.ts'
import { instantAt } from '../../src/base/calendar.ts'
import { type Instant, plusMilliseconds } from '../../src/base/time.ts'
import { setUnits } from '../../src/people/index.ts'
import { type Browser, handClock } from '../people/office.ts'
import { approved, bulletin, type HubDesk, openHubDesk, putAirings } from '../support/ledger-hub.ts'
import type { PutRecording } from '../support/recordings.ts'
import { type Month, today } from './month.ts'
import { signedIn } from './staff.ts'

export const duyXuyen = { code: '20623', validFrom: '2025-07-01' }
export const thuBon = { code: '20611', validFrom: '2025-07-01' }

export type Commune = Month & {
  desk: HubDesk
  clock: ReturnType<typeof handClock>
  /** Airings by what is known of them. */
  friday: string
  morning: string
  afternoon: string
  tomorrow: string
  elsewhere: string
  /** Another airing that was due on Friday at the first station; a new one each time. */
  due(): Promise<string>
  /** Signs somebody in, an operator for the unit. */
  signsIn(id: string, unit?: typeof duyXuyen): Promise<Browser>
}

export async function commune(): Promise<Commune> {
  const desk = await openHubDesk({ enrolled: 0 })
  const { database } = desk
  const audioFolder = mkdtempSync(join(tmpdir(), 'loa-commune-'))
  const made = await bulletin(desk, 'viec-nhe', { seconds: 66 })
  await withSound(desk, audioFolder, made.recording)
  await approved(desk, made)
  const one = { script: made.script, recording: made.recording }
  const at = (station: string, plannedAt: Instant, attempt = 1) => ({ ...one, station, plannedAt, attempt })
  const [friday, morning, afternoon, tomorrow, elsewhere] = (await putAirings(desk, [
    at('tt-20623', instantAt('2026-11-20', '05:30')),
    at('tt-20617', instantAt('2026-11-23', '07:30')),
    at('tt-20620', instantAt('2026-11-23', '17:00')),
    at('tt-20623', instantAt('2026-11-24', '05:30'), 2),
    at('tt-20611', instantAt('2026-11-23', '07:30')),
  ])) as [string, string, string, string, string]
  let attempts = 2
  const signsIn = async (id: string, unit = duyXuyen) => {
    const browser = await signedIn(database, id, 'operator')
    await setUnits(database, { person: id, units: [unit], by: null, now: today })
    return browser
  }
  return {
    ...{ desk, database, audioFolder, clock: handClock(today), signsIn },
    ...{ friday, morning, afternoon, tomorrow, elsewhere },
    async due() {
      attempts += 1
      const plannedAt = plusMilliseconds(instantAt('2026-11-20', '05:30'), attempts * 100_000)
      return (await putAirings(desk, [at('tt-20623', plannedAt, attempts)]))[0]!
    },
    async close() {
      await desk.close()
      rmSync(audioFolder, { recursive: true, force: true })
    },
  }
}

/** A second of a tone in the place of speech. */
async function withSound({ database }: HubDesk, folder: string, { id, hashes }: PutRecording): Promise<void> {
  const input = ['-f', 'lavfi', '-i', 'sine=440:duration=1', '-ar', '24000', '-ac', '1']
  const bytes = execFileSync('ffmpeg', ['-v', 'error', ...input, ...encoderOptions.mp3, '-f', 'mp3', '-'])
  hashes.mp3 = await keepAudio(folder, bytes, 'mp3')
  await database
    .updateTable('rendition')
    .set({ sha256: hashes.mp3, bytes: bytes.length })
    .where('recording_id', '=', id)
    .where('codec', '=', 'mp3')
    .execute()
}

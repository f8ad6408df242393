import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { encoderOptions } from '../../src/audio/encoders.ts'
import { audioPath, keepAudio } from '../../src/audio/folder.ts'
import { approve } from '../../src/approval/index.ts'
import { instantAt } from '../../src/base/calendar.ts'
import type { Tables } from '../../src/db/index.ts'
import { scheduleCommands } from '../../src/cli/schedule.ts'
import { airingFile } from '../../src/delivery/index.ts'
import { revokePersonKey } from '../../src/people/index.ts'
import { airingsOf, cancelAiring } from '../../src/schedule/index.ts'
import { withdrawVersion } from '../../src/scripts/index.ts'
import { soundOfNotes } from '../../src/wire/notes.ts'
import { monday } from '../support/desk.ts'
import { approved, bulletin, type HubDesk, openHubDesk, putAirings } from '../support/ledger-hub.ts'
import { putRecording, type PutRecording } from '../support/recordings.ts'
import { refusalOf } from '../support/refusal.ts'
import { notesHeard } from '../support/tones.ts'

const rate = 24_000
const five = instantAt('2026-11-24', '05:00')
const stations = ['tt-20335', 'tt-20338', 'tt-20341', 'tt-20344']

describe('an airing for people who play it by hand', () => {
  let desk: HubDesk
  let folder: string
  let audioFolder: string
  let hello: Uint8Array
  let words: Uint8Array
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'loa-by-hand-'))
    audioFolder = join(folder, 'audio')
    desk = await openHubDesk({ enrolled: 0 })
    hello = tone(0.5, 660)
    words = tone(0.72, 440)
  })
  afterAll(async () => {
    await desk.close()
    rmSync(folder, { recursive: true, force: true })
  })

  let count = 0
  let script: string
  let recording: PutRecording
  let greeting: PutRecording
  let airing: string
  /** A bulletin with a greeting and an airing of its own for each test. */
  beforeEach(async () => {
    count += 1
    const made = await bulletin(desk, `viec-nhe-${count}`)
    script = made.script
    recording = made.recording
    greeting = await putRecording(desk.database, { script, version: 1, station: stations[0]!, take: 'chao' })
    await hasSound(recording, words)
    await hasSound(greeting, hello)
    await approved(desk, { script, version: 1 })
    airing = await planned(stations[0]!)
  })

  async function planned(station: string): Promise<string> {
    const attempt = (count += 1)
    const one = { station, plannedAt: five, recording, script, greeting, attempt }
    const [id] = await putAirings(desk, [one])
    return id!
  }

  /** A tone as an MP3 of our encoder. */
  function tone(seconds: number, hertz: number, options: readonly string[] = encoderOptions.mp3): Uint8Array {
    const path = join(folder, 'tone.mp3')
    const input = ['-f', 'lavfi', '-i', `sine=frequency=${hertz}:duration=${seconds}:sample_rate=${rate}`]
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...input, '-ac', '1', ...options, path])
    return readFileSync(path)
  }

  async function hasSound({ id, hashes }: PutRecording, bytes: Uint8Array): Promise<void> {
    hashes.mp3 = await keepAudio(audioFolder, bytes, 'mp3')
    const row = { sha256: hashes.mp3, bytes: bytes.length }
    const { database } = desk
    await database
      .updateTable('rendition')
      .set(row)
      .where('recording_id', '=', id)
      .where('codec', '=', 'mp3')
      .execute()
  }

  function decoded(mp3: Uint8Array): Int16Array {
    const path = join(folder, 'heard.mp3')
    writeFileSync(path, mp3)
    const raw = execFileSync('ffmpeg', [
      '-v',
      'error',
      '-i',
      path,
      '-f',
      's16le',
      '-ar',
      String(rate),
      'pipe:1',
    ])
    return new Int16Array(raw.buffer, raw.byteOffset, raw.length / 2)
  }

  const changed = async (values: Partial<Tables['airing']>): Promise<void> => {
    await desk.database.updateTable('airing').set(values).where('id', '=', airing).execute()
  }

  const refused = async (): Promise<[string, string]> => {
    const { code, sentence } = await refusalOf(airingFile(desk.database, audioFolder, airing))
    return [code, sentence.en]
  }

  it('is one file: the approved frames as they are, and after them the notes of the airing', async () => {
    const { bytes } = await airingFile(desk.database, audioFolder, airing)
    const parts = [greeting, recording].map(({ hashes }) =>
      readFileSync(audioPath(audioFolder, hashes.mp3, 'mp3')),
    )
    const before = Buffer.concat(parts)
    expect(Buffer.from(bytes).subarray(0, before.length).equals(before)).toBe(true)
    expect((bytes.length - before.length) / 192).toBe(2280 / 24)

    const [row] = await airingsOf(desk.database, { ids: [airing] })
    const samples = decoded(bytes)
    expect(samples.length).toBe((bytes.length / 192) * 576)
    // MP3 comes 1105 samples late out of its encoder, in every frame of the file alike.
    const notesBegin = (before.length / 192) * 576 + 1105
    expect(notesHeard(samples, notesBegin, rate)).toBe(row!.notes)
    const sound = soundOfNotes(row!.notes!, rate)
    const apart = sound.subarray(600, -1200).map((sample, at) => sample - samples[notesBegin + 600 + at]!)
    // Encoded once: 228 whatever the notes are; twice, it would be 445.
    expect(Math.sqrt(apart.reduce((sum, each) => sum + each * each, 0) / apart.length)).toBeLessThan(300)
  })

  it('is the same bytes every time, and other bytes for another airing', async () => {
    const file = async (id: string) => Buffer.from((await airingFile(desk.database, audioFolder, id)).bytes)
    const [first, again] = [await file(airing), await file(airing)]
    expect(again.equals(first)).toBe(true)
    const others = await file(await planned(stations[1]!))
    expect(others.length).toBe(first.length)
    expect(others.equals(first)).toBe(false)
  })

  it('is named for people and for old players: day, time, place and bulletin in plain letters', async () => {
    const { name } = await airingFile(desk.database, audioFolder, airing)
    expect(name).toBe(`2026-11-24_0500_tan-thanh_${script}.mp3`)
  })

  it('from before there were notes is a file without them', async () => {
    await changed({ notes: null })
    const { bytes } = await airingFile(desk.database, audioFolder, airing)
    const parts = [greeting, recording].map(({ hashes }) =>
      readFileSync(audioPath(audioFolder, hashes.mp3, 'mp3')),
    )
    expect(Buffer.from(bytes).equals(Buffer.concat(parts))).toBe(true)
  })

  it('is refused when it is cancelled', async () => {
    await cancelAiring(desk.database, { airing, by: 'hoa', why: 'Mất điện', now: monday })
    expect(await refused()).toEqual(['conflict', expect.stringMatching(/it was cancelled/)])
  })

  it('is refused when its bulletin was withdrawn, though another one has the same sound', async () => {
    await withdrawVersion(desk.database, { script, version: 1, by: 'an', why: 'sai số', now: monday })
    expect(await refused()).toEqual([
      'conflict',
      expect.stringMatching(/not approved for this time any more/),
    ])
  })

  it('is refused while an urgent bulletin has the signature of one person only', async () => {
    const urgent = await bulletin(desk, 'viec-gap', { priority: 'khan-cap' })
    await hasSound(urgent.recording, tone(0.4, 360))
    await changed({ recording_id: urgent.recording.id })
    await approved(desk, urgent)
    expect(await refused()).toEqual([
      'conflict',
      expect.stringMatching(/not approved for this time any more/),
    ])
    await approved(desk, urgent, monday, 'minh')
    expect((await airingFile(desk.database, audioFolder, airing)).bytes.length).toBeGreaterThan(0)
  })

  it("is refused when the approver's key does not count any more", async () => {
    const other = await bulletin(desk, 'minh-duyet')
    await hasSound(other.recording, tone(0.4, 350))
    const { kid } = desk.keys.minh
    await approve(desk.database, { ...other, approver: 'minh', key: desk.keys.minh, now: monday })
    await changed({ recording_id: other.recording.id })
    expect((await airingFile(desk.database, audioFolder, airing)).bytes.length).toBeGreaterThan(0)
    await revokePersonKey(desk.database, { kid, why: 'mất máy', now: monday })
    expect(await refused()).toEqual([
      'conflict',
      expect.stringMatching(/not approved for this time any more/),
    ])
  })

  it('is refused when the greeting is not approved, however well the bulletin is', async () => {
    const later = await putRecording(desk.database, {
      script,
      version: 1,
      station: stations[0]!,
      take: 'moi',
    })
    await hasSound(later, tone(0.5, 700))
    await changed({ greeting_id: later.id })
    expect(await refused()).toEqual([
      'conflict',
      expect.stringMatching(/not approved for this time any more/),
    ])
  })

  it('is refused for an instant that the approval does not reach', async () => {
    await changed({ planned_at: instantAt('2030-01-01', '05:00') })
    expect(await refused()).toEqual([
      'conflict',
      expect.stringMatching(/not approved for this time any more/),
    ])
  })

  it.each([
    ['has a reservoir and a table of its length', ['-c:a', 'libmp3lame', '-b:a', '64k']],
    ['is of another rate', ['-ar', '48000', ...encoderOptions.mp3]],
  ])('is refused, and never encoded again, when its MP3 %s', async (_said, options) => {
    const other = await bulletin(desk, `khac-${count}`)
    await hasSound(other.recording, tone(1, 440, options))
    await approved(desk, other)
    await changed({ recording_id: other.recording.id })
    expect(await refused()).toEqual([
      'conflict',
      expect.stringMatching(/no MP3 of the kind this system makes/),
    ])
  })

  it('is written by `loa airings file`; the list of airings never names the notes', async () => {
    await sql.raw(`vacuum into '${join(folder, 'loa.db')}'`).execute(desk.database)
    vi.stubEnv('LOA_DATA', folder)
    const said: string[] = []
    const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0)
    const loa = async (...words: string[]): Promise<string> => {
      const program = new Command()
      scheduleCommands(program)
      await program.parseAsync([...words, '--json'], { from: 'user' })
      return said.splice(0).join('')
    }
    try {
      const file = join(folder, 'phat.mp3')
      const written = JSON.parse(await loa('airings', 'file', airing, '--out', file)) as object
      const { bytes, name } = await airingFile(desk.database, audioFolder, airing)
      expect(written).toEqual({ airing, file, name, bytes: bytes.length })
      expect(readFileSync(file).equals(bytes)).toBe(true)
      const [row] = await airingsOf(desk.database, { ids: [airing] })
      const list = await loa('airings', 'list', '--month', '2026-11')
      expect(list).toContain(airing)
      expect(list).not.toContain('notes')
      expect(list).not.toContain(`"${row!.notes!}"`)
      // What somebody has under that name may be another airing's.
      writeFileSync(file, 'another')
      const taken = await refusalOf(loa('airings', 'file', airing, '--out', file))
      expect(taken.code).toBe('conflict')
      expect(taken.sentence.vi).toContain('--force')
      expect(readFileSync(file, 'utf8')).toBe('another')
      await loa('airings', 'file', airing, '--out', file, '--force')
      expect(readFileSync(file).equals(bytes)).toBe(true)
      const lost = await refusalOf(loa('airings', 'file', airing, '--out', join(folder, 'no', 'phat.mp3')))
      expect(lost.code).toBe('unavailable')
    } finally {
      out.mockRestore()
      vi.unstubAllEnvs()
    }
  })

  it('says so when a file is missing or damaged, and when nobody knows the airing', async () => {
    const other = await bulletin(desk, 'hong')
    await hasSound(other.recording, tone(0.3, 300))
    await approved(desk, other)
    await changed({ recording_id: other.recording.id })
    const path = audioPath(audioFolder, other.recording.hashes.mp3, 'mp3')
    const bytes = readFileSync(path)
    bytes[500] = bytes[500]! ^ 1
    writeFileSync(path, bytes)
    expect(await refused()).toEqual(['unavailable', expect.stringMatching(/is damaged/)])
    rmSync(path)
    expect(await refused()).toEqual(['unavailable', expect.stringMatching(/is not in the audio folder/)])
    expect((await refusalOf(airingFile(desk.database, audioFolder, 'air-khong-co'))).code).toBe('not_found')
  })
})

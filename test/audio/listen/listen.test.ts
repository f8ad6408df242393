import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import { sha256 } from '../../../src/base/hash.ts'
import {
  audioPath,
  clipsOfAiring,
  type Heard,
  listen,
  type ListenOptions,
  recordingById,
} from '../../../src/audio/index.ts'
import { keepAudio } from '../../../src/audio/folder.ts'
import { systemClock } from '../../../src/base/time.ts'
import { closeDatabase, type Database, openDatabase } from '../../../src/db/index.ts'
import { type CommandLine, commandLine } from '../../support/command-line.ts'
import { addPerson } from '../../../src/people/index.ts'
import { importScript } from '../../../src/scripts/index.ts'
import { monday, source, submitted } from '../../support/desk.ts'
import { openStudio, speechFolder, type TestStudio } from '../studio.ts'
import { type Archive, archiveFiles, type ArchiveFiles, fixture, putArchive, told } from './fixtures.ts'

let files: ArchiveFiles
const folder = mkdtempSync(join(tmpdir(), 'loa-clips-test-'))
beforeAll(async () => {
  files = await archiveFiles()
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('listening for a recording in a clip', () => {
  let studio: TestStudio
  let archive: Archive
  beforeEach(async () => {
    studio = await openStudio()
    const versions = []
    for (const slug of ['loi-chao', 'mot', 'hai'])
      versions.push(await submitted(studio, `Bản tin ${slug}.`, { head: { slug } }))
    archive = await putArchive(studio.database, studio.audioFolder, files, versions)
  })
  afterEach(() => studio.close())

  const airing = (notes: string | null = told.notes) => ({ id: 'air-1', greeting: archive.greeting, notes })

  function hear(clip: string, change: Partial<ListenOptions> = {}): Promise<Heard> {
    return listen({
      ...{ database: studio.database, audioFolder: studio.audioFolder, speechFolder },
      ...{
        clock: studio.options.clock,
        clip,
        recording: archive.bulletins[1],
        lately: archive.bulletins,
        by: 'hoa',
      },
      ...change,
    })
  }

  async function refused(work: Promise<unknown>): Promise<AppError> {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(AppError)
    return error as AppError
  }

  it('keeps what it found, with the greeting before it and the notes after it', async () => {
    const heard = await hear(fixture('hai-cuoi'), { airing: airing() })
    expect(heard).toMatchObject({ verdict: 'verified', airing: 'air-1', recording: 'rec-two', person: 'hoa' })
    expect(heard.finding.proves).toBe('airing')
    expect(heard.sentence.vi).toMatch(/^Đúng bản tin này, nghe được từ giây 1[12] đến giây 3[23]\. Sáu nốt/)
    expect(heard.sha256).toBe(sha256(readFileSync(fixture('hai-cuoi'))))
    const { sentence: _said, ...fact } = heard
    expect(await clipsOfAiring(studio.database, 'air-1')).toEqual([fact])
  })

  it('finds the same bulletin without an airing, counted from its own start', async () => {
    const { verdict, finding } = await hear(fixture('hai-nhieu-loa'))
    expect(verdict).toBe('verified')
    const greetingMs = files.milliseconds[0]!
    expect(Math.abs(finding.place!.from - (told.clips['hai-nhieu-loa']!.startMs - greetingMs))).toBeLessThan(
      250,
    )
  })

  it('takes words that another bulletin of the station had lately for no proof', async () => {
    const clip = fixture('mot-loi-chao')
    const heard = await hear(clip, { recording: archive.bulletins[0], airing: airing() })
    expect(heard.verdict).toBe('inconclusive')
    expect(heard.sentence.vi).toContain('hãy ghi thêm 40 giây ở giữa bản tin')
  })

  it('counts another voice of the same script version as the same bulletin, not as another', async () => {
    const { script, version } = await recordingById(studio.database, archive.bulletins[1])
    // Everything of the second bulletin is said again by a recording of the same version.
    await studio.database
      .updateTable('recording')
      .set({
        script_id: script,
        version,
        sentences: JSON.stringify((await recordingById(studio.database, 'rec-two')).sentences),
      })
      .where('id', '=', archive.bulletins[0])
      .execute()
    expect((await hear(fixture('hai-nhieu-loa'))).verdict).toBe('verified')
  })

  it('takes a clip once, and says when and for what it was used', async () => {
    const clip = join(folder, 'ten-khac.ogg')
    copyFileSync(fixture('hai-cuoi'), clip)
    await hear(clip, { airing: airing() })
    for (const again of [
      { clip, over: {} },
      { clip: fixture('hai-cuoi'), over: { recording: archive.bulletins[0] } },
    ]) {
      const error = await refused(hear(again.clip, again.over))
      expect(error.code).toBe('conflict')
      expect(error.sentence.vi).toMatch(/đã được dùng lúc 08:00 23\/11\/2026 cho lượt phát air-1/)
    }
    expect(await clipsOfAiring(studio.database, 'air-1')).toHaveLength(1)
  })

  it('takes a clip once also when it is brought twice at the same moment', async () => {
    const both = await Promise.allSettled([hear(fixture('mot-gan')), hear(fixture('mot-gan'))])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it.each([
    {
      what: 'a text',
      name: 'ghi.m4a',
      bytes: () => 'không phải âm thanh',
      code: 'invalid',
      vi: /không phải tệp âm thanh/,
    },
    { what: 'nothing', name: 'rong.m4a', bytes: () => '', code: 'invalid', vi: /không phải tệp âm thanh/ },
    {
      what: 'a list of other files',
      name: 'danh-sach.wav',
      bytes: () => `ffconcat version 1.0\nfile '${fixture('mot-gan')}'\n`,
      code: 'invalid',
      vi: /không phải tệp âm thanh/,
    },
    {
      what: 'more than five minutes',
      name: 'dai.wav',
      bytes: () => wave(301, 700),
      code: 'invalid',
      vi: /dài quá 5 phút/,
    },
    { what: 'silence', name: 'im.wav', bytes: () => wave(20, 0), code: 'invalid', vi: /không có tiếng gì/ },
  ])('refuses $what in a sentence, and keeps nothing of it', async ({ name, bytes, code, vi }) => {
    const clip = join(folder, name)
    writeFileSync(clip, bytes())
    const error = await refused(hear(clip))
    expect(error.code).toBe(code)
    expect(error.sentence.vi).toMatch(vi)
    expect(error.sentence.vi).toContain(name)
    expect(await studio.database.selectFrom('clip').selectAll().execute()).toEqual([])
  })

  it('refuses a file larger than 50 MB, one that is not there, and a recording nobody knows', async () => {
    const large = join(folder, 'lon.wav')
    writeFileSync(large, wave(1, 700))
    truncateSync(large, 50_000_001)
    expect((await refused(hear(large))).sentence.vi).toContain('lớn quá 50 MB')
    expect(await refused(hear(join(folder, 'khong-co.m4a')))).toMatchObject({ code: 'not_found' })
    expect(await refused(hear(fixture('mot-gan'), { recording: 'rec-x' }))).toMatchObject({
      code: 'not_found',
    })
  })

  it("cannot compare without the recording's file, and keeps the clip for another try", async () => {
    const { renditions } = await recordingById(studio.database, archive.bulletins[1])
    rmSync(audioPath(studio.audioFolder, renditions[0]!.sha256, 'mp3'))
    expect(await refused(hear(fixture('hai-nhieu-loa')))).toMatchObject({ code: 'unavailable' })
    await keepAudio(studio.audioFolder, files.bulletins[1]!, 'mp3')
    expect((await hear(fixture('hai-nhieu-loa'))).verdict).toBe('verified')
  })
})

describe('loa listen', () => {
  let at: CommandLine
  beforeAll(async () => {
    at = commandLine()
    await at.loa(['people', 'add', 'soan', '--name', 'Người soạn', '--role', 'editor'])
    const database = openDatabase(join(at.folder, 'data', 'loa.db'))
    try {
      const hoa = { id: 'hoa', name: 'Hồ Thị Hoa', role: 'operator', training: false } as const
      await addPerson(database, { ...hoa, now: monday })
      const versions = []
      for (const slug of ['loi-chao', 'mot', 'hai']) {
        const { script, version } = await importScript(database, source('Bản tin.', { slug }), {
          author: 'soan',
          now: monday,
        })
        versions.push({ script, version })
      }
      await putArchive(database, join(at.folder, 'data', 'audio'), files, versions)
      await putAiring(database, {
        id: 'air-1',
        recording: 'rec-two',
        greeting: 'rec-greeting',
        ...versions[2]!,
      })
      await putAiring(database, { id: 'air-2', recording: 'rec-one', greeting: null, ...versions[1]! })
    } finally {
      await closeDatabase(database)
    }
  }, 60_000)
  afterAll(() => {
    at.close()
  })

  const ask = (clip: string, ...more: string[]): string[] => [
    ...['listen', '--recording', 'rec-two', '--clip', fixture(clip)],
    ...more,
  ]

  it('proves an airing, and takes the clip once', async () => {
    const more = ['--airing', 'air-1', '--by', 'hoa', '--json']
    expect(await at.loa(ask('hai-cuoi', ...more))).toMatchObject({
      code: 0,
      json: { verdict: 'verified', airing: 'air-1', person: 'hoa', finding: { proves: 'airing' } },
    })
    expect(await at.loa(ask('hai-cuoi', ...more))).toMatchObject({
      code: 5,
      json: { error: { code: 'conflict', vi: expect.stringContaining('lượt phát air-1') as string } },
    })
  })

  it('ends well also when the bulletin is not in the clip: that is an answer', async () => {
    const ran = await at.loa(ask('mot-gan'))
    expect(ran.code).toBe(0)
    expect(ran.stdout).toMatch(/^(?:Không nghe thấy|Chưa đủ để kết luận)/)
  })

  it('refuses an airing of another recording, and one nobody knows', async () => {
    const other = await at.loa(ask('hai-nhieu-loa', '--airing', 'air-2'))
    expect(other).toMatchObject({ code: 2 })
    expect(other.stderr).toContain('Lượt phát air-2 phát bản ghi rec-one, không phải rec-two')
    expect(await at.loa(ask('hai-nhieu-loa', '--airing', 'air-9'))).toMatchObject({ code: 4 })
  })
})

/** An airing of today at some station, with the notes of the fixtures. */
async function putAiring(
  database: Database,
  airing: { id: string; recording: string; greeting: string | null; script: string; version: number },
): Promise<void> {
  const station = await database.selectFrom('station').selectAll().orderBy('id').executeTakeFirstOrThrow()
  const at = systemClock.now()
  await database
    .insertInto('campaign')
    .values({
      ...{ id: airing.id, title: 'Thử', from_month: '2026-11', to_month: null, training: 0 },
      ...{ created_by: 'soan', created_at: at, ended_at: null },
    })
    .execute()
  await database
    .insertInto('airing')
    .values({
      ...{ id: airing.id, campaign_id: airing.id, month: '2026-11', attempt: 1, station_id: station.id },
      ...{ unit_code: station.area_code, unit_valid_from: station.area_valid_from },
      ...{ script_id: airing.script, version: airing.version, recording_id: airing.recording },
      ...{
        greeting_id: airing.greeting,
        planned_at: at,
        latest_start_at: at,
        ends_at: at,
        planned_because: 'thử',
      },
      ...{ created_at: at, cancelled_at: null, cancelled_why: null, notes: told.notes },
    })
    .execute()
}

/** A WAV file of a tone at 8 kHz. */
function wave(seconds: number, loudness: number): Buffer {
  const samples = new Int16Array(seconds * 8000)
  for (let index = 0; index < samples.length; index += 1)
    samples[index] = Math.round(loudness * Math.sin(index / 3))
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.byteLength, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8000, 24)
  head.writeUInt32LE(16_000, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples.byteLength, 40)
  return Buffer.concat([head, Buffer.from(samples.buffer)])
}

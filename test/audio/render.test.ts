import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  audioPath,
  forgetFailures,
  greetingFor,
  readAudio,
  recordingById,
  recordingsOf,
  renderFailures,
  type RenderProgress,
  renditionByHash,
} from '../../src/audio/index.ts'
import { secondsOf } from '../../src/audio/pcm.ts'
import { espeakVoice } from '../../src/audio/voices/espeak.ts'
import { sha256 } from '../../src/base/hash.ts'
import { type Log, silentLog } from '../../src/base/log.ts'
import { withdrawVersion } from '../../src/scripts/index.ts'
import { chunkDigests } from '../../src/wire/chunks.ts'
import { submitted } from '../support/desk.ts'
import { refusalOf } from '../support/refusal.ts'
import { openStudio, otherVoice, type TestStudio } from './studio.ts'

const greeting = 'Kính chào bà con {{unit}}.'
const asGreeting = { head: { kind: 'greeting', slug: 'loi-chao' } }
const searchPath = process.env.PATH ?? ''

/** Finished sentences of this file's tests: what they are about is what is made of them. */
const ready = mkdtempSync(join(tmpdir(), 'loa-ready-'))
afterAll(() => {
  rmSync(ready, { recursive: true })
})

let studio: TestStudio
beforeEach(async () => {
  studio = await openStudio({ ready })
})
afterEach(async () => {
  process.env.PATH = searchPath
  await studio.close()
})

/** A search path with espeak-ng and whatever stands in for ffmpeg; nothing else is found. */
function onlyPrograms(ffmpeg?: string): void {
  const folder = mkdtempSync(join(studio.contentFolder, 'bin-'))
  for (const name of ['espeak-ng', 'sh']) {
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(folder, name))
  }
  if (ffmpeg !== undefined) {
    writeFileSync(join(folder, 'ffmpeg'), `#!/bin/sh\n${ffmpeg}\n`)
    chmodSync(join(folder, 'ffmpeg'), 0o755)
  }
  process.env.PATH = folder
}

describe('rendering what is wanted', () => {
  it('makes one recording of a submitted bulletin, as MP3 and Opus, measured and named by content', async () => {
    const version = await submitted(studio, 'Chưa yên lòng, cứ gọi {{hotline.national}}. Có 15 người đã gọi.')
    expect(await studio.render()).toMatchObject({ rendered: 1, failed: 0, there: 0 })
    const [recording, ...others] = await recordingsOf(studio.database, version)
    expect(others).toEqual([])
    expect(recording).toMatchObject({ station: null, language: 'vi', voice: 'espeak-central' })
    expect(recording!.spoken).toBe('Chưa yên lòng, cứ gọi một một một. Có mười lăm người đã gọi.')
    expect(recording!.loudness).toBeGreaterThanOrEqual(-17)
    expect(recording!.loudness).toBeLessThanOrEqual(-15)
    expect(recording!.truePeak).toBeLessThanOrEqual(-1)
    expect(recording!.renditions.map(({ codec }) => codec)).toEqual(['mp3', 'opus'])
    for (const { codec, sha256: hash, bytes, chunks } of recording!.renditions) {
      const file = await readAudio(studio.audioFolder, hash, codec)
      expect([sha256(file), file.length, chunkDigests(file)]).toEqual([hash, bytes, chunks])
      expect(await renditionByHash(studio.database, hash)).toMatchObject({ recording: recording!.id, codec })
    }
    expect(studio.files()).toHaveLength(2)
    expect(await recordingById(studio.database, recording!.id)).toEqual(recording)
  })

  it('greets the people of each station’s unit by its name, opening with the chime', async () => {
    await studio.addStation('tt-20440', 'Xã Trà Leng')
    await studio.addStation('tt-20443', 'Phường Tam Kỳ')
    const version = await submitted(studio, greeting, asGreeting)
    const bulletin = await submitted(studio, 'Kính chào bà con xã Trà Leng.')
    expect(await studio.render()).toMatchObject({ rendered: 3, failed: 0 })
    const recordings = await recordingsOf(studio.database, version)
    expect(recordings.map(({ station, spoken }) => [station, spoken]).sort()).toEqual([
      ['tt-20440', 'Kính chào bà con xã Trà Leng.'],
      ['tt-20443', 'Kính chào bà con phường Tam Kỳ.'],
    ])
    const greets = await greetingFor(studio.database, 'tt-20440')
    const [withoutChime] = await recordingsOf(studio.database, bulletin)
    expect(greets!.milliseconds - withoutChime!.milliseconds).toBe(3960)
  })

  it('makes stations of one unit share one sound, each with a recording of its own', async () => {
    await studio.addStation('tt-20440', 'Xã Trà Leng')
    await studio.addStation('tt-20443', 'Xã Trà Leng')
    const version = await submitted(studio, greeting, asGreeting)
    expect(await studio.render()).toMatchObject({ rendered: 2 })
    const [one, two] = await recordingsOf(studio.database, version)
    expect(one!.id).not.toBe(two!.id)
    expect(one!.renditions.map((rendition) => rendition.sha256)).toEqual(
      two!.renditions.map((rendition) => rendition.sha256),
    )
    expect(studio.files()).toHaveLength(2)
  })

  it('changes nothing when all is there, and makes only what was added', async () => {
    const version = await submitted(studio, 'Thấy lạ thì báo.')
    await studio.render()
    const before = await recordingsOf(studio.database, version)
    const times = studio.files().map((file) => statSync(file).mtimeMs)
    expect(await studio.render()).toMatchObject({ rendered: 0, failed: 0, there: 1 })
    expect(await recordingsOf(studio.database, version)).toEqual(before)
    expect(studio.files().map((file) => statSync(file).mtimeMs)).toEqual(times)
    await submitted(studio, 'Báo sớm là cứu người.', { head: { slug: 'hai' } })
    expect(await studio.render()).toMatchObject({ rendered: 1, failed: 0, there: 1 })
  })

  it('makes a new greeting when a unit gets another name, and keeps the old one', async () => {
    await studio.addStation('tt-20440', 'Xã Trà Leng')
    const version = await submitted(studio, greeting, asGreeting)
    await studio.render()
    await studio.database.updateTable('unit').set({ full_name: 'Phường Trà Leng' }).execute()
    expect(await studio.render()).toMatchObject({ rendered: 1, failed: 0, there: 0 })
    expect((await recordingsOf(studio.database, version)).map(({ spoken }) => spoken)).toEqual([
      'Kính chào bà con xã Trà Leng.',
      'Kính chào bà con phường Trà Leng.',
    ])
    expect((await greetingFor(studio.database, 'tt-20440'))!.spoken).toContain('phường')
    await withdrawVersion(studio.database, {
      ...version,
      by: 'an',
      why: 'đổi lời',
      now: '2026-11-23T02:00:00.000Z',
    })
    expect(await greetingFor(studio.database, 'tt-20440')).toBeUndefined()
  })

  it('does not make approved recordings new because the engine is', async () => {
    const version = await submitted(studio, 'Thấy lạ thì báo.')
    await studio.render()
    const newer = otherVoice(espeakVoice(), { recipe: () => Promise.resolve('espeak-ng 9.9') })
    expect(await studio.render({ voices: [newer] })).toMatchObject({ rendered: 0, failed: 0, there: 1 })
    expect(await recordingsOf(studio.database, version)).toHaveLength(1)
  })

  it('brings back lost and shortened files, byte for byte', async () => {
    const version = await submitted(studio, 'Thấy lạ thì báo.')
    await studio.render()
    const [recording] = await recordingsOf(studio.database, version)
    const bytes = studio.files().map((file) => readFileSync(file))
    rmSync(studio.audioFolder, { recursive: true })
    expect(await studio.render()).toMatchObject({ rendered: 1, failed: 0, there: 0 })
    expect(studio.files().map((file) => readFileSync(file))).toEqual(bytes)
    writeFileSync(studio.files()[0]!, 'cut')
    expect(await studio.render()).toMatchObject({ rendered: 1 })
    expect(studio.files().map((file) => readFileSync(file))).toEqual(bytes)
    expect(await recordingsOf(studio.database, version)).toEqual([recording])
  })

  it('never puts other bytes in the place of those that were approved', async () => {
    const version = await submitted(studio, 'Thấy lạ thì báo.')
    await studio.render()
    const before = await recordingsOf(studio.database, version)
    rmSync(studio.audioFolder, { recursive: true })
    const voice = espeakVoice()
    const changed = otherVoice(voice, {
      synthesise: (text, options) => voice.synthesise(text.replace('Thấy', 'Nghe'), options),
    })
    expect(await studio.render({ voices: [changed] })).toMatchObject({ rendered: 0, failed: 1, there: 0 })
    expect(await recordingsOf(studio.database, version)).toEqual(before)
    expect((await renderFailures(studio.database))[0]!.why.vi).toContain('không giống tệp đã lưu')
  })

  it('leaves withdrawn versions and drafts alone', async () => {
    const version = await submitted(studio, 'Thấy lạ thì báo.')
    await withdrawVersion(studio.database, {
      ...version,
      by: 'an',
      why: 'viết lại',
      now: '2026-11-23T02:00:00.000Z',
    })
    expect(await studio.render()).toMatchObject({ rendered: 0, failed: 0, there: 0 })
  })

  it('tells how far it is and how long it will take', async () => {
    for (const slug of ['mot', 'hai', 'ba'])
      await submitted(studio, `Đường xa thì gọi điện. Chuyện ${slug}.`, { head: { slug } })
    const told: RenderProgress[] = []
    await studio.render({ concurrency: 1, onProgress: (progress) => told.push(progress) })
    expect(told[0]).toEqual({ done: 0, total: 3, failed: 0, secondsLeft: undefined })
    expect(told.at(-1)).toEqual({ done: 3, total: 3, failed: 0, secondsLeft: 0 })
  })
})

describe('what cannot be rendered', () => {
  it('is kept with its reason: a token that can be read in several ways', async () => {
    await submitted(studio, 'Đến TT xã hỏi.')
    await submitted(studio, 'Thấy lạ thì báo.', { head: { slug: 'mot' } })
    expect(await studio.render()).toMatchObject({ rendered: 1, failed: 1, there: 0 })
    const [failure] = await renderFailures(studio.database)
    expect(failure).toMatchObject({ script: 'tim-viec', version: 1, station: null })
    expect(failure!.why.vi).toContain('“TT”')
  })

  it('is no failure in a language no voice speaks: it waits for a person to read it', async () => {
    await submitted(studio, 'Bh’rợ.', { head: { language: 'ktv' } })
    expect(await studio.render()).toMatchObject({
      ...{ rendered: 0, failed: 0, there: 0 },
      awaiting: [{ script: 'tim-viec', version: 1, language: 'ktv', recordings: 1 }],
    })
    expect(await renderFailures(studio.database)).toEqual([])
  })

  it('is told in the log once, and again only when something was made or it is for another reason', async () => {
    const told: { rendered: number; failed: number }[] = []
    const log: Log = {
      ...silentLog,
      info: (fields, message) => {
        if (message === 'rendering ended') told.push(fields as (typeof told)[number])
      },
    }
    await submitted(studio, 'Đến TT xã hỏi.')
    for (let beat = 0; beat < 3; beat += 1) await studio.render({ log })
    expect(told).toMatchObject([{ rendered: 0, failed: 1 }])
    await submitted(studio, 'Thấy lạ thì báo.', { head: { slug: 'mot' } })
    for (let beat = 0; beat < 3; beat += 1) await studio.render({ log })
    expect(told.slice(1)).toMatchObject([{ rendered: 1, failed: 1 }])
    await submitted(studio, 'Hỏi TT nữa.', { head: { slug: 'hai' } })
    for (let beat = 0; beat < 3; beat += 1) await studio.render({ log })
    expect(told.slice(2)).toMatchObject([{ rendered: 0, failed: 2 }])
  })

  it('is refused in words when it is silent or too soft, and spoils no other', async () => {
    const voice = espeakVoice()
    const faint = otherVoice(voice, {
      async synthesise(text, options) {
        const sound = await voice.synthesise(text, options)
        return text.includes('nhỏ')
          ? { ...sound, samples: sound.samples.map((sample) => sample / 30) }
          : sound
      },
    })
    await submitted(studio, 'Tiếng nhỏ quá.')
    const good = await submitted(studio, 'Thấy lạ thì báo.', { head: { slug: 'mot' } })
    expect(await studio.render({ voices: [faint] })).toMatchObject({ rendered: 1, failed: 1, there: 0 })
    expect((await renderFailures(studio.database)).map(({ why }) => why.vi)).toEqual([
      expect.stringContaining('quá nhỏ'),
    ])
    expect(await recordingsOf(studio.database, good)).toHaveLength(1)
    expect(studio.files()).toHaveLength(2)
  })

  it('is raised once when it is a little too soft', async () => {
    const voice = espeakVoice()
    const softer = otherVoice(voice, {
      async synthesise(text, options) {
        const sound = await voice.synthesise(text, options)
        return { ...sound, samples: sound.samples.map((sample) => sample / 1.6) }
      },
    })
    await submitted(studio, 'Tiếng nhỏ quá.')
    expect(await studio.render({ voices: [softer] })).toMatchObject({ rendered: 1, failed: 0 })
  })

  it('is tried three times, then waits until somebody asks for it again', async () => {
    let tries = 0
    const mute = otherVoice(espeakVoice(), {
      synthesise() {
        tries += 1
        return Promise.reject(new Error('no sound card in the moon'))
      },
    })
    await submitted(studio, 'Câu này chưa ai đọc.')
    for (let run = 0; run < 5; run += 1)
      expect(await studio.render({ voices: [mute] })).toMatchObject({ failed: 1 })
    expect(tries).toBe(3)
    expect((await renderFailures(studio.database))[0]).toMatchObject({ tries: 3 })
    expect(await forgetFailures(studio.database)).toBe(1)
    expect(await studio.render()).toMatchObject({ rendered: 1, failed: 0 })
    expect(await renderFailures(studio.database)).toEqual([])
  })

  it('is forgotten when it is no longer wanted', async () => {
    const version = await submitted(studio, 'Đến TT xã hỏi.')
    await studio.render()
    await withdrawVersion(studio.database, {
      ...version,
      by: 'an',
      why: 'viết lại',
      now: '2026-11-23T02:00:00.000Z',
    })
    await studio.render()
    expect(await renderFailures(studio.database)).toEqual([])
  })
})

describe('when nothing can be rendered', () => {
  const nothingHalfDone = async (): Promise<void> => {
    expect(await studio.database.selectFrom('recording').selectAll().execute()).toEqual([])
    expect(studio.files()).toEqual([])
  }

  it('says that ffmpeg is missing and how to install it; later all is made', async () => {
    await submitted(studio, 'Thấy lạ thì báo.')
    onlyPrograms()
    expect((await refusalOf(studio.render())).sentence.vi).toContain('apt-get install ffmpeg')
    await nothingHalfDone()
    process.env.PATH = searchPath
    expect(await studio.render()).toMatchObject({ rendered: 1, failed: 0 })
  })

  it('says that espeak-ng is missing and how to install it', async () => {
    await submitted(studio, 'Thấy lạ thì báo.')
    const missing = espeakVoice(join(studio.contentFolder, 'nowhere'))
    expect((await refusalOf(studio.render({ voices: [missing] }))).sentence.vi).toContain(
      'apt-get install espeak-ng',
    )
    await nothingHalfDone()
  })

  it('keeps the last words of an ffmpeg that fails, and no file', async () => {
    await submitted(studio, 'Thấy lạ thì báo.')
    onlyPrograms(
      'case "$1" in -version) echo "ffmpeg version 5.1.9" ;; -formats|-encoders) ;; *) echo "the encoder broke" >&2; exit 1 ;; esac',
    )
    expect(await studio.render()).toMatchObject({ rendered: 0, failed: 1, there: 0 })
    expect((await renderFailures(studio.database))[0]!.why.en).toContain('the encoder broke')
    await nothingHalfDone()
  })

  it('refuses a lexicon that cannot be read, with the place', async () => {
    const folder = join(studio.contentFolder, 'speech')
    mkdirSync(folder)
    writeFileSync(join(folder, 'vi.yaml'), 'abbreviations: { UBND: "UB 2" }')
    writeFileSync(join(folder, 'vi-quang-nam.yaml'), '')
    expect((await refusalOf(studio.render({ speechFolder: folder }))).sentence.vi).toContain(
      'abbreviations.UBND',
    )
  })

  it('refuses an audio folder that cannot be made', async () => {
    writeFileSync(join(studio.contentFolder, 'file'), '')
    const refusal = await refusalOf(
      studio.render({ audioFolder: join(studio.contentFolder, 'file', 'audio') }),
    )
    expect(refusal.code).toBe('unavailable')
  })

  it('stops when asked, keeps what is whole, and goes on from there', async () => {
    for (let index = 0; index < 3; index += 1) {
      await submitted(
        studio,
        `Chuyện thứ ${['nhất', 'hai', 'ba'][index]!}. ${'Bà con nhớ giúp một câu. '.repeat(18)}`,
        {
          head: { slug: `bai-${'abc'.charAt(index)}` },
        },
      )
    }
    const abort = new AbortController()
    const onProgress = ({ done }: RenderProgress): void => {
      if (done > 0) abort.abort(new Error('enough for today'))
    }
    await expect(studio.render({ concurrency: 1, signal: abort.signal, onProgress })).rejects.toThrow(
      'enough for today',
    )
    const made = (await studio.database.selectFrom('recording').selectAll().execute()).length
    expect(made).toBeGreaterThan(0)
    expect(made).toBeLessThan(3)
    expect(studio.files()).toHaveLength(2)
    expect(await renderFailures(studio.database)).toEqual([])
    expect(await studio.render()).toMatchObject({ rendered: 3 - made, failed: 0, there: made })
  })
})

describe('reading a file', () => {
  it('refuses one that is gone and one that is damaged', async () => {
    const hash = sha256('x')
    expect((await refusalOf(readAudio(studio.audioFolder, hash, 'mp3'))).code).toBe('unavailable')
    const path = audioPath(studio.audioFolder, hash, 'mp3')
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, 'y')
    expect((await refusalOf(readAudio(studio.audioFolder, hash, 'mp3'))).sentence.vi).toContain('bị hỏng')
    expect((await refusalOf(recordingById(studio.database, 'rec-none'))).code).toBe('not_found')
  })
})

describe('what dead processes left', () => {
  it('is removed after an hour, never sooner', async () => {
    mkdirSync(join(studio.audioFolder, '.work-old'), { recursive: true })
    mkdirSync(join(studio.audioFolder, '.work-new'))
    mkdirSync(join(studio.audioFolder, 'ab'))
    writeFileSync(join(studio.audioFolder, 'ab', 'x.mp3.00.part'), 'half')
    const longAgo = Date.now() / 1000 - 7200
    for (const name of ['.work-old', 'ab/x.mp3.00.part'])
      utimesSync(join(studio.audioFolder, name), longAgo, longAgo)
    writeFileSync(join(studio.audioFolder, '.work-new', 'kept'), '')
    await studio.render()
    expect(studio.files()).toEqual([join(studio.audioFolder, '.work-new', 'kept')])
  })
})

/** Root may give the audio folder a disk of its own, a very small one. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'loa-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe.skipIf(!canMount())('a full disk', () => {
  // The raw sound, what is encoded and decoded, and the whole recording are what may not fit, in this order.
  it.each([64, 104, 184])(
    'of %i KiB is said, leaves nothing half done, and rendering goes on once there is room',
    async (size) => {
      const version = await submitted(studio, 'Thấy lạ thì báo nhé.')
      const { milliseconds } = await lengthOf('Thấy lạ thì báo nhé.')
      expect(milliseconds * 44.1).toBeGreaterThan(64 * 1024)
      rmSync(join(studio.audioFolder, 'sentences'))
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(size)}k`, 'tmpfs', studio.audioFolder])
      try {
        const refusal = await refusalOf(studio.render())
        expect(refusal.sentence.vi).toContain('đã đầy')
        expect(studio.files().filter((file) => /part|work/.test(file))).toEqual([])
        expect(await recordingsOf(studio.database, version)).toEqual([])
        expect((await renderFailures(studio.database))[0]).toMatchObject({ tries: 0 })
        execFileSync('mount', ['-o', 'remount,size=8m', studio.audioFolder])
        expect(await studio.render()).toMatchObject({ rendered: 1, failed: 0, there: 0 })
        expect(await renderFailures(studio.database)).toEqual([])
      } finally {
        execFileSync('umount', [studio.audioFolder])
      }
    },
  )
})

async function lengthOf(text: string): Promise<{ milliseconds: number }> {
  const sound = await espeakVoice().synthesise(text, { deadlineMs: 5000 })
  return { milliseconds: secondsOf(sound) * 1000 + 720 }
}

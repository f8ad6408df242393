import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  greetingFor,
  type Recording,
  recordingsOf,
  renderFailures,
  VoiceError,
} from '../../src/audio/index.ts'
import { keepRecording } from '../../src/audio/store.ts'
import { espeakVoice } from '../../src/audio/voices/espeak.ts'
import type { Voice } from '../../src/audio/voices/index.ts'
import { sha256 } from '../../src/base/hash.ts'
import { monday, submitted } from '../support/desk.ts'
import { openStudio, otherVoice, type TestStudio } from './studio.ts'

const bulletin = 'Bà con {{unit}} nghe đây. Một là hỏi nhé. Hai là gọi nhé.'
const places = [
  ['tt-20440', 'Xã Trà Leng'],
  ['tt-20443', 'Phường Tam Kỳ'],
  ['tt-20446', 'Xã Trà My'],
] as const

const ready = mkdtempSync(join(tmpdir(), 'loa-ready-'))
afterAll(() => {
  rmSync(ready, { recursive: true })
})

let studio: TestStudio
const open: TestStudio[] = []
beforeEach(async () => {
  studio = await opened(ready)
})
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

/** A studio with the three stations; the third has no device. */
async function opened(finished?: string): Promise<TestStudio> {
  const own = await openStudio(finished === undefined ? {} : { ready: finished })
  open.push(own)
  for (const [station, unit] of places) await own.addStation(station, unit)
  await own.database.deleteFrom('device').where('station_id', '=', 'tt-20446').execute()
  return own
}

const hashes = (recordings: readonly Recording[]): string[] =>
  recordings.flatMap(({ renditions }) => renditions.map((rendition) => rendition.sha256)).sort()

/** A row as an upload leaves it. */
async function brought(
  own: TestStudio,
  version: { script: string; version: number },
  language: string,
): Promise<void> {
  await own.database
    .insertInto('upload')
    .values({
      id: 'up-1',
      script_id: version.script,
      version: version.version,
      language,
      station_id: null,
      original_sha256: sha256('x'),
      original_name: 'a.wav',
      original_bytes: 1,
      speaker: 'Bà Hồ Thị Lan',
      consent: 'đồng ý',
      noise_reduction: 0,
      treatment: '{}',
      faults: '[]',
      uploaded_by: 'an',
      at: monday,
    })
    .execute()
  const recording = {
    ...{
      id: 'rec-up-1',
      ...version,
      language,
      station: null,
      spoken: 'Một là hỏi nhé.',
      voice: 'Bà Hồ Thị Lan',
    },
    ...{
      recipe: '',
      milliseconds: 1200,
      loudness: -16,
      truePeak: -2,
      sentences: [],
      quality: {},
      remark: null,
    },
    upload: 'up-1',
  }
  const file = { recording: 'rec-up-1', bytes: 1, chunks: '' }
  const renditions = [
    { ...file, codec: 'mp3', sha256: sha256('a') } as const,
    { ...file, codec: 'opus', sha256: sha256('b') } as const,
  ]
  await keepRecording(own.database, recording, renditions, monday)
}

describe('a bulletin that names the unit', () => {
  it('is one recording for each station, with devices or without; only what differs is encoded', async () => {
    const fresh = await opened()
    const version = await submitted(fresh, bulletin)
    expect(await fresh.render()).toMatchObject({ rendered: 3, failed: 0, sentences: { used: 5, encoded: 5 } })
    const recordings = await recordingsOf(fresh.database, version)
    expect(recordings.map(({ station, spoken }) => [station, spoken.split('.')[0]]).sort()).toEqual(
      places.map(([station, unit]) => [
        station,
        `Bà con ${unit.replace('Xã', 'xã').replace('Phường', 'phường')} nghe đây`,
      ]),
    )
    const keys = recordings.map(({ sentences }) => sentences.map(({ key }) => key))
    expect(new Set(keys.map(([first]) => first)).size).toBe(3)
    expect(new Set(keys.map((own) => own.slice(1).join())).size).toBe(1)
    expect(fresh.sentenceFiles()).toHaveLength(3 * (5 + 1))
  })

  it('says where each sentence lies, without a gap in the order', async () => {
    const version = await submitted(studio, bulletin)
    await studio.render()
    for (const { sentences, milliseconds, spoken } of await recordingsOf(studio.database, version)) {
      expect(sentences.map(({ text }) => text).join(' ')).toBe(spoken)
      let at = 240
      for (const sentence of sentences) {
        expect(sentence.at).toBe(at)
        at += sentence.milliseconds + 360
      }
      expect(milliseconds).toBe(at - 360 + 240)
    }
  })

  it('has one variant decoded whole, and the others proven packet by packet but for two in a hundred', async () => {
    const version = await submitted(studio, bulletin)
    await studio.render()
    const recordings = await recordingsOf(studio.database, version)
    const wholes = recordings.filter(({ quality }) => quality.gate === 'whole')
    // Of two others, one is taken as a sample in every twenty-fifth case: at most one here.
    expect([1, 2]).toContain(wholes.length)
    expect(recordings.filter(({ quality }) => quality.gate === 'packets')).toHaveLength(3 - wholes.length)
    for (const { quality, loudness, truePeak } of recordings) {
      if (quality.gate === 'whole') expect(quality.similarity).toBeGreaterThan(0.9)
      expect(Math.abs(loudness + 16)).toBeLessThanOrEqual(1)
      expect(truePeak).toBeLessThanOrEqual(-1)
    }
  })

  it('leaves out a station that lies in no unit', async () => {
    await studio.database.deleteFrom('station_unit').where('station_id', '=', 'tt-20443').execute()
    await submitted(studio, bulletin)
    expect(await studio.render()).toMatchObject({ rendered: 2 })
  })

  it('greets stations without devices too: people play there by hand', async () => {
    await submitted(studio, 'Kính chào bà con {{unit}}.', { head: { kind: 'greeting', slug: 'loi-chao' } })
    await studio.render()
    expect((await greetingFor(studio.database, 'tt-20446'))!.spoken).toBe('Kính chào bà con xã Trà My.')
  })
})

describe('the bytes of a recording', () => {
  it('are the same without the store, with it, in other company and with one worker', async () => {
    const version = await submitted(studio, bulletin)
    await studio.render()
    const once = hashes(await recordingsOf(studio.database, version))
    const fresh = await opened()
    await submitted(fresh, 'Ba là báo nhé. Hai là gọi nhé.', { head: { slug: 'ba' } })
    expect(await submitted(fresh, bulletin)).toEqual(version)
    await fresh.render({ concurrency: 1 })
    expect(hashes(await recordingsOf(fresh.database, version))).toEqual(once)
    const files = fresh.files().map((file) => readFileSync(file))
    rmSync(fresh.audioFolder, { recursive: true })
    expect(await fresh.render()).toMatchObject({ rendered: 4, there: 0 })
    expect(fresh.files().map((file) => readFileSync(file))).toEqual(files)
  })

  it('are those of the same corrected gain when variants come later or are lost', async () => {
    const voice = espeakVoice()
    const softer = otherVoice(voice, {
      recipe: async () => `${await voice.recipe()} softer`,
      async synthesise(text, options) {
        const sound = await voice.synthesise(text, options)
        return { ...sound, samples: sound.samples.map((sample) => sample / 1.6) }
      },
    })
    const version = await submitted(studio, bulletin)
    await studio.database.deleteFrom('station_unit').where('station_id', '=', 'tt-20440').execute()
    expect(await studio.render({ voices: [softer] })).toMatchObject({ rendered: 2, failed: 0 })
    const before = await recordingsOf(studio.database, version)
    const gains = new Set(before.map(({ quality }) => quality.gainDecibels))
    expect(gains.size).toBe(1)
    const [gain] = gains
    expect(gain! % 0.5).toBe(0)
    expect(gain).toBeGreaterThan(voice.gainDecibels)
    for (const file of studio.files()) rmSync(file)
    await studio.addPlace('tt-20440')
    expect(await studio.render({ voices: [softer] })).toMatchObject({ rendered: 3, failed: 0 })
    const after = await recordingsOf(studio.database, version)
    expect(after).toHaveLength(3)
    expect(new Set(after.map(({ quality }) => quality.gainDecibels))).toEqual(gains)
    expect(after.filter(({ id }) => before.some((one) => one.id === id))).toEqual(before)
  })
})

describe('when a voice is down', () => {
  const gone = (more: Partial<Voice> = {}): Voice =>
    otherVoice(espeakVoice(), {
      name: 'studio-voice',
      recipe: () => Promise.resolve('a server'),
      synthesise: () =>
        Promise.reject(
          new VoiceError('unavailable', {
            vi: 'Máy chủ giọng đọc không trả lời.',
            en: 'The server does not answer.',
          }),
        ),
      ...more,
    })

  it('the next one reads the whole recording, and the recording says so', async () => {
    const version = await submitted(studio, bulletin)
    expect(await studio.render({ voices: [gone(), espeakVoice()] })).toMatchObject({ rendered: 3, failed: 0 })
    for (const { voice, remark } of await recordingsOf(studio.database, version)) {
      expect(voice).toBe(espeakVoice().name)
      expect(remark!.vi).toContain('studio-voice')
      expect(remark!.vi).toContain('Máy chủ giọng đọc không trả lời.')
      expect(remark!.en).toContain('The server does not answer.')
    }
    expect(await studio.render({ voices: [gone(), espeakVoice()] })).toMatchObject({ rendered: 0, there: 3 })
  })

  it('in the middle of a text, nothing of it stays in that recording', async () => {
    const real = espeakVoice()
    let read = 0
    const dying = gone({
      concurrency: 1,
      synthesise: (text, options) => {
        read += 1
        return read === 1 ? real.synthesise(text, options) : gone().synthesise(text, options)
      },
    })
    const version = await submitted(studio, 'Một là hỏi nhé. Hai là gọi nhé.')
    await studio.render({ voices: [dying, real] })
    const [recording] = await recordingsOf(studio.database, version)
    const alone = await opened(ready)
    await submitted(alone, 'Một là hỏi nhé. Hai là gọi nhé.')
    await alone.render({ voices: [real] })
    const [same] = await recordingsOf(alone.database, version)
    expect([recording!.id, hashes([recording!])]).toEqual([same!.id, hashes([same!])])
    expect(same!.remark).toBeNull()
  })

  it('and no other is there, it is said and not counted against the text', async () => {
    await submitted(studio, 'Bốn là nhớ nhé.')
    expect(await studio.render({ voices: [gone()] })).toMatchObject({ rendered: 0, failed: 1 })
    const [failure] = await renderFailures(studio.database)
    expect(failure).toMatchObject({
      tries: 0,
      why: { vi: expect.stringContaining('không trả lời') as string },
    })
  })

  it('a sentence that the voice will not read fails alone, whatever other voice there is', async () => {
    const real = espeakVoice()
    const picky = otherVoice(real, {
      synthesise: (text, options) =>
        text.includes('Trà My')
          ? Promise.reject(
              new VoiceError('bad-text', { vi: 'Không đọc được câu này.', en: 'This cannot be read.' }),
            )
          : real.synthesise(text, options),
    })
    await submitted(studio, 'Kính thưa bà con {{unit}}.')
    expect(await studio.render({ voices: [picky, gone()] })).toMatchObject({ rendered: 2, failed: 1 })
    expect((await renderFailures(studio.database))[0]).toMatchObject({ station: 'tt-20446', tries: 1 })
  })
})

describe('what people brought', () => {
  it('is all that is wanted in a language that no voice speaks', async () => {
    const version = await submitted(studio, 'Bh’rợ.', { head: { language: 'ktv' } })
    const one = { ...version, language: 'ktv', recordings: 1 }
    expect(await studio.render()).toMatchObject({ rendered: 0, failed: 0, awaiting: [one] })
    await brought(studio, version, 'ktv')
    expect(await studio.render()).toMatchObject({ rendered: 0, failed: 0, there: 0, awaiting: [] })
    expect(await renderFailures(studio.database)).toEqual([])
  })

  it('is never overwritten: the voice’s recording stands beside it', async () => {
    const version = await submitted(studio, 'Một là hỏi nhé.')
    await brought(studio, version, 'vi')
    const before = (await recordingsOf(studio.database, version))[0]
    expect(await studio.render()).toMatchObject({ rendered: 1, failed: 0 })
    const after = await recordingsOf(studio.database, version)
    expect(after).toHaveLength(2)
    expect(after.find(({ upload }) => upload !== null)).toEqual(before)
  })
})

describe('a run that is stopped', () => {
  it('is gone on with where it was: finished sentences are not encoded again', async () => {
    const fresh = await opened()
    await submitted(fresh, 'Một là hỏi nhé. Hai là gọi nhé.', { head: { slug: 'a' } })
    await submitted(fresh, 'Một là hỏi nhé. Ba là báo nhé.', { head: { slug: 'b' } })
    const abort = new AbortController()
    let told = 0
    const run = fresh.render({
      concurrency: 1,
      signal: abort.signal,
      // The first word of progress after the start: the sentences of the first script are there.
      onProgress: () => {
        told += 1
        if (told > 1) abort.abort(new Error('enough for today'))
      },
    })
    await expect(run).rejects.toThrow('enough for today')
    expect(fresh.files()).toEqual([])
    expect(fresh.sentenceFiles()).toHaveLength(3 * 3)
    expect(await fresh.render()).toMatchObject({ rendered: 2, sentences: { used: 3, encoded: 1 } })
  })

  it('keeps its store within the bound, and what this run needs', async () => {
    const fresh = await opened()
    await submitted(fresh, 'Một là hỏi nhé.', { head: { slug: 'a' } })
    await fresh.render({ sentenceBytesMax: 0 })
    const first = fresh.sentenceFiles()
    expect(first).toHaveLength(3 * 2)
    await submitted(fresh, 'Hai là gọi nhé.', { head: { slug: 'b' } })
    await fresh.render({ sentenceBytesMax: 0 })
    expect(fresh.sentenceFiles()).toHaveLength(3 * 2)
    expect(fresh.sentenceFiles()).not.toEqual(first)
  })
})

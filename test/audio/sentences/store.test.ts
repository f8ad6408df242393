import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Chime } from '../../../src/audio/chime.ts'
import {
  boundStore,
  entryPath,
  readEntry,
  sentenceKey,
  Sentences,
  type Source,
  storeSize,
  type Wish,
} from '../../../src/audio/sentences/index.ts'
import { openVoices, type Voice } from '../../../src/audio/voices/index.ts'
import { filesBelow, speechFolder } from '../studio.ts'

const texts = ['Một là hỏi nhé.', 'Hai là gọi nhé.', 'Ba là báo nhé.'] as const
const extensions = ['mp3', 'opus', 'json'] as const

let folder: string
let voice: Voice
let recipe: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loa-sentences-'))
  const [first] = await openVoices(speechFolder)
  voice = first!
  recipe = await voice.recipe()
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const sourceOf = (text: string, change: object = {}): Source => ({
  ...{ kind: 'sentence', text, voice: 'v', recipe, gainDecibels: voice.gainDecibels },
  ...change,
})

const speak: Voice['synthesise'] = (text, options) => voice.synthesise(text, options)

const wish = (text: string, synthesise = speak): Wish => ({
  source: sourceOf(text),
  sound: (signal) => synthesise(text, { signal, deadlineMs: 10_000 }),
})

const sentencesIn = (audioFolder: string, signal = new AbortController().signal): Sentences =>
  new Sentences({ audioFolder, ffmpeg: 'any', signal, workers: 2 })

const bytesOf = (audioFolder: string, key: string): Buffer[] =>
  (['mp3', 'opus'] as const).map((codec) => readFileSync(entryPath(audioFolder, key, codec)))

describe('the name of a piece', () => {
  const key = (source: Source, ffmpeg = '5.1'): string => sentenceKey(source, ffmpeg)
  const chime: Chime = { seconds: 4, pause_after: 1, tones: [{ hertz: 500, at: 0, decay: 2, level: 0.3 }] }

  it('is another for another wording, engine, gain or encoder, and for nothing else', () => {
    const names = [
      key(sourceOf('Một là hỏi nhé.')),
      key(sourceOf('Một là hỏi nhá.')),
      key(sourceOf('Một là hỏi nhé.', { recipe: 'espeak-ng 9.9' })),
      key(sourceOf('Một là hỏi nhé.', { gainDecibels: 17 })),
      key(sourceOf('Một là hỏi nhé.'), '7.0'),
      key({ kind: 'silence' }),
      key({ kind: 'chime', chime }),
      key({ kind: 'chime', chime: { ...chime, tones: [{ hertz: 501, at: 0, decay: 2, level: 0.3 }] } }),
    ]
    expect(new Set(names).size).toBe(names.length)
    expect(key(sourceOf('Một là hỏi nhé.', { voice: 'another name in the list' }))).toBe(names[0])
    expect(key(sourceOf('Một là hỏi nhé.'.normalize('NFD')))).toBe(names[0])
    expect(key({ kind: 'chime', chime: { ...chime, pause_after: 2 } })).toBe(names[6])
  })
})

describe('pieces', () => {
  it('are made once, whoever asks at the same time, and found by the next run', async () => {
    const audioFolder = join(folder, 'once')
    mkdirSync(audioFolder)
    let spoken = 0
    const counted: Voice['synthesise'] = (text, options) => {
      spoken += 1
      return voice.synthesise(text, options)
    }
    const run = sentencesIn(audioFolder)
    const [one, two] = await Promise.all([
      run.make([wish(texts[0], counted), wish(texts[1], counted), wish(texts[0], counted)]),
      run.make([wish(texts[1], counted)]),
    ])
    expect([spoken, one.size, two.size]).toEqual([2, 2, 1])
    expect(run.counts()).toEqual({ used: 2, encoded: 2 })
    const next = sentencesIn(audioFolder)
    await next.make([wish(texts[0], counted), wish(texts[1], counted)])
    expect([spoken, next.counts()]).toEqual([2, { used: 2, encoded: 0 }])
  })

  it('say beside the sound what is said in it, by whom, and what it measures', () => {
    const audioFolder = join(folder, 'once')
    const key = sentenceKey(sourceOf(texts[0]), 'any')
    const note = JSON.parse(readFileSync(entryPath(audioFolder, key, 'json'), 'utf8')) as Record<
      string,
      unknown
    >
    expect(note).toMatchObject({ text: texts[0], voice: 'v', recipe, gain: voice.gainDecibels })
    const { similarity, mp3, opus } = note as {
      similarity: number
      mp3: { loudness: number; truePeak: number }
      opus: { loudness: number; truePeak: number }
    }
    expect(similarity).toBeGreaterThan(0.9)
    for (const { loudness, truePeak } of [mp3, opus]) {
      expect(Math.abs(loudness + 16)).toBeLessThan(4)
      expect(truePeak).toBeLessThanOrEqual(-1)
    }
  })

  it('have the same bytes in another run, beside others, in another order', async () => {
    const [here, there] = [join(folder, 'once'), join(folder, 'again')]
    mkdirSync(there)
    await sentencesIn(there).make([texts[2], texts[1], texts[0]].map((text) => wish(text)))
    for (const text of [texts[0], texts[1]]) {
      const key = sentenceKey(sourceOf(text), 'any')
      expect(bytesOf(there, key)).toEqual(bytesOf(here, key))
    }
  })

  it.each(extensions)('are made again, the same, when the %s is damaged or gone', async (extension) => {
    const audioFolder = join(folder, 'once')
    const key = sentenceKey(sourceOf(texts[0]), 'any')
    const path = entryPath(audioFolder, key, extension)
    const before = readFileSync(path)
    const spoilt = Buffer.from(before)
    spoilt[30] = spoilt[30]! ^ 1
    for (const spoil of [() => writeFileSync(path, spoilt), () => rmSync(path)]) {
      spoil()
      expect(await readEntry(audioFolder, key)).toBeUndefined()
    }
    const run = sentencesIn(audioFolder)
    await run.make([wish(texts[0])])
    expect(run.counts().encoded).toBe(1)
    expect(readFileSync(path)).toEqual(before)
  })

  it('that cannot be made say why, are not kept, and spoil no other', async () => {
    const audioFolder = join(folder, 'refused')
    mkdirSync(audioFolder)
    const faint: Voice['synthesise'] = async (text, options) => {
      const sound = await voice.synthesise(text, options)
      return { ...sound, samples: sound.samples.map((sample) => sample / 30) }
    }
    const mute: Voice['synthesise'] = () => Promise.reject(new Error('no sound card in the moon'))
    const run = sentencesIn(audioFolder)
    const made = await run.make([wish(texts[0], faint), wish(texts[1], mute), wish(texts[2])])
    const [one, two, three] = texts.map((text) => made.get(run.keyOf(sourceOf(text))))
    expect((one as Error).message).toContain(`The sentence “${texts[0]}”`)
    expect((two as Error).message).toBe('no sound card in the moon')
    expect(three).not.toBeInstanceOf(Error)
    expect(filesBelow(audioFolder)).toHaveLength(3)
  })

  it('that people stopped leave no process and no file behind', async () => {
    const audioFolder = join(folder, 'stopped')
    mkdirSync(audioFolder)
    const abort = new AbortController()
    const slow: Voice['synthesise'] = (text, options) => {
      if (text === texts[1]) queueMicrotask(() => abort.abort(new Error('enough for today')))
      return voice.synthesise(text, options)
    }
    const run = sentencesIn(audioFolder, abort.signal)
    await expect(run.make(texts.map((text) => wish(text, slow)))).rejects.toThrow('enough for today')
    expect(filesBelow(audioFolder)).toEqual([])
  })
})

describe('the bound of the store', () => {
  const audioFolder = (): string => join(folder, 'bound')
  const key = (digit: number): string => String(digit).repeat(64)
  const put = (digit: number, usedSecondsAgo: number): void => {
    for (const extension of extensions) {
      const path = entryPath(audioFolder(), key(digit), extension)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, 'x'.repeat(100))
      const at = Date.now() / 1000 - usedSecondsAgo
      utimesSync(path, at, at)
    }
  }
  const keysThere = (): string[] => [
    ...new Set(filesBelow(audioFolder()).map((file) => file.replaceAll(/.*\/|\..*/g, ''))),
  ]
  beforeEach(() => {
    rmSync(audioFolder(), { recursive: true, force: true })
    for (const [digit, age] of [
      [1, 400],
      [2, 100],
      [3, 300],
      [4, 200],
    ] as const)
      put(digit, age)
  })

  it('removes what was not used for longest, whole pieces, and no more than it must', async () => {
    expect(await storeSize(audioFolder())).toEqual({ sentences: 4, bytes: 1200 })
    const bounded = await boundStore(audioFolder(), { bytesMax: 700, needed: new Set() })
    expect(bounded).toEqual({ removed: 2, left: { sentences: 2, bytes: 600 } })
    expect(keysThere()).toEqual([key(2), key(4)])
  })

  it('never removes what this run needs', async () => {
    await boundStore(audioFolder(), { bytesMax: 0, needed: new Set([key(1), key(3)]) })
    expect(keysThere()).toEqual([key(1), key(3)])
  })

  it('removes what a dead process left half written, an hour later', async () => {
    const [half, young] = [entryPath(audioFolder(), key(5), 'mp3'), entryPath(audioFolder(), key(6), 'mp3')]
    for (const path of [half, `${half}.0.part`, young, `${young}.0.part`]) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, 'x')
    }
    const longAgo = Date.now() / 1000 - 7200
    for (const path of [half, `${half}.0.part`]) utimesSync(path, longAgo, longAgo)
    await boundStore(audioFolder(), { bytesMax: 1e9, needed: new Set() })
    expect(filesBelow(audioFolder()).filter((file) => /5{64}|6{64}/.test(file))).toEqual([
      young,
      `${young}.0.part`,
    ])
  })

  it('counts a piece as used when it is read', async () => {
    const own = join(folder, 'once')
    const name = sentenceKey(sourceOf(texts[1]), 'any')
    const path = entryPath(own, name, 'json')
    utimesSync(path, 1000, 1000)
    await readEntry(own, name)
    expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - 60_000)
  })
})

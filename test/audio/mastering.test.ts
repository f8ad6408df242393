import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeFile } from '../../src/audio/gate/index.ts'
import { master } from '../../src/audio/mastering.ts'
import { fromBytes, join, silence, type Sound, toBytes, trim } from '../../src/audio/pcm.ts'
import { framed } from '../../src/audio/sentences/index.ts'
import { partsOf } from '../../src/audio/speech.ts'
import { pieceOf } from '../../src/audio/stitch/index.ts'
import { voices } from '../../src/audio/voices/index.ts'
import { refusalOf } from '../support/refusal.ts'

const voice = voices[0]!
const { gainDecibels } = voice

let folder: string
let sound: Sound
beforeAll(async () => {
  folder = mkdtempSync(joinPath(tmpdir(), 'loa-mastering-'))
  sound = await voice.synthesise('Việc nhẹ lương cao thì đừng đi.', { deadlineMs: 5000 })
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** The same words from an engine of another sample rate; how it sounds does not matter here. */
function atRate(sampleRate: number): Sound {
  const length = Math.round((sound.samples.length * sampleRate) / sound.sampleRate)
  const samples = Int16Array.from(
    { length },
    (_, index) => sound.samples[Math.floor((index * sound.sampleRate) / sampleRate)] ?? 0,
  )
  return { samples, sampleRate }
}

describe('mastering', () => {
  it('gives the same bytes again, alone or beside others, in whatever order', async () => {
    const [one, two] = [framed('sentence', sound), framed('sentence', atRate(16_000))]
    const bytes = async (sounds: readonly (typeof one)[]): Promise<Buffer[][]> =>
      (
        await master(
          sounds.map((each) => ({ ...each, gainDecibels })),
          { folder },
        )
      ).map(({ mp3, opus }) => [readFileSync(mp3), readFileSync(opus)])
    const [alone] = await bytes([one])
    const [before, after] = await bytes([two, one])
    expect(after).toEqual(alone)
    expect(await bytes([one, two])).toEqual([alone, before])
  })

  it('makes exactly whole slots of what any engine gives, and lets its end be silent', async () => {
    const all = [16_000, 22_050, 24_000, 48_000].map((rate) => framed('sentence', atRate(rate)))
    const files = await master(
      all.map((each) => ({ ...each, gainDecibels })),
      { folder },
    )
    for (const [index, { slots }] of all.entries()) {
      for (const codec of ['mp3', 'opus'] as const) {
        const path = files[index]![codec]
        expect(pieceOf(codec, readFileSync(path), slots).slots).toBe(slots)
        const { samples } = await decodeFile(path, 24_000, { deadlineMs: 10_000 })
        const end = samples.subarray(slots * 2880 - 24 * 24, slots * 2880)
        // Below -60 dBFS: the joint to the next sentence is not heard.
        expect(Math.max(...end.map(Math.abs))).toBeLessThan(33)
      }
    }
    expect(new Set(all.map(({ slots }) => slots)).size).toBe(1)
  })

  it('keeps to 64 kb/s MP3 and 24 kb/s Opus, so that a minute is half a megabyte or a fifth of one', async () => {
    const long = framed('sentence', {
      ...sound,
      samples: join([sound.samples, sound.samples, sound.samples]),
    })
    const [file] = await master([{ ...long, gainDecibels }], { folder })
    const kilobits = (path: string): number => (readFileSync(path).length * 8) / (long.slots * 120)
    expect(kilobits(file!.mp3)).toBeCloseTo(64, -0.5)
    expect(kilobits(file!.opus)).toBeLessThan(30)
  })
})

describe('the frame of a sentence', () => {
  it('is 40 ms before it and at least 120 ms behind it, up to the grid', () => {
    for (const ms of [80, 199, 200, 201, 1000]) {
      const { sound: whole, slots } = framed('sentence', {
        samples: new Int16Array(ms * 24).fill(9),
        sampleRate: 24_000,
      })
      expect(whole.samples.findIndex((sample) => sample !== 0)).toBe(40 * 24)
      const behind = slots * 120 - (40 + ms)
      expect([ms, behind >= 120, behind < 240]).toEqual([ms, true, true])
    }
  })
})

describe('what is heard, in order', () => {
  const shape = (text: string, chimePause?: number): string =>
    partsOf(text, { chimePause })
      .map((part) => (part.kind === 'silence' ? String(part.slots * 120) : part.kind))
      .join(' ')

  it('pauses between sentences, longer between paragraphs, and a moment at both ends', () => {
    expect(shape('Một là hỏi. Hai là gọi.\n\nBa là báo.')).toBe('240 sentence 360 sentence 720 sentence 240')
  })

  it('opens with the chime where there is one', () => {
    expect(shape('Kính chào bà con.', 5)).toBe('chime 600 sentence 240')
  })

  it('refuses a text without words and a text nobody would listen to', async () => {
    const refused = (text: string) => refusalOf(Promise.try(() => partsOf(text)))
    expect((await refused('…')).sentence.vi).toContain('không có lời')
    expect((await refused('Bà con nhớ giúp một câu. '.repeat(400))).sentence.vi).toContain('quá')
  })
})

describe('sounds in memory', () => {
  it('lose the silence at their ends, and all of it when there is nothing else', () => {
    const samples = join([silence(500, 1000), Int16Array.of(5000, -5000), silence(500, 1000)])
    expect(trim({ samples, sampleRate: 1000 }).samples.length).toBe(22)
    expect(trim({ samples: silence(500, 1000), sampleRate: 1000 }).samples.length).toBe(0)
  })

  it('are little-endian bytes in a file, and come back from an odd place in one', () => {
    const samples = Int16Array.of(1, -2, 32_767, -32_768)
    expect([...toBytes(samples)]).toEqual([1, 0, 254, 255, 255, 127, 0, 128])
    const within = new Uint8Array([7, ...toBytes(samples), 7])
    expect(fromBytes(within.subarray(1))).toEqual(samples)
    expect(toBytes(samples.subarray(1, 2))).toEqual(Buffer.from([254, 255]))
  })
})

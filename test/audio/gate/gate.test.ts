import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  decodeFile,
  type GateItem,
  type GateResult,
  gateRendered,
  sampleOf,
  similarity,
  similarityMin,
} from '../../../src/audio/gate/index.ts'
import type { Codec } from '../../../src/audio/index.ts'
import type { Sound } from '../../../src/audio/pcm.ts'
import type { Piece } from '../../../src/audio/stitch/index.ts'
import * as damage from './damages.ts'
import {
  encode,
  itemOf,
  joined,
  keep,
  piecesOf,
  record,
  type Recorded,
  sentencesOfContent,
  slotSamples,
  stitched,
  testFolder,
} from './recordings.ts'
import { spokenSecond, withWrongSecond, type Wrong } from './wrong-second.ts'

const { folder, remove } = testFolder()
afterAll(remove)
const limits = { deadlineMs: 60_000, folder }

/** The first sentence of every bulletin and of the greeting, read, mastered and encoded. */
let recorded: Recorded[]
let pieces: Record<Codec, Piece>[]
let good: GateItem[]
beforeAll(async () => {
  recorded = await record(
    [...sentencesOfContent().values()].map(([first]) => first!),
    folder,
  )
  pieces = await piecesOf(
    recorded.map(({ mastered }) => mastered),
    folder,
  )
  good = recorded.map((each, index) => itemOf(each, keep(stitched(pieces[index]!), folder)))
})

const gateOne = async (item: GateItem): Promise<GateResult> => (await gateRendered([item], limits))[0]!
const kindsOf = ({ faults }: GateResult): string[] => faults.map(({ kind }) => kind)

describe('the gate lets pass', () => {
  it('every sentence as it was mastered, in both codecs, and finds it nearly the same', async () => {
    const results = await gateRendered(good, limits)
    expect(results.flatMap(({ faults }) => faults.map(({ en }) => en))).toEqual([])
    const least = Math.min(...results.map((result) => result.similarity))
    expect(least, `the least alike is ${least}`).toBeGreaterThan(0.94)
    for (const { measured } of results) {
      expect(measured.mp3.milliseconds).toBe(measured.opus.milliseconds)
      expect(measured.mp3.loudness).toBeCloseTo(measured.opus.loudness, 0)
    }
  })

  it('every sentence when only what the voice gave is there to compare', async () => {
    const results = await gateRendered(
      good.map((item, index) => ({ ...item, expected: recorded[index]!.raw })),
      limits,
    )
    expect(results.flatMap(({ faults }) => faults.map(({ en }) => en))).toEqual([])
    const least = Math.min(...results.map((result) => result.similarity))
    expect(least, `the least alike is ${least}`).toBeGreaterThan(0.92)
  })

  it('sounds a little softer or louder than wanted, as long as they stay within the window', async () => {
    const gains = fc.sample(fc.double({ min: -2, max: 1, noNaN: true }), { numRuns: 5, seed: 3 })
    const sounds = gains.map((gain, index) => damage.amplified(gain)(recorded[index]!.mastered))
    const files = await encode(sounds, folder)
    const results = await gateRendered(
      sounds.map((expected, index) => ({
        ...itemOf(recorded[index]!, keep(files[index]!, folder)),
        expected,
      })),
      limits,
    )
    results.forEach(({ faults }, index) => expect(faults, `${gains[index]} dB`).toEqual([]))
  })

  it('a good file whatever lies beside it, with the same figures', async () => {
    const bad = { ...good[1]!, paths: keep({ mp3: new Uint8Array(3000), opus: new Uint8Array(0) }, folder) }
    const [, loud] = await encode([recorded[2]!.mastered, damage.humming(recorded[2]!.mastered)], folder)
    const hum = { ...good[2]!, paths: keep(loud!, folder) }
    const [, first, , second] = await gateRendered([hum, good[0]!, bad, good[3]!], limits)
    const [firstAlone, secondAlone] = [await gateOne(good[0]!), await gateOne(good[3]!)]
    expect(first).toEqual({ ...firstAlone, similarity: expect.closeTo(firstAlone.similarity, 3) as number })
    expect(second).toEqual({
      ...secondAlone,
      similarity: expect.closeTo(secondAlone.similarity, 3) as number,
    })
  })

  it('nothing at all when there is nothing to judge', async () => {
    expect(await gateRendered([], limits)).toEqual([])
  })
})

describe('what is heard and what was meant', () => {
  it('are alike by a wide margin, and unlike by a wide margin where other words are heard', async () => {
    const [ownSound, otherSound] = [await heard(good[0]!), await heard(good[1]!)]
    const same = similarity(ownSound, recorded[0]!.mastered)
    const otherWords = similarity(otherSound, recorded[0]!.mastered)
    expect(same - similarityMin, `itself ${same}`).toBeGreaterThan(0.04)
    expect(similarityMin - otherWords, `another ${otherWords}`).toBeGreaterThan(0.3)
    expect(similarity(recorded[0]!.mastered, recorded[0]!.mastered)).toBe(1)
    const silent = { ...recorded[0]!.mastered, samples: new Int16Array(48_000) }
    expect(similarity(silent, recorded[0]!.mastered)).toBeLessThan(0.3)
  })

  const heard = (item: GateItem) => decodeFile(item.paths.opus, 24_000, limits)
})

function wholeItem(
  expected: Sound,
  bytes: Record<Codec, Uint8Array>,
  read: readonly Recorded[] = recorded,
): GateItem {
  const letters = read.reduce((sum, { text }) => sum + text.length, 0)
  const milliseconds = (expected.samples.length / slotSamples) * 120
  return { paths: keep(bytes, folder), expected, milliseconds, letters, extent: 'whole' }
}

/** Half a minute is enough where nothing is hidden in a long one. */
const some = <T>(all: readonly T[]): T[] => all.slice(0, 8)

describe('a bulletin', () => {
  it('passes, of a minute and a half that was joined from sentences', async () => {
    const { pieces: whole, sound } = joined(recorded, pieces)
    const item = wholeItem(sound, stitched(whole))
    expect(item.milliseconds).toBeGreaterThan(70_000)
    const result = await gateOne(item)
    expect(result.faults).toEqual([])
    expect(result.similarity).toBeGreaterThan(0.94)
    expect(result.measured.mp3.loudnessRange).toBeGreaterThan(1)
    expect(result.measured.opus.silenceShare).toBeLessThan(0.3)
  })
})

describe('a minute and a half of which one second is wrong', () => {
  const judged = (wrong: Wrong): Promise<GateResult> => {
    const { pieces: whole, sound } = joined(recorded, pieces)
    const places = { at: spokenSecond(sound, 40), other: spokenSecond(sound, 5) }
    return gateOne(wholeItem(sound, stitched(withWrongSecond(whole, wrong, places))))
  }

  it('never passes when the second is silent, and says where', async () => {
    const { faults } = await judged('silent')
    expect(faults.map(({ kind }) => kind)).toEqual(['gap'])
    expect(faults[0]!.vi).toMatch(/đoạn lặng (?:0,[6-9]|1(?:,[0-2])?) giây ở giữa \(từ giây 4\d/)
  })

  it('never passes when the second is another’s, and says where', async () => {
    const { faults } = await judged('exchanged')
    const wrong = faults.find(({ kind }) => kind === 'other-words')
    expect(wrong?.vi).toMatch(/không đúng lời \(từ giây (?:39|4\d)/)
  })

  it('never passes when the second was left out and the end filled up', async () => {
    expect(kindsOf(await judged('left out'))).toContain('other-words')
  })

  it('never passes when two sentences changed places, one stands for another, one is missing or one too many', async () => {
    const [read, own] = [some(recorded), some(pieces)]
    const { sound } = joined(read, own)
    const [second, sixth] = [own[1]!, own[5]!]
    const wrong = [
      own.with(1, sixth).with(5, second),
      own.with(5, second),
      own.slice(0, -1),
      [...own, second],
      own.toSpliced(5, 1),
    ]
    const results = await gateRendered(
      wrong.map((order) => wholeItem(sound, stitched(joined(read, order).pieces), read)),
      limits,
    )
    const [swapped, doubled, ended, longer, short] = results.map(kindsOf)
    expect(swapped).toContain('other-words')
    expect(doubled).toContain('other-words')
    expect(ended).toEqual(['cut'])
    expect(longer).toEqual(['long'])
    expect(short).toEqual(expect.arrayContaining(['cut', 'other-words']))
  })

  it('never passes with three seconds of stillness, which only an opening may have', async () => {
    const { pieces: made, sound } = joined(some(recorded), some(pieces), { openingSlots: 25 })
    const item = wholeItem(sound, stitched(made), some(recorded))
    expect(kindsOf(await gateOne(item))).toEqual(['gap'])
    expect((await gateOne({ ...item, openingMs: 3000 })).faults).toEqual([])
  })
})

describe('the sample of files that are decoded although they are proven', () => {
  const chance = damage.dice(11)
  const names = (count: number): string[] =>
    Array.from({ length: count }, () =>
      Array.from({ length: 64 }, () => Math.floor(chance() * 16).toString(16)).join(''),
    )

  it('is two in a hundred, and the same whatever their order', () => {
    for (const count of [50, 240, 5000]) {
      const all = names(count)
      const sampled = sampleOf(all)
      expect(Math.abs(sampled.size - 0.02 * count)).toBeLessThan(1)
      expect(sampleOf(all.toReversed())).toEqual(sampled)
    }
    expect(sampleOf([])).toEqual(new Set())
  })

  it('is as often one of a few as two in a hundred would have it', () => {
    const groups = Array.from({ length: 3000 }, () => sampleOf(names(5)).size)
    const all = groups.reduce((sum, size) => sum + size, 0)
    expect(Math.max(...groups)).toBe(1)
    expect(all).toBeGreaterThan(230)
    expect(all).toBeLessThan(370)
  })
})

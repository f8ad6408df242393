import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GateItem, type GateResult, gateRendered } from '../../../src/audio/gate/index.ts'
import type { Codec } from '../../../src/audio/index.ts'
import type { Sound } from '../../../src/audio/pcm.ts'
import type { Piece } from '../../../src/audio/stitch/index.ts'
import {
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

const { folder, remove } = testFolder()
afterAll(remove)
const limits = { deadlineMs: 60_000, folder }
const codecs = ['mp3', 'opus'] as const satisfies Codec[]

/** Sentences of a minute and a half together. */
let recorded: Recorded[]
let pieces: Record<Codec, Piece>[]
beforeAll(async () => {
  recorded = await record(
    [...sentencesOfContent().values()].map(([first]) => first!),
    folder,
  )
  pieces = await piecesOf(
    recorded.map(({ mastered }) => mastered),
    folder,
  )
})

const kindsOf = ({ faults }: GateResult): string[] => faults.map(({ kind }) => kind)

async function gateOne(item: GateItem): Promise<GateResult> {
  return (await gateRendered([item], limits))[0]!
}

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
  type Packets = readonly Uint8Array[]
  const perSecond = { mp3: 1000 / 24, opus: 50 }
  /** Changes the packets of both files from second 40 on, where a sentence is being read. */
  async function judged(
    change: (packets: Uint8Array[], from: number, length: number) => Packets,
  ): Promise<GateResult> {
    const { pieces: whole, sound } = joined(recorded, pieces)
    const from = middleOf(sound)
    const made = Object.fromEntries(
      codecs.map((codec) => {
        const packets = [...whole[codec].packets]
        const changed = change(packets, Math.round(from * perSecond[codec]), Math.round(perSecond[codec]))
        return [codec, { slots: whole[codec].slots, packets: changed }]
      }),
    ) as Record<Codec, Piece>
    return gateOne(wholeItem(sound, stitched(made)))
  }
  /** The second, after the fortieth, from which a whole second of speech follows. */
  function middleOf({ samples, sampleRate }: Sound): number {
    for (let second = 40; ; second += 0.1) {
      const tenths = Array.from({ length: 10 }, (_, tenth) =>
        samples
          .subarray((second + tenth / 10) * sampleRate, (second + (tenth + 1) / 10) * sampleRate)
          .reduce((most, value) => Math.max(most, Math.abs(value)), 0),
      )
      if (tenths.every((most) => most > 3000)) return second
    }
  }

  it('never passes when the second is silent, and says where', async () => {
    const { faults } = await judged((packets, from, length) =>
      packets.toSpliced(
        from,
        length,
        ...packets.slice(0, 1).flatMap((first) => Array<Uint8Array>(length).fill(first)),
      ),
    )
    expect(faults.map(({ kind }) => kind)).toEqual(['gap'])
    expect(faults[0]!.vi).toMatch(/đoạn lặng (?:0,[6-9]|1(?:,[0-2])?) giây ở giữa \(từ giây 4\d/)
  })

  it('never passes when the second is another’s, and says where', async () => {
    const { faults } = await judged((packets, from, length) =>
      packets.toSpliced(from, length, ...packets.slice(2 * length, 3 * length)),
    )
    const wrong = faults.find(({ kind }) => kind === 'other-words')
    expect(wrong?.vi).toMatch(/không đúng lời \(từ giây (?:39|4\d)/)
  })

  it('never passes when the second was left out and the end filled up', async () => {
    const result = await judged((packets, from, length) => [
      ...packets.toSpliced(from, length),
      ...packets.slice(-1).flatMap((last) => Array<Uint8Array>(length).fill(last)),
    ])
    expect(kindsOf(result)).toContain('other-words')
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

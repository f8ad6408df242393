import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  faultsOfStitched,
  type Piece,
  pieceOf,
  repeated,
  stitch,
  unstitch,
} from '../../../src/audio/stitch/index.ts'
import { encoderOptions } from '../../../src/audio/encoders.ts'
import { fromBytes } from '../../../src/audio/pcm.ts'
import { sha256 } from '../../../src/base/hash.ts'
import { codecs, encodeEach, encodeSentences, inFolder, run, type Sample, sentences } from './samples.ts'

const slotsOf = (programme: Programme): number =>
  programme.reduce((sum, { sample, pause }) => sum + samples[sample]!.slots + pause, 0)

/** Sentences in their order, each with so many silent slots behind it. */
type Programme = { sample: number; pause: number }[]

const sentenceCount = 10
const programmes = fc.array(fc.record({ sample: fc.nat(sentenceCount - 1), pause: fc.nat(8) }), {
  minLength: 1,
  maxLength: 12,
})

let samples: Sample[]
beforeAll(async () => {
  samples = await encodeSentences(sentences(sentenceCount))
}, 60_000)

function piecesOf(codec: 'opus' | 'mp3', programme: Programme): Piece[] {
  const silent = samples[sentenceCount]!.pieces[codec]
  return programme.flatMap(({ sample, pause }) => [
    samples[sample]!.pieces[codec],
    ...(pause > 0 ? [repeated(silent, pause)] : []),
  ])
}

describe.each(codecs)('joining pieces of %s', (codec) => {
  it('holds every packet of every piece in any order and with any pauses, provably', () => {
    const slot = codec === 'opus' ? 6 : 5
    fc.assert(
      fc.property(programmes, (programme) => {
        const pieces = piecesOf(codec, programme)
        const file = stitch(codec, pieces)
        expect(faultsOfStitched(codec, file, pieces)).toEqual([])
        const packets = unstitch(codec, file)
        expect(packets).toHaveLength(slotsOf(programme) * slot)
        expect(packets.map(sha256)).toEqual(pieces.flatMap((piece) => piece.packets).map(sha256))
      }),
      { numRuns: 60 },
    )
  })

  it('gives the same bytes for the same pieces, and other bytes in another order', () => {
    const pieces = piecesOf(
      codec,
      [0, 1, 2].map((sample) => ({ sample, pause: 2 })),
    )
    const again = pieces.map(({ slots, packets }) => ({
      slots,
      packets: packets.map((packet) => packet.slice()),
    }))
    expect(stitch(codec, again)).toEqual(stitch(codec, pieces))
    expect(stitch(codec, pieces.toReversed())).not.toEqual(stitch(codec, pieces))
  })

  it('reads back what it wrote, so that a joined file can be joined on', () => {
    const [first, second] = [
      piecesOf(codec, [{ sample: 3, pause: 1 }]),
      piecesOf(codec, [{ sample: 4, pause: 0 }]),
    ]
    const parts = [first, second].map((pieces) => pieceOf(codec, stitch(codec, pieces)))
    expect(stitch(codec, parts)).toEqual(stitch(codec, [...first, ...second]))
  })

  it('takes an encoder’s whole file without being told its length', () => {
    for (const { files, pieces } of samples) expect(pieceOf(codec, files[codec])).toEqual(pieces[codec])
  })
})

/** Programmes for real players: random ones, a quarter of a second, and lengths at which a page of Opus is just full. */
function played(): Programme[] {
  const random = fc.sample(programmes, { numRuns: 5, seed: 7 }).map((programme) => programme.slice(0, 6))
  const fill = (slots: number): Programme => [{ sample: 0, pause: slots - samples[0]!.slots }]
  const shortest = [{ sample: sentenceCount, pause: 1 }]
  return [...random, shortest, fill(25), fill(50)]
}

/** Everything on the error stream but what ffmpeg says of any MP3 without a table of its length. */
const complaints = (report: string): string[] =>
  report
    .split('\n')
    .filter((line) => line !== '' && !/Estimating duration from bitrate, this may be inaccurate$/.test(line))

type Sound = Float32Array

/** Samples of a decoded sound in one slot. */
const slotLength = { opus: 5760, mp3: 2880 }

/** All files decoded in one run of ffmpeg at its strictest, and what it complained of. */
async function byFfmpeg(paths: readonly string[]): Promise<{ sounds: Sound[]; said: string }> {
  const inputs = paths.flatMap((path) => ['-xerror', '-err_detect', 'explode', '-i', path])
  const outputs = paths.flatMap((path, index) => ['-map', `${index}:a`, '-f', 's16le', `${path}.s16`])
  const { stderr } = await run('ffmpeg', ['-v', 'warning', '-nostdin', ...inputs, ...outputs])
  return { sounds: paths.map((path) => soundIn(readFileSync(`${path}.s16`))), said: stderr }
}

/** The same by the reference players of both codecs; a WAV of theirs has 44 bytes before its samples. */
async function byReferencePlayers(paths: readonly string[]): Promise<{ sounds: Sound[]; said: string }> {
  const said = await Promise.all(
    paths.map(async (path) => {
      const { stderr } = await (path.endsWith('.opus')
        ? run('opusdec', ['--quiet', '--no-dither', '--rate', '48000', path, `${path}.wav`])
        : run('mpg123', ['-w', `${path}.wav`, path]))
      return stderr
    }),
  )
  return {
    sounds: paths.map((path) => soundIn(readFileSync(`${path}.wav`).subarray(44))),
    said: said.join('\n'),
  }
}

const soundIn = (bytes: Uint8Array): Sound => Float32Array.from(fromBytes(bytes), (value) => value / 32_768)

const decibels = (part: Sound): number =>
  10 * Math.log10(part.reduce((sum, value) => sum + value * value, 0) / part.length + 1e-12)

/** Correlation of two sounds at the same place, 1 for the same. */
function likeness(one: Sound, other: Sound): number {
  let [product, ones, others] = [0, 0, 0]
  for (let index = 0; index < one.length; index += 1) {
    const [value, second] = [one[index]!, other[index]!]
    product += value * second
    ones += value * value
    others += second * second
  }
  return product / Math.sqrt(ones * others)
}

describe('joined files in real players', () => {
  type Player = 'ffmpeg' | 'reference'
  let list: Programme[]
  /** By player and codec: the programmes, and behind them each sentence alone as its encoder left it. */
  let heard: Record<Player, Record<'opus' | 'mp3', Sound[]>>
  let said: Record<Player | 'opusinfo', string>

  beforeAll(async () => {
    list = played()
    await inFolder(async (folder) => {
      const paths = codecs.map((codec) =>
        [
          ...list.map((programme) => stitch(codec, piecesOf(codec, programme))),
          ...samples.slice(0, sentenceCount).map(({ files }) => files[codec]),
        ].map((bytes, index) => {
          const path = join(folder, `${index}.${codec}`)
          writeFileSync(path, bytes)
          return path
        }),
      )
      const [opus, all] = [paths[0]!, paths.flat()]
      const ffmpeg = await byFfmpeg(all)
      const reference = await byReferencePlayers(all)
      const info = await run('opusinfo', opus.slice(0, list.length))
      const byCodec = (sounds: Sound[]): Record<'opus' | 'mp3', Sound[]> => ({
        opus: sounds.slice(0, opus.length),
        mp3: sounds.slice(opus.length),
      })
      heard = { ffmpeg: byCodec(ffmpeg.sounds), reference: byCodec(reference.sounds) }
      said = { ffmpeg: ffmpeg.said, reference: reference.said, opusinfo: `${info.stdout}${info.stderr}` }
    })
  }, 60_000)

  it('are accepted without a warning, by ffmpeg at its strictest and by the reference players', () => {
    expect(complaints(said.ffmpeg)).toEqual([])
    const complaint = /warn|error|illegal|resync|junk|invalid|corrupt|hole|missing|negative|note:/i
    expect(said.reference).not.toMatch(complaint)
    expect(said.reference.match(/MPEG 2\.0 L III cbr64 24000 mono/g)).toHaveLength(
      list.length + sentenceCount,
    )
    expect(said.opusinfo).not.toMatch(complaint)
    expect(said.opusinfo.match(/Encoded with Loa Làng/g)).toHaveLength(list.length)
  })

  describe.each(['ffmpeg', 'reference'] as const)('(%s)', (player) => {
    it('play exactly the sum of their slots', () => {
      for (const codec of codecs) {
        const lengths = heard[player][codec].slice(0, list.length).map((sound) => sound.length)
        expect(lengths).toEqual(list.map((programme) => slotsOf(programme) * slotLength[codec]))
      }
    })

    it('are silent for 20 ms before and after each join, and at the end', () => {
      for (const codec of codecs) {
        const near = slotLength[codec] / 6
        for (const [index, programme] of list.entries()) {
          const sound = heard[player][codec][index]!
          let at = 0
          for (const slots of programme.flatMap(({ sample, pause }) => [samples[sample]!.slots, pause])) {
            at += slots * slotLength[codec]
            expect(decibels(sound.subarray(at - near, at))).toBeLessThanOrEqual(-60)
            if (at === sound.length) continue
            expect(decibels(sound.subarray(at, at + near))).toBeLessThanOrEqual(-60)
          }
        }
      }
    })

    it('speak each sentence as it sounds alone', () => {
      let compared = 0
      for (const codec of codecs) {
        const alone = heard[player][codec].slice(list.length)
        for (const [index, programme] of list.entries()) {
          let at = 0
          for (const { sample, pause } of programme) {
            const length = samples[sample]!.slots * slotLength[codec]
            const here = heard[player][codec][index]!.subarray(at, at + length)
            const there = alone[sample]?.subarray(0, length)
            at += length + pause * slotLength[codec]
            if (there === undefined) continue
            expect(likeness(here, there)).toBeGreaterThanOrEqual(0.999)
            expect(Math.abs(decibels(here) - decibels(there))).toBeLessThan(0.1)
            compared += 1
          }
        }
        const length = Math.min(alone[0]!.length, alone[1]!.length)
        const [one, other] = [alone[0]!.subarray(0, length), alone[1]!.subarray(0, length)]
        expect(likeness(one, other)).toBeLessThan(0.5)
      }
      expect(compared).toBeGreaterThan(30)
    })
  })

  it('lose nothing of a piece whose last 70 ms are silent', async () => {
    const slots = 8
    /** The level of what stands behind the slots in an encoder's file, in decibels. */
    const lost = async (silentMs: number): Promise<number[]> => {
      const end = slots * 2880 - silentMs * 24
      const tone = Int16Array.from({ length: slots * 2880 }, (_, at) =>
        at < end ? 12_000 * Math.sin(at / 4) : 0,
      )
      const files = await encodeEach(tone, {
        'tone.opus': encoderOptions.opus,
        'tone.mp3': encoderOptions.mp3,
      })
      return inFolder(async (folder) => {
        const paths = Object.entries(files).map(([name, bytes]) => {
          writeFileSync(join(folder, name), bytes)
          return join(folder, name)
        })
        const { sounds } = await byFfmpeg(paths)
        return codecs.map((codec, index) => {
          const rest = sounds[index]!.subarray(slots * slotLength[codec])
          return rest.length > 0 ? decibels(rest) : -120
        })
      })
    }
    for (const level of await lost(70)) expect(level).toBeLessThanOrEqual(-60)
    // With sound up to the grid an MP3 would lose its end.
    expect((await lost(0))[1]).toBeGreaterThan(-30)
  }, 30_000)
})

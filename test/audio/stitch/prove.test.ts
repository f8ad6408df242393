import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { encoderOptions } from '../../../src/audio/encoders.ts'
import {
  faultsOfStitched,
  type Piece,
  pieceOf,
  repeated,
  stitch,
  type StitchFaultKind,
  UnfitFile,
  unstitch,
} from '../../../src/audio/stitch/index.ts'
import { fileOf, pagesIn, repaged, type TestPage, withChecksum } from './pages.ts'
import { codecs, encodeEach, refused, wanderingTones } from './samples.ts'

const slots = 20

/** An encoder's own files, and the pieces they are. */
let files: Record<'opus' | 'mp3', Buffer>
let pieces: Record<'opus' | 'mp3', Piece>
/** Three pieces of 1, 5 and 9 slots, and the file they make: page edges fall inside the pieces. */
let parts: Record<'opus' | 'mp3', Piece[]>
let joined: Record<'opus' | 'mp3', Buffer>

beforeAll(async () => {
  const named = { 'ours.opus': encoderOptions.opus, 'ours.mp3': encoderOptions.mp3 }
  const encoded = await encodeEach(wanderingTones(slots), named)
  const of = <T>(make: (codec: 'opus' | 'mp3') => T): Record<'opus' | 'mp3', T> => ({
    opus: make('opus'),
    mp3: make('mp3'),
  })
  files = of((codec) => encoded[`ours.${codec}`]!)
  pieces = of((codec) => pieceOf(codec, files[codec], slots))
  parts = of((codec) => [1, 5, 9].map((count) => pieceOf(codec, files[codec], count)))
  joined = of((codec) => Buffer.from(stitch(codec, parts[codec])))
}, 60_000)

describe('joining', () => {
  it.each(codecs)('refuses more than an hour of %s', async (codec) => {
    const hour = repeated(pieces[codec], 30_000 / slots)
    expect(faultsOfStitched(codec, stitch(codec, [hour]), [hour])).toEqual([])
    const more = [hour, parts[codec][0]!]
    expect(await refused(() => stitch(codec, more))).toMatchObject({ kind: 'size' })
  })

  it('refuses more than 64 MiB', async () => {
    const packet = new Uint8Array(1276).fill(1)
    packet[0] = 27 << 3
    const large = repeated({ slots: 1, packets: Array.from({ length: 6 }, () => packet) }, 9000)
    expect(await refused(() => stitch('opus', [large]))).toMatchObject({ kind: 'size' })
  })

  it('keeps pages whole and short even with the largest packets', () => {
    const packet = new Uint8Array(1276).fill(1)
    packet[0] = 27 << 3
    const large = repeated({ slots: 1, packets: Array.from({ length: 6 }, () => packet) }, 40)
    const file = stitch('opus', [large])
    expect(faultsOfStitched('opus', file, [large])).toEqual([])
    for (const page of pagesIn(file)) expect(page.flags & 1).toBe(0)
  })

  it('takes a piece of the other codec, or nothing at all, for a bug', () => {
    expect(() => stitch('mp3', parts.opus)).toThrow(/a piece of mp3 has whole slots/)
    expect(() => stitch('opus', [])).toThrow(/something to join/)
  })

  it('writes checksums, numbers and positions as the standard has them', () => {
    const pages = pagesIn(joined.opus)
    expect(fileOf(pages)).toEqual(joined.opus)
    expect(pages.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3])
    expect(pages.map(({ flags }) => flags)).toEqual([2, 0, 0, 4])
    // Its own for other content, and one that fits in a signed number.
    const serials = [1, 2, 3, 4, 5, 6, 7, 8].map((times) =>
      pagesIn(stitch('opus', [repeated(parts.opus[0]!, times)])).map(({ serial }) => serial),
    )
    expect(new Set(serials.flat()).size).toBe(8)
    for (const serial of serials.flat()) expect(serial).toBeLessThan(2 ** 31)
    // 15 slots are 90 packets and one for the end.
    expect(pages.map(({ granule }) => granule)).toEqual([0n, 0n, 48_000n, 312n + 15n * 5760n])
  })
})

describe('proving a joined file', () => {
  const faultOf = (codec: 'opus' | 'mp3', file: Uint8Array, of = parts[codec]): StitchFaultKind[] =>
    faultsOfStitched(codec, file, of).map(({ kind }) => kind)

  it.each(codecs)('finds a piece of %s in place of another, missing or moved', (codec) => {
    const [one, two, three] = parts[codec] as [Piece, Piece, Piece]
    const other = { slots: 5, packets: pieces[codec].packets.slice(60, 60 + two.packets.length) }
    expect(faultOf(codec, stitch(codec, [one, other, three]))).toEqual(['packets'])
    expect(faultOf(codec, stitch(codec, [two, one, three]))).toEqual(['packets'])
    expect(faultOf(codec, stitch(codec, [one, two]))).toEqual(['length', 'packets'])
    expect(faultOf(codec, stitch(codec, [one, two, three, one]))).toEqual(['length'])
    const [fault] = faultsOfStitched(codec, stitch(codec, [one, other, three]), parts[codec])
    expect(fault!.en).toMatch(new RegExp(`^The ${codec} file cannot be used: packet \\d+ of piece 2 is not`))
    expect(fault!.vi).toMatch(new RegExp(`^Tệp ${codec} không dùng được: gói \\d+ của đoạn 2 không đúng`))
  })

  it('finds pages that are missing, swapped, repeated or of another file, even with right checksums', () => {
    const bent = (bend: (pages: TestPage[]) => TestPage[]): StitchFaultKind[] =>
      faultOf('opus', fileOf(bend(pagesIn(joined.opus))))
    const numbered = (pages: TestPage[]): TestPage[] => pages.map((page, sequence) => ({ ...page, sequence }))
    const change = (at: number, change: Partial<TestPage>) => (pages: TestPage[]) =>
      pages.map((page, index) => (index === at ? { ...page, ...change } : page))
    expect(bent((pages) => pages)).toEqual([])
    expect(bent(([a, b, , d]) => [a!, b!, d!])).toEqual(['order'])
    expect(bent(([a, b, , d]) => numbered([a!, b!, d!]))).toEqual(['position'])
    expect(bent(([a, b, c, d]) => [a!, b!, d!, c!])).toEqual(['order'])
    expect(bent(([a, b, c, d]) => numbered([a!, b!, c!, c!, d!]))).toEqual(['position'])
    expect(bent(([a, b, c]) => [a!, b!, c!])).toEqual(['damaged'])
    expect(bent((pages) => [...pages, ...pages])).toEqual(['damaged'])
    expect(bent(change(3, { flags: 0 }))).toEqual(['damaged'])
    expect(bent(change(2, { flags: 4 }))).toEqual(['damaged'])
    expect(bent(change(2, { flags: 1 }))).toEqual(['order'])
    expect(bent(change(0, { flags: 0 }))).toEqual(['order'])
    expect(bent(change(2, { serial: 5 }))).toEqual(['profile'])
    expect(bent(change(2, { granule: 47_040n }))).toEqual(['position'])
    expect(bent(change(3, { granule: 312n + 15n * 5760n + 1n }))).toEqual(['profile'])
    expect(bent(change(3, { granule: 312n + 14n * 5760n }))).toEqual(['profile'])
    expect(bent(change(3, { granule: -1n }))).toEqual(['position'])
  })

  it('finds an encoder’s own file, or one with a tag, in place of ours', () => {
    expect(faultOf('opus', files.opus, [pieces.opus])).toEqual(['profile'])
    expect(faultOf('mp3', files.mp3, [pieces.mp3])).toEqual(['profile'])
  })

  it('finds packets that are right on pages that are not ours', async () => {
    const pages = pagesIn(joined.opus)
    expect(pieceOf('opus', fileOf(repaged(pages, 51))).packets).toEqual(pieceOf('opus', joined.opus).packets)
    expect(faultOf('opus', fileOf(repaged(pages, 51)))).toEqual(['profile'])
    expect(faultOf('opus', fileOf(repaged(pages, 20)))).toEqual([])
    // A reader takes a later minor version and a longer header; we write neither.
    const body = Buffer.concat([pages[0]!.body, Buffer.alloc(1)])
    body.writeUInt8(2, 8)
    const newer = fileOf([{ ...pages[0]!, lacing: [20], body }, ...pages.slice(1)])
    expect(pieceOf('opus', newer).slots).toBe(15)
    expect(faultOf('opus', newer)).toEqual(['profile'])
    const empty = { ...pages[2]!, lacing: [], body: Buffer.alloc(0), granule: -1n }
    const withEmpty = [...pages.slice(0, 3), empty, ...pages.slice(3)]
    expect(faultOf('opus', fileOf(withEmpty.map((page, sequence) => ({ ...page, sequence }))))).toEqual([
      'profile',
    ])
    // A first packet too few: the rest is whole in itself, but not of whole slots.
    const [head, tags, first, last] = pages as [TestPage, TestPage, TestPage, TestPage]
    const [length, ...lacing] = first.lacing
    const fewer = { ...first, lacing, body: first.body.subarray(length), granule: first.granule - 960n }
    const cut = fileOf([head, tags, fewer, { ...last, granule: last.granule - 960n }])
    expect(await refused(() => unstitch('opus', cut))).toMatchObject({ kind: 'profile' })
  })

  it.each(codecs)('finds each changed byte of %s, and each place it is cut off', (codec) => {
    const file = joined[codec]
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bent = Buffer.from(file)
        bent[at]! ^= change
        expect(faultOf(codec, bent)).not.toEqual([])
        expect(faultOf(codec, file.subarray(0, at))).not.toEqual([])
        expect(faultOf(codec, Buffer.concat([file, file.subarray(0, at + 1)]))).not.toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('finds each changed byte of an Opus page whose checksum was made to fit', () => {
    const pages = pagesIn(joined.opus).map((page) => fileOf([page]))
    const places = pages.flatMap((page, number) => Array.from(page, (_, at) => ({ number, at })))
    const checksum = [22, 23, 24, 25]
    const found = (number: number, at: number, change: number): void => {
      const bent = pages.map((page) => Buffer.from(page))
      bent[number]![at]! ^= change
      withChecksum(bent[number]!)
      expect(faultOf('opus', Buffer.concat(bent))).not.toEqual([])
    }
    for (const { number, at } of places) if (number < 2 && !checksum.includes(at)) found(number, at, 0x81)
    fc.assert(
      fc.property(fc.nat(places.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const { number, at } = places[place]!
        fc.pre(!checksum.includes(at))
        found(number, at, change)
      }),
      { numRuns: 300 },
    )
  })
})

describe('any bytes whatever', () => {
  /** Pieces of sound files with something else between, some with checksums made to fit. */
  const mutated = fc
    .array(
      fc.oneof(
        fc.record({ at: fc.nat(12_000), length: fc.nat(4000) }),
        fc.uint8Array({ maxLength: 40 }),
        fc.constantFrom('OggS', 'OpusHead', 'OpusTags', 'ID3\x04\0\0\x7f\x7f\x7f\x7f', '\xff\xf3\x84\xc4'),
      ),
      { maxLength: 8 },
    )
    .map(
      (what) => (file: Buffer) =>
        Buffer.concat(
          what.map((part) => {
            if (part instanceof Uint8Array) return part
            if (typeof part === 'string') return Buffer.from(part, 'latin1')
            return file.subarray(part.at, part.at + part.length)
          }),
        ),
    )
  /** Packets of any length on well-formed pages. */
  const wellFormed = fc.array(
    fc.record({
      flags: fc.nat(7),
      granule: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      lacing: fc.array(fc.nat(255), { maxLength: 255 }),
      fill: fc.uint8Array({ minLength: 1, maxLength: 30 }),
    }),
    { maxLength: 4 },
  )

  it.each(codecs)('are read as %s or refused in words, and nothing else happens', (codec) => {
    const readOrRefused = (bytes: Uint8Array): void => {
      for (const work of [
        () => pieceOf(codec, bytes),
        () => pieceOf(codec, bytes, 3),
        () => unstitch(codec, bytes),
      ]) {
        try {
          work()
        } catch (error) {
          expect(error).toBeInstanceOf(UnfitFile)
        }
      }
      for (const { vi, en } of faultsOfStitched(codec, bytes, parts[codec])) {
        expect(`${vi}${en}`).not.toMatch(/undefined|NaN/)
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => readOrRefused(bytes)),
      { numRuns: 200 },
    )
    fc.assert(
      fc.property(mutated, (mutate) => readOrRefused(mutate(joined[codec]))),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(wellFormed, (pages) => {
        const [head, tags] = pagesIn(joined.opus)
        const bent = pages.map(({ flags, granule, lacing, fill }, index) => ({
          ...{ flags, granule, lacing, serial: head!.serial, sequence: index + 2 },
          body: Buffer.alloc(
            lacing.reduce((sum, each) => sum + each, 0),
            fill,
          ),
        }))
        readOrRefused(fileOf([head!, tags!, ...bent]))
      }),
      { numRuns: 60 },
    )
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { encoderOptions } from '../../../src/audio/encoders.ts'
import { type Piece, pieceOf, stitch, unstitch } from '../../../src/audio/stitch/index.ts'
import { fileOf, pagesIn, repaged, type TestPage } from './pages.ts'
import { codecs, encodeEach, inFolder, refused, run, wanderingTones } from './samples.ts'

const slots = 20
const opus = (more: string): string[] => [...encoderOptions.opus, ...more.split(' ')]
const mp3 = (more: string): string[] => [...encoderOptions.mp3, ...more.split(' ')]

/** One sound, encoded in the two ways that are ours and in many that are not. */
const ways = {
  'ours.opus': encoderOptions.opus,
  'ours.mp3': encoderOptions.mp3,
  'large.opus': opus('-b:a 160k'),
  'stereo.opus': opus('-ac 2'),
  'rate.opus': opus('-ar 48000'),
  'long.opus': opus('-frame_duration 60'),
  'brief.opus': opus('-frame_duration 10'),
  'hasty.opus': opus('-application lowdelay'),
  'vorbis.opus': '-c:a libvorbis -f ogg'.split(' '),
  'flac.opus': '-c:a flac -f ogg'.split(' '),
  'tagged.mp3': mp3('-id3v2_version 3 -metadata title=Xin-chào'),
  'xing.mp3': mp3('-write_xing 1'),
  'stereo.mp3': mp3('-ac 2'),
  'rate.mp3': mp3('-ar 44100'),
  'slow.mp3': mp3('-b:a 48k'),
  'variable.mp3': '-c:a libmp3lame -q:a 4 -write_xing 0 -id3v2_version 0'.split(' '),
  'reservoir.mp3': mp3('-reservoir 1'),
}

let files: Record<keyof typeof ways, Buffer>
let pieces: Record<'opus' | 'mp3', Piece>
/** Files of ours with 15 slots. */
let joined: Record<'opus' | 'mp3', Buffer>

beforeAll(async () => {
  files = await encodeEach(wanderingTones(slots), ways)
  const [opus, mp3] = codecs.map((codec) => pieceOf(codec, files[`ours.${codec}`], slots)) as [Piece, Piece]
  pieces = { opus, mp3 }
  const fileOfSlots = (codec: 'opus' | 'mp3'): Buffer =>
    Buffer.from(stitch(codec, [pieceOf(codec, files[`ours.${codec}`], 15)]))
  joined = { opus: fileOfSlots('opus'), mp3: fileOfSlots('mp3') }
}, 60_000)

describe('taking a piece', () => {
  it.each([
    ['stereo.opus', 'profile', 'not mono'],
    ['rate.opus', 'profile', '48000 Hz'],
    ['long.opus', 'profile', 'not of 20 ms'],
    ['brief.opus', 'profile', 'not of 20 ms'],
    ['hasty.opus', 'profile', 'pre-skip'],
    ['vorbis.opus', 'profile', 'not Opus'],
    ['flac.opus', 'profile', 'not Opus'],
    ['xing.mp3', 'profile', 'Xing'],
    ['stereo.mp3', 'profile', 'not plain mono'],
    ['rate.mp3', 'profile', 'not MP3 of 24 kHz'],
    ['slow.mp3', 'profile', 'not of 64 kb/s'],
    ['variable.mp3', 'profile', 'not of 64 kb/s'],
    ['reservoir.mp3', 'profile', 'in the frame before'],
  ] as const)('refuses %s, saying why', async (name, kind, words) => {
    const codec = name.endsWith('.opus') ? 'opus' : 'mp3'
    expect(await refused(() => pieceOf(codec, files[name], 1))).toEqual({
      kind,
      words: expect.stringContaining(words) as string,
    })
  })

  it('passes over an ID3 tag before an MP3', () => {
    expect(files['tagged.mp3'].toString('latin1', 0, 3)).toBe('ID3')
    expect(pieceOf('mp3', files['tagged.mp3'], slots)).toEqual(pieces.mp3)
  })

  it('reads Opus packets that go on over the edges of pages', async () => {
    const straight = pieceOf('opus', files['large.opus'], slots)
    expect(Math.max(...straight.packets.map((packet) => packet.length))).toBeGreaterThan(255)
    for (const lacing of [1, 2, 7]) {
      const narrow = fileOf(repaged(pagesIn(files['large.opus']), lacing))
      // It is a sound file to others too, or this would prove nothing.
      await inFolder(async (folder) => {
        const path = join(folder, 'narrow.opus')
        writeFileSync(path, narrow)
        const { stderr } = await run('opusinfo', [path])
        expect(stderr).toBe('')
      })
      expect(pieceOf('opus', narrow, slots).packets.map(bytesOf)).toEqual(straight.packets.map(bytesOf))
    }
  })

  const bytesOf = (packet: Uint8Array): string => Buffer.from(packet).toString('base64')

  it.each(codecs)('refuses a %s file shorter than the slots asked for', async (codec) => {
    const { kind, words } = await refused(() => pieceOf(codec, files[`ours.${codec}`], slots + 1))
    expect([kind, words]).toEqual(['length', expect.stringContaining(`shorter than ${(slots + 1) * 120} ms`)])
  })

  it('refuses an Opus file that is not whole slots when all of it is asked for', async () => {
    const pages = pagesIn(files['ours.opus'])
    pages.at(-1)!.granule -= 1n
    expect(await refused(() => pieceOf('opus', fileOf(pages)))).toMatchObject({ kind: 'length' })
  })

  it('refuses files larger than 64 MiB without reading them', async () => {
    const large = new Uint8Array(64 * 1024 * 1024 + 1)
    for (const codec of codecs) {
      expect(await refused(() => pieceOf(codec, large))).toMatchObject({ kind: 'size' })
    }
  })
})

describe('an Opus file that was put together wrongly', () => {
  const bent = (bend: (pages: TestPage[]) => TestPage[]) =>
    refused(() => pieceOf('opus', fileOf(bend(pagesIn(joined.opus)))))
  const withHead = (change: (head: Buffer) => void) =>
    bent(([head, ...rest]) => {
      const body = Buffer.from(head!.body)
      change(body)
      return [{ ...head!, body }, ...rest]
    })
  const both = (one: TestPage, other: TestPage): TestPage => ({
    ...one,
    granule: other.granule,
    flags: one.flags | other.flags,
    lacing: [...one.lacing, ...other.lacing],
    body: Buffer.concat([one.body, other.body]),
  })
  const numbered = (pages: TestPage[]): TestPage[] => pages.map((page, sequence) => ({ ...page, sequence }))
  const profile = (words: string): unknown => ({
    kind: 'profile',
    words: expect.stringContaining(words) as string,
  })

  it('is refused for what its header says', async () => {
    expect(await withHead((head) => head.write('OpusHeat', 'latin1'))).toEqual(profile('not Opus'))
    expect(await withHead((head) => head.writeUInt8(16, 8))).toEqual(profile('not Opus'))
    expect(await withHead((head) => head.writeUInt8(2, 9))).toEqual(profile('not mono'))
    expect(await withHead((head) => head.writeUInt8(1, 18))).toEqual(profile('not mono'))
    expect(await withHead((head) => head.writeUInt16LE(3840, 10))).toEqual(profile('pre-skip or gain'))
    expect(await withHead((head) => head.writeInt16LE(-256, 16))).toEqual(profile('pre-skip or gain'))
    expect(await withHead((head) => head.writeUInt32LE(0, 12))).toEqual(profile('of 0 Hz'))
  })

  it('is refused when its headers are not alone on their pages, or no sound follows', async () => {
    const damaged = { kind: 'damaged', words: expect.stringContaining('headers are not complete') as string }
    expect(await bent(([a, b, c, d]) => numbered([both(a!, b!), c!, d!]))).toEqual(damaged)
    expect(await bent(([a, b, c, d]) => numbered([a!, both(b!, c!), d!]))).toEqual(damaged)
    expect(await bent(([a, , c, d]) => numbered([a!, c!, d!]))).toEqual(damaged)
    expect(await bent(([a]) => [{ ...a!, flags: 6 }])).toEqual(damaged)
    const [head, tags, ...sound] = repaged(pagesIn(joined.opus), 1)
    expect(await bent(() => numbered([both(head!, tags!), ...sound]))).toEqual(damaged)
    const nothing = { kind: 'length', words: expect.stringContaining('no sound in it') as string }
    expect(await bent(([a, b]) => [a!, { ...b!, flags: 4 }])).toEqual(nothing)
    const brief = (page: TestPage): TestPage => ({ ...page, flags: 4, granule: 312n })
    expect(await bent(([a, b, c]) => [a!, b!, brief(c!)])).toEqual(nothing)
  })

  it('is refused when its end is before its last page, or inside a packet', async () => {
    expect(await bent(([a, b, c, d]) => [a!, b!, c!, { ...d!, granule: 48_000n }])).toMatchObject({
      kind: 'position',
    })
    const open = (page: TestPage): TestPage => ({
      ...page,
      lacing: [...page.lacing, 255],
      body: Buffer.concat([page.body, Buffer.alloc(255)]),
    })
    expect(await bent(([a, b, c, d]) => [a!, b!, c!, open(d!)])).toMatchObject({ kind: 'damaged' })
    const narrow = repaged(pagesIn(files['large.opus']), 1)
    const inside = narrow.findIndex(({ granule }) => granule === -1n)
    narrow[inside]!.granule = 0n
    expect(await refused(() => pieceOf('opus', fileOf(narrow)))).toMatchObject({ kind: 'position' })
  })

  it('is refused for a packet that is empty, too large, stereo, or not one frame of 20 ms', async () => {
    const [good] = pieces.opus.packets
    const withPacket = (...bytes: number[]) => {
      const packets = [good!, good!, Uint8Array.from(bytes), good!, good!, good!]
      return refused(() => pieceOf('opus', stitch('opus', [{ slots: 1, packets }])))
    }
    const toc = good![0]!
    expect(await withPacket()).toEqual(profile('packet 2 holds no sound'))
    expect(await withPacket(toc)).toEqual(profile('packet 2 holds no sound'))
    expect(await withPacket(...new Array<number>(1277).fill(toc))).toEqual(profile('packet 2 holds no sound'))
    expect(await withPacket(toc | 4, 0)).toEqual(profile('not mono'))
    for (const frames of [1, 2, 3])
      expect(await withPacket(toc | frames, 1, 0)).toEqual(profile('not of 20 ms'))
    const twenty = [1, 5, 9, 13, 15, 19, 23, 27, 31]
    for (let configuration = 0; configuration < 32; configuration += 1) {
      const packets = new Array<Uint8Array>(6).fill(Uint8Array.of(configuration << 3, 0))
      const read = (): Piece => pieceOf('opus', stitch('opus', [{ slots: 1, packets }]))
      if (twenty.includes(configuration)) expect(read().packets).toHaveLength(6)
      else expect(await refused(read)).toEqual(profile('not of 20 ms'))
    }
  })

  it('is refused when it holds more packets than an hour has', async () => {
    const full = { flags: 0, serial: 1, lacing: new Array<number>(255).fill(0), body: Buffer.alloc(0) }
    const [head, tags] = pagesIn(joined.opus).map((page) => ({ ...page, serial: 1 }))
    const pages = Array.from({ length: 710 }, (_, at) => ({ ...full, sequence: at + 2, granule: 0n }))
    expect(await refused(() => pieceOf('opus', fileOf([head!, tags!, ...pages])))).toMatchObject({
      kind: 'size',
    })
  })
})

describe('an MP3 that was put together wrongly', () => {
  const withByte = (at: number, change: number) => {
    const file = Buffer.from(joined.mp3)
    file[at]! ^= change
    return refused(() => pieceOf('mp3', file))
  }

  it('is refused for what the header of a frame says', async () => {
    const frame = 192 * 3
    const profile = { kind: 'profile' }
    expect(await withByte(frame, 1)).toMatchObject({ kind: 'damaged' })
    expect(await withByte(frame + 1, 0x80)).toMatchObject({ kind: 'damaged' })
    // A checksum of its own, MPEG-1, another layer; padding and the private bit; emphasis; the reservoir.
    for (const change of [0x01, 0x08, 0x04]) expect(await withByte(frame + 1, change)).toMatchObject(profile)
    for (const change of [0x02, 0x01]) expect(await withByte(frame + 2, change)).toMatchObject(profile)
    for (const change of [0x40, 0x01, 0x02]) expect(await withByte(frame + 3, change)).toMatchObject(profile)
    expect(await withByte(frame + 4, 1)).toMatchObject(profile)
  })

  it('is refused when a frame claims more sound than it has room for', async () => {
    // 179 bytes of sound are 1432 bits; the count stands in twelve bits after the first nine.
    const claim = (bits: number): Buffer => {
      const file = Buffer.from(joined.mp3)
      const side = file.readUInt32BE(192 + 4) & ~(0xfff << 11)
      file.writeInt32BE(side | (bits << 11), 192 + 4)
      return file
    }
    expect(pieceOf('mp3', claim(1432)).slots).toBe(15)
    expect(await refused(() => pieceOf('mp3', claim(1433)))).toMatchObject({ kind: 'damaged' })
  })

  it('has its ID3 tag passed over, however long and with whatever behind it', async () => {
    const tag = (flags: number, length: number): Buffer =>
      Buffer.from([0x49, 0x44, 0x33, 4, 0, flags, 0, 0, length >> 7, length & 127])
    for (const before of [
      Buffer.concat([tag(0, 300), Buffer.alloc(300)]),
      Buffer.concat([tag(16, 9), Buffer.alloc(9), tag(16, 9)]),
    ]) {
      const tagged = Buffer.concat([before, joined.mp3])
      expect(pieceOf('mp3', tagged).packets).toEqual(pieceOf('mp3', joined.mp3).packets)
      expect(await refused(() => unstitch('mp3', tagged))).toMatchObject({ kind: 'profile' })
    }
    expect(await refused(() => pieceOf('mp3', tag(0, 300)))).toMatchObject({ kind: 'length' })
  })

  it('is refused when it holds more frames than an hour has', async () => {
    const frame = Buffer.from(pieces.mp3.packets[0]!)
    const hour = Buffer.alloc(192 * (5 * 30_000 + 5), frame)
    expect(pieceOf('mp3', hour.subarray(0, -192)).slots).toBe(30_000)
    expect(await refused(() => pieceOf('mp3', hour))).toMatchObject({ kind: 'size' })
  })
})

/** Opus in Ogg (RFC 7845), in the one form we make: mono, from 24 kHz, packets of 20 ms with one frame each. */
import { type OggStream, readOgg, wrongPosition } from './ogg.ts'
import { bytesMax, slotsMax } from './slots.ts'
import { UnfitFile } from './unfit.ts'

export const opusPacketsPerSlot = 6
/** Opus counts time in 48 kHz whatever went in. */
export const packetSamples = 960
export const slotSamples = opusPacketsPerSlot * packetSamples
/** What libopus needs to look ahead at 24 kHz, 6.5 ms: a decoder drops as much at the start. */
export const preSkip = 312

/** A packet of 20 ms is never larger (RFC 6716). */
const packetBytesMax = 1276

/** What stands at the head of every file of ours. */
export const opusHead: Uint8Array = ((): Uint8Array => {
  const head = Buffer.alloc(19)
  head.write('OpusHead', 'latin1')
  head.writeUInt8(1, 8)
  head.writeUInt8(1, 9)
  head.writeUInt16LE(preSkip, 10)
  head.writeUInt32LE(24_000, 12)
  return head
})()

/** Who made it, in words that never change, and no comments. */
export const opusTags: Uint8Array = ((): Uint8Array => {
  const vendor = Buffer.from('Loa Làng')
  const length = Buffer.alloc(4)
  length.writeUInt32LE(vendor.length)
  return Buffer.concat([Buffer.from('OpusTags'), length, vendor, Buffer.alloc(4)])
})()

/** A file taken apart. `samples` is how long it plays, in 48 kHz, after what is dropped at both ends. */
export type OpusFile = { stream: OggStream; packets: readonly Uint8Array[]; samples: number }

/**
 * Reads a file of ours or of our encoder. Refuses (UnfitFile) other kinds of audio, and files that are damaged,
 * incomplete or whose positions are not those of their packets.
 */
export function readOpus(file: Uint8Array): OpusFile {
  if (file.length > bytesMax) {
    throw unfit('size', `lớn hơn ${bytesMax} byte`, `it is larger than ${bytesMax} bytes`)
  }
  const stream = readOgg(file, opusPacketsPerSlot * slotsMax + headers + tailPackets)
  checkHeaders(stream)
  const packets = stream.packets.slice(headers)
  for (const [index, packet] of packets.entries()) checkPacket(packet, index)
  return { stream, packets, samples: samplesOf(stream) }
}

const headers = 2
/** An encoder ends with a packet that only drains what it looked ahead; some versions write two. */
const tailPackets = 2

const unfit = (kind: UnfitFile['kind'], vi: string, en: string): UnfitFile =>
  new UnfitFile('opus', kind, { vi, en })

function checkHeaders({ packets, pages }: OggStream): void {
  const [head, tags] = packets.map((packet) => Buffer.from(packet.buffer, packet.byteOffset, packet.length))
  if (head?.toString('latin1', 0, 8) !== 'OpusHead' || head.length < 19 || (head[8] ?? 0) >> 4 !== 0) {
    throw unfit('profile', 'không phải âm thanh Opus', 'it is not Opus')
  }
  const [channels, gain, mapping] = [head[9], head.readInt16LE(16), head[18]]
  if (channels !== 1 || mapping !== 0) throw unfit('profile', 'không phải một kênh', 'it is not mono')
  const rate = head.readUInt32LE(12)
  if (rate !== 24_000) {
    throw unfit(
      'profile',
      `tần số lấy mẫu ${rate} Hz, không phải 24000 Hz`,
      `it is of ${rate} Hz, not 24000 Hz`,
    )
  }
  if (head.readUInt16LE(10) !== preSkip || gain !== 0) {
    const [vi, en] = [
      'phần đầu bỏ qua hoặc âm lượng khác bộ mã hóa của hệ thống',
      'its pre-skip or gain is not our encoder’s',
    ]
    throw unfit('profile', vi, en)
  }
  // Each header ends a page of its own, and the sound begins on a fresh one.
  const [first, ...rest] = pages
  const second = rest.find((page) => page.packets > 0)
  if (tags?.toString('latin1', 0, 8) !== 'OpusTags' || first?.packets !== 1 || second?.packets !== 1) {
    throw unfit('damaged', 'thiếu phần mở đầu', 'its headers are not complete')
  }
}

function checkPacket(packet: Uint8Array, index: number): void {
  const [head = 0] = packet
  // A packet of one byte holds no sound: the decoder would go on with that of the piece before.
  if (packet.length < 2 || packet.length > packetBytesMax) {
    throw unfit('profile', `gói ${index} không chứa âm thanh`, `packet ${index} holds no sound`)
  }
  if ((head & 4) !== 0) throw unfit('profile', 'không phải một kênh', 'it is not mono')
  if ((head & 3) !== 0 || !isTwentyMilliseconds(head >> 3)) {
    throw unfit('profile', `gói ${index} không dài 20 ms`, `packet ${index} is not of 20 ms`)
  }
}

/** The table of RFC 6716, 3.1: speech 10, 20, 40, 60 ms; both 10, 20; music 2.5, 5, 10, 20. */
function isTwentyMilliseconds(configuration: number): boolean {
  if (configuration < 12) return configuration % 4 === 1
  return configuration < 16 ? configuration % 2 === 1 : configuration % 4 === 3
}

/** Every page says where its last packet ends; only the last page may say less, which cuts the end off. */
function samplesOf({ pages }: OggStream): number {
  let packets = -headers
  let before = 0
  for (const [number, page] of pages.entries()) {
    packets += page.packets
    const isLast = number === pages.length - 1
    const full = Math.max(0, packets) * packetSamples
    if (page.packets === 0) continue
    if (page.granule !== full && !(isLast && page.granule < full && page.granule > before)) {
      throw wrongPosition(number)
    }
    before = page.granule
  }
  if (before <= preSkip) throw unfit('length', 'không có âm thanh', 'there is no sound in it')
  return before - preSkip
}

/** Ogg pages (RFC 3533): one stream of packets in, one stream of packets out. */
import { createHash } from 'node:crypto'
import { type StitchFaultKind, UnfitFile } from './unfit.ts'

const headerBytes = 27
const lacingMax = 255
const capture = 0x4f676753 // "OggS"
const flagContinued = 1
const flagFirst = 2
const flagLast = 4

/** A page: the position its last packet ends at, and how many packets end on it. */
export type OggPage = { granule: number; packets: number }

/** The one stream of a file: its packets, and its pages in order. */
export type OggStream = { packets: Uint8Array[]; pages: OggPage[] }

/** The CRC-32 of Ogg: polynomial 0x04c11db7, most significant bit first, nothing inverted. Four bytes at a time. */
const crcTable = ((): Uint32Array => {
  const table = new Uint32Array(1024)
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte << 24
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
    table[byte] = crc
  }
  for (let at = 256; at < 1024; at += 1) {
    const before = table[at - 256] ?? 0
    table[at] = (before << 8) ^ (table[before >>> 24] ?? 0)
  }
  return table
})()

function crcOf(view: DataView, from: number, to: number, start = 0): number {
  let crc = start
  let at = from
  for (; at + 4 <= to; at += 4) {
    const word = crc ^ view.getUint32(at)
    crc =
      (crcTable[768 + (word >>> 24)] ?? 0) ^
      (crcTable[512 + ((word >>> 16) & 255)] ?? 0) ^
      (crcTable[256 + ((word >>> 8) & 255)] ?? 0) ^
      (crcTable[word & 255] ?? 0)
  }
  for (; at < to; at += 1) crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ view.getUint8(at)] ?? 0)
  return crc >>> 0
}

const noCrcYet = new DataView(new ArrayBuffer(4))

/** The checksum of the page that lies there; its own field counts as zero. */
function pageCrc(view: DataView, from: number, to: number): number {
  const before = crcOf(view, from, from + 22)
  return crcOf(view, from + 26, to, crcOf(noCrcYet, 0, 4, before))
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const unfit = (kind: StitchFaultKind, vi: string, en: string): UnfitFile =>
  new UnfitFile('opus', kind, { vi, en })

/**
 * Reads a file that is one Ogg stream from its first byte to its last. Refuses (UnfitFile) every page whose
 * checksum, number, serial or flags are not right, bytes between or behind the pages, a missing end, and more
 * than `packetsMax` packets. The packets are views into the file, except those that go over a page's end.
 */
export function readOgg(file: Uint8Array, packetsMax: number): OggStream {
  const view = viewOf(file)
  const stream: OggStream = { packets: [], pages: [] }
  let open: Uint8Array[] = []
  for (let at = 0, ended = false; !ended;) {
    const number = stream.pages.length
    const { lacing, body, end, flags, granule } = readPage(view, at, number)
    if (view.getUint32(at + 14) !== view.getUint32(14)) {
      throw unfit('profile', 'có nhiều dòng âm thanh', 'it holds more than one stream')
    }
    ended = (flags & flagLast) !== 0
    const isContinued = (flags & flagContinued) !== 0
    const isFirst = (flags & flagFirst) !== 0
    if (isContinued !== open.length > 0 || isFirst !== (number === 0)) throw misplaced(number)
    const before = stream.packets.length
    open = packetsOfPage(file, { lacing, body }, open, stream.packets)
    if (stream.packets.length > packetsMax) {
      throw unfit('size', `có hơn ${packetsMax} gói`, `it holds more than ${packetsMax} packets`)
    }
    const packets = stream.packets.length - before
    // A page on which no packet ends has no position, and only such a page.
    if ((granule === -1) !== (packets === 0)) throw wrongPosition(number)
    stream.pages.push({ granule, packets })
    if (ended && (open.length > 0 || end !== file.length)) {
      throw unfit('damaged', 'có dữ liệu lạ ở cuối', 'there are bytes behind its end')
    }
    at = end
  }
  return stream
}

/** The refusal of a page whose position is not what the packets before it come to. */
export function wrongPosition(page: number): UnfitFile {
  return unfit('position', `trang ${page} ghi sai thời điểm`, `page ${page} has a wrong position`)
}

function misplaced(page: number): UnfitFile {
  return unfit(
    'order',
    `thiếu trang hoặc sai thứ tự ở trang ${page}`,
    `a page is missing or moved at page ${page}`,
  )
}

/** `lacing` and `body` are the places of the table and of the packets, `end` of the next page. */
type Page = { lacing: number; body: number; end: number; flags: number; granule: number }

function readPage(view: DataView, at: number, number: number): Page {
  const broken = (): UnfitFile =>
    unfit('damaged', `trang ${number} bị hỏng hoặc bị cắt`, `page ${number} is damaged or cut off`)
  if (at + headerBytes > view.byteLength || view.getUint32(at) !== capture) throw broken()
  const lacing = at + headerBytes
  const body = lacing + view.getUint8(at + 26)
  if (body > view.byteLength) throw broken()
  let end = body
  for (let place = lacing; place < body; place += 1) end += view.getUint8(place)
  if (end > view.byteLength || pageCrc(view, at, end) !== view.getUint32(at + 22, true)) throw broken()
  const [version, flags] = [view.getUint8(at + 4), view.getUint8(at + 5)]
  if (version !== 0 || flags > 7) throw broken()
  if (view.getUint32(at + 18, true) !== number) throw misplaced(number)
  const granule = view.getInt32(at + 10, true) * 0x1_0000_0000 + view.getUint32(at + 6, true)
  return { lacing, body, end, flags, granule }
}

/** Adds the packets that end on the page to `packets`; returns the parts of one that goes on after it. */
function packetsOfPage(
  file: Uint8Array,
  { lacing, body }: { lacing: number; body: number },
  parts: Uint8Array[],
  packets: Uint8Array[],
): Uint8Array[] {
  let open = parts
  let [from, to] = [body, body]
  for (let place = lacing; place < body; place += 1) {
    const length = file[place] ?? 0
    to += length
    if (length === lacingMax) continue
    const last = file.subarray(from, to)
    packets.push(open.length === 0 ? last : Buffer.concat([...open, last]))
    open = []
    from = to
  }
  if (to > from) open.push(file.subarray(from, to))
  return open
}

const lacingOf = (packet: Uint8Array): number => Math.floor(packet.length / lacingMax) + 1

/** The packets in groups for one page each: as many as told, and no more than a page's table can hold. */
export function pagesOf(packets: readonly Uint8Array[], packetsMax: number): Uint8Array[][] {
  const pages: Uint8Array[][] = []
  let page: Uint8Array[] = []
  let lacing = 0
  for (const packet of packets) {
    const more = lacingOf(packet)
    if (page.length === packetsMax || lacing + more > 255) {
      pages.push(page)
      page = []
      lacing = 0
    }
    page.push(packet)
    lacing += more
  }
  return page.length > 0 ? [...pages, page] : pages
}

/**
 * Writes pages as one whole stream; every packet must fit on its page (`pagesOf`). The serial number, which
 * other programmes draw by lot, is made of the content: same packets, same bytes.
 */
export function writeOgg(pages: readonly { granule: number; packets: readonly Uint8Array[] }[]): Uint8Array {
  const sizes = pages.map(({ packets }) =>
    packets.reduce((size, packet) => size + lacingOf(packet) + packet.length, headerBytes),
  )
  const file = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0))
  const view = viewOf(file)
  let at = 0
  for (const [number, { granule, packets }] of pages.entries()) {
    view.setUint32(at, capture)
    view.setUint8(at + 5, (number === 0 ? flagFirst : 0) | (number === pages.length - 1 ? flagLast : 0))
    view.setBigInt64(at + 6, BigInt(granule), true)
    view.setUint32(at + 18, number, true)
    at = writePackets(file, at, packets)
  }
  // 31 bits, because some programmes read it as a signed number.
  const serial = createHash('sha256').update(file).digest().readUInt32BE() >>> 1
  at = 0
  for (const size of sizes) {
    view.setUint32(at + 14, serial, true)
    view.setUint32(at + 22, pageCrc(view, at, at + size), true)
    at += size
  }
  return file
}

function writePackets(file: Uint8Array, page: number, packets: readonly Uint8Array[]): number {
  const lacing = packets.reduce((sum, packet) => sum + lacingOf(packet), 0)
  file[page + 26] = lacing
  let table = page + headerBytes
  let at = table + lacing
  for (const packet of packets) {
    file.fill(lacingMax, table, (table += lacingOf(packet) - 1))
    file[table++] = packet.length % lacingMax
    file.set(packet, at)
    at += packet.length
  }
  return at
}

/** Ogg pages for tests, to be bent: written from the standard alone, bit by bit, and slow. */

/** A page as it stands in the file; its checksum is made when it is written. */
export type TestPage = {
  flags: number
  granule: bigint
  serial: number
  sequence: number
  lacing: number[]
  body: Buffer
}

/** The pages of a sound file. */
export function pagesIn(file: Uint8Array): TestPage[] {
  const bytes = Buffer.from(file)
  const pages: TestPage[] = []
  for (let at = 0; at < bytes.length;) {
    const count = bytes.readUInt8(at + 26)
    const lacing = [...bytes.subarray(at + 27, at + 27 + count)]
    const end = at + 27 + count + lacing.reduce((sum, length) => sum + length, 0)
    pages.push({
      flags: bytes.readUInt8(at + 5),
      granule: bytes.readBigInt64LE(at + 6),
      serial: bytes.readUInt32LE(at + 14),
      sequence: bytes.readUInt32LE(at + 18),
      lacing,
      body: bytes.subarray(at + 27 + count, end),
    })
    at = end
  }
  return pages
}

/** A file of these pages, as they are, each with a right checksum. */
export function fileOf(pages: readonly TestPage[]): Buffer {
  return Buffer.concat(
    pages.map(({ flags, granule, serial, sequence, lacing, body }) => {
      const header = Buffer.alloc(27)
      header.write('OggS', 'latin1')
      header.writeUInt8(flags, 5)
      header.writeBigInt64LE(granule, 6)
      header.writeUInt32LE(serial, 14)
      header.writeUInt32LE(sequence, 18)
      header.writeUInt8(lacing.length, 26)
      return withChecksum(Buffer.concat([header, Buffer.from(lacing), body]))
    }),
  )
}

/** The bytes of one page with its checksum put right. */
export function withChecksum(page: Buffer): Buffer {
  page.writeUInt32LE(0, 22)
  let remainder = 0
  for (const byte of page) {
    remainder ^= byte << 24
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = (remainder << 1) ^ (remainder < 0 ? 0x04c11db7 : 0)
    }
  }
  page.writeUInt32LE(remainder >>> 0, 22)
  return page
}

/** The same packets on pages of at most so many lacing values, so that long packets go over the edges. */
export function repaged(pages: readonly TestPage[], lacingMax: number): TestPage[] {
  const [head, tags, ...data] = pages
  const lacing = data.flatMap((page) => page.lacing)
  const body = Buffer.concat(data.map((page) => page.body))
  const narrow: TestPage[] = []
  let [packets, at] = [0n, 0]
  for (let first = 0; first < lacing.length; first += lacingMax) {
    const part = lacing.slice(first, first + lacingMax)
    const ending = part.filter((length) => length < 255).length
    packets += BigInt(ending)
    const isContinued = first > 0 && lacing[first - 1] === 255
    const length = part.reduce((sum, each) => sum + each, 0)
    narrow.push({
      flags: isContinued ? 1 : 0,
      granule: ending === 0 ? -1n : packets * 960n,
      serial: head!.serial,
      sequence: narrow.length + 2,
      lacing: part,
      body: body.subarray(at, (at += length)),
    })
  }
  const last = narrow.at(-1)!
  last.flags |= 4
  last.granule = pages.at(-1)!.granule
  return [head!, tags!, ...narrow]
}

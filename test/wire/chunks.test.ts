import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunkAt, chunkCount, chunkDigests, isChunk, readRanges, writeRanges } from '../../src/wire/chunks.ts'
import { chunkBytes, WantMessage } from '../../src/wire/messages.ts'

/** Sizes around the edges of a chunk. */
const size = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -2, max: 2 }))
  .map(([chunks, more]) => Math.max(1, chunks * chunkBytes + more))

/** A file whose chunks all differ. */
function fileOf(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (Math.imul(index + 1, 2_654_435_761) >>> 16) & 255)
}

describe('a recording in chunks', () => {
  it('has as many chunks of 32 KiB as its bytes need, and they join to the file', () => {
    fc.assert(
      fc.property(size, (length) => {
        const bytes = fileOf(length)
        const count = chunkCount(bytes.length)
        const chunks = Array.from({ length: count }, (_, index) => chunkAt(bytes, index))
        expect(chunks.slice(0, -1).every((chunk) => chunk.length === chunkBytes)).toBe(true)
        expect(chunks.every((chunk) => chunk.length > 0)).toBe(true)
        expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('has eight bytes of digest for each chunk', () => {
    for (const [bytes, count] of [
      [1, 1],
      [chunkBytes, 1],
      [chunkBytes + 1, 2],
      [3 * chunkBytes, 3],
    ] as const) {
      expect(Buffer.from(chunkDigests(fileOf(bytes)), 'base64url').length).toBe(8 * count)
    }
  })

  it('knows each chunk at its own index and nowhere else', () => {
    fc.assert(
      fc.property(size, (length) => {
        const bytes = fileOf(length)
        const digests = chunkDigests(bytes)
        const count = chunkCount(bytes.length)
        for (let index = 0; index < count; index += 1) {
          for (let at = -1; at <= count; at += 1)
            expect(isChunk(digests, at, chunkAt(bytes, index))).toBe(at === index)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('refuses a chunk with any one byte changed, cut or added', () => {
    const bytes = fileOf(chunkBytes + 100)
    const digests = chunkDigests(bytes)
    fc.assert(
      fc.property(fc.nat(99), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const chunk = Uint8Array.from(chunkAt(bytes, 1))
        chunk[at] = chunk[at]! ^ change
        return !isChunk(digests, 1, chunk)
      }),
    )
    expect(isChunk(digests, 1, chunkAt(bytes, 1).subarray(1))).toBe(false)
    expect(isChunk(digests, 1, Buffer.concat([chunkAt(bytes, 1), Buffer.alloc(1)]))).toBe(false)
    expect(isChunk(digests, 1, new Uint8Array())).toBe(false)
  })
})

describe('chunks as ranges', () => {
  const indexes = fc.array(fc.nat(250), { minLength: 1, maxLength: 60 })

  it('are read as they were written: sorted, each once', () => {
    fc.assert(
      fc.property(indexes, (list) => {
        const expected = [...new Set(list)].sort((a, b) => a - b)
        expect(readRanges(writeRanges(list), 251)).toEqual(expected)
      }),
    )
  })

  it('are as short as can be', () => {
    expect(writeRanges([7, 0, 1, 2, 3, 7, 3])).toBe('0-3,7')
    expect(writeRanges([4])).toBe('4')
    expect(writeRanges([4, 5])).toBe('4-5')
  })

  it('are what a want message may carry', () => {
    fc.assert(
      fc.property(indexes, (list) => {
        return WantMessage.safeParse({ v: 1, sha256: 'a'.repeat(64), missing: writeRanges(list) }).success
      }),
    )
  })

  it('never reach past the file, however far they claim to', () => {
    expect(readRanges('0-99999', 3)).toEqual([0, 1, 2])
    expect(readRanges('99999', 3)).toEqual([])
    expect(readRanges('2-1', 3)).toEqual([])
  })
})

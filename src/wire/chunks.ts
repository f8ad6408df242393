/** A recording cut into chunks of 32 KiB, each known by the first 8 bytes of its SHA-256. */
import { createHash } from 'node:crypto'
import { chunkBytes } from './messages.ts'

const digestBytes = 8

/** How many chunks a file of so many bytes has. */
export function chunkCount(bytes: number): number {
  return Math.ceil(bytes / chunkBytes)
}

/** The chunk at an index; shorter than 32 KiB at the end of the file. */
export function chunkAt(file: Uint8Array, index: number): Uint8Array {
  return file.subarray(index * chunkBytes, (index + 1) * chunkBytes)
}

/** What the plan says of a file's chunks: base64url of all 8-byte digests in order. */
export function chunkDigests(file: Uint8Array): string {
  const digests = Array.from({ length: chunkCount(file.length) }, (_, index) =>
    digestOf(chunkAt(file, index)),
  )
  return Buffer.concat(digests).toString('base64url')
}

/** Whether the bytes are the chunk that the plan's digests name at this index. */
export function isChunk(digests: string, index: number, chunk: Uint8Array): boolean {
  const expected = Buffer.from(digests, 'base64url').subarray(index * digestBytes, (index + 1) * digestBytes)
  return expected.length === digestBytes && digestOf(chunk).equals(expected)
}

/** Chunk indexes as ranges, `0-3,7`, and back. Ranges that reach past `count` are cut. */
export function writeRanges(indexes: readonly number[]): string {
  const ranges: string[] = []
  const sorted = [...new Set(indexes)].sort((a, b) => a - b)
  for (let i = 0; i < sorted.length;) {
    let j = i
    while (sorted[j + 1] === (sorted[j] ?? 0) + 1) j += 1
    const [first, last] = [sorted[i] ?? 0, sorted[j] ?? 0]
    ranges.push(first === last ? String(first) : `${String(first)}-${String(last)}`)
    i = j + 1
  }
  return ranges.join(',')
}

export function readRanges(ranges: string, count: number): number[] {
  const indexes = new Set<number>()
  for (const range of ranges.split(',')) {
    const [first = '', last = first] = range.split('-')
    for (let index = Number(first); index <= Math.min(Number(last), count - 1); index += 1) indexes.add(index)
  }
  return [...indexes].sort((a, b) => a - b)
}

function digestOf(chunk: Uint8Array): Buffer {
  return createHash('sha256').update(chunk).digest().subarray(0, digestBytes)
}

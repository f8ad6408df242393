/** Mono 16-bit sound in memory: joining, silence, trimming. Pure. */
import { endianness } from 'node:os'

/** Mono samples, -32768 to 32767. */
export type Sound = { samples: Int16Array; sampleRate: number }

/** Seconds of a sound. */
export function secondsOf({ samples, sampleRate }: Sound): number {
  return samples.length / sampleRate
}

/** Silence of so many milliseconds. */
export function silence(milliseconds: number, sampleRate: number): Int16Array {
  return new Int16Array(Math.round((milliseconds * sampleRate) / 1000))
}

/** The pieces one after the other. */
export function join(pieces: readonly Int16Array[]): Int16Array {
  const joined = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}

/**
 * The sound without the near silence at both ends, so that pauses are ours to set; 10 ms stay on each
 * side. Nothing but near silence gives an empty sound. Near silence is below -50 dBFS.
 */
export function trim({ samples, sampleRate }: Sound): Sound {
  const threshold = 104
  const isHeard = (sample: number): boolean => Math.abs(sample) > threshold
  const first = samples.findIndex(isHeard)
  if (first < 0) return { samples: new Int16Array(0), sampleRate }
  const margin = Math.round(sampleRate / 100)
  const last = samples.findLastIndex(isHeard)
  return {
    samples: samples.slice(Math.max(0, first - margin), Math.min(samples.length, last + margin + 1)),
    sampleRate,
  }
}

/** The samples as little-endian bytes, as raw audio files have them. */
export function toBytes(samples: Int16Array): Uint8Array {
  return inFileOrder(Buffer.from(samples.slice().buffer))
}

/** Samples from little-endian bytes; a last odd byte is dropped. */
export function fromBytes(bytes: Uint8Array): Int16Array {
  // A copy of its own: samples must begin at an even place in memory, and the bytes may not.
  const copy = new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % 2)))
  inFileOrder(Buffer.from(copy.buffer))
  return new Int16Array(copy.buffer)
}

/** Sound is copied as memory has it, a hundred times faster than number by number; nearly every machine has it so. */
function inFileOrder(bytes: Buffer): Buffer {
  return endianness() === 'LE' ? bytes : bytes.swap16()
}

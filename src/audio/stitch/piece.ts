/** Pieces: the packets of one sentence, chime, pause or whole recording, cut at the grid. */
import assert from 'node:assert/strict'
import type { Codec } from '../store.ts'
import { mp3FramesPerSlot, readMp3 } from './mp3.ts'
import { opusPacketsPerSlot, readOpus, slotSamples } from './opus.ts'
import { slotMilliseconds, slotsMax } from './slots.ts'
import { UnfitFile } from './unfit.ts'

/**
 * Sound of `slots` × 120 ms, encoded. `packets` are Opus packets (six a slot) or MP3 frames (five a slot), in
 * order; they are views into the file they were read from, which must not be changed.
 */
export type Piece = { slots: number; packets: readonly Uint8Array[] }

/** Packets or frames of one slot. */
export const packetsPerSlot: Readonly<Record<Codec, number>> = {
  opus: opusPacketsPerSlot,
  mp3: mp3FramesPerSlot,
}

/**
 * The first `slots` slots of a file that our encoder or `stitch` wrote; without `slots` all of it, which must
 * then be whole slots.
 *
 * MP3 comes 1105 samples (46 ms) late out of its encoder and spreads a sound over a frame more, so of a piece
 * the last 70 ms must be silent or its end is lost; Opus says by how much it is late, and needs 7 ms.
 * Refuses (UnfitFile) what is damaged, too short or another kind of audio. MP3 has no checksums, so a changed
 * byte inside a frame is not seen here: whoever keeps pieces keeps their hash.
 */
export function pieceOf(codec: Codec, file: Uint8Array, slots?: number): Piece {
  assert(slots === undefined || (Number.isInteger(slots) && slots > 0), 'a piece has at least one slot')
  const { packets, whole } = codec === 'opus' ? opusSound(file) : mp3Sound(file)
  if (!Number.isInteger(slots ?? whole)) {
    throw new UnfitFile(codec, 'length', {
      vi: `độ dài không phải bội số của ${slotMilliseconds} ms`,
      en: `its length is not a multiple of ${slotMilliseconds} ms`,
    })
  }
  const wanted = slots ?? whole
  if (whole < wanted || wanted < 1) {
    throw new UnfitFile(codec, 'length', {
      vi: `ngắn hơn ${wanted * slotMilliseconds} ms`,
      en: `it is shorter than ${wanted * slotMilliseconds} ms`,
    })
  }
  return { slots: wanted, packets: packets.slice(0, wanted * packetsPerSlot[codec]) }
}

function opusSound(file: Uint8Array): { packets: readonly Uint8Array[]; whole: number } {
  const { packets, samples } = readOpus(file)
  return { packets, whole: samples / slotSamples }
}

/** An MP3 does not say where its sound ends: its encoder writes up to four frames more, less than a slot. */
function mp3Sound(file: Uint8Array): { packets: readonly Uint8Array[]; whole: number } {
  const packets = readMp3(file)
  return { packets, whole: Math.floor(packets.length / mp3FramesPerSlot) }
}

/** The piece so many times in a row: a pause out of one silent slot. */
export function repeated({ slots, packets }: Piece, times: number): Piece {
  assert(Number.isInteger(times) && times > 0, 'a piece is repeated at least once')
  return { slots: slots * times, packets: Array.from({ length: times }, () => packets).flat() }
}

/** The slots of all pieces. Refuses (UnfitFile, size) more than an hour; a piece of the other codec is a bug. */
export function slotsOf(codec: Codec, pieces: readonly Piece[]): number {
  let sum = 0
  for (const { slots, packets } of pieces) {
    assert.equal(packets.length, slots * packetsPerSlot[codec], `a piece of ${codec} has whole slots`)
    sum += slots
  }
  assert(sum > 0, 'there is something to join')
  if (sum <= slotsMax) return sum
  const minutes = (slotsMax * slotMilliseconds) / 60_000
  throw new UnfitFile(codec, 'size', {
    vi: `dài hơn ${minutes} phút`,
    en: `it is longer than ${minutes} minutes`,
  })
}

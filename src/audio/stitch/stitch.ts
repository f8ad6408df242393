/** Joining pieces into a file without encoding anything again. */
import type { Codec } from '../store.ts'
import { frameBytes } from './mp3.ts'
import { pagesOf, writeOgg } from './ogg.ts'
import { opusHead, opusTags, packetSamples, preSkip, slotSamples } from './opus.ts'
import { type Piece, slotsOf } from './piece.ts'
import { bytesMax } from './slots.ts'
import { UnfitFile } from './unfit.ts'

/** Of a file this large the pages around the packets take less than a hundredth. */
const packetBytesMax = bytesMax * 0.99

/** A second of packets on a page: what players expect, and what a device loses at most with a bad block. */
const pagePacketsMax = 50

/**
 * The pieces as one file that decodes to exactly Σ slots × 120 ms; same pieces, same bytes, without end. Every
 * piece must begin and end silent (`pieceOf`). Refuses (UnfitFile, size) more than an hour or 64 MiB.
 */
export function stitch(codec: Codec, pieces: readonly Piece[]): Uint8Array {
  const slots = slotsOf(codec, pieces)
  const packets = pieces.flatMap((piece) => piece.packets)
  const bytes = packets.reduce((sum, packet) => sum + packet.length, 0)
  if (bytes > packetBytesMax) {
    throw new UnfitFile(codec, 'size', {
      vi: `lớn hơn ${bytesMax} byte`,
      en: `it is larger than ${bytesMax} bytes`,
    })
  }
  return codec === 'mp3' ? mp3Of(packets) : opusOf(packets, slots)
}

/** Frames stand for themselves: an MP3 without any table is its frames in a row. */
function mp3Of(frames: readonly Uint8Array[]): Uint8Array {
  const file = new Uint8Array(frames.length * frameBytes)
  for (const [index, frame] of frames.entries()) file.set(frame, index * frameBytes)
  return file
}

/**
 * A decoder drops the pre-skip at the start, so the packets of the grid alone would end 6.5 ms early. The last
 * packet, silent like the end of every piece, is written twice, and the last position cuts off what is too much.
 */
function opusOf(packets: Uint8Array[], slots: number): Uint8Array {
  packets.push(...packets.slice(-1))
  let ended = 0
  const pages = pagesOf(packets, pagePacketsMax).map((page) => {
    ended += page.length
    return { granule: Math.min(ended * packetSamples, preSkip + slots * slotSamples), packets: page }
  })
  return writeOgg([{ granule: 0, packets: [opusHead] }, { granule: 0, packets: [opusTags] }, ...pages])
}

/**
 * Proof that a joined file is its pieces and nothing else. It reads the file as a player would and shares no
 * step with the joining, so that a mistake there is found before anything is sent.
 */
import { reasonOf } from '../../base/errors.ts'
import type { Codec } from '../store.ts'
import { frameBytes, readMp3 } from './mp3.ts'
import { opusHead, opusTags, readOpus, slotSamples } from './opus.ts'
import { packetsPerSlot, type Piece, slotsOf } from './piece.ts'
import { slotMilliseconds } from './slots.ts'
import { type StitchFault, UnfitFile } from './unfit.ts'

/** Packets of a second. */
const pagePacketsMax = 50

/**
 * All packets or frames of a file that `stitch` wrote, six or five for each slot, without the one that only
 * carries the end of an Opus file. Refuses (UnfitFile) every other file, if an encoder's own: checks each page's
 * checksum, number and position, the headers, each packet's kind, and the end.
 */
export function unstitch(codec: Codec, file: Uint8Array): Uint8Array[] {
  return codec === 'mp3' ? framesOf(file) : packetsOf(file)
}

/**
 * What is wrong with a joined file, held against the pieces it should be made of: none when every packet is
 * there, in order, byte for byte, and the container around them is right. A file that cannot be read has one
 * fault, the first that was found.
 */
export function faultsOfStitched(codec: Codec, file: Uint8Array, pieces: readonly Piece[]): StitchFault[] {
  const slots = slotsOf(codec, pieces)
  let found: Uint8Array[]
  try {
    found = unstitch(codec, file)
  } catch (error) {
    if (!(error instanceof UnfitFile)) throw new Error(`proving a file: ${reasonOf(error)}`, { cause: error })
    return [faultOf(error)]
  }
  const faults: StitchFault[] = []
  const [is, should] = [found.length / packetsPerSlot[codec], slots].map((each) => each * slotMilliseconds)
  if (is !== should) {
    const [vi, en] = [`dài ${is} ms, phải là ${should} ms`, `it is ${is} ms long instead of ${should} ms`]
    faults.push(faultOf(new UnfitFile(codec, 'length', { vi, en })))
  }
  const wrong = firstWrong(found, pieces)
  if (wrong !== undefined) {
    const [vi, en] = [
      `gói ${wrong.packet} của đoạn ${wrong.piece + 1} không đúng`,
      `packet ${wrong.packet} of piece ${wrong.piece + 1} is not the right one`,
    ]
    faults.push(faultOf(new UnfitFile(codec, 'packets', { vi, en })))
  }
  return faults
}

const faultOf = ({ kind, sentence }: UnfitFile): StitchFault => ({ kind, ...sentence })

/** The first packet that is not the one of the pieces; undefined when all are. Comparing bytes is stronger than comparing digests. */
function firstWrong(
  found: readonly Uint8Array[],
  pieces: readonly Piece[],
): { piece: number; packet: number } | undefined {
  let at = 0
  for (const [piece, { packets }] of pieces.entries()) {
    for (const [packet, bytes] of packets.entries()) {
      const other = found[at]
      if (other === undefined || Buffer.compare(other, bytes) !== 0) return { piece, packet }
      at += 1
    }
  }
  return undefined
}

function framesOf(file: Uint8Array): Uint8Array[] {
  const frames = readMp3(file)
  if (frames.length * frameBytes !== file.length || frames.length % packetsPerSlot.mp3 !== 0) {
    throw notOurs('mp3')
  }
  return frames
}

function packetsOf(file: Uint8Array): Uint8Array[] {
  const { stream, packets, samples } = readOpus(file)
  const [head, tags] = stream.packets
  const isOurs =
    isSame(head, opusHead) &&
    isSame(tags, opusTags) &&
    stream.pages.every((page) => page.packets > 0 && page.packets <= pagePacketsMax) &&
    samples % slotSamples === 0 &&
    packets.length === (samples / slotSamples) * packetsPerSlot.opus + 1 &&
    isSame(packets.at(-1), packets.at(-2))
  if (!isOurs) throw notOurs('opus')
  return packets.slice(0, -1)
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0
}

function notOurs(codec: Codec): UnfitFile {
  return new UnfitFile(codec, 'profile', {
    vi: 'không phải tệp do hệ thống ghép, hoặc thiếu phần cuối',
    en: 'it is not a file we joined, or its end is missing',
  })
}

/**
 * MP3 in the one form we make: MPEG-2 Layer III, 24 kHz, mono, 64 kb/s, every frame for itself.
 *
 * A frame of MP3 may keep its data in the frames before it (the reservoir); such frames cannot be joined, and
 * neither can a file that begins with a table of its own length (Xing, Info). All frames of ours have 192 bytes.
 */
import { bytesMax, slotsMax } from './slots.ts'
import { UnfitFile } from './unfit.ts'

export const mp3FramesPerSlot = 5
export const frameBytes = 192
const headerBytes = 4
/** Side information of a mono frame of MPEG-2. */
const sideBytes = 9
const mainBits = (frameBytes - headerBytes - sideBytes) * 8

/** The encoder's first frames may be empty, and it writes up to three behind the sound; more is not whole slots. */
const framesMax = mp3FramesPerSlot * slotsMax + mp3FramesPerSlot - 1

const unfit = (kind: UnfitFile['kind'], vi: string, en: string): UnfitFile =>
  new UnfitFile('mp3', kind, { vi, en })

/**
 * The frames of a file of ours or of our encoder, as views into it; an ID3v2 tag before them is passed over.
 * Refuses (UnfitFile) any other kind of MP3, and a file that is cut off or has other bytes among its frames.
 */
export function readMp3(file: Uint8Array): Uint8Array[] {
  if (file.length > bytesMax) {
    throw unfit('size', `lớn hơn ${bytesMax} byte`, `it is larger than ${bytesMax} bytes`)
  }
  const start = tagBytes(file)
  const count = Math.ceil((file.length - start) / frameBytes)
  if (count < 1) throw unfit('length', 'không có âm thanh', 'there is no sound in it')
  if (count > framesMax)
    throw unfit('size', `có hơn ${framesMax} khung`, `it holds more than ${framesMax} frames`)
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  const frames: Uint8Array[] = []
  for (let index = 0; index < count; index += 1) {
    const frame = bytes.subarray(start + index * frameBytes, start + (index + 1) * frameBytes)
    checkFrame(frame, index)
    frames.push(frame)
  }
  return frames
}

/** Length of an ID3v2 tag at the start, 0 when there is none. */
function tagBytes(file: Uint8Array): number {
  const [i, d, three, , , flags = 0, ...rest] = file.subarray(0, 10)
  if (i !== 0x49 || d !== 0x44 || three !== 0x33) return 0
  const size = rest.reduce((sum, seven) => sum * 128 + (seven & 127), 0)
  return 10 + size + ((flags & 16) === 0 ? 0 : 10)
}

function checkFrame(frame: Buffer, index: number): void {
  const [sync = 0, kind = 0, rates = 0, mode = 0] = frame
  if (sync !== 0xff || (kind & 0xe0) !== 0xe0) {
    throw unfit('damaged', `khung ${index} bị hỏng`, `frame ${index} is damaged`)
  }
  if (index === 0 && /^(?:Xing|Info)$/.test(frame.toString('latin1', 13, 17))) {
    throw unfit('profile', 'có khung mở đầu Xing/Info', 'it begins with a Xing or Info frame')
  }
  if (kind !== 0xf3 || (rates & 0x0c) !== 0x04) {
    throw unfit('profile', 'không phải MP3 24 kHz', 'it is not MP3 of 24 kHz without checksums')
  }
  if ((mode & 0xc3) !== 0xc0) throw unfit('profile', 'không phải một kênh', 'it is not plain mono')
  if ((rates & 0xf3) !== 0x80) {
    throw unfit('profile', `khung ${index} không phải 64 kb/s`, `frame ${index} is not of 64 kb/s`)
  }
  if (frame.length < frameBytes) throw unfit('damaged', 'bị cắt ở cuối', 'it is cut off at its end')
  const side = frame.readUInt32BE(headerBytes)
  if (side >>> 24 !== 0) {
    throw unfit(
      'profile',
      `khung ${index} mượn chỗ ở khung trước`,
      `frame ${index} keeps data in the frame before`,
    )
  }
  // Eight bits of reservoir, one private, then twelve: how many bits of sound the frame holds.
  if (((side >>> 11) & 0xfff) > mainBits) {
    throw unfit('damaged', `khung ${index} bị hỏng`, `frame ${index} is damaged`)
  }
}

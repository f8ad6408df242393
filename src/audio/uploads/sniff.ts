/** What a file is by its first bytes, before any programme opens it; and whether its end is there. */
import { open, type FileHandle } from 'node:fs/promises'
import type { Sentence } from '../../base/errors.ts'
import { figure } from '../../base/text.ts'
import { cutOff, notSound } from './refusals.ts'

/** ffmpeg's names of the readers that may open the file. */
export type Formats = readonly string[]

const headBytes = 512
/** The last page of an Ogg file has at most 64 KiB. */
const tailBytes = 66_000

/**
 * The readers for the file; refuses (`invalid`) in words what is no sound file of ours, and one whose end is
 * missing as far as its own sizes tell. `name` is for the sentence.
 */
export async function formatsOf(path: string, name: string): Promise<Formats> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const head = await bytesAt(file, 0, Math.min(headBytes, size))
    const formats = soundOf(head)
    if (formats === undefined) throw notSound(name, otherThan(head))
    if (formats[0] === 'wav') await expectWholeWav(file, size, name)
    if (formats[0] === 'ogg') await expectWholeOgg(file, size, name)
    return formats
  } finally {
    await file.close()
  }
}

async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await file.read(bytes, 0, length, at)
  return bytes.subarray(0, bytesRead)
}

function soundOf(head: Buffer): Formats | undefined {
  const at = (from: number, length: number): string => head.toString('latin1', from, from + length)
  if (/^(?:RIFF|RF64|BW64)$/.test(at(0, 4)) && at(8, 4) === 'WAVE') return ['wav']
  if (at(0, 4) === 'OggS') return ['ogg']
  if (at(0, 4) === 'fLaC') return ['flac']
  if (at(0, 5) === '#!AMR') return ['amr']
  if (head.subarray(0, 4).equals(Buffer.from([0x1a, 0x45, 0xdf, 0xa3]))) return ['matroska']
  if (/^(?:ftyp|moov|mdat|wide|free|skip)$/.test(at(4, 4))) return ['mov']
  // A tag may stand before each of these three.
  if (at(0, 3) === 'ID3') return ['mp3', 'aac', 'flac']
  const [first = 0, second = 0] = head
  if (first === 0xff && (second & 0xf6) === 0xf0) return ['aac']
  if (first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0) return ['mp3']
  return undefined
}

const others: readonly [start: RegExp, is: Sentence][] = [
  [
    /^PK[\x03\x05\x07]/,
    { vi: 'tệp nén (ZIP hoặc tài liệu Word, Excel)', en: 'a ZIP archive or an Office document' },
  ],
  [/^(?:Rar!|7z\xbc\xaf|\x1f\x8b)/, { vi: 'tệp nén', en: 'an archive' }],
  [/^%PDF/, { vi: 'tài liệu PDF', en: 'a PDF document' }],
  [/^(?:\xff\xd8\xff|\x89PNG|GIF8|RIFF.{4}WEBP)/s, { vi: 'ảnh', en: 'a picture' }],
  [/^(?:RIFF.{4}AVI |\x00\x00\x01\xba|FLV|G.{187}G)/s, { vi: 'video', en: 'a video' }],
  [
    /^(?:0&\xb2u|caff|FORM|MThd)/,
    {
      vi: 'loại tệp âm thanh chưa nhận (WMA, CAF, AIFF hoặc MIDI)',
      en: 'a kind of sound file that is not taken (WMA, CAF, AIFF or MIDI)',
    },
  ],
  [/^(?:MZ|\x7fELF)/, { vi: 'chương trình máy tính', en: 'a computer programme' }],
  [
    /^\s*(?:#EXTM3U|ffconcat|\[playlist\]|v=0\s|<\?xml|<(?:MPD|smil|asx|playlist))/i,
    { vi: 'danh sách phát (chỉ ghi tên tệp, không có tiếng)', en: 'a playlist (names of files, no sound)' },
  ],
]

function otherThan(head: Buffer): Sentence {
  const text = head.toString('latin1')
  const known = others.find(([start]) => start.test(text))
  if (known !== undefined) return known[1]
  // Text has line breaks and tabs, and no other control character.
  return /[\x00-\x08\x0e-\x1f]/.test(text)
    ? { vi: 'loại tệp không nhận ra được', en: 'a kind of file that is not known' }
    : { vi: 'tệp chữ', en: 'a text file' }
}

/** A WAV says how many bytes of sound it holds; a copy that stopped holds fewer, and a hostile one claims 4 GB. */
async function expectWholeWav(file: FileHandle, size: number, name: string): Promise<void> {
  // A large WAV (RF64) says its size elsewhere, and we take none so large.
  const chunksMax = 64
  let at = 12
  for (let chunk = 0; chunk < chunksMax && at + 8 <= size; chunk += 1) {
    const header = await bytesAt(file, at, 8)
    const length = header.readUInt32LE(4)
    if (header.toString('latin1', 0, 4) === 'data') {
      if (at + 8 + length > size + 1) throw cutOff(name, megabytes(length), megabytes(size - at - 8))
      return
    }
    at += 8 + length + (length % 2)
  }
}

function megabytes(bytes: number): Sentence {
  const count = figure(Math.max(bytes / 1024 / 1024, 0.01))
  return { vi: `${count} MB âm thanh`, en: `${count.replace(',', '.')} MB of sound` }
}

/** The last page of an Ogg file says how long it is. */
async function expectWholeOgg(file: FileHandle, size: number, name: string): Promise<void> {
  const tail = await bytesAt(file, Math.max(0, size - tailBytes), Math.min(size, tailBytes))
  const page = tail.lastIndexOf('OggS')
  const segments = tail[page + 26] ?? 0
  const table = tail.subarray(page + 27, page + 27 + segments)
  const length = 27 + segments + table.reduce((sum, bytes) => sum + bytes, 0)
  if (page >= 0 && table.length === segments && page + length <= tail.length) return
  throw cutOff(
    name,
    { vi: 'thêm một đoạn ở cuối', en: 'another part at its end' },
    { vi: 'một phần đoạn ấy', en: 'bytes of some of it' },
  )
}

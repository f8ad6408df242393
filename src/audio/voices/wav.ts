/** WAV as engines and servers give it, down to mono 16-bit sound. Pure. */
import type { Parsed, Sentence } from '../../base/errors.ts'
import { fromBytes, type Sound, toBytes } from '../pcm.ts'

const pcm = 1
const extensible = 0xff_fe
/** Zero, or so much and more, is what a writer puts who does not know the end yet: a pipe, a network. */
const placeholder = 0x7f_ff_00_00
const rateMin = 8000
const rateMax = 96_000

type Format = { channels: number; sampleRate: number; bits: number; kind: number }

/**
 * The sound in a WAV file of 16-bit samples, one channel or two (mixed to one). A size that is a placeholder means
 * "to the end"; a real one that is not reached means the file is cut, and it is not read. What cannot be read is
 * answered with why, in both languages.
 */
export function readWav(bytes: Uint8Array): { ok: true; value: Sound } | { ok: false; why: Sentence } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 12 || nameAt(bytes, 0) !== 'RIFF' || nameAt(bytes, 8) !== 'WAVE') {
    return wrong('không phải tệp WAV', 'no WAV file')
  }
  let format: Format | undefined
  for (let at = 12; at + 8 <= bytes.length;) {
    const [name, size, from] = [nameAt(bytes, at), view.getUint32(at + 4, true), at + 8]
    if (name === 'fmt ') {
      const read = formatAt(view, from, size)
      if (!read.ok) return wrong('phần mô tả bị cắt', 'its description is cut')
      format = read.value
    } else if (name === 'data') {
      const isOpen = size === 0 || size >= placeholder
      if (!isOpen && from + size > bytes.length) return wrong('bị cắt giữa chừng', 'it is cut in the middle')
      return samplesOf(bytes.subarray(from, isOpen ? bytes.length : from + size), format)
    }
    at = from + size + (size % 2)
  }
  return wrong('không có phần âm thanh', 'it holds no sound')
}

function formatAt(view: DataView, from: number, size: number): Parsed<Format> {
  if (size < 16 || from + size > view.byteLength) return { ok: false, why: 'cut' }
  const tag = view.getUint16(from, true)
  // The extensible form has the real kind at the head of its long identifier.
  const kind = tag === extensible && size >= 40 ? view.getUint16(from + 24, true) : tag
  const [channels, sampleRate] = [view.getUint16(from + 2, true), view.getUint32(from + 4, true)]
  return { ok: true, value: { kind, channels, sampleRate, bits: view.getUint16(from + 14, true) } }
}

function samplesOf(data: Uint8Array, format: Format | undefined): ReturnType<typeof readWav> {
  if (format === undefined) return wrong('phần mô tả không có', 'its description is missing')
  const { kind, channels, sampleRate, bits } = format
  if (kind !== pcm || bits !== 16) {
    return wrong(
      `âm thanh phải là số nguyên 16 bit, không phải loại ${kind} với ${bits} bit`,
      `its samples must be 16-bit integers, not kind ${kind} with ${bits} bits`,
    )
  }
  if (channels !== 1 && channels !== 2) return wrong(`có ${channels} kênh`, `it has ${channels} channels`)
  if (sampleRate < rateMin || sampleRate > rateMax) {
    return wrong(`tần số lấy mẫu ${sampleRate} Hz`, `its sample rate is ${sampleRate} Hz`)
  }
  const samples = fromBytes(data)
  return { ok: true, value: { samples: channels === 1 ? samples : mixed(samples), sampleRate } }
}

function mixed(pairs: Int16Array): Int16Array {
  return Int16Array.from({ length: Math.floor(pairs.length / 2) }, (_, index) =>
    Math.round(((pairs[2 * index] ?? 0) + (pairs[2 * index + 1] ?? 0)) / 2),
  )
}

function nameAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}

function wrong(vi: string, en: string): { ok: false; why: Sentence } {
  return { ok: false, why: { vi, en } }
}

/** The sound as a WAV file of 16-bit samples. */
export function writeWav({ samples, sampleRate }: Sound): Uint8Array {
  const header = Buffer.alloc(44)
  header.write('RIFF')
  header.writeUInt32LE(36 + samples.length * 2, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(pcm, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length * 2, 40)
  return Buffer.concat([header, toBytes(samples)])
}

/** Whether a file being written holds all that its header promises: 44 bytes of header and the samples. */
export function isWhole(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return bytes.length >= view.getUint32(4, true) + 8
}

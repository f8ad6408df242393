/** Sound for the tests of joining: sentences that were really read, mastered and encoded, each on its own. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { expect } from 'vitest'
import { type Piece, pieceOf, type StitchFaultKind, UnfitFile } from '../../../src/audio/stitch/index.ts'
import { encoderOptions, hornChain, limiter, resampler } from '../../../src/audio/encoders.ts'
import type { Codec } from '../../../src/audio/index.ts'
import { fromBytes, toBytes, trim } from '../../../src/audio/pcm.ts'
import { refusalOf } from '../../support/refusal.ts'

export const run = promisify(execFile)
export const codecs = ['opus', 'mp3'] as const satisfies Codec[]

/** Samples of 24 kHz in one slot. */
const slotSamples = 2880
const spokenRate = 22_050

const syllables =
  'bà con cô bác chú ý khi có người lạ gọi điện rủ đi làm việc nhẹ lương cao thì đừng vội tin hãy hỏi công an xã báo cho gia đình biết trước đã'.split(
    ' ',
  )

/** Random sentences of 3 to 10 syllables, the same in every run. */
export function sentences(count: number): string[] {
  const words = fc.array(fc.constantFrom(...syllables), { minLength: 3, maxLength: 10 })
  return fc.sample(words, { numRuns: count, seed: 20 }).map((chosen) => `${chosen.join(' ')}.`)
}

/** The sentence read aloud without silence at its ends: mono 16-bit samples of 22.05 kHz as bytes. */
function read(sentence: string): Uint8Array {
  const options = ['-v', 'vi-vn-x-central', '-a', '60', '-s', '135', '--stdin', '--stdout']
  const heard = execFileSync('espeak-ng', options, { input: sentence }).subarray(44)
  return toBytes(trim({ samples: fromBytes(heard), sampleRate: spokenRate }).samples)
}

const mastering = [hornChain, 'volume=16.5dB', limiter(0.68)].join(',')

/** Works in a folder that is gone afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'loa-stitch-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Encodes raw sound of 24 kHz in as many ways as are named, in one run. */
export function encodeEach(
  sound: Int16Array,
  ways: Readonly<Record<string, readonly string[]>>,
): Promise<Record<string, Buffer>> {
  return inFolder(async (folder) => {
    const raw = join(folder, 'sound.s16')
    writeFileSync(raw, sound)
    const names = Object.keys(ways)
    const outputs = Object.entries(ways).flatMap(([name, options]) => [
      ...['-map', '0:a', ...options],
      join(folder, name),
    ])
    const input = ['-f', 's16le', '-ar', '24000', '-ac', '1', '-i', raw]
    await run('ffmpeg', ['-v', 'error', '-nostdin', ...input, ...outputs])
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))]))
  })
}

/** A sentence as its encoder left it, and the piece that is joined. */
export type Sample = { files: Record<Codec, Buffer>; pieces: Record<Codec, Piece>; slots: number }

/**
 * The sentences as they are kept: 40 ms of silence, the words, silence up to the grid and at least a slot of it;
 * behind them one more sample, a single silent slot. One run of ffmpeg for all.
 */
export function encodeSentences(words: readonly string[]): Promise<Sample[]> {
  return inFolder(async (folder) => {
    const spoken = words.map(read)
    const slots = spoken.map((bytes) => 1 + Math.ceil((bytes.length / 2 / spokenRate + 0.04) / 0.12))
    const inputs = spoken.flatMap((bytes, index) => {
      const raw = join(folder, `${index}.s16`)
      writeFileSync(raw, bytes)
      return ['-f', 's16le', '-ar', String(spokenRate), '-ac', '1', '-i', raw]
    })
    const sources = slots.map(
      (count, index) =>
        `[${index}:a]${resampler},adelay=40,apad=pad_dur=2,atrim=end_sample=${count * slotSamples}`,
    )
    sources.push(`anullsrc=r=24000:cl=mono,atrim=end_sample=${slotSamples}`)
    slots.push(1)
    const graph = sources.map((source, index) => `${source},${mastering},asplit[opus${index}][mp3${index}]`)
    const outputs = sources.flatMap((_, index) =>
      codecs.flatMap((codec) => [
        ...['-map', `[${codec}${index}]`, ...encoderOptions[codec]],
        join(folder, `${index}.${codec}`),
      ]),
    )
    const options = ['-v', 'error', '-nostdin', ...inputs, '-filter_complex', graph.join(';'), ...outputs]
    await run('ffmpeg', options)
    return slots.map((count, index) => {
      const [opus, mp3] = codecs.map((codec) => readFileSync(join(folder, `${index}.${codec}`))) as [
        Buffer,
        Buffer,
      ]
      const pieces = { opus: pieceOf('opus', opus, count), mp3: pieceOf('mp3', mp3, count) }
      return { files: { opus, mp3 }, pieces, slots: count }
    })
  })
}

/** Tones that wander, with some noise: so full that a variable bit rate varies and a reservoir would be used. */
export function wanderingTones(slots: number): Int16Array {
  const length = slots * slotSamples
  const noise = fc.sample(fc.integer({ min: -2000, max: 2000 }), { numRuns: 997, seed: 3 })
  return Int16Array.from({ length }, (_, at) =>
    at < 960 || at > length - slotSamples
      ? 0
      : 6000 * Math.sin(at / (9 + Math.sin(at / 3000))) * Math.sin(at / 5000) + noise[at % 997]!,
  )
}

/** What kind of refusal the work ends in, and its English words. */
export async function refused(work: () => unknown): Promise<{ kind: StitchFaultKind; words: string }> {
  // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown becomes a rejection
  const refusal = await refusalOf((async () => work())())
  if (!(refusal instanceof UnfitFile)) throw refusal
  expect(refusal.code).toBe('invalid')
  return { kind: refusal.kind, words: refusal.sentence.en }
}

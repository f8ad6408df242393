/** Files become sounds again: one alone, or many of ours joined to one test reel. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { endianness, tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../base/errors.ts'
import { runFfmpeg } from '../ffmpeg.ts'
import { fromBytes, type Sound } from '../pcm.ts'
import { ProgramError } from '../refusals.ts'
import { type Piece, slotMilliseconds, stitch } from '../stitch/index.ts'
import type { Codec } from '../store.ts'

/** `folder` takes the files in between (the system's folder when left out); they are gone afterwards. */
export type DecodeLimits = {
  deadlineMs: number
  signal?: AbortSignal | undefined
  folder?: string | undefined
}

/** Longest sound that is decoded. At 24 kHz it takes 86 MB of memory. */
const secondsMax = 1800

/**
 * The first audio stream of a file as mono samples. `formats` are the only kinds the file may be, to be given for
 * every file that comes from outside. Refuses (`unavailable`) what ffmpeg cannot decode, with its last words, and
 * (`invalid`) more than half an hour.
 */
export async function decodeFile(
  path: string,
  sampleRate: number,
  { formats, ...limits }: DecodeLimits & { formats?: readonly string[] | undefined },
): Promise<Sound> {
  const [sound] = await decodeFiles([{ path, ...(formats && { formats }) }], sampleRate, limits)
  if (sound === undefined) throw new Error('a file was not decoded')
  return sound
}

/** Several files in one run, in order; what is wrong with one is thrown for all. */
async function decodeFiles(
  files: readonly { path: string; formats?: readonly string[] }[],
  sampleRate: number,
  limits: DecodeLimits,
): Promise<Sound[]> {
  return withFolder(limits, async (folder) => {
    const raw = files.map((_, index) => join(folder, `sound-${index}.s16`))
    const rate = ['-ar', String(sampleRate)]
    // The second limit is for files whose own times are wrong.
    const options = [...rate, '-t', String(secondsMax), '-c:a', 'pcm_s16le', '-f', 's16le']
    await runFfmpeg(
      {
        inputs: files.map((file) => ({ ...file, options: ['-t', String(secondsMax)] })),
        graph: files.map((_, index) => `[${index}:a:0]aformat=channel_layouts=mono[out${index}]`).join(';'),
        outputs: raw.map((path, index) => ({ from: `[out${index}]`, path, options })),
      },
      limits,
    )
    const sounds: Sound[] = []
    for (const path of raw) {
      const samples = samplesOf(await readFile(path))
      if (samples.length >= secondsMax * sampleRate) throw tooLong()
      sounds.push({ samples, sampleRate })
    }
    return sounds
  })
}

function tooLong(): AppError {
  const minutes = secondsMax / 60
  return new AppError('invalid', {
    vi: `Tệp âm thanh dài hơn ${minutes} phút nên không được giải mã. Hãy chia thành nhiều tệp ngắn hơn.`,
    en: `The audio file is longer than ${minutes} minutes and is not decoded. Split it into shorter files.`,
  })
}

/**
 * The sounds of pieces of one codec, decoded in one run: starting ffmpeg for each would cost ten times as much.
 * Between them lies a silent slot, so that none is heard in the next. Each is exactly as long as its slots; only a
 * piece that the decoder takes apart differently, or not at all, is shorter.
 */
export async function decodePieces(
  codec: Codec,
  pieces: readonly Piece[],
  sampleRate: number,
  limits: DecodeLimits,
): Promise<Sound[]> {
  const { reel, expected } = reelOf(codec, pieces, sampleRate)
  const isLong = pieces.length > 1 && expected >= secondsMax * sampleRate
  const samples = isLong ? undefined : await decodeReel(codec, stitch(codec, reel), sampleRate, limits)
  if (samples === undefined || (samples.length !== expected && pieces.length > 1)) {
    // Too much for once; or one of them is not what its frames say, and all behind it lie elsewhere: in halves.
    const middle = Math.ceil(pieces.length / 2)
    return [
      ...(await decodePieces(codec, pieces.slice(0, middle), sampleRate, limits)),
      ...(await decodePieces(codec, pieces.slice(middle), sampleRate, limits)),
    ]
  }
  return cut(codec, pieces, { samples, sampleRate })
}

/** Reels of both codecs as short as this are decoded in one run: its start takes longer than decoding them. */
const togetherSecondsMax = 60

/**
 * The same for pieces of both codecs at once, when they are short, and every one is as long as its slots; undefined
 * when not: then each codec is to be taken by itself.
 */
export async function decodeBoth(
  pieces: Readonly<Record<Codec, readonly Piece[]>>,
  sampleRate: number,
  limits: DecodeLimits,
): Promise<Record<Codec, Sound[]> | undefined> {
  if (pieces.mp3.length === 0 || pieces.opus.length === 0) return undefined
  const reels = {
    mp3: reelOf('mp3', pieces.mp3, sampleRate),
    opus: reelOf('opus', pieces.opus, sampleRate),
  }
  const longest = Math.max(reels.mp3.expected, reels.opus.expected)
  if (longest > togetherSecondsMax * sampleRate) return undefined
  return withFolder(limits, async (folder) => {
    const files = []
    for (const codec of ['mp3', 'opus'] as const) {
      const path = join(folder, `reel.${codec}`)
      await writeFile(path, stitch(codec, reels[codec].reel))
      files.push({ path })
    }
    try {
      const [mp3, opus] = await decodeFiles(files, sampleRate, { ...limits, folder })
      if (mp3?.samples.length !== reels.mp3.expected || opus?.samples.length !== reels.opus.expected)
        return undefined
      return { mp3: cut('mp3', pieces.mp3, mp3), opus: cut('opus', pieces.opus, opus) }
    } catch (error) {
      if (isOfTheFile(error)) return undefined
      throw error
    }
  })
}

/** The pieces with a silent slot after each, and how many samples they come to. */
function reelOf(
  codec: Codec,
  pieces: readonly Piece[],
  sampleRate: number,
): { reel: Piece[]; expected: number } {
  const reel = pieces.flatMap((piece) => [piece, silentSlots[codec]])
  return { reel, expected: reel.reduce((sum, { slots }) => sum + slots, 0) * slotSamplesAt(sampleRate) }
}

const slotSamplesAt = (sampleRate: number): number => (slotMilliseconds * sampleRate) / 1000

/** The pieces of a reel; what the decoder left out is missing at the end of the last. */
function cut(codec: Codec, pieces: readonly Piece[], { samples, sampleRate }: Sound): Sound[] {
  const slotSamples = slotSamplesAt(sampleRate)
  const { expected } = reelOf(codec, pieces, sampleRate)
  const short = Math.max(0, expected - samples.length)
  let slot = 0
  return pieces.map(({ slots }) => {
    const from = slot * slotSamples
    slot += slots + silentSlots[codec].slots
    return { samples: samples.subarray(from, Math.max(from, from + slots * slotSamples - short)), sampleRate }
  })
}

/** The samples of a reel; none when the decoder gives up on it. */
async function decodeReel(
  codec: Codec,
  reel: Uint8Array,
  sampleRate: number,
  limits: DecodeLimits,
): Promise<Int16Array> {
  return withFolder(limits, async (folder) => {
    const path = join(folder, `reel.${codec}`)
    await writeFile(path, reel)
    try {
      return (await decodeFile(path, sampleRate, { ...limits, folder })).samples
    } catch (error) {
      if (isOfTheFile(error)) return new Int16Array(0)
      throw error
    }
  })
}

/** Whether decoding failed for what the file is, and not for what the machine lacks or had no time for. */
export function isOfTheFile(error: unknown): boolean {
  return error instanceof ProgramError
    ? error.kind === 'failed'
    : error instanceof AppError && error.code === 'invalid'
}

/** A slot of silence in each codec, from its own definition: no bits of sound. */
const silentSlots: Readonly<Record<Codec, Piece>> = {
  // A frame of our profile whose side information says that it holds nothing.
  mp3: { slots: 1, packets: Array.from({ length: 5 }, () => silentFrame()) },
  // A packet of 20 ms, full band, mono, whose first bit says silence.
  opus: { slots: 1, packets: Array.from({ length: 6 }, () => Uint8Array.of(0xf8, 0xff, 0xfe)) },
}

function silentFrame(): Uint8Array {
  const frame = new Uint8Array(192)
  frame.set([0xff, 0xf3, 0x84, 0xc4])
  return frame
}

async function withFolder<T>({ folder }: DecodeLimits, work: (folder: string) => Promise<T>): Promise<T> {
  const own = await mkdtemp(join(folder ?? tmpdir(), 'gate-'))
  try {
    return await work(own)
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

/** Without copying where the machine's byte order is that of the file, as nearly all are. */
function samplesOf(bytes: Buffer): Int16Array {
  if (endianness() === 'BE' || bytes.byteOffset % 2 !== 0) return fromBytes(bytes)
  return new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 2))
}

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
  return withFolder(limits, async (folder) => {
    const raw = join(folder, 'sound.s16')
    await runFfmpeg(
      {
        inputs: [{ path, ...(formats && { formats }), options: ['-t', String(secondsMax)] }],
        graph: '[0:a:0]aformat=channel_layouts=mono[out]',
        outputs: [
          {
            from: '[out]',
            path: raw,
            // The second limit is for files whose own times are wrong.
            options: [
              '-ar',
              String(sampleRate),
              '-t',
              String(secondsMax),
              '-c:a',
              'pcm_s16le',
              '-f',
              's16le',
            ],
          },
        ],
      },
      limits,
    )
    const samples = samplesOf(await readFile(raw))
    if (samples.length >= secondsMax * sampleRate) throw tooLong()
    return { samples, sampleRate }
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
  const silent = silentSlots[codec]
  const reel = pieces.flatMap((piece) => [piece, silent])
  const slotSamples = (slotMilliseconds * sampleRate) / 1000
  const expected = reel.reduce((sum, { slots }) => sum + slots, 0) * slotSamples
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
  let slot = 0
  return pieces.map(({ slots }) => {
    const from = slot * slotSamples
    slot += slots + silent.slots
    const short = Math.max(0, expected - samples.length)
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

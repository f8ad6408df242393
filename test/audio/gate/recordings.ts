/** Real recordings for the tests of the gate: bulletins read by the voice, mastered and encoded as they are kept. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { encoderOptions, hornChain, limiter, resampler, sampleRate } from '../../../src/audio/encoders.ts'
import type { GateItem } from '../../../src/audio/gate/index.ts'
import type { Codec } from '../../../src/audio/index.ts'
import { fromBytes, join, silence, type Sound, toBytes, trim } from '../../../src/audio/pcm.ts'
import { sentencesOf } from '../../../src/audio/spoken/index.ts'
import { type Piece, pieceOf, repeated, slotMilliseconds, stitch } from '../../../src/audio/stitch/index.ts'

const run = promisify(execFile)
const scripts = fileURLToPath(new URL('../../../content/scripts', import.meta.url))
const codecs = ['mp3', 'opus'] as const satisfies Codec[]
export const slotSamples = (slotMilliseconds * sampleRate) / 1000
const spokenRate = 22_050
const filesAtOnce = 40

/** A folder for the files of one test file, and its removal. */
export function testFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(joinPath(tmpdir(), 'loa-gate-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** All sentences of every bulletin and of the greeting, by file name. */
export function sentencesOfContent(): Map<string, string[]> {
  return new Map(
    readdirSync(scripts).map((name) => {
      const [, , ...body] = readFileSync(joinPath(scripts, name), 'utf8').split(/^---$/m)
      const text = body
        .join('---')
        .replaceAll(/\{\{[^}]*\}\}/g, 'xã Trà Cang')
        .replaceAll(/^#.*$/gm, '')
      return [name, sentencesOf(text).flat()] as const
    }),
  )
}

/** A sentence as the voice read it (with the silence that it gets), and as it went into the encoders. */
export type Recorded = { text: string; raw: Sound; mastered: Sound; slots: number }

/** Reads and masters the sentences: 40 ms of silence, the words, silence to the grid and at least a slot of it. */
export async function record(texts: readonly string[], folder: string): Promise<Recorded[]> {
  const raws = await inTurns(texts, 2, async (text) => {
    const { samples } = trim({ samples: await read(text), sampleRate: spokenRate })
    const slots = 1 + Math.ceil((40 + (1000 * samples.length) / spokenRate) / slotMilliseconds)
    const whole = Math.round((slots * slotMilliseconds * spokenRate) / 1000)
    const lead = silence(40, spokenRate)
    const tail = new Int16Array(whole - lead.length - samples.length)
    return { raw: { samples: join([lead, samples, tail]), sampleRate: spokenRate }, slots }
  })
  const chain = [resampler, hornChain, 'volume=16.5dB', limiter(0.68)].join(',')
  const mastered = await convert(
    raws.map(({ raw }) => raw),
    folder,
    { chain, outputs: { s16: ['-f', 's16le'] } },
  )
  return raws.map(({ raw, slots }, index) => {
    const samples = new Int16Array(slots * slotSamples)
    samples.set(fromBytes(mastered[index]!.s16!).subarray(0, samples.length))
    return { text: texts[index]!, raw, mastered: { samples, sampleRate }, slots }
  })
}

async function read(text: string): Promise<Int16Array> {
  const child = run('espeak-ng', ['-v', 'vi-vn-x-central', '-a', '60', '-s', '135', '--stdin', '--stdout'], {
    encoding: 'buffer',
    maxBuffer: 2 ** 26,
  })
  child.child.stdin?.end(text)
  return fromBytes((await child).stdout.subarray(44))
}

/** Both codecs' files of each sound, as the encoders leave them. */
export async function encode(sounds: readonly Sound[], folder: string): Promise<Record<Codec, Uint8Array>[]> {
  const made = await convert(sounds, folder, { chain: 'anull', outputs: encoderOptions })
  return made.map(({ mp3, opus }) => ({ mp3: mp3!, opus: opus! }))
}

/** The pieces of each sound, which has whole slots. */
export async function piecesOf(sounds: readonly Sound[], folder: string): Promise<Record<Codec, Piece>[]> {
  const files = await encode(sounds, folder)
  return files.map(({ mp3, opus }, index) => {
    const slots = sounds[index]!.samples.length / slotSamples
    return { mp3: pieceOf('mp3', mp3, slots), opus: pieceOf('opus', opus, slots) }
  })
}

async function convert(
  sounds: readonly Sound[],
  folder: string,
  { chain, outputs }: { chain: string; outputs: Readonly<Record<string, readonly string[]>> },
): Promise<Record<string, Uint8Array>[]> {
  const names = Object.keys(outputs)
  const groups = Array.from({ length: Math.ceil(sounds.length / filesAtOnce) }, (_, group) =>
    sounds.slice(group * filesAtOnce, (group + 1) * filesAtOnce),
  )
  const all = await inTurns(groups, 2, async (group) => {
    const own = mkdtempSync(joinPath(folder, 'convert-'))
    const pathOf = (index: number, name: string): string => joinPath(own, `${index}.${name}`)
    group.forEach(({ samples }, index) => writeFileSync(pathOf(index, 'in'), toBytes(samples)))
    const inputs = group.flatMap(({ sampleRate: rate }, index) => [
      ...['-f', 's16le', '-ar', String(rate), '-ac', '1', '-i', pathOf(index, 'in')],
    ])
    const graph = group.map(
      (_, index) =>
        `[${index}:a]${chain},asplit=${names.length}${names.map((name) => `[${name}${index}]`).join('')}`,
    )
    const wanted = group.flatMap((_, index) =>
      names.flatMap((name) => ['-map', `[${name}${index}]`, ...outputs[name]!, pathOf(index, name)]),
    )
    await run('ffmpeg', ['-v', 'error', '-nostdin', ...inputs, '-filter_complex', graph.join(';'), ...wanted])
    const made = group.map((_, index) =>
      Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(pathOf(index, name)))])),
    )
    rmSync(own, { recursive: true })
    return made
  })
  return all.flat()
}

/** The works in order, so many at a time. */
async function inTurns<T, R>(all: readonly T[], atOnce: number, work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const left = [...all.entries()]
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift())
      results[next[0]] = await work(next[1])
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

/** A slot of silence in each codec: what lies between sentences. */
const stillness: Readonly<Record<Codec, Piece>> = {
  mp3: { slots: 1, packets: Array.from({ length: 5 }, emptyFrame) },
  opus: { slots: 1, packets: Array.from({ length: 6 }, () => Uint8Array.of(0xf8, 0xff, 0xfe)) },
}
const pauseSlots = 3

function emptyFrame(): Uint8Array {
  const frame = new Uint8Array(192)
  frame.set([0xff, 0xf3, 0x84, 0xc4])
  return frame
}

/** Sentences joined with pauses, stillness before the first, and the sound that this must be. */
export function joined(
  recorded: readonly Recorded[],
  pieces: readonly Record<Codec, Piece>[],
  { openingSlots = 1 }: { openingSlots?: number } = {},
): { pieces: Record<Codec, Piece>; sound: Sound } {
  const whole = (codec: Codec): Piece => {
    const all = [repeated(stillness[codec], openingSlots)]
    for (const piece of pieces) all.push(piece[codec], repeated(stillness[codec], pauseSlots))
    return {
      slots: all.reduce((sum, { slots }) => sum + slots, 0),
      packets: all.flatMap(({ packets }) => packets),
    }
  }
  const pause = new Int16Array(pauseSlots * slotSamples)
  const opening = new Int16Array(openingSlots * slotSamples)
  const samples = join([opening, ...recorded.flatMap(({ mastered }) => [mastered.samples, pause])])
  return { pieces: { mp3: whole('mp3'), opus: whole('opus') }, sound: { samples, sampleRate } }
}

let files = 0

/** Writes the files, whatever they hold. */
export function keep(bytes: Readonly<Record<Codec, Uint8Array>>, folder: string): Record<Codec, string> {
  files += 1
  const paths = { mp3: joinPath(folder, `${files}.mp3`), opus: joinPath(folder, `${files}.opus`) }
  for (const codec of codecs) writeFileSync(paths[codec], bytes[codec])
  return paths
}

/** The pieces as files. */
export function stitched(pieces: Readonly<Record<Codec, Piece>>): Record<Codec, Uint8Array> {
  return { mp3: stitch('mp3', [pieces.mp3]), opus: stitch('opus', [pieces.opus]) }
}

/** A recorded sentence as an item of the gate. */
export function itemOf(
  recorded: Recorded,
  paths: Record<Codec, string>,
  more: Partial<GateItem> = {},
): GateItem {
  return {
    paths,
    expected: recorded.mastered,
    milliseconds: recorded.slots * slotMilliseconds,
    letters: recorded.text.length,
    extent: 'sentence',
    ...more,
  }
}

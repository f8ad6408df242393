/** The gate for files that a voice read: nothing is kept that was not decoded and found to be what was meant. */
import { readFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { secondsOf, type Sound } from '../pcm.ts'
import { type Piece, pieceOf, UnfitFile } from '../stitch/index.ts'
import type { Codec } from '../store.ts'
import { decodeBoth, decodeFile, type DecodeLimits, decodePieces, isOfTheFile } from './decode.ts'
import { type Fault, faultsOf, finding, type Finding, type Maker } from './faults.ts'
import { type Extent, findingsOf } from './judge.ts'
import { likenessOf, type Picture, pictureOf } from './likeness.ts'
import { type Measurement, measureSound } from './measurement.ts'
import { lowShare, voiceBandDecibels } from './spectrum.ts'

/**
 * What a file pair should be. `expected`: the sound that went into the encoders (or, less strictly compared, what
 * the voice gave). `milliseconds`: the length to the grid. `letters`: characters of the spoken text; left out, the
 * pace is not looked at. `openingMs`: how long chime and stillness before the first word last.
 */
export type GateItem = {
  paths: Readonly<Record<Codec, string>>
  expected: Sound
  milliseconds: number
  letters?: number | undefined
  openingMs?: number | undefined
  extent: Extent
}

/** Fit when there are no faults. `similarity` is of the worse file's worst second and a half. */
export type GateResult = {
  faults: Fault[]
  measured: Record<Codec, Measurement>
  similarity: number
}

/** Both codecs are judged at the rate they were made at. */
const sampleRate = 24_000
/** Sound that is decoded at once: 29 MB in memory for each codec. */
const reelSecondsMax = 600

/**
 * Decodes and judges both files of each item; the results are in order. Any number of items: they are taken in
 * groups of ten minutes of sound. A file that cannot be read is a fault of its item; what is thrown is a machine on
 * which nothing can be decoded, the signal's reason, or a run that took longer than `deadlineMs`.
 */
export async function gateRendered(items: readonly GateItem[], limits: DecodeLimits): Promise<GateResult[]> {
  return gateAll(items, 'voice', limits)
}

/** The same for any maker. */
export async function gateAll(
  items: readonly GateItem[],
  maker: Maker,
  limits: DecodeLimits,
): Promise<GateResult[]> {
  const results: GateResult[] = []
  for (const group of groupsOf(items)) {
    const { mp3, opus } = await decodeGroup(group, limits)
    for (const [index, item] of group.entries()) {
      const [ofMp3, ofOpus] = [mp3[index], opus[index]]
      if (ofMp3 === undefined || ofOpus === undefined) throw new Error('a file was not decoded')
      results.push(judge(item, { mp3: ofMp3, opus: ofOpus }, maker))
      // Comparing a minute of sound takes a tenth of a second, and the hub has others to answer.
      await setImmediate(undefined, limits.signal && { signal: limits.signal })
    }
  }
  return results
}

function groupsOf(items: readonly GateItem[]): GateItem[][] {
  const groups: GateItem[][] = []
  let seconds = Infinity
  for (const item of items) {
    const long = item.milliseconds / 1000
    if (seconds + long > reelSecondsMax) {
      groups.push([])
      seconds = 0
    }
    groups.at(-1)?.push(item)
    seconds += long
  }
  return groups
}

/** A decoded file; without `sound` nothing could be got out. `isDamaged`: bytes are missing or changed. */
type Decoded = { sound: Sound | undefined; isDamaged: boolean }

/** A file as it was read: `piece` when it is in our form. */
type Read = { path: string; piece?: Piece; isDamaged: boolean }

async function decodeGroup(
  group: readonly GateItem[],
  limits: DecodeLimits,
): Promise<Record<Codec, Decoded[]>> {
  const readAll = (codec: Codec): Promise<Read[]> =>
    Promise.all(group.map(({ paths }) => readPiece(codec, paths[codec])))
  const [mp3, opus] = [await readAll('mp3'), await readAll('opus')]
  const both = await decodeBoth({ mp3: piecesOf(mp3), opus: piecesOf(opus) }, sampleRate, limits)
  const [ofMp3, ofOpus] = await Promise.all([
    decodeAll('mp3', mp3, limits, both?.mp3),
    decodeAll('opus', opus, limits, both?.opus),
  ])
  return { mp3: ofMp3, opus: ofOpus }
}

const piecesOf = (read: readonly Read[]): Piece[] => read.flatMap(({ piece }) => piece ?? [])

/**
 * Files of ours go on one reel, if `known` does not have their sounds already; what is not (or no longer) in our form
 * is decoded by itself.
 */
async function decodeAll(
  codec: Codec,
  read: readonly Read[],
  limits: DecodeLimits,
  known: Sound[] | undefined,
): Promise<Decoded[]> {
  const pieces = piecesOf(read)
  const sounds = known ?? (pieces.length > 0 ? await decodePieces(codec, pieces, sampleRate, limits) : [])
  const decoded: Decoded[] = []
  for (const { path, piece, isDamaged } of read) {
    if (piece !== undefined) decoded.push({ sound: sounds.shift(), isDamaged: false })
    else decoded.push(await decodeAlone(path, isDamaged, limits))
  }
  return decoded
}

async function readPiece(codec: Codec, path: string): Promise<Read> {
  try {
    return { path, piece: pieceOf(codec, await readFile(path)), isDamaged: false }
  } catch (error) {
    // Another profile, or off the grid: not ours to join, and not damaged for that.
    const isWhole = error instanceof UnfitFile && (error.kind === 'profile' || error.kind === 'length')
    return { path, isDamaged: !isWhole }
  }
}

async function decodeAlone(path: string, isDamaged: boolean, limits: DecodeLimits): Promise<Decoded> {
  try {
    return { sound: await decodeFile(path, sampleRate, limits), isDamaged }
  } catch (error) {
    limits.signal?.throwIfAborted()
    if (!isOfTheFile(error)) throw error
    return { sound: undefined, isDamaged }
  }
}

function judge(item: GateItem, decoded: Readonly<Record<Codec, Decoded>>, maker: Maker): GateResult {
  const picture = pictureOf(item.expected)
  const found = {
    mp3: judgeOne(item, decoded.mp3, picture, maker),
    opus: judgeOne(item, decoded.opus, picture, maker),
  }
  return {
    faults: faultsOf({ mp3: found.mp3.findings, opus: found.opus.findings }),
    measured: { mp3: found.mp3.measured, opus: found.opus.measured },
    similarity: Math.min(found.mp3.similarity, found.opus.similarity),
  }
}

/** How far the peaks stand above loudness, in dB. */
function crestOf(sound: Sound): number {
  const { truePeak, loudness } = measureSound(sound)
  return truePeak - loudness
}

type Judgement = { findings: Finding[]; measured: Measurement; similarity: number }

function judgeOne(
  { expected, extent, letters, openingMs = 0, milliseconds }: GateItem,
  { sound, isDamaged }: Decoded,
  picture: Picture,
  maker: Maker,
): Judgement {
  const heard = sound ?? { samples: new Int16Array(0), sampleRate }
  const remedy = { maker, what: 'again' } as const
  if (secondsOf(heard) < 0.02) {
    const vi = 'Không đọc được âm thanh nào trong tệp.'
    const en = 'No sound can be read from the file.'
    const findings = [finding('unreadable', 0, { vi, en }, remedy)]
    return { findings, measured: measureSound(heard), similarity: 0 }
  }
  const likeness = likenessOf(heard, picture)
  const { spectrum } = likeness
  const measured = measureSound(heard, { openingMs, spectrum })
  const findings = findingsOf({
    ...{ measured, likeness, letters, openingMs, extent, maker },
    expected: {
      milliseconds,
      voiceBandDecibels: voiceBandDecibels(picture.spectrum),
      crest: () => crestOf(expected),
    },
    lowShare: lowShare(spectrum),
  })
  if (isDamaged) {
    const vi = 'Tệp bị hỏng: thiếu hoặc sai một số byte.'
    const en = 'The file is damaged: some of its bytes are missing or changed.'
    findings.unshift(finding('damaged', 0, { vi, en }, remedy))
  }
  return { findings, measured, similarity: likeness.similarity }
}

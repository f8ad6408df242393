/** What a clip proves: the likeness, the place and the notes, weighed by the thresholds. Pure. */
import { noteShape } from '../../wire/notes.ts'
import type { Sound } from '../pcm.ts'
import { featuresOf } from './features.ts'
import {
  chunkMilliseconds,
  type Clip,
  clipOf,
  type Match,
  match,
  type Reference,
  referenceOf,
} from './matching.ts'
import { findNotes, type HeardNotes, hearNotes, isShifted, wrongNotes } from './notes.ts'
import type { Thresholds } from './thresholds.ts'

/** A stretch of the reference, in milliseconds. */
export type Stretch = { from: number; to: number }

/**
 * `verified`: this bulletin. `review`: a person must listen. `inconclusive`: what was heard is also in other
 * bulletins, or too short. `not-found`: this bulletin is not in the clip.
 */
export type Verdict = 'verified' | 'review' | 'inconclusive' | 'not-found'

/**
 * The notes in a clip. `matched`: those of the airing. `other`: clearly another airing's. `heard`: clear, and
 * there was no airing to compare with. `unclear`: not to be read. `not-reached`: the clip ends before them.
 * `digits` and how many are wrong only where they were read.
 */
export type NotesFinding = {
  state: 'matched' | 'other' | 'heard' | 'unclear' | 'not-reached'
  digits?: string
  wrong?: number
  clarity?: number
  /** Where the first note begins in the clip, in milliseconds. */
  at?: number
}

/** All that was found; likenesses from -1 to 1, times in milliseconds. */
export type Finding = {
  verdict: Verdict
  /** What it is proof of: this very play, the bulletin at some time, or nothing yet. */
  proves: 'airing' | 'bulletin' | 'nothing'
  mean: number
  unique: number
  chunks: number
  uniqueChunks: number
  /** Where in the reference the clip was recorded; null when it was not found there. */
  place: Stretch | null
  /** A moment t of the clip is offset + t × (1 + drift) of the reference. */
  offset: number
  drift: number
  notes: NotesFinding
}

export type Listening = {
  /** Mono, 8 kHz. */
  clip: Sound
  /** What the loudspeaker plays before the notes; mono, 8 kHz. */
  reference: Sound
  /** Where the reference says what other bulletins of the station say too; stretches do not overlap. */
  shared: readonly Stretch[]
  thresholds: Thresholds
  /** The airing's notes; null when no airing is asked about or it has none. */
  notes?: string | null
}

/** Listens for the reference in the clip, and for the notes after it. */
export function listenFor({ clip, reference, shared, thresholds, notes = null }: Listening): Finding {
  const lengthMs = (reference.samples.length * 1000) / reference.sampleRate
  const likeness = compare(clipOf(featuresOf(clip)), referenceOf(featuresOf(reference)), shared, thresholds)
  return weigh(likeness, notesIn(clip, likeness, lengthMs, notes, thresholds), {
    clipMs: (clip.samples.length * 1000) / clip.sampleRate,
    lengthMs,
  })
}

/** How alike clip and reference are at their best place, over all chunks and over those that are unique. */
export type Likeness = {
  match: Match | undefined
  mean: number
  unique: number
  uniqueChunks: number
  verdict: Verdict
}

/** Compares what has been made ready. */
export function compare(
  clip: Clip,
  reference: Reference,
  shared: readonly Stretch[],
  thresholds: Thresholds,
): Likeness {
  const found = match(clip, reference)
  const chunks = found?.chunks ?? []
  const unique = chunks.filter(({ at }) => sharedIn(shared, at) < thresholds.shared_seconds * 1000)
  const likeness = {
    match: found,
    mean: meanOf(chunks.map(({ score }) => score)),
    unique: meanOf(unique.map(({ score }) => score)),
    uniqueChunks: unique.length,
  }
  return { ...likeness, verdict: verdictOf(likeness, clip.chunks.length, thresholds) }
}

/** Milliseconds of shared stretches (which do not overlap) in the chunk that begins there. */
function sharedIn(shared: readonly Stretch[], at: number): number {
  return shared.reduce(
    (sum, { from, to }) => sum + Math.max(0, Math.min(to, at + chunkMilliseconds) - Math.max(from, at)),
    0,
  )
}

function verdictOf(
  { mean, unique, uniqueChunks }: Omit<Likeness, 'verdict'>,
  chunks: number,
  { verified, review, unique_chunks }: Thresholds,
): Verdict {
  // Too short to say anything, even that it is something else.
  if (chunks < unique_chunks) return 'inconclusive'
  if (mean < review.mean) return 'not-found'
  if (uniqueChunks < unique_chunks) return 'inconclusive'
  if (mean >= verified.mean && unique >= verified.unique) return 'verified'
  return unique >= review.unique ? 'review' : 'not-found'
}

/** Players take a moment between a file and the notes, and their files end a little later than their words. */
const search = { before: 400, after: 1500 }

function notesIn(
  clip: Sound,
  { match: found, verdict }: Likeness,
  lengthMs: number,
  expected: string | null,
  thresholds: Thresholds,
): NotesFinding {
  const limits = thresholds.notes
  const isPlaced = found !== undefined && (verdict === 'verified' || verdict === 'review')
  if (!isPlaced) return readNotes(findNotes(clip), expected, limits, limits.clarity_anywhere)
  const [{ offset, drift }, clipMs] = [found, (clip.samples.length * 1000) / clip.sampleRate]
  const begin = (lengthMs - offset) / (1 + drift) + noteShape.pauseBefore
  if (begin + noteShape.notes * noteShape.note > clipMs) return { state: 'not-reached' }
  const heard = hearNotes(clip, {
    from: begin - search.before,
    to: begin + search.after,
    drift,
    expected: begin,
  })
  return readNotes(heard, expected, limits, limits.clarity)
}

/** What the notes that were heard say of the airing; `clarityMin` is what they need to be believed at all. */
export function readNotes(
  heard: HeardNotes | undefined,
  expected: string | null,
  { wrong_max, certain_margin }: Thresholds['notes'],
  clarityMin: number,
): NotesFinding {
  if (heard === undefined) return { state: 'not-reached' }
  const clarity = rounded(heard.clarity)
  if (heard.clarity < clarityMin) return { state: 'unclear', clarity }
  const { digits, at } = heard
  if (expected === null) return { state: 'heard', digits, clarity, at }
  const { wrong, certain } = wrongNotes(heard, expected, certain_margin)
  if (wrong <= wrong_max) return { state: 'matched', digits, wrong, clarity, at }
  // Notes that are merely hard to hear contradict nothing.
  const isOther = certain > wrong_max && !isShifted(digits, expected)
  return { state: isOther ? 'other' : 'unclear', digits, wrong, clarity, at }
}

/** The notes say which play it was: they can make a doubtful clip worth listening to, and cast doubt on a good one. */
function weigh(
  { match: found, mean, unique, uniqueChunks, verdict: alike }: Likeness,
  notes: NotesFinding,
  { clipMs, lengthMs }: { clipMs: number; lengthMs: number },
): Finding {
  const verdict = verdictWithNotes(alike, notes)
  const place =
    found !== undefined && alike !== 'not-found'
      ? {
          from: Math.round(Math.max(0, found.offset)),
          to: Math.round(Math.min(lengthMs, found.offset + clipMs * (1 + found.drift))),
        }
      : null
  return {
    verdict,
    proves: verdict !== 'verified' ? 'nothing' : notes.state === 'matched' ? 'airing' : 'bulletin',
    mean: rounded(mean),
    unique: rounded(unique),
    chunks: found?.chunks.length ?? 0,
    uniqueChunks,
    place,
    offset: Math.round(found?.offset ?? 0),
    drift: Math.round((found?.drift ?? 0) * 1e5) / 1e5,
    notes,
  }
}

function verdictWithNotes(alike: Verdict, { state }: NotesFinding): Verdict {
  if (state === 'matched' && alike !== 'verified') return 'review'
  if (state === 'other' && alike === 'verified') return 'review'
  return alike
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}

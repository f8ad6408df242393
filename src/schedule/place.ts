/** Where one airing of one station fits: windows, what is taken, and how long approvals hold. */
import type { Sentence } from '../base/errors.ts'
import { toMilliseconds } from '../base/time.ts'
import { unplacedWhy, windowTooShort } from './reasons.ts'
import type { GreetingToPlan, RecordingToPlan } from './types.ts'
import type { Opening } from './windows.ts'

/** Silence between two airings of one station. */
export const gapMilliseconds = 30_000

/** A stretch that is taken, in milliseconds since 1970 UTC. */
export type Busy = { from: number; to: number }

export type Search = {
  /** In order of time. */
  openings: readonly Opening[]
  /** What could be played, best first. */
  candidates: readonly RecordingToPlan[]
  /** Greetings of the station, best first. */
  greetings: readonly GreetingToPlan[]
  greetingWanted: boolean
  /** How long the notes after the recording last. */
  notesMilliseconds: number
  /** Played by people: on whole minutes, and not spread. */
  byHand: boolean
  /** In order of time. */
  busy: readonly Busy[]
  notBefore: number
  /** What the station still has to play in all: the spread leaves room for it. */
  neededMilliseconds: number
  spreadMilliseconds: number
  /** Where this station stands among all, from 0 (first) to below 1. */
  share: number
}

/** A place that fits: `start` now, at the latest `last`, both in milliseconds since 1970 UTC. */
export type Place = {
  opening: Opening
  recording: RecordingToPlan
  greeting: GreetingToPlan | undefined
  start: number
  last: number
  length: number
}

/** How long an airing lasts: greeting, recording, notes. */
export function soundMilliseconds(
  recording: { milliseconds: number },
  greeting: { milliseconds: number } | undefined,
  notesMilliseconds: number,
): number {
  return (greeting?.milliseconds ?? 0) + recording.milliseconds + notesMilliseconds
}

/** The first place for the first candidate that has one. */
export function findPlace(search: Search): Place | undefined {
  for (const recording of search.candidates) {
    for (const opening of search.openings) {
      const place = placeIn(search, opening, recording)
      if (place !== undefined) return place
    }
  }
  return undefined
}

function placeIn(search: Search, opening: Opening, recording: RecordingToPlan): Place | undefined {
  const from = Math.max(opening.from, search.notBefore, toMilliseconds(recording.from))
  const greeting = search.greetings.find((one) => {
    return toMilliseconds(one.from) <= from && from <= toMilliseconds(one.until)
  })
  if (greeting !== undefined) {
    const place = placeFrom(search, opening, recording, greeting, from)
    if (place !== undefined) return place
  }
  // People are not kept waiting for a greeting that is not there, or does not fit.
  const without = search.byHand || (greeting === undefined && !search.greetingWanted)
  return without ? placeFrom(search, opening, recording, undefined, from) : undefined
}

function placeFrom(
  search: Search,
  opening: Opening,
  recording: RecordingToPlan,
  greeting: GreetingToPlan | undefined,
  from: number,
): Place | undefined {
  const { busy, byHand } = search
  const length = soundMilliseconds(recording, greeting, search.notesMilliseconds)
  const ends = greeting === undefined ? [recording.until] : [recording.until, greeting.until]
  const last = Math.min(opening.to - length, ...ends.map(toMilliseconds))
  const room = Math.max(0, opening.to - from - search.neededMilliseconds)
  const offset = byHand ? 0 : Math.min(search.spreadMilliseconds, room) * search.share
  const wish = from + Math.floor(offset / 1000) * 1000
  const start =
    firstFree(busy, wish, byHand ? 60_000 : 1000, length, last) ?? firstFree(busy, from, 1000, length, last)
  return start === undefined ? undefined : { opening, recording, greeting, start, last, length }
}

/** The earliest start from `from` to `last`, on a multiple of `step`, that keeps the gap on both sides. */
function firstFree(
  busy: readonly Busy[],
  from: number,
  step: number,
  length: number,
  last: number,
): number | undefined {
  let start = Math.ceil(from / step) * step
  for (const taken of busy) {
    if (start + length + gapMilliseconds <= taken.from) break
    if (start < taken.to + gapMilliseconds) start = Math.ceil((taken.to + gapMilliseconds) / step) * step
  }
  return start <= last ? start : undefined
}

/** Why nothing was found. There is at least one candidate. */
export function whyNoPlace(search: Search): Sentence {
  const { openings, candidates, greetings, byHand, notBefore, notesMilliseconds } = search
  const left = openings
    .map(({ from, to }) => ({ from: Math.max(from, notBefore), to }))
    .filter(({ from, to }) => to > from)
  if (left.length === 0) return unplacedWhy.noWindow
  const inTime = left.filter(({ from }) => candidates.some(({ until }) => from <= toMilliseconds(until)))
  if (inTime.length === 0) return unplacedWhy.expires
  const greeting = byHand ? undefined : greetings[0]
  const needed = Math.min(
    ...candidates.map((candidate) => soundMilliseconds(candidate, greeting, notesMilliseconds)),
  )
  const longest = Math.max(...inTime.map(({ from, to }) => to - from))
  if (longest >= needed) return unplacedWhy.full
  return windowTooShort(Math.floor(longest / 1000), Math.ceil(needed / 1000))
}

/**
 * What is due: from plan, journal and the present instant to the airings that are over and the one to
 * play now. Pure; the controller does what it says.
 */
import type { DevicePlan, PlannedAiring } from '../wire/messages.ts'
import type { Reason } from './reasons.ts'

/** An airing that was begun or is over, as the journal has it. */
export type Play = {
  airing: string
  state: 'playing' | 'waiting' | 'ended'
  held: string[]
  startedAt: number | null
  tries: number
  interruptions: number
  latestAt: number
}

export type AgendaInput = {
  plan: DevicePlan | undefined
  plays: ReadonlyMap<string, Play>
  now: number
  /** When this process started, and when the plan it follows arrived. */
  bootedAt: number
  planReceivedAt: number
  /** Until when the loudspeaker was last taken; `Infinity` while it plays. */
  busyUntil: number
  /** What the airing still lacks, if anything. */
  lacks(airing: PlannedAiring): 'audio-missing' | 'approval-missing' | undefined
  /** Not before this instant after the sound system failed. */
  notBefore(airing: string): number
}

export type Agenda = {
  /** Airings whose latest start has gone by. */
  over: { airing: PlannedAiring; reason: Reason }[]
  /** The one to play now. */
  start: PlannedAiring | undefined
  /** When to look again at the latest; `Infinity` when nothing is to come. */
  next: number
}

/** Airings whose latest start is older than this are never spoken of: the journal may have forgotten them. */
export const memoryMs = 400 * 86_400_000

/** Tries of one airing after the sound system failed without a sound. */
export const triesMax = 3

const ranks = { 'khan-cap': 0, 'uu-tien': 1, 'thong-thuong': 2 } as const

export function agendaOf(input: AgendaInput): Agenda {
  const { now } = input
  const agenda: Agenda = { over: [], start: undefined, next: Infinity }
  for (const airing of undecided(input)) {
    if (airing.latest < now) {
      agenda.over.push({ airing, reason: whyOver(airing, input) })
      continue
    }
    const from = Math.max(airing.at, input.notBefore(airing.airing))
    if (from > now) {
      agenda.next = Math.min(agenda.next, from, airing.latest + 1)
      continue
    }
    agenda.next = Math.min(agenda.next, airing.latest + 1)
    // Not compared with `now`: the clock may have been set back since the last play.
    if (input.busyUntil === Infinity || input.lacks(airing) !== undefined) continue
    if (agenda.start === undefined || goesFirst(airing, agenda.start)) agenda.start = airing
  }
  return agenda
}

/** Airings of the plan that are neither over nor playing. */
function* undecided({ plan, plays, now }: AgendaInput): Generator<PlannedAiring> {
  for (const airing of plan?.airings ?? []) {
    const state = plays.get(airing.airing)?.state
    if (state !== 'ended' && state !== 'playing' && airing.latest >= now - memoryMs) yield airing
  }
}

/** Parts that an airing not yet over needs, with when first and until when, earliest need first. */
export function partsNeeded(
  plan: DevicePlan | undefined,
  plays: ReadonlyMap<string, Play>,
  now: number,
): { sha256: string; at: number; until: number }[] {
  const needed = new Map<string, { sha256: string; at: number; until: number }>()
  for (const airing of plan?.airings ?? []) {
    if (airing.latest < now || plays.get(airing.airing)?.state === 'ended') continue
    for (const sha256 of airing.parts) {
      const known = needed.get(sha256)
      const at = Math.min(known?.at ?? Infinity, airing.at)
      needed.set(sha256, { sha256, at, until: Math.max(known?.until ?? 0, airing.latest) })
    }
  }
  return [...needed.values()].sort((a, b) => a.at - b.at || (a.sha256 < b.sha256 ? -1 : 1))
}

function whyOver(airing: PlannedAiring, input: AgendaInput): Reason {
  const play = input.plays.get(airing.airing)
  if (play !== undefined && play.interruptions > 0) return 'power-cut'
  if (airing.latest < input.planReceivedAt) return 'plan-late'
  if (airing.latest < input.bootedAt) return 'controller-off'
  if (play !== undefined && play.tries > 0) return 'output-failed'
  const lacks = input.lacks(airing)
  if (lacks !== undefined) return lacks
  return input.busyUntil >= airing.latest ? 'speaker-busy' : 'late'
}

function goesFirst(one: PlannedAiring, other: PlannedAiring): boolean {
  const order = ranks[one.priority] - ranks[other.priority] || one.at - other.at
  return order === 0 ? one.airing < other.airing : order < 0
}

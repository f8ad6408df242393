/** What became of an airing: pure, from facts. The rules auditors read. */
import { monthOf } from '../base/calendar.ts'
import type { Sentence } from '../base/errors.ts'
import { type Instant, millisecondsBetween, plusMilliseconds } from '../base/time.ts'
import type { MissedReason } from './missed.ts'
import { why } from './why.ts'

/** Of the planned sound, so much must have been heard. */
export const heardShareMin = 0.95
/** So long after the last possible end a device may still be on its way with a receipt before it counts as silent. */
export const silentAfterMilliseconds = 10 * 60_000

/** An airing with what must hold for a play of it to count. */
export type AiringToJudge = {
  id: string
  month: string
  plannedAt: Instant
  latestStartAt: Instant
  endsAt: Instant
  cancelledWhy: Sentence | null
  devices: readonly { id: string; villages: number }[]
  /** For each part, in playing order, its length and the hashes of its renditions. */
  parts: readonly { milliseconds: number; hashes: readonly string[] }[]
}

export type ReceiptToJudge = {
  device: string
  outcome: 'played' | 'partial' | 'missed' | 'refused'
  held: readonly string[]
  /** By the device's clock. */
  startedAt: Instant | null
  /** By the hub's clock: whatever was heard was heard before. */
  receivedAt: Instant
  heardMilliseconds: number
  reason: string | null
}

export type AttestationToJudge = {
  outcome: 'played' | 'missed'
  playedAt: Instant | null
  note: string
  /** Why it was not played, where the person said. */
  reason?: MissedReason | null
  /** How many of the station's villages heard a play, as the person says. */
  villages?: { reached: number; total: number } | null
  countersigned: boolean
}

export type OutcomeState =
  'met' | 'partial' | 'missed' | 'refused' | 'unknown' | 'waiting' | 'coming' | 'cancelled'

/** What became of an airing; `at` = when it was heard, `villages` = how many of its villages heard it, null where nobody can say. */
export type Outcome = {
  state: OutcomeState
  by: 'device' | 'people' | null
  at: Instant | null
  why: Sentence | null
  villages: { reached: number; total: number } | null
}

/** What one device's word comes to; `silent` = it has said nothing. */
type Word = {
  verdict: 'played' | 'partial' | 'refused' | 'missed' | 'silent'
  at: Instant | null
  why: Sentence | null
}

/**
 * What became of an airing.
 *
 * With devices: `met` when every one of them played it in full (in the airing's month by its own clock,
 * and not told before that month began, the approved recordings, at least 95 % of the sound). A device may report failed tries before the one that was
 * heard, so its best word counts, and it counts once, however often and in whatever order receipts
 * arrive. A device that has said nothing is waited for until ten minutes after the last possible end;
 * then the outcome is unknown until it speaks, or until people say what was heard.
 * Without devices, people decide: one attests, another countersigns; till then it waits. Two
 * countersigned attestations that contradict each other leave it unknown.
 * A cancelled airing never counts.
 */
export function outcomeOf(
  airing: AiringToJudge,
  receipts: readonly ReceiptToJudge[],
  attestations: readonly AttestationToJudge[],
  now: Instant,
): Outcome {
  if (airing.cancelledWhy !== null) return say('cancelled', { why: airing.cancelledWhy })
  const begun = now >= airing.plannedAt
  if (airing.devices.length === 0) {
    return peopleSay(attestations) ?? (begun ? say('waiting', { why: why.notAttested }) : say('coming'))
  }
  const devices = devicesSay(airing, receipts, now)
  if (devices.state !== 'unknown') return devices
  return peopleSay(attestations) ?? devices
}

function say(state: OutcomeState, rest: Partial<Outcome> = {}): Outcome {
  return { state, by: null, at: null, why: null, villages: null, ...rest }
}

function devicesSay(airing: AiringToJudge, receipts: readonly ReceiptToJudge[], now: Instant): Outcome {
  const words = airing.devices.map(({ id, villages }) => {
    return {
      ...bestWord(
        airing,
        receipts.filter(({ device }) => device === id),
      ),
      villages,
    }
  })
  const total = words.reduce((sum, word) => sum + word.villages, 0)
  const played = words.filter(({ verdict }) => verdict === 'played')
  const villages = { reached: played.reduce((sum, word) => sum + word.villages, 0), total }
  const first = played.map(({ at }) => at ?? '').sort()[0] ?? null
  if (played.length === words.length) return say('met', { by: 'device', at: first, villages })
  const failed = (verdict: Word['verdict']): (typeof words)[number] | undefined =>
    words.find((word) => word.verdict === verdict)
  const spoken = failed('refused') ?? failed('missed') ?? failed('partial')
  if (spoken !== undefined) {
    const some = played.length > 0 || failed('partial') !== undefined
    const state = some ? 'partial' : failed('refused') === undefined ? 'missed' : 'refused'
    return say(state, { by: 'device', at: first ?? spoken.at, why: spoken.why, villages })
  }
  // Nobody has said no, and somebody has not said yes.
  if (now < airing.plannedAt && played.length === 0) return say('coming', { villages })
  if (now < silentFrom(airing)) return say('waiting', { why: why.notReported, villages })
  return say('unknown', { why: why.silent, villages })
}

/** When a device that has said nothing of the airing counts as silent. */
function silentFrom(airing: AiringToJudge): Instant {
  const length = millisecondsBetween(airing.plannedAt, airing.endsAt)
  return plusMilliseconds(airing.latestStartAt, length + silentAfterMilliseconds)
}

const order: readonly Word['verdict'][] = ['played', 'partial', 'refused', 'missed', 'silent']

function bestWord(airing: AiringToJudge, receipts: readonly ReceiptToJudge[]): Word {
  const words = receipts.map((receipt) => wordOf(airing, receipt))
  words.sort(
    (a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || ((a.at ?? '') < (b.at ?? '') ? -1 : 1),
  )
  return words[0] ?? { verdict: 'silent', at: null, why: null }
}

function wordOf(airing: AiringToJudge, receipt: ReceiptToJudge): Word {
  const { outcome, held, startedAt, receivedAt, heardMilliseconds } = receipt
  const at = startedAt
  if (outcome === 'missed') return { verdict: 'missed', at, why: why.missed(receipt.reason) }
  if (outcome === 'refused') return { verdict: 'refused', at, why: why.refused(receipt.reason) }
  const approved =
    held.length === airing.parts.length &&
    airing.parts.every(({ hashes }, index) => hashes.includes(held[index] ?? ''))
  if (!approved) return { verdict: 'refused', at, why: why.otherAudio }
  if (startedAt === null || monthOf(startedAt) !== airing.month) {
    return { verdict: 'missed', at, why: why.otherMonth }
  }
  if (monthOf(receivedAt) < airing.month) return { verdict: 'missed', at, why: why.toldTooSoon }
  const planned = airing.parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  if (outcome === 'partial' || heardMilliseconds < heardShareMin * planned) {
    return { verdict: 'partial', at, why: why.partial(heardMilliseconds / 1000, planned / 1000) }
  }
  return { verdict: 'played', at, why: null }
}

/** What people have said; undefined when nobody has. */
function peopleSay(attestations: readonly AttestationToJudge[]): Outcome | undefined {
  if (attestations.length === 0) return undefined
  const sure = attestations.filter(({ countersigned }) => countersigned)
  const played = sure.filter(({ outcome }) => outcome === 'played')
  const missed = sure.find(({ outcome }) => outcome === 'missed')
  if (played.length > 0 && missed !== undefined)
    return say('unknown', { by: 'people', why: why.contradiction })
  if (missed !== undefined)
    return say('missed', { by: 'people', why: why.attestedMissed(missed.reason ?? null, missed.note) })
  const at = played.map(({ playedAt }) => playedAt ?? '').sort()[0]
  if (at !== undefined) return say('met', { by: 'people', at, villages: fewestVillages(played) })
  return say('waiting', { why: why.notCountersigned })
}

/** Where two people differ about the villages, the lower figure is believed. */
function fewestVillages(played: readonly AttestationToJudge[]): Outcome['villages'] {
  const told = played.flatMap(({ villages }) =>
    villages === undefined || villages === null ? [] : [villages],
  )
  return told.sort((a, b) => a.reached - b.reached)[0] ?? null
}

/** What became of a month's airings, from the facts in the database. */
import type { Month } from '../base/calendar.ts'
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import { type Airing, airingsOf, cancelSentence } from '../schedule/index.ts'
import { type AiringToJudge, type Outcome, outcomeOf } from './outcome.ts'
import {
  type AiringsAsked,
  attestationsOf,
  audioOf,
  receiptsByAiring,
  villagesByDevice,
  villagesByStation,
} from './store.ts'

/** What became of an airing, with what is needed to place it. */
export type AiringOutcome = Outcome & {
  airing: string
  campaign: string
  month: Month
  station: string
  attempt: number
  script: string
  plannedAt: Instant
}

/** The outcomes of a month's airings (of one campaign, of some stations, or of all), cancelled ones too, by planned start. */
export async function airingOutcomes(
  db: Db,
  asked: { month: Month; campaign?: string; stations?: readonly string[]; now: Instant },
): Promise<AiringOutcome[]> {
  const { now, ...which } = asked
  return outcomesOf(db, await airingsOf(db, which), which, now)
}

/** The outcome of one airing that is there. */
export async function outcomeOfAiring(db: Db, airing: Airing, now: Instant): Promise<AiringOutcome> {
  const [outcome] = await outcomesOf(db, [airing], { airing: airing.id }, now)
  if (outcome === undefined) throw new Error(`no outcome for ${airing.id}`)
  return outcome
}

async function outcomesOf(
  db: Db,
  airings: readonly Airing[],
  asked: AiringsAsked,
  now: Instant,
): Promise<AiringOutcome[]> {
  const receipts = await receiptsByAiring(db, asked)
  const attestations = Map.groupBy(await attestationsOf(db, asked), ({ airing }) => airing)
  const audio = await audioOf(db, asked)
  const villages = await villagesByDevice(db, asked)
  const villagesAt = await villagesByStation(db, asked)
  return airings.map((airing) => {
    const { id, campaign, month, station, attempt, script, plannedAt, latestStartAt, endsAt } = airing
    const parts = [airing.greeting, airing.recording].filter((recording) => recording !== null)
    const toJudge: AiringToJudge = {
      ...{ id, month, plannedAt, latestStartAt, endsAt },
      cancelledWhy: airing.cancelled === null ? null : cancelSentence(airing.cancelled.why),
      devices: airing.devices.map((device) => ({ id: device, villages: villages.get(device) ?? 0 })),
      // A recording whose rendition is gone matches nothing: then nothing counts as played.
      parts: parts.map((recording) => audio.get(recording) ?? { milliseconds: 0, hashes: [] }),
    }
    const total = villagesAt.get(station) ?? 0
    const said = (attestations.get(id) ?? []).map((attestation) => {
      const { playedAt, note, reason, villagesMissed, countersignedBy } = attestation
      const reached = Math.max(0, total - villagesMissed.length)
      return {
        ...{ outcome: attestation.outcome, playedAt, note, reason, countersigned: countersignedBy !== null },
        villages: total === 0 ? null : { reached, total },
      }
    })
    const outcome = outcomeOf(toJudge, receipts.get(id) ?? [], said, now)
    return { airing: id, campaign, month, station, attempt, script, plannedAt, ...outcome }
  })
}

/** The schedule's job: what the coming month lacks is planned; what can no longer be played is planned again. */
import assert from 'node:assert/strict'
import { approvedRecordings } from '../approval/index.ts'
import { notesMilliseconds } from '../audio/index.ts'
import {
  boundsOf,
  dayOf,
  firstDayOf,
  lastDayOf,
  type Month,
  monthOf,
  nextMonth,
  plusDays,
} from '../base/calendar.ts'
import { type Ids, randomIds } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Clock, Instant } from '../base/time.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { enrolledDevices, stationsOf, stationUnitsOn } from '../registry/index.ts'
import { languageFor, submittedVersions } from '../scripts/index.ts'
import { campaignsIn } from './campaigns.ts'
import { checkMonth } from './check.ts'
import { enterAirings } from './enter.ts'
import { planMonth } from './plan.ts'
import { type HubReason, isHubReason } from './reasons.ts'
import { airingsOf, cancelAirings, windowsOf } from './store.ts'
import type { Airing, AiringThere, MonthPlan, PlanningInput, Unplaced } from './types.ts'

/** From this day of the month on, the next month is planned too. */
export const nextMonthFromDay = 20

export type PlanningPace = { leadSeconds: number; spreadSeconds: number; lateSeconds: number }

/**
 * Plans what is wanted and not there yet: this month, from day 20 on the next one too, or exactly the
 * given months. Airings still to come whose recording or greeting is no longer approved by then (it was withdrawn,
 * or a fact it says has changed or ends before), or whose station has other devices now, are cancelled and planned
 * again. One transaction: all of it or
 * nothing, and running it twice changes nothing. Throws when the checker refuses the plan (a bug:
 * nothing is stored then). `ids` is for the secret behind the notes, drawn once in the hub's life.
 */
export async function planWanted(
  wanted: { database: Database; clock: Clock; log: Log; months?: readonly Month[]; ids?: Ids } & PlanningPace,
): Promise<{ planned: number; cancelled: number; unplaced: Unplaced[] }> {
  const now = wanted.clock.now()
  const result = { planned: 0, cancelled: 0, unplaced: [] as Unplaced[] }
  await transact(wanted.database, async (tx) => {
    for (const month of [...new Set(wanted.months ?? monthsWanted(now))].sort()) {
      const input = await planningInput(tx, month, now, wanted)
      const { airings, unplaced } = planMonth(input.value)
      const wrong = checkMonth(airings, input.value)
      assert.deepEqual(wrong, [], 'the checker refuses the plan')
      for (const [why, ids] of input.outdated) await cancelAirings(tx, ids, why, now)
      await enterAirings(tx, airings, { now, ids: wanted.ids ?? randomIds })
      result.planned += airings.length
      result.cancelled += [...input.outdated.values()].flat().length
      result.unplaced.push(...unplaced)
    }
  })
  if (result.planned + result.cancelled > 0) {
    const { planned, cancelled, unplaced } = result
    wanted.log.info({ planned, cancelled, unplaced: unplaced.length }, 'airings planned')
  }
  return result
}

/** What the job would do for this month now, without doing it: why an obligation has no airing yet. */
export async function previewMonth(db: Db, month: Month, now: Instant): Promise<MonthPlan> {
  const pace = { leadSeconds: 0, spreadSeconds: 0, lateSeconds: 0 }
  return planMonth((await planningInput(db, month, now, pace)).value)
}

function monthsWanted(now: Instant): Month[] {
  const month = monthOf(now)
  return Number(dayOf(now).slice(8, 10)) >= nextMonthFromDay ? [month, nextMonth(month)] : [month]
}

/** Gathers what the planner looks at, and which airings still to come are to be planned again. */
async function planningInput(
  db: Db,
  month: Month,
  now: Instant,
  pace: PlanningPace,
): Promise<{ value: PlanningInput; outdated: Map<HubReason, string[]> }> {
  const campaigns = await campaignsIn(db, month)
  const stations = await stationsToPlan(db, month)
  const { factsOver, ...audio } = await audioToPlan(db, month, now)
  const monthBefore = plusDays(firstDayOf(month), -1).slice(0, 7)
  const there = await airingsOf(db, { months: [monthBefore, month, nextMonth(month)] })
  const outdated = outdatedAirings(there, month, now, stations, { ...audio, factsOver })
  const goes = new Set([...outdated.values()].flat())
  const value: PlanningInput = {
    ...pace,
    month,
    now,
    stations,
    windows: await windowsOf(db),
    campaigns,
    ...audio,
    notesMilliseconds,
    there: there.map((airing) => whatIsThere(airing, goes.has(airing.id))),
  }
  return { value, outdated }
}

async function stationsToPlan(db: Db, month: Month): Promise<PlanningInput['stations']> {
  const units = await stationUnitsOn(db, lastDayOf(month))
  const devices = Map.groupBy(await enrolledDevices(db), ({ station }) => station)
  return (await stationsOf(db)).map(({ id }) => {
    const unit = units.get(id)
    return {
      id,
      unit: unit === undefined ? null : { code: unit.code, validFrom: unit.validFrom },
      devices: (devices.get(id) ?? []).map((device) => device.id).sort(),
    }
  })
}

/** `factsOver`: versions, as `<script>/<version>`, that a fact which changed or ended has put an end to. */
type AudioToPlan = Pick<PlanningInput, 'recordings' | 'greetings' | 'greetingWanted'> & {
  factsOver: ReadonlySet<string>
}

/** What is approved now, or on the first day of a month that is still to come. */
async function audioToPlan(db: Db, month: Month, now: Instant): Promise<AudioToPlan> {
  const { from } = boundsOf(month)
  const approved = await approvedRecordings(db, from > now ? from : now)
  const bulletins = approved.filter(({ kind }) => kind === 'bulletin')
  // Stations have no languages of their own until communes confirm theirs, so for now every one hears Vietnamese
  // where there is such a recording, or will be one: what somebody brought in another language must not go to the
  // whole province because it came first.
  const versionOf = (one: { script: string; version: number }): string => `${one.script}/${one.version}`
  const submitted = await submittedVersions(db)
  const heard = new Map<string, string | undefined>()
  for (const [version, all] of Map.groupBy([...bulletins, ...submitted], versionOf)) {
    const languages = all.map(({ language }) => language)
    heard.set(version, languageFor([], languages))
  }
  const over = submitted.filter(({ heardUntil, validTo }) => heardUntil !== validTo)
  return {
    factsOver: new Set(over.map(versionOf)),
    greetingWanted: submitted.some(({ kind }) => kind === 'greeting'),
    recordings: bulletins.filter((one) => one.language === heard.get(versionOf(one))),
    greetings: approved.flatMap((one) => {
      return one.kind === 'greeting' && one.station !== null ? [{ ...one, station: one.station }] : []
    }),
  }
}

function whatIsThere(airing: Airing, goes: boolean): AiringThere {
  const { campaign, month, station, attempt, script, plannedAt, endsAt, cancelled } = airing
  const byHub = goes || (cancelled !== null && isHubReason(cancelled.why))
  const state = byHub ? 'hub' : cancelled === null ? null : 'person'
  return { campaign, month, station, attempt, script, plannedAt, endsAt, cancelled: state }
}

function outdatedAirings(
  there: readonly Airing[],
  month: Month,
  now: Instant,
  stations: PlanningInput['stations'],
  audio: AudioToPlan,
): Map<HubReason, string[]> {
  const until = new Map([...audio.recordings, ...audio.greetings].map((one) => [one.recording, one.until]))
  const devicesOf = new Map(stations.map(({ id, devices }) => [id, devices.join()]))
  const outdated = new Map<HubReason, string[]>([
    ['fact-changed', []],
    ['audio-changed', []],
    ['devices-changed', []],
  ])
  for (const airing of there) {
    if (airing.month !== month || airing.cancelled !== null || airing.plannedAt <= now) continue
    const { id, recording, greeting, devices, station } = airing
    // What ends before its airing (a fact of it was given an end) is planned again now, not on its last day.
    const ends = [recording, ...(greeting === null ? [] : [greeting])].map((one) => until.get(one) ?? '')
    if (ends.some((end) => end < airing.plannedAt)) {
      const because = audio.factsOver.has(`${airing.script}/${airing.version}`)
        ? 'fact-changed'
        : 'audio-changed'
      outdated.get(because)?.push(id)
    } else if (devicesOf.get(station) !== devices.join()) outdated.get('devices-changed')?.push(id)
  }
  return outdated
}

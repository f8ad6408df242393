/** The planner: pure. Nothing but its input decides, and the order of the input does not. */
import assert from 'node:assert/strict'
import { boundsOf, dayOf, daysOf, firstDayOf, instantAt, monthOf, plusDays } from '../base/calendar.ts'
import type { Sentence } from '../base/errors.ts'
import { derivedId } from '../base/ids.ts'
import { fromMilliseconds, type Instant, toMilliseconds } from '../base/time.ts'
import {
  type Busy,
  findPlace,
  gapMilliseconds,
  soundMilliseconds,
  type Place,
  type Search,
  whyNoPlace,
} from './place.ts'
import { placedBecause, unplacedWhy } from './reasons.ts'
import { takeTurns } from './rotate.ts'
import { openingsByStation, type Opening } from './windows.ts'
import type {
  AiringThere,
  GreetingToPlan,
  MonthPlan,
  PlannedAiring,
  PlanningInput,
  RecordingToPlan,
  StationToPlan,
} from './types.ts'

/** An obligation is planned at most so often in one month, however often its airings are cancelled. */
export const attemptsMax = 20

/** What does not differ from station to station. */
type Ground = {
  input: PlanningInput
  earliest: number
  openingsOf: (station: string) => readonly Opening[]
  /** Approved recordings that can still be used this month, by script and the station whose variant they are. */
  recordings: Map<string, RecordingToPlan[]>
  greetings: Map<string, GreetingToPlan[]>
  campaigns: { id: string; pool: string[]; turns: Map<string, string> }[]
  there: Map<string, AiringThere[]>
}

/** An obligation that has no airing yet, with what could be played for it, best first. */
type Want = {
  campaign: string
  attempt: number
  notBefore: number
  candidates: RecordingToPlan[]
  pool: readonly string[]
}

/**
 * Plans what the month still lacks: one airing for each campaign and station that has none.
 *
 * What is there stays and is never overlapped (30 s apart). A first airing comes as early as the
 * station's windows allow and not before `now + leadSeconds`; stations with devices spread their
 * starts over `spreadSeconds`, stations played by hand start on whole minutes. An airing, its notes
 * included, lies wholly within one opening of one day of the month. A station hears its own variant of a
 * bulletin where there is one and never another's, a person's voice rather than a machine's, and first its
 * own greeting; one played by hand goes without when there is none or it does not fit. After a person cancelled an airing its replacement comes
 * on a later day. Whatever cannot be placed is named with the reason.
 */
export function planMonth(input: PlanningInput): MonthPlan {
  const ground = survey(input)
  const plan: MonthPlan = { airings: [], unplaced: [] }
  const stations = input.stations.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  stations.forEach((station, index) => {
    const { airings, unplaced } = planStation(ground, station, index)
    plan.airings.push(...airings)
    plan.unplaced.push(...unplaced)
  })
  assert.equal(new Set(plan.airings.map(({ id }) => id)).size, plan.airings.length, 'airing ids are unique')
  return plan
}

function survey(input: PlanningInput): Ground {
  const { month } = input
  const bounds = boundsOf(month)
  const lead = toMilliseconds(input.now) + input.leadSeconds * 1000
  const earliest = Math.max(toMilliseconds(bounds.from), Math.ceil(lead / 1000) * 1000)
  const firstDay = dayOf(fromMilliseconds(earliest))
  const usable = <T extends { from: string; until: string }>(audio: readonly T[]): T[] =>
    audio.filter(({ from, until }) => from < bounds.to && toMilliseconds(until) >= earliest)
  const recordings = usable(input.recordings)
  const usableScripts = new Set(recordings.map(({ script }) => script))
  const days = daysOf(month).filter((day) => day >= firstDay)
  return {
    input,
    earliest,
    openingsOf: openingsByStation(input.windows, days),
    recordings: Map.groupBy(recordings, ({ script, station }) => recordingKey(script, station)),
    greetings: Map.groupBy(usable(input.greetings).sort(newestFirst), ({ station }) => station),
    campaigns: input.campaigns
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, scripts }) => {
        const pool = [...new Set(scripts)].filter((script) => usableScripts.has(script))
        return campaignTurns(input, id, pool)
      }),
    there: Map.groupBy(input.there, ({ station }) => station),
  }
}

/** The greeting of the newest version; between those of one version the id decides. */
function newestFirst(
  a: { version: number; recording: string },
  b: { version: number; recording: string },
): number {
  return b.version - a.version || (a.recording < b.recording ? -1 : 1)
}

function recordingKey(script: string, station: string | null): string {
  return `${script}/${station ?? ''}`
}

/** What a station may play of a script, best first: never another station's variant. */
function recordingsFor(ground: Ground, station: string, script: string): RecordingToPlan[] {
  const [own, common] = [station, null].map((whose) => ground.recordings.get(recordingKey(script, whose)))
  return [...(own ?? []), ...(common ?? [])].sort(bestFirst)
}

/**
 * The newest version; of one version the station's own variant before the one for all, a person's voice before
 * a machine's, the later made before the earlier; the id decides the rest, so that it is always the same.
 */
function bestFirst(a: RecordingToPlan, b: RecordingToPlan): number {
  const newer = a.createdAt === b.createdAt ? 0 : a.createdAt > b.createdAt ? -1 : 1
  return (
    b.version - a.version ||
    Number(a.station === null) - Number(b.station === null) ||
    Number(b.upload) - Number(a.upload) ||
    newer ||
    (a.recording < b.recording ? -1 : 1)
  )
}

function campaignTurns(input: PlanningInput, campaign: string, pool: string[]): Ground['campaigns'][number] {
  const monthBefore = monthOf(instantAt(plusDays(firstDayOf(input.month), -1), '00:00'))
  const kept = new Map<string, string>()
  const heardLastMonth = new Map<string, string>()
  for (const airing of input.there) {
    if (airing.campaign !== campaign || airing.cancelled !== null) continue
    if (airing.month === input.month) kept.set(airing.station, airing.script)
    else if (airing.month === monthBefore) heardLastMonth.set(airing.station, airing.script)
  }
  const stations = input.stations.map(({ id }) => id).sort()
  return {
    id: campaign,
    pool,
    turns: takeTurns({ month: input.month, pool, stations, kept, heardLastMonth }),
  }
}

function planStation(ground: Ground, station: StationToPlan, index: number): MonthPlan {
  const plan: MonthPlan = { airings: [], unplaced: [] }
  const there = ground.there.get(station.id) ?? []
  const wants = ground.campaigns
    .filter(({ id }) => !there.some((airing) => isFor(ground, airing, id) && airing.cancelled === null))
    .map((campaign) => wantOf(ground, campaign, station, there))
  if (wants.length === 0) return plan
  const greetings = ground.greetings.get(station.id) ?? []
  const busy = there.filter(({ cancelled }) => cancelled === null).map(busyWith)
  const { input } = ground
  const search: Omit<Search, 'candidates' | 'notBefore' | 'busy'> = {
    openings: ground.openingsOf(station.id),
    greetings,
    greetingWanted: input.greetingWanted,
    notesMilliseconds: input.notesMilliseconds,
    byHand: station.devices.length === 0,
    neededMilliseconds: neededMilliseconds(wants, greetings, input.notesMilliseconds),
    spreadMilliseconds: input.spreadSeconds * 1000,
    share: index / input.stations.length,
  }
  for (const want of wants) {
    const { campaign, candidates, notBefore } = want
    const refuse = (why: Sentence): void => void plan.unplaced.push({ station: station.id, campaign, why })
    const refusal = refusalBeforePlacing(ground, station, want, greetings)
    if (refusal !== undefined) {
      refuse(refusal)
      continue
    }
    const inOrder = busy.toSorted((a, b) => a.from - b.from)
    const wanted: Search = { ...search, candidates, notBefore, busy: inOrder }
    const place = findPlace(wanted)
    if (place === undefined) refuse(whyNoPlace(wanted))
    else {
      const airing = airingAt(input, station, want, place)
      plan.airings.push(airing)
      busy.push(busyWith(airing))
    }
  }
  return plan
}

function busyWith({ plannedAt, endsAt }: { plannedAt: Instant; endsAt: Instant }): Busy {
  return { from: toMilliseconds(plannedAt), to: toMilliseconds(endsAt) }
}

/** How long it takes to play everything one after the other. */
function neededMilliseconds(
  wants: readonly Want[],
  greetings: readonly GreetingToPlan[],
  notesMilliseconds: number,
): number {
  const lengths = wants.flatMap(({ candidates: [first] }) => {
    return first === undefined
      ? []
      : [soundMilliseconds(first, greetings[0], notesMilliseconds) + gapMilliseconds]
  })
  return lengths.reduce((sum, length) => sum + length, -gapMilliseconds)
}

function isFor(ground: Ground, airing: AiringThere, campaign: string): boolean {
  return airing.campaign === campaign && airing.month === ground.input.month
}

function wantOf(
  ground: Ground,
  campaign: Ground['campaigns'][number],
  station: StationToPlan,
  there: readonly AiringThere[],
): Want {
  const earlier = there.filter((airing) => isFor(ground, airing, campaign.id))
  const attempt = Math.max(0, ...earlier.map((airing) => airing.attempt)) + 1
  const unsuited = earlier
    .filter(({ cancelled }) => cancelled === 'person')
    .map(({ plannedAt }) => toMilliseconds(instantAt(plusDays(dayOf(plannedAt), 1), '00:00')))
  const turn = campaign.pool.indexOf(campaign.turns.get(station.id) ?? '')
  const inTurn = [...campaign.pool.slice(Math.max(0, turn)), ...campaign.pool.slice(0, Math.max(0, turn))]
  return {
    campaign: campaign.id,
    attempt,
    notBefore: Math.max(ground.earliest, ...unsuited),
    candidates: inTurn.flatMap((script) => recordingsFor(ground, station.id, script)),
    pool: campaign.pool,
  }
}

function refusalBeforePlacing(
  ground: Ground,
  station: StationToPlan,
  want: Want,
  greetings: readonly GreetingToPlan[],
): Sentence | undefined {
  if (ground.earliest >= toMilliseconds(boundsOf(ground.input.month).to)) return unplacedWhy.monthOver
  if (station.unit === null) return unplacedWhy.noUnit
  if (want.attempt > attemptsMax) return unplacedWhy.tooOften
  if (want.candidates.length === 0) {
    return want.pool.length === 0 ? unplacedWhy.noRecording : unplacedWhy.noVariant
  }
  if (station.devices.length > 0 && ground.input.greetingWanted && greetings.length === 0) {
    return unplacedWhy.noGreeting
  }
  return undefined
}

function airingAt(
  input: PlanningInput,
  { id: station, unit, devices }: StationToPlan,
  want: Want,
  { opening, recording, greeting, start, last, length }: Place,
): PlannedAiring {
  assert(unit !== null, 'refused before placing')
  const { campaign, attempt, pool } = want
  const { script, version } = recording
  const { day, opens, closes } = opening
  return {
    id: derivedId('air', campaign, input.month, station, attempt),
    campaign,
    month: input.month,
    attempt,
    station,
    unit,
    script,
    version,
    recording: recording.recording,
    greeting: greeting?.recording ?? null,
    plannedAt: fromMilliseconds(start),
    latestStartAt: fromMilliseconds(Math.min(start + input.lateSeconds * 1000, last)),
    endsAt: fromMilliseconds(start + length),
    plannedBecause: placedBecause({
      ...{ day, opens, closes, attempt },
      turn: pool.indexOf(script) + 1,
      turns: pool.length,
    }),
    devices: devices.toSorted(),
  }
}

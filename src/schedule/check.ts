/**
 * The checker: reads every plan before it is stored, and shares no code with the planner. Where the
 * planner counts milliseconds and merges windows, the checker walks along the clock of the day as it
 * is written.
 */
import { type Day, dayOf, lastDayOf, monthOf, timeOfDay } from '../base/calendar.ts'
import { type Instant, millisecondsBetween } from '../base/time.ts'
import type { AiringThere, PlannedAiring, PlanningInput, Window } from './types.ts'

const silenceMilliseconds = 30_000

/**
 * Everything that is wrong with these airings as a plan for this input, as lines for the log; empty when
 * nothing is. Each line begins with the airing's id.
 */
export function checkMonth(airings: readonly PlannedAiring[], input: PlanningInput): string[] {
  const wrong: string[] = []
  for (const airing of airings) {
    const rules = [checkWhat, checkGreeting, checkLength, checkWhen, checkWindow, checkWhere, checkAttempt]
    for (const rule of rules) wrong.push(...rule(airing, input).map((why) => `${airing.id}: ${why}`))
  }
  return [...wrong, ...checkOncePerObligation(airings, input), ...checkOverlaps(airings, input)]
}

/** An approved recording of a script of the campaign, valid on the day. */
function checkWhat(airing: PlannedAiring, input: PlanningInput): string[] {
  const campaign = input.campaigns.find(({ id }) => id === airing.campaign)
  if (campaign === undefined) return [`campaign ${airing.campaign} is not in force in ${input.month}`]
  const wrong: string[] = []
  if (!campaign.scripts.includes(airing.script)) wrong.push(`${airing.script} is not of the campaign`)
  const approved = input.recordings.find(
    (one) =>
      one.recording === airing.recording && one.script === airing.script && one.version === airing.version,
  )
  if (approved === undefined) return [...wrong, `recording ${airing.recording} is not approved`]
  if (approved.station !== null && approved.station !== airing.station) {
    wrong.push(`the recording is the variant of ${approved.station}`)
  }
  if (!mayStart(approved, airing)) wrong.push('the recording is not valid then')
  return wrong
}

/** The station's own greeting; only a station played by hand may go without one that is wanted. */
function checkGreeting(airing: PlannedAiring, input: PlanningInput): string[] {
  if (airing.greeting === null) {
    return airing.devices.length > 0 && input.greetingWanted ? ['the greeting is missing'] : []
  }
  const greeting = input.greetings.find(({ recording }) => recording === airing.greeting)
  if (greeting === undefined) return [`greeting ${airing.greeting} is not approved`]
  const wrong = greeting.station === airing.station ? [] : [`the greeting is that of ${greeting.station}`]
  return mayStart(greeting, airing) ? wrong : [...wrong, 'the greeting is not valid then']
}

/** From the planned to the latest start, the approval holds. */
function mayStart(approved: { from: Instant; until: Instant }, airing: PlannedAiring): boolean {
  return approved.from <= airing.plannedAt && airing.latestStartAt <= approved.until
}

/** The planned end is the start and the length of what is heard, notes included. */
function checkLength(airing: PlannedAiring, input: PlanningInput): string[] {
  const recording = input.recordings.find((one) => one.recording === airing.recording)
  const greeting = input.greetings.find((one) => one.recording === airing.greeting)
  const planned = millisecondsBetween(airing.plannedAt, airing.endsAt)
  const heard = (recording?.milliseconds ?? 0) + (greeting?.milliseconds ?? 0) + input.notesMilliseconds
  return planned === heard ? [] : [`planned for ${String(planned)} ms, but ${String(heard)} ms are heard`]
}

/** Within the month, not before the lead, with a latest start that makes sense. */
function checkWhen(airing: PlannedAiring, input: PlanningInput): string[] {
  const wrong: string[] = []
  if (airing.month !== input.month) wrong.push(`planned for ${airing.month}`)
  if (monthOf(airing.plannedAt) !== input.month) wrong.push(`starts in ${monthOf(airing.plannedAt)}`)
  if (millisecondsBetween(input.now, airing.plannedAt) < input.leadSeconds * 1000)
    wrong.push('starts too soon')
  const late = millisecondsBetween(airing.plannedAt, airing.latestStartAt)
  if (late < 0 || late > input.lateSeconds * 1000) wrong.push(`may start ${String(late)} ms late`)
  return wrong
}

/** From the planned start to the end of a play that starts as late as it may, the station may play. */
function checkWindow(airing: PlannedAiring, input: PlanningInput): string[] {
  const day = dayOf(airing.plannedAt)
  const own = input.windows.filter((window) => window.station === airing.station && holdsOn(window, day))
  const rules = own.length > 0 ? own : input.windows.filter(({ station }) => station === null)
  const open = rules.filter((window) => holdsOn(window, day))
  const lateMilliseconds = Math.max(0, millisecondsBetween(airing.plannedAt, airing.latestStartAt))
  const last = clockAfter(airing.endsAt, lateMilliseconds, day)
  let clock = timeOfDay(airing.plannedAt)
  while (clock < last) {
    const next = openUntil(open, clock)
    if (next === undefined) return [`plays at ${clock} on ${day}, when the station has no window`]
    clock = next
  }
  return []
}

/** Where the windows that are open at this time of day let one get to: the latest of their ends. */
function openUntil(windows: readonly Window[], clock: string): string | undefined {
  return windows
    .filter(({ opens, closes }) => `${opens}:00` <= clock && clock < `${closes}:00`)
    .map(({ closes }) => `${closes}:00`)
    .sort()
    .at(-1)
}

/** The time of day so much later, rounded up to a second; past midnight it counts on from 24:00:00. */
function clockAfter(instant: Instant, milliseconds: number, day: Day): string {
  const seconds = Math.ceil(
    millisecondsBetween(`${day}T00:00:00.000+07:00`, instant) / 1000 + milliseconds / 1000,
  )
  const figures = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return figures.map((figure) => String(figure).padStart(2, '0')).join(':')
}

/** The station, the unit that owes the month, and the devices that are there. */
function checkWhere(airing: PlannedAiring, input: PlanningInput): string[] {
  const station = input.stations.find(({ id }) => id === airing.station)
  if (station === undefined) return [`station ${airing.station} is unknown`]
  const wrong: string[] = []
  if (station.unit?.code !== airing.unit.code || station.unit.validFrom !== airing.unit.validFrom) {
    wrong.push(`unit ${airing.unit.code} is not the one in force on ${lastDayOf(input.month)}`)
  }
  if ([...station.devices].sort().join() !== [...airing.devices].sort().join()) wrong.push('other devices')
  return wrong
}

function checkAttempt(airing: PlannedAiring, input: PlanningInput): string[] {
  const taken = input.there.some((there) => isSame(there, airing) && there.attempt === airing.attempt)
  return taken ? [`attempt ${String(airing.attempt)} is taken`] : []
}

function checkOncePerObligation(airings: readonly PlannedAiring[], input: PlanningInput): string[] {
  return airings
    .filter((airing, index) => {
      const again = airings.some((other, position) => position < index && isSame(other, airing))
      return again || input.there.some((there) => there.cancelled === null && isSame(there, airing))
    })
    .map(({ id, campaign, station }) => `${id}: ${campaign} has an airing at ${station} already`)
}

/** At each station, at least half a minute of silence between any two airings that are not cancelled. */
function checkOverlaps(airings: readonly PlannedAiring[], input: PlanningInput): string[] {
  const named = airings.map((airing) => ({ ...airing, name: airing.id }))
  const there = input.there
    .filter(({ cancelled }) => cancelled === null)
    .map((airing) => ({ ...airing, name: `the airing of ${airing.campaign} for ${airing.month}` }))
  const wrong: string[] = []
  for (const atStation of Map.groupBy([...named, ...there], ({ station }) => station).values()) {
    const inOrder = atStation.sort((a, b) => (a.plannedAt < b.plannedAt ? -1 : 1))
    inOrder.forEach((airing, index) => {
      const next = inOrder[index + 1]
      if (next === undefined) return
      const silence = millisecondsBetween(airing.endsAt, next.plannedAt)
      const bothThere = !('id' in airing) && !('id' in next)
      if (silence < silenceMilliseconds && !bothThere) {
        wrong.push(`${airing.name}: only ${String(silence)} ms before ${next.name}`)
      }
    })
  }
  return wrong
}

function isSame(
  one: Pick<AiringThere, 'campaign' | 'month' | 'station'>,
  other: Pick<AiringThere, 'campaign' | 'month' | 'station'>,
): boolean {
  return one.campaign === other.campaign && one.month === other.month && one.station === other.station
}

function holdsOn(rule: { validFrom: Day; validTo: Day | null }, day: Day): boolean {
  return day >= rule.validFrom && (rule.validTo === null || day < rule.validTo)
}

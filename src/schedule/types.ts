/** The words of the schedule, as they go out of this module. */
import type { Day, Month } from '../base/calendar.ts'
import type { Sentence } from '../base/errors.ts'
import type { Instant } from '../base/time.ts'
import type { UnitKey } from '../registry/index.ts'

/** What must be heard at every station once a month. Months are inclusive; `toMonth` null = until ended. */
export type Campaign = {
  id: string
  title: string
  fromMonth: Month
  toMonth: Month | null
  /** Bulletins in the order in which they take turns. */
  scripts: readonly string[]
  training: boolean
  createdAt: Instant
  endedAt: Instant | null
}

/** When a station may play; `station` null = every station without a window of its own in force that day. */
export type Window = {
  id: string
  station: string | null
  /** `HH:MM`. */
  opens: string
  /** `HH:MM`, later than `opens`; `24:00` = midnight. */
  closes: string
  validFrom: Day
  /** Exclusive; null = until changed. */
  validTo: Day | null
  sample: boolean
}

/** One recording at one station at one instant, as the planner places it. */
export type PlannedAiring = {
  /** Derived from campaign, month, station and attempt. */
  id: string
  campaign: string
  month: Month
  /** 1, and one more for each airing of the same obligation that was cancelled. */
  attempt: number
  station: string
  /** The unit that owes the obligation: in force on the month's last day. */
  unit: UnitKey
  script: string
  version: number
  recording: string
  /** The station's own greeting, played before the recording; null where none was approved. */
  greeting: string | null
  plannedAt: Instant
  /** The play does not start after this instant. */
  latestStartAt: Instant
  /** Planned end: start, greeting, recording and notes. */
  endsAt: Instant
  /** The planner's reason, a sentence in Vietnamese. */
  plannedBecause: string
  /** The devices that are to play it; none where an operator plays by hand. */
  devices: readonly string[]
}

/** An airing as it stands in the database. `cancelled.why` is a person's sentence or one of `hubReasons`. */
export type Airing = PlannedAiring & {
  /**
   * Six digits from 0 to 7: the notes heard after this airing and no other (wire/notes.ts). They prove that a
   * clip is of this play, so they are not for listings and logs. Null: planned before there were notes.
   */
  notes: string | null
  createdAt: Instant
  cancelled: { at: Instant; why: string } | null
}

/** An obligation the planner could not place, and why in words for people. */
export type Unplaced = { station: string; campaign: string; why: Sentence }

export type StationToPlan = {
  id: string
  /** In force on the month's last day; null when the station's area belongs to none then. */
  unit: UnitKey | null
  /** Enrolled devices. */
  devices: readonly string[]
}

/** Approved audio: a play of it may start from `from` until `until` (both inclusive). */
type ApprovedAudio = {
  version: number
  recording: string
  milliseconds: number
  from: Instant
  until: Instant
}

/** An approved recording of a bulletin. */
export type RecordingToPlan = ApprovedAudio & {
  script: string
  /** The one station whose variant it is; null = for every station. */
  station: string | null
  /** Spoken by a person, not by a machine voice. */
  upload: boolean
  createdAt: Instant
}

/** An approved greeting of a station. */
export type GreetingToPlan = ApprovedAudio & { station: string }

/** What is already there: in the month itself, and in its neighbours for gaps and turns. */
export type AiringThere = {
  campaign: string
  month: Month
  station: string
  attempt: number
  script: string
  plannedAt: Instant
  endsAt: Instant
  /** Cancelled by the hub (its audio or devices changed) or by a person (the time did not suit). */
  cancelled: 'hub' | 'person' | null
}

/** Everything the planner looks at. Order never matters. */
export type PlanningInput = {
  month: Month
  now: Instant
  /** No airing is planned before `now` plus this. */
  leadSeconds: number
  /** Stations with devices start spread over this much of a window, as far as it is long enough. */
  spreadSeconds: number
  /** How much later than planned a play may still start, as far as the window stays open. */
  lateSeconds: number
  stations: readonly StationToPlan[]
  windows: readonly Window[]
  /** Those in force in the month. */
  campaigns: readonly Pick<Campaign, 'id' | 'scripts'>[]
  recordings: readonly RecordingToPlan[]
  /** Whether a greeting is wanted at all: then stations with devices wait for theirs; those played by hand do not. */
  greetingWanted: boolean
  greetings: readonly GreetingToPlan[]
  /** How long the notes last that end every airing. */
  notesMilliseconds: number
  there: readonly AiringThere[]
}

export type MonthPlan = { airings: PlannedAiring[]; unplaced: Unplaced[] }

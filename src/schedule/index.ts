/**
 * Schedule: which recording is heard at which station at which instant.
 *
 * Promises: each campaign has one airing a month at each station, because a unit is covered only when
 * every former commune in it has heard the message, and a station is where a former commune listens.
 * The airing is owed by the unit in force on the month's last day. Only approved recordings are
 * planned; a station with devices greets with its own approved greeting and waits for it, so that
 * villagers always hear who speaks; a station played by hand greets when it has one and waits for
 * none. Where the words name the place a station plays its own variant and never another's, and a
 * person's voice goes before a machine's. Every airing ends with six notes of its own, which prove
 * that a clip from the village is of this play: they follow from a secret of the hub, so that nobody
 * knows them before they are heard. Bulletins take turns over stations and months. No two airings of a station come nearer than half a minute; each lies within
 * one opening of the station's windows (its own, else the default ones).
 *
 * The planner is pure and a checker that shares no code with it reads every plan before it is stored:
 * whoever doubts the one can read the other. What is planned stays, so that devices are told as
 * little as possible; only what can no longer be played as planned (withdrawn audio, other devices)
 * is cancelled and planned again, and what a person cancelled is planned for a later day. What cannot
 * be placed is never silent: it is named with a sentence.
 */
export { campaignsIn, cancelAiring, createCampaign, setWindow, unknownAiring } from './campaigns.ts'
export { checkMonth } from './check.ts'
export { gapMilliseconds } from './place.ts'
export { attemptsMax, planMonth } from './plan.ts'
export { cancelSentence, hubReasons } from './reasons.ts'
export { type AiringQuery, airingsOf, campaignsOf, windowsOf } from './store.ts'
export { stoppedBy, type Stopping } from './touched.ts'
export { type Touched, type TouchedAiring, touchedBy, type TouchedVersion } from './touched.ts'
export { nextMonthFromDay, planWanted, type PlanningPace, previewMonth } from './wanted.ts'
export type {
  Airing,
  AiringThere,
  Campaign,
  GreetingToPlan,
  MonthPlan,
  PlannedAiring,
  PlanningInput,
  RecordingToPlan,
  StationToPlan,
  Unplaced,
  Window,
} from './types.ts'

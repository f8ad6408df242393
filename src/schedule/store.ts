/** Campaigns, windows and airings in the database. */
import type { Month } from '../base/calendar.ts'
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import type { AiringWithNotes } from './notes.ts'
import type { Airing, Campaign, PlannedAiring, Window } from './types.ts'

/** Rows written by one statement, and values in one list: well under SQLite's 32,766 variables. */
const rowsMax = 500

/** Adds the campaign and its scripts; false when the id is taken. */
export async function insertCampaign(db: Db, campaign: Campaign, by: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('campaign')
    .values({
      id: campaign.id,
      title: campaign.title,
      from_month: campaign.fromMonth,
      to_month: campaign.toMonth,
      training: campaign.training ? 1 : 0,
      created_by: by,
      created_at: campaign.createdAt,
      ended_at: campaign.endedAt,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows !== 1n) return false
  const scripts = campaign.scripts.map((script_id, position) => ({
    campaign_id: campaign.id,
    position,
    script_id,
  }))
  await db.insertInto('campaign_script').values(scripts).execute()
  return true
}

/** All campaigns, oldest first. */
export async function campaignsOf(db: Db): Promise<Campaign[]> {
  const rows = await db.selectFrom('campaign').selectAll().orderBy('created_at').orderBy('id').execute()
  const scripts = await db.selectFrom('campaign_script').selectAll().orderBy('position').execute()
  const byCampaign = Map.groupBy(scripts, ({ campaign_id }) => campaign_id)
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    fromMonth: row.from_month,
    toMonth: row.to_month,
    scripts: (byCampaign.get(row.id) ?? []).map(({ script_id }) => script_id),
    training: row.training === 1,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  }))
}

/** Which of these ids name a bulletin. */
export async function bulletinsAmong(db: Db, scripts: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('script')
    .select('id')
    .where('kind', '=', 'bulletin')
    .where('id', 'in', [...scripts])
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** All windows, those of every station first. */
export async function windowsOf(db: Db): Promise<Window[]> {
  const rows = await db
    .selectFrom('station_window')
    .selectAll()
    .orderBy('station_id')
    .orderBy('valid_from')
    .orderBy('opens')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    station: row.station_id,
    opens: row.opens,
    closes: row.closes,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    sample: row.sample === 1,
  }))
}

/** Adds the window, or changes the one with its id. */
export async function putWindow(db: Db, window: Window): Promise<void> {
  const values = {
    station_id: window.station,
    opens: window.opens,
    closes: window.closes,
    valid_from: window.validFrom,
    valid_to: window.validTo,
    sample: window.sample ? 1 : 0,
  }
  await db
    .insertInto('station_window')
    .values({ id: window.id, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute()
}

/** What to look for; all that is given must hold. `from` and `to` (exclusive) bound the planned start. */
export type AiringQuery = {
  ids?: readonly string[]
  month?: Month
  months?: readonly Month[]
  station?: string
  stations?: readonly string[]
  campaign?: string
  from?: Instant
  to?: Instant
}

/** Airings, cancelled ones too, with their devices, by planned start and id. */
export async function airingsOf(db: Db, query: AiringQuery = {}): Promise<Airing[]> {
  let wanted = db.selectFrom('airing')
  if (query.ids !== undefined) wanted = wanted.where('airing.id', 'in', [...query.ids])
  if (query.month !== undefined) wanted = wanted.where('airing.month', '=', query.month)
  if (query.months !== undefined) wanted = wanted.where('airing.month', 'in', [...query.months])
  if (query.station !== undefined) wanted = wanted.where('airing.station_id', '=', query.station)
  if (query.stations !== undefined) wanted = wanted.where('airing.station_id', 'in', [...query.stations])
  if (query.campaign !== undefined) wanted = wanted.where('airing.campaign_id', '=', query.campaign)
  if (query.from !== undefined) wanted = wanted.where('airing.planned_at', '>=', query.from)
  if (query.to !== undefined) wanted = wanted.where('airing.planned_at', '<', query.to)
  const rows = await wanted.selectAll('airing').orderBy('airing.planned_at').orderBy('airing.id').execute()
  const devices = await wanted
    .innerJoin('airing_device', 'airing_device.airing_id', 'airing.id')
    .select(['airing_device.airing_id', 'airing_device.device_id'])
    .orderBy('airing_device.device_id')
    .execute()
  const byAiring = Map.groupBy(devices, ({ airing_id }) => airing_id)
  return rows.map((row) =>
    airingOf(
      row,
      (byAiring.get(row.id) ?? []).map(({ device_id }) => device_id),
    ),
  )
}

/** The notes of all airings planned from one instant to another (both inclusive), cancelled ones too. */
export async function notesBetween(db: Db, from: Instant, to: Instant): Promise<AiringWithNotes[]> {
  return db
    .selectFrom('airing')
    .select(['station_id as station', 'planned_at as plannedAt', 'notes'])
    .where('planned_at', '>=', from)
    .where('planned_at', '<=', to)
    .where('notes', 'is not', null)
    .$narrowType<{ notes: string }>()
    .execute()
}

/** Adds planned airings with their devices and notes. */
export async function insertAirings(
  db: Db,
  airings: readonly (PlannedAiring & Pick<Airing, 'notes'>)[],
  now: Instant,
): Promise<void> {
  const rows = airings.map((airing) => ({
    id: airing.id,
    campaign_id: airing.campaign,
    month: airing.month,
    attempt: airing.attempt,
    station_id: airing.station,
    unit_code: airing.unit.code,
    unit_valid_from: airing.unit.validFrom,
    script_id: airing.script,
    version: airing.version,
    recording_id: airing.recording,
    greeting_id: airing.greeting,
    planned_at: airing.plannedAt,
    latest_start_at: airing.latestStartAt,
    ends_at: airing.endsAt,
    planned_because: airing.plannedBecause,
    created_at: now,
    cancelled_at: null,
    cancelled_why: null,
    notes: airing.notes,
  }))
  const devices = airings.flatMap(({ id, devices }) =>
    devices.map((device_id) => ({ airing_id: id, device_id })),
  )
  for (const part of inParts(rows)) await db.insertInto('airing').values(part).execute()
  for (const part of inParts(devices)) await db.insertInto('airing_device').values(part).execute()
}

/** Marks airings as cancelled; those that are cancelled already stay as they are. */
export async function cancelAirings(
  db: Db,
  ids: readonly string[],
  why: string,
  now: Instant,
): Promise<void> {
  for (const part of inParts(ids)) {
    await db
      .updateTable('airing')
      .set({ cancelled_at: now, cancelled_why: why })
      .where('id', 'in', part)
      .where('cancelled_at', 'is', null)
      .execute()
  }
}

function inParts<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / rowsMax)
  return Array.from({ length: count }, (_, index) => all.slice(index * rowsMax, (index + 1) * rowsMax))
}

type AiringRow = {
  id: string
  campaign_id: string
  month: string
  attempt: number
  station_id: string
  unit_code: string
  unit_valid_from: string
  script_id: string
  version: number
  recording_id: string
  greeting_id: string | null
  planned_at: string
  latest_start_at: string
  ends_at: string
  planned_because: string
  created_at: string
  cancelled_at: string | null
  cancelled_why: string | null
  notes: string | null
}

function airingOf(row: AiringRow, devices: string[]): Airing {
  return {
    id: row.id,
    campaign: row.campaign_id,
    month: row.month,
    attempt: row.attempt,
    station: row.station_id,
    unit: { code: row.unit_code, validFrom: row.unit_valid_from },
    script: row.script_id,
    version: row.version,
    recording: row.recording_id,
    greeting: row.greeting_id,
    plannedAt: row.planned_at,
    latestStartAt: row.latest_start_at,
    endsAt: row.ends_at,
    plannedBecause: row.planned_because,
    devices,
    notes: row.notes,
    createdAt: row.created_at,
    cancelled: row.cancelled_at === null ? null : { at: row.cancelled_at, why: row.cancelled_why ?? '' },
  }
}

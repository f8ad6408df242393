/** The registry's tables: units, stations, villages, devices. */
import type { Day } from '../base/calendar.ts'
import { byVietnameseName } from '../base/text.ts'
import type { Instant } from '../base/time.ts'
import type { Db, Tables } from '../db/index.ts'
import type {
  Edition,
  Level,
  LoadedEdition,
  PriorityArea,
  Station,
  StationDevice,
  StationKind,
  Succession,
  Unit,
  UnitKind,
  Village,
} from './shapes.ts'
import { keyText, mergerDay, surveyDay } from './through-time.ts'

/** A device that may speak: its key verifies its receipts, its password lets it in at the broker. */
export type EnrolledDevice = {
  id: string
  station: string
  type: string
  publicKey: string
  passwordHash: string
}

/** The units of a level in force on a day, in Vietnamese order of names. */
export async function unitsOn(db: Db, day: Day, level: Level = 'commune'): Promise<Unit[]> {
  const rows = await db
    .selectFrom('unit')
    .selectAll()
    .where('level', '=', level)
    .where('valid_from', '<=', day)
    .where((unit) => unit.or([unit('valid_to', 'is', null), unit('valid_to', '>', day)]))
    .execute()
  return rows.map(unitFrom).sort(byName)
}

/** All versions of a code through time, oldest first. */
export async function unitVersions(db: Db, code: string): Promise<Unit[]> {
  const rows = await db
    .selectFrom('unit')
    .selectAll()
    .where('code', '=', code)
    .orderBy('valid_from')
    .execute()
  return rows.map(unitFrom)
}

/** What a search looks through: a few hundred units with their other spellings, and what became of them. */
export async function namesAndSuccessors(
  db: Db,
): Promise<{ units: Unit[]; variants: Map<string, string[]>; successions: Succession[] }> {
  const units = await db.selectFrom('unit').selectAll().execute()
  const spellings = await db
    .selectFrom('unit_name_variant')
    .select(['code', 'valid_from', 'variant'])
    .execute()
  const steps = await db
    .selectFrom('succession')
    .select(['old_code', 'old_valid_from', 'new_code', 'effective_day'])
    .execute()
  const variants = new Map<string, string[]>()
  for (const { code, valid_from: validFrom, variant } of spellings) {
    const key = keyText({ code, validFrom })
    variants.set(key, [...(variants.get(key) ?? []), variant])
  }
  const successions = steps.map((step) => ({
    old: { code: step.old_code, validFrom: step.old_valid_from },
    new: { code: step.new_code, validFrom: step.effective_day },
  }))
  return { units: units.map(unitFrom), variants, successions }
}

/** The stations with their devices, ordered by id: all, the one of the id, or those of some ids. */
export async function stationsOf(
  db: Db,
  only: { id?: string; ids?: readonly string[] } = {},
): Promise<Station[]> {
  let query = db
    .selectFrom('station')
    .innerJoin('unit as area', (join) =>
      join
        .onRef('area.code', '=', 'station.area_code')
        .onRef('area.valid_from', '=', 'station.area_valid_from'),
    )
    .innerJoin('unit as district', (join) =>
      join
        .onRef('district.code', '=', 'area.parent_code')
        .on('district.valid_from', '<=', surveyDay)
        .on((district) =>
          district.or([
            district('district.valid_to', 'is', null),
            district('district.valid_to', '>', surveyDay),
          ]),
        ),
    )
    .selectAll('station')
    .select('district.name as former_district')
    .orderBy('station.id')
  const ids = only.id === undefined ? only.ids : [only.id]
  if (ids !== undefined) query = query.where('station.id', 'in', [...ids])
  const rows = await query.execute()
  const villages = await villageCounts(db, ids)
  const devices = await devicesByStation(db, ids)
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    kind: row.kind as StationKind,
    areaCode: row.area_code,
    areaValidFrom: row.area_valid_from,
    areaName: row.area_name,
    sample: row.sample === 1,
    formerDistrict: row.former_district,
    villages: villages.get(row.id) ?? 0,
    devices: devices.get(row.id) ?? [],
  }))
}

async function villageCounts(db: Db, stations?: readonly string[]): Promise<Map<string, number>> {
  let query = db
    .selectFrom('village')
    .select(({ fn }) => ['station_id', fn.countAll().as('villages')])
    .groupBy('station_id')
  if (stations !== undefined) query = query.where('station_id', 'in', [...stations])
  const rows = await query.execute()
  return new Map(rows.map((row) => [row.station_id, Number(row.villages)]))
}

async function devicesByStation(db: Db, stations?: readonly string[]): Promise<Map<string, StationDevice[]>> {
  let query = db
    .selectFrom('device')
    .leftJoin('device_village', 'device_village.device_id', 'device.id')
    .select(({ fn }) => [
      'device.id',
      'device.station_id',
      'device.type',
      'device.sample',
      fn.count('device_village.village_id').as('villages'),
    ])
    .groupBy(['device.id', 'device.station_id', 'device.type', 'device.sample'])
    .orderBy('device.id')
  if (stations !== undefined) query = query.where('device.station_id', 'in', [...stations])
  const rows = await query.execute()
  const devices = new Map<string, StationDevice[]>()
  for (const { id, station_id, type, sample, villages } of rows) {
    const device = { id, type, villages: Number(villages), sample: sample === 1 }
    devices.set(station_id, [...(devices.get(station_id) ?? []), device])
  }
  return devices
}

/** The villages of a station, ordered by id, each with the devices that are heard in it. */
export async function villagesOf(db: Db, station: string): Promise<Village[]> {
  const rows = await db
    .selectFrom('village')
    .leftJoin('device_village', 'device_village.village_id', 'village.id')
    .select(['village.id', 'village.name', 'village.sample', 'device_village.device_id'])
    .where('village.station_id', '=', station)
    .orderBy('village.id')
    .orderBy('device_village.device_id')
    .execute()
  const villages = new Map<string, Village>()
  for (const { id, name, sample, device_id: device } of rows) {
    const village = villages.get(id) ?? { id, station, name, sample: sample === 1, devices: [] }
    if (device !== null) village.devices.push(device)
    villages.set(id, village)
  }
  return [...villages.values()]
}

/** For each station the one commune-level unit its area belongs to on the day. */
export async function stationUnitsOn(db: Db, day: Day): Promise<Map<string, Unit>> {
  const rows = await db
    .selectFrom('station_unit')
    .innerJoin('unit', (join) =>
      join
        .onRef('unit.code', '=', 'station_unit.unit_code')
        .onRef('unit.valid_from', '=', 'station_unit.unit_valid_from'),
    )
    .where('station_unit.valid_from', '<=', day)
    .where((span) =>
      span.or([span('station_unit.valid_to', 'is', null), span('station_unit.valid_to', '>', day)]),
    )
    .selectAll('unit')
    .select('station_unit.station_id')
    .orderBy('station_unit.station_id')
    .execute()
  return new Map(rows.map((row) => [row.station_id, unitFrom(row)]))
}

/** What is known of poor, border and mountain communes on a day, by code; a code that is not in it is none of these. */
export async function priorityAreas(db: Db, day: Day): Promise<Map<string, PriorityArea>> {
  const era = day < mergerDay ? '2021' : '2025'
  const rows = await db
    .selectFrom('priority_area')
    .selectAll()
    .where('as_of', '=', era)
    .orderBy('code')
    .execute()
  return new Map(
    rows.map((row) => [
      row.code,
      {
        code: row.code,
        regionClass: row.region_class as PriorityArea['regionClass'],
        border: row.border === 1,
        mountain: row.mountain === 1,
        languages: JSON.parse(row.languages) as string[],
        confidence: row.confidence,
      },
    ]),
  )
}

/** Devices that are enrolled and not revoked, ordered by id. */
export async function enrolledDevices(db: Db): Promise<EnrolledDevice[]> {
  const rows = await db
    .selectFrom('device')
    .select(['id', 'station_id as station', 'type', 'public_key', 'password_hash'])
    .where('enrolled_at', 'is not', null)
    .where('revoked_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.flatMap(({ id, station, type, public_key: publicKey, password_hash: passwordHash }) =>
    publicKey === null || passwordHash === null ? [] : [{ id, station, type, publicKey, passwordHash }],
  )
}

/** The public key's text of an enrolled device; undefined when it is unknown, not enrolled or revoked. */
export async function deviceKey(db: Db, device: string): Promise<string | undefined> {
  const known = await deviceRecord(db, device)
  return known === undefined || known.revokedAt !== null ? undefined : (known.publicKey ?? undefined)
}

/** What is kept of a device's enrolment. */
export async function deviceRecord(
  db: Db,
  device: string,
): Promise<{ publicKey: string | null; passwordHash: string | null; revokedAt: Instant | null } | undefined> {
  return db
    .selectFrom('device')
    .select(['public_key as publicKey', 'password_hash as passwordHash', 'revoked_at as revokedAt'])
    .where('id', '=', device)
    .executeTakeFirst()
}

export async function keepEnrolment(
  tx: Db,
  {
    device,
    publicKey,
    passwordHash,
    now,
  }: { device: string; publicKey: string; passwordHash: string; now: Instant },
): Promise<void> {
  await tx
    .updateTable('device')
    .set({ public_key: publicKey, password_hash: passwordHash, enrolled_at: now, revoked_at: null })
    .where('id', '=', device)
    .execute()
}

export async function keepRevocation(
  tx: Db,
  { device, now }: { device: string; now: Instant },
): Promise<void> {
  await tx.updateTable('device').set({ revoked_at: now }).where('id', '=', device).execute()
}

/** Which registry the database holds; undefined before the first loading. */
export async function loadedEdition(db: Db): Promise<LoadedEdition | undefined> {
  const row = await db.selectFrom('registry_edition').selectAll().executeTakeFirst()
  if (row === undefined) return undefined
  return { edition: row.name as Edition, sample: row.sample === 1, loadedAt: row.loaded_at }
}

/** The digest of the files that were loaded last. */
export async function loadedDigest(db: Db): Promise<string | undefined> {
  const row = await db.selectFrom('registry_edition').select('digest').executeTakeFirst()
  return row?.digest
}

function byName(a: Unit, b: Unit): number {
  return byVietnameseName(a.name, b.name) || (a.code < b.code ? -1 : 1)
}

function unitFrom(row: Tables['unit']): Unit {
  return {
    code: row.code,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    level: row.level as Level,
    kind: row.kind as UnitKind,
    name: row.name,
    fullName: row.full_name,
    parentCode: row.parent_code,
    latitude: row.latitude,
    longitude: row.longitude,
    population: row.population,
    areaKm2: row.area_km2,
  }
}

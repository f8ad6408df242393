/** Brings the registry's tables to what the files say. */
import { AppError } from '../../base/errors.ts'
import { foldName } from '../../base/text.ts'
import type { Instant } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'
import type { Registry } from './compose.ts'
import type { Edition } from '../shapes.ts'

/** Rows of one statement: far below SQLite's limit of 32,766 values. */
const rowsPerStatement = 500
/** Ids named in one refusal. */
const idsShownMax = 10

/**
 * Writes the registry in the caller's transaction. What history may point at (units, stations,
 * villages, devices) is changed in place and removed only when nothing points at it; the rest is
 * written anew. Refuses (`conflict`) when something that the files no longer name is still in use.
 */
export async function keepRegistry(
  tx: Db,
  registry: Registry,
  edition: { edition: Edition; digest: string; sample: boolean; now: Instant },
): Promise<void> {
  await tx.deleteFrom('device_village').execute()
  await tx.deleteFrom('station_unit').execute()
  await tx.deleteFrom('unit_name_variant').execute()
  await tx.deleteFrom('succession').execute()
  await tx.deleteFrom('priority_area').execute()
  await keepUnits(tx, registry)
  await keepStations(tx, registry)
  await keepVillages(tx, registry)
  await keepDevices(tx, registry)
  await removeVanished(tx, registry)
  await addRelations(tx, registry)
  await tx.deleteFrom('registry_edition').execute()
  await tx
    .insertInto('registry_edition')
    .values({
      name: edition.edition,
      digest: edition.digest,
      sample: edition.sample ? 1 : 0,
      loaded_at: edition.now,
    })
    .execute()
}

async function keepUnits(tx: Db, { units }: Registry): Promise<void> {
  for (const some of portions(units)) {
    await tx
      .insertInto('unit')
      .values(
        some.map((unit) => ({
          code: unit.code,
          valid_from: unit.validFrom,
          valid_to: unit.validTo,
          level: unit.level,
          kind: unit.kind,
          name: unit.name,
          full_name: unit.fullName,
          name_fold: foldName(unit.name),
          parent_code: unit.parentCode,
          latitude: unit.latitude,
          longitude: unit.longitude,
          population: unit.population,
          area_km2: unit.areaKm2,
          source: unit.source,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['code', 'valid_from']).doUpdateSet((row) => ({
          valid_to: row.ref('excluded.valid_to'),
          level: row.ref('excluded.level'),
          kind: row.ref('excluded.kind'),
          name: row.ref('excluded.name'),
          full_name: row.ref('excluded.full_name'),
          name_fold: row.ref('excluded.name_fold'),
          parent_code: row.ref('excluded.parent_code'),
          latitude: row.ref('excluded.latitude'),
          longitude: row.ref('excluded.longitude'),
          population: row.ref('excluded.population'),
          area_km2: row.ref('excluded.area_km2'),
          source: row.ref('excluded.source'),
        })),
      )
      .execute()
  }
}

async function keepStations(tx: Db, { stations }: Registry): Promise<void> {
  for (const some of portions(stations)) {
    await tx
      .insertInto('station')
      .values(
        some.map((station) => ({
          id: station.id,
          name: station.name,
          name_fold: foldName(station.name),
          kind: station.kind,
          area_code: station.areaCode,
          area_valid_from: station.areaValidFrom,
          area_name: station.areaName,
          sample: station.sample ? 1 : 0,
        })),
      )
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          name: row.ref('excluded.name'),
          name_fold: row.ref('excluded.name_fold'),
          kind: row.ref('excluded.kind'),
          area_code: row.ref('excluded.area_code'),
          area_valid_from: row.ref('excluded.area_valid_from'),
          area_name: row.ref('excluded.area_name'),
          sample: row.ref('excluded.sample'),
        })),
      )
      .execute()
  }
}

async function keepVillages(tx: Db, { villages }: Registry): Promise<void> {
  for (const some of portions(villages)) {
    await tx
      .insertInto('village')
      .values(
        some.map(({ id, station, name, sample }) => ({
          id,
          station_id: station,
          name,
          sample: sample ? 1 : 0,
        })),
      )
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          station_id: row.ref('excluded.station_id'),
          name: row.ref('excluded.name'),
          sample: row.ref('excluded.sample'),
        })),
      )
      .execute()
  }
}

// Key, password and dates of enrolment are not the files' business: they stay.
async function keepDevices(tx: Db, { devices }: Registry): Promise<void> {
  for (const some of portions(devices)) {
    await tx
      .insertInto('device')
      .values(
        some.map(({ id, station, type, sample }) => ({
          id,
          station_id: station,
          type,
          sample: sample ? 1 : 0,
        })),
      )
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          station_id: row.ref('excluded.station_id'),
          type: row.ref('excluded.type'),
          sample: row.ref('excluded.sample'),
        })),
      )
      .execute()
  }
}

async function addRelations(tx: Db, registry: Registry): Promise<void> {
  for (const some of portions(registry.variants)) {
    const rows = some.map(({ code, validFrom, variant, source }) => ({
      ...{ code, variant, source },
      valid_from: validFrom,
      variant_fold: foldName(variant),
    }))
    await tx.insertInto('unit_name_variant').values(rows).execute()
  }
  for (const some of portions(registry.successions)) {
    const rows = some.map((step) => ({
      old_code: step.old.code,
      old_valid_from: step.old.validFrom,
      new_code: step.new.code,
      effective_day: step.new.validFrom,
      note: step.note,
      confidence: step.confidence,
      source: step.source,
    }))
    await tx.insertInto('succession').values(rows).execute()
  }
  for (const some of portions(registry.priorities)) {
    const rows = some.map((area) => ({
      code: area.code,
      as_of: area.asOf,
      region_class: area.regionClass,
      border: area.border ? 1 : 0,
      mountain: area.mountain ? 1 : 0,
      languages: JSON.stringify(area.languages),
      language_basis: area.languageBasis,
      confidence: area.confidence,
      source: area.source,
    }))
    await tx.insertInto('priority_area').values(rows).execute()
  }
  for (const some of portions(registry.spans)) {
    const rows = some.map(({ station, from, to, unit }) => ({
      station_id: station,
      valid_from: from,
      valid_to: to,
      unit_code: unit.code,
      unit_valid_from: unit.validFrom,
    }))
    await tx.insertInto('station_unit').values(rows).execute()
  }
  const heard = registry.devices.flatMap(({ id, villages }) =>
    villages.map((village) => [id, village] as const),
  )
  for (const some of portions(heard)) {
    const rows = some.map(([device_id, village_id]) => ({ device_id, village_id }))
    await tx.insertInto('device_village').values(rows).execute()
  }
}

async function removeVanished(tx: Db, registry: Registry): Promise<void> {
  const kept = {
    device: new Set(registry.devices.map((device) => device.id)),
    village: new Set(registry.villages.map((village) => village.id)),
    station: new Set(registry.stations.map((station) => station.id)),
  }
  await refuseEnrolled(tx, kept.device)
  for (const table of ['device', 'village', 'station'] as const) {
    const rows = await tx.selectFrom(table).select('id').execute()
    const vanished = rows.map((row) => row.id).filter((id) => !kept[table].has(id))
    for (const some of portions(vanished)) {
      await refusingUsed(some, () => tx.deleteFrom(table).where('id', 'in', some).execute())
    }
  }
  const units = new Set(registry.units.map((unit) => `${unit.code}@${unit.validFrom}`))
  const rows = await tx.selectFrom('unit').select(['code', 'valid_from']).execute()
  for (const { code, valid_from: from } of rows.filter(
    (row) => !units.has(`${row.code}@${row.valid_from}`),
  )) {
    await refusingUsed([`${code}@${from}`], () =>
      tx.deleteFrom('unit').where('code', '=', code).where('valid_from', '=', from).execute(),
    )
  }
}

async function refuseEnrolled(tx: Db, kept: ReadonlySet<string>): Promise<void> {
  const rows = await tx
    .selectFrom('device')
    .select('id')
    .where('enrolled_at', 'is not', null)
    .where('revoked_at', 'is', null)
    .execute()
  const vanished = rows.map((row) => row.id).filter((id) => !kept.has(id))
  if (vanished.length > 0) throw stillUsed(vanished)
}

/** A row that others point at cannot be removed: the database says so, and we say which. */
async function refusingUsed(ids: readonly string[], remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove()
  } catch (error) {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
    if (code?.startsWith('SQLITE_CONSTRAINT') === true) throw stillUsed(ids, error)
    throw error
  }
}

function stillUsed(ids: readonly string[], cause?: unknown): AppError {
  const named = ids.slice(0, idsShownMax).join(', ') + (ids.length > idsShownMax ? '…' : '')
  return new AppError(
    'conflict',
    {
      vi: `Tệp sổ đăng ký không còn ${named}, nhưng thiết bị còn khóa hoặc còn lượt phát liên quan, nên chưa nạp gì. Hãy giữ dòng đó trong tệp, hoặc thu hồi thiết bị trước.`,
      en: `The registry's files no longer name ${named}, but a device is still enrolled or airings speak of it, so nothing was loaded. Keep the line in the file, or revoke the device first.`,
    },
    { cause },
  )
}

function* portions<T>(rows: readonly T[]): Generator<T[]> {
  for (let from = 0; from < rows.length; from += rowsPerStatement)
    yield rows.slice(from, from + rowsPerStatement)
}

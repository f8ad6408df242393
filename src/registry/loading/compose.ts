/** From the tables' lines to one registry that holds together. Pure. */
import type { Day } from '../../base/calendar.ts'
import type { RegistryLines } from './lines.ts'
import type { PriorityArea, Span, Station, Succession, Unit, UnitKey, Village } from '../shapes.ts'
import {
  isInForce,
  keyText,
  levelOf,
  mergerDay,
  resolveSuccession,
  spansOf,
  successorsOf,
  surveyDay,
  unitProblems,
} from '../through-time.ts'

/** What is stored. */
export type Registry = {
  units: (Unit & { source: string })[]
  variants: (UnitKey & { variant: string; source: string })[]
  successions: (Succession & { note: string; confidence: string; source: string })[]
  priorities: (PriorityArea & { asOf: '2021' | '2025'; languageBasis: string; source: string })[]
  stations: Pick<Station, 'id' | 'name' | 'kind' | 'areaCode' | 'areaValidFrom' | 'areaName' | 'sample'>[]
  spans: (Span & { station: string })[]
  villages: Omit<Village, 'devices'>[]
  devices: { id: string; station: string; type: string; villages: string[]; sample: boolean }[]
}

/**
 * Ties the lines together: each succession to its two units, each spelling to the versions of its
 * unit, each station to the units its area belonged to. `problems` says, one sentence each, what does
 * not hold together; the registry counts only when there is none.
 */
export function composeRegistry(
  lines: RegistryLines,
  types: ReadonlySet<string>,
): { registry: Registry; problems: string[] } {
  const problems: string[] = []
  const units = lines.units.map(unitFrom)
  const successions: Registry['successions'] = []
  for (const line of lines.successions) {
    const { old_code: oldCode, new_code: newCode, effective_day: effectiveDay, ...told } = line
    const resolved = resolveSuccession(units, { oldCode, newCode, effectiveDay })
    if (resolved.ok) successions.push({ ...resolved.value, ...told })
    else problems.push(resolved.why)
  }
  problems.push(...unitProblems(units, successions))
  const { stations, spans } = stationsOnUnits(lines, units, successions, problems)
  const registry: Registry = {
    units,
    variants: variantsOf(lines, units, problems),
    successions,
    priorities: prioritiesOf(lines, units, problems),
    stations,
    spans,
    villages: lines.villages,
    devices: lines.devices,
  }
  problems.push(...stationProblems(registry), ...deviceProblems(registry, types))
  return { registry, problems }
}

function unitFrom(line: RegistryLines['units'][number]): Registry['units'][number] {
  return {
    code: line.code,
    validFrom: line.valid_from,
    validTo: line.valid_to,
    level: levelOf(line.code),
    kind: line.kind,
    name: line.name,
    fullName: line.full_name,
    parentCode: line.parent_code,
    latitude: line.latitude,
    longitude: line.longitude,
    population: line.population,
    areaKm2: line.area_km2,
    source: line.source,
  }
}

function stationsOnUnits(
  lines: RegistryLines,
  units: Registry['units'],
  successions: readonly Succession[],
  problems: string[],
): Pick<Registry, 'stations' | 'spans'> {
  const byKey = new Map(units.map((unit) => [keyText(unit), unit]))
  const successors = successorsOf(successions)
  const stations: Registry['stations'] = []
  const spans: Registry['spans'] = []
  for (const { area_code: areaCode, area_valid_from: areaValidFrom, ...line } of lines.stations) {
    const key = { code: areaCode, validFrom: areaValidFrom }
    const area = byKey.get(keyText(key))
    if (area === undefined || !isInForce(area, surveyDay)) {
      problems.push(`${line.id}: its area ${keyText(key)} is not a commune of ${surveyDay}`)
      continue
    }
    stations.push({ ...line, areaCode, areaValidFrom, areaName: area.fullName })
    const chain = spansOf(key, byKey, successors)
    if (chain.ok) spans.push(...chain.value.map((span) => ({ ...span, station: line.id })))
    else problems.push(`${line.id}: ${chain.why}`)
  }
  return { stations, spans }
}

// The spellings are those of the old maps and laws: they name the versions that ended with the merger.
function variantsOf(
  lines: RegistryLines,
  units: Registry['units'],
  problems: string[],
): Registry['variants'] {
  return lines.variants.flatMap(({ code, variant, source }) => {
    const old = units.filter((unit) => unit.code === code && unit.validFrom < mergerDay)
    if (old.length === 0) problems.push(`name variant ${variant}: no unit ${code} before ${mergerDay}`)
    return old.map(({ validFrom }) => ({ code, validFrom, variant, source }))
  })
}

function prioritiesOf(
  lines: RegistryLines,
  units: Registry['units'],
  problems: string[],
): Registry['priorities'] {
  return lines.priorities.map((line) => {
    const day: Day = line.as_of === '2021' ? surveyDay : mergerDay
    const unit = units.find((each) => each.code === line.code && isInForce(each, day))
    // The name is in the file so that people can read it: it must be the right one.
    if (unit?.fullName !== line.name)
      problems.push(`priority area ${line.code}: on ${day} not "${line.name}"`)
    const { code, border, mountain, languages, confidence, source } = line
    return {
      ...{ code, border, mountain, languages, confidence, source },
      regionClass: line.region_class,
      asOf: line.as_of,
      languageBasis: line.language_basis,
    }
  })
}

function stationProblems({ stations, villages, units }: Registry): string[] {
  const ids = new Set(stations.map((station) => station.id))
  const served = new Set(stations.map((station) => station.areaCode))
  return [
    ...repeated(
      'station',
      stations.map((station) => station.id),
    ),
    ...repeated(
      'station for area',
      stations.map((station) => station.areaCode),
    ),
    ...units
      .filter((unit) => unit.level === 'commune' && isInForce(unit, surveyDay) && !served.has(unit.code))
      .map((unit) => `${unit.fullName} (${keyText(unit)}): no station`),
    ...repeated(
      'village',
      villages.map((village) => village.id),
    ),
    ...villages
      .filter((village) => !ids.has(village.station))
      .map((village) => `${village.id}: no station ${village.station}`),
  ]
}

function deviceProblems({ stations, villages, devices }: Registry, types: ReadonlySet<string>): string[] {
  const stationOf = new Map(villages.map((village) => [village.id, village.station]))
  const ids = new Set(stations.map((station) => station.id))
  return [
    ...repeated(
      'device',
      devices.map((device) => device.id),
    ),
    ...devices.flatMap((device) => [
      ...repeated(`${device.id}: village`, device.villages),
      ...(ids.has(device.station) ? [] : [`${device.id}: no station ${device.station}`]),
      ...(types.has(device.type) ? [] : [`${device.id}: no device type ${device.type}`]),
      ...device.villages
        .filter((village) => stationOf.get(village) !== device.station)
        .map((village) => `${device.id}: ${village} is not a village of ${device.station}`),
    ]),
  ]
}

function repeated(what: string, ids: readonly string[]): string[] {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const id of ids) (seen.has(id) ? twice : seen).add(id)
  return [...twice].map((id) => `${what} ${id} is there twice`)
}

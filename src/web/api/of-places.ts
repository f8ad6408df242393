/** Operations about units, stations and controllers, and how a month stands in them. */
import { z } from 'zod'
import { monthOf } from '../../base/calendar.ts'
import {
  covers,
  findUnits,
  type Station,
  stationsOf,
  stationUnitsOn,
  type Unit,
  unitsOn,
} from '../../registry/index.ts'
import { coverageOf, type UnitCoverage } from '../../reports/index.ts'
import { filterUnits, unitStates } from '../coverage.ts'
import { deviceLines, deviceStates } from '../device-lines.ts'
import { provincial, readers } from '../route.ts'
import { stationSeen, unitSeen } from '../seen.ts'
import type { Visit, Web } from '../visit.ts'
import { type Operation, route } from './operation.ts'
import { byKey, listOf, stretch, stretchOf } from './paging.ts'
import * as shapes from './shapes.ts'

const unitKey = (unit: { code: string; validFrom: string }): string => `${unit.code} ${unit.validFrom}`

/** Reading the registry. */
export const placeOperations: readonly Operation[] = [
  route({
    ...{ id: 'listUnits', tag: 'units', method: 'get', path: '/units', who: readers, scope: 'list' },
    takes: { query: z.strictObject({ ...stretch, day: shapes.day.optional(), q: shapes.search.optional() }) },
    gives: listOf(shapes.Unit),
    example: { query: { q: 'trà leng' } },
    async handle({ database }, { visit, query }) {
      const day = query.day ?? visit.today
      const found =
        query.q === undefined
          ? await unitsOn(database, day)
          : await findUnits(database, query.q, dayIn(query))
      const seen = found.map(withoutFormerName).filter((unit) => covers(visit.scope, unit))
      return { body: stretchOf(seen.sort(byKey(unitKey)), unitKey, query, visit.link) }
    },
  }),
  route({
    ...{ id: 'getUnit', tag: 'units', method: 'get', path: '/units/:code', who: readers, scope: 'one' },
    takes: {
      path: z.strictObject({ code: shapes.unitCode }),
      query: z.strictObject({ from: shapes.day.optional().meta({ description: 'api.field.from' }) }),
    },
    gives: shapes.Unit,
    example: { path: { code: '20443' }, query: { from: '2025-07-01' } },
    async handle(web, { visit, path, query }) {
      return { body: await unitSeen(web, visit, path.code, query.from) }
    },
  }),
  route({
    ...{ id: 'listStations', tag: 'stations', method: 'get', path: '/stations', who: readers, scope: 'list' },
    takes: { query: z.strictObject({ ...stretch, kind: z.enum(['ip', 'fm', 'wired']).optional() }) },
    gives: listOf(shapes.Station),
    example: { query: { kind: 'ip', limit: '20' } },
    async handle({ database }, { visit, query }) {
      const units = await stationUnitsOn(database, visit.today)
      const seen = (await stationsOf(database))
        .filter(({ id, kind }) => covers(visit.scope, units.get(id)) && (query.kind ?? kind) === kind)
        .sort(byKey(({ id }) => id))
      const { items, next } = stretchOf(seen, ({ id }) => id, query, visit.link)
      return { body: { items: items.map((station) => stationShape(station, units.get(station.id))), next } }
    },
  }),
  route({
    ...{
      id: 'getStation',
      tag: 'stations',
      method: 'get',
      path: '/stations/:id',
      who: readers,
      scope: 'one',
    },
    takes: { path: z.strictObject({ id: shapes.id }) },
    gives: shapes.Station,
    example: { path: { id: 'tt-20440' } },
    async handle(web, { visit, path }) {
      const station = await stationSeen(web, visit, path.id)
      const unit = (await stationUnitsOn(web.database, visit.today)).get(station.id)
      return { body: stationShape(station, unit) }
    },
  }),
  route({
    ...{ id: 'listDevices', tag: 'stations', method: 'get', path: '/devices', who: provincial },
    takes: { query: z.strictObject({ ...stretch, state: z.enum(deviceStates).optional() }) },
    gives: listOf(shapes.Device),
    example: { query: { state: 'silent' } },
    async handle(web, { visit, query }) {
      const lines = (await deviceLines(web, visit))
        .filter(({ state }) => (query.state ?? state) === state)
        .map(({ id, type, station, villages, state, missing, sample }) => {
          return { id, type, station, villages, state, missing, sample }
        })
      return { body: stretchOf(lines.sort(byKey(({ id }) => id)), ({ id }) => id, query, visit.link) }
    },
  }),
  route({
    ...{ id: 'getCoverage', tag: 'units', method: 'get', path: '/coverage', who: provincial },
    takes: { query: z.strictObject({ month: shapes.month.optional() }) },
    gives: shapes.Coverage,
    example: { query: { month: '2026-11' } },
    async handle(web, { visit, query }) {
      const { units: _units, ...coverage } = await coverageAsked(web, visit, query)
      return { body: coverage }
    },
  }),
  route({
    ...{ id: 'listUnitCoverage', tag: 'units', method: 'get', path: '/coverage/units', who: readers },
    scope: 'list',
    takes: {
      query: z.strictObject({
        ...stretch,
        month: shapes.month.optional(),
        q: shapes.search.optional(),
        state: z.enum(unitStates).optional(),
      }),
    },
    gives: listOf(shapes.UnitCoverage),
    example: { query: { month: '2026-11', state: 'missed' } },
    async handle(web, { visit, query }) {
      const { units } = await coverageAsked(web, visit, query)
      const seen = units.filter(({ unit }) => covers(visit.scope, unit))
      const found = filterUnits(seen, query.q ?? '', query.state).sort(byKey(({ unit }) => unitKey(unit)))
      const { items, next } = stretchOf(found, ({ unit }) => unitKey(unit), query, visit.link)
      return { body: { items: items.map((line) => unitCoverageShape(line, visit)), next } }
    },
  }),
]

function dayIn({ day }: { day?: string | undefined }): { day?: string } {
  return day === undefined ? {} : { day }
}

function withoutFormerName({ formerly: _formerly, ...unit }: Unit & { formerly?: string | null }): Unit {
  return unit
}

function stationShape(station: Station, unit: Unit | undefined): z.input<typeof shapes.Station> {
  return {
    ...station,
    unit: unit === undefined ? null : { code: unit.code, validFrom: unit.validFrom },
    devices: station.devices.map(({ id }) => id),
  }
}

function coverageAsked(web: Web, visit: Visit, query: { month?: string | undefined }) {
  return coverageOf(web.database, { month: query.month ?? monthOf(visit.now), now: visit.now })
}

function unitCoverageShape(line: UnitCoverage, { language }: Visit): z.input<typeof shapes.UnitCoverage> {
  const { unit, state, areasMet, areasDue, areas } = line
  const { code, validFrom, fullName } = unit
  return {
    unit: { code, validFrom, fullName },
    ...{ state, areasMet, areasDue },
    areas: areas.map((area) => ({ ...area, why: area.why?.[language] ?? null })),
  }
}

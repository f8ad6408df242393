/** Operations about what is planned and what became of it: airings, what people say of them, campaigns and windows. */
import { z } from 'zod'
import { dayOf, monthOf } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import { randomIds } from '../../base/ids.ts'
import {
  airingOutcomes,
  type AiringOutcome,
  attest,
  attestationsOf,
  countersign,
  type Attestation,
  outcomeOfAiring,
  takeBack,
} from '../../evidence/index.ts'
import { covers } from '../../registry/index.ts'
import { type Airing, airingsOf, campaignsOf, unknownAiring, windowsOf } from '../../schedule/index.ts'
import { airingStates } from '../airing-lines.ts'
import { outsideScope } from '../errors.ts'
import { provincial, readers } from '../route.ts'
import type { Visit, Web } from '../visit.ts'
import type { Who } from '../who.ts'
import { sentence } from '../words/index.ts'
import { type Operation, personOf, route } from './operation.ts'
import { byKey, listOf, stretch, stretchOf } from './paging.ts'
import * as shapes from './shapes.ts'

/** Whoever checks the evidence does not make it. */
const witnesses: readonly Who[] = ['admin', 'editor', 'approver', 'operator']
const ofAiring = z.strictObject({ id: shapes.id })
const airing = 'air-0123456789abcdef0123'

/** By planned start, as the airings come. */
const keyOf = ({ plannedAt, id }: Airing): string => `${plannedAt} ${id}`

const reading: readonly Operation[] = [
  route({
    ...{ id: 'listAirings', tag: 'airings', method: 'get', path: '/airings', who: readers, scope: 'list' },
    takes: {
      query: z.strictObject({
        ...stretch,
        month: shapes.month.optional(),
        day: shapes.day.optional(),
        station: shapes.id.optional(),
        state: z.enum(airingStates).optional(),
      }),
    },
    gives: listOf(shapes.Airing),
    example: { query: { month: '2026-11', state: 'missed' } },
    async handle(web, { visit, query }) {
      const month = query.month ?? query.day?.slice(0, 7) ?? monthOf(visit.now)
      const outcomes = await airingOutcomes(web.database, { month, now: visit.now })
      const outcomeOf = new Map(outcomes.map((outcome) => [outcome.airing, outcome]))
      const asked = { month, ...(query.station === undefined ? {} : { station: query.station }) }
      const found = (await airingsOf(web.database, asked)).filter(
        (one) =>
          covers(visit.scope, one.unit) &&
          (query.day === undefined || dayOf(one.plannedAt) === query.day) &&
          (query.state === undefined || outcomeOf.get(one.id)?.state === query.state),
      )
      const { items, next } = stretchOf(found.sort(byKey(keyOf)), keyOf, query, visit.link)
      return { body: { items: items.map((one) => airingShape(one, outcomeOf.get(one.id), visit)), next } }
    },
  }),
  route({
    ...{ id: 'getAiring', tag: 'airings', method: 'get', path: '/airings/:id', who: readers, scope: 'one' },
    takes: { path: ofAiring },
    gives: shapes.AiringWithWords,
    example: { path: { id: airing } },
    async handle(web, { visit, path }) {
      const found = await airingSeen(web, visit, path.id)
      const outcome = await outcomeOfAiring(web.database, found, visit.now)
      const attestations = await attestationsOf(web.database, { airing: found.id })
      return { body: { ...airingShape(found, outcome, visit), attestations: attestations.map(wordShape) } }
    },
  }),
  route({
    ...{ id: 'listCampaigns', tag: 'campaigns', method: 'get', path: '/campaigns', who: provincial },
    takes: { query: z.strictObject(stretch) },
    gives: listOf(shapes.Campaign),
    async handle({ database }, { visit, query }) {
      const campaigns = (await campaignsOf(database)).map((one) => ({ ...one, scripts: [...one.scripts] }))
      return { body: stretchOf(campaigns.sort(byKey(({ id }) => id)), ({ id }) => id, query, visit.link) }
    },
  }),
  route({
    ...{ id: 'listWindows', tag: 'campaigns', method: 'get', path: '/windows', who: provincial },
    takes: { query: z.strictObject(stretch) },
    gives: listOf(shapes.Window),
    async handle({ database }, { visit, query }) {
      const windows = (await windowsOf(database)).sort(byKey(({ id }) => id))
      return { body: stretchOf(windows, ({ id }) => id, query, visit.link) }
    },
  }),
]

const doing: readonly Operation[] = [
  route({
    ...{ id: 'attest', tag: 'airings', method: 'post', path: '/airings/:id/attestations', who: witnesses },
    scope: 'one',
    takes: {
      path: ofAiring,
      body: z.strictObject({
        outcome: z.enum(['played', 'missed']),
        playedAt: shapes.instant
          .max(40)
          .nullable()
          .default(null)
          .meta({ description: 'api.field.played-at' }),
        reason: shapes.missedReason.nullable().default(null),
        villagesMissed: z
          .array(shapes.id)
          .max(200)
          .default([])
          .meta({ description: 'api.field.villages-missed' }),
        word: z
          .string()
          .regex(/^[A-Za-z0-9-]{8,64}$/)
          .optional()
          .meta({ description: 'api.field.word' }),
        note: z.string().max(500).default('').meta({ description: 'api.field.note' }),
      }),
    },
    gives: shapes.Attestation,
    status: 201,
    problems: ['conflict'],
    example: { path: { id: airing }, body: { outcome: 'played', playedAt: '2026-11-23T05:30:00+07:00' } },
    locate: (web, { visit, path }) => airingSeen(web, visit, path.id),
    async handle({ database }, { visit, path, body }) {
      const { word, ...said } = body
      const given = { airing: path.id, by: personOf(visit), ...said, ...(word === undefined ? {} : { word }) }
      return { body: wordShape(await attest(database, { ...given, now: visit.now, ids: randomIds })) }
    },
  }),
  route({
    ...{ id: 'countersign', tag: 'airings', method: 'post', who: witnesses, scope: 'one' },
    path: '/attestations/:id/countersignature',
    takes: { path: ofAiring },
    gives: shapes.Attestation,
    status: 201,
    problems: ['conflict'],
    example: { path: { id: 'att-0123456789abcdef0123' } },
    locate: (web, { visit, path }) => wordSeen(web, visit, path.id),
    async handle({ database }, { visit, path }) {
      await countersign(database, { attestation: path.id, by: personOf(visit), now: visit.now })
      const [signed] = await attestationsOf(database, { id: path.id })
      if (signed === undefined) throw noAttestation(path.id)
      return { body: wordShape(signed) }
    },
  }),
  route({
    ...{ id: 'takeBack', tag: 'airings', method: 'post', who: witnesses, scope: 'one' },
    path: '/attestations/:id/withdrawal',
    takes: { path: ofAiring },
    gives: z.object({ id: z.string() }),
    problems: ['conflict'],
    example: { path: { id: 'att-0123456789abcdef0123' } },
    locate: (web, { visit, path }) => wordSeen(web, visit, path.id),
    async handle({ database }, { visit, path }) {
      await takeBack(database, { attestation: path.id, by: personOf(visit), now: visit.now })
      return { body: { id: path.id } }
    },
  }),
]

export const evidenceOperations: readonly Operation[] = [...reading, ...doing]

/** The airing, if it is there and of a unit that the visitor may see. */
async function airingSeen(web: Web, visit: Visit, id: string): Promise<Airing> {
  const [found] = await airingsOf(web.database, { ids: [id] })
  if (found === undefined) throw unknownAiring(id)
  if (!covers(visit.scope, found.unit)) throw outsideScope(unknownAiring(id).sentence)
  return found
}

function wordShape(word: Attestation): z.input<typeof shapes.Attestation> {
  return { ...word, villagesMissed: [...word.villagesMissed] }
}

/**
 * Refuses a word about an airing that the visitor may not see as one that is not there. One that was taken back has no
 * airing to ask the scope of: the deed says what became of it.
 */
async function wordSeen(web: Web, visit: Visit, id: string): Promise<void> {
  const [attestation] = await attestationsOf(web.database, { id })
  if (attestation === undefined) return
  const [about] = await airingsOf(web.database, { ids: [attestation.airing] })
  if (!covers(visit.scope, about?.unit)) throw outsideScope(noAttestation(id).sentence)
}

function noAttestation(id: string): AppError {
  return new AppError('not_found', sentence('api.no-attestation', { id }))
}

function airingShape(
  one: Airing,
  outcome: AiringOutcome | undefined,
  { language }: Visit,
): z.input<typeof shapes.Airing> {
  const { id, campaign, month, attempt, station, script, version, recording, greeting } = one
  const { plannedAt, latestStartAt, endsAt, devices, cancelled } = one
  return {
    ...{ id, campaign, month, attempt, station, script, version, recording, greeting },
    unit: { code: one.unit.code, validFrom: one.unit.validFrom },
    ...{ plannedAt, latestStartAt, endsAt, devices: [...devices] },
    cancelledAt: cancelled?.at ?? null,
    state: outcome?.state ?? 'coming',
    by: outcome?.by ?? null,
    at: outcome?.at ?? null,
    why: outcome?.why?.[language] ?? null,
  }
}

/** Operations about what scripts rest on and become (facts, recordings, approvals), and about people and the log. */
import { z } from 'zod'
import { approvedRecordings, awaitingApproval } from '../../approval/index.ts'
import { type Recording, recordingsOf } from '../../audio/index.ts'
import { deedLog, roles } from '../../people/index.ts'
import { confirmFact, factEntries, factsOf, scriptsOf, unknownFact } from '../../scripts/index.ts'
import { personLines } from '../people-lines.ts'
import { provincial } from '../route.ts'
import type { Who } from '../who.ts'
import { type Operation, personOf, route } from './operation.ts'
import { byKey, listOf, readCursor, stretch, stretchOf, writeCursor } from './paging.ts'
import * as shapes from './shapes.ts'

const seePeople: readonly Who[] = ['admin', 'approver', 'auditor']
const seeLog: readonly Who[] = ['admin', 'auditor']
/** Those who answer for what facts say. */
const keepers: readonly Who[] = ['admin', 'approver']
const ofFact = z.strictObject({ id: shapes.id })

const versionKey = ({ script, version }: { script: string; version: number }): string =>
  `${script}/${String(version).padStart(6, '0')}`

export const deskOperations: readonly Operation[] = [
  route({
    ...{ id: 'listFacts', tag: 'facts', method: 'get', path: '/facts', who: provincial },
    takes: { query: z.strictObject(stretch) },
    gives: listOf(shapes.Fact),
    async handle({ database }, { visit, query }) {
      const facts = (await factsOf(database)).sort(byKey(({ id }) => id))
      return { body: stretchOf(facts, ({ id }) => id, query, visit.link) }
    },
  }),
  route({
    ...{ id: 'getFact', tag: 'facts', method: 'get', path: '/facts/:id', who: provincial },
    takes: { path: ofFact },
    gives: shapes.Fact,
    example: { path: { id: 'hotline-111' } },
    async handle({ database }, { path }) {
      const newest = (await factEntries(database, path.id)).at(-1)
      if (newest === undefined) throw unknownFact(path.id)
      return { body: newest.fact }
    },
  }),
  route({
    ...{ id: 'listFactEntries', tag: 'facts', method: 'get', path: '/facts/:id/entries', who: provincial },
    takes: { path: ofFact, query: z.strictObject(stretch) },
    gives: listOf(shapes.FactEntry),
    example: { path: { id: 'hotline-111' } },
    async handle({ database }, { visit, path, query }) {
      const entries = await factEntries(database, path.id)
      if (entries.length === 0) throw unknownFact(path.id)
      return { body: stretchOf(entries, ({ number }) => String(number).padStart(12, '0'), query, visit.link) }
    },
  }),
  route({
    ...{ id: 'confirmFact', tag: 'facts', method: 'post', path: '/facts/:id/confirmation', who: keepers },
    takes: {
      path: ofFact,
      body: z.strictObject({ basedOn: z.int().min(1).meta({ description: 'api.field.based-on-entry' }) }),
    },
    gives: z.object({ state: z.enum(['changed', 'same']), fact: shapes.Fact }),
    problems: ['conflict'],
    example: { path: { id: 'hotline-111' }, body: { basedOn: 1 } },
    async handle({ database }, { visit, path, body }) {
      const given = { fact: path.id, by: personOf(visit), basedOn: body.basedOn, now: visit.now }
      const { state, fact } = await confirmFact(database, given)
      return { body: { state: state === 'same' ? ('same' as const) : ('changed' as const), fact } }
    },
  }),
  route({
    ...{ id: 'listRecordings', tag: 'recordings', method: 'get', path: '/recordings', who: provincial },
    takes: {
      query: z.strictObject({
        ...stretch,
        script: shapes.id.optional().meta({ description: 'api.field.script' }),
        station: shapes.id.optional(),
      }),
    },
    gives: listOf(shapes.Recording),
    example: { query: { script: 'tim-viec-tren-mang' } },
    async handle({ database }, { visit, query }) {
      const scripts = (await scriptsOf(database)).filter(({ id }) => (query.script ?? id) === id)
      const found: Recording[] = []
      for (const { id: script, versions } of scripts) {
        const submitted = versions.filter(({ state }) => state !== 'draft')
        for (const { version } of submitted)
          found.push(...(await recordingsOf(database, { script, version })))
      }
      const key = (one: Recording): string => `${versionKey(one)}/${one.id}`
      const wanted = found.filter(({ station }) => query.station === undefined || station === query.station)
      const { items, next } = stretchOf(wanted.sort(byKey(key)), key, query, visit.link)
      const approved = new Set(
        (await approvedRecordings(database, visit.now)).map(({ recording }) => recording),
      )
      return { body: { items: items.map((one) => recordingShape(one, approved.has(one.id))), next } }
    },
  }),
  route({
    ...{ id: 'listAwaitingApproval', tag: 'recordings', method: 'get', path: '/approvals/awaiting' },
    who: provincial,
    takes: { query: z.strictObject(stretch) },
    gives: listOf(shapes.AwaitingApproval),
    async handle({ database }, { visit, query }) {
      const waiting = (await awaitingApproval(database, visit.now)).sort(byKey(versionKey))
      return { body: stretchOf(waiting, versionKey, query, visit.link) }
    },
  }),
  route({
    ...{ id: 'listPeople', tag: 'people', method: 'get', path: '/people', who: seePeople },
    takes: { query: z.strictObject({ ...stretch, role: z.enum(roles).optional() }) },
    gives: listOf(shapes.Person),
    example: { query: { role: 'operator' } },
    async handle(web, { visit, query }) {
      const lines = (await personLines(web, visit))
        .filter(({ person }) => (query.role ?? person.role) === person.role)
        .map(({ person, hasAccount, unitCodes }) => {
          const { id, name, role, training, createdAt, suspendedAt } = person
          const units = unitCodes.split(' ').filter((code) => code !== '')
          return { id, name, role, training, createdAt, suspendedAt, hasAccount, units }
        })
      return { body: stretchOf(lines.sort(byKey(({ id }) => id)), ({ id }) => id, query, visit.link) }
    },
  }),
  route({
    ...{ id: 'listDeeds', tag: 'people', method: 'get', path: '/log', who: seeLog },
    takes: {
      query: z.strictObject({
        ...stretch,
        person: shapes.id.optional(),
        what: z.string().max(64).optional(),
        from: shapes.day.optional(),
        to: shapes.day.optional(),
      }),
    },
    gives: listOf(shapes.Deed),
    example: { query: { what: 'script.submitted', from: '2026-11-01' } },
    async handle({ database }, { visit, query }) {
      const { limit, cursor, ...filter } = query
      const before = cursor === undefined ? {} : { before: numberIn(cursor) }
      // One more than is shown tells whether there is more.
      const { deeds } = await deedLog(database, { ...filter, ...before }, { skip: 0, take: limit + 1 })
      const items = deeds.slice(0, limit)
      const last = items.at(-1)
      const more = deeds.length > limit && last !== undefined
      const next = more ? visit.link({ cursor: writeCursor(String(last.number)) }) : null
      return { body: { items, next } }
    },
  }),
]

/** The log is read from its newest end; a cursor of another list finds nothing. */
function numberIn(cursor: string): number {
  const number = Number(readCursor(cursor))
  return Number.isSafeInteger(number) ? number : 0
}

function recordingShape(one: Recording, approved: boolean): z.input<typeof shapes.Recording> {
  const { id, script, version, language, station, milliseconds, loudness, truePeak } = one
  return {
    ...{ id, script, version, language, station, milliseconds, loudness, truePeak },
    ...{ voice: one.voice, upload: one.upload, approved, createdAt: one.createdAt },
    renditions: one.renditions.map(({ codec, sha256, bytes }) => {
      return { codec, sha256, bytes, href: `/audio/${sha256}.${codec}` }
    }),
  }
}

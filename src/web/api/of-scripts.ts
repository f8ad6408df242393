/** Operations about scripts: their versions, writing on, and what people do to a version. */
import { z } from 'zod'
import { dayOf } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import { returnVersion, versionStates } from '../../approval/index.ts'
import {
  differenceOf,
  factsOf,
  lint,
  placeNames,
  saveDraft,
  type ScriptVersion,
  scriptsOf,
  versionOf,
  withdrawVersion,
} from '../../scripts/index.ts'
import { provincial } from '../route.ts'
import type { Visit, Web } from '../visit.ts'
import type { Who } from '../who.ts'
import { sentence } from '../words/index.ts'
import { type Operation, personOf, route } from './operation.ts'
import { listOf, stretch, stretchOf } from './paging.ts'
import { ApiRefusal } from './problems.ts'
import * as shapes from './shapes.ts'

const writers: readonly Who[] = ['admin', 'editor', 'approver']
/** The longest file of a script there may be, each letter in three bytes, with what JSON adds. */
const draftBytesMax = 640 * 1024

const Slug = z
  .string()
  .regex(/^[a-z0-9](-?[a-z0-9])*$/)
  .max(64)
  .meta({ description: 'api.field.script' })
const ofScript = z.strictObject({ script: Slug })
const ofVersion = z.strictObject({ script: Slug, version: shapes.version })
const Reason = z.strictObject({ why: z.string().min(1).max(500).meta({ description: 'api.field.reason' }) })
const one = { script: 'tim-viec-tren-mang', version: '1' }
const Named = z.object({ script: z.string(), version: z.int() })

/** Reading scripts. */
const reading: readonly Operation[] = [
  route({
    ...{ id: 'listScripts', tag: 'scripts', method: 'get', path: '/scripts', who: provincial },
    takes: { query: z.strictObject(stretch) },
    gives: listOf(shapes.Script),
    async handle(web, { visit, query }) {
      const { items, next } = stretchOf(await scriptsOf(web.database), ({ id }) => id, query, visit.link)
      const states = await versionStates(web.database, visit.now)
      return { body: { items: items.map((script) => withStates(script, states)), next } }
    },
  }),
  route({
    ...{ id: 'getScript', tag: 'scripts', method: 'get', path: '/scripts/:script', who: provincial },
    takes: { path: ofScript },
    gives: shapes.Script,
    example: { path: { script: one.script } },
    async handle(web, { visit, path }) {
      return { body: await scriptShape(web, visit, path.script) }
    },
  }),
  route({
    ...{ id: 'getVersion', tag: 'scripts', method: 'get', who: provincial },
    path: '/scripts/:script/versions/:version',
    takes: { path: ofVersion },
    gives: shapes.VersionText,
    example: { path: one },
    async handle(web, { visit, path }) {
      const found = await versionThere(web, path)
      const { versions } = await scriptShape(web, visit, path.script)
      const summary = versions.find(({ version }) => version === found.version)
      if (summary === undefined) throw noVersion(path)
      const { id: _id, body, ...head } = found.source
      return { body: { ...summary, script: found.script, head, body, text: found.text } }
    },
  }),
  route({
    ...{ id: 'getDifference', tag: 'scripts', method: 'get', who: provincial },
    path: '/scripts/:script/versions/:version/difference',
    takes: {
      path: ofVersion,
      query: z.strictObject({ from: shapes.version.meta({ description: 'api.field.from-version' }) }),
    },
    gives: z.object({ sentences: z.array(shapes.SentenceDifference) }),
    example: { path: { ...one, version: '2' }, query: { from: '1' } },
    async handle(web, { path, query }) {
      const after = await versionThere(web, path)
      const before = await versionThere(web, { script: path.script, version: query.from })
      return { body: { sentences: differenceOf(before.source.body, after.source.body) } }
    },
  }),
  route({
    ...{ id: 'listFindings', tag: 'scripts', method: 'get', who: provincial },
    path: '/scripts/:script/versions/:version/findings',
    takes: { path: ofVersion },
    gives: z.object({ findings: z.array(shapes.Finding) }),
    problems: ['unavailable'],
    example: { path: one },
    async handle(web, { visit, path }) {
      const { source } = await versionThere(web, path)
      const findings = lint(source, {
        ...scriptDeskOf(web).ground(),
        day: visit.today,
        facts: new Map((await factsOf(web.database)).map((fact) => [fact.id, fact])),
        places: await placeNames(web.database, dayOf(visit.now)),
      })
      const said = findings.map(({ rule, level, at, length, ...says }) => {
        return { rule, level, at, length, says: says[visit.language] }
      })
      return { body: { findings: said } }
    },
  }),
  route({
    ...{ id: 'getDraft', tag: 'scripts', method: 'get', path: '/scripts/:script/draft', who: provincial },
    takes: { path: ofScript },
    gives: shapes.Written.extend({ version: z.int() }),
    example: { path: { script: one.script } },
    async handle(web, { visit, path }) {
      const { versions } = await scriptShape(web, visit, path.script)
      const version = versions.at(-1)?.version ?? 0
      const { id: _id, body, ...head } = (await versionThere(web, { ...path, version })).source
      return { body: { version, head, body }, etag: etagOf(version) }
    },
  }),
]

/** Writing, and the steps of a version. */
const doing: readonly Operation[] = [
  route({
    ...{ id: 'saveDraft', tag: 'scripts', method: 'put', path: '/scripts/:script/draft', who: writers },
    takes: { path: ofScript, body: shapes.Written },
    gives: Named.extend({ state: z.enum(['new', 'same']) }),
    statusOfNew: 201,
    conditional: true,
    bodyBytesMax: draftBytesMax,
    problems: ['conflict', 'changed-meanwhile', 'condition-missing'],
    example: { path: { script: one.script }, body: exampleDraft() },
    async handle({ database }, { visit, path, body, newestKnown = null }) {
      const saved = await saveDraft(database, {
        ...{ script: path.script, basedOn: newestKnown, head: body.head, body: body.body },
        ...{ by: personOf(visit), now: visit.now },
      })
      const status = saved.state === 'new' ? 201 : 200
      return { status, body: saved, etag: etagOf(saved.version) }
    },
  }),
  route({
    ...{ id: 'submitVersion', tag: 'scripts', method: 'post', who: writers },
    path: '/scripts/:script/versions/:version/submit',
    takes: { path: ofVersion },
    gives: Named.extend({ readBy: z.enum(['voice', 'person']).meta({ description: 'api.field.read-by' }) }),
    problems: ['conflict', 'unavailable'],
    example: { path: one },
    async handle(web, { visit, path }) {
      const { readBy } = await scriptDeskOf(web).submit({ ...path, by: personOf(visit) })
      return { body: { ...path, readBy } }
    },
  }),
  route({
    ...{ id: 'returnVersion', tag: 'scripts', method: 'post', who: ['approver'] },
    path: '/scripts/:script/versions/:version/return',
    takes: { path: ofVersion, body: Reason },
    gives: Named,
    problems: ['conflict'],
    example: { path: one, body: { why: 'Nói rõ hơn đường dây nóng.' } },
    async handle({ database }, { visit, path, body }) {
      await returnVersion(database, { ...path, why: body.why, by: personOf(visit), now: visit.now })
      return { body: path }
    },
  }),
  route({
    ...{ id: 'withdrawVersion', tag: 'scripts', method: 'post', who: writers },
    path: '/scripts/:script/versions/:version/withdraw',
    takes: { path: ofVersion, body: Reason },
    gives: Named,
    problems: ['conflict'],
    example: { path: one, body: { why: 'Số điện thoại đã đổi.' } },
    async handle({ database }, { visit, path, body }) {
      await withdrawVersion(database, { ...path, why: body.why, by: personOf(visit), now: visit.now })
      return { body: path }
    },
  }),
]

export const scriptOperations: readonly Operation[] = [...reading, ...doing]

/** A draft names its version: a version's text never changes, so the number says all. */
function etagOf(version: number): string {
  return `"${String(version)}"`
}

async function scriptShape(web: Web, visit: Visit, id: string): Promise<z.input<typeof shapes.Script>> {
  const script = (await scriptsOf(web.database)).find((each) => each.id === id)
  if (script === undefined) throw new AppError('not_found', sentence('api.no-script', { script: id }))
  return withStates(script, await versionStates(web.database, visit.now))
}

function withStates(
  { id, kind, versions }: Awaited<ReturnType<typeof scriptsOf>>[number],
  states: Awaited<ReturnType<typeof versionStates>>,
): z.input<typeof shapes.Script> {
  return {
    id,
    kind,
    versions: versions.map((version) => {
      return { ...version, state: states.get(`${id}/${String(version.version)}`) ?? 'draft' }
    }),
  }
}

async function versionThere(web: Web, wanted: { script: string; version: number }): Promise<ScriptVersion> {
  const found = await versionOf(web.database, wanted)
  if (found !== undefined) return found
  throw noVersion(wanted)
}

function noVersion({ script, version }: { script: string; version: number }): AppError {
  return new AppError('not_found', sentence('api.no-version', { script, version: String(version) }))
}

function scriptDeskOf({ scriptDesk }: Web): NonNullable<Web['scriptDesk']> {
  if (scriptDesk !== undefined) return scriptDesk
  throw new ApiRefusal('unavailable', sentence('api.no-script-desk'))
}

function exampleDraft(): z.input<typeof shapes.Written> {
  return {
    head: {
      ...{
        kind: 'bulletin',
        language: 'vi',
        title: 'Tìm việc trên mạng',
        titleEn: 'Looking for work online',
      },
      ...{ audience: ['thanh niên'], priority: 'thong-thuong', validFrom: '2026-11-01', validTo: null },
      ...{ facts: [], sources: [], summaryEn: '', demo: false },
    },
    body: 'Kính thưa bà con. Trước khi nhận lời đi làm xa, hãy gọi {{hotline.trafficking}}.',
  }
}

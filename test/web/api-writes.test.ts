/** Writing through the programming interface: what is refused and how, and doing nothing twice. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plusMilliseconds } from '../../src/base/time.ts'
import { attestationsOf } from '../../src/evidence/index.ts'
import { deedLog, setUnits, suspend } from '../../src/people/index.ts'
import { villagesOf } from '../../src/registry/index.ts'
import { type Airing, airingsOf } from '../../src/schedule/index.ts'
import { factEntries, setFact } from '../../src/scripts/index.ts'
import { keysMax } from '../../src/web/api/idempotency.ts'
import { secret } from '../people/office.ts'
import { november, today } from './month.ts'
import { rememberingLog, serve, type Served } from './served.ts'
import { signedIn } from './staff.ts'

let hub: Served
const log = rememberingLog()
const cookies: Record<string, string> = {}
/** Airings that people play, over and not attested by anybody. */
let open: Airing[]

beforeAll(async () => {
  const month = await november()
  hub = await serve(month, { secret, log })
  const { database } = month
  for (const role of ['admin', 'editor', 'approver', 'auditor'] as const)
    cookies[role] = (await signedIn(database, role, role)).from.cookies
  const attested = new Set((await attestationsOf(database)).map(({ airing }) => airing))
  open = (await airingsOf(database, { month: '2026-11' })).filter(
    ({ id, devices, endsAt }) => devices.length === 0 && endsAt < today && !attested.has(id),
  )
})

afterAll(() => hub.close())

type Asked = { as?: string; method?: string; headers?: Record<string, string>; body?: unknown }

async function ask(path: string, { as = 'editor', method = 'POST', headers = {}, body }: Asked = {}) {
  const response = await hub.get(`/api/v1${path}`, {
    method,
    headers: {
      ...(as === '' ? {} : { cookie: cookies[as]! }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { ...response, json: JSON.parse(response.text) as Record<string, unknown> }
}

const attestations = (index: number): string => `/airings/${open[index]!.id}/attestations`
const playedAt = (index: number): string => plusMilliseconds(open[index]!.plannedAt, 60_000)
const countOf = async (index: number): Promise<number> =>
  (await attestationsOf(hub.month.database, { airing: open[index]!.id })).length

const head = {
  ...{ kind: 'bulletin', language: 'vi', title: 'Đi làm xa', titleEn: 'Working far away' },
  ...{ audience: ['thanh niên'], priority: 'thong-thuong', validFrom: '2026-11-01', validTo: null },
  ...{ facts: [], sources: [], summaryEn: '', demo: false },
}
const text = { head, body: 'Kính thưa bà con. Trước khi đi làm xa, hãy hỏi kỹ.' }

describe('a refusal', () => {
  it('is a problem with a stable type, in the language asked for, and never a stack', async () => {
    const { status, headers, json } = await ask('/scripts/khong-co', {
      ...{ method: 'GET', headers: { 'accept-language': 'en-GB,en;q=0.9,vi;q=0.1' } },
    })
    expect(status).toBe(404)
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(headers.get('content-language')).toBe('en')
    expect(json).toEqual({
      ...{ type: '/api#problem-not-found', title: 'No such thing', status: 404 },
      detail: 'There is no script “khong-co”. Look it up in the list of scripts.',
      instance: '/api/v1/scripts/khong-co',
    })
    expect((await ask('/scripts/khong-co', { method: 'GET' })).json['title']).toBe('Không có')
  })

  it.each([
    ['nobody who signed in', 401, 'signed-out', '/units', { as: '', method: 'GET' }],
    ['another role', 403, 'forbidden', '/people', { method: 'GET' }],
    ['no such operation', 404, 'not-found', '/khong-co', { method: 'GET' }],
    ['another method', 405, 'method-not-allowed', '/units', { body: {} }],
    ['broken JSON', 400, 'invalid', '/scripts/a/versions/1/withdraw', { body: '{"why":' }],
    ['a version that is no number', 400, 'invalid', '/scripts/a/versions/mot', { method: 'GET' }],
    ['no condition', 428, 'condition-missing', '/scripts/a/draft', { method: 'PUT', body: text }],
  ] as [string, number, string, string, Asked][])(
    'of %s has status %i and type %s',
    async (_s, status, name, path, asked) => {
      const answer = await ask(path, asked)
      expect([answer.status, answer.json['type']]).toEqual([status, `/api#problem-${name}`])
      if (name === 'method-not-allowed') expect(answer.headers.get('allow')).toBe('GET, HEAD')
      expect(answer.text).not.toMatch(/\.ts:|node_modules/)
    },
  )

  it('of what no page of ours can send: a form, or text that calls itself nothing', async () => {
    const { method, path } = { method: 'POST', path: `/api/v1${attestations(0)}` }
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
    ]) {
      const headers = { cookie: cookies['editor']!, 'content-type': type }
      const { status, text: said } = await hub.get(path, { method, headers, body: '{"outcome":"missed"}' })
      expect([type, status]).toEqual([type, 415])
      expect(said).toContain('/api#problem-not-json')
    }
    expect(await countOf(0)).toBe(0)
  })

  it('names each field that is wrong, by its place in the body', async () => {
    const body = { outcome: 'heard', note: 7, 'a/b': 1 }
    const { status, json } = await ask(attestations(0), { body })
    expect([status, json['type']]).toEqual([400, '/api#problem-invalid'])
    expect(json['errors']).toEqual([
      { pointer: '#/outcome', detail: 'Phải là một trong: played, missed.' },
      { pointer: '#/note', detail: 'Phải là một chuỗi chữ.' },
      { pointer: '#/a~1b', detail: 'Không có trường nào tên như vậy. Hãy xem lại tên.' },
    ])
  })

  it('of too much is told as such, for a draft only beyond the longest script', async () => {
    const long = { why: 'a'.repeat(70_000) }
    expect((await ask('/scripts/a/versions/1/withdraw', { body: long })).json).toMatchObject({
      ...{ status: 413, type: '/api#problem-too-large' },
    })
    const draft = { ...text, body: 'ạ'.repeat(100_000) }
    const put = { method: 'PUT', headers: { 'if-none-match': '*' }, body: draft }
    expect((await ask('/scripts/dai-qua/draft', put)).status).toBe(201)
  })

  it('is none where a cursor of another list only finds nothing', async () => {
    const { status, json } = await ask('/log?cursor=LTE', { method: 'GET', as: 'admin' })
    expect([status, json['items']]).toEqual([200, []])
  })
})

describe('a draft', () => {
  const put = (path: string, version: string | undefined, more: object = {}, as = 'editor') =>
    ask(path, {
      ...{ as, method: 'PUT', body: { ...text, ...more } },
      headers: version === undefined ? { 'if-none-match': '*' } : { 'if-match': version },
    })

  it('is saved on top of the version it was written on, and nobody overwrites another', async () => {
    const path = '/scripts/di-lam-xa/draft'
    const first = await put(path, undefined)
    expect([first.status, first.headers.get('etag'), first.json]).toEqual([
      ...[201, '"1"'],
      { script: 'di-lam-xa', version: 1, state: 'new' },
    ])
    const read = await ask(path, { method: 'GET' })
    expect([read.headers.get('etag'), read.json['body']]).toEqual(['"1"', text.body])
    expect((await put(path, '"1"', { body: 'Bài của biên tập.' })).status).toBe(201)
    const { status, json } = await put(path, '"1"', { body: 'Bài của quản trị.' }, 'admin')
    expect([status, json['type']]).toEqual([412, '/api#problem-changed-meanwhile'])
    expect(json).toMatchObject({
      yours: { body: 'Bài của quản trị.' },
      theirs: { version: 2, body: 'Bài của biên tập.', by: 'editor' },
      base: { version: 1, body: text.body },
    })
  })

  it('saved twice as it is stays one', async () => {
    const path = '/scripts/hai-lan/draft'
    expect((await put(path, undefined)).status).toBe(201)
    const again = await put(path, undefined)
    expect([again.status, again.json['state']]).toEqual([200, 'same'])
  })
})

describe('a write under an Idempotency-Key', () => {
  const send = (index: number, key: string, more: Asked & { note?: string } = {}) =>
    ask(attestations(index), {
      as: more.as ?? 'editor',
      headers: { 'idempotency-key': key },
      body: { outcome: 'played', playedAt: playedAt(index), note: more.note ?? '' },
    })

  it('is done once, and sent again gives the answer of the first time', async () => {
    const first = await send(1, '"one-key"')
    const second = await send(1, '"one-key"')
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null])
    expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
    expect(second.json).toEqual(first.json)
    expect(await countOf(1)).toBe(1)
    const filter = { what: 'attestation.given', person: 'editor' }
    const { deeds } = await deedLog(hub.month.database, filter, { skip: 0, take: 10 })
    expect(deeds).toMatchObject([{ via: 'api', address: '127.0.0.1' }])
  })

  it('is refused to another request, and the same key of somebody else is another', async () => {
    expect((await send(1, '"one-key"', { note: 'khác' })).json).toMatchObject({
      ...{ status: 422, type: '/api#problem-key-reused' },
    })
    expect((await send(2, '"one-key"', { as: 'admin' })).status).toBe(201)
  })

  it('sent at the same moment is worked on once; the other is told to wait', async () => {
    const answers = await Promise.all([send(3, 'twice'), send(3, 'twice')])
    const statuses = answers.map(({ status }) => status).sort()
    // The second may come after the first has ended; then it is given the same answer.
    expect([
      [201, 201],
      [201, 409],
    ]).toContainEqual(statuses)
    expect(await countOf(3)).toBe(1)
  })

  it('that was refused has done nothing, so it may be put right under the same key', async () => {
    const headers = { 'idempotency-key': 'mended' }
    const early = { outcome: 'played', playedAt: '2020-01-01T00:00:00Z' }
    expect((await ask(attestations(4), { headers, body: early })).status).toBe(400)
    expect((await ask(attestations(4), { headers, body: { ...early, playedAt: playedAt(4) } })).status).toBe(
      201,
    )
  })

  it('that a crash cut off before it was done is done now; one cut off after it is not done again', async () => {
    const { database } = hub.month
    const first = await send(5, 'cut')
    expect(first.status).toBe(201)
    const key = database.updateTable('api_key_used').where('key', '=', 'cut')
    // What a hub leaves behind that stopped between the deed and keeping the answer.
    await key.set({ answer: null }).execute()
    expect((await send(5, 'cut')).json).toMatchObject({ status: 409, type: '/api#problem-answer-lost' })
    expect(await countOf(5)).toBe(1)
    // And what it leaves that stopped before the deed.
    const { asked } = await database
      .selectFrom('api_key_used')
      .select('asked')
      .where('key', '=', 'cut')
      .executeTakeFirstOrThrow()
    await key.set({ done: 0 }).execute()
    expect(asked).toMatch(/^[0-9a-f]{64}$/)
    expect((await send(5, 'cut')).json['detail']).toContain('đã xác nhận lượt phát này rồi')
    expect(await countOf(5)).toBe(1)
  })

  it('leaves its mark in the very transaction that did it', async () => {
    const { database } = hub.month
    await send(6, 'marked')
    const row = await database
      .selectFrom('api_key_used')
      .select(['done', 'answer'])
      .where('key', '=', 'marked')
      .executeTakeFirstOrThrow()
    expect(row.done).toBe(1)
    expect(JSON.parse(row.answer!)).toMatchObject({ body: { airing: open[6]!.id } })
  })

  it('counts for a day and is bounded for each person', async () => {
    const { database } = hub.month
    const yesterday = plusMilliseconds(today, -24 * 3_600_000 - 1)
    await database.updateTable('api_key_used').set({ at: yesterday }).where('key', '=', 'marked').execute()
    expect((await send(6, 'marked')).status).toBe(409)
    const rows = Array.from({ length: keysMax }, (_, index) => {
      return { person_id: 'admin', key: `k${index}`, asked: 'x', at: today, done: 1, answer: '{}' }
    })
    for (let from = 0; from < rows.length; from += 500)
      await database
        .insertInto('api_key_used')
        .values(rows.slice(from, from + 500))
        .execute()
    expect((await send(7, 'one-more', { as: 'admin' })).status).toBe(429)
    expect(await countOf(7)).toBe(0)
  })

  it('is refused when nobody could have meant it', async () => {
    expect((await send(8, '"')).json['detail']).toContain('Idempotency-Key')
  })
})

describe('an attestation', () => {
  /** Signs in an operator of the commune of an airing that people play, and one of no commune. */
  const operatorsAt = async ({ unit }: Airing): Promise<void> => {
    const { database } = hub.month
    cookies['operator'] = (await signedIn(database, 'can-bo-xa', 'operator')).from.cookies
    cookies['elsewhere'] = (await signedIn(database, 'can-bo-khac', 'operator')).from.cookies
    const units = [{ code: unit.code, validFrom: unit.validFrom }]
    await setUnits(database, { person: 'can-bo-xa', units, by: null, now: today })
  }

  it('is given by an operator of the commune with its reason, sent again under its name, and taken back', async () => {
    const { database } = hub.month
    const { id: known, station } = open[11]!
    await operatorsAt(open[11]!)
    const path = `/airings/${known}/attestations`
    const body = { outcome: 'missed', reason: 'power', word: 'w-0123456789' }
    const first = await ask(path, { as: 'operator', body })
    expect([first.status, first.json]).toMatchObject([201, { person: 'can-bo-xa', reason: 'power' }])
    expect((await ask(path, { as: 'operator', body })).json).toEqual(first.json)
    expect((await ask(path, { as: 'elsewhere', body })).status).toBe(404)
    const back = `/attestations/${String(first.json['id'])}/withdrawal`
    expect((await ask(back, { as: 'elsewhere' })).status).toBe(404)
    expect((await ask(back, { as: 'editor' })).status).toBe(403)
    for (let turn = 0; turn < 2; turn += 1) expect((await ask(back, { as: 'operator' })).status).toBe(200)
    expect(await attestationsOf(database, { airing: known })).toEqual([])
    const villages = (await villagesOf(database, station)).map(({ id }) => id).slice(0, 1)
    const played = { outcome: 'played', playedAt: today, villagesMissed: villages }
    expect((await ask(path, { as: 'operator', body: played })).json).toMatchObject({
      villagesMissed: villages,
    })
  })

  it('says by its place in the body that a reason is none', async () => {
    const { json } = await ask(attestations(10), { body: { outcome: 'missed', reason: 'lười' } })
    expect(json['errors']).toMatchObject([{ pointer: '#/reason' }])
  })
})

describe('a fact', () => {
  it('is confirmed by somebody who did not enter it, on the entry that was read', async () => {
    const { database } = hub.month
    const change = { fact: 'hotline-111', by: 'admin', now: today }
    await setFact(database, { ...change, change: { value: '112', source: 'mẫu' } })
    const entries = async () => await factEntries(database, 'hotline-111')
    const [before, newest] = (await entries()).slice(-2)
    const path = '/facts/hotline-111/confirmation'
    expect((await ask(path, { body: { basedOn: newest!.number } })).status).toBe(403)
    expect((await ask(path, { as: 'admin', body: { basedOn: newest!.number } })).status).toBe(403)
    const stale = await ask(path, { as: 'approver', body: { basedOn: before!.number } })
    expect([stale.status, stale.json]).toMatchObject([409, { newest: { number: newest!.number } }])
    const done = await ask(path, { as: 'approver', body: { basedOn: newest!.number } })
    expect([done.status, done.json]).toMatchObject([
      200,
      { state: 'changed', fact: { status: 'confirmed', value: '112' } },
    ])
    expect((await ask(path, { as: 'approver', body: { basedOn: newest!.number } })).json['state']).toBe(
      'same',
    )
  })
})

describe('a person suspended in an open session', () => {
  it('writes nothing more, from the next request on', async () => {
    const body = { outcome: 'missed' }
    await suspend(hub.month.database, { person: 'approver', by: 'admin', now: today })
    expect((await ask(attestations(9), { as: 'approver', body })).status).toBe(401)
    expect(await countOf(9)).toBe(0)
    expect(log.errors).toEqual([])
  })
})

/** The programming interface, asked as a programme would ask it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attestationsOf } from '../../src/evidence/index.ts'
import { airingsOf } from '../../src/schedule/index.ts'
import { operations } from '../../src/web/api/index.ts'
import { problems } from '../../src/web/api/problems.ts'
import { requestsMax } from '../../src/web/api/serve.ts'
import { secret } from '../people/office.ts'
import { november } from './month.ts'
import { serve, type Served } from './served.ts'
import { operatorSignedIn, signedIn } from './staff.ts'

let hub: Served
const cookies: Record<string, string> = {}
const parts: Record<string, string> = {
  code: '20443',
  script: 'viec-nhe-luong-cao',
  version: '1',
}

beforeAll(async () => {
  hub = await serve(await november(), {
    secret,
    scriptDesk: {
      submit: () => Promise.resolve({ language: 'vi', readBy: 'voice' }),
      ground: () => ({ placeholders: [], speakUnconfirmed: true }),
    },
  })
  const { database } = hub.month
  for (const role of ['admin', 'editor', 'auditor'] as const)
    cookies[role] = (await signedIn(database, role, role)).from.cookies
  cookies['operator'] = (await operatorSignedIn(database, 'operator')).from.cookies
  const [airing] = await airingsOf(database, { month: '2026-11' })
  const [attestation] = await attestationsOf(database)
  Object.assign(parts, { airing: airing!.id, attestation: attestation!.id })
})

afterAll(() => hub.close())

type Asked = { as?: string; method?: string; headers?: Record<string, string>; body?: unknown }

/** Asks as somebody; gives the answer read as JSON. */
async function ask(path: string, { as = 'admin', method = 'GET', headers = {}, body }: Asked = {}) {
  const json = body === undefined ? {} : { 'content-type': 'application/json' }
  const response = await hub.get(path, {
    method,
    headers: { ...(as === '' ? {} : { cookie: cookies[as]! }), ...json, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { ...response, json: JSON.parse(response.text) as Record<string, unknown> }
}

type Line = Record<string, unknown>
const items = (json: Record<string, unknown>): Line[] => json['items'] as Line[]

/** The address of an operation for things that are there. */
function addressOf(path: string): string {
  const id: Record<string, string> = {
    '/stations/:id': 'tt-20440',
    '/facts/:id': 'hotline-111',
    '/facts/:id/entries': 'hotline-111',
    '/airings/:id': parts['airing']!,
  }
  const query = path.endsWith('/difference') ? '?from=1' : path === '/units/:code' ? '?from=2025-07-01' : ''
  return `/api/v1${path.replaceAll(/:(\w+)/g, (_, name: string) => id[path] ?? parts[name] ?? '')}${query}`
}

describe('every operation that reads', () => {
  it.each(operations.filter(({ method }) => method === 'get').map((one) => [one.id, one] as const))(
    '%s answers with the shape that it promises',
    async (_id, { path, gives }) => {
      const { status, headers, json } = await ask(addressOf(path))
      expect([status, json]).toEqual([200, expect.anything()])
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(gives.safeParse(json).error?.issues).toBeUndefined()
      // Nothing that the shape does not name goes out.
      expect(gives.parse(json)).toEqual(json)
      if (Array.isArray(json['items'])) expect(json['items'].length, path).toBeGreaterThan(0)
    },
  )
})

describe('a list', () => {
  it('comes in stretches that leave out nothing and repeat nothing', async () => {
    const seen: unknown[] = []
    let next: string | null = '/api/v1/stations?limit=100'
    for (let stretch = 0; next !== null && stretch < 10; stretch += 1) {
      const { json } = await ask(next)
      seen.push(...items(json).map(({ id }) => id))
      next = json['next'] as string | null
    }
    expect([seen.length, new Set(seen).size]).toEqual([241, 241])
    expect(seen).toEqual([...seen].sort())
  })

  it('is bounded, and refuses a cursor that is none of ours', async () => {
    expect((await ask('/api/v1/units?limit=201')).json).toMatchObject({
      ...{ type: '/api#problem-invalid', status: 400 },
      errors: [{ parameter: 'limit', detail: 'Nhiều nhất là 200.' }],
    })
    expect((await ask('/api/v1/units?cursor=%2F%2F')).status).toBe(400)
    expect((await ask('/api/v1/units?cursor=abcde')).status).toBe(400)
  })

  it('is filtered as the pages are, and an operator finds their own alone', async () => {
    const { json } = await ask('/api/v1/airings?month=2026-11&state=met&limit=200')
    expect(new Set(items(json).map(({ state }) => state))).toEqual(new Set(['met']))
    const own = await ask('/api/v1/coverage/units?month=2026-11', { as: 'operator' })
    expect(items(own.json).map(({ unit }) => (unit as { code: string }).code)).toEqual(['20443'])
  })

  it('of the log goes on where it stopped, though more was done meanwhile', async () => {
    const first = (await ask('/api/v1/log?limit=5')).json
    await ask('/api/v1/people', { as: 'operator' })
    const second = (await ask(first['next'] as string)).json
    const numbers = [...items(first), ...items(second)].map(({ number }) => number as number)
    expect(numbers).toHaveLength(10)
    expect(numbers).toEqual(numbers.toSorted((a, b) => b - a))
    expect(new Set(numbers).size).toBe(10)
  })
})

describe('the document', () => {
  const document = async (language: string) => {
    const { text } = await hub.get('/api/openapi.json', {
      headers: { cookie: cookies['auditor']!, 'accept-language': language },
    })
    return {
      text,
      json: JSON.parse(text) as { openapi: string; paths: Record<string, Record<string, Line>> },
    }
  }

  it('is OpenAPI 3.1 and has every line of the registry, with its parameters and refusals', async () => {
    const { json, text } = await document('vi')
    expect(json.openapi).toBe('3.1.0')
    const described = Object.entries(json.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${String(operationId)}`),
    )
    const written = (path: string): string => `/api/v1${path.replaceAll(/:(\w+)/g, '{$1}')}`
    expect(described.sort()).toEqual(
      operations.map(({ method, path, id }) => `${method} ${written(path)} ${id}`).sort(),
    )
    const put = json.paths['/api/v1/scripts/{script}/draft']!['put']!
    const names = (put['parameters'] as { name: string }[]).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['script', 'Idempotency-Key', 'If-Match', 'If-None-Match']))
    expect(Object.keys(put['responses'] as object)).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '409', '412', '413', '415', '422', '428', '429']),
    )
    // Whatever it refers to is in it.
    const { components } = JSON.parse(text) as { components: { schemas: object } }
    const wanted = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!)
    expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining([...new Set(wanted)]))
  })

  it('speaks the language asked for, and has no word left unsaid', async () => {
    const [vi, en] = [await document('vi'), await document('en')]
    expect(vi.text).toContain('Danh sách đài truyền thanh')
    expect(en.text).toContain('A month in Vietnam, YYYY-MM.')
    for (const { text } of [vi, en]) expect(text).not.toMatch(/"api\.[a-z]/)
  })

  it('has a session of the pages as what lets somebody in, and no other way yet', async () => {
    expect((await document('en')).text).toContain('"type":"apiKey","in":"cookie"')
  })
})

describe('the readable page', () => {
  it('has every operation with an example, and explains every kind of refusal', async () => {
    const { status, text } = await hub.get('/api', { headers: { cookie: cookies['operator']! } })
    expect(status).toBe(200)
    for (const { id } of operations) expect(text).toContain(`<details class="operation" id="${id}">`)
    for (const name of Object.keys(problems)) expect(text).toContain(`id="problem-${name}"`)
    expect(text).toContain('GET /api/v1/units?q=tr%C3%A0+leng')
    expect(text).not.toMatch(/<script(?! src="\/assets\/)/)
  })
})

describe('a session that asks too often', () => {
  it('waits, and others do not', { timeout: 60_000 }, async () => {
    const statuses = new Set<number>()
    for (let asked = 0; asked <= requestsMax; asked += 100) {
      const some = Array.from({ length: 100 }, () => ask('/api/v1/windows?limit=0', { as: 'auditor' }))
      for (const { status } of await Promise.all(some)) statuses.add(status)
    }
    expect(statuses).toEqual(new Set([400, 429]))
    const { status, headers, json } = await ask('/api/v1/windows', { as: 'auditor' })
    expect([status, json['type']]).toEqual([429, '/api#problem-too-often'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await ask('/api/v1/windows')).status).toBe(200)
  })
})

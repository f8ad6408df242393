/** Every route as everybody: the table in `matrix.ts` against what the pages really answer. */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deedLog } from '../../src/people/index.ts'
import { gateOn, goodPassword, secret, withAccount, Browser } from '../people/office.ts'
import { beforeCodes, matrix } from './matrix.ts'
import { clockAt, emptyDesk, type Month, today } from './month.ts'
import { serve, type Served } from './served.ts'
import { operatorSignedIn, signedIn } from './staff.ts'
import { incomingFolder } from './uploads.ts'

const folder = incomingFolder()
const letters = { A: 'admin', E: 'editor', P: 'approver', K: 'auditor' } as const
const cookies: Record<string, string> = {}
let month: Month
/** With accounts; without any; without any and with the desk open. */
let office: Served
let fresh: Served
let desk: Served

beforeAll(async () => {
  month = await emptyDesk()
  const { database } = month
  for (const [letter, role] of Object.entries(letters))
    cookies[letter] = (await signedIn(database, role, role)).from.cookies
  cookies['O'] = (await operatorSignedIn(database, 'operator')).from.cookies
  await withAccount(database, { id: 'unfinished', name: 'Chưa cài mã', role: 'approver', now: today })
  const browser = new Browser('127.0.0.1')
  const gate = gateOn(database, clockAt(today))
  browser.take(await gate.signIn({ name: 'unfinished', password: goodPassword }, browser.from))
  cookies['unfinished'] = browser.from.cookies
  const files = { incomingFolder: folder }
  office = await serve(month, { secret, ...files })
  fresh = await serve(await emptyDesk(), files)
  desk = await serve(await emptyDesk(), { openDesk: true, ...files })
})

afterAll(async () => {
  for (const served of [office, fresh, desk]) await served.close()
  rmSync(dirname(folder), { recursive: true, force: true })
})

const names = Object.keys(matrix)

/** An address of the route for things that are not there: whoever gets through is told so. */
function addressOf(path: string): string {
  const parts: Record<string, string> = { code: '99999', file: 'abc.mp3' }
  return path.replaceAll(/:(\w+)/g, (_, name: string) => parts[name] ?? 'khong-co')
}

/** `in`: past the guard. `no`: refused. `sign-in`, `codes`: shown the way there, or told so. */
async function outcome(served: Served, name: string, cookie = ''): Promise<string> {
  const [method = '', path = ''] = name.split(' ')
  const { status, headers, text } = await served.get(addressOf(path), {
    method: method.toUpperCase(),
    headers: cookie === '' ? {} : { cookie },
  })
  const location = headers.get('location') ?? ''
  if (status === 401 && method !== 'get' && !path.startsWith('/sign-in')) return 'sign-in'
  if (status === 303 && location.startsWith('/sign-in?next=')) return 'sign-in'
  if (status === 303 && location === '/me/codes' && path !== '/me/codes/begin') return 'codes'
  if (status === 403) return text.includes('cài mã hai bước trước') ? 'codes' : 'no'
  expect([200, 303, 400, 401, 404, 405, 409, 412], `${name} ${text.slice(0, 200)}`).toContain(status)
  return 'in'
}

describe('the table of routes', () => {
  it('is the one of the test, line by line: a new route says here who may open it', () => {
    const mounted = office.routes.map(({ method, path }) => `${method} ${path}`)
    expect([...mounted].sort()).toEqual([...names].sort())
    expect(new Set(mounted).size).toBe(mounted.length)
  })
})

describe.each([...Object.keys(letters), 'O'])('%s, signed in', (letter) => {
  it('opens what the table says, and nothing else', { timeout: 60_000 }, async () => {
    const asked = names.filter((name) => matrix[name] !== 'everyone')
    const wanted = asked.map((name) => [name, matrix[name]!.includes(letter) ? 'in' : 'no'])
    const found: string[][] = []
    for (const name of asked) found.push([name, await outcome(office, name, cookies[letter])])
    expect(found).toEqual(wanted)
  })
})

describe('nobody, once there are accounts', () => {
  it('is shown the way to the sign-in page, and nothing is taken', { timeout: 60_000 }, async () => {
    for (const name of names)
      expect([name, await outcome(office, name)]).toEqual([
        name,
        matrix[name] === 'everyone' ? 'in' : 'sign-in',
      ])
  })
})

describe('an approver without codes', () => {
  it('sets them up before anything else', { timeout: 60_000 }, async () => {
    for (const name of names.filter((each) => matrix[each] !== 'everyone')) {
      // An answer without a body cannot say why.
      const wanted = beforeCodes.includes(name) ? 'in' : name.startsWith('head ') ? 'no' : 'codes'
      expect([name, await outcome(office, name, cookies['unfinished'])]).toEqual([name, wanted])
    }
  })
})

describe('while nobody has an account', () => {
  it('everyone reads and nobody does anything', { timeout: 60_000 }, async () => {
    for (const name of names) {
      const open = matrix[name] === 'everyone' || matrix[name]!.includes('R')
      expect([name, await outcome(fresh, name)]).toEqual([name, open ? 'in' : 'no'])
    }
  })

  it('the open desk of this machine does what needs no name', { timeout: 60_000 }, async () => {
    for (const name of names) {
      const open = matrix[name] === 'everyone' || matrix[name]!.includes('D')
      expect([name, await outcome(desk, name)]).toEqual([name, open ? 'in' : 'no'])
    }
  })
})

describe('a refusal', () => {
  it('of somebody who signed in stands in the log, with who asked for what', async () => {
    await outcome(office, 'get /log', cookies['E'])
    const { deeds } = await deedLog(
      month.database,
      { what: 'page.refused', person: 'editor' },
      { skip: 0, take: 1 },
    )
    expect(deeds).toMatchObject([
      { subject: '/log', via: 'web', address: '127.0.0.1', detail: { method: 'GET', role: 'editor' } },
    ])
  })

  it('is for a page of another site, whoever is signed in, for every deed', { timeout: 60_000 }, async () => {
    for (const name of names.filter((each) => !each.startsWith('get '))) {
      const [method = '', path = ''] = name.split(' ')
      for (const evil of [{ origin: 'https://elsewhere.example' }, { 'sec-fetch-site': 'cross-site' }]) {
        const headers = { cookie: cookies['A']!, ...evil }
        const { status } = await office.get(addressOf(path), { method: method.toUpperCase(), headers })
        expect([name, status]).toEqual([name, 403])
      }
    }
  })
})

describe('an operator', () => {
  const own = '/units/20443?from=2025-07-01'
  const get = (path: string) => office.get(path, { headers: { cookie: cookies['O']! } })

  it.each([
    ['its unit', own, 200],
    ['another unit', '/units/20455?from=2025-07-01', 404],
    ['a station of its unit', '/stations/tt-20440', 200],
    ['a station of another unit', '/stations/tt-20365', 404],
  ])('asks for %s', async (_what, path, status) => {
    const answer = await get(path)
    expect(answer.status).toBe(status)
    // The same address is there for an auditor: it is the scope that refuses.
    expect((await office.get(path, { headers: { cookie: cookies['K']! } })).status).toBe(200)
  })

  it('is refused other communes as if they were not there, and the log keeps it', async () => {
    await get('/stations/tt-20365')
    const filter = { what: 'page.refused', person: 'operator', text: 'tt-20365' }
    expect((await deedLog(month.database, filter, { skip: 0, take: 5 })).deeds[0]).toMatchObject({
      subject: '/stations/tt-20365',
    })
  })

  it('has only its own in every list, and begins with it', async () => {
    const home = await get('/')
    expect([home.status, home.headers.get('location')]).toEqual([303, '/units'])
    const units = (await get('/units.csv')).text.trim().split('\n').slice(1)
    expect(units.length).toBeGreaterThan(1)
    expect(units.every((line) => line.startsWith('20443,2025-07-01'))).toBe(true)
    const stations = (await get('/stations.csv')).text.trim().split('\n').slice(1)
    expect(stations).toHaveLength(units.length)
    expect(stations.every((line) => line.includes('Xã Hùng Sơn'))).toBe(true)
  })
})

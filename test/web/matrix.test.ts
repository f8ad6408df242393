/** Every route as everybody: the table in `matrix.ts` against what the pages really answer. */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deedLog } from '../../src/people/index.ts'
import { airingsOf } from '../../src/schedule/index.ts'
import type { Route } from '../../src/web/index.ts'
import { gateOn, goodPassword, secret, withAccount, Browser } from '../people/office.ts'
import { aboutNoUnit, beforeCodes, matrix, ownAndOther } from './matrix.ts'
import { clockAt, emptyDesk, type Month, november, today } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'
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
  const parts: Record<string, string> = { code: '99999', file: 'abc.mp3', version: '1' }
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
  const led = method === 'get' && !path.startsWith('/api/')
  if (status === 401 && !led && !path.startsWith('/sign-in')) return 'sign-in'
  if (status === 303 && location.startsWith('/sign-in?next=')) return 'sign-in'
  if (status === 303 && location === '/me/codes' && path !== '/me/codes/begin') return 'codes'
  if (status === 403) return text.includes('cài mã hai bước trước') ? 'codes' : 'no'
  expect([200, 303, 400, 401, 404, 405, 409, 412, 415, 428, 503], `${name} ${text.slice(0, 200)}`).toContain(
    status,
  )
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
      { what: 'page.refused', person: 'editor', text: '/log' },
      { skip: 0, take: 9 },
    )
    expect(deeds.filter(({ subject }) => subject === '/log')).toMatchObject([
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
  let busy: Served
  let asOperator: string
  let asAuditor: string
  let asEditor: string
  const airings = new Map<string, string>()
  const attestations = new Map<string, string>()
  beforeAll(async () => {
    busy = await serve(await november(), { secret })
    const { database } = busy.month
    asOperator = (await operatorSignedIn(database, 'can-bo')).from.cookies
    asAuditor = (await signedIn(database, 'kiem-tra', 'auditor')).from.cookies
    asEditor = (await signedIn(database, 'bien-tap', 'editor')).from.cookies
    for (const { id, station } of await airingsOf(database, { month: '2026-11' })) {
      airings.set(station, id)
      const said = { id: `att-${station}`, airing_id: id, person_id: 'hoa', outcome: 'missed', note: '' }
      if (station !== 'tt-20440' && station !== 'tt-20365') continue
      await database
        .insertInto('attestation')
        .values({ ...said, at: today, villages_missed: '[]' })
        .execute()
      attestations.set(station, said.id)
    }
  })
  afterAll(() => busy.close())

  const refusals = () =>
    deedLog(busy.month.database, { what: 'page.refused', person: 'can-bo' }, { skip: 0, take: 1 })
  /** Whether an address stands among what was refused; one that was asked for before stands there once. */
  const stands = async (subject: string | undefined): Promise<boolean> => {
    const filter = { what: 'page.refused', person: 'can-bo', text: subject }
    const { deeds } = await deedLog(busy.month.database, filter, { skip: 0, take: 50 })
    return deeds.some((deed) => deed.subject === subject)
  }
  const get = (path: string, cookie: string, method = 'GET') =>
    busy.get(path, { method, headers: { cookie } })
  /** Of an airing, or of what was said of one, the address is made with the one at the station. */
  const addressIn = (name: string, which: string): string => {
    const [path] = name.split(' ').slice(1) as [string]
    const [station = which] = /tt-\d+/.exec(which) ?? []
    if (path.includes('/airings/:id')) return path.replace(':id', airings.get(station)!)
    if (path.includes('/attestations/:id')) return path.replace(':id', attestations.get(station)!)
    return which
  }

  it('has a scope on every page that is about units', () => {
    const open = busy.routes.filter(({ who }) => who !== 'everyone' && who.includes('operator'))
    const name = ({ method, path }: Route): string => `${method} ${path}`
    expect(
      open
        .filter(({ scope }) => scope !== undefined)
        .map(name)
        .sort(),
    ).toEqual(Object.keys(ownAndOther).sort())
    expect(
      open
        .filter(({ scope }) => scope === undefined)
        .map(name)
        .sort(),
    ).toEqual([...aboutNoUnit].sort())
  })

  // An airing whose approval is not there any more has no file, one that a controller plays has none here; but it is there.
  // A form without its fields is put right, one that is complete leads on; a deed without what it needs is refused for that.
  const there = [200, 201, 303, 400, 403, 409, 415]
  const scoped = (wanted: 'one' | 'list') =>
    Object.entries(ownAndOther).filter(([name]) => (/:/.test(name) ? 'one' : 'list') === wanted)

  it.each(scoped('one'))(
    'opens by %s its own, and of others it is as if there were none',
    async (name, both) => {
      const [own, other] = both.map((which) => addressIn(name, which))
      const method = name.split(' ')[0]!.toUpperCase()
      expect(there).toContain((await get(own!, asOperator, method)).status)
      expect((await get(other!, asOperator, method)).status).toBe(404)
      // The same address is there for somebody of the province: it is the scope that refuses.
      expect(there).toContain((await get(other!, method === 'GET' ? asAuditor : asEditor, method)).status)
      const filter = { what: 'page.refused', person: 'can-bo', text: other!.split('?')[0] }
      const { deeds } = await deedLog(busy.month.database, filter, { skip: 0, take: 1 })
      expect(deeds).toMatchObject([{ subject: other!.split('?')[0], detail: { role: 'operator' } }])
    },
  )

  it.each(scoped('list'))('finds in %s its own lines and no others', async (name, [own, other]) => {
    const path = name.slice('get '.length)
    const seen = (await get(path, asOperator)).text
    expect([seen.includes(own), seen.includes(other)]).toEqual([true, false])
    if (path.endsWith('.csv')) expect((await get(path, asAuditor)).text).toContain(other)
  })

  it('cannot widen a list by asking for another station: it is as if there were none, and kept in the log', async () => {
    for (const path of ['/airings', '/airings.csv', '/stations/']) {
      const asked = (station: string) => (path.endsWith('/') ? path + station : `${path}?station=${station}`)
      const [own, other, none] = await Promise.all(
        ['tt-20440', 'tt-20365', 'tt-99999'].map((station) => get(asked(station), asOperator)),
      )
      expect([path, own!.status, other!.status, none!.status]).toEqual([path, 200, 404, 404])
      const refusal = readerSees(other!.text)
      expect(refusal.replaceAll('tt-20365', 'tt-99999')).toBe(readerSees(none!.text))
      expect(await stands(path === '/stations/' ? '/stations/tt-20365' : path)).toBe(true)
    }
  })

  it('is not told of other units that had the code of one of its own, with or without a day', async () => {
    const own = await get('/units/20443', asOperator)
    expect([own.status, readerSees(own.text)]).toEqual([200, expect.stringContaining('Xã Hùng Sơn')])
    expect((await get('/units/20443', asAuditor)).status).toBe(409)
    for (const [path, more] of [
      ['/units/20443?from=2024-01-01', 1],
      ['/units/20401', 1],
      // The same address again: it stands in the log already.
      ['/units/20401?from=2026-01-01', 0],
    ] as const) {
      const before = (await refusals()).total
      const { status, text } = await get(path, asOperator)
      expect([path, status]).toEqual([path, 404])
      expect(readerSees(text)).not.toMatch(/A Xan|Tân An|Hội An/)
      expect((await refusals()).total).toBe(before + more)
    }
    const none = await get('/units/99999', asOperator)
    const other = await get('/units/20401', asOperator)
    expect(readerSees(other.text).replaceAll('20401', '99999')).toBe(readerSees(none.text))
  })

  it.each([
    ['/stations/:/today', 'tt-20365', 'tt-99999'],
    ['/calendar?station=:', 'tt-20365', 'tt-99999'],
    ['/calendar?unit=:', '20455', '99999'],
    ['/api/v1/stations/:', 'tt-20365', 'tt-99999'],
    ['/api/v1/units/:', '20455', '99999'],
    ['/api/v1/units/:', '20401', '99999'],
    ['/api/v1/units/:?from=2026-01-01', '20455', '99999'],
  ])(
    'is told at %s of what is somebody else’s as of what nobody has, and that stands in the log',
    async (address, other, nobody) => {
      const said = async (id: string) => {
        const path = address.replace(':', id)
        const { status, text } = await get(path, asOperator)
        const told = path.startsWith('/api/') ? text : readerSees(text)
        return { status, told: told.replaceAll(id, '…') }
      }
      const none = await said(nobody)
      expect(none.status).toBe(404)
      expect(await said(other)).toEqual(none)
      expect(await stands(address.replace(':', other).split('?')[0])).toBe(true)
    },
  )

  it.each(['GET', 'HEAD'])('begins with its own units (%s)', async (method) => {
    const { status, headers } = await get('/', asOperator, method)
    expect([status, headers.get('location')]).toEqual([303, '/today'])
  })
})

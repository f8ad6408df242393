/** What holds for pages and programming interface alike: headers, other sites, and a proxy with TLS in front. */
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deedLog } from '../../src/people/index.ts'
import { goodPassword, secret, withAccount } from '../people/office.ts'
import { emptyDesk, today } from './month.ts'
import { serve, type Served } from './served.ts'
import { signedIn } from './staff.ts'

const publicUrl = 'https://loa.quangnam.example'
const host = new URL(publicUrl).host
const client = '203.0.113.9'

let hub: Served
let proxy: { url: string; server: Server }
let admin: string

beforeAll(async () => {
  hub = await serve(await emptyDesk(), { secret, publicUrl })
  proxy = await proxyTo(hub.url)
  // The hub that knows of TLS looks for its cookie under the name that browsers take over TLS alone.
  const { cookies } = (await signedIn(hub.month.database, 'quan', 'admin')).from
  admin = cookies.replaceAll('loa.session_token', '__Secure-loa.session_token')
  await withAccount(hub.month.database, { id: 'an', name: 'Nguyễn Văn An', role: 'editor', now: today })
})

afterAll(async () => {
  proxy.server.closeAllConnections()
  await new Promise((resolve) => proxy.server.close(resolve))
  await hub.close()
})

/**
 * A proxy that does to a request what the README's nginx and Caddy do: it keeps the name people typed, says that they
 * came by HTTPS, and puts their address behind whatever they wrote there themselves.
 */
async function proxyTo(upstream: string): Promise<{ url: string; server: Server }> {
  const { port } = new URL(upstream)
  const server = createServer((asked, answer) => {
    const before = asked.headers['x-forwarded-for']
    const headers = {
      ...asked.headers,
      ...{ host, 'x-forwarded-proto': 'https', 'x-forwarded-host': host, 'x-real-ip': client },
      'x-forwarded-for': before === undefined ? client : `${String(before)}, ${client}`,
    }
    const on = { host: '127.0.0.1', port, path: asked.url, method: asked.method, headers }
    asked.pipe(
      request(on, (from: IncomingMessage) => {
        answer.writeHead(from.statusCode ?? 502, from.headers)
        from.pipe(answer)
      }),
    )
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

const through = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(proxy.url + path, { redirect: 'manual', ...init })

describe('the headers of safety', () => {
  it.each([
    ['a page', '/about', 200],
    ['the page of the interface', '/api', 200],
    ['an answer of the interface', '/api/v1/units?limit=1', 200],
    ['its document', '/api/openapi.json', 200],
    ['a problem', '/api/v1/khong-co', 404],
    ['an error page', '/khong-co', 404],
    ['a redirect', '/sign-in', 303],
  ])('are on %s', async (_what, path, status) => {
    const { status: found, headers } = await hub.get(path, { headers: { cookie: admin } })
    expect(found).toBe(status)
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
    expect(headers.get('content-security-policy')).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('x-powered-by')).toBeNull()
  })

  it('are on what pages load', async () => {
    const { text } = await hub.get('/about', { headers: { cookie: admin } })
    const loaded = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path)
    expect(loaded.length).toBeGreaterThan(2)
    for (const path of loaded) {
      const { status, headers } = await hub.get(path!)
      expect([path, status, headers.get('x-content-type-options')]).toEqual([path, 200, 'nosniff'])
    }
  })

  it('open nothing to pages of other sites, whatever these ask for', async () => {
    const origin = 'https://elsewhere.example'
    for (const path of ['/api/v1/units?limit=1', '/api/openapi.json', '/about']) {
      for (const method of ['GET', 'OPTIONS']) {
        const headers = { cookie: admin, origin, 'access-control-request-method': 'PUT' }
        const answer = await hub.get(path, { method, headers })
        const opened = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))
        expect([method, path, opened]).toEqual([method, path, []])
      }
    }
  })
})

describe('a write to the interface', () => {
  it.each([
    ['another origin', { origin: 'https://elsewhere.example' }],
    ['no origin at all', { origin: 'null' }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['another name of the same owner', { 'sec-fetch-site': 'same-site' }],
  ])('from a page of %s is refused before it is read', async (_from, evil) => {
    const headers = { cookie: admin, 'content-type': 'application/json', ...evil }
    const { status, headers: said } = await hub.get('/api/v1/scripts/a/versions/1/withdraw', {
      ...{ method: 'POST', headers, body: 'not even JSON' },
    })
    expect([status, said.get('content-type')]).toEqual([403, 'application/problem+json; charset=utf-8'])
  })

  it('from our own page is let through', async () => {
    const headers = { cookie: admin, 'content-type': 'application/json', origin: publicUrl }
    const put = { method: 'POST', headers, body: '{"why":"thử"}' }
    expect((await hub.get('/api/v1/scripts/a/versions/1/withdraw', put)).status).toBe(404)
  })
})

describe('behind a proxy with TLS', () => {
  const form = (more: Record<string, string> = {}) => ({
    method: 'POST',
    headers: { origin: publicUrl, 'sec-fetch-site': 'same-origin', ...more },
    body: new URLSearchParams({ name: 'an', password: goodPassword }),
  })

  it('cookies travel over HTTPS alone, out of reach of scripts and other sites', async () => {
    const answer = await through('/sign-in', form())
    expect(answer.status).toBe(303)
    const session = answer.headers.getSetCookie().find((cookie) => cookie.includes('session_token='))
    expect(session).toMatch(/^__Secure-loa\.session_token=/)
    for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Lax'])
      expect(session?.toLowerCase()).toContain(attribute.toLowerCase())
  })

  it('the log has the person’s own address, and not what they wrote in its place', async () => {
    await through('/sign-in', form({ 'x-forwarded-for': '198.51.100.1' }))
    const { deeds } = await deedLog(
      hub.month.database,
      { what: 'session.begun', person: 'an' },
      { skip: 0, take: 1 },
    )
    expect(deeds[0]?.address).toBe(client)
  })

  it('a page of another site is told apart, though the proxy writes our name into each request', async () => {
    expect((await through('/sign-in', form({ origin: 'https://elsewhere.example' }))).status).toBe(403)
  })

  it('redirects stay at the name people typed', async () => {
    const { status, headers } = await through('/units?q=tra')
    expect([status, headers.get('location')]).toEqual([303, '/sign-in?next=%2Funits%3Fq%3Dtra'])
  })

  it('figures are for whoever signs in, and TLS is the proxy’s to promise', async () => {
    const figures = await through('/metrics')
    expect([figures.status, figures.headers.get('location')]).toEqual([303, '/sign-in?next=%2Fmetrics'])
    const { headers } = await through('/sign-in')
    expect(headers.get('strict-transport-security')).toBeNull()
  })
})

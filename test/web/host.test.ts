/** Under which names the pages answer: another site that gives its own name our address reads nothing here. */
import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import express, { type Request, type Response } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RenderDesk } from '../../src/audio/index.ts'
import { otherNames } from '../../src/cli/processes.ts'
import { readConfig } from '../../src/config.ts'
import { onlyOwnNames } from '../../src/web/host.ts'
import { serve as servePages, urlOn } from '../../src/web/serve.ts'
import { emptyDesk } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'

let served: Served
let desk: RenderDesk
beforeAll(async () => {
  desk = new RenderDesk()
  served = await serve(await emptyDesk(), {
    desk,
    openDesk: true,
    names: ['loa.xa-tra-leng.vn', '[fd00::7]'],
  })
})
afterAll(() => served.close())

/** Asks for a path under a name, as a browser does that was led here by it. */
function ask(
  host: string,
  { path = '/', method = 'GET', headers = {} }: { path?: string; method?: string; headers?: object } = {},
): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(served.url + path, { method, headers: { ...headers, host } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode, text }))
    })
    asked.once('error', reject).end()
  })
}

describe('a page', () => {
  it.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST:1',
    '127.0.0.1:65535',
    '[::1]:8080',
    '[::1]',
    'loa.xa-tra-leng.vn',
    'Loa.Xa-Tra-Leng.vn:443',
    '[fd00::7]:8080',
    '[FD00:0:0:0::7]:8080',
    '[0:0:0:0:0:0:0:1]',
    'localhost.',
    'localhost.:8080',
    'loa.xa-tra-leng.vn.',
  ])('is shown under %s', async (host) => {
    expect((await ask(host)).status).toBe(200)
  })

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    'evil.example/localhost',
    'localhost:8080:8080',
    'localhost@evil.example',
    'localhost..',
    'evil.example.',
    '[localhost]',
    '::1',
    '127.0.0.1.nip.io',
    '127.0.0.2',
    '[::2]',
    'xa-tra-leng.vn',
    ' ',
  ])('is not shown under “%s”, and the answer says how to open it', async (host) => {
    const { status, text } = await ask(host)
    expect(status).toBe(421)
    expect(readerSees(text)).toContain(
      'trang chỉ mở dưới tên localhost, 127.0.0.1, [::1], loa.xa-tra-leng.vn, [fd00::7]',
    )
    expect(readerSees(text)).toContain('LOA_NAMES')
  })

  it.each(['/month.csv', '/metrics', '/healthz/more', '/airings/x.mp3', '/audio/x.mp3', '/rendering/events'])(
    'is no other way in: %s',
    async (path) => {
      expect((await ask('evil.example', { path })).status).toBe(421)
    },
  )

  it('shows nothing of what was sent but as text', async () => {
    const { text } = await ask('<script>alert(1)</script>')
    expect(text).not.toContain('<script>alert')
  })
})

describe('whether the hub is well', () => {
  it.each(['evil.example', '192.168.1.5:8080', 'may-chu', ''])(
    'is told to a probe of this machine, whatever it calls it: “%s”',
    async (host) => {
      const { status, text } = await ask(host, { path: '/healthz' })
      expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ ok: true })])
      // No more than that: a page of another site can be such a probe.
      expect(Object.keys(JSON.parse(text) as object).sort()).toEqual(['now', 'ok', 'version'])
    },
  )

  it('is told to an old probe that names nobody', async () => {
    const { hostname, port } = new URL(served.url)
    const socket = connect(Number(port), hostname)
    socket.end('GET /healthz HTTP/1.0\r\n\r\n')
    const answer = await text(socket)
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  })

  it.each([
    ['10.0.0.9', '10.0.0.5', false],
    ['10.0.0.5', '10.0.0.5', true],
    ['127.0.1.1', '127.0.0.1', true],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1', true],
    ['::ffff:10.0.0.9', '::ffff:10.0.0.5', false],
  ])(
    'is told under any name only from the machine itself: from %s to %s',
    (remoteAddress, localAddress, is) => {
      const asked = { path: '/healthz', method: 'GET', headers: { host: 'x' } }
      let passed = false
      const handle = (): void => {
        const request = { ...asked, socket: { remoteAddress, localAddress } } as unknown as Request
        void onlyOwnNames([])(request, undefined as unknown as Response, () => (passed = true))
      }
      if (is) handle()
      else expect(handle).toThrow()
      expect(passed).toBe(is)
    },
  )
})

describe('a hub', () => {
  it.each(['0', '0.0.0.0', '::', '[::0]', '0:0:0:0:0:0:0:0'])(
    'that listens on every address (%s) says where its pages open, and how to let in another name',
    (LOA_HOST) => {
      const config = readConfig({ LOA_HOST, LOA_NAMES: 'loa.vn' })
      const url = urlOn(config.host, 8080)
      expect(url).toBe('http://localhost:8080')
      expect(otherNames(config, url)).toEqual([
        'Loa Làng: http://loa.vn:8080',
        expect.stringContaining(
          'trang chỉ mở dưới tên localhost, loa.vn; tên hoặc địa chỉ khác thì ghi vào LOA_NAMES',
        ),
        expect.stringContaining('enter another name or address in LOA_NAMES'),
      ])
    },
  )

  it('says an address that works', async () => {
    const config = readConfig({ LOA_HOST: '0', LOA_PORT: '0' })
    const app = express().get('/', onlyOwnNames(config.names), (_, response) => void response.send('here'))
    const pages = await servePages(app, config)
    try {
      expect(await (await fetch(pages.url)).text()).toBe('here')
    } finally {
      await pages.close()
    }
  })

  it.each([
    ['127.0.0.1', 'http://localhost:80'],
    ['[0:0:0:0:0:0:0:1]', 'http://[::1]:80'],
    ['FD00::7', 'http://[fd00::7]:80'],
    ['May-Chu.vn', 'http://may-chu.vn:80'],
  ])('that listens on %s says %s, and nothing else', (LOA_HOST, url) => {
    const config = readConfig({ LOA_HOST, LOA_NAMES: 'loa.vn' })
    expect(urlOn(config.host, 80)).toBe(url)
    expect(otherNames(config, url)).toEqual([])
  })
})

describe('a deed', () => {
  const stop = { path: '/rendering/stop', method: 'POST' }

  it('is refused under the name of another site before anything else is asked', async () => {
    const { status } = await ask('evil.example', { ...stop, headers: { origin: 'http://evil.example' } })
    expect(status).toBe(421)
    expect(desk.state.state).toBe('idle')
  })

  it('is taken only under a name of this machine itself: another name means somebody stands between', async () => {
    const headers = { origin: 'http://loa.xa-tra-leng.vn' }
    expect((await ask('loa.xa-tra-leng.vn', { ...stop, headers })).status).toBe(403)
    expect(desk.state.state).toBe('idle')
    expect((await ask('localhost', { ...stop, headers: { origin: 'http://localhost' } })).status).toBe(303)
    expect(desk.state.state).toBe('stopped')
  })
})

describe('the names in the configuration', () => {
  const namesOf = (environment: Record<string, string>) => readConfig(environment).names

  it('are those of LOA_NAMES, and the host that the hub listens on', () => {
    expect(namesOf({})).toEqual(['127.0.0.1'])
    expect(namesOf({ LOA_HOST: '0.0.0.0', LOA_NAMES: 'loa.vn, may-chu ,' })).toEqual(['loa.vn', 'may-chu'])
    expect(namesOf({ LOA_HOST: 'fd00::7' })).toEqual(['[fd00::7]'])
    expect(namesOf({ LOA_HOST: 'may-chu.xa.vn' })).toEqual(['may-chu.xa.vn'])
  })

  it('are kept in one spelling, as browsers say them', () => {
    expect(namesOf({ LOA_HOST: '[FD00:0:0:0::7]' })).toEqual(['[fd00::7]'])
    expect(namesOf({ LOA_HOST: 'fe80::1%eth0' })).toEqual(['[fe80::1]'])
    expect(readConfig({ LOA_HOST: 'fe80::1%eth0' }).host).toBe('fe80::1%eth0')
    const LOA_NAMES = 'Loa.VN., fd00::0007,[FD00::8]'
    expect(namesOf({ LOA_HOST: '::0', LOA_NAMES })).toEqual(['loa.vn', '[fd00::7]', '[fd00::8]'])
  })

  it.each(['', 'a b', 'http://loa.vn', '127.0.0.1:80', '300.1.1.1', '[::1'])(
    'are refused where the host is none: “%s”',
    (LOA_HOST) => {
      expect(() => namesOf({ LOA_HOST })).toThrow(/LOA_HOST/)
    },
  )

  it.each(['http://loa.vn', 'loa.vn:8080', '*', 'a b'])('are refused when they are none: %s', (wrong) => {
    expect(() => namesOf({ LOA_NAMES: wrong })).toThrow(/LOA_NAMES/)
  })
})

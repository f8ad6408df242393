/** Under which names the pages answer: another site that gives its own name our address reads nothing here. */
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RenderDesk } from '../../src/audio/index.ts'
import { readConfig } from '../../src/config.ts'
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

  it.each(['/month.csv', '/healthz', '/metrics', '/airings/x.mp3', '/audio/x.mp3', '/rendering/events'])(
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
  })

  it.each(['http://loa.vn', 'loa.vn:8080', '*', 'a b'])('are refused when they are none: %s', (wrong) => {
    expect(() => namesOf({ LOA_NAMES: wrong })).toThrow(/LOA_NAMES/)
  })
})

/** Who asks is asked about once more when what they send has come: it may have been long on its way. */
import { connect } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTime } from '../../src/web/bodies.ts'
import { endSessions, people, setUnits, suspend } from '../../src/people/index.ts'
import { airingsOf } from '../../src/schedule/index.ts'
import { secret } from '../people/office.ts'
import { november, today } from './month.ts'
import { serve, type Served } from './served.ts'
import { operatorSignedIn, signedIn } from './staff.ts'

let office: Served

beforeAll(async () => {
  office = await serve(await november(), { secret })
  await signedIn(office.month.database, 'quan-tri-khac', 'admin')
})
afterAll(() => office.close())

type Sending = { path: string; cookie: string; type?: string; body: string; between: () => Promise<unknown> }

/** Sends the head and the first bytes, does something once they have been met, then sends the rest; gives the answer. */
function sentSlowly({ path, cookie, type, body, between }: Sending): Promise<string> {
  const { host, port, pathname } = new URL(path, office.url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part))
    socket.on('end', () => {
      resolve(answer)
    })
    socket.on('error', reject)
    const head = [
      `POST ${pathname} HTTP/1.1`,
      ...[`Host: ${host}`, `Cookie: ${cookie}`, 'Connection: close'],
      `Content-Type: ${type ?? 'application/x-www-form-urlencoded'}`,
      `Content-Length: ${String(Buffer.byteLength(body))}`,
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 3)}`, () => {
      // What is asked later is answered later: the head has been met by then.
      office
        .get('/about', { headers: { cookie } })
        .then(between)
        .then(() => socket.write(body.slice(3)), reject)
    })
  })
}

describe('a body that is long on its way', () => {
  it('does nothing for an admin who was suspended meanwhile', async () => {
    const { database } = office.month
    const cookie = (await signedIn(database, 'truong-phong', 'admin')).from.cookies
    const body = 'id=ke-xau&name=K%E1%BA%BB+x%E1%BA%A5u&role=admin'
    const between = () => suspend(database, { person: 'truong-phong', by: 'quan-tri-khac', now: today })
    const answer = await sentSlowly({ path: '/people', cookie, body, between })
    expect(answer).toMatch(/^HTTP\/1.1 401 /)
    expect((await people(database)).map(({ id }) => id)).not.toContain('ke-xau')
  })

  it('comes back to a writer whose session was ended meanwhile, and is not saved', async () => {
    const { database } = office.month
    const cookie = (await signedIn(database, 'bien-tap', 'editor')).from.cookies
    const fields = { title: 'T', titleEn: 'T', kind: 'bulletin', language: 'vi', priority: 'thong-thuong' }
    const body = new URLSearchParams({
      ...{ ...fields, script: 'tu-xa', validFrom: '2026-11-01', deed: 'save', body: 'Bài gửi chậm' },
    })
    const between = () => endSessions(database, { person: 'bien-tap', by: null, now: today })
    const answer = await sentSlowly({ path: '/scripts/new', cookie, body: body.toString(), between })
    expect(answer).toMatch(/^HTTP\/1.1 401 /)
    expect(answer).toContain('Bài gửi chậm')
    const kept = await database.selectFrom('script').select('id').where('id', '=', 'tu-xa').execute()
    expect(kept).toEqual([])
  })

  it('says no word through the API for an operator whose unit is another by then', async () => {
    const { database } = office.month
    const cookie = (await operatorSignedIn(database, 'can-bo')).from.cookies
    const [airing] = (await airingsOf(database, { month: '2026-11' })).filter(
      ({ station }) => station === 'tt-20440',
    )
    const other = { code: '20455', validFrom: '2025-07-01' }
    const answer = await sentSlowly({
      ...{ path: `/api/v1/airings/${airing!.id}/attestations`, cookie, type: 'application/json' },
      body: JSON.stringify({ outcome: 'missed', note: 'Mất điện' }),
      between: () => setUnits(database, { person: 'can-bo', units: [other], by: null, now: today }),
    })
    expect(answer).toMatch(/^HTTP\/1.1 404 /)
    const said = database.selectFrom('attestation').select('id').where('person_id', '=', 'can-bo')
    expect(await said.execute()).toEqual([])
  })

  it('takes in no file of an editor who was suspended meanwhile', async () => {
    const { database } = office.month
    const cookie = (await signedIn(database, 'nhap-tep', 'editor')).from.cookies
    const answer = await sentSlowly({
      ...{ path: '/scripts/import', cookie, type: 'multipart/form-data; boundary=x' },
      body: '--x\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\nxin chào\r\n--x--\r\n',
      between: () => suspend(database, { person: 'nhap-tep', by: null, now: today }),
    })
    expect(answer).toMatch(/^HTTP\/1.1 401 /)
  })

  it('is not waited for when its time is over: 408, and the connection ends', async () => {
    const app = express()
    app.post('/', async (request, response) => {
      const refusal = await inTime(response, new Promise(() => request.resume()), 20).catch(
        (error: unknown) => error as { status: number },
      )
      response.status((refusal as { status: number }).status).end()
    })
    const server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      const socket = connect(port, '127.0.0.1')
      socket.setEncoding('utf8').on('data', (part: string) => (text += part))
      socket.on('close', () => {
        resolve(text)
      })
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc')
    })
    expect(answer).toMatch(/^HTTP\/1.1 408 [\s\S]*Connection: close/)
    server.close()
  })
})

describe('a text for an editor, from somebody who is not signed in', () => {
  const send = (body: string, headers: Record<string, string> = {}) =>
    office.get('/scripts/new', { method: 'POST', headers, body: new URLSearchParams({ body }) })
  const before = { cookie: 'loa.session_token=het-han' }

  it('is neither read nor sent back in a browser where nobody ever signed in', async () => {
    const { status, text } = await send('<'.repeat(300_000))
    expect([status, text.includes('&lt;&lt;'), text.includes('id="editor"')]).toEqual([401, false, false])
  })

  it('comes back in one where somebody did, as far as anybody writes, and sixty times in a minute', async () => {
    const { status, text } = await send('z'.repeat(300_000), before)
    expect([status, /z{1000,}/.exec(text)?.[0].length]).toEqual([401, 200_000])
    const answers = await Promise.all(Array.from({ length: 70 }, () => send('x', before)))
    expect(answers.filter((answer) => answer.status === 429).length).toBe(11)
  })
})

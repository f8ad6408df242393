/** What one person can make of the log and of the hub by asking again and again; and of an open desk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plusMilliseconds } from '../../src/base/time.ts'
import { deedLog } from '../../src/people/index.ts'
import { handClock, secret, withAccount } from '../people/office.ts'
import { emptyDesk, readyDesk, today } from './month.ts'
import { serve, type Served } from './served.ts'
import { operatorSignedIn } from './staff.ts'

describe('refusals of one person', () => {
  let office: Served
  let cookie: string
  const clock = handClock(today)
  beforeAll(async () => {
    const month = { ...(await emptyDesk()), clock }
    cookie = (await operatorSignedIn(month.database, 'can-bo')).from.cookies
    office = await serve(month, { secret })
  })
  afterAll(() => office.close())

  const ask = (path: string) => office.get(path, { headers: { cookie } })
  const written = async () =>
    deedLog(office.month.database, { what: 'page.refused', person: 'can-bo' }, { skip: 0, take: 5 })

  it('are written down once for each address in ten minutes; the next says how many were not', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask('/log')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]))
    expect((await written()).total).toBe(1)
    clock.at = plusMilliseconds(clock.at, 600_000)
    await ask('/log')
    const { total, deeds } = await written()
    expect([total, deeds[0]?.detail]).toEqual([2, { method: 'GET', role: 'operator', unwritten: 39 }])
  })

  it('are a hundred in that time at most, whatever the addresses', async () => {
    for (let number = 0; number < 120; number++) await ask(`/people/nguoi-${number}`)
    expect((await written()).total).toBe(101)
  })

  it('and whatever else they ask for end at six hundred pages in a minute', async () => {
    const statuses = new Set<number>()
    for (let number = 0; number < 600; number++) statuses.add((await ask('/log')).status)
    expect(statuses).toEqual(new Set([403, 429]))
  })
})

describe('the open desk', () => {
  it('takes recordings while nobody has an account, and none in anybody’s name after', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'loa-desk-'))
    const desk = await serve(await readyDesk(), { openDesk: true, incomingFolder: folder })
    const tried = async () => {
      const form = await desk.get('/uploads/new')
      const begun = await desk.get('/incoming', {
        method: 'POST',
        headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '3' },
      })
      const sent = await desk.get('/uploads', { method: 'POST', body: new URLSearchParams({ by: 'an' }) })
      return [form.text.includes('name="speaker"'), begun.status, sent.status]
    }
    expect(await tried()).toEqual([true, 201, 400])
    await withAccount(desk.month.database, { id: 'nguoi-moi', name: 'Người mới', role: 'editor', now: today })
    expect(await tried()).toEqual([false, 403, 403])
    await desk.close()
    rmSync(folder, { recursive: true, force: true })
  })
})

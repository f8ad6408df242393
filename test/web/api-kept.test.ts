/** Pages that are kept: the same bytes while nothing changes, and never from before a change. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plusMilliseconds } from '../../src/base/time.ts'
import {
  changeMark,
  closeDatabase,
  openDatabase,
  openMemoryDatabase,
  transactReported,
} from '../../src/db/index.ts'
import { keepRefusals } from '../../src/evidence/store.ts'
import { addPerson, changeRole, endSessions, suspend } from '../../src/people/index.ts'
import { createKept } from '../../src/web/kept.ts'
import { handClock, secret } from '../people/office.ts'
import { emptyDesk, today } from './month.ts'
import { serve, type Served } from './served.ts'
import { operatorSignedIn, signedIn } from './staff.ts'

describe('the mark of the database', () => {
  it('changes with each change, by this process or another, and stays while there is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'loa-kept-'))
    const [one, other] = [openDatabase(join(folder, 'loa.db')), openDatabase(join(folder, 'loa.db'))]
    const before = changeMark(one)
    await one.selectFrom('person').selectAll().execute()
    expect(changeMark(one)).toBe(before)
    const person = { name: 'Nguyễn Văn An', role: 'editor', training: false, now: today } as const
    await addPerson(one, { id: 'an', ...person })
    const ofOurs = changeMark(one)
    expect(ofOurs).not.toBe(before)
    await addPerson(other, { id: 'binh', ...person })
    expect(changeMark(one)).not.toBe(ofOurs)
    await closeDatabase(one)
    await closeDatabase(other)
    rmSync(folder, { recursive: true })
  })
})

describe('what is kept', () => {
  const database = openMemoryDatabase()
  const clock = handClock(today)
  const write = (id: string) =>
    addPerson(database, { id, name: 'Người', role: 'editor', training: false, now: today })
  afterAll(() => closeDatabase(database))

  it('is made once for many who ask at the same time, and anew after a change or a minute', async () => {
    const kept = createKept<number>({ database, clock }, 10)
    let made = 0
    const make = () => Promise.resolve((made += 1))
    expect(await Promise.all([1, 2, 3].map(() => kept('page', make)))).toEqual([1, 1, 1])
    expect(await kept('page', make)).toBe(1)
    await write('mot')
    expect(await kept('page', make)).toBe(2)
    clock.at = plusMilliseconds(clock.at, 60_000)
    expect(await kept('page', make)).toBe(3)
  })

  it('is never from before a change that was there when somebody asked, however many changes come', async () => {
    const kept = createKept<string>({ database, clock }, 10)
    const begun: ((value: string) => void)[] = []
    const make = () => new Promise<string>((resolve) => begun.push(resolve))
    const first = kept('page', make)
    await write('hai')
    // Both come after the change, while the old answer is still being made: they wait and share a new one.
    const late = [kept('page', make), kept('page', make)]
    begun[0]!('from before')
    await expect(first).resolves.toBe('from before')
    await write('ba')
    await new Promise((resolve) => setImmediate(resolve))
    expect(begun).toHaveLength(2)
    begun[1]!('from after')
    expect(await Promise.all(late)).toEqual(['from after', 'from after'])
  })

  it('is no failure, and no more than the book has room for', async () => {
    const kept = createKept<string>({ database, clock }, 2)
    await expect(kept('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await kept('a', () => Promise.resolve('whole'))).toBe('whole')
    for (const key of ['b', 'c']) await kept(key, () => Promise.resolve(key))
    expect(await kept('a', () => Promise.resolve('made again'))).toBe('made again')
    expect(await kept('c', () => Promise.resolve('not asked'))).toBe('c')
  })
})

describe('a page that is kept', () => {
  let hub: Served
  let editor: string
  let operator: string
  beforeAll(async () => {
    hub = await serve(await emptyDesk(), { secret })
    const { database } = hub.month
    await signedIn(database, 'quan', 'admin')
    editor = (await signedIn(database, 'an', 'editor')).from.cookies
    operator = (await operatorSignedIn(database, 'hoa')).from.cookies
  })
  afterAll(() => hub.close())
  const get = (path: string, cookie: string, headers: Record<string, string> = {}) =>
    hub.get(path, { headers: { cookie, ...headers } })

  it('is each person’s own', async () => {
    const [one, other] = [await get('/stations', editor), await get('/stations', operator)]
    expect([one.text.includes('Người an'), one.text.includes('Người hoa')]).toEqual([true, false])
    expect([other.text.includes('Người an'), other.text.includes('tt-20365')]).toEqual([false, false])
    expect((await get('/stations', editor)).text).toBe(one.text)
  })

  it('is the same packed and plain, in both languages', async () => {
    const packed = await get('/units', editor, { 'accept-encoding': 'gzip' })
    const plain = await get('/units', editor, { 'accept-encoding': 'identity' })
    expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual([
      'gzip',
      null,
    ])
    expect(packed.text).toBe(plain.text)
    expect(packed.headers.get('cache-control')).toBe('no-store')
    const english = await get('/units', `${editor}; loa-language=en`)
    expect(english.text).toContain('<html lang="en">')
  })

  it('shows what changed at the next request', async () => {
    const { database } = hub.month
    expect((await get('/stations?q=tr%C3%A0+my', editor)).text).not.toContain('Đài thử')
    await database.updateTable('station').set({ name: 'Đài thử' }).where('id', '=', 'tt-20440').execute()
    expect((await get('/stations?q=d%C3%A0i+th%E1%BB%AD', editor)).text).toContain('Đài thử')
  })

  it('is refused at once to whoever lost the role, and gone with the session of whoever is suspended', async () => {
    const { database } = hub.month
    const given = { person: 'an', by: 'quan', now: today }
    expect((await get('/month', editor)).status).toBe(200)
    await changeRole(database, { ...given, role: 'operator' })
    expect((await get('/month', editor)).status).toBe(403)
    await suspend(database, given)
    expect((await get('/stations', editor)).status).toBe(303)
  })

  it('is refused to whoever lost role or session, in the middle of a storm of receipts too', async () => {
    const { database } = hub.month
    const cookie = (await signedIn(database, 'bac', 'editor')).from.cookies
    let turn = 0
    const storm = async (): Promise<void> => {
      const payload = new Uint8Array()
      for (let one = 0; one < 20; one += 1) {
        const refusal = { topic: 't', sha256: String((turn += 1)), payload, why: 'w' }
        await transactReported(database, (tx) => keepRefusals(tx, [refusal], today))
      }
    }
    const given = { person: 'bac', by: 'quan', now: today }
    for (const role of ['auditor', 'editor', 'operator', 'editor'] as const) {
      const storming = storm()
      await get('/month', cookie)
      await changeRole(database, { ...given, role })
      expect((await get('/month', cookie)).status).toBe(role === 'operator' ? 403 : 200)
      await storming
    }
    const storming = storm()
    await endSessions(database, given)
    expect((await get('/month', cookie)).status).toBe(303)
    await storming
  })

  it('is the calendar and the map too, each person’s own and in the language asked for', async () => {
    const other = (await signedIn(hub.month.database, 'dung', 'auditor')).from.cookies
    for (const path of ['/calendar', '/map']) {
      const first = await get(path, other)
      expect(first.text).toContain('Người dung')
      expect((await get(path, other)).text).toBe(first.text)
      expect((await get(path, `${other}; loa-language=en`)).text).toContain('<html lang="en">')
      expect((await get(path, operator)).text).not.toContain('Người dung')
    }
    expect((await get('/map', operator)).status).toBe(403)
    expect((await get('/calendar', operator)).text).not.toContain('Duy Xuyên')
  })
})

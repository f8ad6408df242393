/** What the month's page asks people to do next: whom it names, for which keys; and what is said of what was returned. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { approve, confirmKey, enrolKey, returnVersion } from '../../src/approval/index.ts'
import { addPerson, suspend } from '../../src/people/index.ts'
import { loadRegistry } from '../../src/registry/index.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import { giveKey } from '../support/approvers.ts'
import { type Desk, monday, openDesk, submitted } from '../support/desk.ts'
import { putRecording } from '../support/recordings.ts'
import { clockAt, today } from './month.ts'
import { readerSees, serve, type Served } from './served.ts'

let desk: Desk
let served: Served
const minh = newSigningKey()
beforeAll(async () => {
  desk = await openDesk()
  const { database } = desk
  const folder = fileURLToPath(new URL('../../devices', import.meta.url))
  await loadRegistry(database, { folder, edition: 'sample', now: monday })
  for (const id of ['nga', 'phuc'])
    await addPerson(database, { id, name: id, role: 'approver', training: false, now: monday })
  served = await serve({
    database,
    audioFolder: desk.contentFolder,
    clock: clockAt(today),
    close: () => desk.close(),
  })
})
afterAll(() => served.close())

const asked = async (): Promise<string> => readerSees((await served.get('/')).text)

it('names for the second signature somebody who has not signed, is not suspended and did not write it', async () => {
  const { database } = desk
  const urgent = { head: { slug: 'khan', priority: 'khan-cap' } }
  const first = await submitted(desk, 'Bà con ơi của Minh.', { ...urgent, author: 'minh' })
  const second = await submitted(desk, 'Bà con ơi, của Minh.', urgent)
  await putRecording(database, second)
  expect([first.version, second.version]).toEqual([1, 2])
  expect(await asked()).toContain('loa approval sign khan 2 --by lan ')
  await approve(database, { ...second, approver: 'lan', key: desk.keys.lan, now: today })
  expect(await asked()).toContain('loa approval sign khan 2 --by nga ')
  await suspend(database, { person: 'nga', by: null, now: today })
  expect(await asked()).toContain('loa approval sign khan 2 --by phuc ')
  await suspend(database, { person: 'phuc', by: null, now: today })
  expect(await asked()).toContain('loa approval sign khan 2 --by <mã-người-dùng> ')
})

it('asks for the root’s signature while a confirmed key is not in its list', async () => {
  const { database } = desk
  const kid = await enrolKey(database, {
    ...{ person: 'minh', publicKey: minh.publicKey, by: 'quan-tri', now: today },
  })
  const todo = /1 khóa đã xác nhận nhưng chưa có trong danh sách .*loa keys sign --root-file khoa-goc.pem/
  expect(await asked()).not.toMatch(todo)
  await confirmKey(database, { kid, by: 'quan-tri-hai', now: today })
  expect(await asked()).toMatch(todo)
  await desk.rootSigns(today)
  expect(await asked()).not.toMatch(todo)
  // A key of exercises is none of this hub's business.
  const { publicKey } = newSigningKey()
  await giveKey(database, { person: 'duyet-tap', publicKey, now: today })
  expect(await asked()).not.toMatch(/chưa có trong danh sách mà/)
})

it('says on the recording of a returned version that it was returned, and why', async () => {
  const { database } = desk
  const version = await submitted(desk, 'Bà con ơi.', { head: { slug: 'tra-lai' } })
  await putRecording(database, version)
  await returnVersion(database, { ...version, by: 'lan', why: 'câu ba khó hiểu', now: today })
  const seen = readerSees((await served.get('/recordings')).text)
  expect(seen).toMatch(/đã trả lại: câu ba khó hiểu/)
})

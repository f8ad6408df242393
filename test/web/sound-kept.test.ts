/** Who keeps a sound, and who hears what nobody approved yet. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { audioPath } from '../../src/audio/index.ts'
import { writeWhole } from '../../src/base/files.ts'
import { sha256 } from '../../src/base/hash.ts'
import { secret } from '../people/office.ts'
import { november } from './month.ts'
import { serve, type Served } from './served.ts'
import { operatorSignedIn, signedIn } from './staff.ts'

let office: Served
const cookies: Record<string, string> = {}
let approved: string
const fresh = sha256('chưa ai duyệt')

beforeAll(async () => {
  const month = await november()
  const { database, audioFolder } = month
  cookies['operator'] = (await operatorSignedIn(database, 'can-bo')).from.cookies
  cookies['editor'] = (await signedIn(database, 'bien-tap', 'editor')).from.cookies
  const leaf = await database
    .selectFrom('approval_leaf')
    .innerJoin('rendition', 'rendition.sha256', 'approval_leaf.sha256')
    .select(['rendition.sha256', 'rendition.recording_id'])
    .where('codec', '=', 'mp3')
    .executeTakeFirstOrThrow()
  approved = leaf.sha256
  // Another recording, which nobody has signed for.
  const recording = await database
    .selectFrom('recording')
    .selectAll()
    .where('id', '=', leaf.recording_id)
    .executeTakeFirstOrThrow()
  const id = `${recording.id.slice(0, -1)}${recording.id.endsWith('0') ? '1' : '0'}`
  await database
    .insertInto('recording')
    .values({ ...recording, id })
    .execute()
  await database
    .insertInto('rendition')
    .values({ recording_id: id, codec: 'mp3', sha256: fresh, bytes: 15, chunks: '' })
    .execute()
  await writeWhole(audioPath(audioFolder, fresh, 'mp3'), Buffer.from('chưa ai duyệt'))
  office = await serve(month, { secret })
})
afterAll(() => office.close())

const asked = async (who: string, hash: string) => {
  const cookie = cookies[who]
  const { status, headers } = await office.get(`/audio/${hash}.mp3`, {
    headers: cookie === undefined ? {} : { cookie },
  })
  return [status, headers.get('cache-control')]
}

it('what was approved is kept by the browser it was sent to, and by nothing between', async () => {
  for (const who of ['operator', 'editor'])
    expect(await asked(who, approved)).toEqual([200, 'private, max-age=31536000, immutable'])
})

it('what nobody approved yet is kept nowhere, and operators are told that there is none', async () => {
  expect(await asked('editor', fresh)).toEqual([200, 'no-store'])
  expect((await asked('operator', fresh))[0]).toBe(404)
  expect((await asked('operator', sha256('khong-co')))[0]).toBe(404)
})

/** The page of signing keys: by whose word a passkey counts, and what the page says is missing. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyStates } from '../../src/approval/index.ts'
import { deedsOf } from '../../src/people/index.ts'
import {
  Authenticator,
  type Changes,
  clearRooms,
  givePasskey,
  openRoom,
  type Room,
  secretsOf,
} from './approval-world.ts'
import { readerSees } from './served.ts'

let room: Room
beforeEach(async () => {
  room = await openRoom()
})
afterEach(() => room.close())
afterAll(clearRooms)

const see = async (who: string, at = '/keys'): Promise<string> => readerSees((await room.get(who, at)).text)

/** An approver's browser makes a passkey; gives the answer of the page, and the kid. */
async function makes(who: string, changes: Changes = {}, passkey = new Authenticator(room.origin)) {
  const begun = await room.post(who, '/keys/passkeys/begin', await secretsOf(room, who))
  if (begun.status !== 200) return { ...begun, kid: '' }
  const options = JSON.parse(begun.text) as { challenge: string; rp: { id: string } }
  const made = await room.post(who, '/keys/passkeys', { answer: passkey.makes(options, changes) })
  const rows = await room.desk.database.selectFrom('passkey').select(['kid', 'credential_id']).execute()
  return { ...made, kid: rows.find((row) => row.credential_id === passkey.credential)?.kid ?? '' }
}

const stateOf = async (kid: string) =>
  (await keyStates(room.desk.database, room.clock.at)).find((key) => key.kid === kid)?.state

describe('a passkey', () => {
  it('is made by its owner, enrolled and confirmed by two others, signed by the root, each of them logged', async () => {
    const { status, location, kid } = await makes('lan')
    expect([status, location]).toEqual([303, '/keys?done=made'])
    expect(await see('lan')).toContain('chờ quản trị ghi nhận')
    expect((await room.post('quan-tri', `/keys/${kid}/enrol`)).location).toBe('/keys?done=enrolled')
    expect(await stateOf(kid)).toBe('pending-confirmation')
    expect((await room.post('minh', `/keys/${kid}/confirm`)).location).toBe('/keys?done=confirmed')
    expect(await see('lan')).toContain('loa keys sign --root-file khoa-goc.pem')
    await room.desk.rootSigns(room.clock.at)
    expect(await stateOf(kid)).toBe('active')
    const deeds = await deedsOf(room.desk.database, { subject: kid })
    expect(deeds.map(({ what, person }) => `${what} ${person ?? ''}`)).toEqual([
      'key.confirmed minh',
      'key.enrolled quan-tri',
      'key.added quan-tri',
      'key.made lan',
    ])
    expect((await room.get('quan-tri', '/keys.csv?state=active')).text).toContain(kid)
  })

  it('is begun by nobody who only found the session open: password and code are asked, each code once', async () => {
    const right = await secretsOf(room, 'lan')
    const begin = (fields: Record<string, string>) => room.post('lan', '/keys/passkeys/begin', fields)
    for (const fields of [{}, { ...right, password: 'sai mật khẩu rồi' }, { ...right, code: '000000' }])
      expect((await begin(fields)).status).toBe(400)
    expect((await begin(right)).status).toBe(200)
    expect((await begin(right)).status).toBe(400)
  })

  it('shows whoever vouches for it when and from where it was made', async () => {
    const { kid } = await makes('lan')
    expect(await see('quan-tri')).toMatch(/Tạo lúc .* từ địa chỉ (::ffff:)?127\.0\.0\.1\./)
    await room.post('quan-tri', `/keys/${kid}/enrol`)
    expect(await see('minh')).toMatch(/Tạo lúc .* từ địa chỉ/)
  })

  it('takes two people, neither of whom is its owner', async () => {
    const { kid } = await makes('lan')
    expect((await room.post('lan', `/keys/${kid}/enrol`)).status).toBe(403)
    await room.post('quan-tri', `/keys/${kid}/enrol`)
    for (const who of ['lan', 'quan-tri']) {
      const { status, text } = await room.post(who, `/keys/${kid}/confirm`)
      expect([who, status, readerSees(text).includes('Cần một quản trị hoặc người phê duyệt khác')]).toEqual([
        ...[who, 403, true],
      ])
    }
    // The page offers the button to those only who may press it.
    const offered = async (who: string): Promise<boolean> =>
      (await room.get(who, '/keys')).text.includes(`/keys/${kid}/confirm`)
    expect([await offered('lan'), await offered('quan-tri'), await offered('minh')]).toEqual([
      ...[false, false, true],
    ])
  })

  it('is refused when its answer does not hold, and each begin counts once', async () => {
    const wrong: Changes[] = [
      { origin: 'https://elsewhere.example' },
      { rpId: 'elsewhere.example' },
      { flags: 0x41 },
    ]
    for (const changes of wrong) expect((await makes('lan', changes)).status).toBe(400)
    const begun = await room.post('lan', '/keys/passkeys/begin', await secretsOf(room, 'lan'))
    const options = JSON.parse(begun.text) as { challenge: string; rp: { id: string } }
    const answer = new Authenticator(room.origin).makes(options)
    expect((await room.post('lan', '/keys/passkeys', { answer })).status).toBe(303)
    expect((await room.post('lan', '/keys/passkeys', { answer })).status).toBe(409)
    await room.post('lan', '/keys/passkeys/begin', await secretsOf(room, 'lan'))
    room.passes(11 * 60)
    expect((await room.post('lan', '/keys/passkeys', { answer })).status).toBe(409)
  })

  it('is given up by its owner or an admin while it waits; three may wait', async () => {
    const first = await makes('lan')
    await makes('lan')
    await makes('lan')
    expect((await makes('lan')).status).toBe(409)
    expect((await room.post('minh', `/keys/${first.kid}/give-up`)).status).toBe(403)
    await room.desk.database.updateTable('person').set({ training: 1 }).where('id', '=', 'quan-tri').execute()
    expect((await room.post('quan-tri', `/keys/${first.kid}/give-up`)).status).toBe(403)
    await room.desk.database.updateTable('person').set({ training: 0 }).where('id', '=', 'quan-tri').execute()
    expect((await room.post('lan', `/keys/${first.kid}/give-up`)).location).toBe('/keys?done=given-up')
    expect((await room.post('quan-tri', `/keys/${first.kid}/enrol`)).status).toBe(404)
  })

  it('belongs to one domain: another LOA_PUBLIC_URL later is said plainly, until the old ones are revoked', async () => {
    const { kid } = await givePasskey(room, 'lan')
    await room.restart({ publicUrl: 'https://loa.example.vn' })
    expect(await see('lan')).toContain(
      'thuộc tên miền “localhost”, còn LOA_PUBLIC_URL bây giờ là “loa.example.vn”',
    )
    expect((await makes('lan')).status).toBe(409)
    await room.post('lan', `/keys/${kid}/revoke`, { why: 'đổi tên miền' })
    expect((await makes('lan', {}, new Authenticator('https://loa.example.vn'))).status).toBe(303)
  })

  it.each([
    ['a number', 'https://192.0.2.10', 'là một địa chỉ số'],
    ['no HTTPS', 'http://loa.example.vn', 'chưa có HTTPS'],
  ])('cannot be made under %s, and the page says so', async (_said, publicUrl, words) => {
    await room.restart({ publicUrl })
    expect(await see('lan')).toContain(words)
    expect((await makes('lan')).status).toBe(409)
  })
})

describe('revoking', () => {
  it('asks for a reason, is for admins and for owners their own, and cannot be undone', async () => {
    const { kid } = await givePasskey(room, 'lan')
    const none = await room.post('quan-tri', `/keys/${kid}/revoke`, { why: '' })
    expect([none.status, readerSees(none.text).includes('Hãy ghi lý do')]).toEqual([400, true])
    expect((await room.post('minh', `/keys/${kid}/revoke`, { why: 'x' })).status).toBe(403)
    expect((await room.post('lan', `/keys/${kid}/revoke`, { why: 'mất máy' })).location).toBe(
      '/keys?done=revoked',
    )
    expect(await stateOf(kid)).toBe('revoked')
    expect(await see('lan')).toContain('đã thu hồi')
    expect((await room.post('quan-tri', '/keys/khong-co/revoke', { why: 'x' })).status).toBe(404)
  })
})

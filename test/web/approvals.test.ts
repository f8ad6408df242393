/** The pages of approval: what waits, what must be heard by the hub's clock, signing with a passkey, returning. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keepCounter } from '../../src/approval/passkeys/store.ts'
import { approvedRecordings, awaitingApproval, versionStates } from '../../src/approval/index.ts'
import { deedsOf, revokePersonKey } from '../../src/people/index.ts'
import { submitted } from '../support/desk.ts'
import { putStations } from '../support/stations.ts'
import { approve } from '../../src/approval/index.ts'
import {
  Authenticator,
  type Changes,
  clearRooms,
  formIn,
  givePasskey,
  hearsAll,
  openRoom,
  putVariant,
  type Room,
} from './approval-world.ts'
import { readerSees } from './served.ts'

let room: Room
let slug: string
let path: string
const stations = ['tt-1', 'tt-2', 'tt-3', 'tt-4', 'tt-5']
const names = ['Leng', 'My', 'Tân', 'Giáp', 'Bui']
let scripts = 0

/** A room with stations; opening one takes a while, so tests that leave it as it was share one. */
async function opens(): Promise<void> {
  room = await openRoom()
  await putStations(room.desk.database, stations)
}

/** A script of the test’s own, with a variant at each station. */
async function submits(): Promise<void> {
  slug = `tim-viec-${(scripts += 1)}`
  path = `/approvals/${slug}/1`
  const version = await submitted(room.desk, 'Kính chào bà con {{unit}}. Hỏi kỹ rồi hãy đi.', {
    head: { slug },
  })
  for (const [index, station] of stations.entries()) {
    const kind = index === 4 ? 'phường' : 'xã'
    const texts = [`Kính chào bà con ${kind} Trà ${names[index] ?? ''}.`, 'Hỏi kỹ rồi hãy đi.']
    await putVariant(room.desk.database, { ...version, station, texts })
  }
}

function inOneRoom(more: () => Promise<void> = () => Promise.resolve()): void {
  beforeAll(async () => {
    await opens()
    await more()
  })
  beforeEach(submits)
  afterAll(() => room.close())
}

function eachInItsRoom(): void {
  beforeEach(async () => {
    await opens()
    await submits()
  })
  afterEach(() => room.close())
}

afterAll(clearRooms)

const see = async (who: string, at: string): Promise<string> => readerSees((await room.get(who, at)).text)

describe('what waits', () => {
  eachInItsRoom()

  it('stands for an approver with a key, oldest first, with length, languages, area and priority', async () => {
    const later = { head: { slug: 'sau', title: 'Đến sau' }, now: room.clock.at }
    await putVariant(room.desk.database, {
      ...(await submitted(room.desk, 'Đến sau.', later)),
      texts: ['Đến sau.'],
    })
    const text = await see('lan', '/approvals')
    expect(text).toMatch(
      /Chờ anh\/chị duyệt.*Tìm việc trên mạng.*dài 0:0\d · phải nghe 0:\d\d.*Tiếng Việt.*toàn tỉnh.*thông thường.*Đến sau/,
    )
    const { text: csv } = await room.get('lan', '/approvals.csv?state=mine')
    expect(csv.trim().split('\r\n')).toHaveLength(3)
    expect(await see('lan', '/approvals?q=den+sau')).not.toContain('Tìm việc')
  })

  it('says of what waits for others why it is not theirs', async () => {
    const own = { head: { slug: 'cua-lan' }, author: 'lan' }
    await putVariant(room.desk.database, {
      ...(await submitted(room.desk, 'Của Lan.', own)),
      texts: ['Của Lan.'],
    })
    expect(await see('lan', '/approvals?state=others')).toContain('đã soạn hoặc trình')
    await revokePersonKey(room.desk.database, { kid: room.desk.keys.lan.kid, why: 'mất', now: room.clock.at })
    // Without a key it waits for her all the same, and says so where she begins.
    expect(await see('lan', '/approvals?state=mine')).toContain('Khóa của anh/chị đã bị thu hồi')
    expect(await see('lan', '/')).toContain('Anh/chị chưa có khóa ký nên chưa duyệt được. Tạo passkey')
    expect(await see('minh', '/')).not.toContain('chưa duyệt được')
    expect(await see('quan-tri', '/approvals')).toContain('Việc duyệt là của người phê duyệt')
    expect(await see('duyet-tap', '/approvals')).toContain('ở phía bên kia')
  })

  it('shows what was approved and airs in the coming days, and nothing where nothing does', async () => {
    expect(await see('lan', '/approvals')).toContain('không có lượt phát nào')
    const { database, keys } = room.desk
    await approve(database, {
      script: slug,
      version: 1,
      approver: 'lan',
      key: keys.lan,
      now: room.clock.at,
    })
    const { id } = await database.selectFrom('recording').select('id').executeTakeFirstOrThrow()
    const made = { created_by: 'an', created_at: room.clock.at, ended_at: null, training: 0 }
    const months = { from_month: '2026-11', to_month: null }
    await database
      .insertInto('campaign')
      .values({ id: 'thang', title: 'Tháng', ...months, ...made })
      .execute()
    const at = '2026-11-24T22:30:00.000Z'
    await database
      .insertInto('airing')
      .values({
        ...{ id: 'air-1', campaign_id: 'thang', month: '2026-11', attempt: 1, station_id: 'tt-1' },
        ...{ unit_code: '1', unit_valid_from: '2004-01-01', script_id: slug, version: 1 },
        ...{ recording_id: id, greeting_id: null, planned_at: at, latest_start_at: at, ends_at: at },
        ...{ planned_because: 'thử', created_at: at, cancelled_at: null, cancelled_why: null, notes: null },
      })
      .execute()
    expect(await see('lan', '/approvals')).toContain('1 lượt phát, từ 05:30 25/11/2026')
    expect(await see('minh', '/approvals')).toContain('không có lượt phát nào')
  })
})

describe('the page of a version', () => {
  inOneRoom()

  it('shows the whole text, what is spoken, which sentences differ, and what would be signed', async () => {
    const text = await see('lan', path)
    expect(text).toContain('Toàn văn Chỗ có {{…}} được đọc bằng tên của từng nơi.')
    expect(text).toMatch(
      /Tiếng Việt: 5 bản ghi Kính chào bà con (xã|phường) Trà \p{L}+\. Hỏi kỹ rồi hãy đi\./u,
    )
    expect(text).toMatch(/Kính chào bà con xã ….*có trong 4 trên 5 bản ghi/)
    expect(text).toMatch(/toàn tỉnh.*thông thường.*5 bản ghi, 5 tệp âm thanh.*Một người phê duyệt/)
  })

  it('shows the difference from the last version that was approved', async () => {
    const [now, key] = [room.clock.at, room.desk.keys.minh]
    await approve(room.desk.database, { script: slug, version: 1, approver: 'minh', key, now })
    const next = await submitted(room.desk, 'Kính chào bà con {{unit}}. Hỏi thật kỹ rồi hãy đi.', {
      head: { slug },
    })
    await putVariant(room.desk.database, { ...next, texts: ['Hỏi thật kỹ rồi hãy đi.'] })
    const { text } = await room.get('lan', `/approvals/${slug}/2`)
    expect(text).toContain('<ins>thật </ins>')
    expect(await see('lan', `/approvals/${slug}/2`)).toContain('So với bản 1')
  })

  it('draws other variants for another approver, and the same ones again after a reload', async () => {
    const keys = async (who: string): Promise<string[]> =>
      [...(await room.get(who, path)).text.matchAll(/data-key="([^"]+)"/g)].map(([, key = '']) => key)
    expect(await keys('lan')).toEqual(await keys('lan'))
    expect((await keys('lan')).length).toBe(5)
    const draws = new Set([JSON.stringify(await keys('lan')), JSON.stringify(await keys('minh'))])
    expect(draws.size).toBe(2)
  })

  it('is not there for a version nobody submitted, and shows the command with the root that was looked at', async () => {
    expect((await room.get('lan', `/approvals/${slug}/7`)).status).toBe(404)
    expect((await room.get('lan', '/approvals/..%2f/1')).status).toBe(404)
    const waiting = await awaitingApproval(room.desk.database, room.clock.at)
    const { root } = waiting.find(({ script }) => script === slug)!
    expect((await room.get('lan', path)).text).toContain(
      `loa approve ${slug} 1 --by lan --key-file khoa-duyet.pem --root ${root.slice(0, 16)}`,
    )
  })
})

describe('listening', () => {
  inOneRoom()

  const json = { accept: 'application/json' }
  async function begins(index = 0, who = 'lan'): Promise<string> {
    const keys = [...(await room.get(who, path)).text.matchAll(/data-key="([^"]+)"/g)]
    const begun = await room.post(who, `${path}/plays`, { key: keys[index]?.[1] ?? '' }, json)
    return (JSON.parse(begun.text) as { heard: string }).heard
  }

  it('counts when as much time has gone by as the stretch lasts, and not before', async () => {
    const heard = await begins()
    room.passes(3)
    const early = await room.post('lan', heard)
    expect(early.status).toBe(409)
    expect(readerSees(early.text)).toContain('Đoạn này dài 4 giây, mới 3 giây')
    const told = JSON.parse((await room.post('lan', heard, {}, json)).text) as { waitMs: number }
    expect(told.waitMs).toBe(1000)
    room.passes(1)
    expect((await room.post('lan', heard)).status).toBe(303)
    expect(await see('lan', path)).toContain('Đã nghe 1 trên 5')
  })

  it('is one thing at a time: of three begun together the last alone counts', async () => {
    const three = [await begins(0), await begins(1), await begins(2)]
    room.passes(10)
    const told = []
    for (const heard of three) told.push((await room.post('lan', heard)).status)
    expect(told).toEqual([409, 409, 303])
    expect(await see('lan', path)).toContain('Đã nghe 1 trên 5')
  })

  it('is kept through a restart of the hub, in the middle too', async () => {
    const heard = await begins()
    await room.restart()
    room.passes(4)
    expect((await room.post('lan', heard)).status).toBe(303)
    await room.restart()
    expect(await see('lan', path)).toContain('Đã nghe 1 trên 5')
  })

  it('is one’s own: nobody says it for another, and a number nobody began is not there', async () => {
    const heard = await begins()
    room.passes(10)
    expect((await room.post('minh', heard)).status).toBe(404)
    expect((await room.post('lan', `${path}/plays/999/heard`)).status).toBe(404)
    expect(await see('minh', path)).toContain('Đã nghe 0 trên 5')
  })

  it('works by buttons alone: begin, hear, heard', async () => {
    const { text } = await room.get('lan', path)
    const { action = '', key = '' } = formIn(text, `action="${path}/plays"`) ?? {}
    const begun = await room.post('lan', action, { key })
    expect([begun.status, begun.location]).toEqual([303, `${path}#nghe-1`])
    const open = formIn((await room.get('lan', path)).text, '/heard"')
    room.passes(4)
    expect((await room.post('lan', open?.['action'] ?? '')).status).toBe(303)
  })

  it('of a recording that was made anew does not count any more', async () => {
    await hearsAll(room, 'lan', path)
    expect(await see('lan', path)).toContain('Đã nghe đủ 5 phần')
    const { database } = room.desk
    const { recording_id: id } = await database
      .selectFrom('play')
      .select('recording_id')
      .orderBy('number', 'desc')
      .executeTakeFirstOrThrow()
    await database
      .updateTable('rendition')
      .set({ sha256: 'e'.repeat(64) })
      .where('recording_id', '=', id)
      .execute()
    expect(await see('lan', path)).not.toContain('Đã nghe đủ')
  })

  it('is bounded: two thousand plays of one person in a day', async () => {
    await begins()
    const play = await room.desk.database.selectFrom('play').selectAll().executeTakeFirstOrThrow()
    const { number: _number, ...again } = play
    const rows = Array.from({ length: 1999 }, () => again)
    await room.desk.database.insertInto('play').values(rows).execute()
    const [, key = ''] = /data-key="([^"]+)"/.exec((await room.get('lan', path)).text) ?? []
    expect((await room.post('lan', `${path}/plays`, { key })).status).toBe(503)
    room.passes(86_401)
    expect((await room.post('lan', `${path}/plays`, { key })).status).toBe(303)
  })
})

describe('signing with a passkey', () => {
  let passkey: Authenticator
  let kid: string
  inOneRoom(async () => {
    ;({ passkey, kid } = await givePasskey(room, 'lan'))
  })

  /** The form on the page, filled in by the authenticator. */
  async function filled(changes: Changes = {}, by = passkey): Promise<Record<string, string>> {
    const form = formIn((await room.get('lan', path)).text, 'data-sign')
    if (form?.['options'] === undefined) throw new Error('there is no form to sign')
    const options = JSON.parse(form['options']) as { challenge: string; rpId: string }
    return { kid: form['kid'] ?? '', document: form['document'] ?? '', answer: by.signs(options, changes) }
  }
  const sign = (fields: Record<string, string>, who = 'lan') => room.post(who, `${path}/sign`, fields)
  const approved = async (): Promise<number> =>
    (await approvedRecordings(room.desk.database, room.clock.at)).filter(({ script }) => script === slug)
      .length

  it('approves every recording once all is heard, and leaves a deed', async () => {
    expect(formIn((await room.get('lan', path)).text, 'data-sign')).toBeUndefined()
    await hearsAll(room, 'lan', path)
    const signed = await sign(await filled())
    expect([signed.status, signed.location]).toEqual([303, `${path}?done=signed`])
    expect(await approved()).toBe(5)
    expect((await versionStates(room.desk.database, room.clock.at)).get(`${slug}/1`)).toBe('in-force')
    const [deed] = await deedsOf(room.desk.database, { subject: `${slug}/1`, limit: 1 })
    expect(deed).toMatchObject({ person: 'lan', what: 'approval.signed', detail: { kid, kind: 'passkey' } })
    expect(await see('lan', path)).toContain('đã duyệt, đang hiệu lực')
  })

  it('is refused before all is heard, whoever kept an earlier page', async () => {
    await hearsAll(room, 'lan', path)
    const fields = await filled()
    await room.desk.database
      .deleteFrom('play_end')
      .execute()
      .catch(() => undefined)
    await putStations(room.desk.database, ['tt-9'])
    const texts = ['Kính chào bà con xã Trà Dơn.', 'Hỏi kỹ rồi hãy đi.']
    await putVariant(room.desk.database, { script: slug, version: 1, station: 'tt-9', texts })
    const { status, text } = await sign(fields)
    expect(status).toBe(409)
    expect(readerSees(text)).toContain('Những gì anh/chị đã nghe đã khác')
    expect(await approved()).toBe(0)
  })

  it('is refused for a statement of another person’s page that was never heard here', async () => {
    const minh = await givePasskey(room, 'minh')
    await hearsAll(room, 'lan', path)
    const { document = '' } = await filled()
    const answer = minh.passkey.signs({ challenge: 'AAAA', rpId: 'localhost' })
    expect((await room.post('minh', `${path}/sign`, { kid: minh.kid, document, answer })).status).toBe(403)
  })

  it('is refused a second time: an answer counts once', async () => {
    await hearsAll(room, 'lan', path)
    const fields = await filled()
    expect((await sign(fields)).status).toBe(303)
    expect((await sign(fields)).status).toBe(403)
    const kept = room.desk.database.selectFrom('approval').select('id').where('script_id', '=', slug)
    expect(await kept.execute()).toHaveLength(1)
  })

  it('is refused after 15 minutes', async () => {
    await hearsAll(room, 'lan', path)
    const fields = await filled()
    room.passes(15 * 60 + 1)
    const { status, text } = await sign(fields)
    expect([status, readerSees(text).includes('quá 15 phút')]).toEqual([409, true])
  })

  it('is refused from another page or domain, and where nobody was there or asked who they are', async () => {
    await hearsAll(room, 'lan', path)
    const wrong: Changes[] = [
      { origin: 'https://elsewhere.example' },
      { origin: room.origin.replace('localhost', '127.0.0.1') },
      { rpId: 'elsewhere.example' },
      { flags: 0x01 },
      { flags: 0x04 },
      { credential: 'AAAA' },
    ]
    for (const changes of wrong) {
      expect([changes, (await sign(await filled(changes))).status]).toEqual([changes, 403])
    }
    expect(await approved()).toBe(0)
  })

  it('is refused from an authenticator whose counter went back', async () => {
    await hearsAll(room, 'lan', path)
    await room.desk.database.updateTable('passkey').set({ counter: 7 }).execute()
    expect((await sign(await filled({ counter: 7 }))).status).toBe(403)
    expect((await sign(await filled({ counter: 8 }))).status).toBe(303)
    const passkeys = () => room.desk.database.selectFrom('passkey').select(['kid', 'counter']).execute()
    const [kept] = await passkeys()
    expect(kept?.counter).toBe(8)
    // An answer that was asked earlier and is kept later takes nothing back.
    await keepCounter(room.desk.database, kept!.kid, 3)
    expect((await passkeys())[0]?.counter).toBe(8)
    await room.desk.database.updateTable('passkey').set({ counter: 0 }).execute()
  })

  it('is refused from another authenticator, with forged bytes, and with none', async () => {
    await hearsAll(room, 'lan', path)
    const fields = await filled()
    const other = new Authenticator(room.origin)
    expect((await sign(await filled({ credential: passkey.credential }, other))).status).toBe(403)
    const answer = JSON.parse(fields['answer']!) as { response: { signature: string } }
    answer.response.signature = 'A'.repeat(90)
    expect((await sign({ ...fields, answer: JSON.stringify(answer) })).status).toBe(403)
    for (const bad of ['', '{}', 'không phải JSON', 'x'.repeat(20_000)])
      expect((await sign({ ...fields, answer: bad })).status).toBe(400)
    expect((await sign({ ...fields, kid: 'khong-co' })).status).toBe(403)
    expect((await sign({ ...fields, document: 'AAAA' })).status).toBe(409)
    expect(await approved()).toBe(0)
  })

  it('is refused for a text of one’s own, whatever was signed', async () => {
    const own = { head: { slug: 'cua-lan' }, author: 'lan' }
    await putVariant(room.desk.database, {
      ...(await submitted(room.desk, 'Của Lan.', own)),
      texts: ['Của Lan.'],
    })
    const { status, text } = await room.post('lan', '/approvals/cua-lan/1/plays', { key: 'x' })
    expect([status, readerSees(text).includes('không được tự duyệt')]).toEqual([403, true])
    expect(formIn((await room.get('lan', '/approvals/cua-lan/1')).text, 'data-sign')).toBeUndefined()
  })

  it('is refused to people of exercises for real work: they hear nothing of it here and return nothing', async () => {
    expect((await room.post('duyet-tap', `${path}/plays`, { key: 'x' })).status).toBe(403)
    expect((await room.post('duyet-tap', `${path}/return`, { why: 'thử' })).status).toBe(403)
    const text = await see('duyet-tap', path)
    expect(text).toMatch(/tập huấn.*ở phía bên kia/)
    expect(text).not.toContain('Phải nghe trước khi ký')
  })

  it('is for approvers: an admin, an editor and an auditor are refused', async () => {
    await hearsAll(room, 'lan', path)
    const fields = await filled()
    for (const who of ['quan-tri', 'an']) expect((await sign(fields, who)).status).toBe(403)
  })

  it('is not offered for an urgent script before somebody signed it with an Ed25519 key: the page shows the command', async () => {
    const urgent = await submitted(room.desk, 'Khẩn cấp.', { head: { slug: 'khan', priority: 'khan-cap' } })
    await putVariant(room.desk.database, { ...urgent, texts: ['Khẩn cấp.'] })
    await hearsAll(room, 'lan', '/approvals/khan/1')
    const { text } = await room.get('lan', '/approvals/khan/1')
    expect(formIn(text, 'data-sign')).toBeUndefined()
    expect(readerSees(text)).toContain('ít nhất một chữ ký bằng lệnh loa approve')
    const [now, key] = [room.clock.at, room.desk.keys.minh]
    await approve(room.desk.database, { ...urgent, approver: 'minh', key, now })
    expect(formIn((await room.get('lan', '/approvals/khan/1')).text, 'data-sign')).toBeDefined()
  })

  const suspends = (at: string | null) =>
    room.desk.database.updateTable('person_key').set({ suspended_at: at }).where('kid', '=', kid).execute()

  it('is refused with a key that was suspended between looking and signing', async () => {
    await hearsAll(room, 'lan', path)
    const fields = await filled()
    await suspends(room.clock.at)
    expect((await sign(fields)).status).toBe(403)
    await suspends(null)
    expect(await approved()).toBe(0)
  })

  // The last of this room: a revoked key does not come back.
  it('is refused with a key that was revoked between looking and signing', async () => {
    await hearsAll(room, 'lan', path)
    const fields = await filled()
    await revokePersonKey(room.desk.database, { kid, why: 'mất máy', now: room.clock.at })
    expect((await sign(fields)).status).toBe(403)
    expect(await approved()).toBe(0)
  })
})

describe('a key that waits for the root', () => {
  eachInItsRoom()

  it('signs nothing, and the page says what is missing and who does it', async () => {
    await revokePersonKey(room.desk.database, { kid: room.desk.keys.lan.kid, why: 'đổi', now: room.clock.at })
    await givePasskey(room, 'lan', { signed: false })
    await hearsAll(room, 'lan', path)
    const text = await see('lan', path)
    expect(text).toContain('người giữ khóa gốc chạy loa keys sign')
    expect(formIn((await room.get('lan', path)).text, 'data-sign')).toBeUndefined()
  })
})

describe('a page under a number', () => {
  eachInItsRoom()

  it('says where passkeys work, and shows the command', async () => {
    await givePasskey(room, 'lan')
    await hearsAll(room, 'lan', path)
    const { text } = await room.served.get(path, { headers: { cookie: room.cookies('lan') } })
    expect(readerSees(text)).toContain(`Passkey chỉ chạy ở ${room.origin}`)
    expect(text).toContain('<details open>')
  })
})

describe('returning', () => {
  eachInItsRoom()

  it('asks for a reason, keeps what was typed when it is not taken, and gives it to the author', async () => {
    const none = await room.post('lan', `${path}/return`, { why: '  ' })
    expect([none.status, readerSees(none.text).includes('Hãy ghi lý do')]).toEqual([400, true])
    const long = await room.post('lan', `${path}/return`, { why: 'sai '.repeat(300) })
    expect([long.status, long.text.includes('sai sai sai')]).toEqual([400, true])
    const done = await room.post('lan', `${path}/return`, { why: 'Câu hai sai số.' })
    expect([done.status, done.location]).toEqual([303, `${path}?done=returned`])
    expect((await versionStates(room.desk.database, room.clock.at)).get(`${slug}/1`)).toBe('returned')
    expect((await room.post('lan', `${path}/return`, { why: 'Lần nữa.' })).status).toBe(409)
    expect(await see('minh', path)).toMatch(/trả lại lúc .*, vì: Câu hai sai số\./)
  })

  it('needs no recording, and what was returned waits for none', async () => {
    await submitted(room.desk, 'Chưa ai đọc.', { head: { slug: 'chua-doc' } })
    const at = '/approvals/chua-doc/1'
    const before = await see('lan', at)
    expect(before).toContain('Chưa có bản ghi nào. Hãy chờ tạo xong tiếng nói rồi duyệt.')
    expect(before).not.toContain('Mọi nơi nghe cùng một lời.')
    expect(before).toContain('Trả lại bản tin')
    expect((await room.post('lan', `${at}/return`, { why: 'Sai tên xã.' })).status).toBe(303)
    const after = await see('lan', at)
    expect(after).toContain('Sai tên xã.')
    expect(after).not.toContain('Hãy chờ tạo xong')
    expect(after).not.toContain('Trả lại bản tin')
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromMilliseconds } from '../../src/base/time.ts'
import {
  approvalEnvelopes,
  approve,
  approvedRecordings,
  awaitingApproval,
  draftStatement,
  proofFor,
  proofsFor,
} from '../../src/approval/index.ts'
import { deedsOf, revokePersonKey } from '../../src/people/index.ts'
import { importFacts, importScript, withdrawVersion } from '../../src/scripts/index.ts'
import { newSigningKey, openEnvelope, readPublicKey } from '../../src/wire/envelope.ts'
import { merkleRoot, provesLeaf } from '../../src/wire/merkle.ts'
import { ApprovalStatement, PlanPart } from '../../src/wire/messages.ts'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Desk, type Keyed, monday, openDesk, source, submitted } from '../support/desk.ts'
import { type PutRecording, putRecording } from '../support/recordings.ts'
import { refusalOf } from '../support/refusal.ts'
import { putStations } from '../support/stations.ts'

const tuesday = '2026-11-24T01:00:00.000Z'
const wednesday = '2026-11-25T01:00:00.000Z'

let desk: Desk
let version: { script: string; version: number }
beforeEach(async () => {
  desk = await openDesk()
  version = await submitted(desk, 'Bà con ơi, gọi {{hotline.national}}.')
})
afterEach(() => desk.close())

function approves(
  who: 'lan' | 'minh',
  more: { key?: Keyed; now?: string; version?: typeof version; approver?: string; root?: string } = {},
) {
  const { key = desk.keys[who], now = tuesday, approver = who, root } = more
  return approve(desk.database, { ...(more.version ?? version), approver, key, root, now })
}

async function statementOf(approval: string) {
  const envelope = (await approvalEnvelopes(desk.database, [approval])).get(approval)!
  const keys = Object.values(desk.keys)
  const opened = openEnvelope('approval', ApprovalStatement, envelope, (kid) => {
    const key = keys.find((known) => known.kid === kid)
    return key && readPublicKey(key.publicKey)
  })
  if (!opened.ok) throw new Error(opened.why)
  return opened.value
}

describe('an approval', () => {
  let recording: PutRecording
  beforeEach(async () => {
    recording = await putRecording(desk.database, version)
  })

  it('is the approver’s signature over version, validity, priority and the root over all renditions', async () => {
    const { approval, renditions } = await approves('lan')
    const { kid, document } = await statementOf(approval)
    expect(kid).toBe(desk.keys.lan.kid)
    expect(renditions).toBe(2)
    expect(document).toEqual({
      v: 1,
      approval,
      script: 'tim-viec',
      version: 1,
      languages: ['vi'],
      priority: 'thong-thuong',
      area: 'all',
      approver: 'lan',
      at: Date.parse(tuesday),
      // 1 January 2026 in Vietnam; open validity lasts two years from the day of signing.
      from: Date.parse('2025-12-31T17:00:00.000Z'),
      until: Date.parse('2028-11-23T17:00:00.000Z') - 1,
      root: merkleRoot([recording.hashes.mp3, recording.hashes.opus].sort()),
      leaves: 2,
    })
  })

  it('proves each of its renditions to a device that holds the statement only', async () => {
    const { approval } = await approves('lan')
    const { document } = await statementOf(approval)
    for (const hash of Object.values(recording.hashes)) {
      const found = (await proofFor(desk.database, hash))!
      expect(found.approval).toBe(approval)
      const claim = { leaf: hash, position: found.leaf, count: document.leaves, proof: found.proof }
      expect(provesLeaf(claim, document.root)).toBe(true)
    }
    expect(await proofFor(desk.database, 'f'.repeat(64))).toBeUndefined()
  })

  it('is kept as a fact, with a deed, and never changed', async () => {
    const { approval } = await approves('lan')
    const [deed] = await deedsOf(desk.database, { subject: 'tim-viec/1', limit: 1 })
    expect(deed).toMatchObject({
      at: tuesday,
      person: 'lan',
      what: 'approval.signed',
      detail: { approval, renditions: 2 },
    })
    await expect(desk.database.updateTable('approval').set({ at: wednesday }).execute()).rejects.toThrow(
      'only ever added to',
    )
    await expect(desk.database.deleteFrom('approval_leaf').execute()).rejects.toThrow('only ever added to')
  })

  it('says beforehand what would be signed', async () => {
    const kid = desk.keys.lan.kid
    const draft = await draftStatement(desk.database, { ...version, approver: 'lan', kid, now: tuesday })
    expect(draft.leaves).toEqual([recording.hashes.mp3, recording.hashes.opus].sort())
    expect((await statementOf((await approves('lan')).approval)).document).toEqual(draft.statement)
  })

  it('takes away from what waits for approval', async () => {
    expect(await awaitingApproval(desk.database, tuesday)).toEqual([
      {
        ...version,
        kind: 'bulletin',
        title: 'Tìm việc trên mạng',
        recordings: 1,
        renditions: 2,
        seconds: 60,
        author: 'an',
        submittedBy: 'an',
        root: merkleRoot([recording.hashes.mp3, recording.hashes.opus].sort()),
        wanted: { people: 1, ed25519: false },
        signedBy: [],
      },
    ])
    await approves('lan')
    expect(await awaitingApproval(desk.database, tuesday)).toEqual([])
  })

  it('ends with the validity of the version, the moment before that day', async () => {
    const head = { slug: 'co-han', valid_to: "'2026-12-31'" }
    const limited = await submitted(desk, 'Một.', { head })
    await putRecording(desk.database, limited)
    const { document } = await statementOf((await approves('lan', { version: limited })).approval)
    expect(fromMilliseconds(document.until)).toBe('2026-12-30T16:59:59.999Z')
  })

  it('ends with the first fact the version rests on, if that is earlier', async () => {
    const resting = await submitted(desk, 'Được vay {{loan}}.', {
      head: { slug: 'vay-von', valid_to: "'2028-01-01'" },
    })
    await putRecording(desk.database, resting)
    const { document } = await statementOf((await approves('lan', { version: resting })).approval)
    expect(fromMilliseconds(document.until)).toBe('2026-12-31T16:59:59.999Z')
  })
})

describe('one approval', () => {
  const stations = Array.from({ length: 241 }, (_, index) => `tt-${String(20_000 + index)}`)

  it('covers 241 variants of a greeting in two codecs, each with a short proof', async () => {
    await putStations(desk.database, stations)
    const greeting = await submitted(desk, 'Kính chào bà con {{unit}}.', {
      head: { kind: 'greeting', slug: 'greeting' },
    })
    const hashes: string[] = []
    for (const station of stations) {
      const { hashes: renditions } = await putRecording(desk.database, { ...greeting, station, seconds: 4 })
      hashes.push(renditions.mp3, renditions.opus)
    }
    const { approval, renditions } = await approves('lan', { version: greeting })
    expect(renditions).toBe(482)
    const { document } = await statementOf(approval)
    const proofs = await proofsFor(desk.database, hashes)
    expect(proofs.size).toBe(482)
    const part = { bytes: 9, milliseconds: 9, codec: 'opus', chunks: 'AAAA' } as const
    for (const [sha256, { leaf, proof }] of proofs) {
      expect(provesLeaf({ leaf: sha256, position: leaf, count: 482, proof }, document.root)).toBe(true)
      expect(PlanPart.safeParse({ ...part, sha256, approval, leaf, proof }).success).toBe(true)
    }
    const approved = await approvedRecordings(desk.database, tuesday)
    expect(new Set(approved.map(({ station }) => station)).size).toBe(241)
  })

  it('does not cover what is rendered later: that needs a new one, over the new renditions only', async () => {
    const first = await putRecording(desk.database, version)
    await approves('lan')
    const again = await putRecording(desk.database, { ...version, take: 'second' })
    expect(await proofFor(desk.database, again.hashes.mp3)).toBeUndefined()
    expect((await approvedRecordings(desk.database, tuesday)).map(({ recording }) => recording)).toEqual([
      first.id,
    ])
    expect(await awaitingApproval(desk.database, tuesday)).toMatchObject([{ recordings: 1, renditions: 2 }])
    const { approval, renditions } = await approves('minh', { now: wednesday })
    expect(renditions).toBe(2)
    expect((await statementOf(approval)).document.root).toBe(
      merkleRoot([again.hashes.mp3, again.hashes.opus].sort()),
    )
    expect((await proofFor(desk.database, first.hashes.mp3))?.approval).not.toBe(approval)
    expect((await approvedRecordings(desk.database, wednesday)).length).toBe(2)
  })

  it('does not make a recording heard while one of its renditions is outside it', async () => {
    const { id } = await putRecording(desk.database, version)
    await approves('lan')
    await desk.database
      .deleteFrom('rendition')
      .where('recording_id', '=', id)
      .where('codec', '=', 'opus')
      .execute()
    const other = { recording_id: id, codec: 'opus', sha256: 'e'.repeat(64), bytes: 1, chunks: 'AAAAAAAAAAA' }
    await desk.database.insertInto('rendition').values(other).execute()
    expect(await approvedRecordings(desk.database, tuesday)).toEqual([])
    expect(await awaitingApproval(desk.database, tuesday)).toMatchObject([{ recordings: 1, renditions: 1 }])
  })
})

describe('approving is refused, and nothing is kept:', () => {
  beforeEach(async () => {
    await putRecording(desk.database, version)
  })
  afterEach(async () => {
    expect(await desk.database.selectFrom('approval').selectAll().execute()).toEqual([])
    expect((await deedsOf(desk.database)).filter(({ what }) => what === 'approval.signed')).toEqual([])
  })

  it('to the author, even one who is an approver', async () => {
    const own = await submitted(desk, 'Bản tin của Lan.', {
      head: { slug: 'cua-lan' },
      author: 'lan',
      by: 'an',
    })
    await putRecording(desk.database, own)
    const { code, sentence } = await refusalOf(approves('lan', { version: own }))
    expect(code).toBe('forbidden')
    expect(sentence.vi).toBe(
      '“Lê Thị Lan” đã soạn hoặc trình bản tin này, hoặc một bản trước mà từ đó chưa ai khác duyệt, hoặc đúng những lời này dưới tên khác, nên không được tự duyệt. Hãy mời người phê duyệt khác.',
    )
  })

  it('to who submitted it', async () => {
    const own = await submitted(desk, 'Bản tin của An.', {
      head: { slug: 'cua-an' },
      author: 'an',
      by: 'lan',
    })
    await putRecording(desk.database, own)
    expect((await refusalOf(approves('lan', { version: own }))).sentence.en).toContain('wrote or submitted')
  })

  it('to an editor, and to somebody nobody knows', async () => {
    expect((await refusalOf(approves('lan', { approver: 'binh' }))).sentence.vi).toContain(
      'không có quyền phê duyệt',
    )
    expect((await refusalOf(approves('lan', { approver: 'ai' }))).code).toBe('not_found')
  })

  it('with another’s key, an unknown key, or a key under a borrowed name', async () => {
    for (const key of [desk.keys.minh, newSigningKey(), { ...newSigningKey(), kid: desk.keys.lan.kid }]) {
      const { code, sentence } = await refusalOf(approves('lan', { key }))
      expect(code).toBe('forbidden')
      expect(sentence.vi).toContain('chưa được ghi nhận là của “Lê Thị Lan”')
    }
  })

  it('with a revoked key', async () => {
    await revokePersonKey(desk.database, { kid: desk.keys.lan.kid, why: 'mất máy', now: monday })
    expect((await refusalOf(approves('lan'))).sentence.vi).toContain('đã bị thu hồi')
  })

  it('across the border between exercises and real work, both ways', async () => {
    const crossing = approve(desk.database, {
      ...version,
      approver: 'duyet-tap',
      key: desk.keys.tap,
      now: tuesday,
    })
    expect((await refusalOf(crossing)).sentence.vi).toContain('Bản tin tập huấn')
    const exercise = await submitted(desk, 'Tập huấn.', { head: { slug: 'dien-tap' }, author: 'soan-tap' })
    await putRecording(desk.database, exercise)
    expect((await refusalOf(approves('lan', { version: exercise }))).code).toBe('forbidden')
  })

  it('of a draft, of a version that is not there, of one without a recording', async () => {
    const draft = await importScript(desk.database, source('Một.', { slug: 'nhap' }), {
      author: 'an',
      now: monday,
    })
    expect((await refusalOf(approves('lan', { version: draft }))).sentence.vi).toContain('chưa được trình')
    expect((await refusalOf(approves('lan', { version: { script: 'khong-co', version: 1 } }))).code).toBe(
      'not_found',
    )
    const silent = await submitted(desk, 'Một.', { head: { slug: 'im-lang' } })
    expect((await refusalOf(approves('lan', { version: silent }))).sentence.vi).toContain(
      'chưa có bản ghi nào',
    )
  })

  it('of a withdrawn version', async () => {
    await withdrawVersion(desk.database, { ...version, by: 'an', why: 'sai', now: monday })
    expect((await refusalOf(approves('lan'))).sentence.vi).toContain('đã bị thu hồi')
    expect(await awaitingApproval(desk.database, tuesday)).toEqual([])
  })

  it('of a version whose validity, or a fact of which, is over by then', async () => {
    const resting = await submitted(desk, 'Được vay {{loan}}.', { head: { slug: 'vay-von' } })
    await putRecording(desk.database, resting)
    const { code, sentence } = await refusalOf(
      approves('lan', { version: resting, now: '2027-01-01T00:00:00.000Z' }),
    )
    expect(code).toBe('conflict')
    expect(sentence.vi).toContain('hết hiệu lực')
  })
})

it('that names the root it heard is refused when recordings came in meanwhile, and covers exactly those else', async () => {
  await putRecording(desk.database, version)
  const heard = (await awaitingApproval(desk.database, tuesday))[0]!.root
  await putRecording(desk.database, { ...version, take: 'second' })
  const refusal = await refusalOf(approves('lan', { root: heard }))
  expect(refusal.code).toBe('conflict')
  expect(refusal.sentence.vi).toContain('xem lại')
  expect(await approvedRecordings(desk.database, tuesday)).toEqual([])
  const [{ root, renditions } = { root: '', renditions: 0 }] = await awaitingApproval(desk.database, tuesday)
  expect(await approves('lan', { root: root.slice(0, 16).toUpperCase() })).toMatchObject({ renditions })
})

it.each(['abc', 'không phải', '../../x', 'a'.repeat(65)])(
  'that names “%s” as its root is refused',
  async (root) => {
    await putRecording(desk.database, version)
    expect((await refusalOf(approves('lan', { root }))).code).toBe('invalid')
  },
)

it('a second approval of the same renditions is refused: nothing is left to approve', async () => {
  await putRecording(desk.database, version)
  await approves('lan')
  expect(await refusalOf(approves('minh'))).toMatchObject({
    code: 'conflict',
    sentence: { vi: expect.stringContaining('đã được duyệt rồi') as string },
  })
})

describe('an approval proves nothing any more', () => {
  let recording: PutRecording
  beforeEach(async () => {
    recording = await putRecording(desk.database, version)
    await approves('lan')
    expect(await proofFor(desk.database, recording.hashes.mp3)).toBeDefined()
    expect((await approvedRecordings(desk.database, tuesday)).length).toBe(1)
  })

  async function provesNothing(at = wednesday) {
    expect(await approvedRecordings(desk.database, at)).toEqual([])
  }

  it('when its version was withdrawn', async () => {
    await withdrawVersion(desk.database, { ...version, by: 'an', why: 'sai số', now: wednesday })
    expect(await proofFor(desk.database, recording.hashes.mp3)).toBeUndefined()
    await provesNothing()
  })

  it('when its signer’s key was revoked; another approver can then approve anew', async () => {
    await revokePersonKey(desk.database, { kid: desk.keys.lan.kid, why: 'mất máy', now: wednesday })
    expect(await proofFor(desk.database, recording.hashes.mp3)).toBeUndefined()
    await provesNothing()
    const { approval } = await approves('minh', { now: wednesday })
    expect((await proofFor(desk.database, recording.hashes.mp3))?.approval).toBe(approval)
    expect(await approvedRecordings(desk.database, wednesday)).toMatchObject([
      { recording: recording.id, approval },
    ])
  })

  it('before it begins and after it ends', async () => {
    await provesNothing('2025-12-31T16:59:59.999Z')
    await provesNothing('2028-11-25T00:00:00.000Z')
    const [approved] = await approvedRecordings(desk.database, wednesday)
    expect((await approvedRecordings(desk.database, approved!.from)).length).toBe(1)
    expect((await approvedRecordings(desk.database, approved!.until)).length).toBe(1)
  })

  it('from the day a fact it rests on is given an end', async () => {
    const file = join(desk.contentFolder, 'facts', 'facts.yaml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(
      file,
      text.replace(
        "valid_from: '2025-09-19', valid_to: ''",
        "valid_from: '2025-09-19', valid_to: '2026-12-01'",
      ),
    )
    await importFacts(desk.database, desk.contentFolder, wednesday)
    expect((await proofFor(desk.database, recording.hashes.mp3))?.until).toBe('2026-11-30T16:59:59.999Z')
    expect((await approvedRecordings(desk.database, wednesday)).length).toBe(1)
    await provesNothing('2026-12-01T00:00:00.000Z')
  })

  it('when what is kept in the database is not what was signed', async () => {
    const [kept] = await desk.database.selectFrom('approval').selectAll().execute()
    const forged = kept!.envelope.replace('"script":"tim-viec"', '"script":"bai-khac"')
    expect(forged).not.toBe(kept!.envelope)
    const row = { ...kept!, id: 'appr-forged', envelope: forged }
    await desk.database.insertInto('approval').values(row).execute()
    await desk.database
      .insertInto('approval_leaf')
      .values({ approval_id: row.id, position: 0, sha256: 'e'.repeat(64) })
      .execute()
    expect(await proofFor(desk.database, 'e'.repeat(64))).toBeUndefined()
    // A true signature kept under another name is no better.
    const borrowed = { ...kept!, id: 'appr-borrowed' }
    await desk.database.insertInto('approval').values(borrowed).execute()
    await desk.database
      .insertInto('approval_leaf')
      .values({ approval_id: borrowed.id, position: 0, sha256: 'd'.repeat(64) })
      .execute()
    expect(await proofFor(desk.database, 'd'.repeat(64))).toBeUndefined()
  })
})

describe('when several approvals cover a rendition', () => {
  it('the newest that stands is the proof', async () => {
    const { hashes } = await putRecording(desk.database, version)
    await approves('lan')
    // After two years the first has ended, so that the version can be approved again.
    const later = '2028-12-01T00:00:00.000Z'
    await desk.rootSigns(later)
    const { approval } = await approves('minh', { now: later })
    expect((await proofFor(desk.database, hashes.opus))?.approval).toBe(approval)
    expect(await approvedRecordings(desk.database, later)).toMatchObject([{ approval }])
  })
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  approve,
  approvedRecordings,
  approveWithPasskey,
  awaitingApproval,
  draftStatement,
  passkeyStatement,
  proofsFor,
  readForSigning,
  versionStates,
} from '../../src/approval/index.ts'
import { audioPath } from '../../src/audio/index.ts'
import { deedsOf, revokePersonKey } from '../../src/people/index.ts'
import { keepApproval } from '../../src/approval/store.ts'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { ApprovalStatement } from '../../src/wire/messages.ts'
import { merkleRoot } from '../../src/wire/merkle.ts'
import { type Ceremony, origin, rpId, SamplePasskey } from '../support/passkey.ts'
import { giveKey } from '../support/approvers.ts'
import { type Desk, openDesk, submitted } from '../support/desk.ts'
import { putRecording } from '../support/recordings.ts'
import { refusalOf } from '../support/refusal.ts'
import { putStations } from '../support/stations.ts'

const tuesday = '2026-11-24T01:00:00.000Z'
const later = '2026-11-24T01:05:00.000Z'

let desk: Desk
let passkeys: { lan: SamplePasskey; minh: SamplePasskey }
beforeEach(async () => {
  desk = await openDesk()
  passkeys = { lan: new SamplePasskey(), minh: new SamplePasskey('EdDSA') }
  for (const person of ['lan', 'minh'] as const) {
    const { publicKey } = passkeys[person]
    await giveKey(desk.database, { person, publicKey, passkey: { rpId, origins: [origin] }, now: tuesday })
  }
  await desk.rootSigns(tuesday)
})
afterEach(() => desk.close())

type Version = { script: string; version: number }
type Who = 'lan' | 'minh'

function item(priority: string): Promise<Version> {
  return submitted(desk, 'Bà con ơi, gọi {{hotline.national}}.', { head: { priority } })
}

const withKey = (version: Version, who: Who, now = tuesday) =>
  approve(desk.database, { ...version, approver: who, key: desk.keys[who], now })

async function withPasskey(version: Version, who: Who, changes: Partial<Ceremony> = {}, now = tuesday) {
  const passkey = passkeys[who]
  const wanted = { ...version, approver: who, kid: passkey.kid, now }
  const { document, challenge, kid } = await passkeyStatement(desk.database, wanted)
  const signed = passkey.signs(challenge, changes)
  return approveWithPasskey(desk.database, { approver: who, kid, document, signed, now: later })
}

const mayBeHeard = async (): Promise<number> => (await approvedRecordings(desk.database, later)).length
const waiting = async () => (await awaitingApproval(desk.database, later))[0]

describe('a passkey on a page', () => {
  it('approves a normal item, and what it signed is kept with its proof', async () => {
    const version = await item('thong-thuong')
    const { hashes } = await putRecording(desk.database, version)
    const { approval, renditions } = await withPasskey(version, 'lan')
    expect(renditions).toBe(2)
    expect(await mayBeHeard()).toBe(1)
    expect((await proofsFor(desk.database, [hashes.mp3])).get(hashes.mp3)).toMatchObject({ approval })
    const [deed] = await deedsOf(desk.database, { subject: 'tim-viec/1', limit: 1 })
    expect(deed).toMatchObject({ what: 'approval.signed', person: 'lan', detail: { kind: 'passkey' } })
  })

  it('is told what it would sign, and signs that or nothing', async () => {
    const version = await item('thong-thuong')
    const { hashes } = await putRecording(desk.database, version)
    const wanted = { ...version, approver: 'lan', kid: passkeys.lan.kid, now: tuesday }
    const told = await passkeyStatement(desk.database, wanted)
    expect(told).toMatchObject({
      rpId,
      leaves: [hashes.mp3, hashes.opus].sort(),
      recordings: [{ upload: null }],
    })
    const signed = passkeys.lan.signs(told.challenge)
    const answer = { approver: 'lan', kid: told.kid, document: told.document, signed }
    const late = { ...answer, now: '2026-11-24T01:15:00.001Z' }
    expect((await refusalOf(approveWithPasskey(desk.database, late))).code).toBe('conflict')
    await putRecording(desk.database, { ...version, take: 'second' })
    const changed = approveWithPasskey(desk.database, { ...answer, now: later })
    expect((await refusalOf(changed)).code).toBe('conflict')
    expect(await mayBeHeard()).toBe(0)
  })

  it.each<[string, Partial<Ceremony>]>([
    ['on another page', { origin: 'https://loa.example.com' }],
    ['without showing who is there', { flags: 0x01 }],
    ['something else', { challenge: Buffer.alloc(32).toString('base64url') }],
  ])('that signs %s is refused, and nothing is kept', async (_said, changes) => {
    const version = await item('thong-thuong')
    await putRecording(desk.database, version)
    expect((await refusalOf(withPasskey(version, 'lan', changes))).code).toBe('forbidden')
    expect(await desk.database.selectFrom('approval').selectAll().execute()).toEqual([])
  })

  it('of another person, or an Ed25519 key passed off as one, is refused', async () => {
    const version = await item('thong-thuong')
    await putRecording(desk.database, version)
    for (const kid of [passkeys.minh.kid, desk.keys.lan.kid]) {
      const wanted = { ...version, approver: 'lan', kid, now: tuesday }
      expect((await refusalOf(passkeyStatement(desk.database, wanted))).code).toBe('forbidden')
    }
  })

  it('that was revoked proves nothing any more', async () => {
    const version = await item('thong-thuong')
    await putRecording(desk.database, version)
    await withPasskey(version, 'lan')
    await revokePersonKey(desk.database, { kid: passkeys.lan.kid, why: 'mất máy', now: later })
    expect(await mayBeHeard()).toBe(0)
  })

  it('never signs its owner’s own text', async () => {
    const own = await submitted(desk, 'Bà con ơi.', { head: { slug: 'cua-lan' }, author: 'lan', by: 'an' })
    await putRecording(desk.database, own)
    expect((await refusalOf(withPasskey(own, 'lan'))).code).toBe('forbidden')
  })
})

describe('an urgent item', () => {
  let version: Version
  let hashes: { mp3: string; opus: string }
  beforeEach(async () => {
    version = await item('khan-cap')
    hashes = (await putRecording(desk.database, version)).hashes
  })

  it('waits for two people, one with an Ed25519 key, and is heard after the second only', async () => {
    expect(await waiting()).toMatchObject({ wanted: { people: 2, ed25519: true }, signedBy: [] })
    await withPasskey(version, 'lan')
    expect(await mayBeHeard()).toBe(0)
    expect((await proofsFor(desk.database, [hashes.mp3])).size).toBe(0)
    expect((await versionStates(desk.database, later)).get('tim-viec/1')).not.toBe('approved')
    expect(await waiting()).toMatchObject({ renditions: 2, signedBy: [{ person: 'lan', kind: 'passkey' }] })
    await withKey(version, 'minh', later)
    expect(await mayBeHeard()).toBe(1)
    expect(await waiting()).toBeUndefined()
    expect((await versionStates(desk.database, later)).get('tim-viec/1')).not.toBe('submitted')
  })

  it('is proved by both statements, each with its own place in its own tree', async () => {
    const first = await withKey(version, 'lan')
    const again = await putRecording(desk.database, { ...version, take: 'second' })
    const second = await withKey(version, 'minh', later)
    expect([first.renditions, second.renditions]).toEqual([2, 4])
    const proof = (await proofsFor(desk.database, [hashes.opus])).get(hashes.opus)!
    expect([proof.approval, proof.second?.approval]).toEqual([second.approval, first.approval])
    expect([proof.proof.length, proof.second?.proof.length]).toEqual([2, 1])
    // What only minh has signed waits for lan.
    expect((await proofsFor(desk.database, [again.hashes.mp3])).size).toBe(0)
    expect(await mayBeHeard()).toBe(1)
    await withKey(version, 'lan', '2026-11-24T01:06:00.000Z')
    expect(await mayBeHeard()).toBe(2)
  })

  it('is not heard with two passkeys; one of the two can sign again with a key', async () => {
    await withPasskey(version, 'lan')
    await withPasskey(version, 'minh')
    expect(await mayBeHeard()).toBe(0)
    await withKey(version, 'lan', later)
    expect(await mayBeHeard()).toBe(1)
  })

  it('is not signed twice by one person', async () => {
    await withKey(version, 'lan')
    const again = await refusalOf(withKey(version, 'lan', later))
    expect(again.code).toBe('conflict')
    expect(again.sentence.en).toContain('another person')
    expect((await refusalOf(withPasskey(version, 'lan'))).code).toBe('conflict')
  })

  it('is silent again when one of its two keys is revoked', async () => {
    await withKey(version, 'lan')
    await withKey(version, 'minh')
    expect(await mayBeHeard()).toBe(1)
    await revokePersonKey(desk.database, { kid: desk.keys.minh.kid, why: 'mất máy', now: later })
    expect(await mayBeHeard()).toBe(0)
    expect(await waiting()).toMatchObject({ signedBy: [{ person: 'lan', kind: 'ed25519' }] })
  })
})

describe('an item above normal', () => {
  it('for the whole province needs two people; passkeys will do', async () => {
    const version = await item('uu-tien')
    await putRecording(desk.database, version)
    await withPasskey(version, 'lan')
    expect(await mayBeHeard()).toBe(0)
    await withPasskey(version, 'minh')
    expect(await mayBeHeard()).toBe(1)
  })

  it('that people brought for some stations only is for their units, and needs one', async () => {
    const stations = ['tt-20440', 'tt-20441']
    await putStations(desk.database, stations)
    const version = await item('uu-tien')
    for (const station of stations) {
      const unit = { unit_code: station.slice(3), unit_valid_from: '2004-01-01' }
      const served = { station_id: station, valid_from: '2004-01-01', valid_to: null, ...unit }
      await desk.database.insertInto('station_unit').values(served).execute()
      await putRecording(desk.database, { ...version, station, spoken: true })
    }
    const wanted = { ...version, approver: 'lan', kid: passkeys.lan.kid, now: tuesday }
    const { statement } = await draftStatement(desk.database, wanted)
    expect(statement.area).toEqual(['20440', '20441'])
    await withPasskey(version, 'lan')
    expect(await mayBeHeard()).toBe(2)
  })

  it('of which a voice makes one variant is for all, however few are there yet', async () => {
    await putStations(desk.database, ['tt-20440'])
    const version = await item('uu-tien')
    await putRecording(desk.database, { ...version, station: 'tt-20440' })
    expect(await waiting()).toMatchObject({ wanted: { people: 2 } })
  })
})

describe('an approval from before', () => {
  async function signedBefore(version: Version): Promise<void> {
    const { statement, leaves } = await draftStatement(desk.database, {
      ...{ ...version, approver: 'lan', kid: desk.keys.lan.kid, now: tuesday },
    })
    const { area: _area, ...before } = statement
    const { approval: id, script, root } = before
    const envelope = sealEnvelope('approval', ApprovalStatement, before, desk.keys.lan)
    const kept = { id, script, version: version.version, approver: 'lan', kid: desk.keys.lan.kid, root }
    await keepApproval(desk.database, { ...kept, envelope, at: tuesday, leaves })
  }

  it('that does not say for where still lets a normal item be heard', async () => {
    const version = await item('thong-thuong')
    await putRecording(desk.database, version)
    await signedBefore(version)
    expect(await mayBeHeard()).toBe(1)
  })

  it('of an item above normal was for everywhere: a second person must sign too', async () => {
    const version = await item('uu-tien')
    await putRecording(desk.database, version)
    await signedBefore(version)
    expect(await mayBeHeard()).toBe(0)
    await withKey(version, 'minh', later)
    expect(await mayBeHeard()).toBe(1)
  })
})

describe('before a key signs on a person’s own machine', () => {
  let folder: string
  let version: Version
  let hashes: { mp3: string; opus: string }
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'loa-signing-'))
    version = await item('thong-thuong')
    const recording = await putRecording(desk.database, version)
    hashes = recording.hashes
    for (const codec of ['mp3', 'opus'] as const) put(codec, `${recording.id} ${codec}`)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function put(codec: 'mp3' | 'opus', bytes: string): void {
    const path = audioPath(folder, hashes[codec], codec)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
  }

  async function read() {
    const wanted = { ...version, approver: 'lan', kid: desk.keys.lan.kid, now: tuesday }
    return readForSigning(desk.database, folder, await draftStatement(desk.database, wanted))
  }

  it('every file is read and the root made anew from the bytes', async () => {
    expect(await read()).toMatchObject({
      files: 2,
      root: merkleRoot([hashes.mp3, hashes.opus].sort()),
    })
  })

  it('a file that is missing, or that is another, is refused', async () => {
    put('mp3', 'something else')
    expect((await refusalOf(read())).code).toBe('unavailable')
    rmSync(audioPath(folder, hashes.mp3, 'mp3'))
    expect((await refusalOf(read())).code).toBe('unavailable')
  })

  it('a list of hashes that is not what the statement names is refused', async () => {
    const wanted = { ...version, approver: 'lan', kid: desk.keys.lan.kid, now: tuesday }
    const draft = await draftStatement(desk.database, wanted)
    for (const leaves of [draft.leaves.slice(1), [...draft.leaves, 'ab'.repeat(32)]]) {
      expect((await refusalOf(readForSigning(desk.database, folder, { ...draft, leaves }))).code).toBe(
        'conflict',
      )
    }
    const statement = { ...draft.statement, root: 'ab'.repeat(32) }
    expect((await refusalOf(readForSigning(desk.database, folder, { ...draft, statement }))).code).toBe(
      'conflict',
    )
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { currentKeysDocument, readPassphrase, signKeysDocument } from '../../src/approval/index.ts'
import { addPerson, addPersonKey, deedsOf, revokePersonKey } from '../../src/people/index.ts'
import { newSigningKey, openEnvelope, readPublicKey } from '../../src/wire/envelope.ts'
import { controlBytesMax, KeysDocument } from '../../src/wire/messages.ts'
import { giveKey } from '../support/approvers.ts'
import { type Desk, monday, openDesk } from '../support/desk.ts'
import { refusalOf } from '../support/refusal.ts'

const root = newSigningKey()
const hub = newSigningKey()
const tuesday = '2026-11-24T01:00:00.000Z'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk({ signed: false })
})
afterEach(() => desk.close())

const sign = (more: object = {}) =>
  signKeysDocument(desk.database, {
    rootKey: root,
    hubPublicKey: hub.publicKey,
    training: false,
    now: monday,
    ...more,
  })

/** What a device reads that was given only the root's public key. */
async function asDeviceReads() {
  const current = (await currentKeysDocument(desk.database))!
  const opened = openEnvelope('keys', KeysDocument, current.envelope, (kid) =>
    kid === root.kid ? readPublicKey(root.publicKey) : undefined,
  )
  if (!opened.ok) throw new Error(opened.why)
  return opened.value.document
}

describe('the keys document', () => {
  it('is not there before the root signed it', async () => {
    expect(await currentKeysDocument(desk.database)).toBeUndefined()
  })

  it('lists the hub’s key and every approver’s, under the root’s signature', async () => {
    expect(await sign()).toEqual({ version: 1, keys: 3 })
    const { keys, ...rest } = await asDeviceReads()
    expect(rest).toEqual({ v: 1, version: 1, issued: Date.parse(monday), training: false })
    expect(keys.map(({ kid, role }) => [role, kid]).sort()).toEqual(
      [
        ['approver', desk.keys.lan.kid],
        ['approver', desk.keys.minh.kid],
        ['hub', hub.kid],
      ].sort(),
    )
    for (const { kid, publicKey, until } of keys) {
      expect([hub, ...Object.values(desk.keys)].find((key) => key.publicKey === publicKey)?.kid).toBe(kid)
      expect(until).toBeGreaterThan(Date.parse(monday) + 2 * 364 * 86_400_000)
    }
  })

  it('of an exercise lists people of exercises only, and says so', async () => {
    await sign({ training: true })
    const { keys, training } = await asDeviceReads()
    expect(training).toBe(true)
    expect(keys.filter(({ role }) => role === 'approver').map(({ kid }) => kid)).toEqual([desk.keys.tap.kid])
    expect(await currentKeysDocument(desk.database)).toMatchObject({ training: true })
  })

  it('never lists a revoked key, an editor’s key or the private half of anything', async () => {
    await revokePersonKey(desk.database, { kid: desk.keys.lan.kid, why: 'mất máy', now: monday })
    const editor = newSigningKey()
    await addPersonKey(desk.database, { person: 'an', publicKey: editor.publicKey, now: monday })
    await sign()
    const current = (await currentKeysDocument(desk.database))!
    expect(current.kids.sort()).toEqual([hub.kid, desk.keys.minh.kid].sort())
    expect(Buffer.from(current.envelope).toString()).not.toMatch(/PRIVATE/)
  })

  it('has the next version each time it is signed; the newest counts', async () => {
    await sign()
    await revokePersonKey(desk.database, { kid: desk.keys.lan.kid, why: 'mất máy', now: tuesday })
    expect(await sign({ now: tuesday })).toEqual({ version: 2, keys: 2 })
    expect((await asDeviceReads()).version).toBe(2)
    expect(await currentKeysDocument(desk.database)).toMatchObject({
      version: 2,
      rootPublicKey: root.publicKey,
    })
    expect((await deedsOf(desk.database, { subject: 'keys/2' }))[0]).toMatchObject({
      what: 'keys.signed',
      at: tuesday,
    })
  })

  it('signed by another root is refused, because devices believe only the first', async () => {
    await sign()
    const { code, sentence } = await refusalOf(sign({ rootKey: newSigningKey() }))
    expect(code).toBe('conflict')
    expect(sentence.vi).toContain('không phải khóa gốc đã ký lần trước')
    expect(await currentKeysDocument(desk.database)).toMatchObject({ version: 1 })
  })

  it('with more keys than a message can carry is refused', async () => {
    for (let index = 0; index < 200; index += 1) {
      const id = `duyet-${String(index)}`
      await addPerson(desk.database, {
        id,
        name: 'Người phê duyệt',
        role: 'approver',
        training: false,
        now: monday,
      })
      await giveKey(desk.database, { person: id, publicKey: newSigningKey().publicKey, now: monday })
    }
    const { code, sentence } = await refusalOf(sign())
    expect(code).toBe('invalid')
    expect(sentence.vi).toContain('Có 203 khóa')
    expect(await currentKeysDocument(desk.database)).toBeUndefined()
  })

  it('with 150 approvers still fits into a message', async () => {
    for (let index = 0; index < 148; index += 1) {
      const id = `duyet-${String(index)}`
      await addPerson(desk.database, {
        id,
        name: 'Nguyễn Thị Phương Thảo Nguyên',
        role: 'approver',
        training: false,
        now: monday,
      })
      await giveKey(desk.database, { person: id, publicKey: newSigningKey().publicKey, now: monday })
    }
    expect((await sign()).keys).toBe(151)
    expect((await currentKeysDocument(desk.database))!.envelope.length).toBeLessThanOrEqual(controlBytesMax)
  })

  it('damaged in the database is refused, not handed on', async () => {
    await sign()
    const row = await desk.database.selectFrom('keys_document').select('envelope').executeTakeFirstOrThrow()
    await desk.database
      .updateTable('keys_document')
      .set({ envelope: row.envelope.replace('"hub"', '"approver"') })
      .execute()
    expect((await refusalOf(currentKeysDocument(desk.database))).code).toBe('unavailable')
  })
})

describe('the passphrase of a key file', () => {
  it.each(['', '       ', '        ', '1234567', 'mậtkhẩu', 'x'.repeat(201)])(
    '“%s” is refused with a sentence',
    (typed) => {
      const read = readPassphrase(typed)
      if (read.ok) throw new Error('taken')
      expect(read.why.vi).toMatch(/ký tự/)
      expect(read.why.en).toMatch(/characters/)
    },
  )

  it('of eight characters is taken as it was typed', () => {
    expect(readPassphrase('tám chữ!')).toEqual({ ok: true, passphrase: 'tám chữ!' })
  })

  it('is the same from every keyboard', () => {
    const nfc = 'tiếng trống làng'.normalize('NFC')
    expect(readPassphrase(nfc.normalize('NFD'))).toEqual({ ok: true, passphrase: nfc })
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deviceKey, enrolDevice, enrolledDevices, revokeDevice } from '../../src/registry/index.ts'
import { newSigningKey } from '../../src/wire/envelope.ts'
import { loadedRegistry, now } from './registry.ts'

const later = '2026-11-24T01:00:00.000Z'
const device = 'loa-20440'
const passwordHash = '$7$101$c2FsdA==$aGFzaA=='

let registry: Awaited<ReturnType<typeof loadedRegistry>>
beforeEach(async () => (registry = await loadedRegistry()))
afterEach(() => registry[Symbol.asyncDispose]())

async function enrol(
  publicKey: string,
  over: Partial<Parameters<typeof enrolDevice>[1]> = {},
): Promise<void> {
  await enrolDevice(registry.database, { device, publicKey, passwordHash, now, by: 'lan', ...over })
}

function deeds() {
  return registry.database
    .selectFrom('deed')
    .select(['person_id', 'what', 'subject', 'at'])
    .orderBy('id')
    .execute()
}

describe('enrolling a device', () => {
  it('gives it a key that counts from then on, and is written down as a deed', async () => {
    const { publicKey } = newSigningKey()
    expect(await deviceKey(registry.database, device)).toBeUndefined()
    await enrol(publicKey)
    expect(await deviceKey(registry.database, device)).toBe(publicKey)
    expect(await enrolledDevices(registry.database)).toEqual([
      { id: device, station: 'tt-20440', type: 'hop-dieu-khien-opus', publicKey, passwordHash },
    ])
    expect(await deeds()).toEqual([{ person_id: 'lan', what: 'device.enrolled', subject: device, at: now }])
  })

  it('with the same key and password again changes nothing', async () => {
    const { publicKey } = newSigningKey()
    await enrol(publicKey)
    await enrol(publicKey, { now: later })
    expect(await deeds()).toHaveLength(1)
  })

  it('with the same key and a new password changes the password', async () => {
    const { publicKey } = newSigningKey()
    await enrol(publicKey)
    await enrol(publicKey, { passwordHash: '$7$101$b3RoZXI=$aGFzaA==' })
    expect((await enrolledDevices(registry.database))[0]?.passwordHash).toBe('$7$101$b3RoZXI=$aGFzaA==')
  })

  it('is refused while another key is enrolled: nobody takes a device over unnoticed', async () => {
    const { publicKey } = newSigningKey()
    await enrol(publicKey)
    await expect(enrol(newSigningKey().publicKey)).rejects.toMatchObject({ code: 'conflict' })
    expect(await deviceKey(registry.database, device)).toBe(publicKey)
  })

  it('is refused for a device that is not in the registry', async () => {
    const { publicKey } = newSigningKey()
    await expect(enrol(publicKey, { device: 'loa-99999' })).rejects.toMatchObject({ code: 'not_found' })
    expect(await deeds()).toEqual([])
  })

  it.each([
    '',
    'mật khẩu',
    '$6$101$c2FsdA==$aGFzaA==',
    '$7$101$c2FsdA==$aGFzaA==\nloa-hub:x',
    'x:$7$101$a$b',
  ])('is refused with %j for a password hash: it would stand in the broker’s password file', async (hash) => {
    const { publicKey } = newSigningKey()
    await expect(enrol(publicKey, { passwordHash: hash })).rejects.toMatchObject({ code: 'invalid' })
  })

  it('is refused with anything but an Ed25519 key', async () => {
    for (const key of ['', 'abc', newSigningKey().publicKey.slice(1), `${newSigningKey().publicKey}A`]) {
      await expect(enrol(key)).rejects.toMatchObject({ code: 'invalid' })
    }
  })
})

describe('revoking a device', () => {
  it('takes its key away; a new key may be enrolled, the revoked one is not taken again', async () => {
    const { publicKey } = newSigningKey()
    await enrol(publicKey)
    await revokeDevice(registry.database, { device, why: 'mất máy', now: later, by: 'lan' })
    await revokeDevice(registry.database, { device, why: 'mất máy', now: later, by: 'lan' })
    expect(await deviceKey(registry.database, device)).toBeUndefined()
    expect(await enrolledDevices(registry.database)).toEqual([])
    await expect(enrol(publicKey)).rejects.toMatchObject({ code: 'conflict' })
    const next = newSigningKey().publicKey
    await enrol(next, { now: later })
    expect(await deviceKey(registry.database, device)).toBe(next)
    expect((await deeds()).map((deed) => deed.what)).toEqual([
      'device.enrolled',
      'device.revoked',
      'device.enrolled',
    ])
  })

  it('is refused for a device that never had a key, or that is unknown', async () => {
    const revoke = (id: string) => revokeDevice(registry.database, { device: id, why: 'x', now, by: null })
    await expect(revoke(device)).rejects.toMatchObject({ code: 'conflict' })
    await expect(revoke('loa-99999')).rejects.toMatchObject({ code: 'not_found' })
  })
})

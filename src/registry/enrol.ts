/** Enrolling a device: from then on it has a key of its own and may speak. */
import { AppError } from '../base/errors.ts'
import type { Instant } from '../base/time.ts'
import { type Database, transact } from '../db/index.ts'
import { recordDeed } from '../people/index.ts'
import { deviceRecord, keepEnrolment, keepRevocation } from './store.ts'

/** An Ed25519 public key, SPKI DER in base64url: a fixed head of 12 bytes, then the key's 32. */
const publicKeyPattern = /^MCowBQYDK2VwAyEA[A-Za-z0-9_-]{43}$/
/** Mosquitto's PBKDF2-SHA512 form; nothing in it can start another line or field of the password file. */
const passwordHashPattern = /^\$7\$\d{1,9}\$[A-Za-z0-9+/=]{1,200}\$[A-Za-z0-9+/=]{1,200}$/

/**
 * Gives a device of the registry its key and password; `by` is the person (null = the system). The
 * same key and password again change nothing. Refuses: `invalid` when either is not of its form,
 * `not_found` for an unknown device, `conflict` while another key is enrolled (revoke it first, so
 * that nobody takes a device over unnoticed). A revoked device may be enrolled again with a new key;
 * its old key never comes back.
 */
export async function enrolDevice(
  database: Database,
  enrolment: { device: string; publicKey: string; passwordHash: string; now: Instant; by: string | null },
): Promise<void> {
  const { device, publicKey, passwordHash, now, by } = enrolment
  refuseBadForm(device, publicKey, passwordHash)
  await transact(database, async (tx) => {
    const known = (await deviceRecord(tx, device)) ?? refuseUnknown(device)
    const revoked = known.revokedAt !== null
    if (known.publicKey === publicKey && !revoked && known.passwordHash === passwordHash) return
    if (
      known.publicKey !== null &&
      (revoked ? known.publicKey === publicKey : known.publicKey !== publicKey)
    ) {
      refuseKey(device, revoked)
    }
    await keepEnrolment(tx, { device, publicKey, passwordHash, now })
    await recordDeed(tx, {
      at: now,
      person: by,
      what: 'device.enrolled',
      subject: device,
      detail: { publicKey },
    })
  })
}

/**
 * Takes a device's right to speak: its key and password no longer count. Revoking twice changes
 * nothing. Refuses: `not_found` for an unknown device, `conflict` for one that was never enrolled.
 */
export async function revokeDevice(
  database: Database,
  { device, why, now, by }: { device: string; why: string; now: Instant; by: string | null },
): Promise<void> {
  await transact(database, async (tx) => {
    const known = (await deviceRecord(tx, device)) ?? refuseUnknown(device)
    if (known.publicKey === null) {
      throw new AppError('conflict', {
        vi: `Thiết bị ${device} chưa được cấp khóa nên không có gì để thu hồi.`,
        en: `Device ${device} was never enrolled, so there is nothing to revoke.`,
      })
    }
    if (known.revokedAt !== null) return
    await keepRevocation(tx, { device, now })
    const detail = { why, publicKey: known.publicKey }
    await recordDeed(tx, { at: now, person: by, what: 'device.revoked', subject: device, detail })
  })
}

function refuseBadForm(device: string, publicKey: string, passwordHash: string): void {
  if (!publicKeyPattern.test(publicKey)) {
    throw new AppError('invalid', {
      vi: `Khóa công khai của thiết bị ${device} không phải khóa Ed25519 (SPKI, base64url). Hãy tạo lại khóa trên thiết bị.`,
      en: `The public key of device ${device} is not an Ed25519 key (SPKI, base64url). Make a new key on the device.`,
    })
  }
  if (!passwordHashPattern.test(passwordHash)) {
    throw new AppError('invalid', {
      vi: `Mật khẩu của thiết bị ${device} chưa được băm theo dạng $7$ của Mosquitto. Hãy băm mật khẩu trước khi cấp.`,
      en: `The password of device ${device} is not hashed in Mosquitto's $7$ form. Hash it before enrolling.`,
    })
  }
}

function refuseUnknown(device: string): never {
  throw new AppError('not_found', {
    vi: `Không có thiết bị ${device.slice(0, 40)} trong sổ đăng ký. Hãy kiểm tra mã thiết bị.`,
    en: `There is no device ${device.slice(0, 40)} in the registry. Check the device's id.`,
  })
}

function refuseKey(device: string, revoked: boolean): never {
  throw new AppError(
    'conflict',
    revoked
      ? {
          vi: `Khóa này của thiết bị ${device} đã bị thu hồi và không được dùng lại. Hãy tạo khóa mới.`,
          en: `This key of device ${device} was revoked and never comes back. Make a new key.`,
        }
      : {
          vi: `Thiết bị ${device} đang có khóa khác. Nếu đã thay máy, hãy thu hồi khóa cũ rồi cấp lại.`,
          en: `Device ${device} has another key. If the machine was replaced, revoke the old key, then enrol again.`,
        },
  )
}

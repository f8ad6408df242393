/** Whose keys count: an admin enrols one, a second person confirms it, the offline root signs it, anybody's can go. */
import { AppError } from '../base/errors.ts'
import type { Instant } from '../base/time.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import {
  addPersonKey,
  type Hand,
  handDays,
  handsIn,
  hinderingHands,
  type Person,
  personById,
  personKey,
  type PersonKey,
  personKeys,
  recordDeed,
  refuseSuspended,
} from '../people/index.ts'
import { publicKeyFromCose } from '../wire/cose.ts'
import { origin, rpId } from '../wire/messages.ts'
import { listedKids } from './keys-document.ts'
import { keepConfirmation, keepEnrolment, type KeyEnrolment, keyEnrolments } from './store.ts'

/**
 * Where a key stands. Only an `active` one signs anything new. `suspended`: somebody else reset how its owner signs
 * in, took the role from them or suspended them; two people enrol it again (people). What a revoked key signed proves nothing any more.
 */
export type KeyState = 'pending-confirmation' | 'pending-root' | 'active' | 'suspended' | 'revoked'

/** An approver's key with all that is known of it. `passkey` is null for an Ed25519 key. */
export type ApproverKey = PersonKey & Omit<KeyEnrolment, 'kid'>

const originsMax = 4

/** Every key of everyone, revoked ones too, in the order they were enrolled. */
export async function approverKeys(db: Db): Promise<ApproverKey[]> {
  const enrolments = await keyEnrolments(db)
  return (await personKeys(db)).map((key) => {
    const enrolment = enrolments.get(key.kid)
    const { passkey = null, enrolledBy = null, confirmedBy = null, confirmedAt = null } = enrolment ?? {}
    return { ...key, passkey, enrolledBy, confirmedBy, confirmedAt }
  })
}

/** `approverKeys` with where each stands at an instant. */
export async function keyStates(db: Db, now: Instant): Promise<(ApproverKey & { state: KeyState })[]> {
  const listed = await listedKids(db, now)
  return (await approverKeys(db)).map((key) => ({ ...key, state: stateOf(key, listed.has(key.kid)) }))
}

function stateOf(key: ApproverKey, listed: boolean): KeyState {
  if (key.revokedAt !== null) return 'revoked'
  if (key.confirmedAt === null) return 'pending-confirmation'
  if (key.suspendedAt !== null) return 'suspended'
  return listed ? 'active' : 'pending-root'
}

/**
 * Enrols an approver's key: an Ed25519 key, or with `passkey` a passkey of that domain and those pages. It waits for
 * a second person then (`confirmKey`). The same key of the same person again changes nothing. Refuses (`forbidden`)
 * whoever is no admin, an admin's own key, an owner whom the admin reset lately (`hinderingHands`), a person who is no
 * approver, and mixing exercises with real work; what is no such key (`invalid`); a key of somebody else or one that was revoked (`conflict`). Gives the kid.
 */
export async function enrolKey(
  database: Database,
  enrolment: {
    person: string
    publicKey: string
    passkey?: { rpId: string; origins: readonly string[] }
    by: string
    now: Instant
  },
): Promise<string> {
  const { person, publicKey, by, now } = enrolment
  const passkey = enrolment.passkey === undefined ? null : checkedPasskey(enrolment.passkey)
  return transact(database, async (tx) => {
    const owner = await personById(tx, person)
    const admin = await personById(tx, by)
    refuseSuspended(admin)
    if (owner.role !== 'approver') throw notAnApprover(owner)
    if (admin.role !== 'admin' || !mayVouch(admin, owner)) throw notAnAdmin(admin)
    await refuseHands(tx, { owner, first: by, second: null }, now)
    const kid = await addPersonKey(tx, { person, publicKey, now, by, passkey: passkey !== null })
    if ((await keepEnrolment(tx, { kid, passkey, enrolledBy: by, at: now })) === 'kept') {
      const detail = { person, kind: passkey === null ? 'ed25519' : 'passkey', ...passkey }
      await recordDeed(tx, { at: now, person: by, what: 'key.enrolled', subject: kid, detail })
    }
    return kid
  })
}

/**
 * The second person's word for a key. Refuses (`not_found`) an unknown kid, (`conflict`) a key that waits for
 * nobody, (`forbidden`) its owner, whoever enrolled it, and anyone but an admin or approver of the owner's side, and a
 * key whose enroller is suspended or no admin any more, and two people of whom one had a hand in the other, or in how the
 * owner signs in (`hinderingHands`).
 */
export async function confirmKey(
  database: Database,
  word: { kid: string; by: string; now: Instant },
): Promise<void> {
  const { kid, by, now } = word
  await transact(database, async (tx) => {
    const key = await personKey(tx, kid)
    if (key === undefined) throw unknownKey(kid)
    const enrolment = (await keyEnrolments(tx)).get(kid)
    if (enrolment === undefined || enrolment.confirmedAt !== null || key.revokedAt !== null)
      throw notWaiting(kid)
    const second = await personById(tx, by)
    const owner = await personById(tx, key.person)
    refuseSuspended(second)
    const role = second.role === 'admin' || second.role === 'approver'
    if (!role || !mayVouch(second, owner) || second.id === enrolment.enrolledBy) throw notTheSecond(second)
    const { enrolledBy } = enrolment
    if (enrolledBy !== null) {
      const first = await personById(tx, enrolledBy)
      if (first.role !== 'admin' || !mayVouch(first, owner)) throw notAnAdmin(first)
      await refuseHands(tx, { owner, first: first.id, second: by }, now)
    }
    await keepConfirmation(tx, kid, by, now)
    // What does not hinder, in the first week of an office, is told all the same.
    const hands =
      enrolledBy === null ? [] : await handsIn(tx, { owner: owner.id, first: enrolledBy, second: by }, now)
    const detail = { person: owner.id, enrolledBy, ...(hands.length > 0 ? { hands } : {}) }
    await recordDeed(tx, { at: now, person: by, what: 'key.confirmed', subject: kid, detail })
  })
}

/** A passkey's public key as a browser hands it over (COSE), as the text to enrol; refuses (`invalid`) any other. */
export function passkeyText(cose: Uint8Array): string {
  const read = publicKeyFromCose(cose)
  if (read.ok) return read.value
  throw new AppError('invalid', {
    vi: `Passkey này không dùng được (${read.why}): cần loại ES256 hoặc EdDSA. Hãy tạo passkey trên thiết bị khác.`,
    en: `This passkey cannot be used (${read.why}): it must be of the kind ES256 or EdDSA. Make one on another device.`,
  })
}

function mayVouch(speaker: Person, owner: Person): boolean {
  return speaker.id !== owner.id && speaker.suspendedAt === null && speaker.training === owner.training
}

async function refuseHands(
  tx: Db,
  vouching: { owner: Person; first: string; second: string | null },
  now: Instant,
): Promise<void> {
  const [hand] = await hinderingHands(tx, vouching, now)
  if (hand === undefined) return
  const [by, over] = [await personById(tx, hand.by), await personById(tx, hand.over)]
  throw handIn(hand, by.name, over.name)
}

/** Pages of the passkey's own domain, as browsers write origins. */
function checkedPasskey(given: { rpId: string; origins: readonly string[] }): {
  rpId: string
  origins: string[]
} {
  const origins = [...new Set(given.origins)]
  const isOfDomain = (page: string): boolean => {
    const host = /^https?:\/\/([^:]+)/.exec(page)?.[1] ?? ''
    return origin.safeParse(page).success && (host === given.rpId || host.endsWith(`.${given.rpId}`))
  }
  const counts = origins.length > 0 && origins.length <= originsMax
  if (rpId.safeParse(given.rpId).success && counts && origins.every(isOfDomain)) {
    return { rpId: given.rpId, origins }
  }
  throw new AppError('invalid', {
    vi: `Passkey cần một tên miền và từ 1 đến ${originsMax} địa chỉ trang thuộc tên miền đó (https://…, hoặc http://localhost). Hãy xem lại LOA_PUBLIC_URL.`,
    en: `A passkey needs a domain and 1 to ${originsMax} page addresses of it (https://…, or http://localhost). See to LOA_PUBLIC_URL.`,
  })
}

function notAnApprover({ name }: Person): AppError {
  return new AppError('forbidden', {
    vi: `“${name}” không phải người phê duyệt, nên khóa sẽ không ký được gì. Chỉ ghi nhận khóa của người phê duyệt.`,
    en: `“${name}” is not an approver, so the key could sign nothing. Keys are enrolled for approvers only.`,
  })
}

function notAnAdmin({ name }: Person): AppError {
  return new AppError('forbidden', {
    vi: `“${name}” không ghi nhận khóa này được. Cần một quản trị đang làm việc, không phải chủ khóa, cùng phía (việc thật hoặc tập huấn).`,
    en: `“${name}” may not enrol this key. It takes an admin who is not suspended, not the key’s owner, and of the same side (real work or exercises).`,
  })
}

function handIn({ what }: Hand, by: string, over: string): AppError {
  const vi = what === 'reset' ? 'đặt lại mật khẩu hay mã' : 'mời vào hoặc đổi vai trò'
  const en = what === 'reset' ? 'reset the password or codes' : 'let in or changed the role'
  return new AppError('forbidden', {
    vi: `Trong ${handDays} ngày qua “${by}” đã ${vi} của “${over}”, nên hai người không cùng đứng ra cho khóa này được. Hãy nhờ một người khác.`,
    en: `In the last ${handDays} days “${by}” ${en} of “${over}”, so they cannot both stand for this key. Ask somebody else.`,
  })
}

function notTheSecond({ name }: Person): AppError {
  return new AppError('forbidden', {
    vi: `“${name}” không xác nhận khóa này được. Cần một quản trị hoặc người phê duyệt khác: không phải chủ khóa, không phải người đã ghi nhận.`,
    en: `“${name}” may not confirm this key. It takes another admin or approver: neither its owner nor who enrolled it.`,
  })
}

function notWaiting(kid: string): AppError {
  return new AppError('conflict', {
    vi: `Khóa ${kid} không chờ xác nhận. Hãy xem trạng thái ở trang Khóa ký (hoặc bằng lệnh loa keys list).`,
    en: `The key ${kid} does not wait for a confirmation. See where it stands on the page of signing keys (or by the command loa keys list).`,
  })
}

function unknownKey(kid: string): AppError {
  return new AppError('not_found', {
    vi: `Không có khóa nào mang mã “${kid.slice(0, 80)}”. Hãy xem lại danh sách khóa.`,
    en: `There is no key “${kid.slice(0, 80)}”. Look it up in the list of keys.`,
  })
}

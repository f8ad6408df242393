/** Public signing keys: enrolled, suspended and enrolled again by two people, revoked. */
import { AppError } from '../../base/errors.ts'
import type { Instant } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'
import { kidOf, readPublicKey } from '../../wire/envelope.ts'
import { readPasskeyPublicKey } from '../../wire/passkey.ts'
import { anyDeed, recordDeed } from '../log/store.ts'
import { personById, whole } from '../store.ts'
import { refuseSuspended } from '../suspended.ts'
import type { Person, PersonKey, Role } from '../types.ts'

/**
 * Enrols a person's public key and gives its kid. The same key of the same person again changes nothing.
 * Refuses what is no Ed25519 key, or for a passkey no key of one (`invalid`), a key that is another person's or was
 * revoked (`conflict`). By whose word it counts is the business of approval.
 */
export async function addPersonKey(
  db: Db,
  key: { person: string; publicKey: string; now: Instant; by?: string; passkey?: boolean },
): Promise<string> {
  checkPublicKey(key.publicKey, key.passkey === true)
  const kid = kidOf(key.publicKey)
  return whole(db, async (tx) => {
    await personById(tx, key.person)
    const known = await personKey(tx, kid)
    if (known !== undefined) {
      refuseKnownKey(known, key.person)
      return kid
    }
    await tx
      .insertInto('person_key')
      .values({
        kid,
        person_id: key.person,
        public_key: key.publicKey,
        created_at: key.now,
        revoked_at: null,
        suspended_at: null,
        enrolling_by: null,
      })
      .execute()
    const detail = { person: key.person }
    await recordDeed(tx, { at: key.now, person: key.by ?? null, what: 'key.added', subject: kid, detail })
    return kid
  })
}

function checkPublicKey(publicKey: string, passkey: boolean): void {
  try {
    if (passkey) readPasskeyPublicKey(publicKey)
    else readPublicKey(publicKey)
  } catch (error) {
    const sentence = {
      vi: 'Khóa công khai này không đọc được: cần khóa Ed25519, hoặc passkey ES256 hay EdDSA. Hãy tạo khóa mới rồi ghi lại.',
      en: 'This public key cannot be read: it must be an Ed25519 key, or a passkey of the kind ES256 or EdDSA. Make a new key and enrol that one.',
    }
    throw new AppError('invalid', sentence, { cause: error })
  }
}

function refuseKnownKey(known: PersonKey, person: string): void {
  if (known.person !== person) {
    throw new AppError('conflict', {
      vi: `Khóa ${known.kid} đã là của người khác. Mỗi người phải tạo khóa riêng của mình.`,
      en: `The key ${known.kid} belongs to someone else. Everyone must make a key of their own.`,
    })
  }
  if (known.revokedAt !== null) {
    throw new AppError('conflict', {
      vi: `Khóa ${known.kid} đã bị thu hồi và không dùng lại được. Hãy tạo khóa mới.`,
      en: `The key ${known.kid} was revoked and cannot come back. Make a new key.`,
    })
  }
}

/**
 * Revokes a key: what it signed proves nothing from now on. Refuses (`not_found`) an unknown kid; a key that
 * is revoked already stays as it is.
 */
export async function revokePersonKey(
  db: Db,
  revocation: { kid: string; why: string; now: Instant; by?: string },
): Promise<'revoked' | 'known'> {
  const { kid, why, now } = revocation
  return whole(db, async (tx) => {
    const known = await personKey(tx, kid)
    if (known === undefined) {
      throw unknownKey(kid)
    }
    if (known.revokedAt !== null) return 'known'
    await tx.updateTable('person_key').set({ revoked_at: now }).where('kid', '=', kid).execute()
    const detail = { person: known.person, why }
    await recordDeed(tx, {
      at: now,
      person: revocation.by ?? null,
      what: 'key.revoked',
      subject: kid,
      detail,
    })
    return 'revoked'
  })
}

function unknownKey(kid: string): AppError {
  return new AppError('not_found', {
    vi: `Không có khóa nào mang mã “${kid.slice(0, 80)}”. Hãy xem lại danh sách khóa.`,
    en: `There is no key “${kid.slice(0, 80)}”. Look it up in the list of keys.`,
  })
}

/** The key with this kid, revoked or not; undefined when nobody has it. */
export async function personKey(db: Db, kid: string): Promise<PersonKey | undefined> {
  const row = await keysQuery(db).where('person_key.kid', '=', kid).executeTakeFirst()
  return row && keyOf(row)
}

/** All keys, revoked ones too, in the order they were enrolled. */
export async function personKeys(db: Db): Promise<PersonKey[]> {
  const rows = await keysQuery(db).orderBy('person_key.created_at').orderBy('person_key.kid').execute()
  return rows.map(keyOf)
}

function keysQuery(db: Db) {
  return db
    .selectFrom('person_key')
    .innerJoin('person', 'person.id', 'person_key.person_id')
    .select(['person_key.kid', 'person_key.person_id', 'person_key.public_key'])
    .select(['person_key.created_at', 'person_key.revoked_at'])
    .select(['person_key.suspended_at', 'person_key.enrolling_by'])
    .select(['person.name', 'person.role', 'person.training'])
}

type KeyRow = Awaited<ReturnType<ReturnType<typeof keysQuery>['executeTakeFirstOrThrow']>>

function keyOf(row: KeyRow): PersonKey {
  return {
    kid: row.kid,
    person: row.person_id,
    name: row.name,
    role: row.role as Role,
    training: row.training === 1,
    publicKey: row.public_key,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
    suspendedAt: row.suspended_at,
    enrollingBy: row.enrolling_by,
  }
}

/**
 * Suspends every key of a person that is in force: somebody else had a hand in how this person signs in. What they
 * signed before stands; nothing new is taken. In the caller's transaction.
 */
export async function suspendKeysOf(
  tx: Db,
  suspension: { person: string; why: string; now: Instant; by: string | null },
): Promise<void> {
  const { person, why, now, by } = suspension
  const keys = (await personKeys(tx)).filter((key) => key.person === person && key.revokedAt === null)
  for (const { kid } of keys) {
    await tx
      .updateTable('person_key')
      .set({ suspended_at: now, enrolling_by: null })
      .where('kid', '=', kid)
      .execute()
    await recordDeed(tx, {
      at: now,
      person: by,
      what: 'key.suspended',
      subject: kid,
      detail: { person, why },
    })
  }
}

/**
 * One of the two words it takes to enrol a suspended key again: the first is noted (`waiting`), the second of another
 * person lifts the suspension (`enrolled`). At least one of the two is an admin, neither is its owner, and both are of
 * the owner's side (real work, exercises). Since the suspension neither let the other in, and nobody reset the password
 * or codes of either: one who did could speak twice. A first word whose speaker was suspended, reset or lost the role
 * meanwhile counts no more. Refuses (`not_found`) an unknown kid, (`conflict`) one that is not suspended,
 * (`forbidden`) whoever may not say it.
 */
export async function enrolKeyAgain(
  db: Db,
  word: { kid: string; by: string; now: Instant },
): Promise<'waiting' | 'enrolled'> {
  const { kid, by, now } = word
  return whole(db, async (tx) => {
    const key = await personKey(tx, kid)
    if (key === undefined) throw unknownKey(kid)
    if (key.suspendedAt === null || key.revokedAt !== null) {
      throw new AppError('conflict', {
        vi: `Khóa ${kid} không bị tạm dừng, nên không cần ghi nhận lại.`,
        en: `The key ${kid} is not suspended, so there is nothing to enrol again.`,
      })
    }
    const speaker = await personById(tx, by)
    refuseSuspended(speaker)
    if (speaker.id === key.person || !mayCount(speaker) || speaker.training !== key.training)
      throw notForThem(speaker.name)
    const since = key.suspendedAt
    if (await wasReset(tx, by, since)) throw notSince(speaker.name)
    const first = await firstWord(tx, key, since)
    if (first === undefined || first.id === by) {
      await tx.updateTable('person_key').set({ enrolling_by: by }).where('kid', '=', kid).execute()
      await recordDeed(tx, {
        at: now,
        person: by,
        what: 'key.enrolment-asked',
        subject: kid,
        detail: { person: key.person },
      })
      return 'waiting'
    }
    if (first.role !== 'admin' && speaker.role !== 'admin') throw notForThem(speaker.name)
    if ((await madeBy(tx, by, first.id, since)) || (await madeBy(tx, first.id, by, since)))
      throw notSince(speaker.name)
    await tx
      .updateTable('person_key')
      .set({ suspended_at: null, enrolling_by: null })
      .where('kid', '=', kid)
      .execute()
    const detail = { person: key.person, first: first.id, second: by }
    await recordDeed(tx, { at: now, person: by, what: 'key.enrolled-again', subject: kid, detail })
    return 'enrolled'
  })
}

function mayCount({ role, suspendedAt }: Person): boolean {
  return (role === 'admin' || role === 'approver') && suspendedAt === null
}

/** Who said the first of the two words for a suspended key, as long as it counts: see `enrolKeyAgain`. */
export async function firstWordFor(db: Db, key: PersonKey): Promise<Person | undefined> {
  return key.suspendedAt === null ? undefined : firstWord(db, key, key.suspendedAt)
}

async function firstWord(tx: Db, { enrollingBy }: PersonKey, since: Instant): Promise<Person | undefined> {
  if (enrollingBy === null) return undefined
  const first = await personById(tx, enrollingBy)
  return mayCount(first) && !(await wasReset(tx, first.id, since)) ? first : undefined
}

function wasReset(tx: Db, person: string, since: Instant): Promise<boolean> {
  return anyDeed(tx, { subject: person, whats: ['password.reset', 'codes.reset'], since })
}

/** Whether `maker` had a hand in that the person may speak at all. */
function madeBy(tx: Db, person: string, maker: string, since: Instant): Promise<boolean> {
  const whats = ['person.added', 'person.invited', 'person.role-changed']
  return anyDeed(tx, { subject: person, by: maker, whats, since })
}

function notSince(name: string): AppError {
  return new AppError('forbidden', {
    vi: `“${name}” không ghi nhận lại khóa này được: từ khi khóa bị tạm dừng, người này được chính người kia đưa vào, hoặc có mật khẩu hay mã được đặt lại. Hãy nhờ một người khác.`,
    en: `“${name}” cannot enrol this key again: since it was suspended one of the two let the other in, or this person’s password or codes were reset. Ask somebody else.`,
  })
}

function notForThem(name: string): AppError {
  return new AppError('forbidden', {
    vi: `“${name}” không ghi nhận lại khóa này được: cần hai người khác chủ khóa, là quản trị hoặc phê duyệt, trong đó ít nhất một quản trị.`,
    en: `“${name}” cannot enrol this key again: it takes two people other than its owner, admins or approvers, at least one of them an admin.`,
  })
}

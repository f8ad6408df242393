/** People, their keys and their deeds in the database. */
import { AppError } from '../base/errors.ts'
import { cleanText } from '../base/text.ts'
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import { kidOf, readPublicKey } from '../wire/envelope.ts'

const roles = ['admin', 'editor', 'approver', 'operator', 'auditor'] as const

/** Quản trị, biên tập, phê duyệt, cán bộ xã, kiểm tra. */
export type Role = (typeof roles)[number]

export type Person = { id: string; name: string; role: Role; training: boolean; createdAt: Instant }

/** A person's public signing key: Ed25519, SPKI DER in base64url. */
export type PersonKey = {
  kid: string
  person: string
  name: string
  role: Role
  training: boolean
  publicKey: string
  createdAt: Instant
  revokedAt: Instant | null
}

/** An identifier may also stand in a signed message: see `id` in wire/messages.ts. */
const personIdPattern = /^[a-z0-9.-]{1,64}$/
const nameCharactersMax = 120

/**
 * Adds a person. Refuses (`invalid`) an identifier that is not 1–64 of a-z, 0-9, dot and hyphen, an empty or
 * overlong name and an unknown role; refuses (`conflict`) an identifier that is taken.
 */
export async function addPerson(
  db: Db,
  person: { id: string; name: string; role: Role; training: boolean; now: Instant; by?: string },
): Promise<Person> {
  const { id, role, training, now } = person
  const name = cleanText(person.name).trim()
  checkPerson(id, name, role)
  return whole(db, async (tx) => {
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('person')
      .values({ id, name, role, training: training ? 1 : 0, created_at: now })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirstOrThrow()
    if (numInsertedOrUpdatedRows !== 1n) {
      throw new AppError('conflict', {
        vi: `Đã có người mang mã “${id}”. Hãy chọn mã khác.`,
        en: `There is already a person with the id “${id}”. Choose another one.`,
      })
    }
    await recordDeed(tx, {
      at: now,
      person: person.by ?? null,
      what: 'person.added',
      subject: id,
      detail: { name, role, training },
    })
    return { id, name, role, training, createdAt: now }
  })
}

function checkPerson(id: string, name: string, role: string): void {
  if (!personIdPattern.test(id)) {
    throw new AppError('invalid', {
      vi: `Mã người dùng “${id.slice(0, 80)}” không hợp lệ. Hãy dùng từ 1 đến 64 ký tự: a–z không dấu, số, dấu chấm, gạch nối.`,
      en: `The person id “${id.slice(0, 80)}” is not valid. Use 1 to 64 characters: a–z, digits, dot and hyphen.`,
    })
  }
  if (name === '' || name.length > nameCharactersMax) {
    throw new AppError('invalid', {
      vi: `Tên của “${id}” phải có từ 1 đến ${nameCharactersMax} ký tự. Hãy ghi lại họ tên.`,
      en: `The name of “${id}” must have 1 to ${nameCharactersMax} characters. Give the full name again.`,
    })
  }
  if (!(roles as readonly string[]).includes(role)) {
    throw new AppError('invalid', {
      vi: `Không có vai trò “${role.slice(0, 40)}”. Các vai trò: ${roles.join(', ')}.`,
      en: `There is no role “${role.slice(0, 40)}”. The roles are: ${roles.join(', ')}.`,
    })
  }
}

/** The person with this identifier; refuses (`not_found`) when there is none. */
export async function personById(db: Db, id: string): Promise<Person> {
  const row = await db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) {
    throw new AppError('not_found', {
      vi: `Không có ai mang mã “${id.slice(0, 80)}”. Hãy xem lại danh sách người dùng.`,
      en: `Nobody has the id “${id.slice(0, 80)}”. Look it up in the list of people.`,
    })
  }
  return personOf(row)
}

/** Everyone, ordered by identifier. */
export async function people(db: Db): Promise<Person[]> {
  const rows = await db.selectFrom('person').selectAll().orderBy('id').execute()
  return rows.map(personOf)
}

/**
 * Keeps what was done: `what` is `<thing>.<verb in the past>`, `subject` names the thing, `person` is null
 * for the system itself. Call it in the transaction that does the deed.
 */
export async function recordDeed(
  db: Db,
  deed: { at: Instant; person: string | null; what: string; subject: string; detail?: object },
): Promise<void> {
  await db
    .insertInto('deed')
    .values({
      at: deed.at,
      person_id: deed.person,
      what: deed.what,
      subject: deed.subject,
      detail: JSON.stringify(deed.detail ?? {}),
    })
    .execute()
}

/** The newest deeds about a subject (or about anything), newest first; at most `limit` (default 200, never above 1,000). */
export async function deedsOf(
  db: Db,
  wanted: { subject?: string; limit?: number } = {},
): Promise<{ at: Instant; person: string | null; what: string; subject: string; detail: unknown }[]> {
  let query = db.selectFrom('deed').selectAll().orderBy('id', 'desc')
  if (wanted.subject !== undefined) query = query.where('subject', '=', wanted.subject)
  const rows = await query.limit(Math.min(wanted.limit ?? 200, 1000)).execute()
  return rows.map(({ at, person_id, what, subject, detail }) => {
    return { at, person: person_id, what, subject, detail: JSON.parse(detail) as unknown }
  })
}

/**
 * Enrols a person's public key and gives its kid. The same key of the same person again changes nothing.
 * Refuses what is no Ed25519 key (`invalid`), a key that is another person's or was revoked (`conflict`).
 */
export async function addPersonKey(
  db: Db,
  key: { person: string; publicKey: string; now: Instant; by?: string },
): Promise<string> {
  checkPublicKey(key.publicKey)
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
      })
      .execute()
    const detail = { person: key.person }
    await recordDeed(tx, { at: key.now, person: key.by ?? null, what: 'key.added', subject: kid, detail })
    return kid
  })
}

function checkPublicKey(publicKey: string): void {
  try {
    readPublicKey(publicKey)
  } catch (error) {
    const sentence = {
      vi: 'Khóa công khai này không đọc được: cần khóa Ed25519. Hãy tạo khóa mới rồi ghi lại.',
      en: 'This public key cannot be read: it must be an Ed25519 key. Make a new key and enrol that one.',
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
      throw new AppError('not_found', {
        vi: `Không có khóa nào mang mã “${kid.slice(0, 80)}”. Hãy xem lại danh sách khóa.`,
        en: `There is no key “${kid.slice(0, 80)}”. Look it up in the list of keys.`,
      })
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
  }
}

function personOf(row: {
  id: string
  name: string
  role: string
  training: number
  created_at: string
}): Person {
  const { id, name, role, training, created_at } = row
  return { id, name, role: role as Role, training: training === 1, createdAt: created_at }
}

/** In the caller's transaction when there is one, else in one of its own. */
function whole<T>(db: Db, work: (tx: Db) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work)
}

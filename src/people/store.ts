/** People in the database. */
import { AppError } from '../base/errors.ts'
import { cleanText } from '../base/text.ts'
import type { Instant } from '../base/time.ts'
import { type Db, transact } from '../db/index.ts'
import { recordDeed } from './log/store.ts'
import { type Person, type Role, roles } from './types.ts'

/** An identifier may also stand in a signed message: see `id` in wire/messages.ts. */
export const personIdPattern = /^[a-z0-9.-]{1,64}$/
export const nameCharactersMax = 120

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
    return { id, name, role, training, createdAt: now, suspendedAt: null }
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

/** Writes a person's role; what must be asked before is asked in accounts/steering.ts. */
export async function keepRole(tx: Db, id: string, role: Role): Promise<void> {
  await tx.updateTable('person').set({ role }).where('id', '=', id).execute()
}

/** Writes since when a person is suspended; null = not. */
export async function keepSuspension(tx: Db, id: string, since: Instant | null): Promise<void> {
  await tx.updateTable('person').set({ suspended_at: since }).where('id', '=', id).execute()
}

function personOf(row: {
  id: string
  name: string
  role: string
  training: number
  created_at: string
  suspended_at: string | null
}): Person {
  const { id, name, role, training, created_at, suspended_at } = row
  return {
    id,
    name,
    role: role as Role,
    training: training === 1,
    createdAt: created_at,
    suspendedAt: suspended_at,
  }
}

/** In the caller's transaction when there is one, else in one of its own. */
export function whole<T>(db: Db, work: (tx: Db) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : transact(db, work)
}

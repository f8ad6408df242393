/** Letting people in: the first admin, invitations, and the one-time links with which each sets a password of their own. */
import { AppError } from '../../base/errors.ts'
import type { Instant } from '../../base/time.ts'
import { type Database, type Db, transact } from '../../db/index.ts'
import { hashPassword, passwordFault } from '../auth/password.ts'
import { recordDeed } from '../log/store.ts'
import { addPerson, people, personById, whole } from '../store.ts'
import type { Person } from '../types.ts'
import { checkSteering } from './may-steer.ts'
import {
  accountsOf,
  anyAccount,
  bar,
  dropSessions,
  dropSteps,
  keepLink,
  keepPassword,
  type LinkKind,
  linkOf,
  useLink,
} from './store.ts'

/** What a link opens: setting a password for `person`, or becoming the first admin when that is null. */
export type OpenLink = { kind: LinkKind; person: Person | null }

/**
 * The secret of a link for the first admin, good for an hour; undefined once anybody has an account, or there is an admin
 * to be invited (`adminToInvite`): nobody else becomes one then. Earlier ones end.
 */
export async function firstAdminLink(db: Db, now: Instant): Promise<string | undefined> {
  return whole(db, async (tx) => {
    if ((await anyAccount(tx)) || (await adminToInvite(tx)) !== undefined) return undefined
    return keepLink(tx, { kind: 'first-admin', person: null, by: null, now })
  })
}

/** While nobody has an account: an admin who was added by command and only needs a link; undefined when there is none. */
export async function adminToInvite(db: Db): Promise<Person | undefined> {
  if (await anyAccount(db)) return undefined
  const admins = (await people(db)).filter(
    ({ role, suspendedAt }) => role === 'admin' && suspendedAt === null,
  )
  // Whoever exists for exercises only does not run the real work.
  return admins.find(({ training }) => !training)
}

/**
 * Invites a person who has no account yet and gives the secret of the link, good for 72 hours; an earlier invitation
 * ends. Refuses (`not_found`) an unknown person, (`conflict`) one who has an account, or is suspended, and whoever
 * `checkSteering` refuses.
 */
export async function invite(
  db: Db,
  invitation: { person: string; by: string | null; now: Instant },
): Promise<string> {
  const { by, now } = invitation
  return whole(db, async (tx) => {
    const person = await personById(tx, invitation.person)
    await checkSteering(tx, person, by)
    if ((await accountsOf(tx)).has(person.id)) {
      throw new AppError('conflict', {
        vi: `“${person.name}” đã có tài khoản. Nếu quên mật khẩu, hãy đặt lại mật khẩu.`,
        en: `“${person.name}” has an account already. If the password is forgotten, reset it.`,
      })
    }
    refuseSuspended(person)
    const secret = await keepLink(tx, { kind: 'invitation', person: person.id, by, now })
    const detail = { role: person.role }
    await recordDeed(tx, { at: now, person: by, what: 'person.invited', subject: person.id, detail })
    return secret
  })
}

/**
 * What the secret of a link opens. Refuses (`not_found`) one that is wrong, used or too old, or whose maker may make none
 * any more, all with one sentence.
 */
export async function openLink(db: Db, secret: string, now: Instant): Promise<OpenLink> {
  const link = await linkOf(db, secret, now)
  if (link === undefined || (link.kind === 'first-admin' && (await anyAccount(db)))) throw deadLink()
  if (link.by !== null && (await personById(db, link.by)).suspendedAt !== null) throw deadLink()
  return { kind: link.kind, person: link.person === null ? null : await personById(db, link.person) }
}

/**
 * Uses the link up: the person (for the first admin: of the id and name given, for exercises only if that is said) has this password from now on, and the
 * sessions begun with another one end. Refuses what `openLink` refuses, a password that does not fit (`invalid`), a
 * person who was suspended meanwhile (`conflict`), and an id or name that cannot be (`invalid`, `conflict`).
 */
export async function acceptLink(
  database: Database,
  acceptance: {
    secret: string
    password: string
    id?: string
    name?: string
    training?: boolean
    now: Instant
  },
): Promise<Person> {
  const { secret, password, now } = acceptance
  const link = await openLink(database, secret, now)
  const { id = '', name = '', training = false } = acceptance
  const fault = passwordFault(password, link.person ?? { id, name })
  if (fault !== undefined) throw new AppError('invalid', fault)
  const hash = await hashPassword(password)
  return transact(database, async (tx) => {
    if (!(await useLink(tx, secret, now))) throw deadLink()
    if (link.person === null && (await anyAccount(tx))) throw deadLink()
    const person =
      link.person === null
        ? await addPerson(tx, { id, name, role: 'admin', training, now })
        : await personById(tx, link.person.id)
    refuseSuspended(person)
    await keepPassword(tx, { person, hash, now })
    await bar(tx, person.id, false)
    await dropSessions(tx, person.id)
    await dropSteps(tx, person.id)
    const detail = { link: link.kind }
    await recordDeed(tx, { at: now, person: person.id, what: 'password.chosen', subject: person.id, detail })
    return person
  })
}

function refuseSuspended(person: Person): void {
  if (person.suspendedAt === null) return
  throw new AppError('conflict', {
    vi: `“${person.name}” đang bị tạm dừng. Một quản trị phải cho làm việc lại trước.`,
    en: `“${person.name}” is suspended. An admin must restore them first.`,
  })
}

function deadLink(): AppError {
  return new AppError('not_found', {
    vi: 'Đường dẫn này không dùng được: sai, đã dùng rồi, hoặc quá hạn. Hãy xin quản trị một đường dẫn mới.',
    en: 'This link does not work: it is wrong, was used already, or is too old. Ask an admin for a new one.',
  })
}

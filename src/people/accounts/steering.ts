/**
 * What admins do about people: roles, units, suspensions, resets, sessions. Each takes effect at the person's next request,
 * and each refuses what `checkSteering` refuses.
 */
import { dayOf } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import { newSecret } from '../../base/ids.ts'
import type { Instant } from '../../base/time.ts'
import { type Database, type Db, transact } from '../../db/index.ts'
import { hashPassword, isPassword, passwordFault } from '../auth/password.ts'
import { countTry, takeTryBack } from '../auth/store.ts'
import { suspendKeysOf } from '../keys/store.ts'
import { recordDeed } from '../log/store.ts'
import { keepRole, keepSuspension, people, personById, whole } from '../store.ts'
import { type BoundUnit, type Person, type Role, roles } from '../types.ts'
import { boundUnits, keepUnits } from '../units/store.ts'
import { checkSteering } from './may-steer.ts'
import {
  accountsOf,
  bar,
  dropCodes,
  dropSessions,
  dropSteps,
  endLinksBy,
  keepLink,
  keepPassword,
  passwordOf,
} from './store.ts'

type Steering = { person: string; by: string | null; now: Instant }

/**
 * Gives a person another role; the signing keys of who was approver are suspended. Refuses (`invalid`) an unknown role, (`forbidden`) one's own, and (`conflict`) to leave
 * the hub without an admin who can sign in.
 */
export async function changeRole(db: Db, change: Steering & { role: Role }): Promise<void> {
  const { role, by, now } = change
  await whole(db, async (tx) => {
    const person = await personById(tx, change.person)
    await checkSteering(tx, person, by)
    if (!roles.includes(role)) {
      throw new AppError('invalid', {
        vi: `Không có vai trò “${role.slice(0, 40)}”. Các vai trò: ${roles.join(', ')}.`,
        en: `There is no role “${role.slice(0, 40)}”. The roles are: ${roles.join(', ')}.`,
      })
    }
    if (person.role === role) return
    refuseOneself(person, by)
    if (person.role === 'admin') await refuseLastAdmin(tx, person)
    await keepRole(tx, person.id, role)
    // What an admin opened for others does not outlive the role.
    const links = person.role === 'admin' ? await endLinksBy(tx, person.id, now) : 0
    const detail = { before: { role: person.role }, after: { role }, ...(links > 0 ? { links } : {}) }
    await recordDeed(tx, { at: now, person: by, what: 'person.role-changed', subject: person.id, detail })
    // Whoever gives the role back gives no key back with it.
    if (person.role === 'approver') await suspendKeysOf(tx, { person: person.id, why: 'role', now, by })
  })
}

/** Binds an operator to exactly these units from today on. Whether there are such units is the caller's to ask. */
export async function setUnits(db: Db, change: Steering & { units: readonly BoundUnit[] }): Promise<void> {
  const { units, by, now } = change
  await whole(db, async (tx) => {
    const person = await personById(tx, change.person)
    await checkSteering(tx, person, by)
    const today = dayOf(now)
    const before = await boundUnits(tx, person.id, today)
    await keepUnits(tx, person.id, units, today)
    const after = await boundUnits(tx, person.id, today)
    if (JSON.stringify(before) === JSON.stringify(after)) return
    const detail = { before: before.map(unitText), after: after.map(unitText) }
    await recordDeed(tx, { at: now, person: by, what: 'person.units-set', subject: person.id, detail })
  })
}

function unitText({ code, validFrom }: BoundUnit): string {
  return `${code}@${validFrom}`
}

/**
 * Stops a person at once: their sessions and the links they made end, they sign in no more and sign nothing; their signing
 * keys are suspended. Refuses like `changeRole`.
 */
export async function suspend(db: Db, change: Steering): Promise<void> {
  const { by, now } = change
  await whole(db, async (tx) => {
    const person = await personById(tx, change.person)
    await checkSteering(tx, person, by)
    if (person.suspendedAt !== null) return
    refuseOneself(person, by)
    if (person.role === 'admin') await refuseLastAdmin(tx, person)
    await keepSuspension(tx, person.id, now)
    await bar(tx, person.id, true)
    const sessions = await dropSessions(tx, person.id)
    await dropSteps(tx, person.id)
    const detail = { sessions, links: await endLinksBy(tx, person.id, now) }
    await recordDeed(tx, { at: now, person: by, what: 'person.suspended', subject: person.id, detail })
    await suspendKeysOf(tx, { person: person.id, why: 'suspended', now, by })
  })
}

/** Lets a suspended person work again, with the password and codes they had; their keys two people enrol again. Refuses (`forbidden`) oneself. */
export async function restore(db: Db, change: Steering): Promise<void> {
  const { by, now } = change
  await whole(db, async (tx) => {
    const person = await personById(tx, change.person)
    await checkSteering(tx, person, by)
    if (person.suspendedAt === null) return
    refuseOneself(person, by)
    await keepSuspension(tx, person.id, null)
    await bar(tx, person.id, false)
    const detail = { since: person.suspendedAt }
    await recordDeed(tx, { at: now, person: by, what: 'person.restored', subject: person.id, detail })
  })
}

/**
 * Takes a person's password away and gives the secret of the link (72 hours) with which they choose another. Their
 * sessions end and their signing keys are suspended. Refuses (`conflict`) a person without an account, (`forbidden`) oneself.
 */
export async function resetPassword(database: Database, change: Steering): Promise<string> {
  const { by, now } = change
  // Nobody knows it; and a sign-in takes as long as with a password that somebody knows.
  const hash = await hashPassword(newSecret())
  return transact(database, async (tx) => {
    const person = await withAccount(tx, change.person)
    await checkSteering(tx, person, by)
    refuseOneself(person, by)
    await keepPassword(tx, { person, hash, now, reset: true })
    await closeAfterReset(tx, person, { by, now, what: 'password.reset', why: 'password' })
    return keepLink(tx, { kind: 'new-password', person: person.id, by, now })
  })
}

/** Takes a person's codes away, so that they set them up anew at the next sign-in; with the same effects and refusals. */
export async function resetCodes(db: Db, change: Steering): Promise<void> {
  const { by, now } = change
  await whole(db, async (tx) => {
    const person = await withAccount(tx, change.person)
    await checkSteering(tx, person, by)
    refuseOneself(person, by)
    await dropCodes(tx, person.id)
    await closeAfterReset(tx, person, { by, now, what: 'codes.reset', why: 'codes' })
  })
}

async function closeAfterReset(
  tx: Db,
  person: Person,
  reset: { by: string | null; now: Instant; what: string; why: string },
): Promise<void> {
  const { by, now, what, why } = reset
  const sessions = await dropSessions(tx, person.id)
  await dropSteps(tx, person.id)
  await recordDeed(tx, { at: now, person: by, what, subject: person.id, detail: { sessions } })
  await suspendKeysOf(tx, { person: person.id, why, now, by })
}

/** Ends one session of a person, or all of them (one's own, whoever one is); says how many there were. */
export async function endSessions(db: Db, change: Steering & { session?: string }): Promise<number> {
  const { by, now, session } = change
  return whole(db, async (tx) => {
    const person = await personById(tx, change.person)
    if (by !== person.id) await checkSteering(tx, person, by)
    const ended = await dropSessions(tx, person.id, session === undefined ? {} : { only: session })
    const detail = { sessions: ended }
    if (ended > 0)
      await recordDeed(tx, { at: now, person: by, what: 'session.ended', subject: person.id, detail })
    return ended
  })
}

/**
 * Changes one's own password; the other sessions end. Refuses (`forbidden`) a wrong present password, ten of which lock
 * the name as at the gate (or what `countedAs` says, see `Gate`), and (`invalid`) a new one that does not fit.
 */
export async function changePassword(
  database: Database,
  change: {
    person: string
    session: string
    present: string
    next: string
    countedAs?: string
    now: Instant
  },
): Promise<void> {
  const person = await withAccount(database, change.person)
  const { countedAs = person.id } = change
  const tried = await transact(database, (tx) => countTry(tx, countedAs, change.now))
  if (!tried.within) throw wrongPassword()
  const kept = (await passwordOf(database, person.id)) ?? ''
  if (!(await isPassword(change.present, kept))) throw wrongPassword()
  await takeTryBack(database, countedAs)
  const fault = passwordFault(change.next, person)
  if (fault !== undefined) throw new AppError('invalid', fault)
  const hash = await hashPassword(change.next)
  await transact(database, async (tx) => {
    await keepPassword(tx, { person, hash, now: change.now })
    const sessions = await dropSessions(tx, person.id, { except: change.session })
    await dropSteps(tx, person.id)
    const detail = { sessions }
    await recordDeed(tx, {
      at: change.now,
      person: person.id,
      what: 'password.changed',
      subject: person.id,
      detail,
    })
  })
}

function wrongPassword(): AppError {
  return new AppError('forbidden', {
    vi: 'Mật khẩu hiện nay không đúng. Sai mười lần thì phải chờ mười lăm phút.',
    en: 'The present password is not right. After ten wrong ones it takes fifteen minutes until the next try.',
  })
}

async function withAccount(db: Db, id: string): Promise<Person> {
  const person = await personById(db, id)
  if ((await accountsOf(db)).has(person.id)) return person
  throw new AppError('conflict', {
    vi: `“${person.name}” chưa có tài khoản. Hãy gửi lời mời.`,
    en: `“${person.name}” has no account yet. Invite them.`,
  })
}

function refuseOneself(person: Person, by: string | null): void {
  if (person.id !== by) return
  throw new AppError('forbidden', {
    vi: 'Không ai tự làm việc này cho mình được. Hãy nhờ một quản trị khác.',
    en: 'Nobody can do this to themselves. Ask another admin.',
  })
}

async function refuseLastAdmin(db: Db, person: Person): Promise<void> {
  const accounts = await accountsOf(db)
  const others = (await people(db)).filter(
    ({ id, role, suspendedAt }) =>
      role === 'admin' && suspendedAt === null && id !== person.id && accounts.has(id),
  )
  // Without an account they never could sign in, so nothing is lost with them.
  if (others.length > 0 || !accounts.has(person.id)) return
  throw new AppError('conflict', {
    vi: `“${person.name}” là quản trị duy nhất còn vào được. Hãy mời một quản trị khác trước.`,
    en: `“${person.name}” is the only admin who can still sign in. Invite another admin first.`,
  })
}

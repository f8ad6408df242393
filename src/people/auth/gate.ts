/** The gate: who is there, signing in with a password and a code, and signing out. */
import { dayOf } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import { sha256 } from '../../base/hash.ts'
import {
  type Clock,
  fromMilliseconds,
  type Instant,
  millisecondsBetween,
  systemClock,
} from '../../base/time.ts'
import { type Database, transact } from '../../db/index.ts'
import { anyAccount, dropSessions, dropSteps, passwordOf } from '../accounts/store.ts'
import { recordDeed } from '../log/store.ts'
import { people, personById, personIdPattern } from '../store.ts'
import { type BoundUnit, type Person, rolesWithCodes } from '../types.ts'
import { boundUnits } from '../units/store.ts'
import { type Answered, type LibraryParts, openLibrary } from './library.ts'
import { readPassword } from './password.ts'
import { countTry, dropSessionOf, forgetFailures, takeTryBack, unprovenSecret, useCode } from './store.ts'
import { codesAddress } from './totp.ts'

/** Somebody who signed in. */
export type Present = {
  person: Person
  session: string
  /** Whether they set up codes. */
  codes: boolean
  /** They may do nothing before they have set up codes. */
  mustSetUpCodes: boolean
  /** The units an operator is bound to today; none for the others. */
  units: readonly BoundUnit[]
}

/** Who asks: the cookies as they came, the network address, what the browser calls itself. */
export type From = { cookies: string; address: string; browser: string }

/**
 * `in`: a session has begun. `code`: the password is right, the code is asked next. `wrong`: name, password or code.
 * `locked`: too often wrong, until then. `busy`: too many from this address, for so many seconds. `late`: the password
 * was given too long ago. `cookies` are for the browser.
 */
export type SigningIn =
  | { state: 'in'; person: string; cookies: string[] }
  | { state: 'code'; cookies: string[] }
  | { state: 'wrong' }
  | { state: 'locked'; until: Instant }
  | { state: 'busy'; seconds: number }
  | { state: 'late' }

export type BeginningCodes = { state: 'begun' } | { state: 'wrong' } | { state: 'locked'; until: Instant }

export interface Gate {
  /** Whether anybody has an account: until then there is nobody to ask for. */
  open(): Promise<boolean>
  /** Who the cookies stand for: read anew from our tables at each request, so what was taken away is gone at once. */
  present(cookies: string): Promise<Present | undefined>
  /** The first step, with a password. Says the same of a wrong password, of nobody's name and of somebody suspended. */
  signIn(typed: { name: string; password: string }, from: From): Promise<SigningIn>
  /** The second step, with a code of the app or one of the backup codes; each is taken once. */
  giveCode(code: string, from: From): Promise<SigningIn>
  /**
   * Begins to set up codes for the person who signed in. A wrong password counts as one at the gate. Refuses
   * (`conflict`) when codes are on already.
   */
  beginCodes(password: string, from: From): Promise<BeginningCodes>
  /** The address for the app of codes that were begun and not proved yet; undefined when there are none. */
  begunCodes(person: string): Promise<{ address: string; secret: string } | undefined>
  /**
   * Proves that the app shows the right codes; from then on they are asked at every sign-in. A wrong code counts as a
   * wrong password at the gate; the same request sent twice has one answer. Refuses (`conflict`) when codes are on already.
   */
  proveCodes(code: string, from: From): Promise<SigningIn>
  /** The backup codes that are left. */
  backupCodes(person: string): Promise<string[]>
  /** Ends the session; the cookies take the browser's away. */
  signOut(present: Present, from: From): Promise<string[]>
}

/** Admins and approvers sign in anew each working day. */
const shortSessionMs = 12 * 3_600_000
/** Set-ups of codes remembered for a request that is sent twice. */
const provingMax = 20
/** The library locks codes by itself for so long after ten misses. */
const codeLockMs = 15 * 60_000

/** Opens the gate on the database. */
export function openGate(parts: LibraryParts & { clock: Clock }): Gate {
  const { database, clock } = parts
  const library = openLibrary(parts)
  const proving = new Map<string, Promise<SigningIn>>()
  let opened = false
  return {
    open: async () => (opened ||= await anyAccount(database)),
    async present(cookies) {
      if (!cookies.includes('session_token')) return undefined
      const session = await library.session(cookies)
      if (session === undefined) return undefined
      const person = await personById(database, session.person)
      if (person.suspendedAt !== null) return undefined
      const strict = rolesWithCodes.includes(person.role)
      // The library dates sessions by the machine's clock.
      const begun = fromMilliseconds(session.begunAt.getTime())
      if (strict && millisecondsBetween(begun, systemClock.now()) > shortSessionMs) {
        await dropSessions(database, person.id, { only: session.id })
        return undefined
      }
      const units =
        person.role === 'operator' ? await boundUnits(database, person.id, dayOf(clock.now())) : []
      return {
        ...{ person, units, session: session.id, codes: session.codes },
        mustSetUpCodes: strict && !session.codes,
      }
    },
    signIn: (typed, from) => firstStep(database, clock, library, typed, from),
    async giveCode(code, from) {
      // Only the first step's cookie counts here, never a session that is still open in this browser.
      const waiting = { ...from, cookies: withoutSession(from.cookies) }
      const bare = code.replaceAll(/\s/g, '')
      const byApp = /^\d{6}$/.test(bare)
      const path = byApp ? '/two-factor/verify-totp' : '/two-factor/verify-backup-code'
      const answered = await library.ask(path, { code: bare }, waiting)
      return secondStep(database, clock, answered, { code: bare, byApp, what: 'session.begun' })
    },
    async beginCodes(password, from) {
      const session = await library.session(from.cookies)
      if (session === undefined) return { state: 'wrong' }
      if (session.codes) throw codesAreOn()
      const body = { password: readPassword(password), method: 'totp' }
      return counted<BeginningCodes>(database, session.person, clock.now(), async () => {
        const { status } = await library.ask('/two-factor/enable', body, from)
        return { state: status === 200 ? 'begun' : 'wrong' }
      })
    },
    async begunCodes(person) {
      const kept = await unprovenSecret(database, person)
      return kept === undefined ? undefined : codesAddress(person, await library.decrypt(kept))
    },
    proveCodes(code, from) {
      const bare = code.replaceAll(/\s/g, '')
      // Sent twice, the browser shows the second answer, and the first one's backup codes would never be seen.
      const request = sha256(`${from.cookies}\n${bare}`)
      const underWay = proving.get(request)
      if (underWay !== undefined) return underWay
      const proved = proveOnce(database, clock, library, bare, from)
      proving.set(request, proved)
      const [oldest] = proving.keys()
      if (proving.size > provingMax && oldest !== undefined) proving.delete(oldest)
      // Right answers stay for the twin that is still on its way in; it holds the very session that this one ended.
      const forget = (): unknown => proving.get(request) === proved && proving.delete(request)
      proved.then(({ state }) => state !== 'in' && forget(), forget)
      return proved
    },
    backupCodes: (person) => library.backupCodes(person),
    async signOut({ person }, from) {
      const { cookies } = await library.ask('/sign-out', {}, from)
      const [at, subject] = [clock.now(), person.id]
      await recordDeed(database, {
        at,
        person: subject,
        what: 'session.ended',
        subject,
        detail: { sessions: 1 },
      })
      return cookies
    },
  }
}

async function firstStep(
  database: Database,
  clock: Clock,
  library: ReturnType<typeof openLibrary>,
  typed: { name: string; password: string },
  from: From,
): Promise<SigningIn> {
  const now = clock.now()
  const name = typed.name.trim().toLowerCase().slice(0, 64)
  // Nobody's id looks like this; the library would say so faster than it says that a password is wrong.
  const username = personIdPattern.test(name) ? name : 'nobody'
  const password = readPassword(typed.password)
  return counted<SigningIn>(database, name, now, async () => {
    const kept = await passwordOf(database, name)
    const answered = await library.ask('/sign-in/username', { username, password }, { ...from, cookies: '' })
    if (answered.status === 429) return { state: 'busy', seconds: 60 }
    if (answered.status !== 200 || username !== name) return { state: 'wrong' }
    const { cookies } = answered
    if ((await passwordOf(database, name)) !== kept) {
      // Changed or reset while this one was being looked at: what it opened is shut before anybody has it.
      await dropSessionOf(database, String(saidIn(answered.body, 'token')))
      await dropSteps(database, name)
      return { state: 'wrong' }
    }
    if (saidIn(answered.body, 'twoFactorRedirect') === true) return { state: 'code', cookies }
    await forgetFailures(database, name)
    await recordDeed(database, { at: now, person: name, what: 'session.begun', subject: name })
    return { state: 'in', person: name, cookies }
  })
}

/** Makes a try that is counted before it is made, and counts no more unless it was wrong. */
async function counted<T extends { state: string }>(
  database: Database,
  name: string,
  now: Instant,
  make: () => Promise<T>,
): Promise<T | { state: 'locked'; until: Instant }> {
  const tried = await transact(database, (tx) => countTry(tx, name, now))
  const { until } = tried
  if (!tried.within) return { state: 'locked', until }
  let wrong = false
  try {
    const made = await make()
    wrong = made.state === 'wrong'
    if (!wrong || !tried.last) return made
  } finally {
    if (!wrong) await takeTryBack(database, name)
  }
  await recordLock(database, name, now, until)
  return { state: 'locked', until }
}

/** The first code of the app, in the session in which they are set up. */
async function proveOnce(
  database: Database,
  clock: Clock,
  library: ReturnType<typeof openLibrary>,
  code: string,
  from: From,
): Promise<SigningIn> {
  const session = await library.session(from.cookies)
  if (session === undefined) return { state: 'late' }
  if (session.codes) throw codesAreOn()
  return counted<SigningIn>(database, session.person, clock.now(), async () => {
    const answered = await library.ask('/two-factor/verify-totp', { code }, from)
    return secondStep(database, clock, answered, { code, byApp: true, what: 'codes.set-up' })
  })
}

function codesAreOn(): AppError {
  return new AppError('conflict', {
    vi: 'Mã hai bước đã bật rồi. Muốn có mã dự phòng mới hay đổi điện thoại, hãy nhờ một quản trị đặt lại mã.',
    en: 'Codes are on already. For new backup codes or another phone, ask an admin to reset your codes.',
  })
}

async function recordLock(database: Database, name: string, now: Instant, until: Instant): Promise<void> {
  await transact(database, async (tx) => {
    // What was typed may be a password in the wrong field: only ids of people go into the log.
    const known = (await people(tx)).some(({ id }) => id === name)
    const subject = known ? name : 'nobody'
    await recordDeed(tx, { at: now, person: null, what: 'sign-in.locked', subject, detail: { until } })
  })
}

async function secondStep(
  database: Database,
  clock: Clock,
  answered: Answered,
  given: { code: string; byApp: boolean; what: string },
): Promise<SigningIn> {
  const now = clock.now()
  if (answered.status !== 200) return refusedCode(answered, now)
  const token = String(saidIn(answered.body, 'token'))
  const person = String(saidIn(saidIn(answered.body, 'user'), 'id'))
  return transact(database, async (tx) => {
    const at = now
    const subject = person
    if (given.byApp && !(await useCode(tx, person, given.code, now))) {
      // Somebody looked over a shoulder, or a request was sent twice: the session just begun ends unseen.
      await dropSessionOf(tx, token)
      await recordDeed(tx, { at, person: null, what: 'code.replayed', subject })
      return { state: 'wrong' }
    }
    await forgetFailures(tx, person)
    const detail = given.byApp ? {} : { with: 'backup code' }
    await recordDeed(tx, { at, person, what: given.what, subject, detail })
    return { state: 'in', person, cookies: answered.cookies }
  })
}

function refusedCode({ status, body }: Answered, now: Instant): SigningIn {
  const code = String(saidIn(body, 'code'))
  if (code === 'ACCOUNT_TEMPORARILY_LOCKED') {
    return { state: 'locked', until: fromMilliseconds(Date.parse(now) + codeLockMs) }
  }
  if (status === 429) return { state: 'busy', seconds: 60 }
  if (code === 'INVALID_TWO_FACTOR_COOKIE' || code === 'TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE')
    return { state: 'late' }
  return { state: 'wrong' }
}

function saidIn(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined
}

function withoutSession(cookies: string): string {
  return cookies
    .split('; ')
    .filter((cookie) => !cookie.includes('session_token='))
    .join('; ')
}

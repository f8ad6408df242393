/** The gate: who is there, signing in with a password and a code, and signing out. */
import { dayOf } from '../../base/calendar.ts'
import {
  type Clock,
  fromMilliseconds,
  type Instant,
  millisecondsBetween,
  systemClock,
} from '../../base/time.ts'
import { type Database, transact } from '../../db/index.ts'
import { anyAccount, dropSessions } from '../accounts/store.ts'
import { recordDeed } from '../log/store.ts'
import { people, personById, personIdPattern } from '../store.ts'
import { type BoundUnit, type Person, rolesWithCodes } from '../types.ts'
import { boundUnits } from '../units/store.ts'
import { type Answered, type LibraryParts, openLibrary } from './library.ts'
import { readPassword } from './password.ts'
import { countFailure, dropSessionOf, forgetFailures, lockedUntil, unprovenSecret, useCode } from './store.ts'
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

export interface Gate {
  /** Whether anybody has an account: until then there is nobody to ask for. */
  open(): Promise<boolean>
  /** Who the cookies stand for: read anew from our tables at each request, so what was taken away is gone at once. */
  present(cookies: string): Promise<Present | undefined>
  /** The first step, with a password. Says the same of a wrong password, of nobody's name and of somebody suspended. */
  signIn(typed: { name: string; password: string }, from: From): Promise<SigningIn>
  /** The second step, with a code of the app or one of the backup codes; each is taken once. */
  giveCode(code: string, from: From): Promise<SigningIn>
  /** Begins to set up codes for the person who signed in; false when the password is wrong. */
  beginCodes(password: string, from: From): Promise<boolean>
  /** The address for the app of codes that were begun and not proved yet; undefined when there are none. */
  begunCodes(person: string): Promise<{ address: string; secret: string } | undefined>
  /** Proves that the app shows the right codes; from then on they are asked at every sign-in. */
  proveCodes(code: string, from: From): Promise<SigningIn>
  /** The backup codes that are left. */
  backupCodes(person: string): Promise<string[]>
  /** Ends the session; the cookies take the browser's away. */
  signOut(present: Present, from: From): Promise<string[]>
}

/** Admins and approvers sign in anew each working day. */
const shortSessionMs = 12 * 3_600_000
/** The library locks codes by itself for so long after ten misses. */
const codeLockMs = 15 * 60_000

/** Opens the gate on the database. */
export function openGate(parts: LibraryParts & { clock: Clock }): Gate {
  const { database, clock } = parts
  const library = openLibrary(parts)
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
      const body = { password: readPassword(password), method: 'totp' }
      return (await library.ask('/two-factor/enable', body, from)).status === 200
    },
    async begunCodes(person) {
      const kept = await unprovenSecret(database, person)
      return kept === undefined ? undefined : codesAddress(person, await library.decrypt(kept))
    },
    async proveCodes(code, from) {
      const bare = code.replaceAll(/\s/g, '')
      const answered = await library.ask('/two-factor/verify-totp', { code: bare }, from)
      return secondStep(database, clock, answered, { code: bare, byApp: true, what: 'codes.set-up' })
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
  const until = await lockedUntil(database, name, now)
  if (until !== undefined) return { state: 'locked', until }
  // Nobody's id looks like this; the library would say so faster than it says that a password is wrong.
  const username = personIdPattern.test(name) ? name : 'nobody'
  const password = readPassword(typed.password)
  const answered = await library.ask('/sign-in/username', { username, password }, { ...from, cookies: '' })
  if (answered.status === 429) return { state: 'busy', seconds: 60 }
  if (answered.status !== 200 || username !== name) return failed(database, name, now)
  if (saidIn(answered.body, 'twoFactorRedirect') === true) return { state: 'code', cookies: answered.cookies }
  await forgetFailures(database, name)
  await recordDeed(database, { at: now, person: name, what: 'session.begun', subject: name })
  return { state: 'in', person: name, cookies: answered.cookies }
}

async function failed(database: Database, name: string, now: Instant): Promise<SigningIn> {
  return transact(database, async (tx) => {
    const until = await countFailure(tx, name, now)
    if (until === undefined) return { state: 'wrong' }
    // What was typed may be a password in the wrong field: only ids of people go into the log.
    const known = (await people(tx)).some(({ id }) => id === name)
    const subject = known ? name : 'nobody'
    await recordDeed(tx, { at: now, person: null, what: 'sign-in.locked', subject, detail: { until } })
    return { state: 'locked', until }
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

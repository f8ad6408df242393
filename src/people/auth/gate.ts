/** The gate: who is there, signing in with a password and a code, and signing out. */
import { dayOf } from '../../base/calendar.ts'
import { sha256 } from '../../base/hash.ts'
import {
  type Clock,
  fromMilliseconds,
  type Instant,
  millisecondsBetween,
  systemClock,
} from '../../base/time.ts'
import { anyAccount, dropSessions, dropSteps, passwordOf } from '../accounts/store.ts'
import { recordDeed } from '../log/store.ts'
import { personById, personIdPattern } from '../store.ts'
import { type BoundUnit, type Person, rolesWithCodes } from '../types.ts'
import { boundUnits } from '../units/store.ts'
import {
  codesAreOn,
  type GateDesk,
  proveAgain,
  type ProvingAgain,
  proveOnce,
  renewOnce,
  type Renewing,
  saidIn,
  secondStep,
  triedBy,
} from './codes.ts'
import { knownBrowsers } from './known-browsers.ts'
import { type LibraryParts, openLibrary } from './library.ts'
import { readPassword } from './password.ts'
import { dropSessionOf, forgetFailures, unprovenSecret } from './store.ts'
import { codesAddress } from './totp.ts'
import { counted, type Locked } from './tries.ts'

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

export type BeginningCodes = { state: 'begun' } | { state: 'wrong' } | Locked

export type { ProvingAgain, Renewing } from './codes.ts'

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
  /**
   * Makes new backup codes for whoever is signed in and voids the old, against the password and a code that the app shows
   * now. What is wrong counts as a wrong password at the gate; the same request sent twice has one answer. Refuses
   * (`conflict`) while codes are off.
   */
  renewBackupCodes(typed: { password: string; code: string }, from: From): Promise<Renewing>
  /**
   * Proves anew that whoever is signed in knows the password and holds the app, before what outlives a session that
   * somebody left open. What is wrong counts as a wrong password at the gate. Refuses (`conflict`) while codes are off.
   */
  proveAgain(typed: { password: string; code: string }, from: From): Promise<ProvingAgain>
  /** The cookie with which a browser is known for somebody, who proved by a one-time link who they are. */
  remember(person: string, cookies: string): string
  /** Under what somebody's wrong passwords in an open session count: for `changePassword`. */
  countedAs(person: string, cookies: string): string
  /** The backup codes that are left. */
  backupCodes(person: string): Promise<string[]>
  /** Ends the session; the cookies take the browser's away. */
  signOut(present: Present, from: From): Promise<string[]>
}

/** Admins and approvers sign in anew each working day. */
const shortSessionMs = 12 * 3_600_000
/** Answers remembered for a request that is sent twice. */
const answersMax = 20

/** Opens the gate on the database. */
export function openGate(parts: LibraryParts & { clock: Clock }): Gate {
  const { database, clock } = parts
  const library = openLibrary(parts)
  const known = knownBrowsers({ ...parts, now: () => clock.now() })
  const desk = { database, clock, library, known }
  const [proving, renewing] = [new Map<string, Promise<SigningIn>>(), new Map<string, Promise<Renewing>>()]
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
    signIn: (typed, from) => firstStep(desk, typed, from),
    async giveCode(code, from) {
      // Only the first step's cookie counts here, never a session that is still open in this browser.
      const waiting = { ...from, cookies: withoutSession(from.cookies) }
      const bare = code.replaceAll(/\s/g, '')
      const byApp = /^\d{6}$/.test(bare)
      const path = byApp ? '/two-factor/verify-totp' : '/two-factor/verify-backup-code'
      const answered = await library.ask(path, { code: bare }, waiting)
      return secondStep(desk, answered, { code: bare, byApp, what: 'session.begun', from })
    },
    async beginCodes(password, from) {
      const session = await library.session(from.cookies)
      if (session === undefined) return { state: 'wrong' }
      if (session.codes) throw codesAreOn()
      const body = { password: readPassword(password), method: 'totp' }
      return counted<BeginningCodes>(database, triedBy(desk, session.person, from), async () => {
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
      return onceFor(
        proving,
        request,
        () => proveOnce(desk, bare, from),
        ({ state }) => state === 'in',
      )
    },
    renewBackupCodes({ password, code }, from) {
      const typed = { password, code: code.replaceAll(/\s/g, '') }
      const request = sha256(JSON.stringify([from.cookies, typed]))
      const isDone = ({ state }: Renewing): boolean => state === 'renewed'
      return onceFor(renewing, request, () => renewOnce(desk, typed, from), isDone)
    },
    proveAgain: ({ password, code }, from) =>
      proveAgain(desk, { password, code: code.replaceAll(/\s/g, '') }, from),
    backupCodes: (person) => library.backupCodes(person),
    remember: (person, cookies) => known.remember(person, cookies, clock.now()),
    countedAs: (person, cookies) => known.countedAs(person, cookies),
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
  { database, clock, library, known }: GateDesk,
  typed: { name: string; password: string },
  from: From,
): Promise<SigningIn> {
  const now = clock.now()
  const name = typed.name.trim().toLowerCase().slice(0, 64)
  // Nobody's id looks like this; the library would say so faster than it says that a password is wrong.
  const username = personIdPattern.test(name) ? name : 'nobody'
  const password = readPassword(typed.password)
  const countedAs = known.countedAs(name, from.cookies)
  return counted<SigningIn>(database, { name, countedAs, now }, async () => {
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
    await forgetFailures(database, countedAs)
    await recordDeed(database, { at: now, person: name, what: 'session.begun', subject: name })
    return { state: 'in', person: name, cookies: [...cookies, known.remember(name, from.cookies, now)] }
  })
}

/** One answer for a request that is sent twice. */
function onceFor<T>(
  answers: Map<string, Promise<T>>,
  request: string,
  make: () => Promise<T>,
  isRight: (answer: T) => boolean,
): Promise<T> {
  const underWay = answers.get(request)
  if (underWay !== undefined) return underWay
  const made = make()
  answers.set(request, made)
  const [oldest] = answers.keys()
  if (answers.size > answersMax && oldest !== undefined) answers.delete(oldest)
  // Right answers stay for the twin that is still on its way in; it holds the very session that this one ended.
  const forget = (): unknown => answers.get(request) === made && answers.delete(request)
  made.then((answer) => !isRight(answer) && forget(), forget)
  return made
}

function withoutSession(cookies: string): string {
  return cookies
    .split('; ')
    .filter((cookie) => !cookie.includes('session_token='))
    .join('; ')
}

/** The second step: codes of the app, set up and asked, and the backup codes. */
import { AppError } from '../../base/errors.ts'
import { newSecret } from '../../base/ids.ts'
import { type Clock, fromMilliseconds, type Instant } from '../../base/time.ts'
import { type Database, type Db, transact } from '../../db/index.ts'
import { passwordOf } from '../accounts/store.ts'
import { recordDeed } from '../log/store.ts'
import type { From, SigningIn } from './gate.ts'
import type { KnownBrowsers } from './known-browsers.ts'
import type { Answered, Library } from './library.ts'
import { isPassword } from './password.ts'
import { dropSessionOf, forgetFailures, keepBackupCodes, useCode } from './store.ts'
import { counted, type Locked, type Tried } from './tries.ts'

/** What the steps are taken with. */
export type GateDesk = { database: Database; clock: Clock; library: Library; known: KnownBrowsers }

/** The library locks codes by itself for so long after ten misses. */
const codeLockMs = 15 * 60_000

/** The first code of the app, in the session in which they are set up. */
export async function proveOnce(desk: GateDesk, code: string, from: From): Promise<SigningIn> {
  const { library } = desk
  const session = await library.session(from.cookies)
  if (session === undefined) return { state: 'late' }
  if (session.codes) throw codesAreOn()
  return counted<SigningIn>(desk.database, triedBy(desk, session.person, from), async () => {
    const answered = await library.ask('/two-factor/verify-totp', { code }, from)
    return secondStep(desk, answered, { code, byApp: true, what: 'codes.set-up', from })
  })
}

/** What a code led to: the session it began counts only if the code was not used before. */
export async function secondStep(
  { database, clock, known }: GateDesk,
  answered: Answered,
  given: { code: string; byApp: boolean; what: string; from: From },
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
    await forgetFailures(tx, known.countedAs(person, given.from.cookies))
    const detail = given.byApp ? {} : { with: 'backup code' }
    await recordDeed(tx, { at, person, what: given.what, subject, detail })
    const cookies = [...answered.cookies, known.remember(person, given.from.cookies, now)]
    return { state: 'in', person, cookies }
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

type NotProved = { state: 'wrong'; field: 'password' | 'code' } | { state: 'busy' } | Locked

export type Renewing = { state: 'renewed'; codes: string[] } | NotProved

export type ProvingAgain = { state: 'proved' } | NotProved

const backupCodes = 10
const backupCharacters = 10

/** New backup codes for whoever is signed in; the old ones are void. Password and code count as tries at the gate. */
export function renewOnce(
  desk: GateDesk,
  typed: { password: string; code: string },
  from: From,
): Promise<Renewing> {
  const { library } = desk
  return againProved<Renewing>(desk, typed, from, async (person) => {
    const codes = Array.from({ length: backupCodes }, newBackupCode)
    const encrypted = await library.encrypt(JSON.stringify(codes))
    return async (tx, now) => {
      await keepBackupCodes(tx, person, encrypted)
      await recordDeed(tx, { at: now, person, what: 'codes.backup-renewed', subject: person })
      return { state: 'renewed', codes }
    }
  })
}

/** Whether whoever sits at an open session still is its owner: both secrets again. They count as tries at the gate. */
export function proveAgain(
  desk: GateDesk,
  typed: { password: string; code: string },
  from: From,
): Promise<ProvingAgain> {
  return againProved<ProvingAgain>(desk, typed, from, () =>
    Promise.resolve(() => Promise.resolve({ state: 'proved' })),
  )
}

/** Does what `prepare` gives once password and code are right, in the transaction that uses the code up. */
async function againProved<T extends { state: string }>(
  desk: GateDesk,
  typed: { password: string; code: string },
  from: From,
  prepare: (person: string) => Promise<(tx: Db, now: Instant) => Promise<T>>,
): Promise<T | NotProved> {
  const { database, clock, library } = desk
  const session = await library.session(from.cookies)
  if (session?.codes !== true) throw codesAreOff()
  const { person } = session
  return counted<T | NotProved>(database, triedBy(desk, person, from), async () => {
    const kept = (await passwordOf(database, person)) ?? ''
    if (!(await isPassword(typed.password, kept))) return { state: 'wrong', field: 'password' }
    const byApp = /^\d{6}$/.test(typed.code)
    const { status } = byApp
      ? await library.ask('/two-factor/verify-totp', { code: typed.code }, from)
      : { status: 401 }
    if (status === 429) return { state: 'busy' }
    if (status !== 200) return { state: 'wrong', field: 'code' }
    const act = await prepare(person)
    return transact<T | NotProved>(database, async (tx) => {
      const now = clock.now()
      if (!(await useCode(tx, person, typed.code, now))) return { state: 'wrong', field: 'code' }
      return act(tx, now)
    })
  })
}

/** Two groups of letters and figures, as the library makes them. */
function newBackupCode(): string {
  const characters = newSecret().replaceAll(/[-_]/g, '').slice(0, backupCharacters)
  return `${characters.slice(0, backupCharacters / 2)}-${characters.slice(backupCharacters / 2)}`
}

function codesAreOff(): AppError {
  return new AppError('conflict', {
    vi: 'Mã hai bước chưa bật nên chưa có mã dự phòng. Hãy bật mã hai bước ở trang Tài khoản trước.',
    en: 'Codes are not on, so there are no backup codes yet. Set up codes on your account’s page first.',
  })
}

/** Under what a try of whoever is signed in counts. */
export function triedBy({ clock, known }: GateDesk, person: string, from: From): Tried {
  return { name: person, countedAs: known.countedAs(person, from.cookies), now: clock.now() }
}

export function codesAreOn(): AppError {
  return new AppError('conflict', {
    vi: 'Mã hai bước đã bật rồi. Mã dự phòng mới tự tạo được ở trang Tài khoản; muốn đổi điện thoại, hãy nhờ một quản trị đặt lại mã.',
    en: 'Codes are on already. New backup codes are made on your account’s page; for another phone ask an admin to reset your codes.',
  })
}

/** A field of what the library answered; undefined where it said none. */
export function saidIn(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined
}

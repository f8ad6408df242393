/** Accounts, one-time links and sessions in the database. The sign-in library reads and writes the same tables (auth/). */
import { sha256 } from '../../base/hash.ts'
import { newSecret } from '../../base/ids.ts'
import { type Instant, plusMilliseconds } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'

export type LinkKind = 'first-admin' | 'invitation' | 'new-password'

/** How long a link lets somebody in: an hour for the first admin, three days for whoever must be told. */
const linkMs: Record<LinkKind, number> = {
  'first-admin': 3_600_000,
  invitation: 72 * 3_600_000,
  'new-password': 72 * 3_600_000,
}

export type Session = {
  id: string
  person: string
  begunAt: Instant
  expiresAt: Instant
  address: string | null
  browser: string | null
}

/** Whether anybody has an account: from then on the pages ask who is there. */
export async function anyAccount(db: Db): Promise<boolean> {
  return (await db.selectFrom('account').select('id').limit(1).executeTakeFirst()) !== undefined
}

/**
 * Who has an account, whether codes are set up as a second step, and whether the password was reset by somebody else
 * and not chosen anew yet.
 */
export async function accountsOf(db: Db): Promise<Map<string, { codes: boolean; reset: boolean }>> {
  const rows = await db
    .selectFrom('account')
    .leftJoin('account_password', 'account_password.person_id', 'account.id')
    .select(['account.id', 'account.two_factor_enabled', 'account_password.reset_at'])
    .execute()
  return new Map(
    rows.map((row) => [row.id, { codes: row.two_factor_enabled === 1, reset: row.reset_at !== null }]),
  )
}

/** Makes the link's secret; earlier ones of the same person and those of nobody any more end with it. */
export async function keepLink(
  tx: Db,
  link: { kind: LinkKind; person: string | null; by: string | null; now: Instant },
): Promise<string> {
  const { kind, person, by, now } = link
  const secret = newSecret()
  await tx
    .updateTable('one_time_link')
    .set({ used_at: now })
    .where('used_at', 'is', null)
    .where('person_id', person === null ? 'is' : '=', person)
    .execute()
  const expires_at = plusMilliseconds(now, linkMs[kind])
  await tx
    .insertInto('one_time_link')
    .values({
      ...{ hash: sha256(secret), kind, person_id: person },
      ...{ made_at: now, made_by: by, expires_at, used_at: null },
    })
    .execute()
  return secret
}

/** Ends the links that a person made and nobody used yet; says how many there were. */
export async function endLinksBy(tx: Db, person: string, now: Instant): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('one_time_link')
    .set({ used_at: now })
    .where('made_by', '=', person)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** What the secret opens now; undefined for one that is wrong, used or too old. */
export async function linkOf(
  db: Db,
  secret: string,
  now: Instant,
): Promise<{ kind: LinkKind; person: string | null; by: string | null } | undefined> {
  const row = await db
    .selectFrom('one_time_link')
    .select(['kind', 'person_id', 'made_by'])
    .where('hash', '=', sha256(secret))
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && { kind: row.kind as LinkKind, person: row.person_id, by: row.made_by }
}

/** Uses the link up; false when somebody was faster. */
export async function useLink(tx: Db, secret: string, now: Instant): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('one_time_link')
    .set({ used_at: now })
    .where('hash', '=', sha256(secret))
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** People whose invitation still waits for them, with the last moment it can be used. */
export async function openInvitations(db: Db, now: Instant): Promise<Map<string, Instant>> {
  const rows = await db
    .selectFrom('one_time_link')
    .select(['person_id', 'expires_at'])
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .where('kind', '!=', 'first-admin')
    .execute()
  return new Map(
    rows.flatMap(({ person_id, expires_at }) => (person_id === null ? [] : [[person_id, expires_at]])),
  )
}

/** Gives the person an account with this password, or the account this password; `reset`: one that nobody knows. */
export async function keepPassword(
  tx: Db,
  account: { person: { id: string; name: string }; hash: string; now: Instant; reset?: boolean },
): Promise<void> {
  const { person, hash, now, reset = false } = account
  const { numUpdatedRows } = await tx
    .updateTable('account_password')
    .set({ password: hash, updated_at: now, reset_at: reset ? now : null })
    .where('person_id', '=', person.id)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) return
  await tx
    .insertInto('account')
    .values({
      id: person.id,
      name: person.name,
      // An address that can never be one: the library must have one, and nothing is ever sent.
      email: `${person.id}@noreply.invalid`,
      email_verified: 1,
      username: person.id,
      banned: 0,
      two_factor_enabled: 0,
      created_at: now,
      updated_at: now,
    })
    .execute()
  await tx
    .insertInto('account_password')
    .values({
      id: person.id,
      account_id: person.id,
      provider_id: 'credential',
      person_id: person.id,
      password: hash,
      created_at: now,
      updated_at: now,
    })
    .execute()
}

/** The kept password of an account; undefined without one. */
export async function passwordOf(db: Db, person: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('account_password')
    .select('password')
    .where('person_id', '=', person)
    .executeTakeFirst()
  return row?.password ?? undefined
}

/** Takes the second step of signing in away; the person sets it up anew. */
export async function dropCodes(tx: Db, person: string): Promise<void> {
  await tx.deleteFrom('account_totp').where('person_id', '=', person).execute()
  await tx.updateTable('account').set({ two_factor_enabled: 0 }).where('id', '=', person).execute()
}

/** Forgets sign-ins of a person that gave the password and not the code yet: the old password leads no further. */
export async function dropSteps(tx: Db, person: string): Promise<void> {
  await tx
    .deleteFrom('account_step')
    .where('identifier', 'like', '2fa-%')
    // These count misses, and their value is a number.
    .where('identifier', 'not like', '2fa-attempts-%')
    .where('value', '=', person)
    .execute()
}

/** Whether the library may begin a session for this account. */
export async function bar(tx: Db, person: string, barred: boolean): Promise<void> {
  await tx
    .updateTable('account')
    .set({ banned: barred ? 1 : 0 })
    .where('id', '=', person)
    .execute()
}

/** The sessions of a person that still last, the newest first. */
export async function sessionsOf(db: Db, person: string, now: Instant): Promise<Session[]> {
  const rows = await db
    .selectFrom('account_session')
    .selectAll()
    .where('person_id', '=', person)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    person: row.person_id,
    begunAt: row.created_at,
    expiresAt: row.expires_at,
    address: row.address === '' ? null : row.address,
    browser: row.browser === '' ? null : row.browser,
  }))
}

/** Ends one session of a person, or all but one, or all; says how many there were. */
export async function dropSessions(
  tx: Db,
  person: string,
  which: { only?: string; except?: string } = {},
): Promise<number> {
  let query = tx.deleteFrom('account_session').where('person_id', '=', person)
  if (which.only !== undefined) query = query.where('id', '=', which.only)
  if (which.except !== undefined) query = query.where('id', '!=', which.except)
  const { numDeletedRows } = await query.executeTakeFirst()
  return Number(numDeletedRows)
}

/** What signing in remembers besides the library's tables: failures by name, and codes that were used. */
import { type Instant, plusMilliseconds } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'

/** So many wrong passwords for one name within the window lock it for so long. */
export const failuresMax = 10
export const windowMs = 15 * 60_000
export const lockMs = 15 * 60_000
/** Names remembered at once; the oldest go first. */
const namesMax = 5000
/** A code is good for a minute and a half at most. */
const codeMs = 5 * 60_000

/** Until when a name is locked; undefined when it is not. Names nobody has are locked alike. */
export async function lockedUntil(db: Db, name: string, now: Instant): Promise<Instant | undefined> {
  const row = await db
    .selectFrom('sign_in_failure')
    .select('locked_until')
    .where('name', '=', name)
    .where('locked_until', '>', now)
    .executeTakeFirst()
  return row?.locked_until ?? undefined
}

/** Counts one failure for the name; gives the end of the lock when this one brought it about. */
export async function countFailure(tx: Db, name: string, now: Instant): Promise<Instant | undefined> {
  const begin = plusMilliseconds(now, -windowMs)
  await tx
    .deleteFrom('sign_in_failure')
    .where('first_at', '<=', begin)
    .where((row) => row.or([row.eb('locked_until', 'is', null), row.eb('locked_until', '<=', now)]))
    .execute()
  const { count } = await tx
    .selectFrom('sign_in_failure')
    .select((row) => row.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (count >= namesMax) await forgetOldest(tx)
  const { failures } = await tx
    .insertInto('sign_in_failure')
    .values({ name, failures: 1, first_at: now, locked_until: null })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet(({ eb }) => ({ failures: eb('sign_in_failure.failures', '+', 1) })),
    )
    .returning('failures')
    .executeTakeFirstOrThrow()
  if (failures < failuresMax) return undefined
  const until = plusMilliseconds(now, lockMs)
  // From the lock's end the count begins anew.
  await tx
    .updateTable('sign_in_failure')
    .set({ locked_until: until, failures: 0, first_at: now })
    .where('name', '=', name)
    .execute()
  return until
}

async function forgetOldest(tx: Db): Promise<void> {
  const oldest = tx.selectFrom('sign_in_failure').select('name').orderBy('first_at').limit(100)
  await tx.deleteFrom('sign_in_failure').where('name', 'in', oldest).execute()
}

/** Somebody of that name signed in: earlier failures are forgotten. */
export async function forgetFailures(db: Db, name: string): Promise<void> {
  await db.deleteFrom('sign_in_failure').where('name', '=', name).execute()
}

/** Uses a code up; false when this person used it already. */
export async function useCode(tx: Db, person: string, code: string, now: Instant): Promise<boolean> {
  await tx.deleteFrom('code_used').where('at', '<', plusMilliseconds(now, -codeMs)).execute()
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('code_used')
    .values({ person_id: person, code, at: now })
    .onConflict((conflict) => conflict.columns(['person_id', 'code']).doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** Ends the session of a token, which nobody has been given yet. */
export async function dropSessionOf(tx: Db, token: string): Promise<void> {
  await tx.deleteFrom('account_session').where('token', '=', token).execute()
}

/** The encrypted secret of codes that a person began to set up and has not proved yet. */
export async function unprovenSecret(db: Db, person: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('account_totp')
    .select('secret')
    .where('person_id', '=', person)
    .where('verified', '=', 0)
    .executeTakeFirst()
  return row?.secret
}

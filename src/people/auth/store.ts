/** What signing in remembers besides the library's tables: failures by name, and codes that were used. */
import { sha256 } from '../../base/hash.ts'
import { type Instant, plusMilliseconds } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'

/** So many wrong passwords for one name (or one browser known for it) within the window lock it for so long. */
export const failuresMax = 10
export const windowMs = 15 * 60_000
export const lockMs = 15 * 60_000
/** Names remembered at once; beyond, see `forgetSome`. */
const namesMax = 5000
/** A code is good for a minute and a half at most. */
const codeMs = 5 * 60_000

/** `within`: the try may be made, and it is the last one (`last`) or not; else no try is made until then. */
export type Try = { within: true; last: boolean; until: Instant } | { within: false; until: Instant }

/**
 * Counts a try for the name before it is made, so that many at once are not more than ten: the tenth locks the name, and
 * no further one is made. Whoever was right takes theirs back. Names nobody has are counted alike.
 */
export async function countTry(tx: Db, name: string, now: Instant): Promise<Try> {
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
  const name_hash = sha256(name)
  if (count >= namesMax) await forgetSome(tx, name_hash, now)
  const { failures, locked_until } = await tx
    .insertInto('sign_in_failure')
    .values({ name_hash, failures: 1, first_at: now, locked_until: null })
    .onConflict((conflict) =>
      conflict
        .column('name_hash')
        .doUpdateSet(({ eb }) => ({ failures: eb('sign_in_failure.failures', '+', 1) })),
    )
    .returning(['failures', 'locked_until'])
    .executeTakeFirstOrThrow()
  if (failures > failuresMax) return { within: false, until: locked_until ?? plusMilliseconds(now, lockMs) }
  const until = plusMilliseconds(now, lockMs)
  if (failures < failuresMax) return { within: true, last: false, until }
  // From the lock's end the count begins anew.
  await tx
    .updateTable('sign_in_failure')
    .set({ locked_until: until, first_at: now })
    .where('name_hash', '=', name_hash)
    .execute()
  return { within: true, last: true, until }
}

/** The try was right, or was not made at all: it does not count, and locks nothing. */
export async function takeTryBack(db: Db, name: string): Promise<void> {
  await db
    .updateTable('sign_in_failure')
    .set(({ eb }) => ({
      failures: eb(eb.fn<number>('min', ['failures', eb.val(failuresMax)]), '-', 1),
      locked_until: null,
    }))
    .where('name_hash', '=', sha256(name))
    .execute()
  await db.deleteFrom('sign_in_failure').where('failures', '<=', 0).execute()
}

/**
 * Makes room: names with the fewest failures go first, the oldest of them, and never one that is locked, or who invents
 * many names would open it again. Locks end by themselves, so that what stays is bounded by what can be tried meanwhile.
 */
async function forgetSome(tx: Db, but: string, now: Instant): Promise<void> {
  const least = tx
    .selectFrom('sign_in_failure')
    .select('name_hash')
    .where('name_hash', '!=', but)
    .where((row) => row.or([row.eb('locked_until', 'is', null), row.eb('locked_until', '<=', now)]))
    .orderBy('failures')
    .orderBy('first_at')
    .limit(100)
  await tx.deleteFrom('sign_in_failure').where('name_hash', 'in', least).execute()
}

/** Somebody of that name signed in: earlier failures are forgotten. */
export async function forgetFailures(db: Db, name: string): Promise<void> {
  await db.deleteFrom('sign_in_failure').where('name_hash', '=', sha256(name)).execute()
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

/** Gives a person other backup codes, encrypted; the ones before are void. */
export async function keepBackupCodes(tx: Db, person: string, encrypted: string): Promise<void> {
  const backup_codes = encrypted
  await tx.updateTable('account_totp').set({ backup_codes }).where('person_id', '=', person).execute()
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

/** Keys of writes that may be sent again, and the answers kept under them. */
import { type Database, type Db, transact } from '../../db/index.ts'
import type { Instant } from '../../base/time.ts'

type Named = { person: string; key: string }

/**
 * What a key means now. `ours`: the caller is to do the work; `answered`: it was done and this is the answer; `done`: it
 * was done and the answer is lost; `other-request`: the key belongs to another request; `too-many`: no room.
 */
export type Claim =
  | { kind: 'ours' }
  | { kind: 'answered'; answer: unknown }
  | { kind: 'done' }
  | { kind: 'other-request' }
  | { kind: 'too-many' }

/**
 * Takes the key for this request, or says what it means already. Keys from before `since` are forgotten. One that was
 * begun and never done is taken over: the caller makes sure that nobody of this process works on it.
 */
export function claimKey(
  database: Database,
  claim: Named & { asked: string; now: Instant; since: Instant; keysMax: number },
): Promise<Claim> {
  const { person, key, asked, now, since, keysMax } = claim
  return transact(database, async (tx): Promise<Claim> => {
    await tx.deleteFrom('api_key_used').where('at', '<', since).execute()
    const row = await keyed(tx, { person, key })
    if (row === undefined) {
      const { count } = await tx
        .selectFrom('api_key_used')
        .where('person_id', '=', person)
        .select((used) => used.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      if (count >= keysMax) return { kind: 'too-many' }
      await tx
        .insertInto('api_key_used')
        .values({ person_id: person, key, asked, at: now, done: 0, answer: null })
        .execute()
      return { kind: 'ours' }
    }
    if (row.asked !== asked) return { kind: 'other-request' }
    if (row.answer !== null) return { kind: 'answered', answer: JSON.parse(row.answer) as unknown }
    if (row.done === 1) return { kind: 'done' }
    return { kind: 'ours' }
  })
}

/** Notes, in the transaction that does it, that what was asked under the key is done. */
export async function markDone(tx: Db, { person, key }: Named): Promise<void> {
  await tx
    .updateTable('api_key_used')
    .set({ done: 1 })
    .where('person_id', '=', person)
    .where('key', '=', key)
    .where('done', '=', 0)
    .execute()
}

/** Keeps the answer for whoever asks again. */
export async function keepAnswer(db: Db, { person, key }: Named, answer: unknown): Promise<void> {
  await db
    .updateTable('api_key_used')
    .set({ done: 1, answer: JSON.stringify(answer) })
    .where('person_id', '=', person)
    .where('key', '=', key)
    .execute()
}

/** Forgets a key under which nothing was done; one under which something was stays. */
export async function forgetKey(db: Db, { person, key }: Named): Promise<void> {
  await db
    .deleteFrom('api_key_used')
    .where('person_id', '=', person)
    .where('key', '=', key)
    .where('done', '=', 0)
    .execute()
}

function keyed(tx: Db, { person, key }: Named) {
  return tx
    .selectFrom('api_key_used')
    .select(['asked', 'done', 'answer'])
    .where('person_id', '=', person)
    .where('key', '=', key)
    .executeTakeFirst()
}

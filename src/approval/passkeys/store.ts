/** Passkeys that approvers made on a page, and the challenge of one that is being made. */
import type { Instant } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'

/** A passkey as it was made. Whether it counts is the business of its enrolment. */
export type MadePasskey = {
  kid: string
  person: string
  /** What the authenticator calls it, in base64url. */
  credential: string
  /** SPKI DER in base64url, as it is enrolled. */
  publicKey: string
  /** COSE in base64url, as the authenticator gave it. */
  coseKey: string
  rpId: string
  /** Of the page on which it was made. */
  origin: string
  transports: string[]
  /** Of its last signature; 0 = it does not count. */
  counter: number
  madeAt: Instant
}

/** Every passkey that was made here, in the order in which they were; of one person, when one is named. */
export async function madePasskeys(db: Db, of: { person?: string } = {}): Promise<MadePasskey[]> {
  let query = db.selectFrom('passkey').selectAll().orderBy('made_at').orderBy('kid')
  if (of.person !== undefined) query = query.where('person_id', '=', of.person)
  return (await query.execute()).map((row) => ({
    kid: row.kid,
    person: row.person_id,
    credential: row.credential_id,
    publicKey: row.public_key,
    coseKey: row.cose_key,
    rpId: row.rp_id,
    origin: row.origin,
    transports: JSON.parse(row.transports) as string[],
    counter: row.counter,
    madeAt: row.made_at,
  }))
}

/** Keeps a passkey that was made; `known` when its key or credential is there already. */
export async function keepPasskey(db: Db, made: MadePasskey): Promise<'kept' | 'known'> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('passkey')
    .values({
      kid: made.kid,
      person_id: made.person,
      credential_id: made.credential,
      public_key: made.publicKey,
      cose_key: made.coseKey,
      rp_id: made.rpId,
      origin: made.origin,
      transports: JSON.stringify(made.transports),
      counter: made.counter,
      made_at: made.madeAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n ? 'kept' : 'known'
}

/** Forgets a passkey that was never enrolled. */
export async function dropPasskey(db: Db, kid: string): Promise<void> {
  await db.deleteFrom('passkey').where('kid', '=', kid).execute()
}

/** Keeps how far a passkey's counter has come; it never goes back, whichever of two answers is kept last. */
export async function keepCounter(db: Db, kid: string, counter: number): Promise<void> {
  await db
    .updateTable('passkey')
    .set({ counter })
    .where('kid', '=', kid)
    .where('counter', '<', counter)
    .execute()
}

/** Keeps what the passkey that a person is about to make must sign, in place of what there was. */
export async function keepChallenge(
  db: Db,
  { person, challenge, at }: { person: string; challenge: string; at: Instant },
): Promise<void> {
  await db
    .insertInto('passkey_challenge')
    .values({ person_id: person, challenge, at })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet({ challenge, at }))
    .execute()
}

/** The challenge that waits for a person, and forgets it: it counts once. */
export async function takeChallenge(
  db: Db,
  person: string,
): Promise<{ challenge: string; at: Instant } | undefined> {
  const row = await db
    .deleteFrom('passkey_challenge')
    .where('person_id', '=', person)
    .returning(['challenge', 'at'])
    .executeTakeFirst()
  return row
}

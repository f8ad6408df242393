/** How far an approver is with a key to sign with, whatever there is to sign. */
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import { keyStates } from './enrolment.ts'
import { madePasskeys } from './passkeys/store.ts'

/** `none`: there is nothing yet, or only what was revoked; `made`: a passkey that no admin enrolled yet. */
export type KeyStanding = 'active' | 'pending-root' | 'pending-confirmation' | 'suspended' | 'made' | 'none'

/** Where the key of this person stands that has come furthest. */
export async function keyStanding(db: Db, of: { person: string; now: Instant }): Promise<KeyStanding> {
  const mine = (await keyStates(db, of.now)).filter(({ person }) => person === of.person)
  const way = ['active', 'pending-root', 'pending-confirmation', 'suspended'] as const
  const furthest = way.find((state) => mine.some((key) => key.state === state))
  if (furthest !== undefined) return furthest
  const known = new Set(mine.map(({ kid }) => kid))
  const made = await madePasskeys(db, { person: of.person })
  return made.some(({ kid }) => !known.has(kid)) ? 'made' : 'none'
}

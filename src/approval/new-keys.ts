/** What the root's next word makes valid: the keys that wait for it, and by whose word. */
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import { type Hand, handsIn, people } from '../people/index.ts'
import { type ApproverKey, keyStates } from './enrolment.ts'

/** A key that waits for the root. `hands`: what its holder must know of the two who vouched for it. */
export type NewKey = ApproverKey & { hands: NamedHand[] }
type NamedHand = Hand & { byName: string; overName: string }

/** The keys that the next list of a side (real work, exercises) has and the one in force has not. */
export async function newKeys(
  db: Db,
  { training, now }: { training: boolean; now: Instant },
): Promise<NewKey[]> {
  const names = new Map((await people(db)).map(({ id, name }) => [id, name]))
  const nameOf = (id: string): string => names.get(id) ?? id
  const found: NewKey[] = []
  for (const { state, ...key } of await keyStates(db, now)) {
    if (state !== 'pending-root' || key.training !== training) continue
    const { person: owner, enrolledBy: first, confirmedBy: second } = key
    const at = key.createdAt
    const hands = first === null ? [] : await handsIn(db, { owner, first, second }, at)
    found.push({
      ...key,
      hands: hands.map((hand) => ({ ...hand, byName: nameOf(hand.by), overName: nameOf(hand.over) })),
    })
  }
  return found
}

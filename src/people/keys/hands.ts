/** Who had a hand in whom: people who let each other in, or reset each other, are not two. */
import type { Instant } from '../../base/time.ts'
import { plusMilliseconds } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'
import { anyDeed } from '../log/store.ts'
import { people } from '../store.ts'
import type { Person } from '../types.ts'

const dayMs = 24 * 3_600_000
/** So long a hand that one had in the other counts against both vouching for one key. */
export const handDays = 30
/** In the first days of an office its first admin lets everybody in. */
const firstDays = 7

const lettingIn = ['person.added', 'person.invited', 'person.role-changed']
const resetting = ['password.reset', 'codes.reset']

/** `by` let `over` in (added, invited, gave the role), or reset their password or codes. */
export type Hand = { by: string; over: string; what: 'let-in' | 'reset' }

/** A key's owner and the two who vouch for it; `second` null while it waits for one. */
export type Vouching = { owner: string; first: string; second: string | null }

/** Every hand of these people in each other that counts, in the thirty days before `at` and since. */
export async function handsIn(db: Db, people: Vouching, at: Instant): Promise<Hand[]> {
  const since = plusMilliseconds(at, -handDays * dayMs)
  return handsSince(db, people, { letIn: since, reset: since })
}

/**
 * The hands for which two people may not vouch for a key: either reset its owner in the last thirty days, or one of them
 * reset the other, or let the other in, in those days; letting in counts only after the first week of the office (the
 * owner's side), else nobody could begin.
 */
export async function hinderingHands(
  db: Db,
  { owner, first, second }: Omit<Vouching, 'owner'> & { owner: Person },
  now: Instant,
): Promise<Hand[]> {
  const reset = plusMilliseconds(now, -handDays * dayMs)
  const own = (await people(db)).filter(({ training }) => training === owner.training)
  const begun = own.map(({ createdAt }) => createdAt).sort()[0] ?? owner.createdAt
  const settled = plusMilliseconds(begun, firstDays * dayMs)
  const letIn = settled > reset ? settled : reset
  return handsSince(db, { owner: owner.id, first, second }, { letIn, reset })
}

async function handsSince(
  db: Db,
  { owner, first, second }: Vouching,
  since: { letIn: Instant; reset: Instant },
): Promise<Hand[]> {
  const two = second === null ? [first] : [first, second]
  const others =
    second === null
      ? []
      : ([
          [first, second],
          [second, first],
        ] as const)
  const asked: Hand[] = [
    ...two.map((by) => ({ by, over: owner, what: 'reset' as const })),
    ...others.map(([by, over]) => ({ by, over, what: 'reset' as const })),
    ...others.map(([by, over]) => ({ by, over, what: 'let-in' as const })),
  ]
  const found: Hand[] = []
  for (const hand of asked) {
    const reset = hand.what === 'reset'
    const whats = reset ? resetting : lettingIn
    const deed = { subject: hand.over, by: hand.by, whats, since: reset ? since.reset : since.letIn }
    if (await anyDeed(db, deed)) found.push(hand)
  }
  return found
}

/** Entering planned airings into the books: each with notes of its own. */
import type { Ids } from '../base/ids.ts'
import { type Instant, plusMilliseconds } from '../base/time.ts'
import { type Db, recall, remember } from '../db/index.ts'
import { giveNotes, notesApartMs } from './notes.ts'
import { insertAirings, notesBetween } from './store.ts'
import type { PlannedAiring } from './types.ts'

const secretName = 'notes_secret'

/**
 * Adds planned airings with their devices and their notes. Notes are given here, in the transaction of the
 * caller, so that two airings entered at one time cannot get the same. `ids` is asked once, for the hub's
 * secret; only the notes that follow from it ever leave the hub.
 */
export async function enterAirings(
  db: Db,
  airings: readonly PlannedAiring[],
  { now, ids }: { now: Instant; ids: Ids },
): Promise<void> {
  const instants = airings.map(({ plannedAt }) => plannedAt).sort()
  const [first, last] = [instants[0], instants.at(-1)]
  if (first === undefined || last === undefined) return
  const secret = await notesSecret(db, ids)
  const there = await notesBetween(
    db,
    plusMilliseconds(first, -notesApartMs),
    plusMilliseconds(last, notesApartMs),
  )
  const notes = giveNotes(secret, airings, there)
  const entered = airings.map((airing) => ({ ...airing, notes: notes.get(airing.id) ?? null }))
  await insertAirings(db, entered, now)
}

/** The secret that all notes follow from: 320 bits, drawn before the first airing is entered. */
async function notesSecret(db: Db, ids: Ids): Promise<string> {
  const kept = await recall(db, secretName)
  if (kept !== undefined) return kept
  const secret = Array.from({ length: 4 }, () => ids.next('notes')).join(' ')
  await remember(db, secretName, secret)
  return secret
}

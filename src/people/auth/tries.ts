/** A try with a secret: counted before it is made, so that many at once are not more than ten. */
import type { Instant } from '../../base/time.ts'
import { type Database, transact } from '../../db/index.ts'
import { recordDeed } from '../log/store.ts'
import { people } from '../store.ts'
import { countTry, takeTryBack } from './store.ts'

/** For whom a try is made, and under what it is counted (known-browsers.ts). */
export type Tried = { name: string; countedAs: string; now: Instant }

export type Locked = { state: 'locked'; until: Instant }

/** Makes a try that is counted before it is made, and counts no more unless it was wrong. */
export async function counted<T extends { state: string }>(
  database: Database,
  { name, countedAs, now }: Tried,
  make: () => Promise<T>,
): Promise<T | Locked> {
  const tried = await transact(database, (tx) => countTry(tx, countedAs, now))
  const { until } = tried
  if (!tried.within) return { state: 'locked', until }
  let wrong = false
  try {
    const made = await make()
    wrong = made.state === 'wrong'
    if (!wrong || !tried.last) return made
  } finally {
    if (!wrong) await takeTryBack(database, countedAs)
  }
  await recordLock(database, name, now, until)
  return { state: 'locked', until }
}

async function recordLock(database: Database, name: string, now: Instant, until: Instant): Promise<void> {
  await transact(database, async (tx) => {
    // What was typed may be a password in the wrong field: only ids of people go into the log.
    const known = (await people(tx)).some(({ id }) => id === name)
    const subject = known ? name : 'nobody'
    await recordDeed(tx, { at: now, person: null, what: 'sign-in.locked', subject, detail: { until } })
  })
}

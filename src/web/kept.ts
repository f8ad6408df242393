/**
 * Answers kept while nothing they rest on has changed: the database by its change mark, the minute that pages name as
 * the one they speak of, and the rendering under way. Nobody is given an answer from before a change that was there
 * when they asked; a deed is seen by the next request, whoever did it and in whichever process.
 *
 * Of many who ask for the same at once one is worked for and the others wait; so a storm of small changes costs one
 * answer at a time and not one for each who asks.
 */
import { toMilliseconds } from '../base/time.ts'
import { changeMark } from '../db/index.ts'
import type { Web } from './visit.ts'

/** The answer under the key, made when there is none that still holds. A failure is kept by nobody. */
export type Kept<T> = (key: string, make: () => Promise<T>) => Promise<T>

type Entry<T> = { mark: string; begun: number; value: Promise<T>; settled: boolean }

/**
 * A book of at most `most` answers; those asked for longest ago make room. What rests on nothing that devices report
 * (`but reports`) is kept through the storms of their receipts.
 */
export function createKept<T>(
  web: Pick<Web, 'database' | 'clock' | 'desk'>,
  most: number,
  restsOn: 'all' | 'but reports' = 'all',
): Kept<T> {
  const entries = new Map<string, Entry<T>>()
  let turn = 0
  let rendered = 0
  let rendering = web.desk?.state
  const markNow = (): string => {
    // The desk makes its state anew at each change.
    if (web.desk?.state !== rendering) {
      rendering = web.desk?.state
      rendered += 1
    }
    const minute = Math.floor(toMilliseconds(web.clock.now()) / 60_000)
    return `${changeMark(web.database, restsOn)} ${String(minute)} ${String(rendered)}`
  }

  function begin(key: string, make: () => Promise<T>): Promise<T> {
    const entry: Entry<T> = { mark: markNow(), begun: (turn += 1), value: make(), settled: false }
    entry.value.then(
      () => (entry.settled = true),
      () => {
        entry.settled = true
        if (entries.get(key) === entry) entries.delete(key)
      },
    )
    entries.delete(key)
    entries.set(key, entry)
    const [oldest] = entries.keys()
    if (entries.size > most && oldest !== undefined) entries.delete(oldest)
    return entry.value
  }

  return async (key, make) => {
    const arrived = turn
    // At most twice: what was under way when we came, and then what was begun after.
    for (;;) {
      const entry = entries.get(key)
      if (entry === undefined) return begin(key, make)
      if (entry.begun > arrived || entry.mark === markNow()) return entry.value
      if (entry.settled) return begin(key, make)
      await entry.value.catch(() => undefined)
    }
  }
}

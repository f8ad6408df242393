/** How many programmes may work at once: as many as there are cores. Audio filters use one core each. */
import { availableParallelism } from 'node:os'

export interface Slots {
  /** Runs the work when a slot is free, in the order of asking. Rejects with the signal's reason when aborted while waiting. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>
}

/** A fixed number of slots. Those who wait are held in a list; the callers bound it (a worker asks for one at a time). */
export function createSlots(count = availableParallelism()): Slots {
  let free = count
  const waiting: (() => void)[] = []

  async function take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (free > 0) {
      free -= 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        waiting.splice(waiting.indexOf(enter), 1)
        reject(signal?.reason as Error)
      }
      waiting.push(enter)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  return {
    async run(work, signal) {
      await take(signal)
      try {
        return await work()
      } finally {
        // The slot goes straight to the next in line, so that nobody slips in between.
        const next = waiting.shift()
        if (next === undefined) free += 1
        else next()
      }
    },
  }
}

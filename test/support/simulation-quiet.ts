/** Waiting for everybody else without looking at a clock. */
import { createHook } from 'node:async_hooks'

/** Requests to the disk, as Node names them. */
const diskWork = /^(?:FSREQ|FILEHANDLECLOSEREQ)/
/** Turns of the event loop without any: what goes on by itself between two requests takes less. */
const turnsMin = 2
const turnsMax = 1_000_000

const open = new Set<number>()
const hook = createHook({
  trackPromises: false,
  init(id, type) {
    if (diskWork.test(type)) open.add(id)
  },
  after(id) {
    open.delete(id)
  },
  destroy(id) {
    open.delete(id)
  },
})

/** Begins to watch the disk work of this process, until `unwatchDisk`; `quiet` knows of nothing before. */
export function watchDisk(): void {
  hook.enable()
}

export function unwatchDisk(): void {
  hook.disable()
  open.clear()
}

/**
 * Resolves when nobody in this process waits for the disk and all that could go on has gone on. What
 * is then still open waits for a message or for time, which only the simulation gives: so the order
 * of events does not depend on how fast the disk was.
 */
export async function quiet(): Promise<void> {
  let still = 0
  for (let turn = 0; turn < turnsMax; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    still = open.size > 0 ? 0 : still + 1
    if (still >= turnsMin) return
  }
  throw new Error('the disk is never quiet')
}

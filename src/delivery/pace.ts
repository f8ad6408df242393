/** When what was heard is worked off: soon after news, when something is due, and every five seconds. */
import { reasonOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { type Clock, toMilliseconds } from '../base/time.ts'

const restMs = 5000
const failureRestMs = 1000

export class Pace {
  readonly #clock: Clock
  readonly #log: Log
  readonly #gatherMs: number
  readonly #closing = new AbortController()
  #wake: (() => void) | undefined
  #woken = false
  #loop: Promise<void> | undefined

  /** News is gathered so long before it is worked off. */
  constructor(clock: Clock, log: Log, gatherMs: number) {
    this.#clock = clock
    this.#log = log
    this.#gatherMs = gatherMs
  }

  /** There is news. */
  wake(): void {
    this.#woken = true
    this.#wake?.()
  }

  /** Works again and again until it is stopped. `dueAt` says when to come again without news. */
  begin(work: (signal: AbortSignal) => Promise<void>, dueAt: (now: number) => number): void {
    this.#loop = this.#forEver(work, dueAt)
  }

  async stop(): Promise<void> {
    this.#closing.abort()
    this.#wake?.()
    await this.#loop
  }

  async #forEver(
    work: (signal: AbortSignal) => Promise<void>,
    dueAt: (now: number) => number,
  ): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      await this.#sleep(dueAt, signal)
      try {
        await work(signal)
      } catch (error) {
        // What was not done is done next time; a broken database must not make a busy loop.
        this.#log.error({ error: reasonOf(error) }, 'delivery could not attend to its messages')
        await this.#clock.wait(failureRestMs, signal)
      }
    }
  }

  async #sleep(dueAt: (now: number) => number, signal: AbortSignal): Promise<void> {
    const now = toMilliseconds(this.#clock.now())
    const due = Math.min(restMs, Math.max(0, dueAt(now) - now))
    if (!this.#woken && due > this.#gatherMs) {
      const nap = new AbortController()
      this.#wake = () => {
        nap.abort()
      }
      await this.#clock.wait(due - this.#gatherMs, nap.signal)
      this.#wake = undefined
    }
    this.#woken = false
    await this.#clock.wait(this.#gatherMs, signal)
  }
}

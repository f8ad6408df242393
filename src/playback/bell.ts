/** Wakes a controller's loop. Ringing before anybody waits is not lost. */
import type { Clock } from '../base/time.ts'

export class Bell {
  #rung = false
  #waiting: AbortController | undefined

  ring(): void {
    this.#rung = true
    this.#waiting?.abort()
  }

  /** Whether it rang since the last look. */
  heard(): boolean {
    const rung = this.#rung
    this.#rung = false
    return rung
  }

  /** Resolves after so many milliseconds, when it rings, or when the signal aborts. */
  async wait(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.#rung || signal.aborted) return
    const waiting = new AbortController()
    this.#waiting = waiting
    const stop = (): void => waiting.abort()
    signal.addEventListener('abort', stop, { once: true })
    await clock.wait(milliseconds, waiting.signal)
    signal.removeEventListener('abort', stop)
    this.#waiting = undefined
  }
}

/**
 * Time as an argument. Pure functions take `now`; processes build one `Clock` and pass it in.
 * This file holds the only look at the machine's clock, so that a simulation can set it.
 */
import { setTimeout as sleep } from 'node:timers/promises'

/** A moment as UTC ISO text with milliseconds, for example `2026-11-23T10:15:30.000Z`: it sorts as text. */
export type Instant = string

export interface Clock {
  /** The present moment. */
  now(): Instant
  /** Resolves after so many milliseconds, or at once when the signal aborts (it never rejects). */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date().toISOString(),
  async wait(milliseconds, signal) {
    try {
      await sleep(Math.max(0, milliseconds), undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      if (signal?.aborted !== true) throw error
    }
  },
}

/** Milliseconds since 1970 (UTC), as the wire protocol writes instants. */
export function toMilliseconds(instant: Instant): number {
  const milliseconds = Date.parse(instant)
  if (Number.isNaN(milliseconds)) throw new RangeError(`not an instant: ${instant}`)
  return milliseconds
}

/** The instant of so many milliseconds since 1970 (UTC). */
export function fromMilliseconds(milliseconds: number): Instant {
  return new Date(milliseconds).toISOString()
}

/** The instant so many milliseconds later (or earlier, when negative). */
export function plusMilliseconds(instant: Instant, milliseconds: number): Instant {
  return fromMilliseconds(toMilliseconds(instant) + milliseconds)
}

/** Milliseconds from `from` to `to`; negative when `to` is earlier. */
export function millisecondsBetween(from: Instant, to: Instant): number {
  return toMilliseconds(to) - toMilliseconds(from)
}

/** Monotonic milliseconds of this process: for durations only, never for telling the time. */
export function monotonicMilliseconds(): number {
  return performance.now()
}

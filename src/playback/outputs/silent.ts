/** No sound at all, only its duration, on whatever clock is given: for time that a simulation sets. */
import { type Clock, millisecondsBetween } from '../../base/time.ts'
import type { Output } from './output.ts'

export function silentOutput(clock: Clock): Output {
  return {
    async play(parts, signal) {
      const planned = parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
      const started = clock.now()
      await clock.wait(planned, signal)
      return { heardMs: Math.min(planned, Math.max(0, millisecondsBetween(started, clock.now()))) }
    },
  }
}

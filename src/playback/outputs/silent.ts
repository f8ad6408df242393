/** No sound at all, only its duration, on whatever clock is given: for time that a simulation sets. */
import { type Clock, millisecondsBetween } from '../../base/time.ts'
import { notesMilliseconds } from '../../wire/notes.ts'
import { areWhole, type Heard, lengthOf, type Output } from './output.ts'

export function silentOutput(clock: Clock): Output {
  return {
    async play(parts, signal, notes) {
      const planned = lengthOf(parts)
      const started = clock.now()
      await clock.wait(planned, signal)
      const heard: Heard = {
        heardMs: Math.min(planned, Math.max(0, millisecondsBetween(started, clock.now()))),
      }
      if (notes !== undefined && !signal.aborted && areWhole(parts, heard)) {
        await clock.wait(notesMilliseconds, signal)
      }
      return heard
    },
  }
}

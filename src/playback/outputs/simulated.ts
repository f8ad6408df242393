/**
 * A loudspeaker without a sound card: lasts as long as the recording, and decodes the very bytes that
 * were received with the real decoder. What it says was heard is what came out of the decoder.
 */
import { type Clock, millisecondsBetween } from '../../base/time.ts'
import { notesMilliseconds } from '../../wire/notes.ts'
import { areWhole, type Heard, lengthOf, type Output } from './output.ts'
import { decode, type Gate } from './program.ts'

/** `gate` is shared by the controllers of a process: as many decoders at once as there are cores. */
export function simulatedOutput(clock: Clock, gate: Gate): Output {
  return {
    async play(parts, signal, notes) {
      const started = clock.now()
      let decoded = 0
      let failed: string | undefined
      const decoding = (async () => {
        for (const { path } of parts) {
          if (signal.aborted) return
          const result = await gate(() => decode(path, signal))
          decoded += result.milliseconds
          failed ??= result.failed
        }
      })()
      await Promise.all([clock.wait(lengthOf(parts), signal), decoding])
      const heard: Heard = { heardMs: decoded, ...(failed === undefined ? {} : { error: failed }) }
      if (!signal.aborted) {
        if (notes !== undefined && areWhole(parts, heard)) await clock.wait(notesMilliseconds, signal)
        return heard
      }
      const lasted = Math.max(0, millisecondsBetween(started, clock.now()))
      return { heardMs: Math.min(lasted, decoded), error: 'stopped' }
    },
  }
}

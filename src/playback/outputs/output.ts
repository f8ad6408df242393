/** What a controller asks of a loudspeaker. */
import type { Codec } from '../../wire/messages.ts'

/** A checked file to be heard. */
export type PlayablePart = { path: string; codec: Codec; milliseconds: number; sha256: string }

export interface Output {
  /**
   * Plays the parts one after the other and resolves when the last is over, or soon after the signal
   * aborts. `heardMs` is what came out, as well as this output can know; `error` says what went wrong.
   * Never rejects.
   */
  play(parts: readonly PlayablePart[], signal: AbortSignal): Promise<Heard>
}

export type Heard = { heardMs: number; error?: string }

/** What a controller asks of a loudspeaker. */
import type { Codec } from '../../wire/messages.ts'

/** A checked file to be heard. */
export type PlayablePart = { path: string; codec: Codec; milliseconds: number; sha256: string }

export interface Output {
  /**
   * Plays the parts one after the other and resolves when the last is over, or soon after the signal
   * aborts. When they were heard whole, the notes follow in the same breath: six digits, from which the
   * output makes the sound itself (wire/notes.ts). `heardMs` is what came out of the parts, as well as
   * this output can know, never the notes; `error` says what went wrong. Never rejects.
   */
  play(parts: readonly PlayablePart[], signal: AbortSignal, notes?: string): Promise<Heard>
}

export type Heard = { heardMs: number; error?: string }

/** The share of its recordings that must have come out for an airing to count as played. */
export const playedShare = 0.95

/** How long the parts last, in milliseconds. */
export function lengthOf(parts: readonly PlayablePart[]): number {
  return parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
}

/** Whether the parts came out to their end, so that notes may follow: notes alone, or after a half, are never heard. */
export function areWhole(parts: readonly PlayablePart[], { heardMs, error }: Heard): boolean {
  return parts.length > 0 && error === undefined && heardMs >= lengthOf(parts) * playedShare
}

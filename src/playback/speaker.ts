/** The loudspeaker: one play at a time, and what came of it, noted for the next step. */
import { reasonOf } from '../base/errors.ts'
import { type Clock, toMilliseconds } from '../base/time.ts'
import type { PlanPart } from '../wire/messages.ts'
import type { Play } from './agenda.ts'
import { type Heard, lengthOf, type Output, playedShare } from './outputs/output.ts'
import { reasonText } from './reasons.ts'
import type { Outcome } from './store.ts'

export type Finished = { play: Play; plannedMs: number; heard: Heard; endedAt: number }

export class Speaker {
  readonly #output: Output
  readonly #clock: Clock
  readonly #wake: () => void
  #playing: { play: Play; abort: AbortController; done: Promise<void> } | undefined
  #finished: Finished | undefined
  #freeSince = 0

  constructor(output: Output, clock: Clock, wake: () => void) {
    this.#output = output
    this.#clock = clock
    this.#wake = wake
  }

  get playing(): Play | undefined {
    return this.#playing?.play
  }

  /** Until when it was last taken; `Infinity` while it plays or its last play is not written down. */
  get busyUntil(): number {
    return this.#playing !== undefined || this.#finished !== undefined ? Infinity : this.#freeSince
  }

  /**
   * Begins a play that the journal already knows: the parts, which were checked, and after them the notes
   * of the airing. Planned and heard milliseconds are those of the parts: the notes prove a play, they are none.
   */
  start(play: Play, parts: readonly { part: PlanPart; path: string }[], notes?: string): void {
    const abort = new AbortController()
    const playable = parts.map(({ part: { codec, milliseconds, sha256 }, path }) => ({
      path,
      codec,
      milliseconds,
      sha256,
    }))
    const plannedMs = lengthOf(playable)
    const done = this.#output
      .play(playable, abort.signal, notes)
      .catch((error: unknown): Heard => ({ heardMs: 0, error: reasonOf(error) }))
      .then((heard) => {
        this.#playing = undefined
        // Stopped with the process: the journal's open play says all that is to be said.
        if (abort.signal.aborted) return
        this.#finished = { play, plannedMs, heard, endedAt: toMilliseconds(this.#clock.now()) }
        this.#wake()
      })
    this.#playing = { play, abort, done }
  }

  /** The play that is over; it stays until it is written down. */
  get finished(): Finished | undefined {
    return this.#finished
  }

  writtenDown(): void {
    this.#freeSince = this.#finished?.endedAt ?? this.#freeSince
    this.#finished = undefined
  }

  /** Silences it, and waits until it is silent. */
  async stop(): Promise<void> {
    this.#playing?.abort.abort()
    await this.#playing?.done
  }
}

/** What a play that is over amounts to; `again` when nothing was heard of it and it may be tried again. */
export function judge(finished: Finished): { outcome: Outcome['outcome'] | 'again'; reason: string | null } {
  const { heard, plannedMs } = finished
  if (heard.heardMs >= plannedMs * playedShare) return { outcome: 'played', reason: null }
  const reason = reasonText('output-failed', heard.error ?? 'it ended too soon')
  return { outcome: heard.heardMs > 0 ? 'partial' : 'again', reason }
}

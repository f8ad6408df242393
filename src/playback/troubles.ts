/** What is wrong with a controller at the moment, for its own log, its `reported` state and people. */
import type { Log } from '../base/log.ts'

export type Trouble =
  | 'disk-full'
  | 'cache-full'
  | 'chunk-damaged'
  | 'audio-damaged'
  | 'audio-not-coming'
  | 'keys-refused'
  | 'plan-refused'
  | 'approval-refused'
  | 'output-failed'
  | 'receipt-refused'

/** At most one entry for each kind, so the list is bounded by the kinds. */
export class Troubles {
  readonly #log: Log
  readonly #device: string
  readonly #present = new Map<Trouble, string>()

  constructor(device: string, log: Log) {
    this.#device = device
    this.#log = log
  }

  add(trouble: Trouble, detail: string): void {
    if (this.#present.get(trouble) !== detail) {
      this.#log.warn({ device: this.#device, trouble, detail }, 'trouble')
    }
    this.#present.set(trouble, detail)
  }

  clear(...troubles: Trouble[]): void {
    for (const trouble of troubles) this.#present.delete(trouble)
  }

  /** `kind: detail`, each at most 120 characters, in the order they came. */
  list(): string[] {
    return [...this.#present].map(([trouble, detail]) => `${trouble}: ${detail}`.slice(0, 120))
  }
}

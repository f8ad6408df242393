/** What a device says of itself: signed, retained, after changes, at most every few seconds. */
import { sealEnvelope, type SigningKey } from '../wire/envelope.ts'
import { ReportedMessage } from '../wire/messages.ts'

/** Two reports are at least so far apart. */
const reportEveryMs = 2000

export type Report = Omit<ReportedMessage, 'v' | 'at' | 'freeBytes'>

export class Reporter {
  readonly #key: SigningKey
  #told = ''
  #toldAt = -Infinity

  constructor(key: SigningKey) {
    this.#key = key
  }

  /** The report is due again although nothing has changed: the broker may have lost it. */
  again(): void {
    this.#told = ''
    this.#toldAt = -Infinity
  }

  /** The signed report when one is due; otherwise when to come again. */
  due(report: Report, now: number): { send: (freeBytes: number) => Uint8Array } | { next: number } {
    const text = JSON.stringify(report)
    if (text === this.#told) return { next: Infinity }
    if (now < this.#toldAt + reportEveryMs) return { next: this.#toldAt + reportEveryMs }
    return {
      send: (freeBytes) => {
        this.#told = text
        this.#toldAt = now
        return sealEnvelope('reported', ReportedMessage, { v: 1, ...report, freeBytes, at: now }, this.#key)
      },
    }
  }
}

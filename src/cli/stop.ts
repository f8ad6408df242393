/** Stopping a command by hand: Ctrl-C, or a signal of the machine. */
import type { Sentence } from '../base/errors.ts'

/** Aborts at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(): AbortSignal {
  const abort = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (abort.signal.aborted) process.exit(cancelledCode)
      abort.abort()
    })
  }
  return abort.signal
}

/** The exit code of a command that was stopped before it was done, as shells have it. */
export const cancelledCode = 130

/** A command was stopped before it was done; the sentence says what of its work stays. */
export class Cancelled extends Error {
  readonly sentence: Sentence

  constructor(sentence: Sentence) {
    super(sentence.en)
    this.sentence = sentence
  }
}

// @ts-check

/** What a person must do before we can go on: a program to install, an answer that was "no". */
export const EXIT_PERSON = 3

/** A step of ours went wrong, or what we were given makes no sense. */
export const EXIT_FAILED = 1

/**
 * The set-up stops here, and says to a person what happened, why, and what to do.
 *
 * It is the set-up's own kind of refusal: this folder must run on an old Node before anything is installed, so
 * it cannot use the errors of the product.
 */
export class Refusal extends Error {
  /**
   * @param {{ vi: string, en: string }} sentence
   * @param {number} [exit] the process's exit code
   */
  constructor(sentence, exit = EXIT_FAILED) {
    super(sentence.en)
    this.name = 'Refusal'
    this.vi = sentence.vi
    this.en = sentence.en
    this.exit = exit
  }
}

/**
 * An error as a line for people, whoever threw it.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function tellError(error) {
  if (error instanceof Refusal) return error.vi === error.en ? error.en : `${error.vi}\n${error.en}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

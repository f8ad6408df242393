// @ts-check
import { appendFileSync } from 'node:fs'

/**
 * What the tests came to. Skipped tests are in neither number.
 *
 * @typedef {{ passed: number, failed: number }} Counts
 */

/**
 * The one plain line that people and machines read at the end, alone on its line.
 *
 * @param {Counts} counts
 */
export function closingLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`
}

/**
 * Adds up a run from its notes. The notes are written while the tests run, so a run that crashed still says what
 * it had done; it has not written `end`, and that is one failure. So is an exit code that no test explains.
 *
 * @param {string} notes one word a line
 * @param {number} exit the exit code of vitest
 * @returns {Counts}
 */
export function countsIn(notes, exit) {
  const words = notes.split('\n')
  const count = (/** @type {string} */ word) => words.filter((found) => found === word).length
  const passed = count('passed')
  const failed = count('failed') + count('error') + (words.includes('end') ? 0 : 1)
  return { passed, failed: failed === 0 && exit !== 0 && passed > 0 ? 1 : failed }
}

/**
 * The reporter that vitest is given besides its own: it notes each result in the file named by LOA_COUNTS. A file
 * of tests that could not be read, a failed `beforeAll` and an error outside any test count as one failure each.
 */
export default class CountReporter {
  #file = process.env['LOA_COUNTS'] ?? ''

  /** @param {string} word */
  #note(word) {
    if (this.#file !== '') appendFileSync(this.#file, `${word}\n`)
  }

  /** @param {{ result(): { state: string } }} testCase */
  onTestCaseResult(testCase) {
    const { state } = testCase.result()
    if (state === 'passed' || state === 'failed') this.#note(state)
  }

  /** @param {{ errors(): readonly unknown[] }} suite */
  onTestSuiteResult(suite) {
    for (const _error of suite.errors()) this.#note('error')
  }

  /** @param {{ errors(): readonly unknown[] }} module */
  onTestModuleEnd(module) {
    for (const _error of module.errors()) this.#note('error')
  }

  /**
   * @param {unknown} _modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(_modules, unhandledErrors) {
    for (const _error of unhandledErrors) this.#note('error')
    this.#note('end')
  }
}

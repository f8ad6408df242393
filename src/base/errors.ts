/**
 * Refusals. Expected outcomes are values; a refusal is an `AppError` with a code and a sentence for
 * people in both languages; a bug is an `assert` and stops the process.
 */

/**
 * `invalid`: what was given cannot be right. `not_found`: no such thing. `conflict`: right, but not
 * with what is there now. `forbidden`: not for this person. `unavailable`: something we need is not
 * there at the moment; the same request may succeed later.
 */
export type RefusalCode = 'invalid' | 'not_found' | 'conflict' | 'forbidden' | 'unavailable'

/** What happened, why, and what to do next, in plain words. */
export type Sentence = { vi: string; en: string }

export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: RefusalCode
  readonly sentence: Sentence

  constructor(code: RefusalCode, sentence: Sentence, options?: { cause?: unknown }) {
    super(sentence.en, options)
    this.code = code
    this.sentence = sentence
  }
}

/** A value read from outside, or the sentence that says where and why it cannot be read. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; why: string }

/** What went wrong, as one line, whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Whether an error is the file system's or the database's word that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL') return true
  return error.cause !== undefined && isDiskFull(error.cause)
}

/** Refusals in tests: what was refused, with both sentences looked at. */
import assert from 'node:assert/strict'
import { AppError } from '../../src/base/errors.ts'

/** The refusal that the work ends in. Fails when the work succeeds, ends in a bug, or says the same in both languages. */
export async function refusalOf(work: Promise<unknown>): Promise<AppError> {
  const ended: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(ended instanceof AppError)) throw new Error('it was not refused', { cause: ended })
  const { vi, en } = ended.sentence
  assert(vi.trim().length > 10 && en.trim().length > 10, 'a refusal is a sentence in both languages')
  assert.notEqual(vi, en, 'a refusal is said in two languages')
  assert.doesNotMatch(`${vi}${en}`, /undefined|null|NaN|\[object/, 'a refusal has no holes')
  return ended
}

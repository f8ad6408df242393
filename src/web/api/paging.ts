/**
 * Long lists, a stretch at a time: `limit` lines after the one that the cursor names. A cursor names a line and not a
 * number of lines, so that what is added or taken away meanwhile shifts nothing. Pure.
 */
import { z } from 'zod'
import { sentence } from '../words/index.ts'
import { ApiRefusal } from './problems.ts'

/** Lines of one answer at most, and when nothing is asked for. */
const limitMax = 200
const limitUsual = 50

/** The parameters of every list. */
export const stretch = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(limitMax)
    .default(limitUsual)
    .meta({ description: 'api.field.limit' }),
  cursor: z
    .string()
    .regex(/^[\w-]{1,400}$/)
    .optional()
    .meta({ description: 'api.field.cursor' }),
}

/** The shape of a list of these. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'api.field.next' }),
  })
}

/**
 * The stretch that is asked for of lines in ascending order of their keys, which differ. `link` makes the address of
 * the next one. The line of the cursor need not be there any more.
 */
export function stretchOf<T>(
  lines: readonly T[],
  keyOf: (line: T) => string,
  asked: { limit: number; cursor?: string | undefined },
  link: (changes: { cursor: string }) => string,
): { items: T[]; next: string | null } {
  const after = asked.cursor === undefined ? undefined : readCursor(asked.cursor)
  const start = after === undefined ? 0 : lines.findIndex((line) => keyOf(line) > after)
  const items = start < 0 ? [] : lines.slice(start, start + asked.limit)
  const last = items.at(-1)
  const more = start >= 0 && start + asked.limit < lines.length
  return { items, next: more && last !== undefined ? link({ cursor: writeCursor(keyOf(last)) }) : null }
}

/** The cursor that names a line by its key. */
export function writeCursor(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url')
}

/** The key in a cursor. Refuses what we never wrote. */
export function readCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8')
  if (writeCursor(key) === cursor) return key
  const detail = sentence('api.wrong.cursor')
  throw new ApiRefusal('invalid', sentence('api.invalid-fields', { count: 1 }), [
    { parameter: 'cursor', detail },
  ])
}

/** Lines in ascending order of a key, as text compares: the order of every list. */
export function byKey<T>(keyOf: (line: T) => string): (a: T, b: T) => number {
  return (a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0)
}

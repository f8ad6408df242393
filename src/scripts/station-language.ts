/** Which of several languages a station hears. Pure. */

/** What everybody understands, and every station may play. */
export const commonLanguage = 'vi'

/**
 * The language in which a station hears a bulletin: the first of its own languages, in its own order, that there is;
 * else Vietnamese; else, where there is neither, the first there is by its tag, because a station is never left
 * silent while there is something to hear. Undefined only when there is nothing at all.
 */
export function languageFor(own: readonly string[], available: Iterable<string>): string | undefined {
  const there = new Set(available)
  return [...own, commonLanguage, ...[...there].sort()].find((language) => there.has(language))
}

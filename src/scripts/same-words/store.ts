/** The same words under another name: a text stays its writer's, whatever the script is called. */
import { cleanText } from '../../base/text.ts'
import type { Db } from '../../db/index.ts'

/**
 * Whether the person wrote or submitted, under any other script, a version (drafts too) with the words of this one. Spaces,
 * line breaks, punctuation and capitals make no other words; diacritics do.
 */
export async function wroteSameWords(
  db: Db,
  of: { script: string; version: number; person: string },
): Promise<boolean> {
  const asked = await db
    .selectFrom('script_version')
    .select('body')
    .where('script_id', '=', of.script)
    .where('version', '=', of.version)
    .executeTakeFirst()
  const words = wordsOf(asked?.body ?? '')
  if (words === '') return false
  const theirs = await db
    .selectFrom('script_version')
    .select('body')
    .where('script_id', '!=', of.script)
    .where((row) => row.or([row.eb('author_id', '=', of.person), row.eb('submitted_by', '=', of.person)]))
    .execute()
  return theirs.some(({ body }) => wordsOf(body) === words)
}

function wordsOf(text: string): string {
  return cleanText(text)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

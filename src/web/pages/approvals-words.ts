/** What the pages of approval call areas, languages and priorities. */
import type { Priority } from '../../scripts/index.ts'
import { unitsOn } from '../../registry/index.ts'
import { languageIn } from '../upload-cards.ts'
import type { Visit, Web } from '../visit.ts'
import type { Say, Word } from '../words/index.ts'

export const priorityWords: Record<Priority, Word> = {
  'thong-thuong': 'approvals.normal',
  'uu-tien': 'approvals.priority-high',
  'khan-cap': 'approvals.urgent',
}

/** Units that are named one by one; of more the rest are counted. */
const unitsNamed = 5

/** The languages by their names, in one line. */
export function languageNames(say: Say, tags: readonly string[]): string {
  return tags.map((tag) => languageIn(say, tag)).join(', ')
}

/** For whose stations something is. */
export async function areaWords(
  web: Web,
  { say, today }: Visit,
  area: 'all' | readonly string[] | undefined,
): Promise<string> {
  if (area === undefined || area === 'all') return say('approvals.everywhere')
  const names = new Map((await unitsOn(web.database, today)).map((unit) => [unit.code, unit.fullName]))
  const named = area.slice(0, unitsNamed).map((code) => names.get(code) ?? code)
  const count = area.length - named.length
  return count === 0 ? named.join(', ') : say('approvals.and-more', { names: named.join(', '), count })
}

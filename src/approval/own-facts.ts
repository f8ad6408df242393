/** Whoever entered a fact does not approve what says it: else one person alone would decide which number is heard. */
import { AppError } from '../base/errors.ts'
import type { Db } from '../db/index.ts'
import type { Person } from '../people/index.ts'
import { entriesUnder, whoEntered } from '../scripts/index.ts'

/**
 * Refuses (`forbidden`) an approver who entered one of the facts that the version was submitted with, as it stood then:
 * its value, its reading, a longer validity. Not even as one of two who sign, as with an author. Who confirmed what
 * another entered may approve.
 */
export async function checkFactsOfOthers(
  db: Db,
  approver: Person,
  version: { script: string; version: number },
): Promise<void> {
  for (const entries of await entriesUnder(db, version)) {
    const fact = entries.at(-1)?.fact
    if (fact === undefined || !whoEntered(entries).has(approver.id)) continue
    throw new AppError('forbidden', {
      vi: `“${approver.name}” đã ghi dữ kiện “${fact.name.vi}” (${fact.id}) mà bản tin này nói nên không được duyệt. Hãy mời người phê duyệt khác.`,
      en: `“${approver.name}” entered the fact “${fact.name.en}” (${fact.id}), which this script says, and may not approve it. Ask another approver.`,
    })
  }
}

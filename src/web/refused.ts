/** Keeping what people asked for that is not theirs: in the log it tells a mistake from a habit. */
import type { Request } from 'express'
import { actingFrom, recordDeed } from '../people/index.ts'
import type { Web } from './visit.ts'
import { metAt, originOf } from './who.ts'

/** Records that somebody who signed in was refused a page or a deed. */
export async function recordRefusal(web: Web, request: Request): Promise<void> {
  const visitor = metAt(request)
  if (visitor.kind !== 'person') return
  const { person } = visitor.present
  const subject = request.path.slice(0, 200)
  const detail = { method: request.method, role: person.role }
  const deed = { at: web.clock.now(), person: person.id, what: 'page.refused', subject, detail }
  await actingFrom(originOf(request), () => recordDeed(web.database, deed))
}

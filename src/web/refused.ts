/** Keeping what people asked for that is not theirs: in the log it tells a mistake from a habit. */
import type { Request } from 'express'
import { actingFrom, recordDeed } from '../people/index.ts'
import type { Web } from './visit.ts'
import { metAt, originOf } from './who.ts'

/**
 * The path of a request as it may be written down: whoever reads a log must not come in by a one-time link that stands
 * there, however its address was mistyped.
 */
export function pathToKeep({ path }: Pick<Request, 'path'>): string {
  const hidden = path
    .replaceAll(/(welcome\/+)[^/]+/gi, '$1…')
    .replaceAll(/(?<![\w-])[\w-]{43}(?![\w-])/g, '…')
  return hidden.slice(0, 200)
}

/** Records that somebody who signed in was refused a page or a deed. */
export async function recordRefusal(web: Web, request: Request): Promise<void> {
  const visitor = metAt(request)
  if (visitor.kind !== 'person') return
  const { person } = visitor.present
  const subject = pathToKeep(request)
  const detail = { method: request.method, role: person.role }
  const deed = { at: web.clock.now(), person: person.id, what: 'page.refused', subject, detail }
  await actingFrom(originOf(request), () => recordDeed(web.database, deed))
}

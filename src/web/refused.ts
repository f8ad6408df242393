/** Keeping what people asked for that is not theirs: in the log it tells a mistake from a habit. */
import type { Request } from 'express'
import { toMilliseconds } from '../base/time.ts'
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

/** What one person was refused lately: the addresses that are written down, and how many refusals are not. */
type Lately = { written: Map<string, number>; unwritten: number }
const lately = new WeakMap<Web, Map<string, Lately>>()
/** The log is never shortened: within so long one address is written down once for each person, and so many in all. */
const windowMs = 600_000
const writtenMax = 100
const peopleMax = 1000

/**
 * Records that somebody who signed in was refused a page or a deed: each address once in ten minutes, at most a hundred
 * in that time. Refusals between are counted, and the next one that is recorded says how many they were (`unwritten`).
 */
export async function recordRefusal(web: Web, request: Request): Promise<void> {
  const visitor = metAt(request)
  if (visitor.kind !== 'person') return
  const { person } = visitor.present
  const subject = pathToKeep(request)
  const unwritten = toWrite(web, person.id, `${request.method} ${subject}`)
  if (unwritten === undefined) return
  const more = unwritten === 0 ? {} : { unwritten }
  const detail = { method: request.method, role: person.role, ...more }
  const deed = { at: web.clock.now(), person: person.id, what: 'page.refused', subject, detail }
  await actingFrom(originOf(request), () => recordDeed(web.database, deed))
}

/** How many were not written down since the last that was; undefined when this one is not either. */
function toWrite(web: Web, person: string, address: string): number | undefined {
  const people = lately.get(web) ?? new Map<string, Lately>()
  lately.set(web, people)
  const mine = people.get(person) ?? { written: new Map<string, number>(), unwritten: 0 }
  people.delete(person)
  people.set(person, mine)
  const [oldest] = people.keys()
  if (people.size > peopleMax && oldest !== undefined) people.delete(oldest)
  const now = toMilliseconds(web.clock.now())
  for (const [each, at] of mine.written) if (now - at >= windowMs) mine.written.delete(each)
  if (mine.written.has(address) || mine.written.size >= writtenMax) {
    mine.unwritten += 1
    return undefined
  }
  mine.written.set(address, now)
  const { unwritten } = mine
  mine.unwritten = 0
  return unwritten
}

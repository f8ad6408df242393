/** The log of what people did: only ever added to. */
import { sql } from 'kysely'
import { instantAt, type Day, plusDays } from '../../base/calendar.ts'
import type { Instant } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'
import { presentOrigin, type Via } from '../origin.ts'

export type Deed = {
  /** Its place in the log: later deeds have greater numbers. */
  number: number
  at: Instant
  /** Null = nobody by name: the system, the command line, or the open desk. */
  person: string | null
  what: string
  subject: string
  detail: unknown
  via: Via
  address: string | null
}

/** What of the log is asked for; days are inclusive, `text` is looked for in what, whom and the details. */
export type DeedFilter = {
  person?: string | undefined
  what?: string | undefined
  from?: Day | undefined
  to?: Day | undefined
  text?: string | undefined
  /** Only what was done before the deed of this number. */
  before?: number | undefined
}

/** What the log can be ordered by; the person and the kind by their own names, not by the words for them. */
export const deedOrders = ['at', 'person', 'what', 'subject'] as const
export type DeedOrder = (typeof deedOrders)[number]

/** A list for a spreadsheet ends here. */
export const deedsMax = 20_000

/**
 * Keeps what was done: `what` is `<thing>.<verb in the past>`, `subject` names the thing, `person` is null
 * for the system itself; what changed stands in `detail` as `before` and `after`. Where it came from is told by
 * `actingFrom`. Call it in the transaction that does the deed.
 */
export async function recordDeed(
  db: Db,
  deed: { at: Instant; person: string | null; what: string; subject: string; detail?: object },
): Promise<void> {
  const { via, address } = presentOrigin()
  await db
    .insertInto('deed')
    .values({
      at: deed.at,
      person_id: deed.person,
      what: deed.what,
      subject: deed.subject,
      detail: JSON.stringify(deed.detail ?? {}),
      via,
      address,
    })
    .execute()
}

/** The newest deeds about a subject (or about anything), newest first; at most `limit` (default 200, never above 1,000). */
export async function deedsOf(
  db: Db,
  wanted: { subject?: string; limit?: number } = {},
): Promise<Pick<Deed, 'at' | 'person' | 'what' | 'subject' | 'detail'>[]> {
  let query = db.selectFrom('deed').selectAll().orderBy('id', 'desc')
  if (wanted.subject !== undefined) query = query.where('subject', '=', wanted.subject)
  const rows = await query.limit(Math.min(wanted.limit ?? 200, 1000)).execute()
  return rows.map(({ at, person_id, what, subject, detail }) => {
    return { at, person: person_id, what, subject, detail: JSON.parse(detail) as unknown }
  })
}

/** Whether one of these was done about the subject since then (by that person, if one is named). */
export async function anyDeed(
  db: Db,
  wanted: { subject: string; whats: readonly string[]; since: Instant; by?: string },
): Promise<boolean> {
  let query = db
    .selectFrom('deed')
    .select('id')
    .where('subject', '=', wanted.subject)
    .where('what', 'in', wanted.whats)
    .where('at', '>=', wanted.since)
  if (wanted.by !== undefined) query = query.where('person_id', '=', wanted.by)
  return (await query.limit(1).executeTakeFirst()) !== undefined
}

/**
 * A stretch of the log, newest first or in the order asked for (within it the newest first), and how many deeds there
 * are in all under this filter; at most 20,000 at once.
 */
export async function deedLog(
  db: Db,
  filter: DeedFilter,
  stretch: { skip: number; take: number; by?: { key: DeedOrder; descending: boolean } | undefined },
): Promise<{ deeds: Deed[]; total: number }> {
  const { by } = stretch
  const query = filtered(db, filter)
  const { total } = await query
    .select((row) => row.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const rows = await query
    .selectAll()
    .$if(by !== undefined, (rows) =>
      rows.orderBy(columnOf[by?.key ?? 'at'], by?.descending === true ? 'desc' : 'asc'),
    )
    .orderBy('id', by?.key === 'at' && !by.descending ? 'asc' : 'desc')
    .offset(stretch.skip)
    .limit(Math.min(stretch.take, deedsMax))
    .execute()
  return {
    total,
    deeds: rows.map(({ id, at, person_id, what, subject, detail, via, address }) => {
      const read = JSON.parse(detail) as unknown
      return { number: id, at, person: person_id, what, subject, detail: read, via: via as Via, address }
    }),
  }
}

/** Every kind of deed there is in the log, in the order of the alphabet. */
export async function kindsOfDeeds(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('deed').select('what').distinct().orderBy('what').execute()
  return rows.map(({ what }) => what)
}

const columnOf = { at: 'id', person: 'person_id', what: 'what', subject: 'subject' } as const

/** Where a word is looked for. */
const searched = ['subject', 'what', 'person_id', 'detail', 'address'] as const

function filtered(db: Db, { person, what, from, to, text, before }: DeedFilter) {
  let query = db.selectFrom('deed')
  if (person !== undefined) query = query.where('person_id', '=', person)
  if (what !== undefined) query = query.where('what', '=', what)
  if (from !== undefined) query = query.where('at', '>=', instantAt(from, '00:00'))
  if (to !== undefined) query = query.where('at', '<', instantAt(plusDays(to, 1), '00:00'))
  if (before !== undefined) query = query.where('id', '<', before)
  if (text === undefined || text === '') return query
  const like = `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  return query.where((row) =>
    row.or(searched.map((column) => sql<boolean>`${row.ref(column)} like ${like} escape '\\'`)),
  )
}

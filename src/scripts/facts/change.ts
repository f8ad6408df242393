/** What people do to the register of facts: each a new entry, with what stood there before. */
import { type Day, dayOf } from '../../base/calendar.ts'
import { AppError, type Sentence } from '../../base/errors.ts'
import { cleanText } from '../../base/text.ts'
import type { Instant } from '../../base/time.ts'
import { type Database, type Db, transact } from '../../db/index.ts'
import { type Person, recordDeed } from '../../people/index.ts'
import type { Fact } from '../content.ts'
import { checkKeeper } from '../writers.ts'
import { changedFact, endedFact, type FactChange } from './changed.ts'
import { saysTheSame, whoEntered } from './entered.ts'
import { isHeardTheSame } from './standing.ts'
import { addFactEntry, type FactEntry, factEntries } from './store.ts'

/** `heard`: whether what rests on it is said otherwise by now, so that its versions are over. */
export type FactChanged = {
  state: 'new' | 'changed' | 'same'
  fact: Fact
  before: Fact | null
  heard: boolean
}

/** `basedOn`: number of the entry that was looked at, 0 for a fact that is to be new; left out, the newest is meant. */
type Given = { fact: string; by: string; why?: string; basedOn?: number; now: Instant }

/** Somebody else made an entry meanwhile; `newest` is what stands there now. */
export class FactConflict extends AppError {
  readonly newest: FactEntry

  constructor(newest: FactEntry) {
    super('conflict', {
      vi: 'Trong lúc anh/chị làm, dữ kiện này đã được ghi khác đi. Hãy xem giá trị hiện nay rồi quyết định lại.',
      en: 'This fact was entered otherwise meanwhile. Look at what it says now, then decide again.',
    })
    this.newest = newest
  }
}

/**
 * Enters a fact, or what changed of one. With another value it needs a source, is read anew (a hotline digit by
 * digit unless `spoken` says how), and waits until somebody else confirms it; so does another reading, and a longer
 * validity of a fact that is not in force. Refuses (`invalid`) fields that cannot be right, a missing name, kind,
 * value or source, and a beginning that is still to come for a fact in force (what holds until then would be lost:
 * end the old, enter the new under its own key); (`forbidden`) someone who may not edit the register; (`not_found`)
 * an unknown person; (`conflict`, `FactConflict`) an entry made since the one it is based on, unless it says the same.
 */
export async function setFact(
  database: Database,
  given: Given & { change: FactChange },
): Promise<FactChanged> {
  return transact(database, async (tx) => enter(tx, await setting(tx, given), given))
}

/**
 * Gives a fact its end: `on` is the first day on which it is no longer in force. Refuses (`not_found`) an unknown
 * fact or person, (`invalid`) a day that is none or before the fact begins, (`forbidden`) someone who may not, and
 * (`conflict`) like `setFact`.
 */
export async function expireFact(database: Database, given: Given & { on: Day }): Promise<FactChanged> {
  return transact(database, async (tx) => enter(tx, await ending(tx, given), given))
}

/** What `setFact`, or with `on` `expireFact`, would make of the fact now, entering nothing. Refuses the same. */
export async function factIfChanged(
  db: Db,
  given: Given & ({ change: FactChange } | { on: Day }),
): Promise<FactChanged> {
  return outcomeOf('on' in given ? await ending(db, given) : await setting(db, given))
}

/**
 * Confirms what the newest entry of a fact says: somebody with the right has read the source, who entered none of it.
 * That is an entry of its own. Confirming what is confirmed changes nothing. Refuses (`not_found`) an unknown fact or
 * person, (`forbidden`) who is neither approver nor admin, or entered it (`whoEntered`), and (`conflict`) like
 * `setFact`.
 */
export async function confirmFact(database: Database, given: Given): Promise<FactChanged> {
  const { now } = given
  return transact(database, async (tx) => {
    const keeper = await checkKeeper(tx, given.by)
    const entries = await entriesOf(tx, given.fact)
    const refused = whyNotConfirm(keeper, entries)
    if (refused !== undefined) throw new AppError('forbidden', refused)
    const newest = newestOf(entries)
    const seen = entries.find(({ number }) => number === given.basedOn) ?? newest
    if (!saysTheSame(seen.fact, newest.fact)) throw new FactConflict(newest)
    const { fact: before } = newest
    if (before.status === 'confirmed') return { state: 'same', fact: before, before, heard: false }
    const fact: Fact = { ...before, status: 'confirmed', checkedOn: dayOf(now) }
    const more = { entry: newest.number, enteredBy: [...whoEntered(entries)].sort() }
    return enter(tx, { before, fact, what: 'fact.confirmed', more }, given)
  })
}

/** Why this person may not confirm what the newest of these entries says; undefined when they may. */
export function whyNotConfirm(
  { id, name, role }: Pick<Person, 'id' | 'name' | 'role'>,
  entries: readonly FactEntry[],
): Sentence | undefined {
  if (role !== 'approver' && role !== 'admin') {
    return {
      vi: `“${name}” không xác nhận được dữ kiện. Hãy mời người phê duyệt hoặc quản trị đọc nguồn rồi xác nhận.`,
      en: `“${name}” may not confirm a fact. Ask an approver or an admin to read the source and confirm it.`,
    }
  }
  if (!whoEntered(entries).has(id)) return undefined
  return {
    vi: `“${name}” đã ghi điều này nên không tự xác nhận. Hãy mời người phê duyệt hoặc quản trị khác đọc nguồn rồi xác nhận.`,
    en: `“${name}” entered this and may not confirm it. Ask another approver or admin to read the source and confirm it.`,
  }
}

/** The refusal for a fact nobody has entered. */
export function unknownFact(id: string): AppError {
  return new AppError('not_found', {
    vi: `Không có dữ kiện nào mang mã “${id.slice(0, 80)}”. Xem sổ ở trang Dữ kiện, hoặc bằng lệnh loa facts list.`,
    en: `There is no fact “${id.slice(0, 80)}”. See the register on the page of facts, or by the command loa facts list.`,
  })
}

/** An entry about to be made; `more` stands in its deed. */
type Entering = { before: Fact | undefined; fact: Fact; what: string; more?: object }

async function setting(db: Db, given: Given & { change: FactChange }): Promise<Entering> {
  const { fact: id, change, now } = given
  await checkKeeper(db, given.by)
  const newest = (await factEntries(db, id)).at(-1)
  const before = newest?.fact
  const fact = changedFact(id, before, change, dayOf(now))
  checkBasis(newest, fact, given.basedOn)
  return { before, fact, what: before === undefined ? 'fact.added' : 'fact.changed' }
}

async function ending(db: Db, given: Given & { on: Day }): Promise<Entering> {
  await checkKeeper(db, given.by)
  const newest = newestOf(await entriesOf(db, given.fact))
  const fact = endedFact(newest.fact, given.on, dayOf(given.now))
  checkBasis(newest, fact, given.basedOn)
  return { before: newest.fact, fact, what: 'fact.expired' }
}

/** Whoever sends the same twice is not told of their own entry. */
function checkBasis(newest: FactEntry | undefined, fact: Fact, basedOn: number | undefined): void {
  if (basedOn === undefined || newest === undefined || newest.number === basedOn) return
  if (!saysTheSame(newest.fact, fact)) throw new FactConflict(newest)
}

async function entriesOf(db: Db, fact: string): Promise<FactEntry[]> {
  const entries = await factEntries(db, fact)
  if (entries.length === 0) throw unknownFact(fact)
  return entries
}

function newestOf(entries: readonly FactEntry[]): FactEntry {
  const newest = entries.at(-1)
  if (newest === undefined) throw new Error('a fact has an entry')
  return newest
}

function outcomeOf({ before, fact }: Entering): FactChanged {
  if (before === undefined) return { state: 'new', fact, before: null, heard: false }
  if (JSON.stringify(before) === JSON.stringify(fact)) return { state: 'same', fact, before, heard: false }
  return { state: 'changed', fact, before, heard: !isHeardTheSame(before, fact) }
}

async function enter(tx: Db, entering: Entering, { by, why, now }: Given): Promise<FactChanged> {
  const outcome = outcomeOf(entering)
  if (outcome.state === 'same') return outcome
  const { fact, what, more } = entering
  await addFactEntry(tx, { fact, by, at: now })
  const reason = cleanText(why ?? '').trim()
  const detail = {
    before: entering.before ?? null,
    after: fact,
    ...more,
    ...(reason === '' ? {} : { why: reason.slice(0, 500) }),
  }
  await recordDeed(tx, { at: now, person: by, what, subject: fact.id, detail })
  return outcome
}

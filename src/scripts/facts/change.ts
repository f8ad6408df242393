/** What people do to the register of facts: each a new entry, with what stood there before. */
import { type Day, dayForPeople, dayOf, isDay } from '../../base/calendar.ts'
import { AppError } from '../../base/errors.ts'
import { cleanText } from '../../base/text.ts'
import type { Instant } from '../../base/time.ts'
import { type Database, type Db, transact } from '../../db/index.ts'
import { type Person, recordDeed } from '../../people/index.ts'
import { type Fact, factFields, factFrom } from '../content.ts'
import { checkKeeper } from '../writers.ts'
import { digitsRead } from './digits.ts'
import { isHeardTheSame } from './standing.ts'
import { addFactEntry, factEntries } from './store.ts'

/** What is to be entered; what is left out stays as it is. `confirmed`: somebody has read the source. */
export type FactChange = {
  kind?: string
  nameVi?: string
  nameEn?: string
  value?: string
  spoken?: string | null
  source?: string
  validFrom?: Day
  validTo?: Day | null
  confirmed?: boolean
}

/** `heard`: whether what rests on it is said otherwise by now, so that its versions are over. */
export type FactChanged = {
  state: 'new' | 'changed' | 'same'
  fact: Fact
  before: Fact | null
  heard: boolean
}

type Given = { fact: string; by: string; why?: string; now: Instant }

/**
 * Enters a fact, or what changed of one. With another value it needs a source, is read anew (a hotline digit by
 * digit unless `spoken` says how), and waits for confirmation unless an approver or admin confirms it here. Refuses
 * (`invalid`) fields that cannot be right, a missing name, kind, value or source, and a beginning that is still to
 * come for a fact in force (what holds until then would be lost: end the old, enter the new under its own key);
 * (`forbidden`) someone who may not edit the register, or an editor who confirms; (`not_found`) an unknown person.
 */
export async function setFact(
  database: Database,
  given: Given & { change: FactChange },
): Promise<FactChanged> {
  const { fact: id, change, now } = given
  return transact(database, async (tx) => {
    const keeper = await checkKeeper(tx, given.by)
    const before = await newestOf(tx, id)
    checkConfirming(keeper, change)
    checkBeginning(before, change, dayOf(now))
    const fact = changedFact(id, before, change, dayOf(now))
    return enter(tx, { before, fact, what: before === undefined ? 'fact.added' : 'fact.changed' }, given)
  })
}

/**
 * Gives a fact its end: `on` is the first day on which it is no longer in force. Refuses (`not_found`) an unknown
 * fact or person, (`invalid`) a day that is none or before the fact begins, (`forbidden`) someone who may not.
 */
export async function expireFact(database: Database, given: Given & { on: Day }): Promise<FactChanged> {
  return transact(database, async (tx) => {
    await checkKeeper(tx, given.by)
    const before = await newestOf(tx, given.fact)
    if (before === undefined) throw unknownFact(given.fact)
    const fact = checked({ ...factFields(before), valid_to: given.on })
    return enter(tx, { before, fact, what: 'fact.expired' }, given)
  })
}

/** The refusal for a fact nobody has entered. */
export function unknownFact(id: string): AppError {
  return new AppError('not_found', {
    vi: `Không có dữ kiện nào mang mã “${id.slice(0, 80)}”. Xem sổ: loa facts list`,
    en: `There is no fact “${id.slice(0, 80)}”. See the register: loa facts list`,
  })
}

async function newestOf(tx: Db, id: string): Promise<Fact | undefined> {
  return (await factEntries(tx, id)).at(-1)?.fact
}

async function enter(
  tx: Db,
  { before, fact, what }: { before: Fact | undefined; fact: Fact; what: string },
  { by, why, now }: Given,
): Promise<FactChanged> {
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(fact)) {
    return { state: 'same', fact, before, heard: false }
  }
  await addFactEntry(tx, { fact, by, at: now })
  const reason = cleanText(why ?? '').trim()
  const detail = {
    before: before ?? null,
    after: fact,
    ...(reason === '' ? {} : { why: reason.slice(0, 500) }),
  }
  await recordDeed(tx, { at: now, person: by, what, subject: fact.id, detail })
  const heard = before !== undefined && !isHeardTheSame(before, fact)
  return { state: before === undefined ? 'new' : 'changed', fact, before: before ?? null, heard }
}

function changedFact(id: string, before: Fact | undefined, change: FactChange, today: Day): Fact {
  const old = before === undefined ? { id } : factFields(before)
  const value = change.value === undefined ? before?.value : cleanText(change.value).trim()
  const another = value !== before?.value
  if (another && change.source === undefined) {
    throw new AppError('invalid', {
      vi: 'Giá trị mới phải có nguồn: văn bản hay bài báo có ngày. Hãy ghi thêm nguồn.',
      en: 'A new value needs its source: a dated document or report. Give the source as well.',
    })
  }
  const kind = change.kind ?? before?.kind
  const kept = another ? (kind === 'hotline' ? digitsRead(value ?? '') : undefined) : before?.spoken
  const spoken = change.spoken === undefined ? kept : change.spoken
  const read = another || (spoken ?? null) !== (before?.spoken ?? null)
  const confirmed = change.confirmed ?? (!read && before?.status === 'confirmed')
  return checked({
    ...old,
    kind,
    name_vi: change.nameVi ?? before?.name.vi,
    name_en: change.nameEn ?? before?.name.en,
    value,
    spoken: spoken ?? undefined,
    status: confirmed ? 'confirmed' : 'needs-confirmation',
    valid_from: change.validFrom ?? before?.validFrom ?? today,
    valid_to: change.validTo === undefined ? before?.validTo : change.validTo,
    source: change.source ?? before?.source,
    checked_on:
      another || change.source !== undefined || change.confirmed === true ? today : before?.checkedOn,
  })
}

function checked(fields: Record<string, unknown>): Fact {
  const fact = factFrom(fields)
  if (fact.ok) return fact.value
  throw new AppError('invalid', fact.why)
}

function checkConfirming(keeper: Person, { confirmed }: FactChange): void {
  if (confirmed !== true || keeper.role === 'approver' || keeper.role === 'admin') return
  throw new AppError('forbidden', {
    vi: `“${keeper.name}” không xác nhận được dữ kiện. Hãy mời người phê duyệt đọc nguồn rồi xác nhận.`,
    en: `“${keeper.name}” may not confirm a fact. Ask an approver to read the source and confirm it.`,
  })
}

function checkBeginning(before: Fact | undefined, { validFrom }: FactChange, today: Day): void {
  if (before === undefined || validFrom === undefined || !isDay(validFrom)) return
  const inForce = before.validFrom <= today && (before.validTo === null || before.validTo > today)
  if (validFrom <= today || !inForce) return
  throw new AppError('invalid', {
    vi: `Dữ kiện này đang có hiệu lực; nếu dời ngày bắt đầu tới ${dayForPeople(validFrom)} thì từ nay đến đó không còn gì để nói. Hãy cho dữ kiện cũ hết hiệu lực ngày ấy, rồi ghi dữ kiện mới với mã khác.`,
    en: `This fact is in force; were it to begin on ${validFrom}, nothing could be said until then. Let the old one end on that day and enter the new one under another key.`,
  })
}

/** What a fact becomes when somebody changes it, or why it cannot. Pure. */
import { type Day, dayForPeople, isDay } from '../../base/calendar.ts'
import { AppError, type Sentence } from '../../base/errors.ts'
import { cleanText } from '../../base/text.ts'
import { type Fact, factFields, factFrom } from '../content.ts'
import { digitsRead } from './digits.ts'
import { isLonger } from './entered.ts'

/**
 * What is to be entered; what is left out stays as it is. `confirmed: false` takes a confirmation back. Nobody confirms
 * by entering: that is `confirmFact`, by somebody else.
 */
export type FactChange = {
  kind?: string
  nameVi?: string
  nameEn?: string
  value?: string
  spoken?: string | null
  source?: string
  validFrom?: Day
  validTo?: Day | null
  confirmed?: false
}

/** The fields of a fact that can be wrong by themselves, named as in `FactChange`. */
export type FactField =
  'id' | 'kind' | 'nameVi' | 'nameEn' | 'value' | 'spoken' | 'source' | 'validFrom' | 'validTo'

/** A field that cannot be right: a form says the sentence next to it. */
export class WrongFact extends AppError {
  readonly field: FactField

  constructor(field: FactField, sentence: Sentence) {
    super('invalid', sentence)
    this.field = field
  }
}

/**
 * The fact `id` after a change made today. Another value, another reading, and a longer validity of a fact that is not
 * in force wait for confirmation. Refuses (`invalid`, `WrongFact`) what `setFact` says.
 */
export function changedFact(id: string, before: Fact | undefined, change: FactChange, today: Day): Fact {
  checkBeginning(before, change, today)
  const old = before === undefined ? { id } : factFields(before)
  const value = change.value === undefined ? before?.value : cleanText(change.value).trim()
  const another = value !== before?.value
  if (another && change.source === undefined) throw new WrongFact('source', sourceWanted)
  const kind = change.kind ?? before?.kind
  const kept = another ? (kind === 'hotline' ? digitsRead(value ?? '') : undefined) : before?.spoken
  const spoken = change.spoken === undefined ? kept : change.spoken
  const read = another || (spoken ?? null) !== (before?.spoken ?? null)
  return checked(before, today, {
    ...old,
    kind,
    name_vi: change.nameVi ?? before?.name.vi,
    name_en: change.nameEn ?? before?.name.en,
    value,
    spoken: spoken ?? undefined,
    status: read || change.confirmed === false ? 'needs-confirmation' : before?.status,
    valid_from: change.validFrom ?? before?.validFrom ?? today,
    valid_to: change.validTo === undefined ? before?.validTo : change.validTo,
    source: change.source ?? before?.source,
    checked_on: another || change.source !== undefined ? today : before?.checkedOn,
  })
}

/** The fact with this first day on which it is no longer in force. Refuses like `changedFact`. */
export function endedFact(before: Fact, on: Day, today: Day): Fact {
  return checked(before, today, { ...factFields(before), valid_to: on })
}

function isInForce({ validFrom, validTo }: Fact, day: Day): boolean {
  return validFrom <= day && (validTo === null || validTo > day)
}

function checked(before: Fact | undefined, today: Day, fields: Record<string, unknown>): Fact {
  const read = factFrom(fields)
  if (!read.ok) {
    const field = fieldNames[read.field]
    if (field === undefined) throw new AppError('invalid', read.why)
    throw new WrongFact(
      field,
      field === 'validTo' && isDay(String(fields['valid_to'])) ? read.why : rules[field],
    )
  }
  // What is over, or not yet in force, is heard nowhere: a second person says that it may be again.
  const reopened = before !== undefined && !isInForce(before, today) && isLonger(before, read.value)
  return reopened ? { ...read.value, status: 'needs-confirmation' } : read.value
}

function checkBeginning(before: Fact | undefined, { validFrom }: FactChange, today: Day): void {
  if (before === undefined || validFrom === undefined || !isDay(validFrom)) return
  if (validFrom <= today || !isInForce(before, today)) return
  throw new WrongFact('validFrom', {
    vi: `Dữ kiện này đang có hiệu lực; nếu dời ngày bắt đầu tới ${dayForPeople(validFrom)} thì từ nay đến đó không còn gì để nói. Hãy cho dữ kiện cũ hết hiệu lực ngày ấy, rồi ghi dữ kiện mới với mã khác.`,
    en: `This fact is in force; were it to begin on ${validFrom}, nothing could be said until then. Let the old one end on that day and enter the new one under another key.`,
  })
}

const sourceWanted: Sentence = {
  vi: 'Giá trị mới phải có nguồn: văn bản hay bài báo có ngày. Hãy ghi thêm nguồn.',
  en: 'A new value needs its source: a dated document or report. Give the source as well.',
}

const fieldNames: Readonly<Record<string, FactField>> = {
  ...{ id: 'id', kind: 'kind', name_vi: 'nameVi', name_en: 'nameEn', value: 'value', spoken: 'spoken' },
  ...{ source: 'source', valid_from: 'validFrom', valid_to: 'validTo' },
}

function oneLine(what: Sentence, charactersMax: number): Sentence {
  return {
    vi: `Hãy ghi ${what.vi}: một dòng, nhiều nhất ${charactersMax} ký tự, không có dấu ngoặc nhọn.`,
    en: `Give ${what.en}: one line of at most ${charactersMax} characters, without braces.`,
  }
}

const aDay: Sentence = {
  vi: 'Hãy ghi một ngày có thật, năm-tháng-ngày, ví dụ 2026-12-01.',
  en: 'Give a real day, year-month-day, such as 2026-12-01.',
}

/** What each field must be. */
const rules: Readonly<Record<FactField, Sentence>> = {
  id: {
    vi: 'Mã chỉ gồm a–z không dấu, số và gạch nối, nhiều nhất 64 ký tự. Ví dụ: hotline-115',
    en: 'A key has only a–z, figures and hyphens, at most 64 of them, such as hotline-115.',
  },
  kind: {
    vi: 'Hãy chọn loại: đường dây nóng (hotline), cơ quan (agency), văn bản (law), con số (figure) hay ngày (day).',
    en: 'Choose the kind: hotline, agency, law, figure or day.',
  },
  nameVi: oneLine({ vi: 'tên tiếng Việt', en: 'the Vietnamese name' }, 400),
  nameEn: oneLine({ vi: 'tên tiếng Anh', en: 'the English name' }, 400),
  value: oneLine({ vi: 'giá trị', en: 'the value' }, 200),
  spoken: oneLine({ vi: 'cách đọc', en: 'how it is read' }, 400),
  source: oneLine({ vi: 'nguồn', en: 'the source' }, 1000),
  validFrom: aDay,
  validTo: aDay,
}

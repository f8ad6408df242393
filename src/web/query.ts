/**
 * What a visitor asked for in the address. Each reader gives the value or refuses with a sentence that
 * names what was typed; the page of the refusal shows it again, ready to be put right. Pure.
 */
import { isDay, isMonth, type Day, type Month } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import { cleanText } from '../base/text.ts'
import { sentence, type Values, type Word } from './words/index.ts'

/** Names of the fields, each with the word that labels it. */
export const fields = {
  q: 'field.q',
  month: 'field.month',
  state: 'field.state',
  kind: 'field.kind',
  station: 'field.station',
  unit: 'field.unit',
  day: 'field.day',
  script: 'field.script',
  version: 'field.version',
  from: 'field.from',
  to: 'log.last-day',
  role: 'people.role',
  person: 'log.person',
  what: 'log.what',
  sort: 'field.sort',
  page: 'field.page',
  lang: 'field.lang',
} as const satisfies Record<string, Word>
export type Field = keyof typeof fields

/** Months for which there can be anything: the stations' areas are those of the communes of 2021. */
export const firstMonth: Month = '2021-12'
export const lastMonth: Month = '2099-12'
/** Longer searches name nothing. */
const searchMax = 100
/** What of a wrong value is repeated in a sentence; the field itself keeps all of it. */
const repeatedMax = 60

/** A wrong value in one field of the address. */
export class WrongQuery extends AppError {
  readonly field: Field

  constructor(field: Field, word: Word, values: Values = {}) {
    super('invalid', sentence(word, values))
    this.field = field
  }
}

function typed(query: URLSearchParams, field: Field): string | undefined {
  const values = query.getAll(field)
  if (values.length > 1) throw new WrongQuery(field, 'wrong.twice', { field })
  const [value] = values
  return value === undefined || value.trim() === '' ? undefined : value.trim()
}

function repeated(value: string): string {
  return value.length > repeatedMax ? `${value.slice(0, repeatedMax)}…` : value
}

/** The month asked for, or the given one. */
export function askedMonth(query: URLSearchParams, otherwise: Month): Month {
  const value = typed(query, 'month')
  if (value === undefined) return otherwise
  if (!isMonth(value)) throw new WrongQuery('month', 'wrong.month', { typed: repeated(value) })
  if (value < firstMonth || value > lastMonth) {
    throw new WrongQuery('month', 'wrong.month-range', { typed: value, first: '12/2021', last: '12/2099' })
  }
  return value
}

/** What to search for, cleaned; empty when nothing. At most 100 characters. */
export function askedSearch(query: URLSearchParams): string {
  const value = cleanText(typed(query, 'q') ?? '').replaceAll('\n', ' ')
  if (value.length > searchMax) {
    throw new WrongQuery('q', 'wrong.search', { length: value.length, most: searchMax })
  }
  return value
}

/** One of the choices, or undefined when none is asked for. */
export function askedChoice<T extends string>(
  query: URLSearchParams,
  field: Field,
  choices: readonly T[],
): T | undefined {
  const value = typed(query, field)
  if (value === undefined) return undefined
  const choice = choices.find((each) => each === value)
  if (choice === undefined) {
    throw new WrongQuery(field, 'wrong.choice', { typed: repeated(value), choices: choices.join(', ') })
  }
  return choice
}

/** The page asked for, from 1. */
export function askedPage(query: URLSearchParams): number {
  const value = typed(query, 'page')
  if (value === undefined) return 1
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new WrongQuery('page', 'wrong.page', { typed: repeated(value) })
  return Number(value)
}

/** The number of a version, when one is asked for. */
export function askedVersion(query: URLSearchParams): number | undefined {
  const value = typed(query, 'version')
  if (value === undefined) return undefined
  if (!/^[1-9]\d{0,5}$/.test(value))
    throw new WrongQuery('version', 'wrong.version', { typed: repeated(value) })
  return Number(value)
}

/** A day, when one is asked for. */
export function askedDay(query: URLSearchParams, field: Field): Day | undefined {
  const value = typed(query, field)
  if (value !== undefined && !isDay(value))
    throw new WrongQuery(field, 'wrong.day', { typed: repeated(value) })
  return value
}

/** An identifier of ours, when one is asked for. */
export function askedId(query: URLSearchParams, field: Field): string | undefined {
  const value = typed(query, field)
  if (value !== undefined && !/^[a-z0-9.-]{1,64}$/.test(value)) {
    throw new WrongQuery(field, 'wrong.id', { typed: repeated(value) })
  }
  return value
}

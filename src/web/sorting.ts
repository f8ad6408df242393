/**
 * In which order a list stands: by one of its columns or, without one in the address, in the list's own order. The
 * order goes along with search, filter, page and CSV because it is part of the address: `?sort=name`, `?sort=-name`.
 */
import { askedChoice } from './query.ts'
import type { Visit } from './visit.ts'

/** What of a line its order looks at; null: nothing is known, and it stands last whichever way the list goes. */
export type Looked = string | number | null

/** By which column, and which way. */
export type Order<K extends string = string> = { key: K; descending: boolean }

/** The head of a column: where it leads, and how the list stands by it now. */
export type Column = { href: string; aria: 'ascending' | 'descending' | null; name: string }

export type Sorting<T, K extends string> = {
  /** The order as the address says it, for the form that searches; empty in the list's own order. */
  sort: string
  by: Order<K> | undefined
  /** The head of each column that sorts. */
  columns: Record<K, Column>
  /** The lines in that order, equal ones as they came; a new list. */
  order: (lines: readonly T[]) => T[]
}

// Vietnamese letters in their own order (a ă â, d đ, tone after letter); figures in names by their value.
const collator = new Intl.Collator('vi', { numeric: true })

/**
 * The order asked for among the columns of a list, each with what of a line it looks at. Texts stand as Vietnamese
 * orders them. Refuses (`invalid`, field `sort`) a column that the list does not have.
 *
 * ```ts
 * const sorting = askedSorting(visit, { name: (unit: Unit) => unit.fullName, people: (unit) => unit.population })
 * sorting.order(units)
 * ```
 */
export function askedSorting<T, K extends string>(
  visit: Visit,
  looks: Readonly<Record<K, (line: T) => Looked>>,
): Sorting<T, K> {
  const { sort, by, columns } = askedOrder(visit, Object.keys(looks) as K[])
  return {
    ...{ sort, by, columns },
    order: (lines) => (by === undefined ? [...lines] : inOrder(lines, looks[by.key], by.descending)),
  }
}

/** The same for a list that somebody else puts in order, such as the database. */
export function askedOrder<K extends string>(
  visit: Visit,
  keys: readonly K[],
): Omit<Sorting<never, K>, 'order'> {
  const asked = askedChoice(
    visit.query,
    'sort',
    keys.flatMap((key) => [key, `-${key}`]),
  )
  const key = keys.find((each) => asked === each || asked === `-${each}`)
  const by = key === undefined ? undefined : { key, descending: asked !== key }
  return { sort: asked ?? '', by, columns: columnsOf(visit, keys, by) }
}

/** The same ways for a list of cards, which has no heads: each with its label, in the order of the labels. */
export function waysToOrder<K extends string>(
  columns: Readonly<Record<K, Column>>,
  labels: Readonly<Record<K, string>>,
): (Column & { label: string; down: boolean })[] {
  return (Object.keys(labels) as K[]).map((key) => ({
    ...columns[key],
    label: labels[key],
    down: columns[key].aria === 'descending',
  }))
}

/** A column leads up, then down, then back to the list's own order; always to its first page. */
function columnsOf<K extends string>(
  visit: Visit,
  keys: readonly K[],
  by: Order<K> | undefined,
): Record<K, Column> {
  const columns = keys.map((name): [K, Column] => {
    const here = by?.key === name ? by : undefined
    const next = here === undefined ? name : here.descending ? undefined : `-${name}`
    const aria = here === undefined ? null : here.descending ? 'descending' : 'ascending'
    return [name, { name, aria, href: visit.link({ sort: next, page: undefined }) }]
  })
  return Object.fromEntries(columns) as Record<K, Column>
}

function inOrder<T>(lines: readonly T[], look: (line: T) => Looked, descending: boolean): T[] {
  const looked = lines.map((line) => ({ line, seen: look(line) }))
  looked.sort(({ seen: a }, { seen: b }) => {
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    const order =
      typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b))
    return descending ? -order : order
  })
  return looked.map(({ line }) => line)
}

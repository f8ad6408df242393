/** Lists as CSV for a spreadsheet: exactly the lines that the page shows with the same filter, all pages of them. */
import { stringify } from 'csv-stringify/sync'
import type { Visit } from './visit.ts'

export type Sheet = {
  name: string
  head: readonly string[]
  rows: readonly (readonly (string | number | null)[])[]
}

/**
 * The sheet as CSV: UTF-8 with byte order mark, so that Excel reads Vietnamese; cells that a
 * spreadsheet would run as a formula (= + - @ tab) begin with an apostrophe. Figures stay figures.
 */
export function csvOf(sheet: Sheet): string {
  return stringify(
    [sheet.head, ...sheet.rows].map((row) => [...row]),
    {
      bom: true,
      escape_formulas: true,
      record_delimiter: '\r\n',
    },
  )
}

/** The address of a list's CSV with the same filter and without the page. */
export function csvHref(visit: Visit, path: string): string {
  const query = visit.link({ page: undefined }).split('?')[1]
  return query === undefined ? path : `${path}?${query}`
}

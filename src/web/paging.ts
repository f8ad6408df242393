/** Long lists, a page at a time; the page is part of the address. Pure. */
import { AppError } from '../base/errors.ts'
import { sentence } from './words/index.ts'

/** Lines on one page of a list. */
export const pageLines = 50

export type Paging = {
  page: number
  pages: number
  total: number
  from: number
  to: number
  previous: string | null
  next: string | null
}

/** The lines of one page of `most` lines, and where it lies. Refuses (`not_found`) a page after the last. */
export function pageOf<T>(
  lines: readonly T[],
  page: number,
  link: (changes: { page: number | undefined }) => string,
  most = pageLines,
): { lines: T[]; paging: Paging } {
  const paging = pageOfTotal(lines.length, page, link, most)
  const start = (page - 1) * most
  return { lines: lines.slice(start, start + most), paging }
}

/** Where a page lies in a list of `total` lines that is not in memory. Refuses like `pageOf`. */
export function pageOfTotal(
  total: number,
  page: number,
  link: (changes: { page: number | undefined }) => string,
  most = pageLines,
): Paging {
  const pages = Math.max(1, Math.ceil(total / most))
  if (page > pages) throw new AppError('not_found', sentence('wrong.page-after-last', { page, pages }))
  const start = (page - 1) * most
  return {
    page,
    pages,
    total,
    from: total === 0 ? 0 : start + 1,
    to: Math.min(start + most, total),
    previous: page > 1 ? link({ page: page === 2 ? undefined : page - 1 }) : null,
    next: page < pages ? link({ page: page + 1 }) : null,
  }
}

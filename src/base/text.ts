/** Vietnamese text: one normal form, a search key without diacritics, and figures as people write them. */

const unheard =
  /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g
// No letter of any language carries so many marks, and composing thousands of them takes for ever.
const manyMarks = /(\p{M}{30})\p{M}+/gu

/** Unicode NFC without control characters other than line feed; speech engines misread decomposed letters. */
export function cleanText(text: string): string {
  // Bidirectional marks and zero-width characters change what is shown without changing what is read. They go
  // before letters are composed: a mark may have stood behind one. Some marks come apart when they are
  // composed, so they are counted once more.
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(unheard, (c) => (c === '\t' ? ' ' : ''))
    .replaceAll(manyMarks, '$1')
    .normalize('NFC')
    .replaceAll(manyMarks, '$1')
}

/** Where a place (UTF-16 units from 0) is for people: line and column from 1, a letter with its marks as one column. */
export function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  return { line, column: columnsOf(before.slice(lineStart)) + 1 }
}

/** The line (from 1) of places in a text that is asked about often: its lines are found once. */
export function linesOf(text: string): (at: number) => number {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)]
  return (at) => {
    let [first, after] = [0, starts.length]
    while (after - first > 1) {
      const middle = (first + after) >> 1
      if ((starts[middle] ?? 0) <= at) first = middle
      else after = middle
    }
    return first + 1
  }
}

/** How many columns a line takes: combining marks stand on the letter before them. */
export function columnsOf(text: string): number {
  return Array.from(text.replaceAll(/\p{M}/gu, '')).length
}

/**
 * Search key: lower case, no diacritics, đ as d, apostrophes and hyphens dropped, spaces squeezed.
 * "Trà Cang" and "tra cang" meet, "Đại Lộc" and "dai loc" too. SQLite's own folding leaves đ alone.
 */
export function foldName(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .replaceAll(/['’ʼ`´-]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** Order of names as a Vietnamese dictionary has it (SQLite puts Đ after T). */
export const byVietnameseName: (a: string, b: string) => number = new Intl.Collator('vi').compare

const figures = new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 2 })

/** A figure as Vietnamese readers write it: 1.234,5. */
export function figure(value: number): string {
  return figures.format(value)
}

const englishFigures = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 })

/** A figure as English readers write it: 1,234.5. */
export function englishFigure(value: number): string {
  return englishFigures.format(value)
}

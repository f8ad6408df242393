/** Vietnamese text: one normal form, a search key without diacritics, and figures as people write them. */

/** Unicode NFC without control characters other than line feed; speech engines misread decomposed letters. */
export function cleanText(text: string): string {
  // Bidirectional marks and zero-width characters change what is shown without changing what is read. They go
  // before letters are composed: a mark may have stood behind one.
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(
      /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g,
      (c) => (c === '\t' ? ' ' : ''),
    )
    .normalize('NFC')
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

/** How telephone numbers are read aloud, and found in words. Pure. */

const digitWords = ['không', 'một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín']

/**
 * A number digit by digit, in breaths of three or four: 18001581 is “một tám không không, một năm tám một”.
 * Undefined for what is no plain number of 3 to 15 digits.
 */
export function digitsRead(number: string): string | undefined {
  const digits = number.replaceAll(/[ .-]/g, '')
  if (!/^\d{3,15}$/.test(digits)) return undefined
  const breaths = digits.length <= 5 ? [digits] : (digits.match(/^\d{4}|\d{3,4}(?=(?:\d{3})*$)|\d+/g) ?? [])
  return breaths
    .map((breath) => Array.from(breath, (digit) => digitWords[Number(digit)] ?? '').join(' '))
    .join(', ')
}

const readings: ReadonlyMap<string, string> = new Map([
  ...digitWords.map((word, digit): [string, string] => [word, String(digit)]),
  ...[
    ['mốt', '1'],
    ['tư', '4'],
    ['lăm', '5'],
    ['nhăm', '5'],
    ['bẩy', '7'],
  ].map(([word = '', digit = '']): [string, string] => [word, digit]),
])

/** The digit a word stands for; undefined for another word. */
export function digitOf(word: string): string | undefined {
  return readings.get(word.toLowerCase())
}

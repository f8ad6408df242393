/** Figures as words: whole numbers, decimals, digit by digit. */

const units = ['không', 'một', 'hai', 'ba', 'bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín'] as const
const powers = ['', 'nghìn', 'triệu', 'tỷ', 'nghìn tỷ', 'triệu tỷ'] as const

/** Between hundreds and a single unit: "linh" in the north, "lẻ" in the centre and the south. */
export type ZeroTens = 'linh' | 'lẻ'

/** More digits than this have no everyday name (999 triệu tỷ). */
export const cardinalDigitsMax = 18

/**
 * A whole number in words: 15 mười lăm, 21 hai mươi mốt, 24 hai mươi tư, 105 một trăm linh năm,
 * 1005 một nghìn không trăm linh năm. `digits` holds only 0-9, at most 18 of them after leading zeros.
 */
export function cardinal(digits: string, zeroTens: ZeroTens = 'linh'): string {
  const plain = digits.replace(/^0+(?=\d)/, '')
  if (!/^\d+$/.test(plain) || plain.length > cardinalDigitsMax) throw new RangeError(`no name for ${digits}`)
  if (plain === '0') return 'không'
  const groups: string[] = []
  for (let end = plain.length; end > 0; end -= 3) groups.unshift(plain.slice(Math.max(0, end - 3), end))
  const words: string[] = []
  groups.forEach((group, index) => {
    if (Number(group) === 0) return
    const power = powers[groups.length - 1 - index] ?? ''
    // "nghìn tỷ" says its "tỷ" once, with the last group that has it.
    const tyFollows =
      /(nghìn|triệu) tỷ/.test(power) &&
      groups.slice(index + 1, groups.length - 3).some((later) => Number(later) > 0)
    words.push(hundreds(group, words.length > 0, zeroTens), tyFollows ? power.replace(' tỷ', '') : power)
  })
  return words.filter((word) => word !== '').join(' ')
}

/** Three digits; `inside` says that larger groups went before, so that a missing hundred is said. */
function hundreds(group: string, inside: boolean, zeroTens: ZeroTens): string {
  const [hundred, ten, unit] = Array.from(group.padStart(3, '0'), Number) as [number, number, number]
  const words: string[] = []
  if (hundred > 0 || inside) words.push(`${units[hundred] ?? ''} trăm`)
  if (ten === 0 && unit > 0 && words.length > 0) words.push(zeroTens)
  if (ten === 1) words.push('mười')
  if (ten > 1) words.push(`${units[ten] ?? ''} mươi`)
  if (unit > 0) words.push(unitAfter(ten, unit))
  return words.join(' ')
}

/** The unit changes its sound after tens: mười lăm, hai mươi mốt, hai mươi tư. */
function unitAfter(ten: number, unit: number): string {
  if (ten >= 1 && unit === 5) return 'lăm'
  if (ten >= 2 && unit === 1) return 'mốt'
  if (ten >= 2 && unit === 4) return 'tư'
  return units[unit] ?? ''
}

/** Each digit by its name: 0912 không chín một hai. */
export function digitByDigit(digits: string): string {
  return Array.from(digits, (digit) => units[Number(digit)] ?? '').join(' ')
}

/** A decimal: 1,5 một phẩy năm; 94,78 chín mươi tư phẩy bảy mươi tám; 1,05 một phẩy không năm. */
export function decimal(whole: string, fraction: string, zeroTens: ZeroTens = 'linh'): string {
  const after =
    fraction.length > 2 || fraction.startsWith('0') ? digitByDigit(fraction) : cardinal(fraction, zeroTens)
  return `${cardinal(whole, zeroTens)} phẩy ${after}`
}

/** Telephone digits in the groups people say, with a pause between: "một tám không không, một năm tám một". */
export function phoneDigits(groups: readonly string[]): string {
  return groups.map(digitByDigit).join(', ')
}

/** The usual groups of an ungrouped number: 8 as 4-4, 9 as 3-3-3, 10 as 4-3-3, 11 as 4-4-3, others in threes. */
export function phoneGroups(digits: string): string[] {
  const sizes: Record<number, number[]> = { 7: [3, 4], 8: [4, 4], 9: [3, 3, 3], 10: [4, 3, 3], 11: [4, 4, 3] }
  const groups: string[] = []
  let rest = digits
  for (const size of sizes[digits.length] ?? []) {
    groups.push(rest.slice(0, size))
    rest = rest.slice(size)
  }
  while (rest.length > 4) {
    groups.push(rest.slice(0, 3))
    rest = rest.slice(3)
  }
  if (rest !== '') groups.push(rest)
  return groups
}

const romanValues: Record<string, number> = { I: 1, V: 5, X: 10, L: 50, C: 100 }

/** A Roman numeral up to CCC, written the one right way; undefined for anything else (IIII, VX, CCCC). */
export function romanValue(text: string): number | undefined {
  if (!/^C{0,3}(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})$/.test(text) || text === '') return undefined
  const values = Array.from(text, (letter) => romanValues[letter] ?? 0)
  return values.reduce((sum, value, index) => sum + (value < (values[index + 1] ?? 0) ? -value : value), 0)
}

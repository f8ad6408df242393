/** Which files are decoded in full although their packets are proven: two in a hundred, by their names. */
const sampleShare = 0.02

/**
 * Two in a hundred of these, on average also of a few: those whose names (SHA-256, hexadecimal) come first. Always the
 * same of the same names, and nobody can choose which.
 */
export function sampleOf(names: readonly string[]): ReadonlySet<string> {
  const sorted = names.toSorted()
  // Of fifty names one; of ten one in every fifth case, for which the last digits are as good as dice.
  const chance = Number.parseInt(sorted[0]?.slice(-8) ?? '0', 16) / 2 ** 32
  return new Set(sorted.slice(0, Math.floor(sampleShare * sorted.length + chance)))
}

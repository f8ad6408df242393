/** Numbers and symbols of official documents: 162/2025/NĐ-CP, 53/2024/QH15, 4215/KH-UBND, NĐ-CP. */
import type { Lexicon } from './lexicon.ts'
import { cardinal } from './numbers.ts'
import { matchAt, type Place, type Reading, type Rule } from './rule.ts'

// Bounded, so that a page of capitals and hyphens costs no more than any other.
const part = '[A-ZĐƯ]\\p{L}{0,15}(?:&[A-ZĐƯ]\\p{L}{0,15})?\\d{0,2}'
const numbered = new RegExp(`(\\d{1,6})\\/(?:(\\d{4})\\/)?(${part}(?:[-–]${part}){0,5})(?![\\p{L}\\d])`, 'uy')
const party = new RegExp(`(\\d{1,4})[-–](${part})\\/(${part})(?![\\p{L}\\d])`, 'uy')
const bare = new RegExp(`(${part}(?:-${part}){1,5})(?![\\p{L}\\d])`, 'uy')

/**
 * A document's number: "một trăm sáu mươi hai năm hai nghìn không trăm hai mươi lăm của Chính phủ". The
 * kind ("nghị định") is said only when the text has not said it just before.
 */
export const documentNumber: Rule = (place) => {
  const found = matchAt(numbered, place)
  if (found === null) return undefined
  const [whole, number = '', year, symbol = ''] = found
  const named = readSymbol(symbol, place)
  if (named === undefined) return { length: whole.length, ask: [] }
  const { lexicon } = place
  const words = [cardinal(number, lexicon.zeroTens)]
  if (year !== undefined) words.push(`năm ${cardinal(year, lexicon.zeroTens)}`)
  words.push(...named.issuers)
  if (named.kind !== undefined && !isSaid(named.kind, place)) words.unshift(named.kind, 'số')
  return { length: whole.length, say: words.join(' ') }
}

/** The Party's way: 12-CT/TW. */
export const partyNumber: Rule = (place) => {
  const found = matchAt(party, place)
  if (found === null) return undefined
  const [whole, number = '', kind = '', issuer = ''] = found
  const named = readSymbol(`${kind}-${issuer}`, place)
  if (named?.kind === undefined) return { length: whole.length, ask: [] }
  const words = [cardinal(number, place.lexicon.zeroTens), ...named.issuers]
  if (!isSaid(named.kind, place)) words.unshift(named.kind, 'số')
  return { length: whole.length, say: words.join(' ') }
}

/** A symbol without a number: NĐ-CP nghị định của Chính phủ. */
export const documentSymbol: Rule = (place): Reading | undefined => {
  const found = matchAt(bare, place)
  if (found === null) return undefined
  const symbol = found[1] ?? ''
  const named = readSymbol(symbol, place)
  if (named?.kind === undefined || named.issuers.length === 0) return undefined
  const words = isSaid(named.kind, place) ? named.issuers : [named.kind, ...named.issuers]
  return { length: symbol.length, say: words.join(' ') }
}

/** The kind and the issuers that a symbol names; undefined when any part is unknown. */
function readSymbol(
  symbol: string,
  { lexicon }: Place,
): { kind: string | undefined; issuers: string[] } | undefined {
  const [first = '', ...rest] = symbol.split(/[-–]/u)
  const kind = kindOf(first, lexicon)
  const issuers = (kind === undefined ? [first, ...rest] : rest).map((code) => issuerOf(code, lexicon))
  if (issuers.some((issuer) => issuer === undefined)) return undefined
  return { kind, issuers: issuers.filter((issuer) => issuer !== undefined) }
}

function kindOf(code: string, lexicon: Lexicon): string | undefined {
  if (lexicon.issuers.has(code)) return undefined
  const ambiguous = lexicon.ambiguous.get(code)?.inDocumentNumber
  if (ambiguous !== undefined && ambiguous !== '' && !ambiguous.startsWith('của ')) return ambiguous
  return lexicon.abbreviations.get(code)
}

function issuerOf(code: string, lexicon: Lexicon): string | undefined {
  const known = lexicon.issuers.get(code)
  if (known !== undefined) return known
  // National Assemblies have a number: QH13 is the thirteenth, whether the lexicon lists it or not.
  const assembly = /^(QH|UBTVQH)(\d{1,2})$/.exec(code)
  if (assembly === null) return undefined
  const body = assembly[1] === 'QH' ? 'Quốc hội' : 'Ủy ban Thường vụ Quốc hội'
  return `của ${body} khóa ${cardinal(assembly[2] ?? '', lexicon.zeroTens)}`
}

function isSaid(kind: string, { before, lexicon }: Place): boolean {
  const near = before.slice(-50).toLowerCase()
  const shortForms = [...lexicon.abbreviations]
    .filter(([, spoken]) => spoken === kind)
    .map(([written]) => written)
  return near.includes(kind.toLowerCase()) || shortForms.some((short) => before.slice(-12).includes(short))
}

/** Words: the lexicon's readings, abbreviations, Roman numerals, letters as labels, names, capitals. */
import { cardinal, romanValue } from './numbers.ts'
import { after, follows, matchAt, type Place, type Reading, type Rule } from './rule.ts'
import { hasVietnameseVowel, isSyllable, letterName } from './syllable.ts'

const word = /\p{L}[\p{L}\p{M}]*(?:['’][\p{L}\p{M}]+)*/uy
const address =
  /(?:https?:\/\/|www\.)\S+|[\w.+-]+@[\w.-]+|[\w-]+(?:\.[\w-]+)*\.(?:vn|com|net|org|gov|info|edu)(?:\/\S*)?(?!\w)/uy

const romanLeaders =
  /khóa|khoá|chương|phần|mục|quý|lần thứ|thứ|thế kỷ|thôn|khu|khu vực|kỳ|hạng|loại|cấp|bậc|vùng|tổ|tập|đợt|giai đoạn|hội nghị|đại hội|nhóm/
const labelLeaders =
  /điểm|mục|khu|tổ|nhóm|loại|hạng|phương án|lô|khối|dãy|cửa|vitamin|lớp|đội|nhà|cổng|bến|cách|gan|mẫu|câu/
const countWords =
  /một|hai|ba|bốn|tư|năm|sáu|bảy|tám|chín|mười|mươi|trăm|nghìn|ngàn|mấy|vài|mỗi|từng|nửa|bao nhiêu|trên/

/** What the lexicon fixes, longest first. A single letter with a dot ("P.") only before a name or a number. */
export const fixedReading: Rule = (place) => {
  for (const { written, spoken, abbreviation } of place.lexicon.fixed.get(place.text[place.at] ?? '') ?? []) {
    if (!startsHere(place, written)) continue
    if (abbreviation && /^\p{L}\.$/u.test(written) && !standsForPlace(place, written.length)) {
      return { length: written.length, ask: [spoken] }
    }
    // Shouted text may hold words that look like an abbreviation: CA SĨ is no policeman.
    if (abbreviation && isSyllable(written) && capitalRun(place).some(hasVietnameseVowel)) {
      return { length: written.length, ask: [spoken, written.toLowerCase()] }
    }
    // The full stop of "v.v." also ends a sentence when a new one begins.
    const ends =
      written.endsWith('.') &&
      /^\s*(?:$|\n|\s\p{Lu})/u.test(after(place, written.length)) &&
      written.length > 3
    return { length: written.length, say: ends ? `${spoken}.` : spoken }
  }
  return undefined
}

/** Mail and web addresses cannot be heard and remembered: they are asked about. */
export const webAddress: Rule = (place) => {
  const found = matchAt(address, place)
  return found === null ? undefined : { length: found[0].replace(/[.,;:!?)]+$/u, '').length, ask: [] }
}

/** III after "quý", XV after "khóa": Roman only where it is a numeral. */
export const romanNumeral: Rule = (place) => {
  const found = matchAt(/[IVXLC]+(?![\p{L}\d'’])/uy, place)
  if (found === null) return undefined
  const value = romanValue(found[0])
  if (value === undefined) return undefined
  const before = place.before.replace(/[IVXLC]+\s*[-–—]\s*$/u, '')
  const say = cardinal(String(value), place.lexicon.zeroTens)
  if (!follows(before, romanLeaders)) return { length: found[0].length, ask: [say] }
  return {
    length: found[0].length,
    say: follows(before, /thứ/) && value === 1 ? 'nhất' : follows(before, /thứ/) && value === 4 ? 'tư' : say,
  }
}

/** "điểm b", "tổ A": a letter as a label is said by its name. */
export const letterLabel: Rule = (place) => {
  const found = matchAt(/\p{L}(?![\p{L}\p{M}\d'’.])|\p{L}(?=\.\s*(?:$|\n|\p{Lu}))/uy, place)
  if (found === null || !follows(place.before, labelLeaders)) return undefined
  const name = letterName(found[0])
  return name === undefined ? undefined : { length: 1, say: name }
}

/** Any other word: said as it is when it is Vietnamese, otherwise asked. */
export const plainWord: Rule = (place) => {
  const found = matchAt(word, place)
  if (found === null) return undefined
  const token = found[0]
  const length = token.length
  const ambiguous = place.lexicon.ambiguous.get(token)
  if (ambiguous !== undefined) return { length, ask: ambiguous.choices }
  const unit = place.lexicon.units.find(
    ([written]) =>
      written === token || (place.text.startsWith(written, place.at) && endsThere(place, written)),
  )
  if (
    unit !== undefined &&
    !isSyllable(unit[0]) &&
    (unit[0].length > 1 || follows(place.before, countWords)) &&
    follows(place.before, countWords)
  ) {
    return { length: unit[0].length, say: unit[1] }
  }
  if (/\d/.test(place.text[place.at + length] ?? ''))
    return { length: /^[\p{L}\d'’]+/u.exec(place.text.slice(place.at))?.[0].length ?? length, ask: [] }
  if (token.length === 1) return singleLetter(token, place)
  if (token === token.toUpperCase()) return capitals(token, place)
  const cased = token === token.toLowerCase() || token === capitalised(token)
  return cased && isSyllable(token) ? { length, say: token } : { length, ask: [] }
}

function startsHere({ text, at }: Place, written: string): boolean {
  // Books print the apostrophe of Ch'ơm in two ways.
  const here = text.slice(at, at + written.length).replaceAll('’', "'")
  return here === written.replaceAll('’', "'") && endsThere({ text, at }, written)
}

function endsThere({ text, at }: { text: string; at: number }, written: string): boolean {
  if (!/[\p{L}\d]$/u.test(written)) return true
  return !/^(?:[\p{L}\p{M}\d]|['’]\p{L})/u.test(text.slice(at + written.length, at + written.length + 2))
}

/** "Q. 1", "P. Tam Kỳ", not "chị H. kể" and not "Nguyễn Văn P. bị lừa". */
function standsForPlace(place: Place, length: number): boolean {
  const person = /(?:\p{Lu}[\p{Ll}\p{M}]+|anh|chị|em|ông|bà|cô|chú|bác|cháu|bé|tên)\s+$/u.test(place.before)
  return !person && /^\s?(?:\p{Lu}\p{Ll}|\d)/u.test(after(place, length))
}

/** Words of one letter: "ở", "à", "ý" are words, "A Vương" and "Y tế" begin with one, "B" alone is a question. */
function singleLetter(token: string, place: Place): Reading {
  const vowel = isSyllable(token)
  const lower = token === token.toLowerCase()
  if (vowel && (hasVietnameseVowel(token) || (lower && token !== 'i' && token !== 'u' && token !== 'e')))
    return { length: 1, say: token }
  const namesFollow = /^\s\p{Lu}\p{Ll}/u.test(after(place, 1))
  const yWord =
    token === 'Y' &&
    /^\s(?:tế|sĩ|bác|tá|khoa|học|dược|viện|như|vậy|lệnh|án|phục)(?!\p{L})/iu.test(after(place, 1))
  if (vowel && ((/[AY]/.test(token) && namesFollow) || yWord)) return { length: 1, say: token }
  const name = letterName(token)
  return { length: 1, ask: name === undefined ? [] : [name] }
}

/** Capitals are an abbreviation nobody listed, or a heading and a word that is shouted. */
function capitals(token: string, place: Place): Reading {
  const length = token.length
  const run = capitalRun(place)
  const shouted =
    isSyllable(token) &&
    run.every(isSyllable) &&
    (run.length >= 2 ? run.some(hasVietnameseVowel) : hasVietnameseVowel(token))
  if (shouted) return { length, say: token.toLowerCase() }
  return { length, ask: isSyllable(token) ? [token.toLowerCase()] : [] }
}

/** The all-capitals words around the place that stand together, this one included; at most 40 each way. */
function capitalRun({ text, at, lexicon }: Place): string[] {
  const words = (part: string): string[] => part.split(/\s+/u).filter((each) => each !== '')
  const isCapitals = (each: string): boolean => /^\p{Lu}+[,.:;!?]*$/u.test(each)
  const lineStart = text.lastIndexOf('\n', at) + 1
  const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at)
  const left: string[] = []
  for (const each of words(text.slice(Math.max(lineStart, at - 300), at))
    .reverse()
    .slice(0, 40)) {
    if (!isCapitals(each)) break
    left.unshift(each)
  }
  const right: string[] = []
  for (const each of words(text.slice(at, Math.min(lineEnd, at + 300))).slice(0, 40)) {
    if (!isCapitals(each)) break
    right.push(each)
  }
  const known = new Set([...lexicon.fixed.values()].flat().map(({ written }) => written))
  return [...left, ...right].map((each) => each.replace(/[,.:;!?]+$/u, '')).filter((each) => !known.has(each))
}

function capitalised(token: string): string {
  return token.charAt(0).toUpperCase() + token.slice(1).toLowerCase()
}

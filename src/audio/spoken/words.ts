/** Words: the lexicon's readings, abbreviations, Roman numerals, letters as labels, names, capitals. */
import { cardinal, romanValue } from './numbers.ts'
import { after, follows, matchAt, type Place, type Reading, type Rule } from './rule.ts'
import { hasVietnameseVowel, isSyllable, letterName } from './syllable.ts'

const word = /\p{L}[\p{L}\p{M}]*(?:['’][\p{L}\p{M}]+)*/uy
// Bounded: a page of dots or letters without a space costs no more than any other.
const address =
  /(?:https?:\/\/|www\.)\S{1,500}|[\w.+-]{1,64}@[\w.-]{1,255}|[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.(?:vn|com|net|org|gov|info|edu)(?:\/\S{0,500})?(?!\w)/uy

const lettersAndFigures = /[\p{L}\p{M}\d'’]+/uy
const romanLeaders =
  /khóa|khoá|chương|phần|mục|quý|lần thứ|thứ|thế kỷ|thôn|khu|khu vực|kỳ|hạng|loại|cấp|bậc|vùng|tổ|tập|đợt|giai đoạn|hội nghị|đại hội|nhóm/
const labelLeaders =
  /điểm|mục|khu|tổ|nhóm|loại|hạng|phương án|lô|khối|dãy|cửa|vitamin|lớp|đội|nhà|cổng|bến|cách|gan|mẫu|câu|độ/
// "điểm a, b và c"
const labelList = /(?:^|[^\p{L}])điểm \p{L}(?:(?:[,;]| và| hoặc) (?:điểm )?\p{L}){0,8}(?:[,;]| và| hoặc) $/iu
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
    // The full stop of "v.v." also ends a sentence when a new one begins; after a title ("ThS.") comes a name.
    const rest = after(place, written.length)
    const ends = /^\p{Ll}\S*\.\S*\.$/u.test(written)
      ? /^\s*(?:$|\n|\s\p{Lu})/u.test(rest)
      : /\p{L}\.$/u.test(written) && /^["'”’)]?[^\S\n]*(?:$|\n)/u.test(rest)
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
  // Nobody counts fifty or a hundred so: "loại C", "độ C" are letters.
  if (value === undefined || /^[LC]$/.test(found[0])) return undefined
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
  if (found === null || !(follows(place.before, labelLeaders) || labelList.test(place.before)))
    return undefined
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
  if (ambiguous !== undefined) return severalReadings(token, ambiguous.choices, place)
  const unit = place.lexicon.units.find(
    ([written]) =>
      written === token || (place.text.startsWith(written, place.at) && endsThere(place, written)),
  )
  if (unit !== undefined && !isSyllable(unit[0]) && follows(place.before, countWords)) {
    return { length: unit[0].length, say: unit[1] }
  }
  if (/\d/.test(place.text[place.at + length] ?? ''))
    return { length: matchAt(lettersAndFigures, place)?.[0].length ?? length, ask: [] }
  if (token.length === 1) return singleLetter(token, place)
  if (token === token.toUpperCase()) return capitals(token, place)
  const cased = token === token.toLowerCase() || token === capitalised(token)
  return cased && isSyllable(token) ? { length, say: token } : { length, ask: [] }
}

/** TT alone, or with a figure that clings to it: "ĐT604" is one token. */
function severalReadings(token: string, choices: string[], place: Place): Reading {
  const clinging = /^(\d{1,6})(\p{L}?)(?![\p{L}\d])/u.exec(after(place, token.length))
  if (clinging === null) {
    return { length: matchAt(lettersAndFigures, place)?.[0].length ?? token.length, ask: choices }
  }
  const [whole, figures = '', letter = ''] = clinging
  const number = `${cardinal(figures, place.lexicon.zeroTens)} ${letterName(letter) ?? ''}`.trim()
  return { length: token.length + whole.length, ask: choices.map((choice) => `${choice} ${number}`) }
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
  if (vowel && hasVietnameseVowel(token) && capitalRun(place).length >= 2)
    return { length: 1, say: token.toLowerCase() }
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

/** The all-capitals words around the place that stand together, this one included; at most 12 each way. */
function capitalRun({ text, at, lexicon }: Place): string[] {
  const words = (part: string): string[] => part.split(/\s+/u).filter((each) => each !== '')
  const isCapitals = (each: string): boolean => /^\p{Lu}+[,.:;!?]*$/u.test(each)
  const before = text.slice(Math.max(0, at - 110), at)
  const behind = text.slice(at, at + 110)
  const left: string[] = []
  for (const each of words(before.slice(before.lastIndexOf('\n') + 1))
    .reverse()
    .slice(0, 12)) {
    if (!isCapitals(each)) break
    left.unshift(each)
  }
  const right: string[] = []
  for (const each of words(behind.split('\n', 1)[0] ?? '').slice(0, 12)) {
    if (!isCapitals(each)) break
    right.push(each)
  }
  return [...left, ...right]
    .map((each) => each.replace(/[,.:;!?]{1,100}$/u, ''))
    .filter((each) => !lexicon.written.has(each))
}

function capitalised(token: string): string {
  return token.charAt(0).toUpperCase() + token.slice(1).toLowerCase()
}

/** Numbers that count and measure: whole, decimal, with units, money and per cent; fractions and ratios. */
import { cardinal, cardinalDigitsMax, decimal, digitByDigit } from './numbers.ts'
import { letterName } from './syllable.ts'
import { after, dash, governing, matchAt, type Place, type Reading, type Rule } from './rule.ts'

const grouped = /\d{1,3}(?:\.\d{3}){1,40}(?:,(\d+))?(?![\d])(?![.,]\d)/uy
const spaced = /[1-9]\d{0,2}(?: \d{3}){1,40}(?![\d.,/])/uy
const withComma = /(\d+),(\d+)(?![\d])(?![.,]\d)/uy
const withDot = /(\d+)\.(\d+)(?![\d])/uy
const whole = /\d+(?![.,/]\d)/uy
const anyNumber = /\d+(?:[.,/:]\d+)*/uy
const fraction = /(\d{1,4})\/(\d{1,4})(?![\d])(?![/.,]\d)/uy
const dollars = /(?:US)?\$\s?(?=\d)/uy
const between = new RegExp(`\\s?${dash}\\s?(?=(\\d[\\d.,]*))`, 'uy')
const minus = /[-−](?=\d+(?:,\d+)?\s?°)/uy

const countable =
  /^\s*(?:người|em|cháu|hộ|gia đình|xã|phường|thị trấn|huyện|thôn|bản|làng|tổ|khối|khu|đại biểu|phiếu|trường|lớp|đơn vị|cơ sở|đài|loa|vụ|trường hợp|nạn nhân|thành viên|học sinh|điểm|câu|tiêu chí|chỉ tiêu|ngày|buổi|tháng|nhà|chi hội|chi bộ|cụm|trạm|chợ|trận|bước)(?!\p{L})/iu
const partOf =
  /^\s*(?:số|dân số|diện tích|tổng số|trong số|quãng đường|thời gian|chiều dài|các|những|thế giới|đất nước|chặng đường|hộ|nạn nhân|trường hợp)(?!\p{L})/iu
const coded =
  /(?:mã|mã số|mã vùng|số hiệu|số tài khoản|tài khoản|biển số|cccd|cmnd|otp|số máy|số định danh)\s*(?:là|:)?\s*$/iu
const asMoney = /^\s*(?:đồng|đ(?!\p{L})|vnđ|vnd|usd|đô la|người|hộ|m2|m²|ha(?!\p{L})|km|kg|lượt|tấn)/iu

/** Whether what follows a/b is counted: nine out of ten communes. */
export function isCounted(rest: string): boolean {
  return countable.test(rest)
}

const shared =
  /^\s*(?:số(?!\s*(?:\d|điện thoại|máy|hiệu|tổng đài|tài khoản|nhà|định danh))|dân số|diện tích|tổng số|trong số|quãng đường|chiều dài)(?!\p{L})/iu

/** Whether what follows a/b is something whole that has parts: three quarters of the households. */
export function isShareOf(rest: string): boolean {
  return shared.test(rest)
}

/** One and a half, one thousand, one and a half million: the number itself, then its unit when one follows. */
export const quantity: Rule = (place) => {
  const money = matchAt(dollars, place)
  if (money !== null) return dollarsFirst(place, money[0].length)
  const number = numberAt(place)
  if (number === undefined || 'ask' in number) return number
  const unit = unitAt(place, number.length)
  if (unit === undefined) return withoutUnit(place, number)
  return { length: number.length + unit.length, say: `${number.say} ${unit.say}` }
}

/** "-5°C": below zero. Any other minus before a figure is not ours to read. */
export const belowZero: Rule = (place) => {
  const found = matchAt(minus, place)
  return found !== null && !/(?:\d\s?|\p{L})$/u.test(place.before) ? { length: 1, say: 'âm' } : undefined
}

/** 2/3 of something, 9/10 communes; anything else with a stroke is asked. */
export const fractionOrRatio: Rule = (place) => {
  const found = matchAt(fraction, place)
  if (found === null) return undefined
  const [text, above = '', below = ''] = found
  const { zeroTens } = place.lexicon
  const [top, bottom] = [cardinal(above, zeroTens), cardinal(below, zeroTens)]
  const rest = after(place, text.length)
  const parts = bottom === 'bốn' ? 'tư' : bottom
  const proper = Number(below) > 0 && Number(above) <= Number(below)
  if (proper && partOf.test(rest)) return { length: text.length, say: `${top} phần ${parts}` }
  if (proper && countable.test(rest)) return { length: text.length, say: `${top} trên ${bottom}` }
  const choices = [`${top} phần ${parts}`, `${top} trên ${bottom}`]
  if (Number(below) <= 12 && Number(above) <= 31)
    choices.unshift(`ngày ${top} tháng ${below === '4' ? 'tư' : bottom}`)
  return { length: text.length, ask: choices }
}

/** "18-35 tuổi", "8h-11h", "10–12 %": the dash between two figures is "đến" when the second is larger. */
export const range: Rule = (place) => {
  const found = matchAt(between, place)
  if (found === null) return wordedRange(place)
  const left = /(\d[\d.,/]*)\s?(?:\p{L}{1,3}[²³]?|%|°C|['’′])?\s?$/u.exec(place.before)
  if (left === null) return undefined
  const plain = (text: string): number =>
    Number(text.replaceAll('.', '').replace(',', '.').replace(/[.,]$/, ''))
  // Hours, dates and figures with units on both sides are ranges whatever their size ("22h-5h").
  const bare =
    /^\d+$/.test(left[1] ?? '') &&
    /\d\s?$/u.test(place.before) &&
    /^\d+(?![\p{L}\d/:%])/u.test(after(place, found[0].length))
  const right = plain(found[1] ?? '')
  if (bare && plain(left[1] ?? '') >= right)
    return { length: found[0].length, ask: ['đến', 'trừ', 'nghỉ một nhịp'] }
  return { length: found[0].length, say: 'đến' }
}

const betweenWords = /[-–—]\s?(?=(thứ|ngày|tháng|năm|quý|lớp|điều|khoản|chương) \d)/iuy

/** "thứ 2 - thứ 6": both ends say what they count. */
function wordedRange(place: Place): Reading | undefined {
  const found = matchAt(betweenWords, place)
  const word = found?.[1]?.toLowerCase()
  const left = /(?:^|[^\p{L}])(\p{L}+) \d[\d/]*\s?$/u.exec(place.before)?.[1]?.toLowerCase()
  return found !== null && word === left ? { length: found[0].length, say: 'đến' } : undefined
}

const perWhat =
  /\/\s?(?=(?:giây|phút|giờ|tiếng|ca|buổi|ngày|đêm|tuần|tháng|quý|năm|vụ|mùa|đợt|kỳ|lần|lượt|chuyến|người|em|cháu|hộ|nhà|con|cây|cái|chiếc|bộ|suất|phần|vé|xe|phòng|bình|bao|sào|mẫu|thôn|xã|lớp|trường|lít|tấn|tạ|yến|cân)(?!\p{L}))/uy

/** "30 triệu đồng/tháng", "3 buổi/tuần", "7.000 đồng/kg": the stroke between a quantity and a measure is "một". */
export const perUnit: Rule = (place) => {
  if (!/\d[\d.,]*\s?(?:%|°C|\p{L}[\p{L}²³]*)(?:\s\p{L}+){0,2}(?:\/\p{L}+)?\s?$/u.test(place.before))
    return undefined
  const found = matchAt(perWhat, place)
  if (found !== null) return { length: found[0].length, say: 'một' }
  if (place.text[place.at] !== '/') return undefined
  const unit = unitAt(place, 1)
  return unit === undefined || !/^\p{L}/u.test(after(place, 1))
    ? undefined
    : { length: 1 + unit.length, say: `một ${unit.say}` }
}

/** The rest: figures that no rule reads are asked as they stand. */
export const unreadFigure: Rule = (place) => {
  const found = matchAt(anyNumber, place)
  return found === null ? undefined : { length: found[0].length, ask: [] }
}

function numberAt(place: Place): Reading | undefined {
  const { zeroTens } = place.lexicon
  const thousands = matchAt(grouped, place)
  if (thousands !== null && !thousands[0].startsWith('0')) {
    const [text, decimals] = thousands
    const digits = (text.split(',')[0] ?? '').replaceAll('.', '')
    if (digits.length > cardinalDigitsMax) return { length: text.length, ask: [] }
    return {
      length: text.length,
      say: decimals === undefined ? cardinal(digits, zeroTens) : decimal(digits, decimals, zeroTens),
    }
  }
  const apart = matchAt(spaced, place)
  if (apart !== null) {
    const say = cardinal(apart[0].replaceAll(' ', '').slice(-cardinalDigitsMax), zeroTens)
    return asMoney.test(after(place, apart[0].length))
      ? { length: apart[0].length, say }
      : { length: apart[0].length, ask: [say] }
  }
  const comma = matchAt(withComma, place)
  if (comma !== null) return decimalComma(place, comma)
  const dot = matchAt(withDot, place)
  if (dot !== null) {
    const [text, left = '', right = ''] = dot
    const readable = left.length <= cardinalDigitsMax && right.length <= 4
    return { length: text.length, ask: readable ? [decimal(left, right, zeroTens)] : [] }
  }
  return wholeNumber(place)
}

/** 1,5 is a decimal; 1,234 may be an English thousand, so it is asked unless a sign says which. */
function decimalComma(place: Place, found: RegExpExecArray): Reading {
  const [text, left = '', right = ''] = found
  if (left.length > cardinalDigitsMax) return { length: text.length, ask: [] }
  const say = decimal(left, right, place.lexicon.zeroTens)
  const thousandsLikely = right.length === 3 && left !== '0' && !/^\s?%/u.test(after(place, text.length))
  return thousandsLikely
    ? { length: text.length, ask: [say, cardinal(left + right, place.lexicon.zeroTens)] }
    : { length: text.length, say }
}

function wholeNumber(place: Place): Reading | undefined {
  const found = matchAt(whole, place)
  if (found === null) return undefined
  const digits = found[0]
  const before = governing(place)
  const { zeroTens } = place.lexicon
  if (coded.test(before)) return { length: digits.length, say: digitByDigit(digits) }
  if (/^0\d$/.test(digits)) return { length: digits.length, say: cardinal(digits, zeroTens) }
  if (/^0\d/.test(digits)) return { length: digits.length, say: digitByDigit(digits) }
  if (
    digits.length <= 6 ||
    (digits.length <= cardinalDigitsMax && asMoney.test(after(place, digits.length)))
  ) {
    return { length: digits.length, say: cardinal(digits, zeroTens) }
  }
  const choices =
    digits.length <= cardinalDigitsMax
      ? [cardinal(digits, zeroTens), digitByDigit(digits)]
      : [digitByDigit(digits)]
  return { length: digits.length, ask: choices }
}

/** A unit straight after a number. */
function unitAt(place: Place, length: number): { length: number; say: string } | undefined {
  const rest = after(place, length)
  const space = /^[ \u00A0]?/u.exec(rest)?.[0].length ?? 0
  for (const [written, spoken] of place.lexicon.units) {
    if (!rest.startsWith(written, space)) continue
    const tail = rest.slice(space + written.length)
    if (/^[\p{L}\d]/u.test(tail)) continue
    // A sign that slipped in twice ("50%%") is meant once.
    const twice = written === '%' && /^%(?![%\p{L}\d])/u.test(tail) ? 1 : 0
    return { length: space + written.length + twice, say: spoken }
  }
  return undefined
}

/** A letter that clings to a number is a label's letter after certain words ("quốc lộ 14E"), or a question. */
function withoutUnit(place: Place, number: Extract<Reading, { say: string }>): Reading {
  const tail = after(place, number.length)
  if (/^\$/u.test(tail)) return { length: number.length + 1, say: `${number.say} ${dollarWord(place)}` }
  if (!/^\p{L}/u.test(tail)) return number
  const clinging = /^\p{L}+/u.exec(tail)?.[0] ?? ''
  const road =
    /(?:quốc lộ|tỉnh lộ|đường|lớp|tổ|số|nhà|khu|khối|phòng|tuyến|kiệt|hẻm|ngõ|lô|thôn|điều|khoản|mẫu|gói)\s*$/iu
  const name = clinging.length === 1 && road.test(place.before) ? letterName(clinging) : undefined
  if (name === undefined) return { length: number.length + clinging.length, ask: [] }
  return { length: number.length + 1, say: `${number.say} ${name}` }
}

function dollarsFirst(place: Place, signLength: number): Reading {
  const number = numberAt({ ...place, at: place.at + signLength })
  if (number === undefined || 'ask' in number) return { length: signLength + (number?.length ?? 0), ask: [] }
  return { length: signLength + number.length, say: `${number.say} ${dollarWord(place)}` }
}

function dollarWord({ lexicon }: Place): string {
  return lexicon.units.find(([written]) => written === 'USD')?.[1] ?? 'đô la Mỹ'
}

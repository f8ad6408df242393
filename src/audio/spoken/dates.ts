/** Days, months, quarters and years. */
import { cardinal, romanValue } from './numbers.ts'
import { isCounted, isShareOf } from './quantities.ts'
import { after, follows, governing, matchAt, type Place, type Reading, type Rule } from './rule.ts'

const end = '(?![\\d])(?![/.-]\\d)'
const full = new RegExp(`(\\d{1,2})([/.-])(\\d{1,2})\\2(\\d{4})${end}`, 'uy')
const iso = new RegExp(`(\\d{4})-(\\d{2})-(\\d{2})${end}`, 'uy')
// "ngày 2/4 và 3/4", "2/4, 3/4": what follows a day may be another, whatever comes after it.
const besideDay = /(?<![\d/])\d{1,2}\/\d{1,2}(?:\s*,\s*|\s+và\s+)$/u
// "30/4-1/5" is two days.
const dayMonth = /(\d{1,2})([/.-])(\d{1,2})(?!\d)(?![/.]\d)(?!-\d(?!\d?\/\d))/uy
const monthYear = new RegExp(`(\\d{1,2})([/-])(\\d{4})${end}`, 'uy')
const quarterYear = new RegExp(`([IVX]+|\\d)\\/(\\d{4})${end}`, 'uy')
const small = /(\d{1,2})(?!\d)(?![.,:/]\d)(?!\s?(?:(?:h|giờ)(?!\p{L})|%))/uy

const dayWords = /ngày|mồng|mùng|hôm|rạng sáng|sáng|trưa|chiều|tối|đêm/
const startWords = /mồng|mùng/
const surelyDay = /ngày|mồng|mùng/
// Days that are known by their name: what follows the name is their date.
const feastDays =
  /dịp|lễ|tết|kỷ niệm|quốc khánh|quốc tế phụ nữ|phụ nữ việt nam|quốc tế lao động|quốc tế thiếu nhi|nhà giáo việt nam|thầy thuốc việt nam|thương binh,? liệt sĩ|giải phóng miền nam|toàn dân phòng, chống mua bán người/
// After these words a/b is a day of a month, unless things that are counted follow ("và 9/10 xã").
const dateWords = /hạn|trước|sau|từ|đến|tới|hai|ba|tư|năm|sáu|bảy|chủ nhật|và|vào/
const counters =
  /^\s*(?:lần|buổi|tiếng|giờ|bữa|viên|người|đồng|nghìn|triệu|ca|cuộc|lượt|phút|lít|bài|công)(?![\p{L}])/iu

/** 9/7/2021, 20.11.2025, 1-1-2026, 2025-07-01: "ngày mồng chín tháng bảy năm hai nghìn không trăm hai mươi mốt". */
export const fullDate: Rule = (place) => {
  const written = matchAt(full, place)
  const machine = written === null ? matchAt(iso, place) : null
  if (written === null && machine === null) return undefined
  const length = (written ?? machine)?.[0].length ?? 0
  const [day = '', month = '', year = ''] =
    written !== null ? [written[1], written[3], written[4]] : [machine?.[3], machine?.[2], machine?.[1]]
  if (!isDayOfMonth(day, month)) return { length, ask: [] }
  return { length, say: `${dayName(day, place)} tháng ${monthName(month)} năm ${year4(year, place)}` }
}

/** 30/7, 5/9: a day when the words around or the figures say so; 24/7 round the clock; "7/10" is asked. */
export const dayOfMonth: Rule = (place) => {
  const found = matchAt(dayMonth, place)
  if (found === null) return undefined
  const [whole, first = '', sign = '', second = ''] = found
  const before = governing(place)
  const named = follows(before, dayWords) || follows(before, feastDays)
  const beside = besideDay.test(place.before)
  const dated = named || beside || follows(before, dateWords)
  if (sign === '-' && !follows(before, dayWords)) return undefined
  if (sign === '.' && !dated) return undefined
  if (sign === '/' && !dated && /^24\/(?:7|24)$/.test(whole)) {
    const rest = after(place, whole.length)
    const hour = /^[hH](?!\p{L})/u.test(rest) ? 1 : 0
    // "24/24 giờ" names its unit, so it is read as it stands.
    if (/^\s?(?:giờ|tiếng)(?!\p{L})/u.test(rest))
      return { length: whole.length, say: `hai mươi tư trên ${cardinal(second)}` }
    return {
      length: whole.length + hour,
      say: whole === '24/7' ? 'suốt ngày đêm, bảy ngày trong tuần' : 'suốt ngày đêm',
    }
  }
  if (!isDayOfMonth(first, second)) return undefined
  if (sign === '-') return dashedDays(whole, first, second, place)
  // Thirty sevenths of something is never said: the larger figure before the stroke is a day.
  if (!dated && !(Number(first) > Number(second) && Number(first) > 12)) return undefined
  const say = `${follows(before, startWords) ? cardinal(first) : bareDay(first)} tháng ${monthName(second)}`
  const rest = after(place, whole.length)
  if (Number(first) < Number(second) && isShareOf(rest) && !follows(before, surelyDay)) {
    // "và 3/4 số hộ" is a share; "sáng 3/4 số hộ", "đến 3/4 số hộ" and "2/4 và 3/4 số hộ" may be a day as well.
    if (follows(before, /và/) && !beside) return undefined
    return { length: whole.length, ask: [say, `${cardinal(first)} phần ${monthName(second)}`] }
  }
  // "sau 9/10 xã": a day, or nine communes out of ten?
  if (!named && Number(first) <= Number(second) && isCounted(rest)) {
    return {
      length: whole.length,
      ask: [`ngày ${say}`, `${cardinal(first)} trên ${cardinal(second)}`],
    }
  }
  return { length: whole.length, say }
}

/** "ngày 10-12": the tenth of December, or the tenth to the twelfth? */
function dashedDays(whole: string, first: string, second: string, place: Place): Reading | undefined {
  if (/^\s*(?:\/|tháng)/u.test(after(place, whole.length)) || Number(second) > 12) return undefined
  const date = `${dayName(first, place)} tháng ${monthName(second)}`
  if (Number(first) > Number(second)) return { length: whole.length, say: date }
  return { length: whole.length, ask: [date, `${dayName(first, place)} đến ${bareDay(second)}`] }
}

/** 4/2025, "tháng 4-6/2025", "quý III/2024". */
export const monthOfYear: Rule = (place) => {
  const before = governing(place)
  if (follows(before, /quý/)) {
    const quarter = matchAt(quarterYear, place)
    const number = quarter === null ? undefined : quarterNumber(quarter[1] ?? '')
    if (quarter === null || number === undefined) return undefined
    return { length: quarter[0].length, say: `${number} năm ${year4(quarter[2] ?? '', place)}` }
  }
  const found = matchAt(monthYear, place)
  if (found === null) return undefined
  const [whole, month = '', , year = ''] = found
  if (Number(month) < 1 || Number(month) > 12 || Number(year) < 1800 || Number(year) > 2200) return undefined
  const say = `${monthName(month)} năm ${year4(year, place)}`
  return { length: whole.length, say: follows(before, /tháng/) ? say : `tháng ${say}` }
}

/** The bare number after "tháng", "thứ", "ngày", "mồng": tháng tư, thứ tư, ngày mồng năm. */
export const calendarNumber: Rule = (place) => {
  const found = matchAt(small, place)
  if (found === null) return undefined
  const [digits] = found
  const value = Number(digits)
  const before = governing(place)
  if (follows(before, /tháng/) && value >= 1 && value <= 12)
    return { length: digits.length, say: monthName(digits) }
  if (follows(before, /thứ/)) {
    const say = value === 1 ? 'nhất' : value === 4 ? 'tư' : cardinal(digits, place.lexicon.zeroTens)
    return { length: digits.length, say }
  }
  const isDay = follows(before, /ngày|mồng|mùng/) && value >= 1 && value <= 31
  if (
    !isDay ||
    counters.test(after(place, digits.length)) ||
    follows(before, /(?:mỗi|một|trong|hằng|hàng|cả|nửa) ngày/)
  )
    return undefined
  // In "ngày 5-7/9" the second half belongs to the month: both are days.
  return {
    length: digits.length,
    say: follows(place.before, startWords) ? cardinal(digits) : bareDay(digits),
  }
}

function isDayOfMonth(day: string, month: string): boolean {
  const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Number(month) - 1]
  return longest !== undefined && Number(day) >= 1 && Number(day) <= longest
}

/**
 * The day, with "mồng" for the first ten, and with "ngày" unless the text has said that it is a day: "chiều
 * 30/7", "(20/10/1930)".
 */
function dayName(day: string, place: Place): string {
  const before = governing(place)
  if (follows(before, startWords)) return cardinal(day)
  return follows(before, dayWords) || /\(\s*$/u.test(before) ? bareDay(day) : `ngày ${bareDay(day)}`
}

function bareDay(day: string): string {
  return Number(day) <= 10 ? `mồng ${cardinal(day)}` : cardinal(day)
}

function monthName(month: string): string {
  return Number(month) === 4 ? 'tư' : cardinal(month)
}

function year4(year: string, place: Place): string {
  return cardinal(year, place.lexicon.zeroTens)
}

function quarterNumber(text: string): string | undefined {
  const value = /^\d$/.test(text) ? Number(text) : romanValue(text)
  return value !== undefined && value >= 1 && value <= 4 ? cardinal(String(value)) : undefined
}

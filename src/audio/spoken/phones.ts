/** Telephone numbers, said digit by digit with a pause between groups. */
import { cardinal, digitByDigit, phoneDigits, phoneGroups } from './numbers.ts'
import { after, follows, governing, matchAt, type Rule } from './rule.ts'

const end = '(?![\\d])(?![.,/]\\d)'
const international = new RegExp(`\\+(84|\\d{1,3})[ .-]?\\(?(\\d(?:[ .-]?\\)?[ .-]?\\d){6,11})${end}`, 'uy')
const bracketed = new RegExp(`\\((0\\d{2,4})\\)[ .-]?(\\d(?:[ .-]?\\d){5,8})${end}`, 'uy')
const domestic = new RegExp(`(0\\d(?:[ .-]?\\d){7,9})${end}`, 'uy')
const freephone = new RegExp(
  `(1[89]00)[ .-]?(\\d{4}|\\d{6}|\\d{2}(?:[ .]\\d{2}){1,2}|\\d{3}[ .]\\d{3})${end}`,
  'uy',
)
const short = new RegExp(`(\\d{3,4})${end}(?![ ]?%)`, 'uy')
const plain = new RegExp(`(\\d{6,9})${end}`, 'uy')
/** The code alone: "bấm thêm mã +84". */
const countryCode = /\+(84|\d{1,3})(?![\d])(?![.,/]\d)/uy

/** Emergency and hotline numbers of three or four digits that exist in Vietnam. */
const shortNumbers = new Set(['111', '112', '113', '114', '115', '116', '119', '1022'])

const calling =
  /(?:^|[^\p{L}])(?:gọi|gọi điện|gọi ngay|gọi tới|gọi đến|gọi về|tổng đài|đường dây|đường dây nóng|hotline|điện thoại|sđt|đt|máy|nhắn tin|bấm|bấm số|quay số|liên hệ|liên lạc|zalo|lưu số)(?![\p{L}])[^.!?;\n]{0,30}$/iu
const namedNumber =
  /(?:^|[^\p{L}])số (?:điện thoại|đường dây|khẩn cấp|nóng|cần nhớ|cần gọi|để (?:hỏi|gọi|nhớ|báo)|gọi|nhớ|đó|này|ấy)(?: [^.!?;\n]{0,12})? là\s*$/iu
const documents =
  /(?:công văn|quyết định|nghị định|kế hoạch|thông tư|văn bản|chỉ thị|nghị quyết|luật|điều|nhà|phòng|đường|xe|tờ|ngõ|kiệt|hẻm)\s+(?:số\s*)?$/iu
// "người" after a number counts; "gọi 111 miễn phí" does not.
const counted =
  /^\s*(?:người|em|cháu|trẻ|nạn nhân|vụ|hộ|xã|phường|thôn|trường hợp|cuộc|lượt|lần|đồng|nghìn|triệu|tỷ|năm|tháng|ngày|giờ|phút|km|m|kg|ha|chị|phụ nữ|đối tượng|bị cáo|điểm|trang|máy|loa|đài|cơ sở|tổ|đơn vị)(?![\p{L}])/iu

/** +84…, (0235)…, 09…, 1800… and 1900…: their shape says that they are telephone numbers. */
export const telephone: Rule = (place) => {
  const abroad = matchAt(international, place)
  if (abroad !== null) {
    const [whole, country = '', rest = ''] = abroad
    return { length: whole.length, say: `cộng ${digitByDigit(country)}, ${phoneDigits(groupsOf(rest))}` }
  }
  const code = matchAt(countryCode, place)
  const added = /\d\s*$/u.test(place.before)
  if (
    code !== null &&
    !added &&
    (code[1] === '84' || follows(place.before, /mã|mã vùng|mã nước|mã quốc gia|đầu số/))
  ) {
    return { length: code[0].length, say: `cộng ${digitByDigit(code[1] ?? '')}` }
  }
  const city = matchAt(bracketed, place)
  if (city !== null) {
    const [whole, area = '', rest = ''] = city
    return { length: whole.length, say: phoneDigits([area, ...groupsOf(rest)]) }
  }
  const free = matchAt(freephone, place)
  if (free !== null && !counted.test(after(place, free[0].length))) {
    const [whole, prefix = '', rest = ''] = free
    return { length: whole.length, say: phoneDigits([prefix, ...groupsOf(rest)]) }
  }
  const home = matchAt(domestic, place)
  if (home === null) return undefined
  return { length: home[0].length, say: phoneDigits(groupsOf(home[0])) }
}

/** 111, 113 …: a hotline after "gọi", a count before "người", otherwise a question; long numbers after "gọi". */
export const shortNumber: Rule = (place) => {
  const before = governing(place)
  const calls = calling.test(before) || namedNumber.test(before)
  const long = matchAt(plain, place)
  if (long !== null && calls && !counted.test(after(place, long[0].length))) {
    return { length: long[0].length, say: phoneDigits(groupsOf(long[0])) }
  }
  const found = matchAt(short, place)
  if (found === null) return undefined
  const digits = found[0]
  const rest = after(place, digits.length)
  const isHotline = shortNumbers.has(digits)
  if (!isHotline || counted.test(rest) || documents.test(before)) return undefined
  if (calls || /(?:^|[^\p{L}])số\s*$/iu.test(before) || isNamedAsLine(rest))
    return { length: digits.length, say: digitByDigit(digits) }
  return { length: digits.length, ask: [digitByDigit(digits), cardinal(digits, place.lexicon.zeroTens)] }
}

function isNamedAsLine(rest: string): boolean {
  return /^\s*(?:là số|là tổng đài|là đường dây|miễn phí|gọi miễn phí|hoạt động|trực)/iu.test(rest)
}

/** The groups as they are written, or the usual ones when the digits stand together. */
function groupsOf(written: string): string[] {
  const groups = written.split(/[^\d]+/u).filter((group) => group !== '')
  return groups.flatMap((group) => (group.length > 5 ? phoneGroups(group) : [group]))
}

/** Telephone numbers in a text: hotlines typed by hand, and numbers that the register does not know. Pure. */
import type { Fact } from '../content.ts'
import { digitOf } from '../facts/index.ts'
import type { Finding } from './finding.ts'

/** A hotline of the register: its digits, and the slot that fills it. */
export type Hotline = { digits: string; slot: string | undefined; fact: Fact }

type Found = { at: number; length: number; digits: string }

/** Long numbers are unmistakable: with a country's or area's code in front, or the numbers that cost the same everywhere. */
const longNumbers =
  /(?<![\p{L}\d+])(?:(?:(?:\+|00)84[ .-]?|\(?0)\d{2,3}\)?(?:[ .-]?\d{2,4}){2,3}|1[89]00(?:[ .-]?\d{2,4}){1,2})(?![\p{L}\d])/gu
const shortNumbers = /(?<![\p{L}\d]|[\d.,/-])\d{3,5}(?![\p{L}\d%]|[.,/-]\d| ?%)/gu
/** Words that are said before a number one is to call. */
const call =
  /(?<!\p{L})(?:gọi|bấm|quay|nhắn|liên hệ|báo|alo|a lô|hotline|tổng đài|dây nóng|điện thoại|số)(?:[ ,:“"]+(?:ngay|liền|đến|tới|cho|vào|lên|về|qua|điện|thoại|máy|số|tổng đài|đường dây|nóng|miễn phí|là|theo|công an|cấp cứu))*[ ,:“"]*$/iu
/** What has a number of its own that nobody calls. */
const numbered =
  /(?<!\p{L})(?:nghị định|quyết định|kế hoạch|thông tư|công văn|luật|chỉ thị|nghị quyết|văn bản|điều|khoản|điểm|chương|mục|quốc lộ|tỉnh lộ|đường|nhà|hẻm|ngõ|kiệt|phòng|lô|thửa|tờ|trang|xe|tuyến|trường|câu|bài|mẫu|thẻ|tài khoản|tổ|đội|lớp|nhóm|thôn|bản|khối|km|năm|tháng|ngày)(?: số)?[ :“"]*$/iu
/** Words before an amount. */
const amount =
  /(?<!\p{L})(?:hơn|khoảng|gần|chừng|độ|có|trên|dưới|từ|thêm|đủ|cả|tròn|được|những|còn|mỗi|đã|tổng cộng)[ ]*$/iu
/** What is counted, and so no number to call. */
const counted =
  /^ ?(?:người|em|cháu|trẻ|nạn nhân|hộ|nhà|gia đình|xã|phường|thôn|bản|làng|huyện|tỉnh|thành|vụ|ca|cuộc|lượt|trường|đồng|nghìn|ngàn|triệu|tỷ|tỉ|trăm|chục|phần|tuổi|km|m|mét|cây số|ki|kg|tấn|ha|lít|độ|lớp|học sinh|sinh viên|chị|anh|cụm|loa|đài|trạm|chiếc|cái|con|cây|quyển|cuốn|tờ|bài|tin|cán bộ|đơn vị|điểm|usd|đô|suất|phiếu|lao động|doanh nghiệp|công ty|cơ sở|phụ nữ|nam|nữ|đại biểu|hội viên)(?!\p{L})/iu
const countedTime = /^ ?(?:năm|tháng|ngày|giờ|phút|giây|lần|tuần)(?!\p{L})/iu
const money = /^ ?(?:đồng|đ|vnđ|vnd|nghìn|triệu|tỷ|tỉ)(?!\p{L})/iu

/** All that reads like a telephone number, in figures or in words, and is not a slot. */
export function numberFindings(text: string, hotlines: readonly Hotline[]): Finding[] {
  const byDigits = new Map(hotlines.map((hotline) => [hotline.digits, hotline]))
  const long = longIn(text)
  const taken = (one: Found): boolean =>
    long.some(({ at, length }) => one.at < at + length && at < one.at + one.length)
  const short = shortIn(text, byDigits).filter((one) => !taken(one))
  return [...long, ...short, ...spelledIn(text, byDigits)].map((found) =>
    findingFor(found, byDigits.get(found.digits), text),
  )
}

function longIn(text: string): Found[] {
  return [...text.matchAll(longNumbers)].flatMap((match): Found[] => {
    const [shown] = match
    const digits = shown.replaceAll(/\D/g, '').replace(/^(?:0084|84)/, '0')
    const years = /^1[89]00[ ]?[-–][ ]?(?:1[89]|20)\d\d$/.test(shown)
    const lengths = digits.startsWith('0') ? [9, 10, 11] : [8, 10]
    if (years || !lengths.includes(digits.length) || isMoney(text, match)) return []
    return [{ at: match.index, length: shown.length, digits }]
  })
}

function shortIn(text: string, hotlines: ReadonlyMap<string, Hotline>): Found[] {
  return [...text.matchAll(shortNumbers)].flatMap((match): Found[] => {
    const [digits] = match
    const { before, after } = around(text, match)
    const called = call.test(before) && !numbered.test(before)
    const isAmount = counted.test(after) || (!called && countedTime.test(after))
    const known = hotlines.has(digits) && !numbered.test(before) && !amount.test(before)
    return !isAmount && (called || known) ? [{ at: match.index, length: digits.length, digits }] : []
  })
}

/** Digits said one by one: “một tám không không…”, with commas between breaths. */
function spelledIn(text: string, hotlines: ReadonlyMap<string, Hotline>): Found[] {
  const found: Found[] = []
  for (const match of text.matchAll(/(?<!\p{L})\p{L}+(?:[ ,.-]{1,3}\p{L}+)*/gu)) {
    for (const run of digitRuns(match[0], match.index)) {
      const long =
        /0\d{8,10}|1[89]00\d{4,6}/.test(run.digits) || (run.digits.length > 5 && hotlines.has(run.digits))
      if (long) found.push(run)
      else found.push(...breathsOf(text, run).filter((breath) => isSpoken(text, breath, hotlines)))
    }
  }
  return found
}

function isSpoken(text: string, breath: Found, hotlines: ReadonlyMap<string, Hotline>): boolean {
  if (hotlines.has(breath.digits)) return true
  const { before } = around(text, { index: breath.at, 0: text.slice(breath.at, breath.at + breath.length) })
  return /^1\d{2,4}$/.test(breath.digits) && call.test(before) && !numbered.test(before)
}

/** Three or more words in a row that are digits. */
function digitRuns(phrase: string, start: number): Found[] {
  const runs: Found[] = []
  let run: { at: number; end: number; digits: string } | undefined
  const settle = (): void => {
    if (run !== undefined && run.digits.length >= 3) {
      runs.push({ at: start + run.at, length: run.end - run.at, digits: run.digits })
    }
    run = undefined
  }
  for (const word of phrase.matchAll(/\p{L}+/gu)) {
    const digit = digitOf(word[0])
    if (digit === undefined) settle()
    else {
      run ??= { at: word.index, end: 0, digits: '' }
      run.end = word.index + word[0].length
      run.digits += digit
    }
  }
  settle()
  return runs
}

/** The parts of a run between commas. */
function breathsOf(text: string, run: Found): Found[] {
  const shown = text.slice(run.at, run.at + run.length)
  return [...shown.matchAll(/[^,.-]+/g)].flatMap((part) => {
    const lead = part[0].length - part[0].trimStart().length
    return digitRuns(part[0].trim(), run.at + part.index + lead)
  })
}

function around(text: string, match: { index: number; 0: string }): { before: string; after: string } {
  const end = match.index + match[0].length
  const before = text.slice(Math.max(0, match.index - 60), match.index)
  // What another sentence says is not said of this number.
  return { before: before.split(/[.!?…\n]/).at(-1) ?? '', after: text.slice(end, end + 20) }
}

function isMoney(text: string, match: { index: number; 0: string }): boolean {
  return money.test(around(text, match).after)
}

function findingFor({ at, length, digits }: Found, hotline: Hotline | undefined, text: string): Finding {
  const shown = text.slice(at, at + length)
  if (hotline === undefined) {
    return {
      ...{ rule: 'phone-unknown', level: 'error', at, length },
      vi: `Số điện thoại “${shown}” (${digits}) không có trong sổ dữ kiện. Hãy bỏ đi, hoặc ghi vào sổ kèm nguồn rồi dùng chỗ trống.`,
      en: `The telephone number “${shown}” (${digits}) is not in the register of facts. Take it out, or enter it there with its source and use its placeholder.`,
    }
  }
  const slot = hotline.slot === undefined ? undefined : `{{${hotline.slot}}}`
  return {
    ...{ rule: 'hotline-typed', level: 'error', at, length },
    vi: `Số “${shown}” (${hotline.fact.name.vi}) được gõ tay, sẽ không đổi theo sổ dữ kiện. Hãy viết ${slot ?? 'chỗ trống của số ấy'}.`,
    en: `The number “${shown}” (${hotline.fact.name.en}) is typed by hand and would not follow the register of facts. Write ${slot ?? 'its placeholder'}.`,
  }
}

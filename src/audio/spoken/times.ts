/** Times of day: 7h30, 17:05, 16h00, 7 giờ 30. */
import { cardinal } from './numbers.ts'
import { after, follows, matchAt, type Place, type Reading, type Rule } from './rule.ts'

const withLetter = /(\d{1,2})\s?(?:h|H|g)(?:(\d{2})(?:\s?(?:p|ph|phút|['’′])(?!\p{L}))?)?(?![\p{L}\d])/uy
const withWord =
  /(\d{1,2}) giờ (\d{1,2})(?: ?(?:p|ph|phút|['’′])(?!\p{L})|(?=\s*(?:$|[.,;)\n–-]|(?:sáng|trưa|chiều|tối|đêm|ngày|hằng|hàng|mỗi|đến|tới|và)(?!\p{L}))))(?![\d/:])/uy
const colons = /\d+(?::\d+)+/uy
const withColon = /(\d{1,2}):(\d{2})(?::00)?(?![\d:])/uy

/** 17:05:30, 7:5: figures with colons that are no time of day are asked whole. */
function unreadColons(place: Place): Reading | undefined {
  const found = matchAt(colons, place)
  return found === null ? undefined : { length: found[0].length, ask: [] }
}

/** Hours and minutes in words; full hours without minutes. What cannot be a time of day is left alone. */
export const timeOfDay: Rule = (place) => {
  const found = matchAt(withLetter, place) ?? matchAt(withColon, place) ?? matchAt(withWord, place)
  if (found === null) return unreadColons(place)
  const [whole, hour = '', minute] = found
  // "5 g" is a weight, which the unit rule reads; "5g" may be an hour as people in the south write it.
  if (/^\d+\sg$/u.test(whole)) return undefined
  if (/^\d+g$/u.test(whole) && !follows(place.before, /lúc/)) {
    return Number(hour) > 24
      ? undefined
      : { length: whole.length, ask: [`${cardinal(hour)} giờ`, `${cardinal(hour)} gam`] }
  }
  if (/^\d+\s?[hH]$/u.test(whole) && after(place, whole.length).startsWith('/24')) {
    return {
      length: whole.length + '/24'.length + (/^\/24[hH]/.test(after(place, whole.length)) ? 1 : 0),
      say: 'suốt ngày đêm',
    }
  }
  if (Number(hour) > 24 || Number(minute ?? 0) > 59) return { length: whole.length, ask: [] }
  const say = `${cardinal(hour)} giờ`
  if (minute === undefined || Number(minute) === 0) return { length: whole.length, say }
  const spoken = `${say} ${cardinal(minute)}`
  const minutesFollow = /^\s*phút/u.test(after(place, whole.length))
  return { length: whole.length, say: minutesFollow ? spoken : `${spoken} phút` }
}

/** Why something was placed, not placed or cancelled: each sentence once, in both languages. */
import { dayForPeople, type Day } from '../base/calendar.ts'
import type { Sentence } from '../base/errors.ts'
import { figure } from '../base/text.ts'

/** Why the hub itself cancels an airing still to come; the obligation is planned again at once. */
export const hubReasons = {
  'audio-changed': {
    vi: 'Bản ghi hoặc lời chào của lượt phát này không còn hiệu lực duyệt; lượt phát được xếp lại.',
    en: 'The recording or the greeting of this airing is no longer approved; the airing is planned again.',
  },
  'fact-changed': {
    vi: 'Một dữ kiện trong bản tin của lượt phát này đã đổi hoặc hết hiệu lực; lượt phát được xếp lại với bản tin khác.',
    en: 'A fact in the script of this airing has changed or ended; the airing is planned again with another script.',
  },
  'devices-changed': {
    vi: 'Bộ điều khiển của đài đã thay đổi; lượt phát được xếp lại cho các bộ điều khiển hiện có.',
    en: 'The controllers of the station have changed; the airing is planned again for those there now.',
  },
} as const satisfies Record<string, Sentence>

export type HubReason = keyof typeof hubReasons

export function isHubReason(why: string): why is HubReason {
  return Object.hasOwn(hubReasons, why)
}

/** The words for an airing's `cancelled.why`: the hub's own reasons in both languages, a person's as written. */
export function cancelSentence(why: string): Sentence {
  return isHubReason(why) ? hubReasons[why] : { vi: why, en: why }
}

export const unplacedWhy = {
  noUnit: {
    vi: 'Vào ngày cuối tháng, địa bàn của đài không thuộc đơn vị nào trong danh mục. Hãy kiểm tra danh mục đơn vị.',
    en: 'On the last day of the month the area of the station belongs to no unit in the register. Check the register of units.',
  },
  noRecording: {
    vi: 'Chờ duyệt: đợt tuyên truyền chưa có bản ghi nào được duyệt và còn hiệu lực trong tháng.',
    en: 'Waiting for approval: the campaign has no recording that is approved and valid in the month.',
  },
  noVariant: {
    vi: 'Chờ bản riêng của đài: các bản tin đã duyệt của đợt có nhắc tên nơi phát, mà bản riêng cho đài này chưa được tạo hoặc chưa được duyệt.',
    en: 'Waiting for the variant of the station: the approved bulletins of the campaign name the place, and the one for this station is not made or not approved yet.',
  },
  noGreeting: {
    vi: 'Chờ lời chào được duyệt: đài có bộ điều khiển nhưng lời chào riêng của đài chưa được duyệt.',
    en: 'Waiting for the greeting: the station has controllers, but its own greeting is not approved yet.',
  },
  monthOver: {
    vi: 'Tháng đã hết, không thể xếp thêm lượt phát.',
    en: 'The month is over; no airing can be planned in it any more.',
  },
  noWindow: {
    vi: 'Đài không còn khung giờ nào trong phần còn lại của tháng. Hãy mở thêm khung giờ.',
    en: 'The station has no window left in what remains of the month. Open a window.',
  },
  expires: {
    vi: 'Bản ghi được duyệt hết hiệu lực trước khung giờ kế tiếp của đài. Hãy duyệt bản mới hoặc mở thêm khung giờ.',
    en: 'The approved recording expires before the next window of the station. Approve a newer one or open a window.',
  },
  full: {
    vi: 'Các khung giờ còn lại trong tháng đã kín. Hãy mở thêm khung giờ hoặc hủy bớt lượt phát.',
    en: 'The windows left in the month are full. Open another window or cancel an airing.',
  },
  tooOften: {
    vi: 'Lượt phát đã bị hủy và xếp lại quá nhiều lần trong tháng. Hãy kiểm tra đài rồi xếp bằng tay.',
    en: 'The airing was cancelled and planned again too often this month. Look at the station, then plan it by hand.',
  },
} as const satisfies Record<string, Sentence>

/** No window is long enough: the longest one left, and the shortest the station would need, in seconds. */
export function windowTooShort(longestSeconds: number, neededSeconds: number): Sentence {
  return {
    vi: `Khung giờ dài nhất còn lại chỉ có ${figure(longestSeconds)} giây, trong khi bản tin cần ${figure(neededSeconds)} giây. Hãy mở khung giờ dài hơn.`,
    en: `The longest window left has only ${String(longestSeconds)} seconds, but the bulletin needs ${String(neededSeconds)}. Open a longer window.`,
  }
}

/** Why an airing stands where it stands. */
export function placedBecause(place: {
  day: Day
  opens: string
  closes: string
  turn: number
  turns: number
  attempt: number
}): string {
  const again = place.attempt > 1 ? ` Xếp lần ${String(place.attempt)}, thay lượt đã hủy.` : ''
  return `Khung giờ sớm nhất còn trống: ${place.opens}–${place.closes} ngày ${dayForPeople(place.day)}; bản tin thứ ${String(place.turn)} trong ${String(place.turns)} bản tin luân phiên của đợt.${again}`
}

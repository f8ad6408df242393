/** Why an airing was not played by hand: a fixed list, so that a month's reasons can be counted. */
import type { Sentence } from '../base/errors.ts'

export const missedReasons = [
  ...(['power', 'network', 'file', 'player', 'transmitter', 'loudspeaker'] as const),
  ...(['weather', 'nobody', 'gave-way', 'other'] as const),
] as const
export type MissedReason = (typeof missedReasons)[number]

/** Each reason in words, as it stands inside a sentence. */
export const missedReasonWords: Readonly<Record<MissedReason, Sentence>> = {
  power: { vi: 'mất điện', en: 'power cut' },
  network: { vi: 'mất mạng, không lấy được tệp', en: 'no network, so the file could not be fetched' },
  file: { vi: 'tệp không mở được hoặc nghe không rõ', en: 'the file would not open or was unclear' },
  player: { vi: 'máy phát tệp hoặc tăng âm hỏng', en: 'player or amplifier broken' },
  transmitter: { vi: 'máy phát sóng hoặc đường dây hỏng', en: 'transmitter or line broken' },
  loudspeaker: { vi: 'loa hỏng', en: 'loudspeakers broken' },
  weather: { vi: 'mưa bão, thiên tai', en: 'storm or disaster' },
  nobody: { vi: 'không có người trực', en: 'nobody on duty' },
  'gave-way': { vi: 'nhường giờ cho thông báo khác', en: 'gave way to another announcement' },
  other: { vi: 'lý do khác', en: 'another reason' },
}

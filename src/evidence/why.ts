/** Why an outcome is what it is: each sentence once, in both languages. */
import type { Sentence } from '../base/errors.ts'
import { figure } from '../base/text.ts'
import { type MissedReason, missedReasonWords } from './missed.ts'

const seconds = (value: number): string => String(Math.floor(value))

export const why = {
  notAttested: {
    vi: 'Đài này do cán bộ phát bằng tay; chưa ai xác nhận đã phát hay chưa.',
    en: 'This station is played by hand; nobody has said yet whether it was played.',
  },
  notCountersigned: {
    vi: 'Đã có người xác nhận, còn chờ người thứ hai ký.',
    en: 'One person has attested it; a second person must still countersign.',
  },
  contradiction: {
    vi: 'Hai xác nhận đã ký trái ngược nhau: một nói đã phát, một nói không. Cần người kiểm tra hỏi lại.',
    en: 'Two countersigned attestations contradict each other: one says played, one says not. Somebody must ask.',
  },
  notReported: {
    vi: 'Đang chờ biên nhận của bộ điều khiển.',
    en: 'Waiting for the receipt of the controller.',
  },
  silent: {
    vi: 'Bộ điều khiển im lặng quá hạn: chưa rõ đã phát hay chưa.',
    en: 'The controller has been silent past its time: nobody knows whether it played.',
  },
  otherAudio: {
    vi: 'Âm thanh trên bộ điều khiển không phải bản ghi đã duyệt của lượt phát này.',
    en: 'The audio on the controller was not the approved recording of this airing.',
  },
  otherMonth: {
    vi: 'Biên nhận không ghi giờ phát trong tháng của lượt phát, nên không tính cho tháng này.',
    en: 'The receipt does not name a start within the month of the airing, so it does not count for it.',
  },
  toldTooSoon: {
    vi: 'Biên nhận đến trước khi tháng của lượt phát bắt đầu (đồng hồ của bộ điều khiển chạy trước), nên không tính cho tháng này.',
    en: 'The receipt came before the month began (the clock of the controller is ahead), so it does not count for it.',
  },
  missed: (reason: string | null): Sentence => ({
    vi: `Bộ điều khiển báo không phát được${inBrackets(reason)}.`,
    en: `The controller says it could not play${inBrackets(reason)}.`,
  }),
  refused: (reason: string | null): Sentence => ({
    vi: `Bộ điều khiển từ chối phát${inBrackets(reason)}.`,
    en: `The controller refused to play${inBrackets(reason)}.`,
  }),
  partial: (heard: number, planned: number): Sentence => ({
    vi: `Chỉ nghe được ${figure(Math.floor(heard))} trên ${figure(Math.floor(planned))} giây; cần ít nhất 95 %.`,
    en: `Only ${seconds(heard)} of ${seconds(planned)} seconds were heard; at least 95 % are needed.`,
  }),
  attestedMissed: (reason: MissedReason | null, note: string): Sentence => ({
    vi: `Cán bộ xác nhận không phát được${because('vi', reason, note)}.`,
    en: `People attest that it was not played${because('en', reason, note)}.`,
  }),
} as const

/** The coded reason, then the note; with "another reason" the note says all there is. */
function because(language: keyof Sentence, reason: MissedReason | null, note: string): string {
  if (reason === null || (reason === 'other' && note !== '')) return inBrackets(note)
  return `: ${missedReasonWords[reason][language]}${inBrackets(note)}`
}

function inBrackets(reason: string | null): string {
  return reason === null || reason === '' ? '' : ` (${reason})`
}

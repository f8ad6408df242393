/** A finding in words, for whoever made the clip. Pure. */
import type { Sentence } from '../../base/errors.ts'
import type { Finding } from './finding.ts'

/**
 * What was heard, and what to do next. `greetingMs`: how long the greeting before the bulletin is in the
 * reference. `notesWanted`: whether an airing with notes was asked about.
 */
export function wordsOf(
  finding: Finding,
  { greetingMs, notesWanted }: { greetingMs: number; notesWanted: boolean },
): Sentence {
  const words = [aboutBulletin(finding, greetingMs), aboutNotes(finding, notesWanted)].filter(
    (sentence) => sentence !== undefined,
  )
  return { vi: words.map(({ vi }) => vi).join(' '), en: words.map(({ en }) => en).join(' ') }
}

function aboutBulletin(finding: Finding, greetingMs: number): Sentence {
  switch (finding.verdict) {
    case 'verified': {
      const { vi, en } = placeOf(finding, greetingMs)
      return { vi: `Đúng bản tin này, ${vi}.`, en: `This bulletin, ${en}.` }
    }
    case 'review':
      return {
        vi: 'Có lẽ là bản tin này, nhưng chưa chắc: cần một người nghe lại đoạn ghi rồi quyết định.',
        en: 'Probably this bulletin, but not for sure: a person has to listen to the clip and decide.',
      }
    case 'inconclusive':
      return {
        vi: `Chưa đủ để kết luận${whyOpen(finding).vi}: hãy ghi thêm 40 giây ở giữa bản tin.`,
        en: `Not enough to tell${whyOpen(finding).en}: record another 40 seconds in the middle of the bulletin.`,
      }
    case 'not-found':
      return {
        vi: 'Không nghe thấy bản tin này trong đoạn ghi. Hãy xem có chọn đúng bản ghi không, đứng gần loa hơn, rồi ghi lại 40 giây.',
        en: 'This bulletin is not to be heard in the clip. See whether it is the right recording, stand nearer to the loudspeaker, and record 40 seconds again.',
      }
  }
}

function whyOpen({ place, chunks, uniqueChunks }: Finding): Sentence {
  if (place === null || chunks <= uniqueChunks)
    return { vi: ' vì đoạn ghi quá ngắn', en: ', the clip is too short' }
  return {
    vi: ', vì chỉ nghe được những câu mà bản tin khác cũng có',
    en: ', only sentences that other bulletins have too were heard',
  }
}

/** Seconds of the bulletin itself, because that is what people have before them. */
function placeOf({ place }: Finding, greetingMs: number): Sentence {
  const { from, to } = place ?? { from: 0, to: 0 }
  const second = (milliseconds: number): string =>
    String(Math.round(Math.max(0, milliseconds - greetingMs) / 1000))
  const [first, last] = [second(from), second(to)]
  if (from < greetingMs) {
    return {
      vi: `nghe được từ lời chào đến giây ${last} của bản tin`,
      en: `heard from the greeting to second ${last} of the bulletin`,
    }
  }
  return {
    vi: `nghe được từ giây ${first} đến giây ${last}`,
    en: `heard from second ${first} to second ${last}`,
  }
}

function aboutNotes({ notes, verdict }: Finding, wanted: boolean): Sentence | undefined {
  switch (notes.state) {
    case 'matched':
      return {
        vi: 'Sáu nốt ở cuối đúng là của lượt phát này.',
        en: 'The six notes at the end are those of this very airing.',
      }
    case 'other':
      return {
        vi: 'Sáu nốt ở cuối không phải của lượt phát này: có thể đoạn ghi từ một lượt phát khác.',
        en: 'The six notes at the end are not those of this airing: the clip may be of another one.',
      }
    case 'heard':
      return { vi: 'Có nghe được sáu nốt ở cuối.', en: 'The six notes at the end were heard.' }
    case 'unclear':
    case 'not-reached':
      return wanted && verdict === 'verified'
        ? {
            vi: 'Không nghe được sáu nốt ở cuối, nên chưa biết là lượt phát nào; muốn biết thì ghi đến hết.',
            en: 'The six notes at the end were not heard, so which airing it was is open; to know, record to the end.',
          }
        : undefined
  }
}

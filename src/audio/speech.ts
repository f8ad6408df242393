/** From spoken words to the order of pieces that will be heard: chime, sentences, silence between. Pure. */
import { AppError } from '../base/errors.ts'
import { sentencesOf } from './spoken/index.ts'
import { slotMilliseconds } from './stitch/index.ts'

/**
 * Silent slots between pieces. Every sentence brings about 200 ms of silence of its own, so a sentence is followed
 * by 0.6 s and a paragraph by almost a second: longer than in a room, because echoes of several horns must die.
 */
const pauses = { lead: 2, sentence: 3, paragraph: 6, tail: 2 }

/** Scripts refuse at five minutes by estimate; this bounds what is really made. */
const secondsMax = 400
const charactersMax = 8000

/** A stretch of a recording. `slots` of silence, the chime, or a sentence. */
export type Part = { kind: 'silence'; slots: number } | { kind: 'chime' } | { kind: 'sentence'; text: string }

/**
 * What is heard, in order. `chimePause`: slots of silence between the chime and the first word; without it there is
 * no chime. Refuses (invalid) empty and over-long texts.
 */
export function partsOf(spoken: string, { chimePause }: { chimePause?: number | undefined } = {}): Part[] {
  const paragraphs = sentencesOf(spoken)
  if (paragraphs.length === 0) {
    throw new AppError('invalid', {
      vi: 'Bản tin không có lời nào để đọc. Hãy viết lời cho bản tin.',
      en: 'The script has no words to read. Write its text.',
    })
  }
  if (spoken.length > charactersMax) throw tooLong()
  const parts: Part[] =
    chimePause === undefined
      ? [{ kind: 'silence', slots: pauses.lead }]
      : [{ kind: 'chime' }, { kind: 'silence', slots: chimePause }]
  for (const [paragraph, sentences] of paragraphs.entries()) {
    for (const [index, text] of sentences.entries()) {
      if (index > 0) parts.push({ kind: 'silence', slots: pauses.sentence })
      else if (paragraph > 0) parts.push({ kind: 'silence', slots: pauses.paragraph })
      parts.push({ kind: 'sentence', text })
    }
  }
  return [...parts, { kind: 'silence', slots: pauses.tail }]
}

/** The length of a recording of so many slots; refuses (invalid) what nobody would listen to. */
export function millisecondsOf(slots: number): number {
  const milliseconds = slots * slotMilliseconds
  if (milliseconds > secondsMax * 1000) throw tooLong()
  return milliseconds
}

function tooLong(): AppError {
  return new AppError('invalid', {
    vi: `Bản tin dài quá ${secondsMax} giây khi đọc lên. Hãy rút ngắn hoặc chia thành hai bản tin.`,
    en: `The script takes more than ${secondsMax} seconds to read. Shorten it or split it in two.`,
  })
}

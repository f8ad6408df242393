/** From spoken words to one sound: sentence by sentence, with pauses of our own between. */
import { AppError } from '../base/errors.ts'
import { join, secondsOf, silence, type Sound } from './pcm.ts'
import { sentencesOf } from './spoken/index.ts'
import type { Voice } from './voices/index.ts'

/**
 * Pauses in milliseconds, multiples of 120 (a frame grid of both codecs). Longer than in a room: echoes of
 * several horns must die before the next sentence.
 */
const pauses = { lead: 240, sentence: 600, paragraph: 960, tail: 480 }

/** Scripts refuse at five minutes by estimate; this bounds what is really made. */
const secondsMax = 400
const charactersMax = 8000
/** A sentence is read in a fraction of a second. */
const sentenceDeadlineMs = 20_000

/** What comes before the words, and the silence after it. */
export type Opening = { samples: Int16Array; pauseMs: number }

/** The words as one sound at the voice's sample rate. Refuses empty and over-long texts and what the voice refuses. */
export async function readAloud(
  spoken: string,
  voice: Voice,
  {
    opening,
    signal,
  }: { opening?: ((sampleRate: number) => Opening) | undefined; signal?: AbortSignal | undefined } = {},
): Promise<Sound> {
  const paragraphs = sentencesOf(spoken)
  if (paragraphs.length === 0) {
    throw new AppError('invalid', {
      vi: 'Bản tin không có lời nào để đọc. Hãy viết lời cho bản tin.',
      en: 'The script has no words to read. Write its text.',
    })
  }
  if (spoken.length > charactersMax) throw tooLong()
  const pieces: Int16Array[] = []
  let sampleRate = 0
  for (const paragraph of paragraphs) {
    for (const [index, sentence] of paragraph.entries()) {
      const sound = await voice.synthesise(sentence, { signal, deadlineMs: sentenceDeadlineMs })
      if (pieces.length === 0) pieces.push(...begin(sound.sampleRate, opening))
      else pieces.push(silence(index === 0 ? pauses.paragraph : pauses.sentence, sound.sampleRate))
      pieces.push(sound.samples)
      sampleRate = sound.sampleRate
    }
  }
  pieces.push(silence(pauses.tail, sampleRate))
  const whole = { samples: join(pieces), sampleRate }
  if (secondsOf(whole) > secondsMax) throw tooLong()
  return whole
}

function begin(sampleRate: number, opening: ((sampleRate: number) => Opening) | undefined): Int16Array[] {
  const lead = silence(pauses.lead, sampleRate)
  if (opening === undefined) return [lead]
  const { samples, pauseMs } = opening(sampleRate)
  return [lead, samples, silence(pauseMs, sampleRate)]
}

function tooLong(): AppError {
  return new AppError('invalid', {
    vi: `Bản tin dài quá ${secondsMax} giây khi đọc lên. Hãy rút ngắn hoặc chia thành hai bản tin.`,
    en: `The script takes more than ${secondsMax} seconds to read. Shorten it or split it in two.`,
  })
}

/** What holds for every voice: what it may be given, and what must come back. */
import { cleanText } from '../../base/text.ts'
import { secondsOf, type Sound, trim } from '../pcm.ts'
import { VoiceError } from './errors.ts'

/** Characters a second of a Vietnamese voice; outside it has read letters or skipped words. */
const paceMin = 6
const paceMax = 25
/** Below this many letters the pace says nothing: "Vâng." is mostly its own ends. */
const paceLettersMin = 12

/** The sentence as engines take it: NFC, one line. Refuses one without a letter (`bad-text`) or over-long (`too-long`). */
export function sentenceFor(text: string, charactersMax: number): string {
  const sentence = cleanText(text).replaceAll('\n', ' ').trim()
  if (!/\p{L}/u.test(sentence)) {
    throw new VoiceError('bad-text', {
      vi: `Câu “${excerpt(sentence)}” không có chữ nào để đọc. Hãy viết lời hoặc bỏ câu này.`,
      en: `The sentence “${excerpt(sentence)}” has no word to read. Write its words or remove it.`,
    })
  }
  if (sentence.length > charactersMax) {
    throw new VoiceError('too-long', {
      vi: `Câu “${excerpt(sentence)}” dài ${sentence.length} ký tự, quá ${charactersMax} mà giọng đọc này nhận. Hãy chia thành nhiều câu.`,
      en: `The sentence “${excerpt(sentence)}” has ${sentence.length} characters, more than the ${charactersMax} this voice takes. Split it into several.`,
    })
  }
  return sentence
}

/**
 * The sound without the silence at its ends. Refuses (`empty-audio`) silence, and a pace no reader has: the engine
 * did not read the words that are there.
 */
export function soundOf(sentence: string, sound: Sound): Sound {
  const trimmed = trim(sound)
  const letters = sentence.replaceAll(/[^\p{L} ]/gu, '').length
  const pace = letters / secondsOf(trimmed)
  const isPlausible = letters < paceLettersMin || (pace >= paceMin && pace <= paceMax)
  if (trimmed.samples.length > 0 && isPlausible) return trimmed
  throw new VoiceError('empty-audio', {
    vi: `Máy đọc không đọc đúng câu “${excerpt(sentence)}” (im lặng, hoặc nhanh chậm bất thường). Hãy sửa câu này.`,
    en: `The voice did not read the sentence “${excerpt(sentence)}” properly (silence, or an impossible pace). Change the sentence.`,
  })
}

function excerpt(sentence: string): string {
  return sentence.length > 60 ? `${sentence.slice(0, 60)}…` : sentence
}

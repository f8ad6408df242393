/** What is said of a recording that somebody brought: of all that was found, what its makers can act on. Pure. */
import type { Sentence } from '../../base/errors.ts'
import { figure } from '../../base/text.ts'
import type { Fault } from '../gate/index.ts'

/**
 * A recording is held to be of its text from half its reading time to two and a half times: people read 9 to 20
 * characters a second and the estimate says 12. In languages we have not timed the band is wider.
 */
const timed = { least: 1 / 2, most: 5 / 2 }
const untimed = { least: 1 / 3, most: 4 }
/** Greetings before and after a short text do not make it another. */
const slackSeconds = 10

/**
 * Whether a recording of so many seconds of speech can be the reading of its text, which takes about
 * `textSeconds`: a fault when it clearly cannot, since what nobody approved word for word must not be heard.
 */
export function lengthFault({
  speechSeconds,
  textSeconds,
  language,
}: {
  speechSeconds: number
  textSeconds: number
  language: string
}): Fault | undefined {
  const { least, most } = language === 'vi' ? timed : untimed
  const [is, takes] = [lengthInWords(speechSeconds), lengthInWords(textSeconds)]
  if (speechSeconds < textSeconds * least) {
    return {
      kind: 'short',
      codecs: [],
      vi: `Bản ghi âm quá ngắn so với bản tin: chỉ có ${is.vi} tiếng, trong khi đọc hết bản tin mất khoảng ${takes.vi}. Hãy xem có đúng tệp, đúng bản tin không, rồi ghi lại cho trọn bản tin.`,
      en: `The recording is too short for its script: it has ${is.en} of speech, while reading the script takes about ${takes.en}. See whether it is the right file for the right script, and record the whole script.`,
    }
  }
  if (speechSeconds > textSeconds * most + slackSeconds) {
    return {
      kind: 'long',
      codecs: [],
      vi: `Bản ghi âm quá dài so với bản tin: ${is.vi} tiếng, trong khi đọc hết bản tin chỉ mất khoảng ${takes.vi}. Hãy xem có đúng tệp, đúng bản tin không, và chỉ ghi đúng lời của bản tin.`,
      en: `The recording is too long for its script: it has ${is.en} of speech, while reading the script takes about ${takes.en}. See whether it is the right file for the right script, and record the words of the script only.`,
    }
  }
  return undefined
}

/**
 * The faults to be told. What is wrong with the original explains what is wrong with the files, so that alone is said;
 * so does strong noise, which no encoder brings back as it was. A length that does not fit its text is said beside
 * what is wrong with the files, not beside what is wrong with the original: that may be all that is missing.
 */
export function verdictOf({
  original,
  files,
  length,
  noiseReduction,
}: {
  original: { faults: readonly Fault[]; warnings: readonly Fault[] }
  files: readonly Fault[]
  length: Fault | undefined
  noiseReduction: boolean
}): readonly Fault[] {
  if (original.faults.length > 0) return original.faults
  const isNoisy = original.warnings.some(({ kind }) => kind === 'noise')
  const isUnlike = files.some(({ kind }) => kind === 'other-words')
  const heard = isNoisy && isUnlike ? [tooNoisy(noiseReduction)] : files
  return length === undefined ? heard : [length, ...heard]
}

function tooNoisy(noiseReduction: boolean): Fault {
  const [vi, en] = ['Tiếng ồn nền quá lớn, lấn lời đọc.', 'The background noise is too strong for the voice.']
  return {
    kind: 'noise',
    codecs: [],
    ...(noiseReduction
      ? {
          vi: `${vi} Đã giảm tiếng ồn mà vẫn chưa đủ: hãy ghi lại ở nơi yên tĩnh hơn, gần micro hơn.`,
          en: `${en} Reducing it was not enough: record again in a quieter place, nearer to the microphone.`,
        }
      : {
          vi: `${vi} Hãy ghi lại ở nơi yên tĩnh hơn, hoặc gửi lại tệp này và bật giảm tiếng ồn nền.`,
          en: `${en} Record again in a quieter place, or send this file again with noise reduction on.`,
        }),
  }
}

/** "45 giây", "2,5 phút". */
function lengthInWords(seconds: number): Sentence {
  if (seconds < 90) return { vi: `${figure(Math.round(seconds))} giây`, en: `${Math.round(seconds)} s` }
  const minutes = Math.round(seconds / 6) / 10
  return { vi: `${figure(minutes)} phút`, en: `${minutes} minutes` }
}

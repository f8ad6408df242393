/** Which voice reads, and which one when it cannot. */
import type { Sentence } from '../../base/errors.ts'
import { isDown, VoiceError } from './errors.ts'
import type { Region, Voice } from './voice.ts'

/** The voices of a language in the order of the list; those of the region, when one is given, before the others. */
export function inOrder(voices: readonly Voice[], language: string, region?: Region): Voice[] {
  const speaking = voices.filter((voice) => voice.language === language)
  if (region === undefined) return speaking
  const isNear = (voice: Voice): boolean => voice.region === region
  return [...speaking.filter(isNear), ...speaking.filter((voice) => !isNear(voice))]
}

/** Voices that failed in this run, each with what it said; they are not asked again. At most one entry a voice. */
export type DownVoices = Map<Voice, VoiceError>

/**
 * Has the work done with the first voice that is not down, and with the next when that one fails by its own fault
 * (`isDown`): one voice reads a whole recording, so the work is the whole recording and begins anew. A text that
 * is at fault, an abort and a bug end it at once: the next voice would fare no better. When every voice is down the
 * first one's refusal is thrown, for that is the one to be put right.
 *
 * `down` is kept by the caller for one run, so that a server that is gone costs its time limit once and not once
 * a recording. What is wrong with one text only (`empty-audio`) does not take the voice out of the run. `remark`
 * says who read instead of whom and why; null when the first one read.
 */
export async function withFallback<Result>(
  voices: readonly Voice[],
  work: (voice: Voice) => Promise<Result>,
  down: DownVoices = new Map(),
): Promise<{ voice: Voice; result: Result; remark: Sentence | null }> {
  const failed: DownVoices = new Map()
  for (const voice of voices) {
    const before = down.get(voice)
    if (before !== undefined) {
      failed.set(voice, before)
      continue
    }
    try {
      const result = await work(voice)
      return { voice, result, remark: remarkOf(voice, failed) }
    } catch (error) {
      if (!isDown(error)) throw error
      failed.set(voice, error)
      if (error.reason !== 'empty-audio') down.set(voice, error)
    }
  }
  const [first] = failed.values()
  throw first ?? noVoice()
}

function remarkOf(voice: Voice, failed: DownVoices): Sentence | null {
  const [first] = failed
  if (first === undefined) return null
  const [missing, { sentence }] = first
  return {
    vi: `Đọc bằng giọng ${voice.name} thay cho ${missing.name}: ${sentence.vi}`,
    en: `Read by the voice ${voice.name} instead of ${missing.name}: ${sentence.en}`,
  }
}

function noVoice(): VoiceError {
  return new VoiceError('unavailable', {
    vi: 'Không có giọng máy nào cho ngôn ngữ này. Hãy bật một giọng trong voices.yaml, hoặc thu giọng người.',
    en: 'There is no voice for this language. Enable one in voices.yaml, or record a person.',
  })
}

/** The voices there are. Another engine is one file here and one line in the list. */
import { espeakVoice } from './espeak.ts'
import type { Voice } from './voice.ts'

export type { Voice } from './voice.ts'

/** The first one that speaks the language is used. */
export const voices: readonly Voice[] = [espeakVoice()]

/** The voice for a language ("vi"); undefined when none speaks it and people must lend theirs. */
export function voiceFor(language: string, among: readonly Voice[] = voices): Voice | undefined {
  return among.find((voice) => voice.language === language)
}

/**
 * The voices there are, as voices.yaml lists them. Another engine is one file here and one `kind` in the list.
 *
 * Whatever the engine: one sentence a call, refused in words when it has none; sound without silence at its ends,
 * never silence alone and never at an impossible pace; ended at its time limit or when called off, with no process,
 * file or connection left; keys of services are read from the environment and appear nowhere else.
 */
import { type Clock, systemClock } from '../../base/time.ts'
import { espeakNgVoice, espeakVoice } from './espeak.ts'
import { readVoiceList, type VoiceEntry } from './list.ts'
import { piperProgramVoice } from './piper-program.ts'
import { type Environment, openaiCompatibleVoice, piperServerVoice } from './servers.ts'
import type { Voice } from './voice.ts'

export { isDown, VoiceError, type VoiceErrorCode } from './errors.ts'
export { type DownVoices, inOrder, withFallback } from './fallback.ts'
export { keyPrefix, readVoiceList, type VoiceEntry } from './list.ts'
export { masterAlone, type MasteredAlone } from './mastered.ts'
export type { Environment } from './servers.ts'
export { type Trial, tryVoice } from './trial.ts'
export type { Region, SynthesisOptions, Voice } from './voice.ts'

/**
 * The enabled voices of the list in the speech folder, in the order of the list; nothing is started and no server
 * is asked. `environment` holds the keys that the list names. Refuses (`invalid`) a list that is not right.
 */
export async function openVoices(
  speechFolder: string,
  environment: Environment = {},
  clock: Clock = systemClock,
): Promise<Voice[]> {
  const entries = await readVoiceList(speechFolder)
  return entries.filter(({ enabled }) => enabled).map((entry) => openVoice(entry, environment, clock))
}

/** The voice of one entry, enabled or not. */
export function openVoice(
  entry: VoiceEntry,
  environment: Environment = {},
  clock: Clock = systemClock,
): Voice {
  switch (entry.kind) {
    case 'espeak-ng':
      return espeakNgVoice(entry)
    case 'piper-program':
      return piperProgramVoice(entry)
    case 'piper-server':
      return piperServerVoice(entry, { environment, clock })
    case 'openai-compatible':
      return openaiCompatibleVoice(entry, { environment, clock })
  }
}

/** The voice that needs no list: the first one that speaks the language is used. */
export const voices: readonly Voice[] = [espeakVoice()]

/** The voice for a language ("vi"); undefined when none speaks it and people must lend theirs. */
export function voiceFor(language: string, among: readonly Voice[] = voices): Voice | undefined {
  return among.find((voice) => voice.language === language)
}

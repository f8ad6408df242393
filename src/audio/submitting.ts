/** Submitting with what the speech folder knows: how a language is read aloud, and who reads it. */
import { AppError } from '../base/errors.ts'
import type { Instant } from '../base/time.ts'
import type { Database } from '../db/index.ts'
import { type Placeholder, scriptsOf, type SpokenOf, submitVersion } from '../scripts/index.ts'
import { hasLexicon, loadLexicon } from './lexicon-file.ts'
import { looksForeign, speak } from './spoken/index.ts'
import { hasVoice } from './studio.ts'

/**
 * How the programme reads a language aloud; undefined for a language without a lexicon, which a person reads, so
 * that nothing is asked.
 */
export async function readingOf(speechFolder: string, language: string): Promise<SpokenOf | undefined> {
  if (!(await hasLexicon(speechFolder, language)) && language !== 'vi') return undefined
  const lexicon = await loadLexicon(speechFolder, { language })
  return (text) => {
    const spoken = speak(text, lexicon)
    return { ...spoken, foreign: looksForeign(spoken) }
  }
}

/**
 * Submits a version, with the questions and length that its spoken form shows; says in which language it is and
 * who will read it. Refuses what `submitVersion` refuses, and (`invalid`) a greeting that no voice speaks: it is
 * made for each station, and nobody brings one.
 */
export async function submitToBeRead(
  database: Database,
  given: {
    script: string
    version: number
    by: string
    now: Instant
    speechFolder: string
    placeholders: readonly Placeholder[]
    speakUnconfirmed: boolean
  },
): Promise<{ language: string; readBy: 'voice' | 'person' }> {
  const { speechFolder, ...submission } = given
  const known = (await scriptsOf(database)).find(({ id }) => id === given.script)
  const language = known?.versions.find(({ version }) => version === given.version)?.language ?? 'vi'
  const readBy = (await hasVoice(speechFolder, language)) ? 'voice' : 'person'
  if (readBy === 'person' && known?.kind === 'greeting') throw noVoiceGreets(language)
  const spokenOf = await readingOf(speechFolder, language)
  await submitVersion(database, spokenOf === undefined ? submission : { ...submission, spokenOf })
  return { language, readBy }
}

function noVoiceGreets(language: string): AppError {
  return new AppError('invalid', {
    vi: `Lời chào do máy đọc cho từng đài, mà chưa có giọng máy đọc được tiếng “${language}”. Hãy viết lời chào bằng tiếng Việt (language: vi), hoặc thêm giọng vào content/speech/voices.yaml.`,
    en: `A greeting is spoken by a voice for each station, and no voice speaks “${language}”. Write it in Vietnamese (language: vi), or add a voice to content/speech/voices.yaml.`,
  })
}

/** What every rendering of a run needs, looked up once: lexicons, chime, voices. */
import { type Chime, loadChime } from './chime.ts'
import { hasLexicon, loadLexicon } from './lexicon-file.ts'
import type { Lexicon } from './spoken/index.ts'
import { type DownVoices, inOrder, isDown, openVoices, readVoiceList, type Voice } from './voices/index.ts'

export type Studio = {
  /** By language; of languages without one nothing can be read aloud. */
  lexicons: ReadonlyMap<string, Lexicon>
  chime: Chime
  voices: readonly Voice[]
  /** Voices that failed in this run, each with what it said. */
  down: DownVoices
  /** What each voice that was asked depends on. */
  recipes: Map<Voice, string>
  /** Ends what the voices keep running. */
  close(): Promise<void>
}

/** Keys of speech services by the name of their variable. */
export type VoiceKeys = Readonly<Record<string, string | undefined>>

/**
 * Reads the speech folder. `voices` take the place of those that its list names. Refuses what is missing or wrong
 * in the folder; no voice is started or asked yet.
 */
export async function openStudio(
  speechFolder: string,
  { voices, voiceKeys }: { voices?: readonly Voice[] | undefined; voiceKeys?: VoiceKeys | undefined } = {},
): Promise<Studio> {
  const lexicons = new Map([['vi', await loadLexicon(speechFolder)]])
  const chime = await loadChime(speechFolder)
  const opened = voices ?? (await openVoices(speechFolder, voiceKeys))
  for (const { language } of opened) {
    if (!lexicons.has(language) && (await hasLexicon(speechFolder, language)))
      lexicons.set(language, await loadLexicon(speechFolder, { language }))
  }
  return {
    ...{ lexicons, chime, voices: opened },
    down: new Map(),
    recipes: new Map(),
    async close() {
      for (const voice of opened) await voice.close()
    },
  }
}

/** Whether a voice of the folder's list reads the language aloud; else a person has to. Refuses a list that is wrong. */
export async function hasVoice(speechFolder: string, language: string): Promise<boolean> {
  if (!(await hasLexicon(speechFolder, language))) return false
  const list = await readVoiceList(speechFolder)
  return list.some((voice) => voice.enabled && voice.language === language)
}

/** The voices that can read the language, in order; none where there is no voice or no lexicon. */
export function voicesFor({ voices, lexicons }: Studio, language: string): Voice[] {
  return lexicons.has(language) ? inOrder(voices, language) : []
}

/**
 * What the voice's sound depends on; undefined when it is not there: then it is down for this run. Asked once: some
 * voices must be started for it.
 */
export async function recipeFor({ recipes, down }: Studio, voice: Voice): Promise<string | undefined> {
  const known = recipes.get(voice)
  if (known !== undefined || down.has(voice)) return known
  try {
    const recipe = await voice.recipe()
    recipes.set(voice, recipe)
    return recipe
  } catch (error) {
    if (!isDown(error)) throw error
    down.set(voice, error)
    return undefined
  }
}

/** The first voice of the language that is there; undefined when none is. */
export async function firstVoice(studio: Studio, language: string): Promise<Voice | undefined> {
  for (const voice of voicesFor(studio, language)) {
    if ((await recipeFor(studio, voice)) !== undefined) return voice
  }
  return undefined
}

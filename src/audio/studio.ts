/** What every rendering of a run needs, looked up once: lexicon, chime, voices and what they are made of. */
import { sha256 } from '../base/hash.ts'
import { type Chime, loadChime } from './chime.ts'
import { ffmpegVersion } from './ffmpeg.ts'
import { loadLexicon } from './lexicon-file.ts'
import { masteringVersion } from './mastering.ts'
import type { Lexicon } from './spoken/index.ts'
import { type Voice, voiceFor, voices as installedVoices } from './voices/index.ts'

export type Studio = {
  lexicon: Lexicon
  chime: Chime
  voices: readonly Voice[]
  /** By the voice's name: engine, settings, encoder. */
  recipes: ReadonlyMap<string, string>
}

/** Reads the speech folder and asks the programmes for their versions; refuses what is missing. */
export async function openStudio(
  speechFolder: string,
  voices: readonly Voice[] = installedVoices,
): Promise<Studio> {
  const [lexicon, chime] = [await loadLexicon(speechFolder), await loadChime(speechFolder)]
  const encoder = `ffmpeg ${await ffmpegVersion()} mastering ${masteringVersion}`
  const recipes = new Map<string, string>()
  for (const voice of voices) {
    recipes.set(voice.name, `${await voice.recipe()}; gain ${voice.gainDecibels} dB; ${encoder}`)
  }
  return { lexicon, chime, voices, recipes }
}

/** What the bytes of a recording depend on besides its words; undefined when no voice speaks the language. */
export function recipeOf(
  { voices, recipes, chime }: Studio,
  language: string,
  withChime: boolean,
): string | undefined {
  const voice = voiceFor(language, voices)
  const recipe = voice && recipes.get(voice.name)
  if (recipe === undefined || !withChime) return recipe
  return `${recipe}; chime ${sha256(JSON.stringify(chime)).slice(0, 16)}`
}

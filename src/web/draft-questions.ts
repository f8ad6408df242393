/** What of a draft is still to be settled before it can be submitted, as figures for a list. */
import { fileURLToPath } from 'node:url'
import type { Instant } from '../base/time.ts'
import { hasLexicon, loadLexicon, looksForeign, speak } from '../audio/index.ts'
import {
  factsOf,
  lint,
  type LintGround,
  loadPlaceholders,
  placeNames,
  type ScriptSource,
  type SpokenOf,
} from '../scripts/index.ts'
import { hindrances } from './hindrances.ts'
import type { Visit, Web } from './visit.ts'

const content = fileURLToPath(new URL('../../content', import.meta.url))
const speech = fileURLToPath(new URL('../../content/speech', import.meta.url))

/** `errors` keep it from being submitted, `warnings` are to be weighed, `questions` are words read in two ways or none. */
export type DraftQuestions = { errors: number; warnings: number; questions: number }

/**
 * Counts what the rules and the reading find in each of these texts today. A language that no voice reads has no
 * questions: a person reads it.
 */
export async function draftQuestions(
  web: Web,
  { today, now }: Visit,
  sources: readonly ScriptSource[],
): Promise<DraftQuestions[]> {
  if (sources.length === 0) return []
  const ground: LintGround = {
    placeholders: loadPlaceholders(content),
    facts: new Map((await factsOf(web.database)).map((fact) => [fact.id, fact])),
    day: today,
    speakUnconfirmed: false,
    places: await placeNames(web.database, today),
  }
  const spoken = new Map<string, SpokenOf | undefined>()
  for (const { language } of sources) {
    if (!spoken.has(language)) spoken.set(language, await readingOf(language, now))
  }
  return sources.map((source) => {
    const spokenOf = spoken.get(source.language)
    const found = lint(source, spokenOf === undefined ? ground : { ...ground, spokenOf })
    const refused = found.filter(({ level }) => level === 'error').length
    const errors = refused + hindrances(source, ground, found).length
    const questions = spokenOf === undefined ? 0 : questionsIn(source, ground, spokenOf)
    return { errors, warnings: found.length - refused, questions }
  })
}

type Read = { at: string; reading: Promise<SpokenOf | undefined> }
/** One for each language of a script. Reading the lexicon's files takes 50 ms. */
const readings = new Map<string, Read>()

/** What staff change in the lexicon counts within a minute. */
function readingOf(language: string, now: Instant): Promise<SpokenOf | undefined> {
  const at = now.slice(0, 16)
  const known = readings.get(language)
  if (known?.at === at) return known.reading
  const reading = readFor(language)
  readings.set(language, { at, reading })
  // What is wrong with a file is told to whoever asks, and looked at again at the next asking.
  reading.catch(() => readings.delete(language))
  return reading
}

async function readFor(language: string): Promise<SpokenOf | undefined> {
  if (!(await hasLexicon(speech, language))) return undefined
  const lexicon = await loadLexicon(speech, { language })
  return (text) => {
    const spoken = speak(text, lexicon)
    return { ...spoken, foreign: looksForeign(spoken) }
  }
}

/** Slots say what the register says of them, which was settled there; what is open in them is not the writer's. */
function questionsIn({ body }: ScriptSource, { placeholders, facts }: LintGround, read: SpokenOf): number {
  const values = new Map(
    placeholders.map(({ name, from }) => {
      const fact = 'fact' in from ? facts.get(from.fact) : undefined
      return [name, fact?.spoken ?? fact?.value ?? 'xã']
    }),
  )
  const filled = body
    .replaceAll(/\{\{[#/]if[^{}]*\}\}/g, '')
    .replaceAll(/\{\{ *([a-z0-9.]+) *\}\}/g, (_, name: string) => values.get(name) ?? '')
  const { questions, unlisted = 0 } = read(filled)
  return questions.length + unlisted
}

/** What of a draft is still to be settled before it can be submitted, as figures for a list. */
import { hindrances } from './hindrances.ts'
import { lint, type LintGround, type ScriptSource, type SpokenOf } from '../scripts/index.ts'
import { groundOf, spokenIn } from './pages/editor-ground.ts'
import type { Visit, Web } from './visit.ts'

/** `errors` keep it from being submitted, `warnings` are to be weighed, `questions` are words read in two ways or none. */
export type DraftQuestions = { errors: number; warnings: number; questions: number }

/**
 * Counts what the rules and the reading find in each of these texts today. A language that no voice reads has no
 * questions: a person reads it.
 */
export async function draftQuestions(
  web: Web,
  visit: Visit,
  sources: readonly ScriptSource[],
): Promise<DraftQuestions[]> {
  if (sources.length === 0) return []
  const ground = await groundOf(web, visit)
  const spoken = new Map<string, SpokenOf | undefined>()
  for (const { language } of sources) {
    if (!spoken.has(language)) spoken.set(language, await spokenIn(web, visit, language))
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

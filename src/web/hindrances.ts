/** What keeps a draft from being submitted beside what the lint finds and the questions of the reading. */
import type { Sentence } from '../base/errors.ts'
import {
  type Draft,
  factsMissing,
  type Finding,
  type LintGround,
  type LintRule,
  wordingOf,
} from '../scripts/index.ts'

/** Findings that say the same as a refusal of the wording. */
const saidAlready: readonly LintRule[] = ['too-long', 'fact-expired', 'fact-coming']

/**
 * Every fact that is unknown or waits for confirmation; where there is none of these, the first other thing that
 * submitting would refuse today and that `findings` do not say. Questions of the reading are not looked at: whoever
 * lists these lists them too. Nothing: only findings and questions are in the way.
 */
export function hindrances(draft: Draft, ground: LintGround, findings: readonly Finding[]): Sentence[] {
  const facts = factsMissing(draft, ground)
  if (facts.length > 0) return facts
  if (findings.some(({ rule }) => saidAlready.includes(rule))) return []
  const { placeholders, facts: known, day, speakUnconfirmed } = ground
  const wording = wordingOf(draft, { placeholders, facts: known, day, speakUnconfirmed })
  return wording.ok ? [] : [wording.why]
}

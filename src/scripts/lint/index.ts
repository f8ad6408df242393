/**
 * Lints: rules over a text that a programme can see better than a tired reader. They say where, what, and what to do
 * instead; people decide about warnings, errors keep a version from being submitted.
 */
export type { Finding, LintRule } from './finding.ts'
export { lint, type LintGround, lintRefusal } from './lint.ts'

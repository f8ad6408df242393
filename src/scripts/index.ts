/**
 * Scripts: what the loudspeakers are to say, as numbered versions, and the facts they may say.
 *
 * - A version never changes once it is submitted (the database refuses it too). A correction is a new version.
 * - Hotlines, agencies, laws and figures are not typed into a text. They come from the register of facts,
 *   each with its validity and source, through names of a fixed list; so a number that ends, ends everywhere.
 * - Submitting fixes the wording: slots are filled with the facts of that day, the facts it rests on are
 *   recorded, and that text is what is rendered, approved and heard. A fact that still waits for
 *   confirmation falls away with its sentence, unless the caller speaks it knowingly (exercises, demo).
 * - A text written by staff has no power over the programme: see fill.ts.
 * - Withdrawing stops a version for good: its approvals prove nothing from then on.
 */
export type { Fact, Placeholder } from './content.ts'
export { loadFacts, loadPlaceholders } from './content.ts'
export type { Filled } from './fill.ts'
export { fillText } from './fill.ts'
export { languageOf, scriptLanguages } from './languages.ts'
export type { Priority, ReadSource, ScriptKind, ScriptSource } from './source.ts'
export { readScript } from './source.ts'
export type { SpokenOf, Wording } from './wording.ts'
export { estimatedSeconds, readingSeconds, secondsMax, wordingOf } from './wording.ts'
export type { ScriptSummary, SubmittedVersion, VersionSummary } from './store.ts'
export { factsOf, scriptsOf, submittedVersion, submittedVersions } from './store.ts'
export type { ImportedScript } from './change.ts'
export { importFacts, importScript, submitVersion, withdrawVersion } from './change.ts'

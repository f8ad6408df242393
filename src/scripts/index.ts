/**
 * Scripts: what the loudspeakers are to say, as numbered versions, and the facts they may say.
 *
 * - A version never changes once it is submitted (the database refuses it too). A correction is a new version.
 * - Hotlines, agencies, laws and figures are not typed into a text. They come from the register of facts,
 *   each with its validity and source, through names of a fixed list; so a number that ends, ends everywhere.
 * - Submitting fixes the wording: slots are filled with the facts of that day, the facts it rests on are
 *   recorded, and that text is what is rendered, approved and heard. A fact that still waits for
 *   confirmation falls away with its sentence, unless the caller speaks it knowingly (exercises, demo).
 * - What a programme sees better than a tired reader is refused before a person is asked: numbers typed by hand or
 *   unknown to the register, foreign addresses, a person's name with the place they live in (lint/).
 * - A text written by staff has no power over the programme: see fill.ts.
 * - A version's state (draft, submitted, returned, approved, in force, expired, withdrawn) is stored nowhere: it
 *   follows from what people did to it, from approvals and from the calendar. Withdrawing stops a version for good:
 *   its approvals prove nothing from then on.
 * - Each saving makes the next version, so nothing is ever written over; who saves on top of a version that
 *   somebody else saved meanwhile gets both texts back.
 * - Of every fact each entry is kept, and the newest holds. A version remembers the entries it was submitted with:
 *   when one of its facts is heard otherwise by now, or has ended, the version is over from that day, its approvals
 *   prove nothing, and the schedule's next run takes its airings off the plan.
 * - Whoever entered a value never confirms it: a second person reads the source, and that is an entry of its own. Nor
 *   does whoever entered what a version says approve that version (approval asks `entriesUnder` and `whoEntered`).
 * - A script may be recorded in several languages. A station hears it in the first of its own languages, in its own
 *   order, that has an approved recording; else in Vietnamese; else in what there is: never nothing (`languageFor`).
 */
export type { Fact, Placeholder } from './content.ts'
export { loadFacts, loadPlaceholders } from './content.ts'
export type { Filled } from './fill.ts'
export { fillText } from './fill.ts'
export type { Finding, LintGround, LintRule } from './lint/index.ts'
export { lint } from './lint/index.ts'
export { placeNames } from './places.ts'
export { languageOf, scriptLanguages } from './languages.ts'
export type { Priority, ReadSource, ScriptHead, ScriptKind, ScriptSource } from './source.ts'
export { readScript } from './source.ts'
export { scriptMarkdown } from './markdown.ts'
export { heardAt, type HeardText } from './heard.ts'
export type { Draft, Ground, SpokenOf, Wording } from './wording.ts'
export { estimatedSeconds, factsMissing, readingSeconds, secondsMax, wordingOf } from './wording.ts'
export type {
  ScriptSummary,
  ScriptVersion,
  SubmittedVersion,
  VersionSummary,
  VersionWriters,
} from './store.ts'
export {
  scriptsOf,
  submittedVersion,
  submittedVersions,
  versionOf,
  versionsWith,
  writersOf,
} from './store.ts'
export type { FactChange, FactChanged, FactEntry } from './facts/index.ts'
export { expireFact, factEntries, factsOf, importFacts, setFact, unknownFact } from './facts/index.ts'
export type { Run, SentenceDifference } from './difference.ts'
export { differenceOf } from './difference.ts'
export { languageFor } from './station-language.ts'
export type { Step, VersionFacts, VersionState } from './states.ts'
export { checkStep, stateOf, stepsFrom } from './states.ts'
export type { ImportedScript, Written } from './draft.ts'
export { DraftConflict, importScript, saveDraft } from './draft.ts'
export { keepReturn, submitVersion, withdrawVersion } from './change.ts'
export type { FactField } from './facts/index.ts'
export { confirmFact, FactConflict, factIfChanged, whyNotConfirm, WrongFact } from './facts/index.ts'
export { entriesUnder, whoEntered } from './facts/index.ts'
export { wroteSameWords } from './same-words/store.ts'

/**
 * Evidence: what devices and people say of an airing, and what that amounts to.
 *
 * Promises: a device's receipt is believed only under the signature of its enrolled key and only about
 * its own airings; it is kept once, byte for byte, and acknowledged after the COMMIT, so that nothing a
 * device was told is kept can be lost, and what it repeats is never counted again. What cannot be taken
 * is kept as a refusal with its reason, within a bound. "Planned", "sent" and "online" are never
 * evidence. Two receipts under one sequence mean a copied card: the second is refused, never chosen.
 *
 * Most communes have no controller, so people's word is a first-class way, but one person's word waits:
 * it becomes evidence when another person countersigns it. Until then, and for a day, its person may take it
 * back; what was taken back stays on record and counts no more. Devices come first; people are asked about a
 * device's airing only when the device stays silent.
 *
 * An outcome is a pure function of facts: the same facts give the same outcome, in whatever order and
 * however often they arrived.
 */
export { attest, countersign, noteCharactersMax, takeBack, takeBackWithinHours } from './attest.ts'
export { type MissedReason, missedReasons, missedReasonWords } from './missed.ts'
export {
  createIngest,
  type Ingest,
  type IngestCounts,
  messagesMax,
  notedBytesMax,
  receiptsPerCommitMax,
  refusalBytesMax,
  refusalsPerDayMax,
} from './ingest.ts'
export {
  type AiringToJudge,
  type AttestationToJudge,
  heardShareMin,
  type Outcome,
  outcomeOf,
  type OutcomeState,
  type ReceiptToJudge,
  silentAfterMilliseconds,
} from './outcome.ts'
export { type AiringOutcome, airingOutcomes, outcomeOfAiring } from './outcomes.ts'
export { type Attestation, attestationsOf, refusalsOf } from './store.ts'

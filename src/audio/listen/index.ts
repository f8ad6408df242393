/**
 * Listening: whether a clip that somebody made near a loudspeaker proves that a bulletin was played.
 *
 * Promises: bulletins read by the same voice, with the same greeting and the same closing words, are told
 * apart, because only sentences that no other bulletin of the station had lately count as proof. What is too
 * short or shared gets the answer what to record, never a guess. The notes say which airing it was. A clip counts
 * once. All of it is a pure function of clip, reference and thresholds; the thresholds are in a file, because
 * they were measured on simulated villages and real ones must correct them.
 *
 * What it cannot tell: a play of today from one of yesterday where the clip does not reach the notes; the same
 * sound saved anew as another file; two stations that differ by their greeting only.
 */
export type { Finding, NotesFinding, Verdict } from './finding.ts'
export { type Heard, listen, type ListenedAiring, listeningDays, type ListenOptions } from './listen.ts'
export { type ClipFact, clipsOfAiring } from './store.ts'

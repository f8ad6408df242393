/**
 * Audio: submitted words become files that are understood on an outdoor horn.
 *
 * Promises: what the voice is given has no figure, sign or abbreviation left (spoken/), and a text that can
 * be read in two ways is refused, not guessed. Every recording is mastered by one chain, kept as MP3 (every
 * device plays it) and Opus (a third of the bytes) under the hash of its bytes, and measured after decoding:
 * -16 LUFS, one up or down, true peak at most -1 dBTP, as long as its words. The same words, voice and chain
 * give the same bytes on any day and beside any neighbour, so a lost audio folder is rendered again and the
 * approvals still hold.
 *
 * A station's greeting opens with the chime; a bulletin is words only, because every airing plays the greeting
 * first. Rendering is a job: it makes what is wanted and not there, and the next run is the retry.
 * A draft is read to its writer into a folder of its own (drafts.ts): no approval covers it and no device gets it.
 */
export { ffmpegVersion, probeAudio, type AudioProbe } from './ffmpeg.ts'
export { audioPath, readAudio } from './folder.ts'
export { hasLexicon, loadLexicon } from './lexicon-file.ts'
export {
  type ClipFact,
  clipsOfAiring,
  type Finding,
  type Heard,
  listen,
  type ListenedAiring,
  listeningDays,
  type ListenOptions,
  type Verdict,
} from './listen/index.ts'
export { type DraftSound, DraftStudio } from './drafts.ts'
export { joinForDownload, notesMilliseconds } from './notes-piece.ts'
export type { RenderProgress } from './progress.ts'
export { RenderDesk, type RenderingState } from './render-desk.ts'
export { renderWanted, type RenderOptions, type RenderResult } from './render.ts'
export type { Awaiting } from './wanted.ts'
export { hasVoice, type VoiceKeys } from './studio.ts'
export { readingOf, submitToBeRead } from './submitting.ts'
export { storeSize, type StoreSize } from './sentences/index.ts'
export { audioSelfTest, type SelfTest } from './self-test.ts'
export {
  type Lexicon,
  looksForeign,
  type Question,
  speak,
  type Spoken,
  type SpokenWord,
} from './spoken/index.ts'
export {
  type Codec,
  forgetFailures,
  greetingFor,
  type Recording,
  recordingById,
  recordingsOf,
  renderFailures,
  type RenderFailure,
  type Rendition,
  renditionByHash,
} from './store.ts'
export {
  originalPath,
  takeUpload,
  type Treatment,
  type Upload,
  uploadById,
  uploadBytesMax,
  type UploadOptions,
  type UploadProgress,
  uploadSecondsMax,
  uploadsOf,
} from './uploads/index.ts'
export {
  inOrder,
  isDown,
  openVoice,
  openVoices,
  readVoiceList,
  type Region,
  type Trial,
  tryVoice,
  type Voice,
  type VoiceEntry,
  VoiceError,
  withFallback,
} from './voices/index.ts'

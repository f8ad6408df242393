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
 */
export { ffmpegVersion, probeAudio, type AudioProbe } from './ffmpeg.ts'
export { audioPath, readAudio } from './folder.ts'
export { loadLexicon } from './lexicon-file.ts'
export { renderWanted, type RenderOptions, type RenderProgress } from './render.ts'
export { audioSelfTest, type SelfTest } from './self-test.ts'
export { type Lexicon, type Question, speak, type Spoken } from './spoken/index.ts'
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
export type { Voice } from './voices/index.ts'

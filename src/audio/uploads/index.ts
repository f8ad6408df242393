/**
 * Uploads: a person's own recording takes the place of a machine's voice.
 *
 * In a language of the mountains there is no voice but people's, and a known voice is believed. What they bring comes
 * from phones, so it is held against everything that goes wrong there, and against those who mean harm: the file is
 * known by its bytes, not its name; only readers of sound may open it, and no name in it is followed; size, length,
 * time and disk are bounded. It then takes the way of every recording: one chain, one level, measured after decoding,
 * padded to the grid so that it joins others. Not fit is said in a sentence, and is kept as a fact like what is fit.
 *
 * The original stays as it came, under its hash, with who spoke and how they agreed. The recording waits for approval
 * like any other. What is refused leaves nothing behind.
 */
export { originalPath } from './originals.ts'
export { bytesMax as uploadBytesMax, secondsMax as uploadSecondsMax } from './refusals.ts'
export type { UploadRequest } from './request.ts'
export { type Treatment, type Upload, uploadById, uploadsOf } from './store.ts'
export { takeUpload, type UploadOptions, type UploadProgress } from './take.ts'

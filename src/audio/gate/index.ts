/**
 * The gate: no recording is kept or sent that was not decoded and found to be what was meant.
 *
 * It decodes what was encoded, in both codecs, measures it as broadcasters do (loudness, true peak, loudness range),
 * and lays it over the sound that it should be. Promises: a file that is cut, silent, swapped, spliced, shifted,
 * distorted or drowned in noise never passes, be it for one second in a minute and a half; a sound one does. What is
 * wrong is said in words, with the number and what to do. The verdict does not depend on the neighbours in a batch.
 */
export { decodeFile, type DecodeLimits, decodePieces } from './decode.ts'
export type { Fault, FaultKind } from './faults.ts'
export { type Extent, loudnessWanted } from './judge.ts'
export { similarity, similarityMin } from './likeness.ts'
export { type Measurement, measureSound } from './measurement.ts'
export { type GateItem, type GateResult, gateRendered } from './rendered.ts'
export { sampleOf } from './sample.ts'
export { gateUpload, judgeOriginal, measureFiles, type UploadItem, type UploadResult } from './upload.ts'

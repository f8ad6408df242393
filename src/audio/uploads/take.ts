/** Taking in a recording that somebody brought: looked at, treated, tested, kept. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, reasonOf, type Sentence } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Clock } from '../../base/time.ts'
import type { Database } from '../../db/index.ts'
import { readingSeconds } from '../../scripts/index.ts'
import { ffmpegVersion } from '../ffmpeg.ts'
import { tidyAudioFolder, withWorkFolder } from '../folder.ts'
import { type Fault, judgeOriginal, type Measurement, measureSound } from '../gate/index.ts'
import { masteringVersion } from '../mastering.ts'
import { createSlots } from '../slots.ts'
import { type Heard, declip, hear, type Known, lookInto } from './hear.ts'
import { type Brought, keepUpload, refuseIfBrought } from './keep.ts'
import { copyOf } from './originals.ts'
import * as refusals from './refusals.ts'
import { type Checked, checkRequest, type UploadRequest } from './request.ts'
import { peaksOf, soundOf, speechIn } from './shape.ts'
import type { Treatment, Upload } from './store.ts'
import { treat, type Treated, treatmentVersion } from './treat.ts'
import { lengthFault, verdictOf } from './verdict.ts'

/** One at a time: treating takes a core for as long as a batch of sentences, and the hub has other work. */
const desk = createSlots(1)
const waitingMax = 20
let waiting = 0

/** Silence at the ends is what lies so far below speech once that is at -16 LUFS, in dB; 100 ms of it stay. */
const silenceBelowLoudness = 29
const keepMs = 100
/** Softer than this nobody was speaking, in LUFS. */
const loudnessMin = -50

/** How far it is: `done` of `total` steps, and what is being done now. */
export type UploadProgress = { done: number; total: number; doing: Sentence }

export type UploadOptions = UploadRequest & {
  database: Database
  audioFolder: string
  clock: Clock
  log: Log
  /** The received bytes. Only read: removing them is the caller's. */
  file: string
  noiseReduction?: boolean
  signal?: AbortSignal | undefined
  onProgress?: ((progress: UploadProgress) => void) | undefined
}

const steps: readonly Sentence[] = [
  { vi: 'đang xem tệp', en: 'looking into the file' },
  { vi: 'đang giải mã', en: 'decoding' },
  { vi: 'đang xử lý, mã hóa và kiểm tra', en: 'treating, encoding and testing' },
  { vi: 'đang lưu', en: 'keeping' },
]

/**
 * Takes in a recording for a submitted version. The original is kept as it came; what is made of it is kept as a
 * recording when it is fit for a horn, and otherwise only what was found (`faults`, `recording` null). Both are a
 * deed. Refuses, keeping nothing: what `checkRequest` refuses; a file that is not there (`not_found`), or is no
 * sound recording we take, damaged, too long, short or soft (`invalid`); the same original for the same version,
 * language and station (`conflict`); and when 20 others wait already (`unavailable`). Ends with the signal's
 * reason when that aborts; nothing is kept then.
 */
export async function takeUpload(options: UploadOptions): Promise<Upload> {
  if (waiting >= waitingMax) {
    throw new AppError('unavailable', {
      vi: `Đang có ${waitingMax} bản ghi âm chờ xử lý. Hãy đợi vài phút rồi gửi lại.`,
      en: `${waitingMax} recordings are waiting to be treated. Wait some minutes and send it again.`,
    })
  }
  waiting += 1
  try {
    return await desk.run(() => take(options), options.signal)
  } finally {
    waiting -= 1
  }
}

async function take(options: UploadOptions): Promise<Upload> {
  const { database, audioFolder, file, signal, log, onProgress } = options
  const tell = (done: number): void => {
    onProgress?.({ done, total: steps.length, doing: steps[done] ?? { vi: 'xong', en: 'done' } })
  }
  tell(0)
  const request = await checkRequest(database, options)
  const bytes = await sizeOf(file, request.name)
  await tidyAudioFolder(audioFolder)
  return withWorkFolder(audioFolder, async (folder) => {
    const limits = { folder, signal }
    const copy = join(folder, 'original')
    const sha256 = await copyOf(file, copy)
    const noiseReduction = options.noiseReduction === true
    signal?.throwIfAborted()
    const known = await lookInto(copy, request.name, limits)
    const recipe = await recipeOf(sha256, noiseReduction)
    const brought: Brought = {
      request,
      original: { sha256, name: request.name, bytes },
      noiseReduction,
      recipe,
    }
    await refuseIfBrought(database, brought)
    tell(1)
    const { heard, before, peaks, judged } = await listen(known, limits)
    tell(2)
    const speech = speechIn(heard.wave, {
      thresholdDecibels: before.loudness - silenceBelowLoudness,
      keepMs,
    })
    const speechSeconds = (speech.to - speech.from) / heard.wave.sampleRate
    if (speechSeconds < refusals.secondsMin) throw refusals.tooShort(request.name, speechSeconds)
    const treated = await treat(
      { path: heard.path, ...speech, loudness: before.loudness },
      { noiseReduction, ...limits },
    )
    tell(3)
    signal?.throwIfAborted()
    const treatment = treatmentOf({ known, heard, before, peaks, speech, treated, noiseReduction })
    const length = lengthOf(request, speechSeconds)
    const faults = verdictOf({ original: judged, files: treated.gate.faults, length, noiseReduction })
    const { warnings } = judged
    const upload = await keepUpload(options, { ...brought, copy, treated, treatment, faults, warnings })
    log.info({ upload: upload.id, recording: upload.recording }, 'a recording was brought')
    tell(4)
    return upload
  })
}

/** A text in another language than the recording says nothing of how long that takes. */
function lengthOf({ version, language }: Checked, speechSeconds: number): Fault | undefined {
  if (version.language !== language) return undefined
  return lengthFault({ speechSeconds, textSeconds: readingSeconds(version.text), language })
}

async function sizeOf(file: string, name: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => {
    throw noSuchFile(name, reasonOf(error))
  })
  if (!found.isFile()) throw noSuchFile(name, 'not a file')
  if (found.size === 0) throw refusals.empty(name)
  if (found.size > refusals.bytesMax) throw refusals.tooLarge(name, found.size)
  return found.size
}

function noSuchFile(name: string, why: string): AppError {
  return new AppError('not_found', {
    vi: `Không đọc được tệp “${name}” (${why}). Hãy xem lại đường dẫn và quyền đọc.`,
    en: `The file “${name}” cannot be read (${why}). Look at its path and who may read it.`,
  })
}

/** What the bytes depend on: the original, what is done to it, and by which programmes. */
async function recipeOf(sha256: string, noiseReduction: boolean): Promise<string> {
  const treatment = `treatment ${treatmentVersion}${noiseReduction ? ' with noise reduction' : ''}`
  return `original ${sha256}; ${treatment}; mastering ${masteringVersion}; ffmpeg ${await ffmpegVersion()}`
}

/** Decodes, measures what came, and mends cut-off peaks. */
async function listen(
  known: Known,
  { folder, signal }: { folder: string; signal: AbortSignal | undefined },
): Promise<{
  heard: Heard
  before: Measurement
  peaks: number[]
  judged: { faults: Fault[]; warnings: Fault[] }
}> {
  const heard = await hear(known, join(folder, 'heard.wav'), { signal })
  const peaks = peaksOf(heard.wave.samples)
  const original = soundOf(heard.wave)
  const before = measureSound(original)
  if (before.loudness < loudnessMin) throw refusals.nearSilence(known.name)
  const judged = judgeOriginal(original)
  return { heard: heard.clipped ? await declip(known, heard, { signal }) : heard, before, peaks, judged }
}

function treatmentOf(all: {
  known: Known
  heard: Heard
  before: Measurement
  peaks: number[]
  speech: { from: number; to: number }
  treated: Treated
  noiseReduction: boolean
}): Treatment {
  const { known, heard, before, peaks, speech, treated, noiseReduction } = all
  const { samples, sampleRate } = heard.wave
  const { mp3, opus } = treated.gate.measured
  return {
    probe: known.probe,
    extension: known.extension,
    clipped: heard.clipped,
    declipped: heard.declipped,
    noiseReduced: noiseReduction,
    trimmedMs: Math.round(((samples.length - (speech.to - speech.from)) * 1000) / sampleRate),
    gainDecibels: Math.round(treated.gainDecibels * 10) / 10,
    before,
    after: { ...mp3, truePeak: Math.max(mp3.truePeak, opus.truePeak) },
    similarity: treated.gate.similarity,
    peaks: { before: peaks, after: peaksOf(treated.sound.samples, 32_768) },
  }
}

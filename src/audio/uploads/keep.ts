/**
 * Keeping what was brought. Files first, rows after, and all rows in one transaction: a power cut leaves at worst a
 * file that no row names, which the same file brought again finds in its place.
 */
import { AppError, type Sentence } from '../../base/errors.ts'
import { derivedId } from '../../base/ids.ts'
import type { Clock } from '../../base/time.ts'
import { type Database, type Db, transact } from '../../db/index.ts'
import { recordDeed } from '../../people/index.ts'
import { submittedVersion } from '../../scripts/index.ts'
import { chunkDigests } from '../../wire/chunks.ts'
import { keepAudio } from '../folder.ts'
import type { Fault } from '../gate/index.ts'
import type { Recording, Rendition } from '../store.ts'
import { keepOriginal, originalPath } from './originals.ts'
import type { Checked } from './request.ts'
import { addRecording, addUpload, broughtBefore, type Treatment, type Upload } from './store.ts'
import type { Treated } from './treat.ts'

/** What was asked for, of which bytes. */
export type Brought = {
  request: Checked
  original: { sha256: string; name: string; bytes: number }
  noiseReduction: boolean
  recipe: string
}

/** Refuses (`conflict`) an original that is a recording of this version, language and station already, or was unfit by the same treatment. */
export async function refuseIfBrought(db: Db, brought: Brought): Promise<void> {
  const { request, original } = brought
  const { version, language, station } = request
  const same = {
    script: version.script,
    version: version.version,
    language,
    station,
    sha256: original.sha256,
  }
  const before = await broughtBefore(db, same)
  const fit = before.find(({ recording }) => recording !== null)
  if (fit !== undefined) {
    throw new AppError('conflict', {
      vi: `Chính tệp “${original.name}” đã được đưa vào bản tin này rồi (bản ghi ${fit.recording ?? ''}). Không cần gửi lại.`,
      en: `This very file, “${original.name}”, was brought for this version before (recording ${fit.recording ?? ''}). There is no need to send it again.`,
    })
  }
  const [fault] = before.find(({ id }) => id === idOf(brought))?.faults ?? []
  if (fault === undefined) return
  throw new AppError('conflict', {
    vi: `Chính tệp “${original.name}” đã được gửi trước đây và chưa dùng được: ${fault.vi} Hãy ghi lại, hoặc gửi tệp khác.`,
    en: `This very file, “${original.name}”, was brought before and is not fit: ${fault.en} Record it again, or bring another file.`,
  })
}

function idOf({ request, original, recipe }: Brought): string {
  const { version, language, station } = request
  return derivedId(
    'upload',
    version.script,
    version.version,
    language,
    station ?? '',
    original.sha256,
    recipe,
  )
}

/** Keeps original, upload, deed and, when it is fit, the recording; gives the upload as it is kept. */
export async function keepUpload(
  { database, audioFolder, clock }: { database: Database; audioFolder: string; clock: Clock },
  done: Brought & {
    copy: string
    treated: Treated
    treatment: Treatment
    faults: readonly Fault[]
    warnings: readonly Fault[]
  },
): Promise<Upload> {
  const { request, original, noiseReduction, treated, treatment } = done
  const { version, language, station, speaker, consent, by } = request
  await keepOriginal(done.copy, originalPath(audioFolder, { original, treatment }))
  const faults = done.faults.map(({ vi, en }) => ({ vi, en }))
  const upload = {
    id: idOf(done),
    ...{ script: version.script, version: version.version, language, station, original },
    ...{ speaker, consent, noiseReduction, treatment, faults },
    by: by.id,
    at: clock.now(),
  }
  const recording = faults.length > 0 ? null : recordingOf(upload, treated, done.warnings)
  const renditions = recording === null ? [] : await keepFiles(audioFolder, recording.id, treated)
  await transact(database, async (tx) => {
    if ((await submittedVersion(tx, upload)) === undefined) throw withdrawnMeanwhile(upload)
    await refuseIfBrought(tx, done)
    await addUpload(tx, upload)
    if (recording !== null) {
      await addRecording(tx, { ...recording, recipe: done.recipe, createdAt: upload.at, renditions })
    }
    const detail = {
      ...{ upload: upload.id, recording: recording?.id ?? null, original: original.sha256 },
      ...{ language, station, speaker, faults: faults.length },
    }
    const subject = `${upload.script}/${upload.version}`
    await recordDeed(tx, { at: upload.at, person: by.id, what: 'recording.brought', subject, detail })
  })
  return { ...upload, recording: recording?.id ?? null }
}

type Kept = Omit<Upload, 'recording'>

function recordingOf(
  upload: Kept,
  treated: Treated,
  warnings: readonly Fault[],
): Omit<Recording, 'renditions' | 'createdAt'> {
  const { script, version, language, station, speaker, treatment } = upload
  return {
    id: derivedId('rec', upload.id),
    ...{ script, version, language, station },
    // Nobody was given these words by us: the person read them in their own way.
    spoken: '',
    voice: `người: ${speaker}`,
    milliseconds: treated.milliseconds,
    loudness: Math.round(treatment.after.loudness * 10) / 10,
    truePeak: Math.round(treatment.after.truePeak * 10) / 10,
    sentences: [],
    quality: { gate: 'whole', similarity: treatment.similarity },
    remark: remarkOf(warnings),
    upload: upload.id,
  }
}

/** For whoever listens before approving. */
function remarkOf(warnings: readonly Sentence[]): Sentence | null {
  if (warnings.length === 0) return null
  return { vi: warnings.map(({ vi }) => vi).join(' '), en: warnings.map(({ en }) => en).join(' ') }
}

async function keepFiles(audioFolder: string, recording: string, { files }: Treated): Promise<Rendition[]> {
  const kept: Rendition[] = []
  for (const codec of ['mp3', 'opus'] as const) {
    const bytes = files[codec]
    const sha256 = await keepAudio(audioFolder, bytes, codec)
    kept.push({ recording, codec, sha256, bytes: bytes.length, chunks: chunkDigests(bytes) })
  }
  return kept
}

function withdrawnMeanwhile({ script, version }: Kept): AppError {
  return new AppError('conflict', {
    vi: `Trong lúc xử lý, bản tin “${script}” bản ${version} đã bị thu hồi hoặc trả lại, nên bản ghi âm không được nhận. Hãy tạo bản mới.`,
    en: `Version ${version} of “${script}” was withdrawn or returned while the recording was treated, so it was not taken. Make a new version.`,
  })
}

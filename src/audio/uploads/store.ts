/** What people brought, in the database. */
import type { Sentence } from '../../base/errors.ts'
import type { Instant } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'
import type { AudioProbe } from '../ffmpeg.ts'
import type { Measurement } from '../gate/index.ts'
import type { Recording } from '../store.ts'

/** What was found in an original and done to it. */
export type Treatment = {
  probe: AudioProbe
  /** The original's file name ends in this: by what it is, not by what it was called. */
  extension: string
  /** Its peaks were cut off when it was recorded; `declipped`: and were drawn anew. */
  clipped: boolean
  declipped: boolean
  noiseReduced: boolean
  /** Silence taken from both ends together. */
  trimmedMs: number
  /** All that was added to its level. */
  gainDecibels: number
  before: Measurement
  /** Of the decoded MP3; the true peak is the higher of both codecs. */
  after: Measurement
  /** How like the treated sound the decoded file is, 0 to 1. */
  similarity: number
  /** Pictures of the waveform: largest sample of at most 400 equal parts, 0 to 1. */
  peaks: { before: number[]; after: number[] }
}

/** A recording that somebody brought, fit (`faults` empty, `recording` set) or not. */
export type Upload = {
  id: string
  script: string
  version: number
  language: string
  station: string | null
  original: { sha256: string; name: string; bytes: number }
  speaker: string
  consent: string
  noiseReduction: boolean
  treatment: Treatment
  faults: Sentence[]
  by: string
  at: Instant
  /** The recording that was made of it. */
  recording: string | null
}

/** Uploads of a script version, of a script, or all of them; newest first, at most 1,000. */
export async function uploadsOf(db: Db, of: { script?: string; version?: number } = {}): Promise<Upload[]> {
  let query = uploads(db).orderBy('upload.at', 'desc').orderBy('upload.id').limit(1000)
  if (of.script !== undefined) query = query.where('upload.script_id', '=', of.script)
  if (of.version !== undefined) query = query.where('upload.version', '=', of.version)
  return (await query.execute()).map(uploadOf)
}

/** One upload; undefined when there is no such thing. */
export async function uploadById(db: Db, id: string): Promise<Upload | undefined> {
  const row = await uploads(db).where('upload.id', '=', id).executeTakeFirst()
  return row && uploadOf(row)
}

/** What became of the same original for the same version, language and station before; newest first. */
export async function broughtBefore(
  db: Db,
  same: { script: string; version: number; language: string; station: string | null; sha256: string },
): Promise<Upload[]> {
  const found = await uploadsOf(db, same)
  return found.filter(
    ({ language, station, original }) =>
      language === same.language && station === same.station && original.sha256 === same.sha256,
  )
}

/** Adds an upload; its recording, if it has one, is a row of its own. */
export async function addUpload(db: Db, upload: Omit<Upload, 'recording'>): Promise<void> {
  await db
    .insertInto('upload')
    .values({
      id: upload.id,
      script_id: upload.script,
      version: upload.version,
      language: upload.language,
      station_id: upload.station,
      original_sha256: upload.original.sha256,
      original_name: upload.original.name,
      original_bytes: upload.original.bytes,
      speaker: upload.speaker,
      consent: upload.consent,
      noise_reduction: upload.noiseReduction ? 1 : 0,
      treatment: JSON.stringify(upload.treatment, measured),
      faults: JSON.stringify(upload.faults),
      uploaded_by: upload.by,
      at: upload.at,
    })
    .execute()
}

/** JSON has no infinity: the level of nothing at all is written as one below all that can be measured, in dB. */
function measured(_name: string, value: unknown): unknown {
  return value === -Infinity ? -200 : value
}

/** Adds a recording with its renditions, in the transaction of the upload it was made from. */
export async function addRecording(db: Db, recording: Recording & { recipe: string }): Promise<void> {
  await db
    .insertInto('recording')
    .values({
      id: recording.id,
      script_id: recording.script,
      version: recording.version,
      language: recording.language,
      station_id: recording.station,
      spoken: recording.spoken,
      voice: recording.voice,
      recipe: recording.recipe,
      milliseconds: recording.milliseconds,
      loudness_lufs: recording.loudness,
      true_peak_dbtp: recording.truePeak,
      created_at: recording.createdAt,
      sentences: JSON.stringify(recording.sentences),
      quality: JSON.stringify(recording.quality),
      remark: recording.remark === null ? null : JSON.stringify(recording.remark),
      upload_id: recording.upload,
    })
    .execute()
  const rows = recording.renditions.map(({ recording: recording_id, ...rest }) => ({ recording_id, ...rest }))
  await db.insertInto('rendition').values(rows).execute()
}

function uploads(db: Db) {
  return db
    .selectFrom('upload')
    .leftJoin('recording', 'recording.upload_id', 'upload.id')
    .selectAll('upload')
    .select('recording.id as recording_id')
}

type Row = Awaited<ReturnType<ReturnType<typeof uploads>['executeTakeFirstOrThrow']>>

function uploadOf(row: Row): Upload {
  return {
    id: row.id,
    script: row.script_id,
    version: row.version,
    language: row.language,
    station: row.station_id,
    original: { sha256: row.original_sha256, name: row.original_name, bytes: row.original_bytes },
    speaker: row.speaker,
    consent: row.consent,
    noiseReduction: row.noise_reduction === 1,
    treatment: JSON.parse(row.treatment) as Treatment,
    faults: JSON.parse(row.faults) as Sentence[],
    by: row.uploaded_by,
    at: row.at,
    recording: row.recording_id,
  }
}

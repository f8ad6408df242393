/** The rows of audio: recordings, their renditions, and why a wanted one is not there. */
import assert from 'node:assert/strict'
import { AppError, type Sentence } from '../base/errors.ts'
import type { Instant } from '../base/time.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { submittedVersions } from '../scripts/index.ts'

export type Codec = 'mp3' | 'opus'

/** A recording as a file in one codec. `chunks` are the digests a plan carries (wire/chunks.ts). */
export type Rendition = { recording: string; codec: Codec; sha256: string; bytes: number; chunks: string }

/** Audio of one script version in one language; `station` is set on a greeting. Loudness in LUFS, true peak in dBTP. */
export type Recording = {
  id: string
  script: string
  version: number
  language: string
  station: string | null
  spoken: string
  voice: string
  milliseconds: number
  loudness: number
  truePeak: number
  /** What it was joined from, in order; none for an upload. */
  sentences: RecordedSentence[]
  quality: Quality
  /** What people should know about how it was made: another voice had to be taken, say. */
  remark: Sentence | null
  /** The upload it was made from; null when a voice made it. */
  upload: string | null
  createdAt: Instant
  renditions: Rendition[]
}

/** A sentence of a recording: its key in the sentence store, its spoken text, and where it lies, in milliseconds. */
export type RecordedSentence = { key: string; text: string; at: number; milliseconds: number }

/**
 * How a recording was checked: `whole` = decoded and held against what it should be; `packets` = joined from
 * checked sentences, proven packet by packet; absent for those made before there was a gate. `similarity` is
 * the correlation with the expected sound, where that was computed. `gainDecibels`: what the chain added to the
 * voice, where that was corrected; `recipe`'s otherwise.
 */
export type Quality = { gate?: 'whole' | 'packets'; similarity?: number; gainDecibels?: number }

/** Why a wanted recording is not there, after how many tries that were its own fault. */
export type RenderFailure = {
  recording: string
  script: string
  version: number
  station: string | null
  why: Sentence
  tries: number
  at: Instant
}

type RecordingFilter = {
  ids?: readonly string[]
  version?: { script: string; version: number }
  greetingsOf?: string
}

/** All recordings of a script version, oldest first, each with its renditions. */
export function recordingsOf(db: Db, version: { script: string; version: number }): Promise<Recording[]> {
  return recordings(db, { version })
}

/** One recording; refuses (not_found) an unknown id. */
export async function recordingById(db: Db, id: string): Promise<Recording> {
  const [found] = await recordings(db, { ids: [id] })
  if (found !== undefined) return found
  throw new AppError('not_found', {
    vi: `Không có bản ghi nào mang mã ${id}. Xem danh sách bản ghi của bản tin để lấy mã đúng.`,
    en: `There is no recording ${id}. Look at the script's list of recordings for the right id.`,
  })
}

/** The station's newest greeting of a version that is not withdrawn; undefined when there is none. */
export async function greetingFor(db: Db, station: string): Promise<Recording | undefined> {
  const versions = new Set((await submittedVersions(db)).map(({ script, version }) => `${script} ${version}`))
  const greetings = await recordings(db, { greetingsOf: station })
  return greetings.filter(({ script, version }) => versions.has(`${script} ${version}`)).at(-1)
}

/** A rendition by its file's hash (recordings with the same words share the file: any of them). */
export async function renditionByHash(db: Db, sha256: string): Promise<Rendition | undefined> {
  const row = await db
    .selectFrom('rendition')
    .selectAll()
    .where('sha256', '=', sha256)
    .orderBy('recording_id')
    .limit(1)
    .executeTakeFirst()
  return row && renditionOf(row)
}

/**
 * Keeps a recording with its renditions, once: `known` when it is there already with the same bytes. `failures`:
 * names under which earlier tries may have failed.
 */
export async function keepRecording(
  database: Database,
  recording: Omit<Recording, 'renditions' | 'createdAt'> & { recipe: string },
  renditions: readonly Rendition[],
  now: Instant,
  failures: readonly string[] = [],
): Promise<'kept' | 'known'> {
  return transact(database, async (tx) => {
    const names = [recording.id, ...failures]
    await tx.deleteFrom('render_failure').where('recording_id', 'in', names).execute()
    const { numInsertedOrUpdatedRows } = await tx
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
        created_at: now,
        sentences: JSON.stringify(recording.sentences),
        quality: JSON.stringify(recording.quality),
        remark: recording.remark === null ? null : JSON.stringify(recording.remark),
        upload_id: recording.upload,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirstOrThrow()
    if (numInsertedOrUpdatedRows === 0n) {
      await assertSameBytes(tx, recording.id, renditions)
      return 'known'
    }
    await tx
      .insertInto('rendition')
      .values(renditions.map(({ recording: recording_id, ...rest }) => ({ recording_id, ...rest })))
      .execute()
    return 'kept'
  })
}

/** Same recipe and words, other bytes: what was approved must not be replaced by it. */
async function assertSameBytes(tx: Db, id: string, renditions: readonly Rendition[]): Promise<void> {
  const rows = await tx.selectFrom('rendition').selectAll().where('recording_id', '=', id).execute()
  for (const { codec, sha256 } of renditions) {
    if (rows.some((row) => row.codec === codec && row.sha256 === sha256)) continue
    throw new AppError('conflict', {
      vi: `Bản ghi ${id} (${codec}) tạo lại không giống tệp đã lưu trước đây, nên không thay tệp cũ. Hãy khôi phục thư mục âm thanh từ bản sao lưu, hoặc trình một phiên bản bản tin mới.`,
      en: `Recording ${id} (${codec}) came out different from the file stored before, so the old one is not replaced. Restore the audio folder from a backup, or submit a new version of the script.`,
    })
  }
}

/** Notes why recordings could not be made. `counts` is false when the fault was not theirs (a full disk). */
export async function keepFailure(
  database: Database,
  wanted: readonly { id: string; script: string; version: number; station: string | null }[],
  { why, counts, now }: { why: Sentence; counts: boolean; now: Instant },
): Promise<void> {
  const step = counts ? 1 : 0
  await transact(database, async (tx) => {
    for (const { id, script, version, station } of wanted) {
      await tx
        .insertInto('render_failure')
        .values({
          recording_id: id,
          script_id: script,
          version,
          station_id: station,
          why_vi: why.vi,
          why_en: why.en,
          tries: step,
          at: now,
        })
        .onConflict((conflict) =>
          conflict.column('recording_id').doUpdateSet((row) => ({
            why_vi: why.vi,
            why_en: why.en,
            tries: row('render_failure.tries', '+', step),
            at: now,
          })),
        )
        .execute()
    }
  })
}

/** What could not be rendered and why, the newest first; at most 500. */
export async function renderFailures(db: Db): Promise<RenderFailure[]> {
  const rows = await db
    .selectFrom('render_failure')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('recording_id')
    .limit(500)
    .execute()
  return rows.map((row) => ({
    recording: row.recording_id,
    script: row.script_id,
    version: row.version,
    station: row.station_id,
    why: { vi: row.why_vi, en: row.why_en },
    tries: row.tries,
    at: row.at,
  }))
}

/** Tries so far of each recording that failed. */
export async function triesSoFar(db: Db): Promise<Map<string, number>> {
  const rows = await db.selectFrom('render_failure').select(['recording_id', 'tries']).execute()
  return new Map(rows.map((row) => [row.recording_id, row.tries]))
}

/** Forgets failures, so that the next run tries those recordings again; says how many there were. */
export async function forgetFailures(db: Db): Promise<number> {
  const { numDeletedRows } = await db.deleteFrom('render_failure').executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

/** A failure of a recording that is no longer wanted (the unit got another name) would only mislead. */
export async function dropOtherFailures(db: Db, wanted: ReadonlySet<string>): Promise<void> {
  const rows = await db.selectFrom('render_failure').select('recording_id').execute()
  for (const { recording_id } of rows) {
    if (!wanted.has(recording_id)) {
      await db.deleteFrom('render_failure').where('recording_id', '=', recording_id).execute()
    }
  }
}

/** What people brought, of all versions: for which version, language and station. */
export async function broughtRecordings(
  db: Db,
): Promise<{ script: string; version: number; language: string; station: string | null }[]> {
  const rows = await db
    .selectFrom('recording')
    .select(['script_id', 'version', 'language', 'station_id'])
    .distinct()
    .where('upload_id', 'is not', null)
    .execute()
  return rows.map(({ script_id: script, version, language, station_id: station }) => {
    return { script, version, language, station }
  })
}

/** All recordings of the given versions, for comparing with what is wanted. */
export async function recordingsOfScripts(db: Db, scripts: readonly string[]): Promise<Recording[]> {
  const all: Recording[] = []
  for (const script of new Set(scripts)) {
    const versions = await db
      .selectFrom('recording')
      .select('version')
      .distinct()
      .where('script_id', '=', script)
      .execute()
    for (const { version } of versions) all.push(...(await recordings(db, { version: { script, version } })))
  }
  return all
}

async function recordings(db: Db, { ids, version, greetingsOf }: RecordingFilter): Promise<Recording[]> {
  let query = db
    .selectFrom('recording')
    .innerJoin('rendition', 'rendition.recording_id', 'recording.id')
    .selectAll()
    .orderBy('recording.version')
    .orderBy('recording.created_at')
    .orderBy('recording.id')
    .orderBy('rendition.codec')
  if (ids !== undefined) query = query.where('recording.id', 'in', ids)
  if (version !== undefined) {
    query = query
      .where('recording.script_id', '=', version.script)
      .where('recording.version', '=', version.version)
  }
  if (greetingsOf !== undefined) query = query.where('recording.station_id', '=', greetingsOf)
  const found = new Map<string, Recording>()
  for (const row of await query.execute()) {
    const recording = found.get(row.id) ?? {
      id: row.id,
      script: row.script_id,
      version: row.version,
      language: row.language,
      station: row.station_id,
      spoken: row.spoken,
      voice: row.voice,
      milliseconds: row.milliseconds,
      loudness: row.loudness_lufs,
      truePeak: row.true_peak_dbtp,
      sentences: JSON.parse(row.sentences) as RecordedSentence[],
      quality: JSON.parse(row.quality) as Quality,
      remark: row.remark === null ? null : (JSON.parse(row.remark) as Sentence),
      upload: row.upload_id,
      createdAt: row.created_at,
      renditions: [],
    }
    recording.renditions.push(renditionOf(row))
    found.set(row.id, recording)
  }
  return [...found.values()]
}

function renditionOf(row: {
  recording_id: string
  codec: string
  sha256: string
  bytes: number
  chunks: string
}): Rendition {
  const { recording_id: recording, codec, sha256, bytes, chunks } = row
  assert(codec === 'mp3' || codec === 'opus')
  return { recording, codec, sha256, bytes, chunks }
}

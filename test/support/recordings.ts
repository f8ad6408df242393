/** Recordings put straight into the database, for tests that are not about how speech is made. */
import { derivedId } from '../../src/base/ids.ts'
import { sha256 } from '../../src/base/hash.ts'
import type { Db } from '../../src/db/index.ts'
import { chunkDigests } from '../../src/wire/chunks.ts'
import { monday } from './desk.ts'

export type PutRecording = { id: string; hashes: { mp3: string; opus: string } }

/**
 * One recording of a script version with an MP3 and an Opus rendition. `take` tells apart renderings of the
 * same text (another take has other hashes); `station` must be in the registry; `spoken`: a person's, uploaded
 * by `by`.
 */
export async function putRecording(
  db: Db,
  recording: {
    script: string
    version: number
    take?: string
    station?: string | null
    seconds?: number
    language?: string
    spoken?: boolean
    by?: string
  },
): Promise<PutRecording> {
  const { script, version, take = 'first', station = null, seconds = 60, language = 'vi' } = recording
  const id = derivedId('rec', script, version, language, station ?? '', take)
  const { spoken = false, by = 'an' } = recording
  const upload = spoken ? await putUpload(db, { script, version, language, station, take, by }) : null
  const words = `${script} ${version} ${station ?? ''}`.trim()
  await db
    .insertInto('recording')
    .values({
      id,
      script_id: script,
      version,
      language,
      station_id: station,
      spoken: words,
      voice: 'test',
      recipe: take,
      milliseconds: seconds * 1000,
      loudness_lufs: -16,
      true_peak_dbtp: -1.5,
      sentences: '[]',
      quality: '{}',
      upload_id: upload,
      created_at: monday,
    })
    .execute()
  const hashes = { mp3: '', opus: '' }
  for (const codec of ['mp3', 'opus'] as const) {
    const bytes = Buffer.from(`${id} ${codec}`)
    hashes[codec] = sha256(bytes)
    const row = {
      recording_id: id,
      codec,
      sha256: hashes[codec],
      bytes: bytes.length,
      chunks: chunkDigests(bytes),
    }
    await db.insertInto('rendition').values(row).execute()
  }
  return { id, hashes }
}

async function putUpload(
  db: Db,
  of: { script: string; version: number; language: string; station: string | null; take: string; by: string },
): Promise<string> {
  const { script, version, language, station, take, by } = of
  const id = derivedId('up', script, version, language, station ?? '', take)
  await db
    .insertInto('upload')
    .values({
      id,
      ...{ script_id: script, version, language, station_id: station },
      ...{ original_sha256: sha256(id), original_name: 'thu-am.m4a', original_bytes: 1000 },
      ...{ speaker: 'Hồ Thị Hoa', consent: 'bằng lời', noise_reduction: 0, treatment: '{}', faults: '[]' },
      ...{ uploaded_by: by, at: monday },
    })
    .execute()
  return id
}

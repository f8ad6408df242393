/** Clips in the database: facts, each file once. And the sentences they must be told apart by. */
import type { Instant } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'
import type { RecordedSentence } from '../store.ts'
import type { Finding, Verdict } from './finding.ts'

/** A clip that was listened to. `recording` and `airing`: what it was held against. */
export type ClipFact = {
  sha256: string
  recording: string
  airing: string | null
  verdict: Verdict
  finding: Finding
  person: string | null
  at: Instant
}

/** The clip of that hash; undefined when nobody has brought it yet. */
export async function clipByHash(db: Db, sha256: string): Promise<ClipFact | undefined> {
  const row = await db.selectFrom('clip').selectAll().where('sha256', '=', sha256).executeTakeFirst()
  return row && clipOf(row)
}

/** All clips held against an airing, oldest first. */
export async function clipsOfAiring(db: Db, airing: string): Promise<ClipFact[]> {
  const rows = await db
    .selectFrom('clip')
    .selectAll()
    .where('airing_id', '=', airing)
    .orderBy('at')
    .orderBy('sha256')
    .execute()
  return rows.map(clipOf)
}

/** Keeps a clip and its finding, once: `known` when the same file was kept before. */
export async function keepClip(db: Db, clip: ClipFact): Promise<'kept' | 'known'> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('clip')
    .values({
      sha256: clip.sha256,
      recording_id: clip.recording,
      airing_id: clip.airing,
      verdict: clip.verdict,
      finding: JSON.stringify(clip.finding),
      person_id: clip.person,
      at: clip.at,
    })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n ? 'kept' : 'known'
}

/** Recordings asked for in one statement. */
const idsMax = 500

/**
 * All sentences of the given recordings, except those that say the same script version as `not`: another
 * station's variant or another voice of it proves the same bulletin.
 */
export async function sentencesOfRecordings(
  db: Db,
  ids: readonly string[],
  not: { script: string; version: number },
): Promise<RecordedSentence[]> {
  const sentences: RecordedSentence[] = []
  for (let from = 0; from < ids.length; from += idsMax) {
    const rows = await db
      .selectFrom('recording')
      .select(['script_id', 'version', 'sentences'])
      .where('id', 'in', ids.slice(from, from + idsMax))
      .orderBy('id')
      .execute()
    for (const { script_id, version, sentences: json } of rows)
      if (script_id !== not.script || version !== not.version)
        sentences.push(...(JSON.parse(json) as RecordedSentence[]))
  }
  return sentences
}

function clipOf(row: {
  sha256: string
  recording_id: string
  airing_id: string | null
  verdict: string
  finding: string
  person_id: string | null
  at: string
}): ClipFact {
  return {
    sha256: row.sha256,
    recording: row.recording_id,
    airing: row.airing_id,
    verdict: row.verdict as Verdict,
    finding: JSON.parse(row.finding) as Finding,
    person: row.person_id,
    at: row.at,
  }
}

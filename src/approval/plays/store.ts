/** What approvers listened to: when a stretch began to play for them, and when they had heard it. */
import type { Instant } from '../../base/time.ts'
import type { Db } from '../../db/index.ts'

/** A stretch that began to play for somebody; `endedAt`: null while it was not heard to its end. */
export type Play = {
  number: number
  person: string
  recording: string
  /** Of the file that played. */
  sha256: string
  fromMs: number
  toMs: number
  begunAt: Instant
  endedAt: Instant | null
}

/** Keeps that a play began; gives its number, larger than any before. */
export async function keepPlay(db: Db, play: Omit<Play, 'number' | 'endedAt'>): Promise<number> {
  const { number } = await db
    .insertInto('play')
    .values({
      person_id: play.person,
      recording_id: play.recording,
      sha256: play.sha256,
      from_ms: play.fromMs,
      to_ms: play.toMs,
      begun_at: play.begunAt,
    })
    .returning('number')
    .executeTakeFirstOrThrow()
  return number
}

/** Keeps that a play was heard to its end; saying so again changes nothing. */
export async function keepPlayEnd(db: Db, number: number, endedAt: Instant): Promise<void> {
  const row = { play_number: number, ended_at: endedAt }
  await db
    .insertInto('play_end')
    .values(row)
    .onConflict((conflict) => conflict.column('play_number').doNothing())
    .execute()
}

/** The newest play of a person. */
export async function newestPlay(db: Db, person: string): Promise<Play | undefined> {
  const row = await plays(db).where('person_id', '=', person).orderBy('number', 'desc').executeTakeFirst()
  return row && playOf(row)
}

/** How many plays a person began since then. */
export async function playsSince(db: Db, person: string, since: Instant): Promise<number> {
  const { count } = await db
    .selectFrom('play')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('person_id', '=', person)
    .where('begun_at', '>=', since)
    .executeTakeFirstOrThrow()
  return count
}

/** What a person heard of the recordings of a version, to its end. */
export async function heardPlays(
  db: Db,
  of: { person: string; script: string; version: number },
): Promise<Play[]> {
  const rows = await plays(db)
    .innerJoin('recording', 'recording.id', 'play.recording_id')
    .where('play.person_id', '=', of.person)
    .where('recording.script_id', '=', of.script)
    .where('recording.version', '=', of.version)
    .where('play_end.ended_at', 'is not', null)
    .orderBy('number')
    .execute()
  return rows.map(playOf)
}

function plays(db: Db) {
  return db
    .selectFrom('play')
    .leftJoin('play_end', 'play_end.play_number', 'play.number')
    .select(['play.number', 'play.person_id', 'play.recording_id', 'play.sha256'])
    .select(['play.from_ms', 'play.to_ms', 'play.begun_at', 'play_end.ended_at'])
}

type Row = Awaited<ReturnType<ReturnType<typeof plays>['executeTakeFirstOrThrow']>>

function playOf(row: Row): Play {
  return {
    number: row.number,
    person: row.person_id,
    recording: row.recording_id,
    sha256: row.sha256,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    begunAt: row.begun_at,
    endedAt: row.ended_at,
  }
}

/** The journal: what a controller remembers through a power cut. The only file here that knows Kysely. */
import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Kysely, Transaction } from 'kysely'
import { AppError } from '../base/errors.ts'
import type { Ids } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { openOwnDatabase } from '../db/index.ts'
import { Receipt, receiptsPerMessageMax } from '../wire/messages.ts'
import { memoryMs, type Play } from './agenda.ts'

type Tables = {
  memory: { name: string; value: string }
  document: { kind: string; name: string; envelope: Uint8Array; received_at: number }
  play: {
    airing: string
    state: string
    held: string
    started_at: number | null
    tries: number
    interruptions: number
    latest_at: number
    outcome: string | null
    ended_at: number | null
  }
  receipt: { sequence: number; body: string; settled: number }
  message: { sha256: string; first_sequence: number; last_sequence: number; envelope: Uint8Array }
  part: { sha256: string; codec: string; bytes: number; needed_at: number }
}

export type Journal = Kysely<Tables>
/** The journal or a transaction on it. */
export type JournalDb = Journal | Transaction<Tables>

const schemaFile = fileURLToPath(new URL('journal.sql', import.meta.url))

/** Journals set aside because they were damaged; further ones replace the last. */
const setAsideMax = 9

/**
 * Opens the journal of a device's folder, or begins one with a new epoch. A journal that a dying card
 * has damaged is set aside and a new one begun: a device that plays and has forgotten is better than
 * one that waits for a technician. Refuses (`conflict`) a folder that another process uses or that
 * belongs to another device.
 */
export async function openJournal(folder: string, device: string, ids: Ids, log: Log): Promise<Journal> {
  await mkdir(folder, { recursive: true, mode: 0o750 })
  const path = join(folder, 'journal.db')
  let journal = openOwnDatabase<Tables>(path, schemaFile)
  if (journal === 'damaged') {
    log.error({ device, path }, 'the journal is damaged: set aside, and a new one begun')
    await setAside(folder, path)
    journal = openOwnDatabase<Tables>(path, schemaFile)
  }
  if (journal === 'in-use' || journal === 'damaged') {
    throw new AppError('conflict', {
      vi: `Thư mục ${folder} đang được một tiến trình khác dùng. Mỗi thiết bị chỉ chạy một bộ điều khiển; hãy tắt tiến trình kia trước.`,
      en: `Another process uses the folder ${folder}. A device has one controller only; stop the other one first.`,
    })
  }
  const owner = await recall(journal, 'device')
  if (owner !== undefined && owner !== device) {
    await journal.destroy()
    throw new AppError('conflict', {
      vi: `Thư mục ${folder} là của thiết bị ${owner}, không phải ${device}. Hãy chọn thư mục khác.`,
      en: `The folder ${folder} belongs to device ${owner}, not to ${device}. Choose another folder.`,
    })
  }
  if (owner === undefined) {
    await journal.transaction().execute(async (tx) => {
      await keep(tx, 'device', device)
      await keep(tx, 'epoch', ids.next('epoch'))
    })
  }
  return journal
}

async function setAside(folder: string, path: string): Promise<void> {
  const aside = join(folder, 'damaged')
  await mkdir(aside, { recursive: true })
  for (let number = setAsideMax; number > 0; number -= 1) {
    moveIfThere(join(aside, `journal-${number - 1}.db`), join(aside, `journal-${number}.db`))
  }
  moveIfThere(path, join(aside, 'journal-0.db'))
  moveIfThere(`${path}-wal`, join(aside, 'journal-0.db-wal'))
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

// memory --------------------------------------------------------------------------------------

export type MemoryName =
  'device' | 'epoch' | 'birth' | 'generation' | 'keys-version' | 'last-sequence' | 'previous-message'

export async function recall(db: JournalDb, name: MemoryName): Promise<string | undefined> {
  const row = await db.selectFrom('memory').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value
}

/** A number that is remembered; 0 when nothing is. */
export async function recallNumber(db: JournalDb, name: MemoryName): Promise<number> {
  return Number((await recall(db, name)) ?? 0)
}

export async function keep(db: JournalDb, name: MemoryName, value: string): Promise<void> {
  await db
    .insertInto('memory')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

// documents -----------------------------------------------------------------------------------

export type DocumentKind = 'keys' | 'plan' | 'approval'
export type HeldDocument = { kind: DocumentKind; name: string; envelope: Uint8Array; receivedAt: number }

export async function documentsHeld(db: JournalDb): Promise<HeldDocument[]> {
  const rows = await db.selectFrom('document').selectAll().execute()
  return rows.map(({ kind, name, envelope, received_at }) => ({
    kind: kind as DocumentKind,
    name,
    envelope,
    receivedAt: received_at,
  }))
}

export async function keepDocument(db: JournalDb, document: HeldDocument): Promise<void> {
  const { kind, name, receivedAt: received_at } = document
  const envelope = Buffer.from(document.envelope)
  await db
    .insertInto('document')
    .values({ kind, name, envelope, received_at })
    .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet({ envelope, received_at }))
    .execute()
}

/** Forgets approval statements that no part of the plan names. */
export async function forgetApprovalsBut(db: JournalDb, names: readonly string[]): Promise<void> {
  await db.deleteFrom('document').where('kind', '=', 'approval').where('name', 'not in', names).execute()
}

// plays and receipts --------------------------------------------------------------------------

export async function playsKept(db: JournalDb): Promise<Play[]> {
  const rows = await db.selectFrom('play').selectAll().execute()
  return rows.map((row) => ({
    airing: row.airing,
    state: row.state as Play['state'],
    held: JSON.parse(row.held) as string[],
    startedAt: row.started_at,
    tries: row.tries,
    interruptions: row.interruptions,
    latestAt: row.latest_at,
  }))
}

/** How many airings ended with each outcome, ever. */
export async function outcomesKept(db: JournalDb): Promise<Record<Receipt['outcome'], number>> {
  const counts = { played: 0, partial: 0, missed: 0, refused: 0 }
  const rows = await db
    .selectFrom('play')
    .select((select) => ['outcome', select.fn.countAll<number>().as('count')])
    .where('state', '=', 'ended')
    .groupBy('outcome')
    .execute()
  for (const { outcome, count } of rows) counts[outcome as Receipt['outcome']] = count
  return counts
}

/** Writes a play as it stands: before it sounds, and when it is interrupted. */
export async function keepPlay(db: JournalDb, play: Play): Promise<void> {
  const values = {
    state: play.state,
    held: JSON.stringify(play.held),
    started_at: play.startedAt,
    tries: play.tries,
    interruptions: play.interruptions,
    latest_at: play.latestAt,
  }
  await db
    .insertInto('play')
    .values({ airing: play.airing, ...values, outcome: null, ended_at: null })
    .onConflict((conflict) => conflict.column('airing').doUpdateSet(values))
    .execute()
}

/** What a receipt says, before it has its place in the sequence. */
export type Outcome = Omit<Receipt, 'sequence'>

/**
 * Ends a play and writes its receipt with the next sequence, in one transaction: a receipt without an
 * end, or an end without a receipt, cannot be. Returns the sequence. An airing ends once: a second end
 * is a bug.
 */
export function endPlay(journal: Journal, play: Play, outcome: Outcome, at: number): Promise<number> {
  return journal.transaction().execute(async (tx) => {
    await keepPlay(tx, { ...play, state: 'waiting' })
    const { numUpdatedRows } = await tx
      .updateTable('play')
      .set({ state: 'ended', outcome: outcome.outcome, ended_at: at })
      .where('airing', '=', play.airing)
      .where('outcome', 'is', null)
      .executeTakeFirstOrThrow()
    assert.equal(numUpdatedRows, 1n, `airing ${play.airing} has ended already`)
    const sequence = (await recallNumber(tx, 'last-sequence')) + 1
    await keep(tx, 'last-sequence', String(sequence))
    const body = JSON.stringify(Receipt.parse({ ...outcome, sequence }))
    await tx.insertInto('receipt').values({ sequence, body, settled: 0 }).execute()
    return sequence
  })
}

/** Forgets airings that no plan may name again (see `memoryMs`). */
export async function forgetOldPlays(db: JournalDb, now: number): Promise<void> {
  await db
    .deleteFrom('play')
    .where('state', '=', 'ended')
    .where('latest_at', '<', now - memoryMs)
    .where('ended_at', '<', now - memoryMs)
    .execute()
}

export async function outboxSize(db: JournalDb): Promise<number> {
  const { count } = await db
    .selectFrom('receipt')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('settled', '=', 0)
    .executeTakeFirstOrThrow()
  return count
}

/** The oldest receipts of the outbox, at most one message full, contiguous. */
export async function oldestReceipts(db: JournalDb): Promise<Receipt[]> {
  const rows = await db
    .selectFrom('receipt')
    .select('body')
    .orderBy('sequence')
    .limit(receiptsPerMessageMax)
    .execute()
  return rows.map(({ body }) => Receipt.parse(JSON.parse(body)))
}

export type Message = { sha256: string; first: number; last: number; envelope: Uint8Array }

export async function messageUnderWay(db: JournalDb): Promise<Message | undefined> {
  const row = await db.selectFrom('message').selectAll().executeTakeFirst()
  return (
    row && {
      sha256: row.sha256,
      first: row.first_sequence,
      last: row.last_sequence,
      envelope: row.envelope,
    }
  )
}

export async function keepMessage(db: JournalDb, message: Message): Promise<void> {
  await db
    .insertInto('message')
    .values({
      sha256: message.sha256,
      first_sequence: message.first,
      last_sequence: message.last,
      envelope: Buffer.from(message.envelope),
    })
    .execute()
}

/** Takes the message back; its receipts stay in the outbox. */
export async function forgetMessage(db: JournalDb, sha256: string): Promise<void> {
  await db.deleteFrom('message').where('sha256', '=', sha256).execute()
}

/**
 * Notes the hub's word that these sequences need not be sent again. When all receipts of the message
 * under way are settled, they leave the outbox and the message becomes the previous one.
 */
export function settle(
  journal: Journal,
  message: Message,
  sequences: readonly number[],
): Promise<'all' | 'some'> {
  return journal.transaction().execute(async (tx) => {
    await tx
      .updateTable('receipt')
      .set({ settled: 1 })
      .where('sequence', 'in', sequences)
      .where('sequence', '>=', message.first)
      .where('sequence', '<=', message.last)
      .execute()
    const open = await tx
      .selectFrom('receipt')
      .select('sequence')
      .where('sequence', '<=', message.last)
      .where('settled', '=', 0)
      .executeTakeFirst()
    if (open !== undefined) return 'some'
    await tx.deleteFrom('receipt').where('sequence', '<=', message.last).execute()
    await tx.deleteFrom('message').where('sha256', '=', message.sha256).execute()
    await keep(tx, 'previous-message', message.sha256)
    return 'all'
  })
}

// parts ---------------------------------------------------------------------------------------

export type HeldPart = { sha256: string; codec: string; bytes: number; neededAt: number }

export async function partsHeld(db: JournalDb): Promise<HeldPart[]> {
  const rows = await db.selectFrom('part').selectAll().execute()
  return rows.map(({ sha256, codec, bytes, needed_at }) => ({ sha256, codec, bytes, neededAt: needed_at }))
}

export async function keepPart(db: JournalDb, part: HeldPart): Promise<void> {
  const { sha256, codec, bytes, neededAt: needed_at } = part
  await db
    .insertInto('part')
    .values({ sha256, codec, bytes, needed_at })
    .onConflict((conflict) => conflict.column('sha256').doUpdateSet({ needed_at }))
    .execute()
}

export async function forgetPart(db: JournalDb, sha256: string): Promise<void> {
  await db.deleteFrom('part').where('sha256', '=', sha256).execute()
}

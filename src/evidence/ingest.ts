/** Receipts from the bus: noted when they come, stored at our own pace, acknowledged after the COMMIT. */
import { isDiskFull, type Parsed, reasonOf } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import type { Log } from '../base/log.ts'
import { type Clock, toMilliseconds } from '../base/time.ts'
import { dayOf } from '../base/calendar.ts'
import { type Database, transactReported } from '../db/index.ts'
import { deviceKey } from '../registry/index.ts'
import { AckMessage, controlBytesMax, type ReceiptsMessage, writeMessage } from '../wire/messages.ts'
import { readDeviceTopic, topics } from '../wire/topics.ts'
import { type Answer, answerReceipts, readReceipts } from './judge.ts'
import {
  airingsOfDevices,
  keepMessages,
  keepReceipts,
  keepRefusals,
  receiptsLike,
  type Refusal,
  type SignedReceipt,
} from './store.ts'

/** Messages waiting to be stored; beyond it they are dropped, and their devices send them again. */
export const messagesMax = 5000
/** Their bytes together: 5,000 messages as large as may be would take ten times as much. */
export const notedBytesMax = 33_554_432
/** Receipts stored by one transaction. */
export const receiptsPerCommitMax = 500
/** Of a refused message so much is kept. */
export const refusalBytesMax = 4096
/** Refusals stored on one day by one process; beyond it they are counted only. */
export const refusalsPerDayMax = 10_000

export type IngestCounts = {
  kept: number
  known: number
  refused: number
  /** Refusals beyond the day's bound, and repeats of the same bytes: counted, not stored. */
  refusedUnstored: number
  dropped: number
}

export interface Ingest {
  /** Notes a message on a device's receipts topic; any other topic is none of ours. Does nothing else. */
  note(topic: string, payload: Uint8Array): 'noted' | 'full' | 'not ours'
  /**
   * Stores what is noted, at most 500 receipts a transaction, and acknowledges each message after its
   * COMMIT. Resolves with the number of receipts kept. When the database cannot write (disk full),
   * nothing is acknowledged, the messages stay noted, the reason is logged, and the next call tries
   * again; devices send again too. Never rejects.
   */
  flush(): Promise<number>
  /** Resolves when nothing is noted and nothing being stored, or when storing fails at the moment. */
  idle(): Promise<void>
  /** Since this process began. */
  readonly counts: Readonly<IngestCounts>
}

/** `unstorable`: the database refuses it whatever it is together with, and says why. */
type Noted = { topic: string; device: string; payload: Uint8Array; bytes: number; unstorable?: string }
type Read = Noted & { sha256: string; message: ReceiptsMessage }
type Ack = { device: string; epoch: string; receipts: AckMessage['receipts'] }

/** The way from the bus to the facts. `publishAck` takes a whole acknowledgement for one device. */
export function createIngest(parts: {
  database: Database
  publishAck: (device: string, bytes: Uint8Array) => Promise<void>
  clock: Clock
  log: Log
}): Ingest {
  const { database, clock, log } = parts
  const noted: Noted[] = []
  let notedBytes = 0
  const counts: IngestCounts = { kept: 0, known: 0, refused: 0, refusedUnstored: 0, dropped: 0 }
  const refusals = refusalBook(counts, log)
  let running: Promise<number> | undefined
  let toldDropped = 0

  function note(topic: string, payload: Uint8Array): 'noted' | 'full' | 'not ours' {
    const place = readDeviceTopic(topic)
    if (place?.kind !== 'receipts') return 'not ours'
    if (noted.length >= messagesMax || notedBytes >= notedBytesMax) {
      counts.dropped += 1
      return 'full'
    }
    // What is too large to be read is cut at once, so that the bound on messages is one on memory too.
    const cut = payload.length > controlBytesMax ? payload.slice(0, refusalBytesMax) : payload
    noted.push({ topic, device: place.device, payload: cut, bytes: payload.length })
    notedBytes += cut.length
    return 'noted'
  }

  async function drain(): Promise<number> {
    let kept = 0
    let messagesAtOnce = receiptsPerCommitMax
    while (noted.length > 0) {
      try {
        const stored = await store(noted.slice(0, messagesAtOnce))
        for (const { payload } of noted.splice(0, stored.messages)) notedBytes -= payload.length
        kept += stored.kept
        await acknowledge(stored.acks)
      } catch (error) {
        // A message whose refusal cannot be stored either is not what is wrong.
        if (!refusesTheMessage(error) || noted[0]?.unstorable !== undefined) {
          const what = isDiskFull(error) ? 'the disk is full' : 'the database cannot write'
          log.error(
            { error: reasonOf(error), noted: noted.length },
            `${what}; nothing is acknowledged, devices send again`,
          )
          delete noted[0]?.unstorable
          break
        }
        // One message must not hold up the others: find it alone, and keep it as a refusal.
        if (messagesAtOnce === 1 && noted[0] !== undefined) noted[0].unstorable = reasonOf(error)
        messagesAtOnce = 1
      }
    }
    if (counts.dropped > toldDropped) {
      log.warn(
        { dropped: counts.dropped - toldDropped },
        'more messages than can be noted; devices send them again',
      )
      toldDropped = counts.dropped
    }
    return kept
  }

  /** One transaction: messages, receipts and refusals. The counts change only once it is committed. */
  async function store(batch: readonly Noted[]): Promise<{ messages: number; kept: number; acks: Ack[] }> {
    const now = clock.now()
    const { messages, unread } = await read(database, batch)
    const receipts = messages.flatMap(signedReceipts)
    refusals.begin(dayOf(now))
    for (const { topic, payload, why } of unread) refusals.add({ topic, payload, why })
    const answers = await transactReported(database, async (tx) => {
      const given = answerReceipts(
        receipts,
        await receiptsLike(tx, receipts),
        await airingsOfDevices(tx, receipts),
      )
      const keep = receipts.filter((_, index) => given[index]?.result === 'kept')
      const signed = new Set(keep.map(({ message }) => message))
      const envelopes = messages.filter((message) => signed.has(message.sha256)).map(envelopeOf)
      await keepMessages(tx, envelopes, now)
      await keepReceipts(tx, keep, now)
      receipts.forEach((receipt, index) => {
        const why = given[index]?.why
        if (why !== undefined)
          refusals.add({ topic: topics.receipts(receipt.device), payload: asBytes(receipt), why })
      })
      await keepRefusals(tx, refusals.toStore(), now)
      return given
    })
    refusals.committed()
    const tally = (result: Answer['result']): number =>
      answers.filter((answer) => answer.result === result).length
    counts.kept += tally('kept')
    counts.known += tally('known')
    counts.refused += tally('refused') + unread.length
    return { messages: messages.length + unread.length, kept: tally('kept'), acks: acksOf(messages, answers) }
  }

  /** After the COMMIT. An acknowledgement that is lost only makes the device send again. */
  async function acknowledge(acks: readonly Ack[]): Promise<void> {
    const now = toMilliseconds(clock.now())
    const sent = await Promise.allSettled(
      acks.map(({ device, epoch, receipts }) =>
        parts.publishAck(device, writeMessage(AckMessage, { v: 1, device, epoch, receipts, now })),
      ),
    )
    const lost = sent.filter((one) => one.status === 'rejected')
    if (lost[0] !== undefined) {
      log.warn(
        { lost: lost.length, error: reasonOf(lost[0].reason) },
        'acknowledgements not sent; devices ask again',
      )
    }
  }

  async function flush(): Promise<number> {
    // One at a time: a second call waits for the first and then stores what came meanwhile.
    while (running !== undefined) await running
    running = drain().finally(() => {
      running = undefined
    })
    return running
  }

  return {
    note,
    flush,
    async idle() {
      await flush()
    },
    counts,
  }
}

/** Reads messages from the oldest on, until the next one would bring more receipts than one transaction takes. */
async function read(
  database: Database,
  batch: readonly Noted[],
): Promise<{ messages: Read[]; unread: (Noted & { why: string })[] }> {
  const messages: Read[] = []
  const unread: (Noted & { why: string })[] = []
  const keys = new Map<string, string | undefined>()
  let receipts = 0
  for (const one of batch) {
    if (!keys.has(one.device)) keys.set(one.device, await deviceKey(database, one.device))
    const message = readNoted(one, keys.get(one.device))
    if (message.ok) {
      receipts += message.value.receipts.length
      if (receipts > receiptsPerCommitMax) break
      messages.push({ ...one, sha256: sha256(one.payload), message: message.value })
    } else unread.push({ ...one, why: message.why })
  }
  return { messages, unread }
}

function readNoted(noted: Noted, publicKey: string | undefined): Parsed<ReceiptsMessage> {
  if (noted.unstorable !== undefined) return { ok: false, why: `cannot be stored: ${noted.unstorable}` }
  if (noted.bytes > controlBytesMax) return { ok: false, why: `${String(noted.bytes)} bytes are too many` }
  return readReceipts(noted.payload, noted.device, publicKey)
}

/** Whether the database has something against this message, rather than being unable to write anything now. */
function refusesTheMessage(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return code?.startsWith('SQLITE_CONSTRAINT') ?? true
}

function signedReceipts({ device, sha256, message }: Read): SignedReceipt[] {
  return message.receipts.map((receipt) => ({ ...receipt, device, epoch: message.epoch, message: sha256 }))
}

function envelopeOf({ sha256, device, payload }: Read): { sha256: string; device: string; envelope: string } {
  // An envelope that was read is UTF-8 throughout, so the text gives back the same bytes.
  return { sha256, device, envelope: Buffer.from(payload).toString('utf8') }
}

function asBytes(receipt: SignedReceipt): Uint8Array {
  return Buffer.from(JSON.stringify(receipt), 'utf8')
}

/** One acknowledgement for each message, in the order in which they came. */
function acksOf(messages: readonly Read[], answers: readonly Answer[]): Ack[] {
  let position = 0
  return messages.map(({ device, message }) => {
    const receipts = message.receipts.map(({ sequence }) => {
      const { result, why } = answers[position++] ?? { result: 'refused' as const }
      return { sequence, result, ...(why === undefined ? {} : { why: why.slice(0, 200) }) }
    })
    return { device, epoch: message.epoch, receipts }
  })
}

/**
 * Which refusals of the running transaction are stored: each bytes once (devices repeat themselves),
 * and not more in a day than the bound, so that a broken device cannot fill the disk. What is decided
 * becomes memory only when the transaction is committed.
 */
function refusalBook(counts: IngestCounts, log: Log) {
  let day = ''
  const seen = new Set<string>()
  let fresh: Refusal[] = []
  let unstored = 0
  return {
    begin(today: string): void {
      if (day !== today) seen.clear()
      day = today
      fresh = []
      unstored = 0
    },
    add({ topic, payload, why }: { topic: string; payload: Uint8Array; why: string }): void {
      const refusal = {
        topic,
        sha256: sha256(payload),
        payload: payload.slice(0, refusalBytesMax),
        why: why.slice(0, 500),
      }
      const known = seen.has(keyOf(refusal)) || fresh.some((one) => keyOf(one) === keyOf(refusal))
      if (known || seen.size + fresh.length >= refusalsPerDayMax) unstored += 1
      else fresh.push(refusal)
    },
    toStore: (): readonly Refusal[] => fresh,
    committed(): void {
      for (const refusal of fresh) seen.add(keyOf(refusal))
      counts.refusedUnstored += unstored
      if (fresh.length > 0) log.warn({ refused: fresh.length, why: fresh[0]?.why }, 'messages refused')
      if (fresh.length > 0 && seen.size >= refusalsPerDayMax) {
        log.error(
          { refusals: seen.size },
          'refusals have reached the bound of the day; more are only counted',
        )
      }
    },
  }

  function keyOf({ topic, sha256: hash, why }: Refusal): string {
    return `${topic} ${hash} ${why}`
  }
}

/** From bytes to receipts, and from receipts to answers: pure, so that every case can be told in a test. */
import { kidOf, openEnvelope, readPublicKey } from '../wire/envelope.ts'
import { type AckMessage, ReceiptsMessage } from '../wire/messages.ts'
import type { Parsed } from '../base/errors.ts'
import type { KnownReceipt, SignedReceipt } from './store.ts'

/** The last instant that ISO text with a four-digit year can say. */
const instantMax = 253_402_300_799_999

/** What becomes of a receipt: kept, known already, or refused for good with the reason. */
export type Answer = { result: AckMessage['receipts'][number]['result']; why?: string }

/**
 * Reads a message that came on a device's topic: signed with the device's enrolled key, and about that
 * device. `publicKey` undefined = no such device is enrolled. Never throws.
 */
export function readReceipts(
  payload: Uint8Array,
  device: string,
  publicKey: string | undefined,
): Parsed<ReceiptsMessage> {
  if (publicKey === undefined) return { ok: false, why: `device ${device} is not enrolled` }
  const opened = openEnvelope('receipts', ReceiptsMessage, payload, (kid) =>
    kid === kidOf(publicKey) ? readPublicKey(publicKey) : undefined,
  )
  if (!opened.ok) return opened
  const { document } = opened.value
  if (document.device !== device)
    return { ok: false, why: `signed by ${device}, but about ${document.device}` }
  return { ok: true, value: document }
}

/**
 * Answers receipts one after the other, each in the light of those before it. `theirs` holds the
 * airings that were given to each device, as `<airing> <device>`; a device is believed about no other.
 */
export function answerReceipts(
  receipts: readonly SignedReceipt[],
  known: readonly KnownReceipt[],
  theirs: ReadonlySet<string>,
): Answer[] {
  const byId = new Map<string, KnownReceipt>(known.map((receipt) => [receipt.id, receipt]))
  const bySequence = new Map<string, KnownReceipt>(known.map((receipt) => [placeOf(receipt), receipt]))
  return receipts.map((receipt) => {
    const answer = answerTo(receipt, byId.get(receipt.id), bySequence.get(placeOf(receipt)), theirs)
    if (answer.result === 'kept') {
      byId.set(receipt.id, receipt)
      bySequence.set(placeOf(receipt), receipt)
    }
    return answer
  })
}

function answerTo(
  receipt: SignedReceipt,
  sameId: KnownReceipt | undefined,
  samePlace: KnownReceipt | undefined,
  theirs: ReadonlySet<string>,
): Answer {
  if (sameId !== undefined) {
    const same =
      placeOf(sameId) === placeOf(receipt) &&
      sameId.airing === receipt.airing &&
      sameId.outcome === receipt.outcome
    return same ? { result: 'known' } : { result: 'refused', why: 'another receipt has this id' }
  }
  if (samePlace !== undefined) {
    // Two cards tell different stories under one number: a copied card, or one set back in time.
    return {
      result: 'refused',
      why: `sequence ${String(receipt.sequence)} is taken by ${samePlace.id}: a copied card?`,
    }
  }
  if (!theirs.has(`${receipt.airing} ${receipt.device}`)) {
    return { result: 'refused', why: `airing ${receipt.airing} is not one of ${receipt.device}` }
  }
  if (Math.max(receipt.started ?? 0, receipt.ended ?? 0) > instantMax) {
    return { result: 'refused', why: 'a time beyond the year 9999' }
  }
  return { result: 'kept' }
}

function placeOf({ device, epoch, sequence }: KnownReceipt): string {
  return `${device} ${epoch} ${String(sequence)}`
}

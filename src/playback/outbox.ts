/**
 * Receipts on their way to the hub: one message under way, repeated byte for byte until the hub says
 * that it holds them. A broker's acknowledgement is no proof: brokers forget.
 */
import { sha256 } from '../base/hash.ts'
import type { Log } from '../base/log.ts'
import { sealEnvelope, signerOf, type SigningKey } from '../wire/envelope.ts'
import { AckMessage, readMessage, ReceiptsMessage } from '../wire/messages.ts'
import { topics } from '../wire/topics.ts'
import {
  forgetMessage,
  type Journal,
  keepMessage,
  type Message,
  messageUnderWay,
  oldestReceipts,
  outboxSize,
  recall,
  settle,
} from './store.ts'
import type { Troubles } from './troubles.ts'

export type OutboxOptions = {
  device: string
  epoch: string
  key: SigningKey
  journal: Journal
  resendMs: number
  /** As `Session.publish`. */
  publish: (topic: string, payload: Uint8Array) => boolean
  log: Log
  troubles: Troubles
}

export class Outbox {
  readonly #options: OutboxOptions
  #underWay: Message | undefined
  #size: number
  #sentAt: number | undefined
  /** False while the hub has said that it is off: the broker's queue is not filled for nobody. */
  #hubThere = true

  private constructor(options: OutboxOptions, underWay: Message | undefined, size: number) {
    this.#options = options
    this.#underWay = underWay
    this.#size = size
  }

  static async open(options: OutboxOptions): Promise<Outbox> {
    const { journal, key } = options
    let underWay = await messageUnderWay(journal)
    if (underWay !== undefined && signerOf(underWay.envelope) !== key.kid) {
      // Enrolled again with another key: the old signature counts no longer. The receipts are sent under a new one.
      await forgetMessage(journal, underWay.sha256)
      underWay = undefined
    }
    return new Outbox(options, underWay, await outboxSize(journal))
  }

  /** Receipts the hub has not acknowledged. */
  get size(): number {
    return this.#size
  }

  /** A receipt was written. */
  added(): void {
    this.#size += 1
  }

  /** What is under way is sent again at the next step: the connection or the hub is a new one. */
  again(): void {
    this.#sentAt = undefined
  }

  /** The hub says that it is there, or that it is not. */
  hubIs(there: boolean): void {
    this.#hubThere = there
  }

  /** Takes the hub's acknowledgement. */
  async acknowledge(payload: Uint8Array): Promise<void> {
    const { device, epoch, journal, log, troubles } = this.#options
    const ack = readMessage(AckMessage, payload)
    if (!ack.ok) {
      log.warn({ device, why: ack.why }, 'acknowledgement not understood')
      return
    }
    const message = this.#underWay
    if (ack.value.epoch !== epoch || message === undefined) return
    const settled = ack.value.receipts.filter(
      ({ sequence }) => sequence >= message.first && sequence <= message.last,
    )
    if (settled.length === 0) return
    for (const { sequence, result, why } of settled) {
      if (result === 'refused')
        troubles.add('receipt-refused', `receipt ${sequence}: ${why ?? 'no reason given'}`)
    }
    const sequences = settled.map(({ sequence }) => sequence)
    if ((await settle(journal, message, sequences)) === 'all') {
      this.#underWay = undefined
      this.#sentAt = undefined
    }
    this.#size = await outboxSize(journal)
  }

  /** Sends what is due. Returns when to come again. */
  async step(now: number): Promise<number> {
    if (this.#underWay === undefined && this.#size > 0) await this.#fill()
    const message = this.#underWay
    if (message === undefined || !this.#hubThere) return Infinity
    const due = this.#sentAt === undefined ? now : this.#sentAt + this.#options.resendMs
    if (due > now) return due
    const { device, publish } = this.#options
    // Whether the broker takes it does not matter: without the hub's word it is sent again.
    if (!publish(topics.receipts(device), message.envelope)) return Infinity
    this.#sentAt = now
    return now + this.#options.resendMs
  }

  async #fill(): Promise<void> {
    const { device, epoch, key, journal } = this.#options
    const receipts = await oldestReceipts(journal)
    const [first, last] = [receipts[0], receipts.at(-1)]
    if (first === undefined || last === undefined) return
    const previous = (await recall(journal, 'previous-message')) ?? null
    const envelope = sealEnvelope(
      'receipts',
      ReceiptsMessage,
      { v: 1, device, epoch, previous, receipts },
      key,
    )
    const message = { sha256: sha256(envelope), first: first.sequence, last: last.sequence, envelope }
    await keepMessage(journal, message)
    this.#underWay = message
  }
}

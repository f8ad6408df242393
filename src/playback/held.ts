/** The signed documents a controller holds, in memory and in the journal, and how new ones replace them. */
import type { Parsed } from '../base/errors.ts'
import type { OpenedApproval } from '../wire/approval.ts'
import type { DevicePlan, KeysDocument, PlannedAiring } from '../wire/messages.ts'
import { approvalsOf, goesForward, openApproval, openKeys, openPlan } from './documents.ts'
import {
  type DocumentKind,
  documentsHeld,
  forgetApprovalsBut,
  type Journal,
  keep,
  keepDocument,
  recallNumber,
} from './store.ts'

/** What came of a document: taken in, a repeat of what is held, or refused with the reason. */
export type Taken = 'taken' | 'same' | { why: string }

/**
 * Of a plan that is held only who signed it is looked at when it is read back. Whether the key's date
 * has passed is for the check before a play, which then says so in a receipt.
 */
const anyTime = 0

export class HeldDocuments {
  readonly #journal: Journal
  readonly #device: string
  readonly #rootPublicKey: string
  readonly #approvals = new Map<string, Uint8Array>()
  #keysEnvelope: Uint8Array | undefined
  #planEnvelope: Uint8Array | undefined
  /** A plan that no key vouches for yet, or that the clock calls over: keys and plan travel on two topics and come in either order. */
  #planAhead: Uint8Array | undefined
  #keys: KeysDocument | undefined
  #plan: DevicePlan | undefined
  #planReceivedAt = 0
  #generation = 0
  #keysVersion = 0

  private constructor(journal: Journal, device: string, rootPublicKey: string) {
    this.#journal = journal
    this.#device = device
    this.#rootPublicKey = rootPublicKey
  }

  /** Reads back what was held before the restart; what no longer holds is not followed. */
  static async open(journal: Journal, device: string, rootPublicKey: string): Promise<HeldDocuments> {
    const held = new HeldDocuments(journal, device, rootPublicKey)
    held.#generation = await recallNumber(journal, 'generation')
    held.#keysVersion = await recallNumber(journal, 'keys-version')
    for (const { kind, name, envelope, receivedAt } of await documentsHeld(journal)) {
      if (kind === 'keys') held.#keysEnvelope = envelope
      else if (kind === 'approval') held.#approvals.set(name, envelope)
      else {
        held.#planEnvelope = envelope
        held.#planReceivedAt = receivedAt
      }
    }
    if (held.#keysEnvelope !== undefined) held.#keys = valueOf(openKeys(held.#keysEnvelope, rootPublicKey))
    if (held.#keys !== undefined && held.#planEnvelope !== undefined) {
      held.#plan = valueOf(openPlan(held.#planEnvelope, held.#keys, device, anyTime))
    }
    return held
  }

  get plan(): DevicePlan | undefined {
    return this.#plan
  }

  get planReceivedAt(): number {
    return this.#planReceivedAt
  }

  /** What the complete check works from: bytes as they were received, and the numbers that never go back. */
  get forCheck(): {
    keysEnvelope: Uint8Array
    planEnvelope: Uint8Array
    generation: number
    keysVersion: number
    approvalEnvelopes: ReadonlyMap<string, Uint8Array>
  } {
    return {
      keysEnvelope: this.#keysEnvelope ?? new Uint8Array(),
      planEnvelope: this.#planEnvelope ?? new Uint8Array(),
      generation: this.#generation,
      keysVersion: this.#keysVersion,
      approvalEnvelopes: this.#approvals,
    }
  }

  /** Whether the statements of all parts of an airing are here, sound or not: the check will tell. */
  hasApprovalsFor(airing: PlannedAiring): boolean {
    return airing.parts.every((sha256) => {
      const part = this.#plan?.parts.find((candidate) => candidate.sha256 === sha256)
      // A part that the plan does not describe is the check's business too.
      return part === undefined || approvalsOf(part).every((approval) => this.#approvals.has(approval))
    })
  }

  /** Approvals that the plan names: `sound` ones need not be listened for any longer. */
  approvalsNamed(now: number): { lacking: string[]; sound: string[] } {
    const named = new Set((this.#plan?.parts ?? []).flatMap(approvalsOf))
    const sound = [...named].filter((approval) => this.#openApproval(approval, now)?.ok === true)
    return { lacking: [...named].filter((approval) => !sound.includes(approval)), sound }
  }

  names(approval: string): boolean {
    return this.#plan?.parts.some((part) => approvalsOf(part).includes(approval)) ?? false
  }

  async takeKeys(envelope: Uint8Array, now: number): Promise<Taken> {
    const opened = openKeys(envelope, this.#rootPublicKey)
    const held = { number: this.#keysVersion, envelope: this.#keysEnvelope }
    const step = goesForward(opened, ({ version }) => version, envelope, held)
    if (step === 'same' || 'why' in step) return step
    await this.#journal.transaction().execute(async (tx) => {
      await keepDocument(tx, { kind: 'keys', name: '', envelope, receivedAt: now })
      await keep(tx, 'keys-version', String(step.take.version))
    })
    this.#keysEnvelope = envelope
    this.#keysVersion = step.take.version
    this.#keys = step.take
    return 'taken'
  }

  async takePlan(envelope: Uint8Array, now: number): Promise<Taken> {
    if (this.#keys === undefined) {
      this.#planAhead = envelope
      return { why: 'no keys document yet' }
    }
    const opened = openPlan(envelope, this.#keys, this.#device, now)
    if (!opened.ok) this.#planAhead = envelope
    const held = { number: this.#generation, envelope: this.#planEnvelope }
    const step = goesForward(opened, ({ generation }) => generation, envelope, held)
    if (step === 'same' || 'why' in step) return step
    if (now > step.take.expires) {
      // By a clock that may be wrong: it is looked at again when the clock was set.
      this.#planAhead = envelope
      return { why: `generation ${step.take.generation} has expired` }
    }
    await this.#journal.transaction().execute(async (tx) => {
      await keepDocument(tx, { kind: 'plan', name: '', envelope, receivedAt: now })
      await keep(tx, 'generation', String(step.take.generation))
      const named = step.take.parts.flatMap(approvalsOf)
      await forgetApprovalsBut(tx, [...new Set(named)])
    })
    this.#planEnvelope = envelope
    this.#planReceivedAt = now
    this.#generation = step.take.generation
    this.#plan = step.take
    this.#planAhead = undefined
    for (const approval of this.#approvals.keys()) if (!this.names(approval)) this.#approvals.delete(approval)
    return 'taken'
  }

  /** After new keys, or when the clock was set back: the plan that was not vouched for when it came, or the held one read again. */
  async takePlanAhead(now: number): Promise<Taken | undefined> {
    if (this.#keys !== undefined && this.#plan === undefined && this.#planEnvelope !== undefined) {
      this.#plan = valueOf(openPlan(this.#planEnvelope, this.#keys, this.#device, anyTime))
    }
    const ahead = this.#planAhead
    if (ahead === undefined) return undefined
    this.#planAhead = undefined
    return this.takePlan(ahead, now)
  }

  /** Keeps a statement that the plan names. One that holds is never replaced by one that does not. */
  async takeApproval(approval: string, envelope: Uint8Array, now: number): Promise<Taken> {
    if (!this.names(approval) || this.#keys === undefined) return { why: 'the plan does not name it' }
    const held = this.#approvals.get(approval)
    if (held !== undefined && Buffer.compare(held, envelope) === 0) return 'same'
    const opened = openApproval(envelope, this.#keys, approval, now)
    if (!opened.ok && held !== undefined) return { why: opened.why }
    const kind: DocumentKind = 'approval'
    await keepDocument(this.#journal, { kind, name: approval, envelope, receivedAt: now })
    this.#approvals.set(approval, envelope)
    return opened.ok ? 'taken' : { why: opened.why }
  }

  #openApproval(approval: string, now: number): Parsed<OpenedApproval> | undefined {
    const envelope = this.#approvals.get(approval)
    if (envelope === undefined || this.#keys === undefined) return undefined
    return openApproval(envelope, this.#keys, approval, now)
  }
}

function valueOf<T>(parsed: Parsed<T>): T | undefined {
  return parsed.ok ? parsed.value : undefined
}

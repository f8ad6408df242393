/**
 * Messages noted when they arrive, to be worked off at the controller's own pace. Bounded: only topics
 * that this device listens to, at most 8 messages of each (the oldest goes first: documents repeat
 * themselves, and what an acknowledgement said is said again).
 */
import { controlBytesMax } from '../wire/messages.ts'
import { readApprovalTopic, topics } from '../wire/topics.ts'

export type Noted =
  | { kind: 'keys' | 'plan' | 'ack' | 'hub'; payload: Uint8Array }
  | { kind: 'approval'; approval: string; payload: Uint8Array }

const notedPerTopicMax = 8

export class Inbox {
  readonly #fixed: ReadonlyMap<string, 'keys' | 'plan' | 'ack' | 'hub'>
  readonly #isWanted: (approval: string) => boolean
  #noted: { topic: string; noted: Noted }[] = []

  constructor(device: string, isWanted: (approval: string) => boolean) {
    this.#isWanted = isWanted
    this.#fixed = new Map([
      [topics.keys, 'keys'],
      [topics.plan(device), 'plan'],
      [topics.ack(device), 'ack'],
      [topics.hub, 'hub'],
    ] as const)
  }

  /** Whether the message is one of ours and was noted. An empty payload only takes back a retained message. */
  note(topic: string, payload: Uint8Array): boolean {
    if (payload.length === 0 || payload.length > controlBytesMax) return false
    const noted = this.#read(topic, payload)
    if (noted === undefined) return false
    const same = this.#noted.filter((other) => other.topic === topic)
    if (same.length >= notedPerTopicMax)
      this.#noted.splice(
        this.#noted.findIndex((other) => other === same[0]),
        1,
      )
    this.#noted.push({ topic, noted })
    return true
  }

  /** The oldest message. It stays until it is dropped, so that a step that fails finds it again. */
  first(): Noted | undefined {
    return this.#noted[0]?.noted
  }

  drop(noted: Noted): void {
    this.#noted = this.#noted.filter((other) => other.noted !== noted)
  }

  #read(topic: string, payload: Uint8Array): Noted | undefined {
    const kind = this.#fixed.get(topic)
    if (kind !== undefined) return { kind, payload }
    const approval = readApprovalTopic(topic)
    return approval === undefined || !this.#isWanted(approval)
      ? undefined
      : { kind: 'approval', approval, payload }
  }
}

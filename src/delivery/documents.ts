/** Retained documents on the broker: what should be there, what we put there, and the difference. */
import type { Bus } from '../wire/bus.ts'

/** A document that should be retained under its topic. An empty payload: nothing should be. */
export type Document = { topic: string; version: string; payload: () => Uint8Array }

/** Publishes under way together. */
const togetherMax = 100

export class Documents {
  /** Version that the broker acknowledged, by topic; forgotten whenever the broker may have lost it. */
  readonly #held = new Map<string, string>()
  #generation = -1

  /** Everything is to be published again when the broker is not the one it was. */
  follow(generation: number): void {
    if (generation === this.#generation) return
    this.#generation = generation
    this.#held.clear()
  }

  holds(topic: string, version: string): boolean {
    return this.#held.get(topic) === version
  }

  /** Topics that hold something we put there. */
  topics(): string[] {
    return [...this.#held].flatMap(([topic, version]) => (version === '' ? [] : [topic]))
  }

  /**
   * Publishes, retained, what the broker does not hold in this version. Stops at the first failure:
   * the next call goes on from there. Returns how many were published and how many are still to do.
   */
  async publish(
    bus: Bus,
    documents: readonly Document[],
    signal?: AbortSignal,
  ): Promise<{ published: number; left: number }> {
    const open = documents.filter(({ topic, version }) => !this.holds(topic, version))
    let published = 0
    for (let first = 0; first < open.length; first += togetherMax) {
      if (!bus.connected || signal?.aborted === true) break
      const generation = this.#generation
      const results = await Promise.allSettled(
        open.slice(first, first + togetherMax).map(async ({ topic, version, payload }) => {
          await bus.publish(topic, payload(), { retain: true })
          // Acknowledged by a broker that is gone by now: not held.
          if (generation === this.#generation) this.#held.set(topic, version)
        }),
      )
      const done = results.filter(({ status }) => status === 'fulfilled').length
      published += done
      if (done < results.length) break
    }
    return { published, left: open.length - published }
  }
}

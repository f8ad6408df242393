/** Puts chunks on the broker and takes them away again, as the bookkeeping of seeding says. */
import { readAudio } from '../audio/index.ts'
import { reasonOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { type Clock, toMilliseconds } from '../base/time.ts'
import type { Bus } from '../wire/bus.ts'
import { chunkAt, chunkCount, isChunk } from '../wire/chunks.ts'
import { topics } from '../wire/topics.ts'
import type { SeedBatch, Seeding } from './seeding.ts'

/** Longer than any seeding window: the broker itself drops what a killed hub has left. */
const chunkExpirySeconds = 3600
/** Files served in one go, so that news is heard in between. */
const batchesMax = 64
const clearedTogether = 100

export class Seeder {
  readonly #seeding: Seeding
  readonly #audioFolder: string
  readonly #clock: Clock
  readonly #log: Log

  constructor(options: { seeding: Seeding; audioFolder: string; clock: Clock; log: Log }) {
    this.#seeding = options.seeding
    this.#audioFolder = options.audioFolder
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Clears what is over and publishes what is due, as long as `goOn`. True when more is due at once. */
  async seed(bus: Bus, goOn: () => boolean): Promise<boolean> {
    await this.#clear(bus, this.#seeding.over(this.#now()))
    for (let batches = 0; batches < batchesMax; batches += 1) {
      if (!goOn()) return false
      const batch = this.#seeding.next(this.#now())
      if (batch === undefined) return false
      const whole = await this.#publish(bus, batch)
      // A connection that went in between has lost some of it, or all.
      if (!goOn()) return false
      if (whole) this.#seeding.published(batch, this.#now())
      else this.#seeding.rest(batch.file.sha256, this.#now())
    }
    return true
  }

  /** What cannot be cleared now goes by its expiry. */
  async #clear(bus: Bus, chunks: readonly { sha256: string; index: number }[]): Promise<void> {
    for (let first = 0; first < chunks.length; first += clearedTogether) {
      const some = chunks.slice(first, first + clearedTogether)
      await Promise.allSettled(
        some.map(({ sha256, index }) =>
          bus.publish(topics.chunk(sha256, index), new Uint8Array(), { retain: true }),
        ),
      )
    }
  }

  /** Publishes chunks of a file whose bytes are what its name says; anything else is never sent. */
  async #publish(bus: Bus, { file, indexes }: SeedBatch): Promise<boolean> {
    const bytes = await this.#read(file)
    if (bytes === undefined) return false
    const results = await Promise.allSettled(
      indexes.map((index) =>
        bus.publish(topics.chunk(file.sha256, index), chunkAt(bytes, index), {
          retain: true,
          expirySeconds: chunkExpirySeconds,
        }),
      ),
    )
    return results.every(({ status }) => status === 'fulfilled')
  }

  /** The file, when it is there and every chunk is the one its plans name. */
  async #read(file: SeedBatch['file']): Promise<Uint8Array | undefined> {
    try {
      const bytes = await readAudio(this.#audioFolder, file.sha256, file.codec)
      for (let index = 0; index < chunkCount(bytes.length); index += 1) {
        if (!isChunk(file.chunks, index, chunkAt(bytes, index)))
          throw new Error(`chunk ${String(index)} is not the plan's`)
      }
      return bytes
    } catch (error) {
      this.#log.error({ sha256: file.sha256, error: reasonOf(error) }, 'a recording cannot be seeded')
      return undefined
    }
  }

  #now(): number {
    return toMilliseconds(this.#clock.now())
  }
}

/**
 * Making the pieces that are wanted and not there. Each is made once, whoever asks for it at the same time.
 */
import type { Sound } from '../pcm.ts'
import { createSlots, type Slots } from '../slots.ts'
import { makeBatch } from './batch.ts'
import { type Entry, type EntryNote, type Pieces, readEntry } from './entry.ts'
import { sentenceKey, type Source } from './key.ts'
import { createMemory } from './memory.ts'

/** A piece somebody wants: what it is made from, and how to get its sound where it must be made. */
export type Wish = { source: Source; sound: (signal: AbortSignal) => Promise<Sound> }

/** A piece that is there. */
export type Made = { key: string; note: EntryNote }

/** Measured with sentences of 2.4 s: a run of 8 takes 7 % more time than one of 24, and one of 96 another 8 % more. */
const batchMax = 48

/** Told of each wish when it is decided, with whether it had to be made. */
type Told = (wish: Wish, wasMade: boolean) => void

/** A piece that this call decides; others may wait for it. */
type Own = { key: string; wish: Wish } & PromiseWithResolvers<Made | Error>

/** The pieces of one run. */
export class Sentences {
  readonly #audioFolder: string
  readonly #ffmpeg: string
  readonly #signal: AbortSignal
  readonly #workers: number
  readonly #slots: Slots
  readonly #known = new Map<string, Promise<Made | Error>>()
  readonly #memory = createMemory()
  readonly #counts = { used: 0, encoded: 0 }

  /** `workers`: batches at a time. `ffmpeg`: its version, on which bytes depend. */
  constructor(options: { audioFolder: string; ffmpeg: string; signal: AbortSignal; workers: number }) {
    this.#audioFolder = options.audioFolder
    this.#ffmpeg = options.ffmpeg
    this.#signal = options.signal
    this.#workers = options.workers
    this.#slots = createSlots(options.workers)
  }

  /** The name that a piece has or will have. */
  keyOf(source: Source): string {
    return sentenceKey(source, this.#ffmpeg)
  }

  /** The names of all pieces this run has used. */
  needed(): ReadonlySet<string> {
    return new Set(this.#known.keys())
  }

  /** Sentences this run has used, and those of them it had to make. */
  counts(): { used: number; encoded: number } {
    return { ...this.#counts }
  }

  /**
   * The pieces by key: from the store, or made now. What cannot be made has its error in its place. Throws only at
   * a standstill (a full disk, no ffmpeg) and when the signal aborts.
   */
  async make(
    wishes: readonly Wish[],
    told: Told = () => undefined,
  ): Promise<ReadonlyMap<string, Made | Error>> {
    const byKey = new Map(wishes.map((wish) => [this.keyOf(wish.source), wish]))
    const own = [...byKey]
      .filter(([key]) => !this.#known.has(key))
      .map(([key, wish]) => this.#claim(key, wish))
    try {
      await this.#makeMissing(await this.#findThere(own, told), told)
    } catch (error) {
      // Whoever waits for one of these fares like us.
      for (const { reject } of own) reject(error)
      throw error
    }
    const results = new Map<string, Made | Error>()
    for (const key of byKey.keys())
      results.set(key, (await this.#known.get(key)) ?? new Error('a piece was lost'))
    return results
  }

  /** The sound of a piece that was made. Rejects when somebody has removed it meanwhile. */
  async piecesOf(key: string): Promise<Pieces> {
    const kept = this.#memory.get(key)
    if (kept !== undefined) return kept
    const entry = await readEntry(this.#audioFolder, key)
    if (entry === undefined) throw new Error(`the piece ${key} was removed while it was needed`)
    this.#memory.keep(key, entry.pieces)
    return entry.pieces
  }

  #claim(key: string, wish: Wish): Own {
    const own = { key, wish, ...Promise.withResolvers<Made | Error>() }
    // Nobody may be waiting when it fails.
    own.promise.catch(() => undefined)
    this.#known.set(key, own.promise)
    if (wish.source.kind === 'sentence') this.#counts.used += 1
    return own
  }

  async #findThere(all: readonly Own[], told: Told): Promise<Own[]> {
    const missing: Own[] = []
    for (const own of all) {
      this.#signal.throwIfAborted()
      const entry = await readEntry(this.#audioFolder, own.key)
      if (entry === undefined) missing.push(own)
      else {
        this.#settle(own, entry)
        told(own.wish, false)
      }
    }
    return missing
  }

  async #makeMissing(missing: readonly Own[], told: Told): Promise<void> {
    const size = Math.max(1, Math.min(batchMax, Math.ceil(missing.length / this.#workers)))
    const batches: Promise<void>[] = []
    for (let at = 0; at < missing.length; at += size) {
      const batch = missing.slice(at, at + size)
      batches.push(this.#slots.run(() => this.#makeBatch(batch, told), this.#signal))
    }
    // All have ended before an error goes on, so that no process and no file is left behind.
    for (const end of await Promise.allSettled(batches)) if (end.status === 'rejected') throw end.reason
  }

  async #makeBatch(batch: readonly Own[], told: Told): Promise<void> {
    const tasks = batch.map(({ key, wish }) => ({ key, ...wish }))
    const place = { audioFolder: this.#audioFolder, signal: this.#signal }
    for (const [index, entry] of (await makeBatch(tasks, place)).entries()) {
      const own = batch[index]
      if (own === undefined) continue
      this.#settle(own, entry)
      if (!(entry instanceof Error) && own.wish.source.kind === 'sentence') this.#counts.encoded += 1
      told(own.wish, true)
    }
  }

  #settle({ key, resolve }: Own, entry: Entry | Error): void {
    if (entry instanceof Error) resolve(entry)
    else {
      this.#memory.keep(key, entry.pieces)
      resolve({ key, note: entry.note })
    }
  }
}

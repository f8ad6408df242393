/**
 * Seeding: which files lie as retained chunks on the broker, for how long, and what is published next.
 * A file is seeded from when a device that needs it is there until every such device has it, or for
 * half an hour; a device that comes later asks for just the chunks it lacks. Pure bookkeeping: the
 * caller publishes, and tells what became of it.
 */
import { chunkCount, readRanges } from '../wire/chunks.ts'
import { chunkBytes, type PlanPart } from '../wire/messages.ts'

export type SeedingLimits = {
  /** Bytes of chunks on the broker at one time. */
  budgetBytes: number
  /** How long a whole file stays at most. */
  windowMs: number
  /** How long a chunk stays that was asked for. */
  wantedMs: number
  /** Wants are gathered so long before they are answered together. */
  gatherMs: number
  /** The same chunk is published again for wants no sooner than this. */
  againMs: number
  /** Different chunks that may be asked for and not yet answered; more are left for the next want. */
  wantsMax: number
  /** A file that cannot be read or published is tried again after this. */
  restMs: number
}

export const seedingLimits: SeedingLimits = {
  budgetBytes: 134_217_728,
  windowMs: 1_800_000,
  wantedMs: 600_000,
  gatherMs: 2000,
  againMs: 5000,
  wantsMax: 20_000,
  restMs: 60_000,
}

/** What a part's file is, without the proof. */
export type SeedFile = Pick<PlanPart, 'sha256' | 'bytes' | 'codec' | 'chunks'>

type Seed = { file: SeedFile; targets: Set<string>; seededAt: number | undefined }
type Chunk = { file: SeedFile; index: number; until: number; publishedAt: number }

/** Chunks of one file to be published together. */
export type SeedBatch = { file: SeedFile; indexes: number[]; whole: boolean }

export class Seeding {
  readonly #limits: SeedingLimits
  /** By hash, in the order of announcement. */
  readonly #seeds = new Map<string, Seed>()
  /** Retained on the broker as far as we know, by `<hash>/<index>`. */
  readonly #chunks = new Map<string, Chunk>()
  /** Asked for and not yet answered. */
  readonly #wants = new Map<string, { file: SeedFile; index: number }>()
  /** Files that could not be read or published, and until when they rest. */
  readonly #resting = new Map<string, number>()
  readonly #online = new Set<string>()
  #gatherUntil = 0
  #bytes = 0

  constructor(limits: SeedingLimits = seedingLimits) {
    this.#limits = limits
  }

  /** The device needs these files and does not have them. */
  announce(device: string, files: readonly SeedFile[]): void {
    for (const file of files) {
      const seed = this.#seeds.get(file.sha256) ?? { file, targets: new Set<string>(), seededAt: undefined }
      seed.targets.add(device)
      this.#seeds.set(file.sha256, seed)
    }
  }

  /** The device has all it needs, or is no longer ours. */
  satisfied(device: string): void {
    for (const seed of this.#seeds.values()) seed.targets.delete(device)
  }

  online(device: string, is: boolean): void {
    if (is) this.#online.add(device)
    else this.#online.delete(device)
  }

  /** A device asks for chunks. False when they are too many to note: it will ask again. */
  want(file: SeedFile, ranges: string, now: number): boolean {
    if (this.#wants.size === 0) this.#gatherUntil = now + this.#limits.gatherMs
    for (const index of readRanges(ranges, chunkCount(file.bytes))) {
      if (this.#wants.size >= this.#limits.wantsMax) return false
      this.#wants.set(keyOf(file.sha256, index), { file, index })
    }
    return true
  }

  /** The broker has lost what it held. Files whose time is not over are seeded again. */
  brokerLostAll(): void {
    this.#chunks.clear()
    this.#bytes = 0
    for (const seed of this.#seeds.values()) seed.seededAt = undefined
  }

  /**
   * The next chunks to publish: what was asked for first, then the oldest announced file that somebody
   * online needs and for which there is room. Undefined when there is nothing to do now.
   */
  next(now: number): SeedBatch | undefined {
    return this.#nextWanted(now) ?? this.#nextSeed(now)
  }

  /** The broker has these chunks now. */
  published({ file, indexes, whole }: SeedBatch, now: number): void {
    const seed = this.#seeds.get(file.sha256)
    if (whole && seed !== undefined) seed.seededAt = now
    const until =
      now + (whole || seed?.seededAt !== undefined ? this.#limits.windowMs : this.#limits.wantedMs)
    for (const index of indexes) {
      const key = keyOf(file.sha256, index)
      const before = this.#chunks.get(key)
      if (before === undefined) this.#bytes += sizeOf(file, index)
      this.#chunks.set(key, { file, index, publishedAt: now, until: Math.max(until, before?.until ?? 0) })
    }
  }

  /** The file cannot be read or published: it is not tried again for a minute. */
  rest(sha256: string, now: number): void {
    this.#resting.set(sha256, now + this.#limits.restMs)
    for (const [key, { file }] of this.#wants) if (file.sha256 === sha256) this.#wants.delete(key)
  }

  /** Takes out what is over and returns the chunks to clear from the broker. */
  over(now: number): { sha256: string; index: number }[] {
    for (const [sha256, seed] of this.#seeds) {
      const { seededAt } = seed
      const isOver =
        seed.targets.size === 0 ||
        (seededAt !== undefined && (now >= seededAt + this.#limits.windowMs || !this.#somebodyOnline(seed)))
      if (!isOver) continue
      this.#seeds.delete(sha256)
      if (seededAt !== undefined) this.#endWhole(sha256, seededAt, now)
    }
    for (const [sha256, until] of this.#resting) if (now >= until) this.#resting.delete(sha256)
    return this.#takeOverdue(now)
  }

  /** When there may be something to do again; `Infinity` when only news can bring it. */
  dueAt(now: number): number {
    if (this.#nextSeed(now) !== undefined) return now
    const times = [...this.#chunks.values()].map(({ until }) => until)
    // What finds no room is looked at again a little later.
    if (this.#wants.size > 0) times.push(Math.max(this.#gatherUntil, now + 200))
    if (this.#resting.size > 0) times.push(...this.#resting.values())
    return Math.min(Infinity, ...times)
  }

  /** For people: files waiting and being seeded, chunks and bytes on the broker. */
  counts(): { waiting: number; seeding: number; chunks: number; bytes: number } {
    const seeding = [...this.#seeds.values()].filter(({ seededAt }) => seededAt !== undefined).length
    return {
      waiting: this.#seeds.size - seeding,
      seeding,
      chunks: this.#chunks.size,
      bytes: this.#bytes,
    }
  }

  #nextWanted(now: number): SeedBatch | undefined {
    if (this.#wants.size === 0 || now < this.#gatherUntil) return undefined
    let batch: SeedBatch | undefined
    let bytes = this.#bytes
    for (const [key, { file, index }] of this.#wants) {
      if (batch !== undefined && batch.file.sha256 !== file.sha256) continue
      if (this.#resting.has(file.sha256)) {
        this.#wants.delete(key)
        continue
      }
      const chunk = this.#chunks.get(key)
      // Just published for somebody else: who is subscribed has it.
      if (chunk !== undefined && now < chunk.publishedAt + this.#limits.againMs) {
        this.#wants.delete(key)
        continue
      }
      const added = chunk === undefined ? sizeOf(file, index) : 0
      if (bytes + added > this.#limits.budgetBytes) continue
      bytes += added
      batch ??= { file, indexes: [], whole: false }
      batch.indexes.push(index)
      this.#wants.delete(key)
    }
    return batch
  }

  #nextSeed(now: number): SeedBatch | undefined {
    for (const [sha256, seed] of this.#seeds) {
      if (seed.seededAt !== undefined || !this.#somebodyOnline(seed)) continue
      if (now < (this.#resting.get(sha256) ?? 0)) continue
      if (this.#bytes + seed.file.bytes > this.#limits.budgetBytes) continue
      const indexes = Array.from({ length: chunkCount(seed.file.bytes) }, (_, index) => index)
      return { file: seed.file, indexes, whole: true }
    }
    return undefined
  }

  #somebodyOnline({ targets }: Seed): boolean {
    for (const device of targets) if (this.#online.has(device)) return true
    return false
  }

  /** Chunks of a seeding that is over go now, except those that were asked for since. */
  #endWhole(sha256: string, seededAt: number, now: number): void {
    for (const chunk of this.#chunks.values()) {
      if (chunk.file.sha256 !== sha256) continue
      const wantedSince = chunk.publishedAt > seededAt
      chunk.until = Math.min(chunk.until, wantedSince ? chunk.publishedAt + this.#limits.wantedMs : now)
    }
  }

  #takeOverdue(now: number): { sha256: string; index: number }[] {
    const overdue: { sha256: string; index: number }[] = []
    for (const [key, chunk] of this.#chunks) {
      if (now < chunk.until) continue
      this.#chunks.delete(key)
      this.#bytes -= sizeOf(chunk.file, chunk.index)
      overdue.push({ sha256: chunk.file.sha256, index: chunk.index })
    }
    return overdue
  }
}

function keyOf(sha256: string, index: number): string {
  return `${sha256}/${String(index)}`
}

function sizeOf(file: SeedFile, index: number): number {
  return Math.min(chunkBytes, file.bytes - index * chunkBytes)
}

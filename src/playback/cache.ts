/**
 * Recordings on the device's own disk, named by their SHA-256. A file counts as held only when all of
 * it has been written, flushed, hashed and renamed. What is half there stays beside as `.part`: which
 * chunks of it are good is found by hashing them against the plan, so that neither a power cut nor a
 * card that lies about flushing can make a wrong chunk count.
 */
import { type FileHandle, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256OfFile } from '../base/hash.ts'
import { chunkCount, isChunk } from '../wire/chunks.ts'
import { chunkBytes, type PlanPart } from '../wire/messages.ts'
import { forgetPart, type HeldPart, type Journal, keepPart, partsHeld } from './store.ts'

export interface Cache {
  holds(sha256: string): boolean
  path(sha256: string): string | undefined
  /** SHA-256 of the file as it is now; undefined when it cannot be read. */
  measure(sha256: string): Promise<string | undefined>
  /** Removes a file whose bytes are not what its name says. */
  discard(sha256: string): Promise<void>
  /** Notes until when parts are needed; the least recently needed are the first to go. */
  need(parts: readonly { sha256: string; until: number }[]): Promise<void>
  /** Removes parts not among `needed`, least recently needed first, until `bytes` more fit. False: they do not. */
  makeRoom(bytes: number, needed: ReadonlySet<string>): Promise<boolean>
  /** Opens the beginnings of a file for its missing chunks. */
  begin(part: PlanPart): Promise<PartFile>
  /** Bytes that may still be written: what the disk has free, within the cache's bound. */
  freeBytes(): Promise<number>
  readonly usedBytes: number
}

export async function openCache(folder: string, journal: Journal, bytesMax: number): Promise<Cache> {
  await mkdir(folder, { recursive: true, mode: 0o750 })
  const held = new Map<string, HeldPart>()
  const names = new Set(await readdir(folder))
  for (const part of await partsHeld(journal)) {
    if (names.delete(fileName(part))) held.set(part.sha256, part)
    else await forgetPart(journal, part.sha256)
  }
  // Neither known nor begun: a rename that the journal did not see. It is fetched again.
  for (const name of names) if (!name.endsWith('.part')) await rm(join(folder, name), { force: true })
  return new DiskCache(folder, journal, bytesMax, held)
}

class DiskCache implements Cache {
  readonly #folder: string
  readonly #journal: Journal
  readonly #bytesMax: number
  readonly #held: Map<string, HeldPart>

  constructor(folder: string, journal: Journal, bytesMax: number, held: Map<string, HeldPart>) {
    this.#folder = folder
    this.#journal = journal
    this.#bytesMax = bytesMax
    this.#held = held
  }

  get usedBytes(): number {
    return [...this.#held.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  holds(sha256: string): boolean {
    return this.#held.has(sha256)
  }

  path(sha256: string): string | undefined {
    const part = this.#held.get(sha256)
    return part && join(this.#folder, fileName(part))
  }

  async measure(sha256: string): Promise<string | undefined> {
    const path = this.path(sha256)
    if (path === undefined) return undefined
    try {
      return await sha256OfFile(path)
    } catch {
      // Unreadable is as bad as wrong: the caller treats both as damaged.
      return undefined
    }
  }

  async discard(sha256: string): Promise<void> {
    const path = this.path(sha256)
    if (path === undefined) return
    await forgetPart(this.#journal, sha256)
    this.#held.delete(sha256)
    await rm(path, { force: true })
  }

  async need(parts: readonly { sha256: string; until: number }[]): Promise<void> {
    for (const { sha256, until } of parts) {
      const part = this.#held.get(sha256)
      if (part === undefined || part.neededAt >= until) continue
      part.neededAt = until
      await keepPart(this.#journal, part)
    }
  }

  async makeRoom(bytes: number, needed: ReadonlySet<string>): Promise<boolean> {
    const idle = [...this.#held.values()]
      .filter(({ sha256 }) => !needed.has(sha256))
      .sort((a, b) => a.neededAt - b.neededAt)
    await this.#forgetBeginnings(needed)
    while ((await this.freeBytes()) < bytes) {
      const oldest = idle.shift()
      if (oldest === undefined) return false
      await this.discard(oldest.sha256)
    }
    return true
  }

  async begin(part: PlanPart): Promise<PartFile> {
    const path = join(this.#folder, `${part.sha256}.part`)
    // Not truncated: what an earlier start has brought is still good.
    const file = await openBeginning(path)
    const missing = await missingChunks(file, part)
    return new PartFile(part, path, file, missing, async (neededAt) => {
      const held: HeldPart = { sha256: part.sha256, codec: part.codec, bytes: part.bytes, neededAt }
      await rename(path, join(this.#folder, fileName(held)))
      await keepPart(this.#journal, held)
      this.#held.set(part.sha256, held)
    })
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder)
    return Math.max(0, Math.min(bavail * bsize, this.#bytesMax - this.usedBytes))
  }

  /** Files begun for plans that are gone would fill the disk unseen. */
  async #forgetBeginnings(needed: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const sha256 = name.slice(0, -'.part'.length)
      if (!name.endsWith('.part') || needed.has(sha256)) continue
      await rm(join(this.#folder, name), { force: true })
    }
  }
}

/** A file under way. One write at a time. */
export class PartFile {
  readonly part: PlanPart
  /** Indexes of the chunks still to come. */
  readonly missing: Set<number>
  readonly #path: string
  readonly #file: FileHandle
  readonly #settle: (neededAt: number) => Promise<void>

  constructor(
    part: PlanPart,
    path: string,
    file: FileHandle,
    missing: Set<number>,
    settle: (neededAt: number) => Promise<void>,
  ) {
    this.part = part
    this.missing = missing
    this.#path = path
    this.#file = file
    this.#settle = settle
  }

  /** Writes a chunk that has been checked. Throws when the disk is full; the chunk is then still missing. */
  async write(index: number, chunk: Uint8Array): Promise<void> {
    const { bytesWritten } = await this.#file.write(chunk, 0, chunk.length, index * chunkBytes)
    if (bytesWritten !== chunk.length) {
      throw Object.assign(new Error(`only ${bytesWritten} bytes of a chunk were written`), { code: 'ENOSPC' })
    }
    this.missing.delete(index)
  }

  /** Makes the complete file count as held, if its SHA-256 is the one the plan names; otherwise removes it. */
  async finish(neededAt: number): Promise<'held' | 'damaged'> {
    const { bytes, sha256 } = this.part
    if ((await this.#file.stat()).size > bytes) await this.#file.truncate(bytes)
    await this.#file.sync()
    await this.#file.close()
    if ((await sha256OfFile(this.#path)) !== sha256) {
      await rm(this.#path, { force: true })
      return 'damaged'
    }
    await this.#settle(neededAt)
    return 'held'
  }

  /** Leaves what has come for the next start. */
  async close(): Promise<void> {
    await this.#file.close()
  }

  /** Gives the space back. */
  async remove(): Promise<void> {
    await this.#file.close()
    await rm(this.#path, { force: true })
  }
}

async function openBeginning(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return open(path, 'wx+', 0o640)
  }
}

async function missingChunks(file: FileHandle, part: PlanPart): Promise<Set<number>> {
  const missing = new Set(Array.from({ length: chunkCount(part.bytes) }, (_, index) => index))
  const buffer = Buffer.alloc(chunkBytes)
  for (const index of [...missing]) {
    const length = Math.min(chunkBytes, part.bytes - index * chunkBytes)
    const { bytesRead } = await file.read(buffer, 0, length, index * chunkBytes)
    if (bytesRead === 0) break
    if (isChunk(part.chunks, index, buffer.subarray(0, bytesRead))) missing.delete(index)
  }
  return missing
}

function fileName(part: { sha256: string; codec: string }): string {
  return `${part.sha256}.${part.codec}`
}

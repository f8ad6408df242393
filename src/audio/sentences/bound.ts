/** How large the store of pieces is, and keeping it within its bound. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock, toMilliseconds } from '../../base/time.ts'
import { folderName, removeEntry } from './entry.ts'

/** 4 GiB hold about 90,000 sentences; what was removed is made again when it is wanted. */
export const storeBytesMax = 4 * 1024 ** 3

/** A file is written in far less; what is older and half written was left by a process that died. */
const abandonedMs = 3_600_000

/** Pieces and their bytes, all three files of each. */
export type StoreSize = { sentences: number; bytes: number }

/** What lies in the store; an empty store where there is none yet. */
export async function storeSize(audioFolder: string): Promise<StoreSize> {
  return sizeOf(await found(audioFolder))
}

/**
 * Removes the pieces that were not used for longest until the store has at most `bytesMax` bytes, but none of
 * `needed`; also half-written files and parts of pieces older than an hour. Says what was removed and what is left.
 */
export async function boundStore(
  audioFolder: string,
  { bytesMax, needed }: { bytesMax: number; needed: ReadonlySet<string> },
): Promise<{ removed: number; left: StoreSize }> {
  const all = await found(audioFolder, { tidy: true })
  const left = sizeOf(all)
  const oldestFirst = [...all].filter(([key]) => !needed.has(key)).sort(([, a], [, b]) => a.usedMs - b.usedMs)
  let removed = 0
  for (const [key, { bytes }] of oldestFirst) {
    if (left.bytes <= bytesMax) break
    await removeEntry(audioFolder, key)
    left.bytes -= bytes
    left.sentences -= 1
    removed += 1
  }
  return { removed, left }
}

type Found = { bytes: number; usedMs: number; isWhole: boolean }

function sizeOf(all: ReadonlyMap<string, Found>): StoreSize {
  return { sentences: all.size, bytes: [...all.values()].reduce((sum, { bytes }) => sum + bytes, 0) }
}

/** Every piece by its key. With `tidy` what dead processes left is removed on the way. */
async function found(audioFolder: string, { tidy = false } = {}): Promise<Map<string, Found>> {
  const all = new Map<string, Found>()
  const folder = join(audioFolder, folderName)
  const isAbandoned = (ms: number): boolean => tidy && toMilliseconds(systemClock.now()) - ms > abandonedMs
  for (const shelf of await namesIn(folder)) {
    for (const name of await namesIn(join(folder, shelf))) {
      const path = join(folder, shelf, name)
      const about = await stat(path).catch(() => undefined)
      if (about === undefined) continue
      if (name.endsWith('.part')) {
        if (isAbandoned(about.mtimeMs)) await rm(path, { force: true })
        continue
      }
      const key = name.slice(0, name.indexOf('.'))
      const piece = all.get(key) ?? { bytes: 0, usedMs: 0, isWhole: false }
      piece.bytes += about.size
      // The JSON file's time is the time of the last use; without it somebody is writing, or was.
      if (name.endsWith('.json')) Object.assign(piece, { usedMs: about.mtimeMs, isWhole: true })
      else if (!piece.isWhole) piece.usedMs = Math.max(piece.usedMs, about.mtimeMs)
      all.set(key, piece)
    }
  }
  for (const [key, { isWhole, usedMs }] of all) {
    if (isWhole || !isAbandoned(usedMs)) continue
    await removeEntry(audioFolder, key)
    all.delete(key)
  }
  return all
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

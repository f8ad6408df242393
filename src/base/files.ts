/** Files that are either whole or absent. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file so that a reader, or the next start after a power cut, sees all of it or none:
 * temporary neighbour, flush to disk, rename. On failure the neighbour is removed and the error
 * (for example ENOSPC) goes to the caller. `mode` defaults to 0o644.
 */
export async function writeWhole(path: string, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const neighbour = `${path}.${randomBytes(6).toString('hex')}.part`
  try {
    const file = await open(neighbour, 'wx', mode)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(neighbour, path)
  } catch (error) {
    await rm(neighbour, { force: true })
    throw error
  }
}

/** The audio folder: finished files named by their content, and work in progress beside them. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError, isDiskFull } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import { sha256 } from '../base/hash.ts'
import { diskFull } from './refusals.ts'
import type { Codec, Rendition } from './store.ts'

const workPrefix = '.work-'
/** A rendering takes minutes at most; what is older was left by a process that died. */
const abandonedMs = 3_600_000

/** Where a file lies: `<folder>/ab/<sha256>.<codec>`, "ab" being the first two digits. */
export function audioPath(audioFolder: string, hash: string, codec: Codec): string {
  return join(audioFolder, hash.slice(0, 2), `${hash}.${codec}`)
}

/** The bytes of a rendition, checked against their hash; refuses (unavailable) a missing or damaged file. */
export async function readAudio(audioFolder: string, hash: string, codec: Codec): Promise<Uint8Array> {
  const path = audioPath(audioFolder, hash, codec)
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new AppError(
      'unavailable',
      {
        vi: `Không có tệp âm thanh ${hash}.${codec} trong thư mục âm thanh. Chạy lại việc tạo bản ghi để khôi phục tệp này.`,
        en: `The audio file ${hash}.${codec} is not in the audio folder. Run the rendering again to restore it.`,
      },
      { cause: error },
    )
  }
  if (sha256(bytes) === hash) return bytes
  throw new AppError('unavailable', {
    vi: `Tệp âm thanh ${hash}.${codec} đã bị hỏng: nội dung không khớp với mã của nó. Xóa tệp này rồi chạy lại việc tạo bản ghi.`,
    en: `The audio file ${hash}.${codec} is damaged: its content does not match its hash. Remove it and run the rendering again.`,
  })
}

/** Writes the bytes under their hash, whole or not at all, and returns the hash. */
export async function keepAudio(audioFolder: string, bytes: Uint8Array, codec: Codec): Promise<string> {
  const hash = sha256(bytes)
  try {
    await writeWhole(audioPath(audioFolder, hash, codec), bytes)
  } catch (error) {
    throw isDiskFull(error) ? diskFull(audioFolder, error) : error
  }
  return hash
}

/** Whether all files are there at their length. Damage inside a file is found when it is read. */
export async function areFilesThere(audioFolder: string, renditions: readonly Rendition[]): Promise<boolean> {
  for (const { sha256: hash, codec, bytes } of renditions) {
    const found = await stat(audioPath(audioFolder, hash, codec)).catch(() => undefined)
    if (found?.size !== bytes) return false
  }
  return true
}

/** Runs `work` with a folder for files in between, which is gone afterwards whatever happens. */
export async function withWorkFolder<T>(
  audioFolder: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(audioFolder, workPrefix)).catch((error: unknown) => {
    throw isDiskFull(error) ? diskFull(audioFolder, error) : error
  })
  try {
    return await work(folder)
  } catch (error) {
    throw isDiskFull(error) ? diskFull(audioFolder, error) : error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Makes the folder ready and removes what dead processes left: work folders and half-written files older
 * than an hour by the file system's own clock. Another process's present work is younger and stays.
 */
export async function tidyAudioFolder(audioFolder: string): Promise<void> {
  try {
    await mkdir(audioFolder, { recursive: true })
    await withWorkFolder(audioFolder, async (own) => {
      const now = (await stat(own)).mtimeMs
      for (const path of await leftovers(audioFolder)) {
        const found = await stat(path).catch(() => undefined)
        if (found !== undefined && now - found.mtimeMs > abandonedMs)
          await rm(path, { recursive: true, force: true })
      }
    })
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError(
      'unavailable',
      {
        vi: `Không dùng được thư mục âm thanh ${audioFolder}. Kiểm tra thư mục ${dirname(audioFolder)} có tồn tại và ghi được không.`,
        en: `The audio folder ${audioFolder} cannot be used. Check that ${dirname(audioFolder)} exists and can be written.`,
      },
      { cause: error },
    )
  }
}

async function leftovers(audioFolder: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(audioFolder, { withFileTypes: true })) {
    const path = join(audioFolder, entry.name)
    if (entry.name.startsWith(workPrefix)) found.push(path)
    if (!entry.isDirectory() || !/^[0-9a-f]{2}$/.test(entry.name)) continue
    for (const name of await readdir(path)) if (name.endsWith('.part')) found.push(join(path, name))
  }
  return found
}

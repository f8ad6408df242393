/** Originals: what people brought, byte for byte, under its hash. */
import { constants, copyFile, mkdir, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256OfFile } from '../../base/hash.ts'

/** Where the original of an upload lies: `<folder>/originals/ab/<sha256>.<extension>`. */
export function originalPath(
  audioFolder: string,
  { original, treatment }: { original: { sha256: string }; treatment: { extension: string } },
): string {
  const { sha256 } = original
  return join(audioFolder, 'originals', sha256.slice(0, 2), `${sha256}.${treatment.extension}`)
}

/** Copies what was brought to where nobody changes it any more, and gives its hash. */
export async function copyOf(file: string, path: string): Promise<string> {
  // Without copying where the file system can share the blocks.
  await copyFile(file, path, constants.COPYFILE_FICLONE)
  return sha256OfFile(path)
}

/** Moves the copy into its place, on the disk before it is there; the same original twice is one file. */
export async function keepOriginal(copy: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(copy, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(copy, path)
}

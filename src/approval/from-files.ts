/** Reading what is about to be signed, on the machine where it is signed. */
import { readAudio, type Rendition, renditionByHash } from '../audio/index.ts'
import { AppError } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import type { Db } from '../db/index.ts'
import { merkleRoot } from '../wire/merkle.ts'
import type { DraftStatement } from './waiting.ts'

export type ReadAgain = { root: string; files: number; bytes: number }

/**
 * Reads every file that a statement covers from the audio folder and makes the Merkle root anew from their bytes, so
 * that a signature names what is there and not what a database says. One file at a time. Refuses (`unavailable`) when
 * a file is missing or its bytes are not those of its name, (`conflict`) when the root is another.
 */
export async function readForSigning(
  db: Db,
  audioFolder: string,
  { statement, leaves }: DraftStatement,
): Promise<ReadAgain> {
  const hashes: string[] = []
  let size = 0
  for (const leaf of leaves) {
    const rendition: Rendition | undefined = await renditionByHash(db, leaf)
    if (rendition === undefined) throw another()
    const bytes = await readAudio(audioFolder, leaf, rendition.codec)
    hashes.push(sha256(bytes))
    size += bytes.length
  }
  const root = merkleRoot(hashes.sort())
  if (root !== statement.root || hashes.length !== statement.leaves) throw another()
  return { root, files: hashes.length, bytes: size }
}

function another(): AppError {
  return new AppError('conflict', {
    vi: 'Các tệp âm thanh trên máy này không phải những tệp sẽ được ký. Không ký gì cả. Hãy chép lại thư mục âm thanh rồi làm lại.',
    en: 'The audio files on this machine are not those that would be signed. Nothing is signed. Copy the audio folder again, then try again.',
  })
}

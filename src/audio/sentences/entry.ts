/** One piece in the store: two files that play anywhere, and a third that says what they are. */
import { readFile, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError, isDiskFull } from '../../base/errors.ts'
import { writeWhole } from '../../base/files.ts'
import { sha256 } from '../../base/hash.ts'
import { systemClock, toMilliseconds } from '../../base/time.ts'
import { diskFull } from '../refusals.ts'
import { type Piece, pieceOf } from '../stitch/index.ts'
import type { Codec } from '../store.ts'
import { storeVersion } from './key.ts'

/** Where the pieces lie, below the audio folder. */
export const folderName = 'sentences'

const FileNote = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** LUFS and dBTP after decoding; null for silence. */
  loudness: z.number().nullable(),
  truePeak: z.number().nullable(),
})

const EntryNote = z.strictObject({
  version: z.literal(storeVersion),
  kind: z.enum(['sentence', 'chime', 'silence']),
  /** What is said in it. */
  text: z.string(),
  voice: z.string(),
  recipe: z.string(),
  gain: z.number(),
  ceiling: z.number(),
  slots: z.int().positive().max(30_000),
  /** How like the voice's own sound the decoded files are, 0 to 1; null where nobody spoke. */
  similarity: z.number().nullable(),
  mp3: FileNote,
  opus: FileNote,
})

/** What is known of a piece, as it stands in its JSON file. */
export type EntryNote = z.infer<typeof EntryNote>

export type Pieces = Record<Codec, Piece>
export type Entry = { note: EntryNote; pieces: Pieces }

/** Where a piece lies: `<audio folder>/sentences/ab/<key>.<mp3|opus|json>`. */
export function entryPath(audioFolder: string, key: string, extension: Codec | 'json'): string {
  return join(audioFolder, folderName, key.slice(0, 2), `${key}.${extension}`)
}

/**
 * The piece of that name, and it counts as used now; undefined when it is not there whole: a file is missing, is not
 * the one that was written, or cannot be read. Whoever wants it then makes it again.
 */
export async function readEntry(audioFolder: string, key: string): Promise<Entry | undefined> {
  const path = (extension: Codec | 'json'): string => entryPath(audioFolder, key, extension)
  try {
    const parsed = EntryNote.safeParse(JSON.parse(await readFile(path('json'), 'utf8')))
    if (!parsed.success) return undefined
    const note = parsed.data
    const [mp3, opus] = await Promise.all([readFile(path('mp3')), readFile(path('opus'))])
    if (sha256(mp3) !== note.mp3.sha256 || sha256(opus) !== note.opus.sha256) return undefined
    const entry = { note, pieces: piecesOf({ mp3, opus }, note.slots) }
    await touch(path('json'))
    return entry
  } catch (error) {
    // Not there, no JSON, no audio of ours: all the same to whoever asks.
    if (isMissing(error) || error instanceof SyntaxError || error instanceof AppError) return undefined
    throw error
  }
}

/** Keeps a piece, the JSON file last: only with it the piece is there. Refuses (unavailable) when the disk is full. */
export async function writeEntry(
  audioFolder: string,
  key: string,
  files: Record<Codec, Uint8Array>,
  about: Omit<EntryNote, 'version'>,
): Promise<Entry> {
  const note: EntryNote = { version: storeVersion, ...about }
  const pieces = piecesOf(files, note.slots)
  try {
    await writeWhole(entryPath(audioFolder, key, 'mp3'), files.mp3)
    await writeWhole(entryPath(audioFolder, key, 'opus'), files.opus)
    await writeWhole(entryPath(audioFolder, key, 'json'), `${JSON.stringify(note, null, 1)}\n`)
  } catch (error) {
    throw isDiskFull(error) ? diskFull(audioFolder, error) : error
  }
  return { note, pieces }
}

/** Removes a piece, the JSON file first. */
export async function removeEntry(audioFolder: string, key: string): Promise<void> {
  for (const extension of ['json', 'mp3', 'opus'] as const) {
    await rm(entryPath(audioFolder, key, extension), { force: true })
  }
}

function piecesOf(files: Record<Codec, Uint8Array>, slots: number): Pieces {
  return { mp3: pieceOf('mp3', files.mp3, slots), opus: pieceOf('opus', files.opus, slots) }
}

/** File times are the machine's own, also where a run has another clock. */
async function touch(path: string): Promise<void> {
  const now = toMilliseconds(systemClock.now()) / 1000
  await utimes(path, now, now)
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

/** The notes of an airing as audio, and an airing as one file: for stations where people play by hand. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { notesMilliseconds, soundOfNotes } from '../wire/notes.ts'
import { encoderOptions, sampleRate } from './encoders.ts'
import { runFfmpeg } from './ffmpeg.ts'
import { withWorkFolder } from './folder.ts'
import { toBytes } from './pcm.ts'
import { pieceOf, slotMilliseconds } from './stitch/index.ts'

/** How long the notes are that every airing ends with. */
export { notesMilliseconds } from '../wire/notes.ts'

/** Notes are asked for again when a download is: the latest are kept, 18 KB each. */
const keptMax = 100
/** Two seconds of sound take a tenth of a second to encode. */
const deadlineMs = 30_000

/** By notes, the least recently asked for in front. */
const kept = new Map<string, Promise<readonly Uint8Array[]>>()

/**
 * One MP3 of the parts and, after them, the notes (none when null), which plays on anything. The parts are MP3
 * files of ours and stay as they are, frame by frame, so that what is heard is what was approved. Same parts and
 * notes, same bytes. Refuses (`invalid`) a part of another kind of MP3, (`unavailable`) when ffmpeg fails.
 */
export async function joinForDownload(
  audioFolder: string,
  parts: readonly Uint8Array[],
  notes: string | null,
): Promise<Uint8Array> {
  const heard = parts.map(framesOf)
  const after = notes === null ? [] : await framesOfNotes(audioFolder, notes)
  // A frame of ours keeps nothing in another one, and an MP3 is its frames in a row.
  return Buffer.concat([...heard, ...after])
}

/** All frames of a file; those behind its last whole slot, which an encoder adds, may hold the end of a word. */
function framesOf(file: Uint8Array): Uint8Array {
  const [first] = pieceOf('mp3', file).packets
  assert(first !== undefined, 'a piece has frames')
  return file.subarray(first.byteOffset - file.byteOffset)
}

async function framesOfNotes(audioFolder: string, notes: string): Promise<readonly Uint8Array[]> {
  const frames = kept.get(notes) ?? encodeNotes(audioFolder, notes)
  kept.delete(notes)
  kept.set(notes, frames)
  const [oldest] = kept.keys()
  if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest)
  try {
    return await frames
  } catch (error) {
    kept.delete(notes)
    throw error
  }
}

async function encodeNotes(audioFolder: string, notes: string): Promise<readonly Uint8Array[]> {
  return withWorkFolder(audioFolder, async (folder) => {
    const [raw, mp3] = [join(folder, 'notes.s16'), join(folder, 'notes.mp3')]
    await writeFile(raw, toBytes(soundOfNotes(notes, sampleRate)))
    await runFfmpeg(
      {
        inputs: [{ path: raw, options: ['-f', 's16le', '-ar', String(sampleRate), '-ac', '1'] }],
        graph: '[0:a]anull[notes]',
        outputs: [{ from: '[notes]', path: mp3, options: encoderOptions.mp3 }],
      },
      { deadlineMs },
    )
    return pieceOf('mp3', await readFile(mp3), notesMilliseconds / slotMilliseconds).packets
  })
}

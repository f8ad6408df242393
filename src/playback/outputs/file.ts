/**
 * For a machine without a sound card: writes what it would have played as a WAV file and a line to
 * `plays.log`, and lasts as long as the sound would have. The notes are added once the time of the parts
 * is over. Keeps the 20 newest WAV files.
 */
import { appendFile, type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from '../../base/errors.ts'
import { type Clock, type Instant, millisecondsBetween } from '../../base/time.ts'
import { notesMilliseconds } from '../../wire/notes.ts'
import { areWhole, type Heard, lengthOf, type Output, type PlayablePart } from './output.ts'
import { decode, decodeRate, notesBytes } from './program.ts'

const filesKept = 20
const headerBytes = 44

export function fileOutput(folder: string, clock: Clock): Output {
  return {
    async play(parts, signal, notes) {
      const started = clock.now()
      const { heard, path } = await writeSound(folder, started, parts, signal)
      const planned = lengthOf(parts)
      // Never longer than the sound, whatever somebody has set the clock to meanwhile.
      await clock.wait(Math.min(planned, planned - millisecondsBetween(started, clock.now())), signal)
      if (signal.aborted) {
        const lasted = Math.max(0, millisecondsBetween(started, clock.now()))
        return { heardMs: Math.min(lasted, heard.heardMs), error: 'stopped' }
      }
      if (notes === undefined || !areWhole(parts, heard)) return heard
      const failed = await appendNotes(path, notes)
      await clock.wait(notesMilliseconds, signal)
      return failed === undefined ? heard : { ...heard, error: failed }
    },
  }
}

async function writeSound(
  folder: string,
  started: Instant,
  parts: readonly PlayablePart[],
  signal: AbortSignal,
): Promise<{ heard: Heard; path: string }> {
  const name = `${started.replaceAll(/[:.]/g, '-')}-${parts.at(-1)?.sha256.slice(0, 12) ?? ''}.wav`
  const path = join(folder, name)
  try {
    await mkdir(folder, { recursive: true })
    await removeOldest(folder)
    const file = await open(path, 'w')
    let heard: Heard
    try {
      heard = await writeSamples(file, parts, signal)
    } finally {
      await file.close()
    }
    const line = { at: started, file: name, parts: parts.map(({ sha256 }) => sha256), ...heard }
    await appendFile(join(folder, 'plays.log'), `${JSON.stringify(line)}\n`)
    return { heard, path }
  } catch (error) {
    return { heard: { heardMs: 0, error: reasonOf(error) }, path }
  }
}

async function writeSamples(
  file: FileHandle,
  parts: readonly PlayablePart[],
  signal: AbortSignal,
): Promise<Heard> {
  let heardMs = 0
  let failed: string | undefined
  let position = headerBytes
  for (const { path } of parts) {
    const samples: Buffer[] = []
    const result = await decode(path, signal, (bytes) => samples.push(bytes))
    heardMs += result.milliseconds
    failed ??= result.failed
    for (const bytes of samples) {
      await file.write(bytes, 0, bytes.length, position)
      position += bytes.length
    }
  }
  await file.write(wavHeader(position - headerBytes), 0, headerBytes, 0)
  return { heardMs, ...(failed === undefined ? {} : { error: failed }) }
}

/** Adds the notes to the end of a WAV file of ours, once its parts were heard; says what went wrong. */
async function appendNotes(path: string, notes: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r+')
    try {
      const { size } = await file.stat()
      const bytes = notesBytes(notes)
      await file.write(bytes, 0, bytes.length, size)
      await file.write(wavHeader(size - headerBytes + bytes.length), 0, headerBytes, 0)
    } finally {
      await file.close()
    }
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}

/** RIFF header of 16-bit mono PCM. */
function wavHeader(bytes: number): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.write('RIFF', 0, 'ascii')
  header.writeUInt32LE(headerBytes - 8 + bytes, 4)
  header.write('WAVEfmt ', 8, 'ascii')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(decodeRate, 24)
  header.writeUInt32LE(decodeRate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'ascii')
  header.writeUInt32LE(bytes, 40)
  return header
}

async function removeOldest(folder: string): Promise<void> {
  const sounds = (await readdir(folder)).filter((name) => name.endsWith('.wav')).sort()
  for (const name of sounds.slice(0, Math.max(0, sounds.length - filesKept + 1))) {
    await rm(join(folder, name), { force: true })
  }
}

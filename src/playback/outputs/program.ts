/** Running ffmpeg as a program of its own: decoding is real, and a file that crashes it harms nobody else. */
import { spawn } from 'node:child_process'
import { soundOfNotes } from '../../wire/notes.ts'

/** What is kept of a program's complaints. */
const complaintMax = 200
/** A decoder may take so long in all; it needs a tenth of a second for a minute of speech. */
const decodeMsMax = 120_000
/** What decoded speech is counted in: enough for voices, and little to carry through the pipe. */
export const decodeRate = 24_000
const bytesPerSample = 2

export type ProgramEnd = { failed?: string }

/**
 * Runs ffmpeg to its end and hands on its standard output as it comes; `input`, which may come while it
 * runs and must not reject, is its standard input. Never rejects: a missing program, a bad exit and a kill become the reason. Killed at once when the
 * signal aborts.
 */
export function runFfmpeg(
  args: readonly string[],
  signal: AbortSignal,
  onOutput: (bytes: Buffer) => void,
  input?: Promise<Uint8Array>,
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = spawn('ffmpeg', ['-nostdin', '-hide_banner', '-v', 'error', ...args], {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ failed: error.code === 'ENOENT' ? 'ffmpeg is not installed' : error.message })
    })
    // Without a process (no file handles left, say) there are no pipes either; the error says why.
    if (child.pid === undefined) return
    // An error here means that it ended before it had read all of it: its exit says why.
    child.stdin?.on('error', () => undefined)
    void input?.then((bytes) => child.stdin?.end(bytes))
    let complaint = ''
    child.stdout?.on('data', onOutput)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-complaintMax)
    })
    child.on('close', (code) => {
      resolve(code === 0 ? {} : { failed: complaint.trim() || `ffmpeg ended with ${String(code)}` })
    })
  })
}

/** Decodes a file to 16-bit mono samples; `milliseconds` is what really came out. */
export async function decode(
  path: string,
  signal: AbortSignal,
  onSamples: (bytes: Buffer) => void = () => undefined,
): Promise<{ milliseconds: number; failed?: string }> {
  let bytes = 0
  const ended = await runFfmpeg(
    // One thread: many of these run side by side, and speech needs no more.
    ['-threads', '1', '-i', `file:${path}`, '-f', 's16le', '-ac', '1', '-ar', String(decodeRate), 'pipe:1'],
    AbortSignal.any([signal, AbortSignal.timeout(decodeMsMax)]),
    (samples) => {
      bytes += samples.length
      onSamples(samples)
    },
  )
  return { milliseconds: Math.floor((bytes / bytesPerSample / decodeRate) * 1000), ...ended }
}

/** The notes as raw 16-bit mono samples at the decoder's rate, little-endian. */
export function notesBytes(notes: string): Buffer {
  const samples = soundOfNotes(notes, decodeRate)
  const bytes = Buffer.alloc(samples.length * bytesPerSample)
  samples.forEach((sample, index) => bytes.writeInt16LE(sample, index * bytesPerSample))
  return bytes
}

/** Lets at most so many run at one time, in the order in which they came. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>

export function createGate(atOnce: number): Gate {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      // The place goes to the next in line without being free in between.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}

/** espeak-ng as a child process: always there, deterministic for one version, a robot's accent. */
import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { AppError } from '../../base/errors.ts'
import { fromBytes, secondsOf, type Sound, trim } from '../pcm.ts'
import { missingProgram, programFailed, programTooSlow } from '../refusals.ts'
import { paceMax, paceMin, type Voice } from './voice.ts'

const run = promisify(execFile)

/** Default amplitude 100 clips at full scale; 60 leaves 2.8 dB. 135 words a minute is what carries outdoors. */
const settings = { voice: 'vi-vn-x-central', amplitude: 60, speed: 135 }
/** A minute of speech is 2.6 MB; no sentence comes near this. */
const bytesMax = 32 * 1024 * 1024
/** Below this many characters the pace says nothing: "Vâng." is mostly its own ends. */
const paceCharactersMin = 12

/** The central Vietnamese voice. `program` takes another programme's place, for tests. */
export function espeakVoice(program = 'espeak-ng'): Voice {
  return {
    name: `espeak-ng ${settings.voice}`,
    language: 'vi',
    gainDecibels: 16.5,
    async recipe() {
      const { voice, amplitude, speed } = settings
      return `espeak-ng ${await versionOf(program)} ${voice} -a ${amplitude} -s ${speed}`
    },
    async synthesise(text, options) {
      const spoken = text.normalize('NFC')
      return checked(spoken, trim(soundOf(await speakWith(program, spoken, options))))
    },
  }
}

async function versionOf(program: string): Promise<string> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 5000, killSignal: 'SIGKILL' })
    return /\d+\.\d+(?:\.\d+)?\S*/.exec(stdout)?.[0] ?? 'unknown'
  } catch (error) {
    throw startRefusal(error)
  }
}

/** Text goes in on standard input: as an argument "-5" would be an option and give silence. */
async function speakWith(
  program: string,
  text: string,
  { signal, deadlineMs }: { signal?: AbortSignal | undefined; deadlineMs: number },
): Promise<Buffer> {
  signal?.throwIfAborted()
  const { voice, amplitude, speed } = settings
  const child = spawn(program, [
    '-v',
    voice,
    '-a',
    String(amplitude),
    '-s',
    String(speed),
    '--stdin',
    '--stdout',
  ])
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const heard: Buffer[] = []
  const said: string[] = []
  let bytes = 0
  let stopped: Error | undefined
  child.on('error', (error) => reject(stopped ?? startRefusal(error)))
  // Without a process (no file handles left, say) there are no pipes either; the error says why.
  if (child.pid === undefined) return promise
  const stop = (why: Error): void => {
    stopped ??= why
    child.kill('SIGKILL')
  }
  const onAbort = (): void => stop(signal?.reason as Error)
  const deadline = setTimeout(() => stop(programTooSlow('espeak-ng', deadlineMs)), deadlineMs)
  signal?.addEventListener('abort', onAbort, { once: true })
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > bytesMax) stop(programFailed('espeak-ng', ['more sound than a sentence can have']))
    else heard.push(chunk)
  })
  child.stderr.setEncoding('utf8').on('data', (lines: string) => said.push(lines.trim()))
  // It may end without reading all of its input; its exit says why.
  child.stdin.on('error', () => undefined)
  child.on('close', (code) => {
    if (stopped !== undefined) reject(stopped)
    else if (code === 0) resolve(Buffer.concat(heard))
    else reject(programFailed('espeak-ng', said.slice(-6)))
  })
  child.stdin.end(text)
  try {
    return await promise
  } finally {
    clearTimeout(deadline)
    signal?.removeEventListener('abort', onAbort)
  }
}

/** The samples after the header, whose size field is a placeholder when written to a pipe. */
function soundOf(wav: Buffer): Sound {
  const data = wav.indexOf('data', 12, 'latin1')
  if (wav.toString('latin1', 0, 4) !== 'RIFF' || data < 0) {
    throw programFailed('espeak-ng', ['it gave no sound'])
  }
  return { samples: fromBytes(wav.subarray(data + 8)), sampleRate: wav.readUInt32LE(24) }
}

/** Silence, or a pace no reader has, means that the engine did not read the words that are there. */
function checked(text: string, sound: Sound): Sound {
  const letters = text.replaceAll(/[^\p{L} ]/gu, '').length
  const pace = letters / secondsOf(sound)
  if (sound.samples.length > 0 && (letters < paceCharactersMin || (pace >= paceMin && pace <= paceMax)))
    return sound
  const excerpt = text.length > 60 ? `${text.slice(0, 60)}…` : text
  throw new AppError('invalid', {
    vi: `Máy đọc không đọc đúng câu “${excerpt}” (câu trống, hoặc nhanh chậm bất thường). Hãy sửa câu này.`,
    en: `The voice did not read the sentence “${excerpt}” properly (empty, or at an impossible pace). Change the sentence.`,
  })
}

function startRefusal(error: unknown): AppError {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
  return missing ? missingProgram('espeak-ng', error) : programFailed('espeak-ng', [], error)
}

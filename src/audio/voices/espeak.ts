/** espeak-ng as a child process: always there, deterministic for one version, a robot's accent. */
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { reasonOf } from '../../base/errors.ts'
import { missingProgram, programFailed, programTooSlow } from '../refusals.ts'
import { sentenceFor, soundOf } from './check.ts'
import { VoiceError } from './errors.ts'
import { createReader, type Reader, ReadingFailed, togetherMax } from './espeak-reader.ts'
import type { EspeakEntry } from './list.ts'
import type { Voice } from './voice.ts'
import { readWav } from './wav.ts'

const run = promisify(execFile)

/** A minute of speech is 2.6 MB; no sentence comes near this. */
const bytesMax = 32 * 1024 * 1024

/** A voice of espeak-ng. `program` takes another programme's place, for tests. */
export function espeakNgVoice(entry: EspeakEntry, program = 'espeak-ng'): Voice {
  const { settings, region } = entry
  const reader = readerOf(program, settings)
  let looked: Promise<string> | undefined
  /** The version, looked up once; what failed is looked up again. */
  const look = (): Promise<string> =>
    (looked ??= versionWith(program, settings.voice).catch((error: unknown) => {
      looked = undefined
      throw error
    }))
  return {
    name: entry.name,
    language: entry.language,
    ...(region !== undefined && { region }),
    gainDecibels: entry.gain,
    licence: entry.licence,
    network: false,
    concurrency: availableParallelism() * togetherMax,
    charactersMax: entry.max_characters,
    async recipe() {
      const { voice, amplitude, speed } = settings
      return `espeak-ng ${await look()} ${voice} -a ${amplitude} -s ${speed}`
    },
    async synthesise(text, { signal, deadlineMs }) {
      const sentence = sentenceFor(text, entry.max_characters)
      signal?.throwIfAborted()
      await look()
      const limit = Math.min(deadlineMs, entry.time_limit * 1000)
      const read = reader.read(sentence, { signal, deadlineMs: limit })
      const sound = await read.catch((error: unknown) => Promise.reject(readingRefusal(error) as Error))
      const wav = readWav(sound)
      if (!wav.ok) throw failed([wav.why.en])
      return soundOf(sentence, wav.value)
    },
    close: () => Promise.resolve(),
  }
}

/**
 * The installed version. Refuses when it has not this very voice: espeak-ng itself takes the nearest name, and
 * would silently read in another accent.
 */
async function versionWith(program: string, voice: string): Promise<string> {
  const ask = async (option: string): Promise<string> => {
    try {
      return (await run(program, [option], { timeout: 5000, killSignal: 'SIGKILL' })).stdout
    } catch (error) {
      throw startRefusal(error)
    }
  }
  // What follows a plus is a colouring of the voice.
  const name = voice.replace(/\+.*$/, '')
  const known = await ask(`--voices=${name.split('-')[0] ?? ''}`)
  if (!known.split('\n').some((line) => line.trim().split(/\s+/)[1] === name)) throw noVoice(voice)
  return /\d+\.\d+(?:\.\d+)?\S*/.exec(await ask('--version'))?.[0] ?? 'unknown'
}

/** Text goes in on standard input: as an argument "-5" would be an option and give silence. */
function readerOf(program: string, { voice, amplitude, speed }: EspeakEntry['settings']): Reader {
  return createReader({
    command: [program, '-v', voice, '-a', String(amplitude), '-s', String(speed), '--stdin', '--stdout'],
    ...{ shellsMax: availableParallelism(), bytesMax, tooLate: tooSlow },
    tooMuch: () => failed(['more sound than a sentence can have']),
  })
}

/** What a reading came to, in the words of voices. */
function readingRefusal(error: unknown): unknown {
  if (error instanceof ReadingFailed) {
    // The shell's own code for a programme that is not there.
    return error.code === 127 ? startRefusal(noSuchFile(error)) : failed(error.lines)
  }
  const isOfSystem = (error as NodeJS.ErrnoException).syscall?.startsWith('spawn')
  return isOfSystem === true ? startRefusal(error) : error
}

const noSuchFile = (cause: Error): Error =>
  Object.assign(new Error('not found', { cause }), { code: 'ENOENT' })

function noVoice(voice: string): VoiceError {
  return new VoiceError('bad-voice', {
    vi: `espeak-ng trên máy này không có giọng ${voice}. Hãy cài lại gói espeak-ng-data, hoặc sửa voices.yaml.`,
    en: `The espeak-ng on this machine has no voice ${voice}. Install the package espeak-ng-data again, or correct voices.yaml.`,
  })
}

function startRefusal(cause: unknown): VoiceError {
  const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
  if (!isMissing) return failed([reasonOf(cause)], cause)
  return new VoiceError('unavailable', missingProgram('espeak-ng').sentence, { cause })
}

function failed(lines: readonly string[], cause?: unknown): VoiceError {
  return new VoiceError('internal', programFailed('espeak-ng', lines, cause).sentence, { cause })
}

function tooSlow(deadlineMs: number): VoiceError {
  return new VoiceError('timeout', programTooSlow('espeak-ng', deadlineMs).sentence)
}

/** The central voice without a list. */
export function espeakVoice(program?: string): Voice {
  return espeakNgVoice(
    {
      ...{
        kind: 'espeak-ng',
        name: 'espeak-ng vi-vn-x-central',
        enabled: true,
        language: 'vi',
        region: 'central',
      },
      ...{ gain: 16.5, licence: 'GPL-3.0', max_characters: 1000, time_limit: 20 },
      settings: { voice: 'vi-vn-x-central', speed: 135, amplitude: 60 },
    },
    program,
  )
}

/**
 * ffmpeg, through fluent-ffmpeg. The only file that knows that package (archived, still sound on ffmpeg 5
 * to 9): leaving it means changing this file.
 *
 * What it must be guarded against, each found by trying: `kill()` before the process has started is ignored;
 * a process that waits for standard input ignores SIGTERM; the package splits options that hold one space;
 * exit codes change between versions and say nothing; its ffprobe has no time limit; a name such as
 * `concat:a|b` or `http://…` opens more than a file; and where the programme is missing the package throws
 * outside every handler, which would end the hub, so we look for it before each run. ffmpeg itself ends with
 * success when the disk filled under its output; its report tells.
 */
import { execFile } from 'node:child_process'
import { access, constants, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg'
import { z } from 'zod'
import { reasonOf } from '../base/errors.ts'
import { diskFull, missingProgram, programFailed, programTooSlow } from './refusals.ts'
import { createSlots } from './slots.ts'

const run = promisify(execFile)
const slots = createSlots()

/** Lines of ffmpeg's report that are kept: the summaries of a batch of measurements come to about 500. */
const reportLinesMax = 4000
/** Lines that go into the sentence of a failure. */
const lastLines = 6
/** After SIGKILL the process is gone at once; longer than this we do not wait for its end to be told. */
const killGraceMs = 3000

/** One run: files in, one filter graph, files out (or `null`: only the report is wanted). Paths are absolute. */
export type FfmpegWork = {
  inputs: readonly { path: string; options?: readonly string[] }[]
  /** A graph whose inputs are `[0:a]`, `[1:a]` … and whose outputs the `outputs` name in `from`. */
  graph: string
  outputs: readonly { from: string; path: string | null; options: readonly string[] }[]
}

export type FfmpegLimits = {
  deadlineMs: number
  signal?: AbortSignal | undefined
  /** Another programme in place of the installed ffmpeg, for tests. */
  program?: string | undefined
}

/**
 * Runs ffmpeg once and resolves with what it reported on standard error. At the deadline or when the signal
 * aborts the process is killed. On any failure the output files are removed and the error is a refusal with
 * ffmpeg's last lines, or the signal's reason.
 */
export async function runFfmpeg(work: FfmpegWork, limits: FfmpegLimits): Promise<string> {
  return slots.run(async () => {
    try {
      return await runOnce(commandOf(work, await pathOf(limits.program)), limits)
    } catch (error) {
      for (const { path } of work.outputs) if (path !== null) await rm(path, { force: true })
      throw error
    }
  }, limits.signal)
}

/** Where the programme lies; 2 ms for the look along the search path. */
async function pathOf(program: string | undefined): Promise<string> {
  try {
    if (program === undefined) return (await run('/bin/sh', ['-c', 'command -v ffmpeg'])).stdout.trim()
    await access(program, constants.X_OK)
    return program
  } catch (error) {
    throw missingProgram('ffmpeg', error)
  }
}

function commandOf(work: FfmpegWork, program: string): FfmpegCommand {
  const command = ffmpeg({ stdoutLines: reportLinesMax })
  // The package remembers the path for the whole process: it is set each time, so that runs cannot mix.
  command.setFfmpegPath(program)
  work.inputs.forEach(({ path, options = [] }, index) => {
    // These two stand before the first input, where ffmpeg reads them as options of the whole run.
    const global = index === 0 ? ['-hide_banner', '-nostdin', '-y', '-filter_complex_threads', '1'] : []
    command
      .input(`file:${path}`)
      .inputOptions(...global, '-protocol_whitelist', 'file', '-threads', '1', ...options)
  })
  command.complexFilter([work.graph])
  for (const { from, path, options } of work.outputs) {
    command
      .output(path === null ? '-' : `file:${path}`)
      .outputOptions('-map', from, '-threads', '1', ...options)
    if (path === null) command.outputOptions('-f', 'null')
  }
  return command
}

async function runOnce(command: FfmpegCommand, { deadlineMs, signal }: FfmpegLimits): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let stopped: Error | undefined
  let grace: NodeJS.Timeout | undefined
  const stop = (why: Error): void => {
    if (stopped !== undefined) return
    stopped = why
    command.kill('SIGKILL')
    grace = setTimeout(() => reject(why), killGraceMs)
  }
  const onAbort = (): void => stop(signal?.reason as Error)
  const deadline = setTimeout(() => stop(programTooSlow('ffmpeg', deadlineMs)), deadlineMs)
  signal?.addEventListener('abort', onAbort, { once: true })
  command
    .on('start', () => {
      if (stopped !== undefined) command.kill('SIGKILL')
    })
    .on('error', (error: Error, _stdout: string | null, report: string | null) => {
      reject(stopped ?? refusalOf(error, report ?? ''))
    })
    .on('end', (_stdout: string | null, report: string | null) => {
      // On a full disk ffmpeg 5.1 leaves a cut file and still ends with success.
      const unwritten = /Error (?:writing trailer|closing file)|No space left on device/.exec(report ?? '')
      if (stopped !== undefined) reject(stopped)
      else if (unwritten !== null) reject(refusalOf(new Error(unwritten[0]), report ?? ''))
      else resolve(report ?? '')
    })
  try {
    signal?.throwIfAborted()
    command.run()
    return await promise
  } finally {
    clearTimeout(deadline)
    clearTimeout(grace)
    signal?.removeEventListener('abort', onAbort)
  }
}

function refusalOf(error: Error, report: string): Error {
  const lines = report
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const cause = new Error(lines.at(-1) ?? error.message, { cause: error })
  // The words of the C library, the same in all versions of ffmpeg.
  if (/No space left on device|Disk quota exceeded/.test(report)) {
    return diskFull('', Object.assign(cause, { code: 'ENOSPC' }))
  }
  return programFailed('ffmpeg', lines.slice(-lastLines), cause)
}

const Probe = z.object({
  format: z.object({ format_name: z.string(), duration: z.coerce.number().optional() }),
  streams: z.array(
    z.object({
      codec_type: z.string().optional(),
      codec_name: z.string().optional(),
      sample_rate: z.coerce.number().optional(),
      channels: z.number().optional(),
    }),
  ),
})

/** What kind of audio a file holds; `seconds` is undefined where the container does not say. */
export type AudioProbe = {
  format: string
  codec: string
  sampleRate: number
  channels: number
  seconds: number | undefined
}

/**
 * Looks into a file (never a stream) with ffprobe, killed after 5 s unless told otherwise. Not through
 * fluent-ffmpeg, whose ffprobe cannot be stopped. A file without audio gives `undefined`.
 */
export async function probeAudio(
  path: string,
  { deadlineMs = 5000, signal }: { deadlineMs?: number; signal?: AbortSignal } = {},
): Promise<AudioProbe | undefined> {
  const options = [
    '-hide_banner',
    '-v',
    'error',
    '-protocol_whitelist',
    'file',
    '-print_format',
    'json',
    '-show_format',
    '-show_streams',
  ]
  let raw: string
  try {
    const limits = {
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      maxBuffer: 1_048_576,
      ...(signal && { signal }),
    } as const
    raw = (await run('ffprobe', [...options, `file:${path}`], limits)).stdout
  } catch (error) {
    signal?.throwIfAborted()
    throw probeRefusal(error, deadlineMs)
  }
  const probe = Probe.parse(JSON.parse(raw))
  const audio = probe.streams.find((stream) => stream.codec_type === 'audio')
  if (audio === undefined) return undefined
  return {
    format: probe.format.format_name,
    codec: audio.codec_name ?? '',
    sampleRate: audio.sample_rate ?? 0,
    channels: audio.channels ?? 0,
    seconds: probe.format.duration,
  }
}

function probeRefusal(error: unknown, deadlineMs: number): Error {
  const { code, killed, stderr } = error as { code?: string | number; killed?: boolean; stderr?: string }
  if (code === 'ENOENT') return missingProgram('ffprobe', error)
  if (killed === true) return programTooSlow('ffprobe', deadlineMs)
  return programFailed('ffprobe', (stderr ?? reasonOf(error)).trim().split('\n').slice(-lastLines), error)
}

/** The installed ffmpeg's version ("5.1.9-0+deb12u1"), and which of the named encoders and filters it lacks. */
export async function ffmpegAbilities(needed: {
  encoders: readonly string[]
  filters: readonly string[]
}): Promise<{ version: string; lacks: string[] }> {
  const ask = async (option: string): Promise<string> => {
    try {
      return (
        await run('ffmpeg', ['-hide_banner', option], {
          timeout: 10_000,
          killSignal: 'SIGKILL',
          maxBuffer: 4_194_304,
        })
      ).stdout
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? missingProgram('ffmpeg', error)
        : programFailed('ffmpeg', [], error)
    }
  }
  const lists = (list: string, name: string): boolean =>
    list.split('\n').some((line) => line.trim().split(/\s+/)[1] === name)
  const [encoders, filters] = [await ask('-encoders'), await ask('-filters')]
  return {
    version: await ffmpegVersion(),
    lacks: [
      ...needed.encoders.filter((name) => !lists(encoders, name)),
      ...needed.filters.filter((name) => !lists(filters, name)),
    ],
  }
}

/** The installed ffmpeg's version: part of what a recording's bytes depend on. */
export async function ffmpegVersion(): Promise<string> {
  try {
    const { stdout } = await run('ffmpeg', ['-version'], { timeout: 10_000, killSignal: 'SIGKILL' })
    return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? 'unknown'
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? missingProgram('ffmpeg', error)
      : programFailed('ffmpeg', [], error)
  }
}

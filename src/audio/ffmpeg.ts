/**
 * ffmpeg, through fluent-ffmpeg. The only file that knows that package (archived, still sound on ffmpeg 5
 * to 9): leaving it means changing this file.
 *
 * What it must be guarded against, each found by trying: it asks ffmpeg for its formats and encoders first,
 * without a deadline and in words that changed with version 7; `kill()` before the process has started is
 * ignored; a process that waits for standard input ignores SIGTERM; where the programme cannot be started it
 * throws outside every handler, which would end the hub; it splits an option that comes alone and holds a
 * space; it keeps a report without line breaks whole, however long. So the package builds the command and
 * follows the run, and the process is ours (see `startOurselves`).
 *
 * Of ffmpeg itself: exit codes changed with version 7 and say little, and 5.1 ends with success when the disk
 * filled under its output, so the report and the files tell. A name such as `concat:a|b` or `http://…` opens
 * more than a file, and a file that is a list of files opens those: see the two whitelists.
 */
import { execFile, spawn } from 'node:child_process'
import { access, constants, rm, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg'
import { AppError } from '../base/errors.ts'
import { diskFull, lastLinesOf, missingProgram, programFailed, programTooSlow } from './refusals.ts'
import { whitelists } from './probe.ts'
import { createSlots } from './slots.ts'

export { type AudioProbe, probeAudio } from './probe.ts'

const run = promisify(execFile)
const slots = createSlots()

/** Of ffmpeg's report the end is kept: measuring some hundreds of files at once comes to 1 MB. */
const reportBytesKept = 4 * 1024 * 1024
/** A report longer than this is of a file made to fill our memory or our time. */
const reportBytesMost = 64 * 1024 * 1024
/** After SIGKILL the process is gone at once; longer than this we do not wait for its end to be told. */
const killGraceMs = 3000
/** The most that ffmpeg may ask for at once for a file from outside; its own need is below 1 MB. */
const allocationMax = 256 * 1024 * 1024

/** One run: files in, one filter graph, files out (or `null`: only the report is wanted). Paths are absolute. */
export type FfmpegWork = {
  /** `formats`: the only kinds the file may be; to be given for every file that comes from outside. */
  inputs: readonly { path: string; formats?: readonly string[]; options?: readonly string[] }[]
  /** A graph whose inputs are `[0:a]`, `[1:a]` … and whose outputs the `outputs` name in `from`. */
  graph: string
  outputs: readonly { from: string; path: string | null; options: readonly string[] }[]
}

export type FfmpegLimits = {
  deadlineMs: number
  signal?: AbortSignal | undefined
  /** A longer report ends the run; 64 MiB unless told otherwise. A damaged file is a line for each 20 ms. */
  reportBytesMax?: number
  /** Another programme in place of the installed ffmpeg, for tests. */
  program?: string | undefined
}

/**
 * Runs ffmpeg once and resolves with what it reported on standard error (the last 4 MiB). At the deadline or
 * when the signal aborts the process is killed. On any failure the output files are removed and the error is
 * a refusal with ffmpeg's last lines, or the signal's reason.
 */
export async function runFfmpeg(work: FfmpegWork, limits: FfmpegLimits): Promise<string> {
  return slots.run(async () => {
    try {
      const program = await programOf(limits.program)
      const command = startOurselves(commandOf(work), program, limits.reportBytesMax ?? reportBytesMost)
      const report = await runOnce(command, limits)
      for (const { path } of work.outputs) if (path !== null) await expectFile(path, report)
      return report
    } catch (error) {
      for (const { path } of work.outputs) if (path !== null) await rm(path, { force: true })
      throw error
    }
  }, limits.signal)
}

/** The programme to start: the one given, if it is one, or whichever the search path has. */
async function programOf(given: string | undefined): Promise<string> {
  if (given === undefined) return 'ffmpeg'
  try {
    await access(given, constants.X_OK)
    return given
  } catch (error) {
    throw missingProgram('ffmpeg', error)
  }
}

async function expectFile(path: string, report: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw refusalOf(new Error('ffmpeg made no file and did not say why'), report)
}

function commandOf(work: FfmpegWork): FfmpegCommand {
  const command = ffmpeg()
  work.inputs.forEach(({ path, formats, options = [] }, index) => {
    // These stand before the first input, where ffmpeg reads them as options of the whole run.
    const global = index === 0 ? ['-hide_banner', '-nostdin', '-y', '-filter_complex_threads', '1'] : []
    const fromOutside = work.inputs.some((input) => input.formats !== undefined)
    if (index === 0 && fromOutside) global.push('-max_alloc', String(allocationMax))
    command.input(`file:${path}`).inputOptions(...global, ...whitelists(formats), '-threads', '1', ...options)
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

type Ring = { get(): string }
/** The parts of the package that are not in its types: each is looked up on the command when it runs. */
type Inside = {
  _checkCapabilities(told: (error: Error | null) => void): void
  availableEncoders(told: (error: Error | null, encoders: object) => void): void
  _spawnFfmpeg(
    args: readonly string[],
    options: object,
    started: (child: ReturnType<typeof spawn>) => void,
    ended: (error: Error | null, stdout: Ring, stderr: Ring) => void,
  ): void
}

/** Leaves out the package's questions to ffmpeg, and starts the process in its place: no standard input, a bounded report. */
function startOurselves(command: FfmpegCommand, program: string, reportBytesMax: number): FfmpegCommand {
  const inside: Inside = {
    _checkCapabilities: (told) => told(null),
    availableEncoders: (told) => told(null, {}),
    _spawnFfmpeg: (args, _options, started, ended) => {
      const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
      const report = boundedReport(reportBytesMax, () => child.kill('SIGKILL'))
      const nothing = { get: () => '' }
      child.stderr.setEncoding('utf8').on('data', report.add)
      child.once('error', (error) => ended(missingProgram('ffmpeg', error), nothing, report))
      child.once('close', (code, killedBy) => {
        const how = killedBy === null ? `code ${code}` : `signal ${killedBy}`
        ended(code === 0 ? null : new Error(`ffmpeg ended with ${how}`), nothing, report)
      })
      started(child)
    },
  }
  return Object.assign(command, inside)
}

function boundedReport(bytesMax: number, tooLong: () => void): Ring & { add: (part: string) => void } {
  const parts: string[] = []
  let [kept, all] = [0, 0]
  return {
    get: () => parts.join(''),
    add: (part) => {
      parts.push(part)
      kept += part.length
      all += part.length
      while (kept - (parts[0]?.length ?? kept) >= reportBytesKept) kept -= parts.shift()?.length ?? 0
      if (all > bytesMax) tooLong()
    },
  }
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
  if (error instanceof AppError) return error
  const lines = lastLinesOf(report)
  const cause = new Error(lines.at(-1) ?? error.message, { cause: error })
  // The words of the C library, the same in all versions of ffmpeg.
  if (/No space left on device|Disk quota exceeded/.test(report)) {
    return diskFull('', Object.assign(cause, { code: 'ENOSPC' }))
  }
  return programFailed('ffmpeg', lines, cause)
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

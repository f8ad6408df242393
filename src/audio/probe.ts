/**
 * ffprobe: what a file is. Not through fluent-ffmpeg, whose ffprobe has no deadline and hangs for ever when what
 * it reads from does. Files only, never a stream.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { reasonOf } from '../base/errors.ts'
import { lastLinesOf, missingProgram, programFailed, programTooSlow } from './refusals.ts'

const run = promisify(execFile)

/** Only the fields below are asked for, so that more than this is a file made to fill our memory. */
const answerBytesMax = 1_048_576

/**
 * What an input may open: files only, and where it comes from outside only such formats as hold sound
 * themselves. The first alone is not enough: a text `ffconcat version 1.0` … `file other.wav` named a.wav
 * is a list of files, and what it names would be read.
 */
export function whitelists(formats: readonly string[] | undefined): string[] {
  const ofFormats = formats === undefined ? [] : ['-format_whitelist', formats.join(',')]
  return ['-protocol_whitelist', 'file', ...ofFormats]
}

const Probe = z.object({
  format: z.object({ format_name: z.string(), duration: z.coerce.number().optional() }),
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        codec_name: z.string().optional(),
        sample_rate: z.coerce.number().optional(),
        channels: z.number().optional(),
        disposition: z.object({ attached_pic: z.number().optional() }).optional(),
      }),
    )
    .default([]),
})

/**
 * What kind of audio a file holds, by its first audio stream; `seconds` is undefined where the container does
 * not say. `hasVideo`: moving pictures, not the picture on a song's cover.
 */
export type AudioProbe = {
  format: string
  codec: string
  sampleRate: number
  channels: number
  seconds: number | undefined
  hasVideo: boolean
}

const entries = [
  'format=format_name,duration',
  'stream=codec_type,codec_name,sample_rate,channels',
  'stream_disposition=attached_pic',
].join(':')

/**
 * Looks into a file with ffprobe, killed after 5 s unless told otherwise. `formats`: the only kinds the file may
 * be; to be given for every file that comes from outside. A file without audio gives `undefined`; one that
 * cannot be read is refused with ffprobe's last lines.
 */
export async function probeAudio(
  path: string,
  {
    formats,
    deadlineMs = 5000,
    signal,
  }: { formats?: readonly string[]; deadlineMs?: number; signal?: AbortSignal | undefined } = {},
): Promise<AudioProbe | undefined> {
  const options = ['-hide_banner', '-v', 'warning', ...whitelists(formats)]
  const wanted = ['-print_format', 'json', '-show_entries', entries]
  let answer: { stdout: string; stderr: string }
  try {
    signal?.throwIfAborted()
    const limits = {
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      maxBuffer: answerBytesMax,
      ...(signal && { signal }),
    } as const
    answer = await run('ffprobe', [...options, ...wanted, `file:${path}`], limits)
  } catch (error) {
    signal?.throwIfAborted()
    throw refusalOf(error, deadlineMs)
  }
  const probe = parsed(answer.stdout)
  const audio = probe.streams.find((stream) => stream.codec_type === 'audio')
  if (audio === undefined) return undefined
  // Where the container does not say, ffprobe divides the bytes by the first frame's rate and warns.
  const isGuess = answer.stderr.includes('Estimating duration from bitrate')
  return {
    format: probe.format.format_name,
    codec: audio.codec_name ?? '',
    sampleRate: audio.sample_rate ?? 0,
    channels: audio.channels ?? 0,
    seconds: isGuess ? undefined : probe.format.duration,
    hasVideo: probe.streams.some(
      (stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1,
    ),
  }
}

function parsed(answer: string): z.infer<typeof Probe> {
  try {
    return Probe.parse(JSON.parse(answer))
  } catch (error) {
    throw programFailed('ffprobe', ['its answer is not understood'], error)
  }
}

function refusalOf(error: unknown, deadlineMs: number): Error {
  const { code, killed, stderr } = error as { code?: string | number; killed?: boolean; stderr?: string }
  if (code === 'ENOENT' || code === 'EACCES') return missingProgram('ffprobe', error)
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return programFailed('ffprobe', ['its answer has no end'], error)
  if (killed === true) return programTooSlow('ffprobe', deadlineMs)
  return programFailed('ffprobe', lastLinesOf(stderr ?? reasonOf(error)), error)
}

/** From a file of whatever kind to one mono sound to work on: what is in it, and is it all there. */
import { readFile } from 'node:fs/promises'
import { reasonOf } from '../../base/errors.ts'
import { resampler, sampleRate } from '../encoders.ts'
import { type AudioProbe, probeAudio, runFfmpeg } from '../ffmpeg.ts'
import { ProgramError } from '../refusals.ts'
import * as refusals from './refusals.ts'
import type { Wave } from './shape.ts'
import { type Formats, formatsOf } from './sniff.ts'

type Limits = { signal?: AbortSignal | undefined }

/** What phones, recorders and sound editors write. Others have decoders that nobody has looked at for years. */
const codecs =
  /^(?:pcm_(?:[us](?:8|16|24|32)(?:le|be)?|f(?:32|64)le|alaw|mulaw)|adpcm_(?:ms|ima_wav)|mp[23]|aac|alac|opus|vorbis|flac|amr_[nw]b)$/
const channelsMax = 8
const ratesOf = { min: 8000, max: 192_000 }
/** A sound shorter than its file says by more than this share, and a second, has lost its end. */
const lostShareMax = 0.01
/** A sound recording decodes without a word; some thousand complaints are of a file that is none. */
const reportBytesMax = 1024 * 1024
/** Clipped recordings measure 20 and more, others below 1. */
const flatFactorMax = 5
/** A pure tone is flat at its turning points too, but clipping happens at the top. */
const clippedPeakMin = -6
/** Two channels that cancel each other (a microphone wired wrongly) leave less than this together. */
const cancelledDecibels = 12
/** No recorder writes samples of more than so many times full scale; a damaged floating-point file does. */
const sampleMax = 100
/** Decoding is a hundred times as fast as listening; declipping four times. */
const deadlineMs = (seconds: number, perSecond: number): number => 30_000 + seconds * perSecond

/** A file that was looked into: what it is, and by which readers it may be opened. */
export type Known = { path: string; name: string; formats: Formats; probe: AudioProbe; extension: string }

/** What the decoder made of it: a mono WAV on the disk, and the same in memory; `mix` says of which channels. */
export type Heard = { path: string; wave: Wave; mix: string; clipped: boolean; declipped: boolean }

/** Looks into the file; refuses (`invalid`) in words whatever is no sound recording that we take. */
export async function lookInto(path: string, name: string, { signal }: Limits): Promise<Known> {
  const formats = await formatsOf(path, name)
  const probe = await probeAudio(path, { formats, signal }).catch((error: unknown) => {
    throw damage(error, name)
  })
  if (probe?.hasVideo === true) throw refusals.video(name)
  if (probe === undefined) throw refusals.noSound(name)
  if (!codecs.test(probe.codec)) throw refusals.otherCodec(name, probe.codec)
  const { channels, sampleRate: rate } = probe
  if (channels < 1 || channels > channelsMax || rate < ratesOf.min || rate > ratesOf.max) {
    throw refusals.otherCodec(name, `${probe.codec}, ${channels} × ${rate} Hz`)
  }
  if (probe.seconds !== undefined && probe.seconds > refusals.secondsMax) throw refusals.tooLong(name)
  return { path, name, formats, probe, extension: extensionOf(probe.format) }
}

function extensionOf(format: string): string {
  const [first = ''] = format.split(',')
  return { mov: 'm4a', matroska: 'webm' }[first] ?? first
}

/**
 * Decodes the file into `path` (WAV, mono, 32-bit float, 24 kHz). Of channels that cancel each other the louder
 * is taken. Refuses (`invalid`) what is damaged or cut off, too short or too long.
 */
export async function hear(known: Known, path: string, limits: Limits): Promise<Heard> {
  const { channels } = known.probe
  const even = Array.from({ length: channels }, (_, channel) => `${1 / channels}*c${channel}`)
  const found = await decode(known, path, { filters: [], mix: even.join('+'), perSecond: 100 }, limits)
  const wave = await readWave(path)
  expectWhole(known, wave)
  const louder = found.channels.indexOf(Math.max(...found.channels))
  const cancelled = found.mono < (found.channels[louder] ?? -Infinity) - cancelledDecibels
  const mix = cancelled ? `c${louder}` : even.join('+')
  const clipped = found.flatFactor > flatFactorMax && found.peak > clippedPeakMin
  if (!cancelled) return { path, wave, mix, clipped, declipped: false }
  await decode(known, path, { filters: [], mix, perSecond: 100 }, limits)
  return { path, wave: await readWave(path), mix, clipped, declipped: false }
}

/** The same once more with its cut-off peaks drawn anew: at the file's own sample rate, where they are still flat. */
export async function declip(known: Known, heard: Heard, limits: Limits): Promise<Heard> {
  await decode(known, heard.path, { filters: ['adeclip'], mix: heard.mix, perSecond: 500 }, limits)
  return { ...heard, wave: await readWave(heard.path), declipped: true }
}

type Found = { channels: number[]; mono: number; peak: number; flatFactor: number }

/** One run of ffmpeg; levels are root mean squares, `peak` the largest sample, in dBFS. */
async function decode(
  { path: original, name, formats, probe }: Known,
  path: string,
  { filters, mix, perSecond }: { filters: readonly string[]; mix: string; perSecond: number },
  { signal }: Limits,
): Promise<Found> {
  const longest = String(refusals.secondsMax + 1)
  const graph = [
    '[0:a:0]astats@source=measure_perchannel=RMS_level:measure_overall=Flat_factor+Peak_level',
    ...filters,
    // Not aformat: that would have the mix made before the first look at the channels.
    `pan=mono|c0=${mix}`,
    resampler,
    'astats@mono=measure_perchannel=none:measure_overall=RMS_level[out]',
  ]
  const options = ['-t', longest, '-fs', String((refusals.secondsMax + 2) * sampleRate * 4)]
  const report = await runFfmpeg(
    {
      // Told twice: reading ends by the file's own times, writing by what was decoded.
      inputs: [{ path: original, formats, options: ['-t', longest, '-vn', '-sn', '-dn'] }],
      graph: graph.join(','),
      outputs: [{ from: '[out]', path, options: [...options, '-c:a', 'pcm_f32le', '-bitexact'] }],
    },
    { deadlineMs: deadlineMs(probe.seconds ?? refusals.secondsMax, perSecond), reportBytesMax, signal },
  ).catch((error: unknown) => {
    throw damage(error, name)
  })
  return foundIn(report)
}

/** A file whose channels change on the way has several summaries: the last counts. */
function foundIn(report: string): Found {
  const channels: number[] = []
  const found: Found = { channels, mono: -Infinity, peak: -Infinity, flatFactor: 0 }
  let channel = 0
  for (const [, filter, what, value = ''] of report.matchAll(
    /^\[astats@(source|mono) @ \w+\] (Channel|RMS level dB|Peak level dB|Flat factor): (-?[\d.]+|-inf)/gm,
  )) {
    if (what === 'Channel') channel = Number(value) - 1
    else if (what === 'Flat factor') found.flatFactor = level(value)
    else if (what === 'Peak level dB') found.peak = level(value)
    else if (filter === 'mono') found.mono = level(value)
    else channels[channel] = level(value)
  }
  return found
}

function level(text: string): number {
  return text === '-inf' ? -Infinity : Number(text)
}

function expectWhole({ name, probe }: Known, { samples, sampleRate: rate }: Wave): void {
  // One value that is no number silences every filter from there to the end.
  if (!samples.every((sample) => Math.abs(sample) <= sampleMax)) {
    throw refusals.damaged(name, 'samples that are no sound')
  }
  const seconds = samples.length / rate
  if (seconds > refusals.secondsMax) throw refusals.tooLong(name)
  const claimed = probe.seconds ?? 0
  if (claimed - seconds > 1 + claimed * lostShareMax) {
    const words = (count: number) => ({ vi: `${Math.round(count)} giây`, en: `${Math.round(count)} s` })
    throw refusals.cutOff(name, words(claimed), words(seconds))
  }
  if (seconds < refusals.secondsMin) throw refusals.tooShort(name, seconds)
}

/** A file that the programme cannot read is the file's fault; one that it is too slow for, the machine's. */
function damage(error: unknown, name: string): unknown {
  if (!(error instanceof ProgramError) || error.kind === 'slow') return error
  const lines = reasonOf(error.cause ?? error).split('\n')
  // The first line may be the command itself, which tells a person nothing.
  const said = lines.find((line) => line.trim() !== '' && !line.startsWith('Command failed')) ?? 'ffprobe'
  return refusals.damaged(name, said.replaceAll(/file:\S*/g, name).slice(0, 200), error)
}

/** The samples of a WAV that ffmpeg wrote just now. */
async function readWave(path: string): Promise<Wave> {
  const bytes = await readFile(path)
  const data = bytes.indexOf('data', 12, 'latin1')
  const from = data + 8
  const length = Math.min(bytes.readUInt32LE(data + 4), bytes.length - from)
  const aligned = bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + from + length - (length % 4))
  return { samples: new Float32Array(aligned), sampleRate }
}

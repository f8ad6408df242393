/** What rendering would cost without a store of sentences: the same speech, encoders and settings, by the plain ways. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { encoderOptions, hornChain, limiter, resampler } from '../../src/audio/encoders.ts'
import { ceilings } from '../../src/audio/mastering.ts'

const run = promisify(execFile)
const limits = { maxBuffer: 64 * 1024 * 1024, encoding: 'buffer' } as const
const quiet = ['-hide_banner', '-nostdin', '-y', '-threads', '1', '-filter_complex_threads', '1']

/** Three processes for each commune: espeak-ng, loudnorm that measures, loudnorm that corrects and both encoders. */
export async function naively(text: string, folder: string): Promise<void> {
  const speech = await spoken(text, folder)
  const target = 'loudnorm=I=-16:TP=-1.5:LRA=11'
  const { stderr } = await run(
    'ffmpeg',
    [...quiet, '-i', speech, '-af', `${target}:print_format=json`, '-f', 'null', '-'],
    {
      maxBuffer: limits.maxBuffer,
    },
  )
  const measured = JSON.parse(stderr.slice(stderr.lastIndexOf('{'))) as Record<string, string>
  const known = [
    `measured_I=${measured['input_i'] ?? ''}`,
    `measured_TP=${measured['input_tp'] ?? ''}`,
    `measured_LRA=${measured['input_lra'] ?? ''}`,
    `measured_thresh=${measured['input_thresh'] ?? ''}`,
    `offset=${measured['target_offset'] ?? ''}`,
  ].join(':')
  await encodeBoth(['-i', speech], `${target}:${known}:linear=true,${resampler}`, folder)
}

/** Two processes for each commune: espeak-ng; the horn's chain with a fixed gain and both encoders. */
export async function withFixedGain(text: string, folder: string, gainDecibels: number): Promise<void> {
  const speech = await spoken(text, folder)
  await encodeBoth(['-i', speech], chainOf(gainDecibels), folder)
}

/** The least there can be: sound that lies ready goes once through the chain and both encoders, in one process. */
export async function encodedOnce(
  raw: string,
  sampleRate: number,
  folder: string,
  gainDecibels: number,
): Promise<void> {
  const input = ['-f', 's16le', '-ar', String(sampleRate), '-ac', '1', '-i', raw]
  await encodeBoth(input, chainOf(gainDecibels), folder)
}

function chainOf(gainDecibels: number): string {
  return `${resampler},${hornChain},volume=${String(gainDecibels)}dB,${limiter(ceilings[0])}`
}

async function spoken(text: string, folder: string): Promise<string> {
  const [words, speech] = [join(folder, 'words.txt'), join(folder, 'speech.wav')]
  await writeFile(words, text)
  await run('espeak-ng', ['-v', 'vi-vn-x-central', '-a', '60', '-s', '135', '-f', words, '-w', speech])
  return speech
}

async function encodeBoth(input: readonly string[], filters: string, folder: string): Promise<void> {
  const graph = `[0:a]${filters},asplit[mp3][opus]`
  const outputs = (['mp3', 'opus'] as const).flatMap((codec) => [
    ...['-map', `[${codec}]`, ...encoderOptions[codec]],
    join(folder, `speech.${codec}`),
  ])
  await run('ffmpeg', [...quiet, ...input, '-filter_complex', graph, ...outputs], limits)
}

/**
 * From raw speech to files for horns: one chain, two codecs, measured after decoding.
 *
 * Outdoor horns carry 250 to 6500 Hz and reach far only when the voice is even and full, so the band is cut,
 * the voice compressed, raised by a fixed gain and limited. No loudness normaliser: a fixed gain per voice
 * gives the same result at a tenth of the cost. Several recordings go through one ffmpeg run, because
 * starting ffmpeg costs as much as encoding a greeting; the bytes do not depend on the company they keep.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runFfmpeg } from './ffmpeg.ts'
import { measure, type Measurement } from './measure.ts'
import { type Sound, secondsOf, toBytes } from './pcm.ts'

/** Sample rate of all that is rendered: what devices of the region play, and enough for a horn. */
const sampleRate = 24_000

/** Raised whenever the chain or an encoder setting below changes: part of what a recording's bytes depend on. */
export const masteringVersion = 1

// osf=flt: with 16-bit output the resampler adds noise seeded by the clock, and no two runs are the same.
const chain = (gainDecibels: number, ceiling: number): string =>
  [
    `aresample=${sampleRate}:resampler=soxr:osf=flt`,
    'highpass=f=250:p=2',
    'lowpass=f=6500:p=2',
    // Speech, and more so a synthetic voice, peaks to one side. Turning the phase spreads the peaks, which
    // lets the voice be 2.5 dB louder under the same limiter; the ear does not notice. Radio stations do it.
    'allpass=f=300',
    'allpass=f=300',
    'allpass=f=300',
    'acompressor=threshold=0.08:ratio=3:attack=5:release=120',
    `volume=${gainDecibels}dB`,
    // level=false: by default the limiter raises everything again.
    `alimiter=limit=${ceiling}:level=false`,
  ].join(',')

const reproducible = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact']
const mp3Options = [
  '-c:a',
  'libmp3lame',
  '-b:a',
  '64k',
  '-reservoir',
  '0',
  '-write_xing',
  '0',
  '-id3v2_version',
  '0',
]
const opusOptions = ['-c:a', 'libopus', '-b:a', '24k', '-frame_duration', '20', '-compression_level', '10']

/**
 * What the limiter lets through, as a share of full scale. Codecs add up to 2 dB; for the rare sound where
 * they add more there is a second, lower ceiling.
 */
export const ceilings = [0.68, 0.6] as const

/** The finished files of one recording, and what they measure once decoded. */
export type Mastered = {
  mp3: Uint8Array
  opus: Uint8Array
  measured: { mp3: Measurement; opus: Measurement }
}

/**
 * Masters and measures the sounds in two ffmpeg runs, in order. `folder` is for files in between and is the
 * caller's to remove. Deadline: 30 s and a second for each second of sound.
 */
export async function master(
  sounds: readonly Sound[],
  {
    gainDecibels,
    ceiling = ceilings[0],
    folder,
    signal,
  }: {
    gainDecibels: number
    ceiling?: number
    folder: string
    signal?: AbortSignal | undefined
  },
): Promise<Mastered[]> {
  const files = sounds.map((_, index) => ({
    raw: join(folder, `${index}.s16`),
    mp3: join(folder, `${index}.mp3`),
    opus: join(folder, `${index}.opus`),
  }))
  for (const [index, sound] of sounds.entries())
    await writeFile(files[index]?.raw ?? '', toBytes(sound.samples))
  const deadlineMs = 30_000 + 1000 * sounds.reduce((seconds, sound) => seconds + secondsOf(sound), 0)
  await runFfmpeg(
    {
      inputs: files.map(({ raw }, index) => ({
        path: raw,
        options: ['-f', 's16le', '-ar', String(sounds[index]?.sampleRate ?? 0), '-ac', '1'],
      })),
      graph: files
        .map((_, index) => `[${index}:a]${chain(gainDecibels, ceiling)},asplit[mp3${index}][opus${index}]`)
        .join(';'),
      outputs: files.flatMap(({ mp3, opus }, index) => [
        { from: `[mp3${index}]`, path: mp3, options: [...mp3Options, ...reproducible] },
        { from: `[opus${index}]`, path: opus, options: [...opusOptions, ...reproducible] },
      ]),
    },
    { deadlineMs, signal },
  )
  const measured = await measure(
    files.flatMap(({ mp3, opus }) => [mp3, opus]),
    { deadlineMs, signal },
  )
  return Promise.all(
    files.map(async ({ mp3, opus }, index) => {
      const [ofMp3, ofOpus] = [measured[2 * index], measured[2 * index + 1]]
      if (ofMp3 === undefined || ofOpus === undefined) throw new Error('a measurement is missing')
      return { mp3: await readFile(mp3), opus: await readFile(opus), measured: { mp3: ofMp3, opus: ofOpus } }
    }),
  )
}

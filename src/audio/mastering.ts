/**
 * From raw sound to files for horns: one chain, two encoders.
 *
 * Outdoor horns carry 250 to 6500 Hz and reach far only when the voice is even and full, so the band is cut,
 * the voice compressed, raised by a fixed gain and limited. No loudness normaliser: a fixed gain per voice
 * gives the same result at a tenth of the cost. Many sounds go through one ffmpeg run, each with a chain and
 * encoders of its own, because starting ffmpeg costs as much as encoding a greeting; the bytes do not depend on
 * the company they keep.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encoderOptions, hornChain, limiter, resampler, sampleRate } from './encoders.ts'
import { runFfmpeg } from './ffmpeg.ts'
import { type Sound, toBytes } from './pcm.ts'
import { slotMilliseconds } from './stitch/index.ts'
import type { Codec } from './store.ts'

/** Raised whenever the chain, an encoder setting or the framing of a sentence changes: part of what bytes depend on. */
export const masteringVersion = 2

/**
 * What the limiter lets through, as a share of full scale. Codecs add up to 2 dB; for the rare sound where
 * they add more there are two lower ones.
 */
export const ceilings = [0.68, 0.6, 0.5] as const

/** A sound to encode, to be exactly so many slots long. `gainDecibels` undefined: as it is, without the chain. */
export type Unmastered = {
  sound: Sound
  slots: number
  gainDecibels?: number | undefined
  ceiling?: number | undefined
}

/**
 * Masters and encodes the sounds in one ffmpeg run, in order; resolves with where the files lie in `folder`, which
 * is the caller's to remove. Every file is its slots long, and what its encoder adds. A shorter sound is filled up
 * with silence. Deadline: 30 s and a second for each second of sound.
 */
export async function master(
  sounds: readonly Unmastered[],
  { folder, signal }: { folder: string; signal?: AbortSignal | undefined },
): Promise<Record<Codec, string>[]> {
  const files = sounds.map((_, index) => {
    const path = (extension: string): string => join(folder, `${index}.${extension}`)
    return { raw: path('s16'), mp3: path('mp3'), opus: path('opus') }
  })
  for (const [index, { sound }] of sounds.entries())
    await writeFile(files[index]?.raw ?? '', toBytes(sound.samples))
  const seconds = sounds.reduce((sum, { slots }) => sum + (slots * slotMilliseconds) / 1000, 0)
  const graphs = sounds.map(
    (each, index) => `[${index}:a]${filtersOf(each)},asplit[mp3${index}][opus${index}]`,
  )
  // A graph for each: in one graph of all, every step looks at every filter, which costs a tenth more.
  const others = graphs.slice(1).flatMap((graph) => ['-filter_complex', graph])
  await runFfmpeg(
    {
      inputs: files.map(({ raw }, index) => ({
        path: raw,
        options: ['-f', 's16le', '-ar', String(sounds[index]?.sound.sampleRate ?? 0), '-ac', '1'],
      })),
      graph: graphs[0] ?? '',
      outputs: files.flatMap(({ mp3, opus }, index) => [
        {
          from: `[mp3${index}]`,
          path: mp3,
          options: [...(index === 0 ? others : []), ...encoderOptions.mp3],
        },
        { from: `[opus${index}]`, path: opus, options: encoderOptions.opus },
      ]),
    },
    { deadlineMs: 30_000 + 1000 * seconds, signal },
  )
  return files.map(({ mp3, opus }) => ({ mp3, opus }))
}

function filtersOf({ slots, gainDecibels, ceiling = ceilings[0] }: Unmastered): string {
  const chain = gainDecibels === undefined ? [] : [hornChain, `volume=${gainDecibels}dB`, limiter(ceiling)]
  const samples = (slots * slotMilliseconds * sampleRate) / 1000
  return [resampler, ...chain, `apad=whole_len=${samples}`, `atrim=end_sample=${samples}`].join(',')
}

/**
 * Clips as people would record them, from a seed: every bulletin at every loudness of the noise, through every
 * codec, of both lengths. With the same seed the same clips.
 *
 * No AMR: the encoder of cheap telephones (AMR-NB) is in no free ffmpeg of Debian. GSM full rate, which is as
 * narrow (8 kHz) and rougher than AMR at 12.2 kbit/s, stands for it.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runFfmpeg } from '../../../src/audio/ffmpeg.ts'
import { fromBytes, type Sound, toBytes } from '../../../src/audio/pcm.ts'
import { Chance } from '../../support/simulation-chance.ts'
import { acoustics, type Beds, bedsOf, noises, recordedAt, type Recorded } from './corpus-place.ts'
import { type Bulletin, rawAt, readWords, worldRate } from './corpus-scripts.ts'

export const loudnesses = [20, 10, 5, 0] as const
export const codecs = {
  opus: {
    ending: 'ogg',
    options: ['-c:a', 'libopus', '-b:a', '16k', '-compression_level', '4', '-ar', '16000'],
  },
  aac: { ending: 'm4a', options: ['-c:a', 'aac', '-b:a', '32k', '-aac_coder', 'fast', '-ar', '16000'] },
  gsm: { ending: 'gsm', options: ['-c:a', 'libgsm', '-ar', '8000'] },
} as const
export type Codec = keyof typeof codecs

/** What is to be recorded, and how. */
export type Planned = Recorded & { bulletin: number; codec: Codec }

/** The plan of the whole corpus, or of every `every`-th clip of it. Clips reach up to 3 s beyond the ends. */
export function planClips(seed: number, bulletins: readonly Bulletin[], every = 1): Planned[] {
  const chance = new Chance(seed, 'clips')
  const all: Planned[] = []
  let turn = 0
  for (const [bulletin, { played }] of bulletins.entries())
    for (const decibels of loudnesses)
      for (const codec of Object.keys(codecs) as Codec[])
        for (const seconds of [20, 40]) {
          const length = (played.samples.length * 1000) / worldRate
          const startMs = chance.whole(-3000, Math.max(-3000, length + 3000 - seconds * 1000))
          const drift = chance.one([-0.005, 0, 0.005])
          // Every place and every noise with every loudness, codec and length, over all bulletins.
          const place = acoustics[(turn + bulletin) % 3]!
          const noise = noises[(Math.floor(turn / 3) + bulletin) % 3]!
          turn += 1
          all.push({ bulletin, decibels, codec, seconds, startMs, drift, place, noise })
        }
  return all.filter((_, index) => index % every === 0)
}

/** A clip as the ear gets it, and how it came about. */
export type Clip = { planned: Planned; sound: Sound }

/** The clips one after another, through codec and decoder, mono at 8 kHz. Made in batches: all at once would be 300 MB. */
export async function* recordClips(
  seed: number,
  bulletins: readonly Pick<Bulletin, 'played'>[],
  plan: readonly Planned[],
): AsyncGenerator<Clip> {
  const folder = await mkdtemp(join(tmpdir(), 'loa-clips-'))
  const beds = await bedsFor(seed)
  try {
    const batch = 48
    for (let from = 0; from < plan.length; from += batch) {
      const part = plan.slice(from, from + batch)
      const sounds = part.map((planned, index) => {
        const { played } = bulletins[planned.bulletin]!
        return recordedAt(played.samples, planned, new Chance(seed, `clip ${from + index}`), beds)
      })
      const heard = await throughCodecs(
        sounds,
        part.map(({ codec }) => codec),
        folder,
      )
      yield* part.map((planned, index) => ({ planned, sound: heard[index]! }))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const bedsKnown = new Map<number, Promise<Beds>>()
/** Made once for each seed: one or two in a test. */
function bedsFor(seed: number): Promise<Beds> {
  const beds = bedsKnown.get(seed) ?? talkOf(seed).then((talk) => bedsOf(new Chance(seed, 'beds'), talk))
  bedsKnown.set(seed, beds)
  return beds
}

/** People who talk nearby, at 16 kHz: three voices, none of them the bulletin's. */
async function talkOf(seed: number): Promise<Int16Array> {
  const voices = await Promise.all(
    ['vi+f2', 'vi-vn-x-south+m3', 'vi+f4'].map((voice) =>
      readWords(new Chance(seed, `talk ${voice}`), 20, voice),
    ),
  )
  const length = 20 * worldRate
  return Int16Array.from({ length }, (_, index) =>
    voices.reduce((sum, { samples, sampleRate }) => {
      const place = Math.floor((index * sampleRate) / worldRate)
      return sum + (samples[place % samples.length] ?? 0) / voices.length
    }, 0),
  )
}

/** Samples at 16 kHz through a telephone's codec each, decoded to 8 kHz. */
async function throughCodecs(
  sounds: readonly Int16Array[],
  through: readonly Codec[],
  folder: string,
): Promise<Sound[]> {
  const path = (index: number, ending: string): string => join(folder, `${index}.${ending}`)
  const coded = through.map((codec, index) => path(index, codecs[codec].ending))
  for (const [index, samples] of sounds.entries()) await writeFile(path(index, 's16'), toBytes(samples))
  const limits = { deadlineMs: 300_000 }
  await runFfmpeg(
    {
      inputs: sounds.map((_, index) => ({ path: path(index, 's16'), options: rawAt(worldRate) })),
      graph: sounds.map((_, index) => `[${index}:a]anull[out${index}]`).join(';'),
      outputs: coded.map((to, index) => ({
        from: `[out${index}]`,
        path: to,
        options: codecs[through[index]!].options,
      })),
    },
    limits,
  )
  await runFfmpeg(
    {
      inputs: coded.map((from) => ({ path: from })),
      graph: coded.map((_, index) => `[${index}:a]anull[out${index}]`).join(';'),
      outputs: coded.map((_, index) => ({
        from: `[out${index}]`,
        path: path(index, 'ear'),
        options: rawAt(8000),
      })),
    },
    limits,
  )
  return Promise.all(
    coded.map(async (_, index) => ({
      samples: fromBytes(await readFile(path(index, 'ear'))),
      sampleRate: 8000,
    })),
  )
}

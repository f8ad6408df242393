/**
 * From somebody's recording to files for horns: the chain of every recording, but with its level found by measuring,
 * because people stand near and far from their phones.
 *
 * Trimmed, brought to one level (what the compressor does depends on it), noise reduced where asked for, chained,
 * measured, raised or lowered and limited; measured after decoding by the gate, and corrected at most once. Padded to
 * whole slots with silence at both ends, so that it can stand beside pieces of other recordings.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encoderOptions, hornChain, limiter, sampleRate } from '../encoders.ts'
import { runFfmpeg } from '../ffmpeg.ts'
import { type GateResult, gateUpload, loudnessWanted } from '../gate/index.ts'
import { ceilings } from '../mastering.ts'
import { fromBytes, type Sound } from '../pcm.ts'
import { programFailed } from '../refusals.ts'
import { pieceOf, slotMilliseconds, stitch } from '../stitch/index.ts'
import type { Codec } from '../store.ts'

type Limits = { signal?: AbortSignal | undefined }

/** Raised whenever something below changes: part of what a recording's bytes depend on. */
export const treatmentVersion = 1

/** Speech comes to the chain at this level, whatever the phone made of it. */
const chainLoudness = -23
const slotSamples = (slotMilliseconds * sampleRate) / 1000
const leadSamples = (40 * sampleRate) / 1000
/** The limiter takes back part of what is added, so a correction is larger than what is missing. */
const correctionFactor = 1.5
const codecs: readonly Codec[] = ['mp3', 'opus']

/** The recording as it will be heard, with what the gate found in it. `gainDecibels` is from the original to the end. */
export type Treated = {
  files: Record<Codec, Uint8Array>
  sound: Sound
  milliseconds: number
  gainDecibels: number
  gate: GateResult
}

/**
 * Treats what was decoded (`from` to `to`, in samples; `loudness` in LUFS). `folder` is for files in between and is
 * the caller's to remove. What comes out may be unfit: the gate's faults say so.
 */
export async function treat(
  heard: { path: string; from: number; to: number; loudness: number },
  { noiseReduction, folder, signal }: { noiseReduction: boolean; folder: string } & Limits,
): Promise<Treated> {
  const { path, from, to, loudness } = heard
  const deadlineMs = 30_000 + (to - from) / 12
  const limits = { deadlineMs, signal }
  const chained = join(folder, 'chained.wav')
  const before = chainLoudness - loudness
  const level = await chain(path, chained, { from, to, before, noiseReduction }, limits)
  let after = loudnessWanted - level
  after += (loudnessWanted - (await limitedLoudness(chained, after, limits))) * correctionFactor
  let ceiling: number = ceilings[0]
  for (let tries = 0; ; tries += 1) {
    const made = await encode(chained, { after, ceiling, samples: to - from, folder }, limits)
    const paths = { mp3: join(folder, 'made.mp3'), opus: join(folder, 'made.opus') }
    for (const codec of codecs) await writeFile(paths[codec], made.files[codec])
    const { sound, milliseconds } = made
    const gate = await gateUpload(paths, { expected: sound, milliseconds }, { ...limits, folder })
    const faults = new Set(gate.faults.map(({ kind }) => kind))
    const isLevel = faults.has('soft') || faults.has('loud')
    if (tries > 0 || !(isLevel || faults.has('peak'))) {
      return { ...made, gainDecibels: before + after, gate }
    }
    const { mp3, opus } = gate.measured
    if (isLevel) after += (loudnessWanted - (mp3.loudness + opus.loudness) / 2) * correctionFactor
    if (faults.has('peak')) ceiling = ceilings[1]
  }
}

/** Band, compressor and all, without gain; gives the loudness that comes out. */
async function chain(
  input: string,
  output: string,
  shape: { from: number; to: number; before: number; noiseReduction: boolean },
  limits: { deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<number> {
  const { from, to, before, noiseReduction } = shape
  const filters = [
    `[0:a]atrim=start_sample=${from}:end_sample=${to}`,
    'asetpts=N/SR/TB',
    `volume=${before}dB:precision=float`,
    ...(noiseReduction ? ['afftdn=nr=12:nf=-40'] : []),
    hornChain,
    // Measured beside it: the meter may want another sample rate.
    'asplit[out][meter];[meter]ebur128@out=framelog=verbose,anullsink',
  ]
  const options = ['-c:a', 'pcm_f32le', '-bitexact']
  const report = await runFfmpeg(
    {
      inputs: [{ path: input }],
      graph: filters.join(','),
      outputs: [{ from: '[out]', path: output, options }],
    },
    limits,
  )
  return loudnessIn(report)
}

/** How loud it would be behind this gain and the limiter. */
async function limitedLoudness(
  input: string,
  gain: number,
  limits: { deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<number> {
  const graph = `[0:a]volume=${gain}dB:precision=float,${limiter(ceilings[0])},ebur128@out=framelog=verbose[out]`
  return loudnessIn(
    await runFfmpeg(
      { inputs: [{ path: input }], graph, outputs: [{ from: '[out]', path: null, options: [] }] },
      limits,
    ),
  )
}

function loudnessIn(report: string): number {
  const loudness = /\bI:\s+(-?[\d.]+) LUFS/.exec(report.split('[ebur128@out @').at(-1) ?? '')?.[1]
  if (loudness === undefined) throw programFailed('ffmpeg', ['no loudness in its report'])
  return Number(loudness)
}

/** Gain, limiter, silence to whole slots, both encoders; and the sound that went into them. */
async function encode(
  input: string,
  shape: { after: number; ceiling: number; samples: number; folder: string },
  limits: { deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<{ files: Record<Codec, Uint8Array>; sound: Sound; milliseconds: number }> {
  const { after, ceiling, samples, folder } = shape
  // One slot more than the speech needs: the encoders are late, and a joint must be silent.
  const slots = Math.ceil((leadSamples + samples) / slotSamples) + 1
  const whole = slots * slotSamples
  const raw = join(folder, 'whole.s16')
  const encoded = { mp3: join(folder, 'encoded.mp3'), opus: join(folder, 'encoded.opus') }
  await runFfmpeg(
    {
      inputs: [{ path: input }],
      graph: [
        `[0:a]volume=${after}dB:precision=float`,
        limiter(ceiling),
        `adelay=delays=${leadSamples}S:all=1`,
        `apad=whole_len=${whole}`,
        `atrim=end_sample=${whole}`,
        'asplit=3[mp3][opus][raw]',
      ].join(','),
      outputs: [
        { from: '[mp3]', path: encoded.mp3, options: encoderOptions.mp3 },
        { from: '[opus]', path: encoded.opus, options: encoderOptions.opus },
        { from: '[raw]', path: raw, options: ['-f', 's16le', '-ar', String(sampleRate)] },
      ],
    },
    limits,
  )
  const fileOf = async (codec: Codec): Promise<Uint8Array> =>
    stitch(codec, [pieceOf(codec, await readFile(encoded[codec]), slots)])
  return {
    files: { mp3: await fileOf('mp3'), opus: await fileOf('opus') },
    sound: { samples: fromBytes(await readFile(raw)), sampleRate },
    milliseconds: slots * slotMilliseconds,
  }
}

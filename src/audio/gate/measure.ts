/** What a finished file sounds like by numbers, after decoding, and whether that is fit for a horn. */
import type { Sentence } from '../../base/errors.ts'
import { runFfmpeg } from '../ffmpeg.ts'
import { programFailed } from '../refusals.ts'

/** Integrated loudness (LUFS), true peak (dBTP; -Infinity for silence), length of the decoded sound. */
export type Measurement = { loudness: number; truePeak: number; milliseconds: number }

/** -16 LUFS, one up or down; a decoded peak above -1 dBTP distorts in cheap amplifiers. */
export const loudnessWanted = -16
const loudnessTolerance = 1
const truePeakMax = -1
/** Codecs add up to three frames of 24 ms at an end. */
const lengthToleranceMs = 120

/** Measures the files in one ffmpeg run, in order. */
export async function measure(
  paths: readonly string[],
  limits: { deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<Measurement[]> {
  const report = await runFfmpeg(
    {
      inputs: paths.map((path) => ({ path })),
      // Named instances, so that each summary in the report says which file it is of.
      graph: paths
        .map(
          (_, index) =>
            `[${index}:a]aformat=sample_rates=48000,astats@length${index}=measure_perchannel=none:measure_overall=Number_of_samples,ebur128@loudness${index}=peak=true:framelog=verbose[out${index}]`,
        )
        .join(';'),
      outputs: [
        {
          from: '[out0]',
          path: null,
          options: paths.slice(1).flatMap((_, index) => ['-map', `[out${index + 1}]`]),
        },
      ],
    },
    limits,
  )
  return paths.map((_, index) => measurementIn(report, index))
}

/** The last summary counts: with several inputs ffmpeg sets the graph up twice and prints an empty one first. */
function measurementIn(report: string, index: number): Measurement {
  const summary = report.split(`[ebur128@loudness${index} @`).at(-1) ?? ''
  const loudness = /\bI:\s+(-?[\d.]+|-inf) LUFS/.exec(summary)?.[1]
  const truePeak = /\bPeak:\s+(-?[\d.]+|-inf) dBFS/.exec(summary)?.[1]
  const samples = report
    .split(`[astats@length${index} @`)
    .at(-1)
    ?.match(/Number of samples: (\d+)/)?.[1]
  if (loudness === undefined || truePeak === undefined || samples === undefined) {
    throw programFailed('ffmpeg', ['no loudness in its report', ...report.trim().split('\n').slice(-3)])
  }
  return {
    loudness: decibels(loudness),
    truePeak: decibels(truePeak),
    milliseconds: Math.round(Number(samples) / 48),
  }
}

function decibels(text: string): number {
  return text === '-inf' ? -Infinity : Number(text)
}

/** What is wrong with a finished file, and the words for it. */
export type Fault = Sentence & { kind: 'cut' | 'long' | 'soft' | 'loud' | 'peak' }

/** Why a finished file must not be used; undefined when it is fit. `expectedMs` is the length that went in. */
export function faultOf(
  { loudness, truePeak, milliseconds }: Measurement,
  expectedMs: number,
): Fault | undefined {
  const seconds = (ms: number): string => (ms / 1000).toFixed(1)
  if (milliseconds < expectedMs - lengthToleranceMs) {
    return {
      kind: 'cut',
      vi: `Bản ghi bị cắt: chỉ dài ${seconds(milliseconds)} giây trong khi phải là ${seconds(expectedMs)} giây.`,
      en: `The recording is cut off: ${seconds(milliseconds)} s long instead of ${seconds(expectedMs)} s.`,
    }
  }
  if (milliseconds > expectedMs + lengthToleranceMs) {
    return {
      kind: 'long',
      vi: `Bản ghi dài hơn lời đọc: ${seconds(milliseconds)} giây trong khi phải là ${seconds(expectedMs)} giây.`,
      en: `The recording is longer than its words: ${seconds(milliseconds)} s instead of ${seconds(expectedMs)} s.`,
    }
  }
  if (loudness < loudnessWanted - loudnessTolerance) {
    return {
      kind: 'soft',
      vi: `Bản ghi quá nhỏ: ${loudness} LUFS, phải từ ${loudnessWanted - loudnessTolerance} trở lên.`,
      en: `The recording is too soft: ${loudness} LUFS, at least ${loudnessWanted - loudnessTolerance} is needed.`,
    }
  }
  if (loudness > loudnessWanted + loudnessTolerance) {
    return {
      kind: 'loud',
      vi: `Bản ghi quá to: ${loudness} LUFS, không được quá ${loudnessWanted + loudnessTolerance}.`,
      en: `The recording is too loud: ${loudness} LUFS, at most ${loudnessWanted + loudnessTolerance} is allowed.`,
    }
  }
  if (truePeak > truePeakMax) {
    return {
      kind: 'peak',
      vi: `Bản ghi bị rè: đỉnh ${truePeak} dBTP, không được quá ${truePeakMax}.`,
      en: `The recording distorts: its peak is ${truePeak} dBTP, at most ${truePeakMax} is allowed.`,
    }
  }
  return undefined
}

/** What a sound measures after decoding: the figures that the gate judges. Pure. */
import { secondsOf, type Sound } from '../pcm.ts'
import { loudnessOf } from './loudness.ts'
import { peaksOf, silencesOf } from './peaks.ts'
import { type Spectrum, spectrumOf, voiceBandDecibels } from './spectrum.ts'

/**
 * `loudness` (LUFS) and `truePeak` (dBTP) are -Infinity for silence. `flatFactor`: 10 and more for cut-off peaks.
 * `silenceShare` and `longestSilenceMs` are of silences of half a second and more. `voiceBandDecibels`: energy of
 * 300 to 4000 Hz against all, 0 at best. `loudnessRange` in LU.
 */
export type Measurement = {
  loudness: number
  truePeak: number
  milliseconds: number
  flatFactor: number
  silenceShare: number
  longestSilenceMs: number
  voiceBandDecibels: number
  loudnessRange: number
}

/** Measures a sound. Silences are those after `openingMs`: the chime and the stillness behind it are meant. */
export function measureSound(
  sound: Sound,
  { openingMs = 0, spectrum = spectrumOf(sound) }: { openingMs?: number; spectrum?: Spectrum } = {},
): Measurement {
  const milliseconds = Math.round(secondsOf(sound) * 1000)
  const silences = silencesOf(sound, openingMs).map(({ from, to }) => to - from)
  const looked = milliseconds - openingMs
  const silent = silences.reduce((sum, each) => sum + each, 0)
  const { loudness, loudnessRange } = loudnessOf(sound)
  const { truePeak, flatFactor } = peaksOf(sound)
  return {
    loudness: rounded(loudness),
    truePeak: rounded(truePeak),
    milliseconds,
    flatFactor: rounded(flatFactor),
    silenceShare: looked > 0 ? rounded(silent / looked) : 0,
    longestSilenceMs: Math.round(Math.max(0, ...silences)),
    voiceBandDecibels: rounded(voiceBandDecibels(spectrum)),
    loudnessRange: rounded(loudnessRange),
  }
}

/** Finer than this no ear and no meter is. */
const rounded = (value: number): number => Math.round(value * 100) / 100

/**
 * What every recording has in common, whoever made it: the horn's chain, the limiter, the two encoders. A voice's
 * sentence and a person's recording meet in one file of one airing, and are joined without encoding again, so
 * neither may have settings of its own.
 */
import type { Codec } from './store.ts'

/** Sample rate of all that is rendered: what devices of the region play, and enough for a horn. */
export const sampleRate = 24_000

/** osf=flt: with 16-bit output the resampler adds noise seeded by the clock, and no two runs are the same. */
export const resampler = `aresample=${sampleRate}:resampler=soxr:osf=flt`

/** The horn's band, its peaks evened out, its words pressed together. Before it the resampler, after it gain and limiter. */
export const hornChain = [
  'highpass=f=250:p=2',
  'lowpass=f=6500:p=2',
  // Speech, and more so a synthetic voice, peaks to one side. Turning the phase spreads the peaks, which
  // lets the voice be 2.5 dB louder under the same limiter; the ear does not notice. Radio stations do it.
  'allpass=f=300',
  'allpass=f=300',
  'allpass=f=300',
  'acompressor=threshold=0.08:ratio=3:attack=5:release=120',
].join(',')

/** Lets through the ceiling's share of full scale. level=false: by default the limiter raises everything again. */
export const limiter = (ceiling: number): string => `alimiter=limit=${ceiling}:level=false`

const reproducible = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact']

/** Output options of each codec: constant frames on the grid of slots, nothing in the file but sound. */
export const encoderOptions: Readonly<Record<Codec, readonly string[]>> = {
  mp3: [
    ...['-c:a', 'libmp3lame', '-b:a', '64k', '-reservoir', '0', '-write_xing', '0', '-id3v2_version', '0'],
    ...reproducible,
  ],
  opus: [
    ...['-c:a', 'libopus', '-b:a', '24k', '-frame_duration', '20', '-compression_level', '10'],
    ...reproducible,
  ],
}

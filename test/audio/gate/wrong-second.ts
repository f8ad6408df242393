/** One second of a whole recording made wrong, in both codecs, without encoding anything again. */
import type { Codec } from '../../../src/audio/index.ts'
import type { Sound } from '../../../src/audio/pcm.ts'
import type { Piece } from '../../../src/audio/stitch/index.ts'

const packetsPerSecond: Readonly<Record<Codec, number>> = { mp3: 1000 / 24, opus: 50 }

/** `silent`: nothing in its place. `exchanged`: that of another place. `left out`: all behind comes earlier, and the end is filled up. */
export type Wrong = 'silent' | 'exchanged' | 'left out'

/** The recording with a wrong second `at` (in seconds); `other` is where the second comes from that stands there instead. */
export function withWrongSecond(
  pieces: Readonly<Record<Codec, Piece>>,
  wrong: Wrong,
  { at, other }: { at: number; other: number },
): Record<Codec, Piece> {
  const made = (codec: Codec): Piece => {
    const { slots, packets } = pieces[codec]
    const placeOf = (second: number): number => Math.round(second * packetsPerSecond[codec])
    const length = placeOf(1)
    const still = Array.from({ length }, () => packets[0]!)
    const before = packets.slice(0, placeOf(at))
    const after = packets.slice(placeOf(at) + length)
    const instead = wrong === 'silent' ? still : packets.slice(placeOf(other), placeOf(other) + length)
    if (wrong === 'left out') return { slots, packets: [...before, ...after, ...still] }
    return { slots, packets: [...before, ...instead, ...after] }
  }
  return { mp3: made('mp3'), opus: made('opus') }
}

/** The first second, from `after` on, in which the voice does not pause. */
export function spokenSecond({ samples, sampleRate }: Sound, after: number): number {
  for (let second = after; second * sampleRate < samples.length; second += 0.1) {
    const tenths = Array.from({ length: 10 }, (_, tenth) =>
      samples
        .subarray((second + tenth / 10) * sampleRate, (second + (tenth + 1) / 10) * sampleRate)
        .reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    )
    if (tenths.every((most) => most > 3000)) return second
  }
  throw new Error('nobody speaks for a second')
}

/** What can happen to a sound on its way to a file, done on purpose. Lengths stay, unless a damage is of the length. */
import { join, type Sound } from '../../../src/audio/pcm.ts'
import { slotSamples } from './recordings.ts'

type Damage = (sound: Sound) => Sound

const on =
  (change: (samples: Int16Array, rate: number) => ArrayLike<number>): Damage =>
  ({ samples, sampleRate }) => ({ samples: whole(change(samples, sampleRate)), sampleRate })

/** Back to 16 bits: what is beyond is cut off, as any converter does. */
const whole = (values: ArrayLike<number>): Int16Array =>
  Int16Array.from(values, (value) => Math.max(-32_768, Math.min(32_767, Math.round(value))))

export const amplified = (decibels: number): Damage =>
  on((samples) => Float64Array.from(samples, (value) => value * 10 ** (decibels / 20)))

/** Overdriven by so much, and then as loud as before. */
export const overdriven = (decibels: number): Damage =>
  on((samples) => {
    const driven = amplified(decibels)({ samples, sampleRate: 1 }).samples
    const factor = rms(samples) / rms(driven)
    return Float64Array.from(driven, (value) => value * factor)
  })

/** Short bursts at full scale, twice a second. */
export const spiked: Damage = on((samples, rate) =>
  samples.map((value, index) => {
    const into = index % (rate / 2)
    return into < rate / 500 ? Math.round(32_767 * Math.sin((Math.PI * 4 * into * 500) / rate)) : value
  }),
)

/** Nothing from a place to another, in seconds; counted from the end where negative. */
export const emptied = (from: number, to: number): Damage =>
  on((samples, rate) => {
    const speech = speechOf(samples)
    const start = from < 0 ? speech.to + from * rate : speech.from + from * rate
    const end = to < 0 ? speech.to + to * rate : speech.from + to * rate
    return samples.map((value, index) => (index >= start && index < end ? 0 : value))
  })

/** The end is missing, and the file is shorter by so many slots. */
export const shortened = (slots: number): Damage =>
  on((samples) => samples.slice(0, samples.length - slots * slotSamples))

/** The first part is missing and all comes earlier; filled up with silence. */
export const beheaded = (seconds: number): Damage =>
  on((samples, rate) => {
    const from = speechOf(samples).from + seconds * rate
    return join([samples.slice(from), new Int16Array(from)])
  })

/** All comes later, and the end is lost. */
export const delayed = (seconds: number): Damage =>
  on((samples, rate) => {
    const late = Math.round(seconds * rate)
    return join([new Int16Array(late), samples.slice(0, samples.length - late)])
  })

/** So many seconds are missing in the middle; filled up with silence at the end. */
export const shortOf = (seconds: number): Damage =>
  on((samples, rate) => {
    const middle = Math.round(samples.length * 0.4)
    const lost = Math.round(seconds * rate)
    return join([samples.slice(0, middle), samples.slice(middle + lost), new Int16Array(lost)])
  })

/** So many slots of silence in the middle. */
export const interrupted = (slots: number): Damage =>
  on((samples) => {
    const middle = Math.round(samples.length / 2)
    return join([samples.slice(0, middle), new Int16Array(slots * slotSamples), samples.slice(middle)])
  })

export const silenced: Damage = on((samples) => new Int16Array(samples.length))

/** White noise as loud as so many decibels below the voice. */
export const noisy = (ratio: number): Damage =>
  on((samples) => {
    const level = rms(samples) * 10 ** (-ratio / 20) * Math.sqrt(3)
    const chance = dice(7)
    return Float64Array.from(samples, (value) => value + level * (2 * chance() - 1))
  })

/** Mains hum as loud as the voice. */
export const humming: Damage = on((samples, rate) => {
  const level = rms(samples) * Math.SQRT2
  return Float64Array.from(
    samples,
    (value, index) => value + level * Math.sin((2 * Math.PI * 50 * index) / rate),
  )
})

export const reversed: Damage = on((samples) => samples.slice().reverse())

/** Played faster, filled up with silence. */
export const faster = (factor: number): Damage =>
  on((samples) =>
    Float64Array.from(samples, (_, index) => {
      const place = index * factor
      const before = Math.floor(place)
      const [one, other] = [samples[before] ?? 0, samples[before + 1] ?? 0]
      return one + (place - before) * (other - one)
    }),
  )

/** Another sound of the same length: cut or filled up. */
export const replacedBy = (other: Sound): Damage =>
  on((samples) => {
    const same = new Int16Array(samples.length)
    same.set(other.samples.subarray(0, same.length))
    return same
  })

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length)
}

/** First and last sample of the voice. */
function speechOf(samples: Int16Array): { from: number; to: number } {
  const isVoice = (value: number): boolean => Math.abs(value) > 1000
  return { from: samples.findIndex(isVoice), to: samples.findLastIndex(isVoice) + 1 }
}

/** Numbers from 0 to 1, the same in every run. */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/**
 * What happens to a sound between a horn and a telephone's memory: the horn's narrow band and overdrive, walls
 * and other horns, wind, traffic and talk, the telephone's automatic level, its codec and its clock. Simulated,
 * so the figures measured on it are of this simulation; real villages are to be recorded and added.
 */
import type { Chance } from '../../support/simulation-chance.ts'
import { worldRate } from './corpus-scripts.ts'

export const acoustics = ['near', 'yard', 'several horns'] as const
export const noises = ['pink', 'traffic', 'talk'] as const
export type Acoustics = (typeof acoustics)[number]
export type NoiseKind = (typeof noises)[number]

/** How one clip is recorded. `drift`: the telephone's clock is so much faster than the player's. */
export type Recorded = {
  startMs: number
  seconds: number
  drift: number
  place: Acoustics
  noise: NoiseKind
  decibels: number
}

/** A minute of a noise, and its power so far in the band of voices, sample by sample. */
export type Bed = { samples: Float64Array; power: Float64Array }
export type Beds = Readonly<Record<NoiseKind, Bed>>

/** What a telephone at that place records of the played samples (16 kHz), as samples at 16 kHz. */
export function recordedAt(played: Int16Array, how: Recorded, chance: Chance, beds: Beds): Int16Array {
  const heard = roomOf(hornOf(stretchOf(played, how)), how.place)
  const bed = beds[how.noise]
  const from = chance.whole(0, bed.samples.length - heard.length)
  const power = (bed.power[from + heard.length]! - bed.power[from]!) / heard.length
  const ofHorn = powerOf(heard)
  // Where nothing is played the telephone hears the noise alone.
  const gain = ofHorn === 0 ? 1 : Math.sqrt(ofHorn / power) * 10 ** (-how.decibels / 20)
  for (let index = 0; index < heard.length; index += 1)
    heard[index] = heard[index]! + bed.samples[from + index]! * gain
  return levelled(heard)
}

/** The noises of a corpus. `talk`: people nearby, any length, at 16 kHz. */
export function bedsOf(chance: Chance, talk: Int16Array): Beds {
  const length = 60 * worldRate
  const pink = pinkOf(length, chance)
  return {
    pink: bedOf(pink),
    traffic: bedOf(trafficOf(pink, chance)),
    talk: bedOf(crowdOf(length, talk, chance)),
  }
}

function bedOf(samples: Float64Array): Bed {
  const inBand = bandOf(samples)
  const power = new Float64Array(samples.length + 1)
  for (let index = 0; index < samples.length; index += 1)
    power[index + 1] = power[index]! + inBand[index]! ** 2
  return { samples, power }
}

/** The part that is recorded, on the telephone's clock; before and after the play there is silence. */
function stretchOf(played: Int16Array, { startMs, seconds, drift }: Recorded): Float64Array {
  const start = (startMs * worldRate) / 1000
  const heard = new Float64Array(Math.round(seconds * worldRate))
  for (let index = 0; index < heard.length; index += 1) {
    const place = start + index * (1 + drift)
    const whole = Math.floor(place)
    if (whole < 0 || whole + 1 >= played.length) continue
    heard[index] = (played[whole]! + (place - whole) * (played[whole + 1]! - played[whole]!)) / 32_768
  }
  return heard
}

function hornOf(samples: Float64Array): Float64Array {
  const band = filtered(filtered(samples, highpass(350)), highpass(350))
  const rung = filtered(filtered(band, peak(1800, 6)), lowpass(5000))
  const level = Math.sqrt(meanSquare(rung)) || 1
  // Amplifiers of horns are turned up until they are heard at the last house.
  for (let index = 0; index < rung.length; index += 1) rung[index] = Math.tanh((2 * rung[index]!) / level)
  return filtered(rung, lowpass(5500))
}

/** Reflections: a share of what was heard before, again and again, and other horns further away. */
function roomOf(dry: Float64Array, place: Acoustics): Float64Array {
  const wet = { near: 0.08, yard: 0.35, 'several horns': 0.25 }[place]
  const decay = { near: 0.55, yard: 0.78, 'several horns': 0.74 }[place]
  const echoes = {
    near: [],
    yard: [[0.045, 0.45]],
    'several horns': [
      [0.09, 0.8],
      [0.21, 0.6],
    ],
  }[place]
  const direct = Float64Array.from(dry)
  for (const [seconds = 0, share = 0] of echoes) {
    const delay = Math.round(seconds * worldRate)
    for (let index = delay; index < dry.length; index += 1)
      direct[index] = direct[index]! + share * dry[index - delay]!
  }
  const sum = Float64Array.from(direct)
  for (const seconds of [0.0297, 0.0371, 0.0411, 0.0437]) {
    const delay = Math.round(seconds * worldRate)
    const ring = new Float64Array(direct.length)
    for (let index = 0; index < ring.length; index += 1) {
      const again = index < delay ? 0 : ring[index - delay]!
      ring[index] = direct[index]! + decay * again
      sum[index] = sum[index]! + wet * again
    }
  }
  return sum
}

function crowdOf(length: number, talk: Int16Array, chance: Chance): Float64Array {
  const starts = Array.from({ length: 4 }, () => chance.whole(0, talk.length - 1))
  return Float64Array.from({ length }, (_, index) => {
    let sum = 0
    for (const start of starts) sum += talk[(start + index) % talk.length]!
    return sum
  })
}

function pinkOf(length: number, chance: Chance): Float64Array {
  const pink = new Float64Array(length)
  const [rows, white] = [[0.99765, 0.963, 0.57] as const, [0.099046, 0.2965164, 1.0526913] as const]
  const state = [0, 0, 0]
  for (let index = 0; index < length; index += 1) {
    const drawn = chance.share() - 0.5
    let sum = drawn * 0.1848
    for (let row = 0; row < 3; row += 1) {
      state[row] = rows[row]! * state[row]! + drawn * white[row]!
      sum += state[row]!
    }
    pink[index] = sum
  }
  return pink
}

/** A motorbike every few seconds: it comes, rattles and goes. */
function trafficOf(pink: Float64Array, chance: Chance): Float64Array {
  const every = 3 + 3 * chance.share()
  const rattle = 60 + 50 * chance.share()
  return pink.map((sample, index) => {
    const time = index / worldRate
    const near = Math.exp(-8 * Math.sin((Math.PI * time) / every) ** 2)
    return sample * (0.15 + near * (Math.sin(2 * Math.PI * rattle * time) > 0 ? 1.5 : 0.5))
  })
}

/** The telephone's automatic level: quickly down, slowly up, never silent. */
function levelled(samples: Float64Array): Int16Array {
  let level = Math.sqrt(meanSquare(samples))
  const floor = level * 0.05 + 1e-9
  const kept = new Int16Array(samples.length)
  for (let index = 0; index < samples.length; index += 1) {
    const now = Math.abs(samples[index]!)
    level += (now - level) * (now > level ? 0.002 : 0.00006)
    const share = (0.18 * samples[index]!) / Math.max(level, floor)
    kept[index] = Math.round(Math.max(-1, Math.min(1, share)) * 32_767)
  }
  return kept
}

/** Power in the band in which voices are understood, 300 to 5500 Hz, where noise and voice are compared. */
function powerOf(samples: Float64Array): number {
  return meanSquare(bandOf(samples))
}

function bandOf(samples: Float64Array): Float64Array {
  return filtered(filtered(samples, highpass(300)), lowpass(5500))
}

function meanSquare(samples: Float64Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return sum / Math.max(1, samples.length)
}

type Biquad = { b: readonly [number, number, number]; a: readonly [number, number] }

function filtered(samples: Float64Array, { b, a }: Biquad): Float64Array {
  const out = new Float64Array(samples.length)
  let [x1, x2, y1, y2] = [0, 0, 0, 0]
  for (let index = 0; index < samples.length; index += 1) {
    const x = samples[index]!
    const y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2
    x2 = x1
    x1 = x
    y2 = y1
    y1 = y
    out[index] = y
  }
  return out
}

function highpass(hertz: number): Biquad {
  const { cosine, alpha } = angleOf(hertz, Math.SQRT1_2)
  const side = (1 + cosine) / 2
  return normal([side, -2 * side, side], [1 + alpha, -2 * cosine, 1 - alpha])
}

function lowpass(hertz: number): Biquad {
  const { cosine, alpha } = angleOf(hertz, Math.SQRT1_2)
  const side = (1 - cosine) / 2
  return normal([side, 2 * side, side], [1 + alpha, -2 * cosine, 1 - alpha])
}

function peak(hertz: number, decibels: number): Biquad {
  const { cosine, alpha } = angleOf(hertz, 1.5)
  const gain = 10 ** (decibels / 40)
  return normal(
    [1 + alpha * gain, -2 * cosine, 1 - alpha * gain],
    [1 + alpha / gain, -2 * cosine, 1 - alpha / gain],
  )
}

function angleOf(hertz: number, quality: number): { cosine: number; alpha: number } {
  const angle = (2 * Math.PI * hertz) / worldRate
  return { cosine: Math.cos(angle), alpha: Math.sin(angle) / (2 * quality) }
}

function normal(
  b: readonly [number, number, number],
  [a0, a1, a2]: readonly [number, number, number],
): Biquad {
  return { b: [b[0] / a0, b[1] / a0, b[2] / a0], a: [a1 / a0, a2 / a0] }
}

/** How often the ear is right, over a corpus: the same code for the small one of every day and the whole one. */
import { compare, type Likeness, type NotesFinding, readNotes } from '../../../src/audio/listen/finding.ts'
import { featuresOf } from '../../../src/audio/listen/features.ts'
import { clipOf, referenceOf } from '../../../src/audio/listen/matching.ts'
import { findNotes, hearNotes, wrongNotes } from '../../../src/audio/listen/notes.ts'
import type { Thresholds } from '../../../src/audio/listen/thresholds.ts'
import { join, silence, type Sound } from '../../../src/audio/pcm.ts'
import { noteShape, notesMilliseconds, soundOfNotes } from '../../../src/wire/notes.ts'
import { Chance } from '../../support/simulation-chance.ts'
import { type Clip, type Codec, codecs, loudnesses, type Planned, planClips, recordClips } from './corpus.ts'
import { acoustics, noises } from './corpus-place.ts'
import { otherVoice, readBulletins, worldRate } from './corpus-scripts.ts'

/** One clip against its own bulletin. `off`: milliseconds between the place found and the true one. */
export type Own = { planned: Planned; likeness: Likeness; off: number }

/** A clip against something that is not in it, and what it was. */
export type Foreign = {
  what: 'another bulletin' | 'noise' | 'another voice' | 'shared words'
  likeness: Likeness
}

export type Rates = { own: Own[]; foreign: Foreign[] }

/**
 * Records every `every`-th clip of a corpus of so many bulletins and holds each against all references; beside
 * them noise, the same bulletins by another voice, and clips of nothing but words that all bulletins share.
 */
export async function ratesOf({
  seed,
  count,
  seconds,
  every,
  thresholds,
}: {
  seed: number
  count: number
  seconds: number
  every: number
  thresholds: Thresholds
}): Promise<Rates> {
  const bulletins = await readBulletins(seed, count, seconds)
  const references = bulletins.map(({ reference, shared }) => ({
    reference: referenceOf(featuresOf(reference)),
    shared,
  }))
  const against = (sound: Sound): Likeness[] => {
    const clip = clipOf(featuresOf(sound))
    return references.map(({ reference, shared }) => compare(clip, reference, shared, thresholds))
  }
  const rates: Rates = { own: [], foreign: [] }
  for await (const { planned, sound } of recordClips(seed, bulletins, planClips(seed, bulletins, every))) {
    against(sound).forEach((likeness, index) => {
      if (index === planned.bulletin) rates.own.push({ planned, likeness, off: offOf(planned, likeness) })
      else rates.foreign.push({ what: 'another bulletin', likeness })
    })
  }
  for (const what of ['noise', 'another voice', 'shared words'] as const) {
    const some = Math.min(3, Math.ceil(count / 4))
    const sources =
      what === 'another voice'
        ? await readBulletins(seed, some, seconds, otherVoice)
        : bulletins.slice(0, some)
    for await (const { sound } of recordClips(seed, sources, foreignPlan(what, sources)))
      rates.foreign.push(...against(sound).map((likeness) => ({ what, likeness })))
  }
  return rates
}

function foreignPlan(what: Foreign['what'], sources: readonly { played: Sound }[]): Planned[] {
  return sources.map((_, bulletin) => ({
    bulletin,
    codec: 'opus',
    // Noise: recorded a minute before the play. Shared words: the greeting and the sentences after it.
    startMs: what === 'noise' ? -60_000 : what === 'shared words' ? -2000 : 9000,
    seconds: what === 'shared words' ? 15 : 40,
    drift: 0,
    place: acoustics[bulletin % 3]!,
    noise: noises[bulletin % 3]!,
    decibels: 20,
  }))
}

/** At the middle of the clip, where a drift that is a little off does not count. */
function offOf({ startMs, seconds, drift }: Planned, { match }: Likeness): number {
  const middle = seconds * 500
  const found = match === undefined ? Infinity : match.offset + middle * (1 + match.drift)
  return Math.abs(found - (startMs + middle * (1 + drift)))
}

/** Share of the clips of this loudness and length that are verified. */
export function verifiedShare({ own }: Rates, decibels: number, seconds: number): number {
  const cell = own.filter(({ planned }) => planned.decibels === decibels && planned.seconds === seconds)
  return cell.filter(({ likeness }) => likeness.verdict === 'verified').length / cell.length
}

/** The value below which that share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}

/** The rates as a table: rows of loudness, columns of length, in each: verified / review / inconclusive / not found. */
export function tableOf({ own, foreign }: Rates): string {
  const lines = loudnesses.map((decibels) => {
    const cells = [20, 40].map((seconds) => {
      const cell = own.filter(({ planned }) => planned.decibels === decibels && planned.seconds === seconds)
      const count = (verdict: string): number =>
        cell.filter(({ likeness }) => likeness.verdict === verdict).length
      const counts = ['verified', 'review', 'inconclusive', 'not-found'].map(count)
      const share = Math.round((100 * (counts[0] ?? 0)) / Math.max(1, cell.length))
      return `${String(seconds)} s: ${String(share).padStart(3)} % (${counts.join('/')})`
    })
    return `${String(decibels).padStart(2)} dB  ${cells.join('   ')}`
  })
  const places = acoustics.map((place) => {
    const unique = own
      .filter(({ planned, likeness }) => planned.place === place && likeness.uniqueChunks > 2)
      .map(({ likeness }) => likeness.unique)
    return `${place}: unique likeness median ${quantile(unique, 0.5).toFixed(2)}, p10 ${quantile(unique, 0.1).toFixed(2)}`
  })
  const highest = foreign.map(({ likeness: { mean, unique, uniqueChunks } }) =>
    uniqueChunks > 2 ? Math.min(mean, unique) : 0,
  )
  const count = (verdict: string): number =>
    foreign.filter(({ likeness }) => likeness.verdict === verdict).length
  return [
    'verified (verified/review/inconclusive/not found)',
    ...lines,
    ...places,
    `${String(foreign.length)} negatives: ${String(count('verified'))} verified, ${String(count('review'))} review, highest likeness ${quantile(highest, 1).toFixed(2)}`,
  ].join('\n')
}

/** Notes at the end of a bulletin in every place: what was played and what was heard, there and in the whole clip. */
export type NotesRate = {
  planned: Planned
  played: string
  heard: string
  wrong: number
  wrongAnywhere: number
  state: NotesFinding['state']
}

/** Every `every`-th of 216 recordings of the end of a bulletin and its notes. */
export async function notesRates(seed: number, every: number, thresholds: Thresholds): Promise<NotesRate[]> {
  const chance = new Chance(seed, 'notes')
  const [bulletin] = await readBulletins(seed, 1, 40)
  const { played } = bulletin!
  const lengthMs = (played.samples.length * 1000) / worldRate
  const all = loudnesses.flatMap((decibels) =>
    acoustics.flatMap((place) =>
      noises.flatMap((noise) =>
        (Object.keys(codecs) as Codec[]).flatMap((codec) =>
          [-0.005, 0.005].map((drift) => ({ decibels, place, noise, codec, drift })),
        ),
      ),
    ),
  )
  const seconds = 10
  const chosen = all
    .map((how) => ({ how, notes: Array.from({ length: 6 }, () => chance.whole(0, 7)).join('') }))
    .filter((_, index) => index % every === 0)
  const sources = chosen.map(({ notes }) => ({ played: withNotes(played, notes) }))
  const plan = chosen.map(({ how }, bulletin_) => ({
    ...how,
    bulletin: bulletin_,
    seconds,
    startMs: lengthMs + notesMilliseconds + 500 - seconds * 1000 * (1 + how.drift),
  }))
  const rates: NotesRate[] = []
  for await (const clip of recordClips(seed, sources, plan))
    rates.push(rateOf(clip, chosen[rates.length]!.notes, lengthMs, thresholds.notes))
  return rates
}

function withNotes({ samples, sampleRate }: Sound, notes: string): Sound {
  return { samples: join([samples, soundOfNotes(notes, sampleRate), silence(1000, sampleRate)]), sampleRate }
}

function rateOf(
  { planned, sound }: Clip,
  played: string,
  lengthMs: number,
  limits: Thresholds['notes'],
): NotesRate {
  const { startMs, drift } = planned
  const expected = (lengthMs - startMs) / (1 + drift) + noteShape.pauseBefore
  // The place is known as well as listening finds it: here 60 ms beside the truth.
  const begin = expected + (startMs % 2 < 1 ? 60 : -60)
  const heard = hearNotes(sound, { from: begin - 400, to: begin + 1500, drift, expected: begin })!
  return {
    planned,
    played,
    heard: heard.digits,
    wrong: wrongNotes(heard, played, 1).wrong,
    wrongAnywhere: wrongNotes(findNotes(sound)!, played, 1).wrong,
    state: readNotes(heard, played, limits, limits.clarity).state,
  }
}

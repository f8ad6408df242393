/** Pieces joined to a recording's two files, proven packet by packet; what is known of it without decoding. */
import { AppError } from '../base/errors.ts'
import { leadMs, lettersOf, type Made, type Sentences } from './sentences/index.ts'
import { millisecondsOf, type Part } from './speech.ts'
import { faultsOfStitched, repeated, slotMilliseconds, stitch } from './stitch/index.ts'
import type { Codec, RecordedSentence } from './store.ts'

/** A stretch of a recording and the piece it is made of; of silence, so many times one slot. */
export type Stretch = { part: Part; made: Made; slots: number }

/** What is known of a recording by its pieces; loudness in LUFS is near what a measurement would say. */
export type Plan = {
  stretches: Stretch[]
  milliseconds: number
  /** Chime and stillness before the first word; 0 without a chime. */
  openingMs: number
  letters: number
  loudness: number
  truePeak: number
  sentences: RecordedSentence[]
}

const codecs = ['mp3', 'opus'] as const

/** The recording that these stretches make. Refuses (invalid) what takes too long to listen to. */
export function planOf(stretches: Stretch[]): Plan {
  const sentences: RecordedSentence[] = []
  let [slot, letters, opening] = [0, 0, 0]
  for (const { part, made, slots } of stretches) {
    const [at, milliseconds] = [slot * slotMilliseconds, slots * slotMilliseconds]
    if (part.kind === 'sentence') {
      sentences.push({ key: made.key, text: part.text, at, milliseconds })
      letters += lettersOf(part.text)
    } else if (part.kind === 'chime') opening = at + milliseconds
    else if (sentences.length === 0 && opening > 0) opening = at + milliseconds + leadMs
    slot += slots
  }
  const heard = stretches.flatMap(({ made: { note }, slots }) => {
    const { loudness, truePeak } = note.mp3
    return loudness === null || truePeak === null
      ? []
      : [{ loudness, slots, peaks: [truePeak, note.opus.truePeak] }]
  })
  const energy = heard.reduce((sum, { loudness, slots: share }) => sum + share * 10 ** (loudness / 10), 0)
  const share = heard.reduce((sum, { slots }) => sum + slots, 0)
  return {
    ...{ stretches, letters, sentences, openingMs: opening },
    milliseconds: millisecondsOf(slot),
    loudness: 10 * Math.log10(energy / share),
    truePeak: Math.max(...heard.flatMap(({ peaks }) => peaks.map((peak) => peak ?? -Infinity))),
  }
}

/** The recording's files. Each is read again and held against its pieces; a file that is not them is refused. */
export async function join({ stretches }: Plan, sentences: Sentences): Promise<Record<Codec, Uint8Array>> {
  const of = await Promise.all(stretches.map(({ made }) => sentences.piecesOf(made.key)))
  const files = codecs.map((codec) => {
    const pieces = of.flatMap((both, index) => {
      const { part, slots } = stretches[index] ?? {}
      return part?.kind === 'silence' ? [repeated(both[codec], slots ?? 1)] : [both[codec]]
    })
    const file = stitch(codec, pieces)
    const [fault] = faultsOfStitched(codec, file, pieces)
    if (fault !== undefined) throw new AppError('unavailable', { vi: fault.vi, en: fault.en })
    return file
  })
  const [mp3, opus] = files
  if (mp3 === undefined || opus === undefined) throw new Error('a codec has no file')
  return { mp3, opus }
}

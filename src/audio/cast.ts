/** Who reads a script: the pieces that are wanted of a voice at a gain, and what one voice could not do. */
import { sha256 } from '../base/hash.ts'
import { type Chime, chimePauseSlots, chimeSound } from './chime.ts'
import { sampleRate } from './encoders.ts'
import { planOf, type Plan, type Stretch } from './joining.ts'
import { masteringVersion } from './mastering.ts'
import type { Made, Sentences, Wish } from './sentences/index.ts'
import type { Slots } from './slots.ts'
import { type Part, partsOf } from './speech.ts'
import { type DownVoices, isDown, type Voice } from './voices/index.ts'

/** A voice with the gain that the chain gives it. `recipe`: the voice's own. */
export type Cast = { voice: Voice; recipe: string; gainDecibels: number }

/** What the parts of a recording are, before anything is made. */
export type Casting = { parts: Part[]; wishes: Wish[] }

/** A sentence is read in a fraction of a second; slow voices have a time limit of their own. */
const sentenceDeadlineMs = 60_000

/** The pieces of a text, in order. Refuses (invalid) empty and over-long texts. */
export function castingOf(
  { spoken, chime }: { spoken: string; chime: boolean },
  cast: Cast,
  { chime: recipe, read }: { chime: Chime; read: (voice: Voice, text: string) => Wish['sound'] },
): Casting {
  const { voice, gainDecibels } = cast
  const parts = partsOf(spoken, { chimePause: chime ? chimePauseSlots(recipe) : undefined })
  const wishes = parts.map((part): Wish => {
    switch (part.kind) {
      case 'silence':
        return { source: { kind: 'silence' }, sound: () => Promise.resolve(silentSlot) }
      case 'chime':
        return { source: { kind: 'chime', chime: recipe }, sound: () => Promise.resolve(chimeSound(recipe)) }
      case 'sentence': {
        const { text } = part
        const source = { kind: part.kind, text, voice: voice.name, recipe: cast.recipe, gainDecibels }
        return { source, sound: read(voice, text) }
      }
    }
  })
  return { parts, wishes }
}

/** Filled up to a slot when it is encoded. */
const silentSlot = { samples: new Int16Array(2), sampleRate }

/** The plan of a recording whose pieces were all made; otherwise the first reason why one was not. */
export function planFrom(
  { parts, wishes }: Casting,
  made: ReadonlyMap<string, Made | Error>,
  sentences: Sentences,
): Plan | Error {
  const stretches: Stretch[] = []
  for (const [index, part] of parts.entries()) {
    const wish = wishes[index]
    const piece = wish && made.get(sentences.keyOf(wish.source))
    if (piece === undefined) return new Error('a piece was not asked for')
    if (piece instanceof Error) return piece
    stretches.push({ part, made: piece, slots: part.kind === 'silence' ? part.slots : piece.note.slots })
  }
  return planOf(stretches)
}

/** What the bytes of a recording depend on besides its words; the gain is the voice's own, before any correction. */
export function recipeOf({
  voice,
  recipe,
  chime,
  ffmpeg,
}: {
  voice: Voice
  recipe: string
  chime: Chime | undefined
  ffmpeg: string
}): string {
  const all = `${recipe}; gain ${voice.gainDecibels} dB; ffmpeg ${ffmpeg} mastering ${masteringVersion}`
  return chime === undefined ? all : `${all}; chime ${sha256(JSON.stringify(chime)).slice(0, 16)}`
}

/**
 * Lets voices read, each so many sentences at a time as it can. A voice that failed by its own fault is not asked
 * again in this run: what waits for it fails at once with the same words.
 */
export function createReading(
  down: DownVoices,
  slotsOf: (voice: Voice) => Slots,
): (voice: Voice, text: string) => Wish['sound'] {
  return (voice, text) => (signal) =>
    slotsOf(voice).run(async () => {
      const before = down.get(voice)
      if (before !== undefined) throw before
      try {
        return await voice.synthesise(text, { signal, deadlineMs: sentenceDeadlineMs })
      } catch (error) {
        if (isDown(error) && error.reason !== 'empty-audio') down.set(voice, error)
        throw error
      }
    }, signal)
}

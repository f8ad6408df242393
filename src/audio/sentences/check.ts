/** What the gate finds in new pieces. */
import { type Fault, gateRendered } from '../gate/index.ts'
import { join, silence, type Sound } from '../pcm.ts'
import { slotMilliseconds } from '../stitch/index.ts'
import type { Codec } from '../store.ts'
import type { Source } from './key.ts'

/** Loudness (LUFS) and true peak (dBTP) of each decoded file; null for silence. */
export type Checked = {
  faults: readonly Fault[]
  measured: Record<Codec, { loudness: number | null; truePeak: number | null }>
  similarity: number | null
}

/** A piece that was encoded: `sound` is what went in, `slots` how long it was made. */
export type Unchecked = { source: Source; sound: Sound; slots: number; paths: Record<Codec, string> }

const unheard = { loudness: null, truePeak: null }

/**
 * Decodes both files of each piece and holds them against what went in, in order. Silence is taken as it is: whole
 * recordings are decoded too, and noise in their pauses would be found there.
 */
export async function checkPieces(
  pieces: readonly Unchecked[],
  limits: { folder: string; signal: AbortSignal },
): Promise<Checked[]> {
  const heard = pieces.filter(({ source }) => source.kind !== 'silence')
  const seconds = heard.reduce((sum, { slots }) => sum + (slots * slotMilliseconds) / 1000, 0)
  const results = await gateRendered(
    heard.map(({ source, sound, slots, paths }) => ({
      paths,
      expected: filledUp(sound, slots),
      milliseconds: slots * slotMilliseconds,
      letters: source.kind === 'sentence' ? lettersOf(source.text) : undefined,
      extent: 'sentence' as const,
    })),
    { deadlineMs: 30_000 + 1000 * seconds, ...limits },
  )
  return pieces.map((piece) => {
    const result = results[heard.indexOf(piece)]
    if (result === undefined)
      return { faults: [], measured: { mp3: unheard, opus: unheard }, similarity: null }
    const { faults, measured, similarity } = result
    const figures = ({ loudness, truePeak }: { loudness: number; truePeak: number }) => ({
      loudness,
      truePeak,
    })
    return { faults, measured: { mp3: figures(measured.mp3), opus: figures(measured.opus) }, similarity }
  })
}

/** Characters that take time to say. */
export function lettersOf(text: string): number {
  return text.replaceAll(/[^\p{L} ]/gu, '').length
}

function filledUp({ samples, sampleRate }: Sound, slots: number): Sound {
  const missing = slots * slotMilliseconds - (samples.length * 1000) / sampleRate
  return { samples: join([samples, silence(Math.max(0, missing), sampleRate)]), sampleRate }
}

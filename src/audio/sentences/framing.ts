/** How a sound stands in its piece: silence before it and behind it, whole slots. Pure. */
import { join, silence, type Sound } from '../pcm.ts'
import { slotMilliseconds } from '../stitch/index.ts'
import type { Source } from './key.ts'

/** Encoders need a moment before the first word. */
export const leadMs = 40
/** MP3 comes 46 ms late out of its encoder and rings on a little; after that there must be stillness. */
const guardMs = 120

/** The sound as it goes into the encoders, and the length its piece will have. */
export function framed(kind: Source['kind'], sound: Sound): { sound: Sound; slots: number } {
  const { samples, sampleRate } = sound
  const ms = (samples.length * 1000) / sampleRate
  if (kind === 'silence') return { sound, slots: 1 }
  if (kind === 'chime') return { sound, slots: Math.ceil(ms / slotMilliseconds) }
  return {
    sound: { samples: join([silence(leadMs, sampleRate), samples]), sampleRate },
    slots: Math.ceil((leadMs + ms + guardMs) / slotMilliseconds),
  }
}

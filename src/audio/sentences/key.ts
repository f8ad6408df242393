/** What a piece of sound is made from, and the name it has by that. Pure. */
import { sha256 } from '../../base/hash.ts'
import type { Chime } from '../chime.ts'
import { encoderOptions, sampleRate } from '../encoders.ts'
import { masteringVersion } from '../mastering.ts'

/** Raised whenever pieces are cut, framed or kept in another way. */
export const storeVersion = 1

/** A sentence read by a voice, the chime, or one slot of silence. `recipe`: engine, version and settings. */
export type Source =
  | { kind: 'sentence'; text: string; voice: string; recipe: string; gainDecibels: number }
  | { kind: 'chime'; chime: Chime }
  | { kind: 'silence' }

/**
 * The name of a piece: 64 hex digits of all that its bytes depend on. Another word, voice, version of the engine,
 * gain, chain, ffmpeg or codec setting is another name; the neighbours it will have are no part of it.
 */
export function sentenceKey(source: Source, ffmpeg: string): string {
  return sha256(JSON.stringify([storeVersion, masteringVersion, ffmpeg, profile, ...partsOf(source)]))
}

const profile = [sampleRate, encoderOptions.mp3, encoderOptions.opus]

function partsOf(source: Source): unknown[] {
  switch (source.kind) {
    case 'sentence':
      return [source.kind, source.text.normalize('NFC'), source.recipe, source.gainDecibels]
    case 'chime':
      return [source.kind, source.chime.seconds, source.chime.tones]
    case 'silence':
      return [source.kind]
  }
}

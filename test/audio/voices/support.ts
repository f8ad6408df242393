/** What the tests of voices share. */
import { VoiceError } from '../../../src/audio/voices/index.ts'
import { refusalOf } from '../../support/refusal.ts'

/** The refusal of a voice: a sentence in both languages, and what it is about. */
export async function voiceErrorOf(work: Promise<unknown>): Promise<VoiceError> {
  const refusal = await refusalOf(work)
  if (!(refusal instanceof VoiceError)) throw new Error('not a refusal of a voice', { cause: refusal })
  return refusal
}

/** Waits until it is so; the test's own time limit ends it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** What a voice is to the rest of audio. */
import type { Sound } from '../pcm.ts'

/** One way of turning one sentence of spoken Vietnamese into sound. The caller decides how many at a time. */
export type Voice = {
  /** Stored with every recording it made. */
  readonly name: string
  readonly language: string
  /** What the mastering chain adds so that this voice comes out at -16 LUFS; measured once on about 60 s. */
  readonly gainDecibels: number
  /** Engine, version and settings: all that its sound depends on besides the text. Refuses when it is not installed. */
  recipe(): Promise<string>
  /** The sentence as sound without silence at its ends. `text` is NFC, without digits and signs. */
  synthesise(text: string, options: { signal?: AbortSignal | undefined; deadlineMs: number }): Promise<Sound>
}

/** Characters a second of a Vietnamese voice; outside it has read letters or skipped words. */
export const paceMin = 6
export const paceMax = 25

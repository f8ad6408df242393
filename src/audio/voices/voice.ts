/** What a voice is to the rest of audio. */
import type { Sound } from '../pcm.ts'

/** Where in Viet Nam people speak like this: bắc, trung, nam. */
export type Region = 'north' | 'central' | 'south'

/** How long one sentence may take, and who may call it off. */
export type SynthesisOptions = {
  /** Aborting ends the work at once; what is thrown is the signal's reason. */
  signal?: AbortSignal | undefined
  /** The voice's own time limit holds too, whichever ends first. */
  deadlineMs: number
}

/** One way of turning one sentence of spoken Vietnamese into sound. The caller decides how many at a time. */
export type Voice = {
  /** Its name in voices.yaml; stored with every recording it made. */
  readonly name: string
  readonly language: string
  readonly region?: Region
  /** What the mastering chain adds so that this voice comes out at -16 LUFS; measured once on about 60 s. */
  readonly gainDecibels: number
  /** Under which terms its sound may be broadcast. */
  readonly licence: string
  /** Whether sentences leave this process for a server, here or elsewhere. */
  readonly network: boolean
  /** So many sentences at a time are of use; more only wait. */
  readonly concurrency: number
  /** Longer sentences are refused (`too-long`). */
  readonly charactersMax: number
  /**
   * Engine, version and settings: all that its sound depends on besides the text, and no secret. A server tells no
   * version and may change unseen: its recipe is its address, model and settings, and the same text may sound a
   * little different another day. Refuses with a `VoiceError` when the voice is not installed or has no key.
   */
  recipe(): Promise<string>
  /**
   * The sentence as sound without silence at its ends, at a pace people speak at. `text` is without digits and
   * signs. Refuses with a `VoiceError`; when aborted, with the signal's reason.
   */
  synthesise(text: string, options: SynthesisOptions): Promise<Sound>
  /** Ends what the voice keeps running between sentences. It may be used again: then that starts anew. */
  close(): Promise<void>
}

/** Why a voice did not read a sentence, as codes for the fallback and as sentences for people. */
import { AppError, type RefusalCode, type Sentence } from '../../base/errors.ts'

/**
 * `bad-text`, `too-long`: the sentence's own fault. All others are the voice's: `unavailable`: not installed, or its
 * server does not answer; `bad-voice`: it does not know the speaker or the model; `timeout`; `quota`: too many
 * requests, or not paid; `auth`: no key, or the wrong one; `empty-audio`: nothing heard, or not these words;
 * `internal`: it answered nonsense.
 */
export type VoiceErrorCode =
  | 'unavailable'
  | 'bad-voice'
  | 'bad-text'
  | 'timeout'
  | 'quota'
  | 'auth'
  | 'empty-audio'
  | 'too-long'
  | 'internal'

/** Those that another text would cure, so that people must change it; the others may pass or have another voice. */
const ofTheText: readonly VoiceErrorCode[] = ['bad-text', 'too-long', 'empty-audio']

export class VoiceError extends AppError {
  readonly reason: VoiceErrorCode
  /** Whether the very same request may succeed in a moment. */
  readonly retryable: boolean

  constructor(
    reason: VoiceErrorCode,
    sentence: Sentence,
    { cause, retryable = false }: { cause?: unknown; retryable?: boolean } = {},
  ) {
    const code: RefusalCode = ofTheText.includes(reason) ? 'invalid' : 'unavailable'
    super(code, sentence, { cause })
    this.reason = reason
    this.retryable = retryable
  }
}

/**
 * Whether another voice may do better: it is the voice that failed, not the text. Anything that is no `VoiceError`
 * (an abort, a full disk, a bug) is not for the fallback.
 */
export function isDown(error: unknown): error is VoiceError {
  return error instanceof VoiceError && error.reason !== 'bad-text' && error.reason !== 'too-long'
}

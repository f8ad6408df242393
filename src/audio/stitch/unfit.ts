/** The words for audio files that cannot be joined, or that did not come out as they should. */
import { AppError, type Sentence } from '../../base/errors.ts'
import type { Codec } from '../store.ts'

/**
 * `size`: beyond a bound. `damaged`: bytes changed, cut off or added. `order`: pages missing or moved.
 * `profile`: another kind of audio than ours. `position`: times in the file are wrong. `length`: too short,
 * too long or off the grid. `packets`: not the sound it should hold.
 */
export type StitchFaultKind = 'size' | 'damaged' | 'order' | 'profile' | 'position' | 'length' | 'packets'

/** What is wrong with an audio file, in words for the record of failures. */
export type StitchFault = Sentence & { kind: StitchFaultKind }

/** The refusal (invalid) of an audio file; `kind` says in one word what its sentence says. */
export class UnfitFile extends AppError {
  readonly kind: StitchFaultKind

  constructor(codec: Codec, kind: StitchFaultKind, why: Sentence) {
    super('invalid', {
      vi: `Tệp ${codec} không dùng được: ${why.vi}. Hãy tạo lại bản ghi; nếu vẫn lỗi, báo cho người quản trị.`,
      en: `The ${codec} file cannot be used: ${why.en}. Render the recording again; if it fails again, tell the administrator.`,
    })
    this.kind = kind
  }
}

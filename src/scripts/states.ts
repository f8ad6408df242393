/** The states of a version: what follows from what was done to it, and what may be done next. Pure. */
import type { Day } from '../base/calendar.ts'
import { AppError, type Sentence } from '../base/errors.ts'
import type { Instant } from '../base/time.ts'

/** Nháp, trình, trả lại, duyệt (chưa đến ngày), hiệu lực, hết hạn, thu hồi. */
export type VersionState =
  'draft' | 'submitted' | 'returned' | 'approved' | 'in-force' | 'expired' | 'withdrawn'

/** What is known of a version. `approved`: an approval of it stands; `heardUntil` as in `SubmittedVersion`. */
export type VersionFacts = {
  submittedAt: Instant | null
  returnedAt: Instant | null
  withdrawnAt: Instant | null
  approved: boolean
  validFrom: Day
  heardUntil: Day | null
}

/**
 * The state of a version on a day. Nothing of it is stored: it follows from the facts, so that no two places can
 * disagree. A person's last word goes before the calendar, the calendar before an approval.
 */
export function stateOf(version: VersionFacts, day: Day): VersionState {
  if (version.withdrawnAt !== null) return 'withdrawn'
  if (version.submittedAt === null) return 'draft'
  if (version.returnedAt !== null) return 'returned'
  if (version.heardUntil !== null && version.heardUntil <= day) return 'expired'
  if (!version.approved) return 'submitted'
  return day < version.validFrom ? 'approved' : 'in-force'
}

/** What people do to a version. Writing on always makes the next version, so it is not among them. */
export type Step = 'submit' | 'return' | 'approve' | 'withdraw'

/** From which states each step may be taken. Approving again covers recordings that were made since. */
export const stepsFrom: Readonly<Record<Step, readonly VersionState[]>> = {
  submit: ['draft'],
  return: ['submitted'],
  approve: ['submitted', 'approved', 'in-force'],
  withdraw: ['submitted', 'approved', 'in-force', 'expired'],
}

/** Refuses (`conflict`) a step that may not be taken from this state, in words. */
export function checkStep(
  step: Step,
  state: VersionState,
  { script, version }: { script: string; version: number },
): void {
  if (stepsFrom[step].includes(state)) return
  const { vi, en } = stepRefusal(step, state)
  throw new AppError('conflict', {
    vi: `Bản tin “${script}” bản ${version} ${vi}`,
    en: `Version ${version} of “${script}” ${en}`,
  })
}

/** What stands after the name of the version when a step is refused: how it stands, and what to do instead. */
function stepRefusal(step: Step, state: VersionState): Sentence {
  const next = nextInstead(step, state)
  return { vi: `${stands[state].vi}${next.vi}`, en: `${stands[state].en}${next.en}` }
}

const stands: Readonly<Record<VersionState, Sentence>> = {
  draft: { vi: 'mới là bản nháp, chưa trình', en: 'is a draft and was not submitted yet' },
  submitted: { vi: 'đã trình rồi và không đổi được nữa', en: 'was submitted already and never changes' },
  returned: { vi: 'đã bị trả lại', en: 'was returned' },
  approved: { vi: 'đã trình và đã được duyệt', en: 'was submitted and is approved already' },
  'in-force': {
    vi: 'đã trình, đã được duyệt và đang có hiệu lực',
    en: 'was submitted, approved and is in force',
  },
  expired: { vi: 'đã trình và đã hết hiệu lực', en: 'was submitted already and is no longer in force' },
  withdrawn: { vi: 'đã bị thu hồi', en: 'was withdrawn already' },
}

const newVersion: Sentence = { vi: '. Hãy tạo bản mới.', en: '. Make a new version.' }

function nextInstead(step: Step, state: VersionState): Sentence {
  if (state === 'draft') {
    return step === 'withdraw'
      ? { vi: ', chưa có gì để thu hồi.', en: ': there is nothing to withdraw.' }
      : { vi: '. Người soạn phải trình bản tin trước.', en: '. Its author must submit it first.' }
  }
  if (step === 'withdraw' && state === 'returned') {
    return {
      vi: ', không ai nghe bản này nên không cần thu hồi.',
      en: ' and is not heard, so there is nothing to withdraw.',
    }
  }
  if (step === 'return' && (state === 'approved' || state === 'in-force')) {
    return { vi: '. Muốn dừng thì thu hồi, có ghi lý do.', en: '. To stop it, withdraw it and say why.' }
  }
  return newVersion
}

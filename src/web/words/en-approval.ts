/** English words about approval and signing keys. */
import type { viApproval } from './vi-approval.ts'

export const enApproval: Record<keyof typeof viApproval, string> = {
  'nav.approvals': 'Approval',
  'nav.keys': 'Signing keys',
}

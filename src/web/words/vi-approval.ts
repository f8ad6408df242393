/** Vietnamese words about approval and signing keys. */
export const viApproval = {
  'nav.approvals': 'Duyệt',
  'nav.keys': 'Khóa ký',
}

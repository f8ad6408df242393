/** Vietnamese words about facts. */
export const viFacts = {
  'nav.facts': 'Thông tin dùng chung',
}

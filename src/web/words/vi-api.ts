/** Vietnamese words about the programming interface. */
export const viApi = {
  'nav.api': 'Giao diện lập trình',
}

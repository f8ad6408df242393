/** Vietnamese words about the page of commune operators. */
export const viOperator = {
  'nav.today': 'Hôm nay',
}

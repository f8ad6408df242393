/** Vietnamese words about writing scripts. */
export const viWriting = {
  'nav.scripts': 'Bản tin',
}

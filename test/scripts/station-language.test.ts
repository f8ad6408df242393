import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { languageFor } from '../../src/scripts/index.ts'

describe('the language a station hears', () => {
  it.each([
    ['its own first language where there is one', ['ktv', 'sed'], ['vi', 'sed', 'ktv'], 'ktv'],
    ['its second where the first has no recording', ['ktv', 'sed'], ['vi', 'sed'], 'sed'],
    ['Vietnamese where none of its own has', ['ktv', 'sed'], ['vi', 'cua'], 'vi'],
    ['Vietnamese where it has no list', [], ['ktv', 'vi'], 'vi'],
    ['Vietnamese first where the station says so', ['vi', 'ktv'], ['ktv', 'vi'], 'vi'],
    ['what there is where there is neither: never nothing', ['ktv'], ['sed', 'cua'], 'cua'],
    ['nothing only when there is nothing', ['ktv'], [], undefined],
  ])('is %s', (_said, own, available, heard) => {
    expect(languageFor(own, available)).toBe(heard)
  })

  it('is one there is, whatever is asked, and does not depend on the order in which they are there', () => {
    const tags = fc.uniqueArray(fc.constantFrom<string[]>('vi', 'ktv', 'sed', 'cua', 'jeh-x-ve'))
    fc.assert(
      fc.property(tags, tags, (own, available) => {
        const heard = languageFor(own, available)
        expect(available.length === 0 ? heard === undefined : available.includes(heard ?? '')).toBe(true)
        expect(languageFor(own, available.toReversed())).toBe(heard)
      }),
    )
  })
})

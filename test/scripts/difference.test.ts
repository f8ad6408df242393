import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differenceOf, type Run } from '../../src/scripts/index.ts'

/** A difference in one line for each sentence: [-removed-], [+added+]. */
function shown(before: string, after: string): string[] {
  const marked = ({ how, text }: Run) =>
    how === 'same' ? text : how === 'added' ? `[+${text}+]` : `[-${text}-]`
  return differenceOf(before, after).map(
    ({ same, runs }) => `${same ? '=' : '~'} ${runs.map(marked).join('')}`,
  )
}

describe('the difference between two texts', () => {
  it.each<[said: string, before: string, after: string, lines: string[]]>([
    ['nothing', 'Một. Hai.', 'Một. Hai.', ['= Một. ', '= Hai.']],
    ['no text at all', '', '', []],
    ['a first text', '', 'Một. Hai.', ['~ [+Một. +]', '~ [+Hai.+]']],
    [
      'a word',
      'Gọi số một một ba ngay.',
      'Gọi số một một một ngay.',
      ['~ Gọi số một một [-ba-][+một+] ngay.'],
    ],
    [
      'several words as one change',
      'Bà con gọi công an xã ngay.',
      'Bà con gọi bộ đội biên phòng ngay.',
      ['~ Bà con gọi [-công an xã-][+bộ đội biên phòng+] ngay.'],
    ],
    [
      'a diacritic is another word',
      'Hỏi thăm má của em.',
      'Hỏi thăm mà của em.',
      ['~ Hỏi thăm [-má-][+mà+] của em.'],
    ],
    [
      'a slot as a whole',
      'Gọi {{hotline.police}} ngay nhé.',
      'Gọi {{hotline.national}} ngay nhé.',
      ['~ Gọi [-{{hotline.police}}-][+{{hotline.national}}+] ngay nhé.'],
    ],
    [
      'a sentence that came between two that stayed',
      'Một là hỏi. Ba là gọi.',
      'Một là hỏi. Hai là nói với cha mẹ. Ba là gọi.',
      ['= Một là hỏi. ', '~ [+Hai là nói với cha mẹ. +]', '= Ba là gọi.'],
    ],
    [
      'a sentence that went, and one that was changed',
      'Đừng đi một mình. Hỏi trưởng thôn trước đã. Gọi về nhà.',
      'Hỏi già làng trước đã. Gọi về nhà.',
      ['~ [-Đừng đi một mình. -]', '~ Hỏi [-trưởng thôn-][+già làng+] trước đã. ', '= Gọi về nhà.'],
    ],
    [
      'a sentence with hardly a word in common is another sentence',
      'Trời mưa thì ở nhà.',
      'Ai rủ đi xa, hỏi cha mẹ.',
      ['~ [-Trời mưa thì ở nhà.-]', '~ [+Ai rủ đi xa, hỏi cha mẹ.+]'],
    ],
    [
      'two sentences made one',
      'Hỏi cho rõ. Rồi hãy đi.',
      'Hỏi cho rõ rồi hãy đi.',
      ['~ [-Hỏi cho rõ. -]', '~ [-Rồi-][+Hỏi cho rõ rồi+] hãy đi.'],
    ],
    ['a paragraph', 'Một. Hai.', 'Một.\n\nHai.', ['~ Một.[- -][+\n\n+]', '= Hai.']],
  ])('shows %s', (_said, before, after, lines) => {
    expect(shown(before, after)).toEqual(lines)
  })

  const word = fc.constantFrom(
    'gọi',
    'số',
    'hỏi',
    'cha',
    'mẹ',
    '{{unit}}',
    'Má',
    '111',
    'ơi',
    '{{',
    '🔔',
    'e\u0301',
  )
  const gap = fc.constantFrom(' ', ', ', '. ', '? ', '\n\n', '…” ', '.', '  ')
  const text = fc.array(fc.tuple(word, gap), { maxLength: 40 }).map((pairs) => pairs.flat().join(''))

  it('is made of both texts, letter by letter, and of nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), fc.oneof(text, fc.string()), (before, after) => {
        const runs = differenceOf(before, after).flatMap((sentence) => sentence.runs)
        const without = (how: Run['how']) =>
          runs.flatMap((run) => (run.how === how ? [] : [run.text])).join('')
        expect(without('added')).toBe(before)
        expect(without('removed')).toBe(after)
        expect(runs.every((run) => run.text !== '')).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('of a text with itself is nothing', () => {
    fc.assert(
      fc.property(text, (same) => {
        expect(differenceOf(same, same).every((sentence) => sentence.same)).toBe(true)
      }),
    )
  })

  it('of one giant sentence is that it was replaced: no word of it is looked for in the other', () => {
    const one = Array.from({ length: 3000 }, (_, index) => `a${index % 97}`).join(' ')
    const runs = differenceOf(one, `${one} nữa`).flatMap((sentence) => sentence.runs)
    expect(runs.map(({ how, text: said }) => [how, said.length])).toEqual([
      ['removed', one.length],
      ['added', one.length + 4],
    ])
  })

  it('of two long texts that have nothing in common is found too', () => {
    const one = Array.from({ length: 5000 }, (_, index) => `a${index}`).join(' ')
    const other = Array.from({ length: 5000 }, (_, index) => `b${index}`).join(' ')
    expect(differenceOf(one, other)).toHaveLength(2)
    expect(differenceOf(one.replaceAll(' ', '. '), other.replaceAll(' ', '. '))).toHaveLength(10_000)
  })
})

/** What an approver must have heard before signing. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Heard, hearingOf, kindOf, lengthOf, stillToHear } from '../../src/approval/hearing.ts'

type Candidate = Parameters<typeof hearingOf>[0][number]

const root = 'ab'.repeat(32)

function variant(id: string, texts: readonly string[], more: Partial<Candidate> = {}): Candidate {
  const sentences = texts.map((text, index) => ({ key: text, text, at: index * 3000, milliseconds: 2500 }))
  const milliseconds = texts.length * 3000
  const spoken = texts.join(' ')
  return { id, language: 'vi', station: id, spoken, milliseconds, sentences, upload: null, ...more }
}

const places = [
  'xã Trà Leng',
  'xã Trà My',
  'xã Nông Sơn',
  'phường An Khê',
  'đặc khu Hoàng Sa',
  'phường Hội An',
]
const province = places.map((place, index) =>
  variant(`rec-${index}`, [
    `Kính chào bà con ${place}.`,
    'Việc nhẹ lương cao, hỏi kỹ rồi đi.',
    'Gọi một một một.',
  ]),
)

describe('what must be heard', () => {
  it('is one whole variant, a sentence of each kind that differs, and three variants drawn by lot', () => {
    const hearing = hearingOf(province, root)
    expect(hearing.filter(({ why }) => why === 'whole')).toHaveLength(1)
    expect(hearing.filter(({ why }) => why === 'sample')).toHaveLength(3)
    const [first, ...differing] = hearing.filter(({ why }) => why === 'whole' || why === 'differs')
    const kinds = [first!.text.split('. ')[0]!, ...differing.map(({ text }) => text)].map(
      (text) => /con (xã|phường|đặc khu)/.exec(text)?.[1],
    )
    expect(kinds.sort()).toEqual(['phường', 'xã', 'đặc khu'])
  })

  it('names where in which recording it is said', () => {
    for (const { recording, why, fromMs, toMs, text } of hearingOf(province, root)) {
      const { sentences, milliseconds } = province.find(({ id }) => id === recording)!
      if (why !== 'differs') expect([fromMs, toMs]).toEqual([0, milliseconds])
      else expect(sentences).toContainEqual(expect.objectContaining({ at: fromMs, text }))
    }
  })

  it('is every recording that people brought, whole, and one whole variant of each language', () => {
    const brought = variant('rec-co-tu', ['…'], { upload: 'upload-1', language: 'ktu', sentences: [] })
    const other = variant('rec-en', ['Good morning.'], { language: 'en' })
    const hearing = hearingOf([...province, brought, other], root)
    expect(hearing.filter(({ why }) => why === 'whole').map(({ recording }) => recording)).toContain('rec-en')
    expect(hearing.at(-1)).toMatchObject({ recording: 'rec-co-tu', why: 'brought' })
  })

  it('is the same whatever the order, and other variants for another root', () => {
    expect(hearingOf(province.toReversed(), root)).toEqual(hearingOf(province, root))
    const many = Array.from({ length: 241 }, (_, index) => variant(`rec-${index}`, ['Chào bà con.']))
    const drawn = (of: string): string =>
      JSON.stringify(hearingOf(many, of).map(({ recording }) => recording))
    expect(new Set(['01', '02', '03', '04'].map((digits) => drawn(digits.repeat(32)))).size).toBe(4)
  })

  it('is for 241 variants of a minute and a half hardly longer than for four', () => {
    const body = Array.from({ length: 30 }, (_, index) => `Câu nói thứ ${'a'.repeat(index + 1)}.`)
    const many = Array.from({ length: 241 }, (_, index) =>
      variant(`rec-${index}`, [`Kính chào bà con ${places[index % places.length]!}.`, ...body]),
    )
    expect(lengthOf(hearingOf(many, root))).toBeLessThan(4.2 * 31 * 3000)
  })

  it('leaves no kind of sentence unheard: nothing is said anywhere that was not heard in its kind', () => {
    const sentence = fc.constantFrom(
      ...places.map((place) => `Chào ${place}.`),
      ...['Gọi ngay.', 'Hỏi kỹ.', 'Mời bà con nghe.', 'Đến trụ sở xã Trà My mà hỏi.'],
    )
    const variants = fc.array(fc.array(sentence, { minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 9,
    })
    fc.assert(
      fc.property(variants, (texts) => {
        const all = texts.map((one, index) => variant(`rec-${index}`, one))
        const heard = new Set<string>()
        for (const { recording, fromMs, toMs } of hearingOf(all, root)) {
          const { sentences } = all.find(({ id }) => id === recording)!
          for (const { at, text } of sentences) if (at >= fromMs && at < toMs) heard.add(kindOf(text))
        }
        for (const { text } of all.flatMap(({ sentences }) => sentences))
          expect(heard).toContain(kindOf(text))
      }),
    )
  })
})

describe('the kind of a sentence', () => {
  it.each([
    ['Kính chào bà con xã Trà Leng.', 'Kính chào bà con xã Nông Sơn.', true],
    ['Kính chào bà con xã Trà Leng.', 'Kính chào bà con phường An Khê.', false],
    ['Kính chào bà con xã Trà Leng.', 'Kính chào bà con đặc khu Hoàng Sa.', false],
    ['Tới xã Trà Leng mà hỏi.', 'Tới xã Sơn Cẩm Hà mà hỏi.', true],
    ['Tới Trà Leng, hỏi Công an xã.', 'Tới Trà My, hỏi Công an xã.', true],
    ['Gọi một một một.', 'Gọi một một hai.', false],
    ['Có tám nghìn đồng.', 'Có chín nghìn đồng.', false],
  ])('of “%s” and “%s”: the same is %s', (one, other, same) => {
    expect(kindOf(one) === kindOf(other)).toBe(same)
  })
})

describe('what is still to hear', () => {
  const hearing = hearingOf(province, root)
  const played = (share: number): Heard[] =>
    hearing.map(({ recording, fromMs, toMs }) => ({
      recording,
      fromMs,
      toMs,
      tookMs: share * (toMs - fromMs),
    }))

  it('is nothing once all was played at the pace it is spoken', () => {
    expect(stillToHear(hearing, played(1))).toEqual([])
    expect(stillToHear(hearing, played(3))).toEqual([])
  })

  it('is everything as long as nothing was, or it was skipped through', () => {
    expect(stillToHear(hearing, [])).toEqual(hearing)
    expect(stillToHear(hearing, played(0.9))).toEqual(hearing)
  })

  it('is what was broken off, and not what was heard within a longer stretch', () => {
    const [first] = hearing
    const { recording, toMs } = first!
    const part = { recording, fromMs: 0, toMs: toMs - 1, tookMs: toMs }
    expect(stillToHear([first!], [part])).toEqual([first])
    expect(stillToHear([{ ...first!, fromMs: 3000, toMs: 5000 }], [part])).toEqual([])
  })
})

/** A draft as one station hears it, and where its words were written. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Fact, heardAt, type Placeholder } from '../../src/scripts/index.ts'

const meaning = { vi: '', en: '' }
const placeholders: Placeholder[] = [
  { name: 'unit', from: { registry: 'unit' }, where: 'both', meaning },
  { name: 'hotline.national', from: { fact: 'one' }, where: 'script', meaning },
  { name: 'hotline.province', from: { fact: 'two' }, where: 'script', meaning },
]
const fact: Fact = {
  ...{ id: 'one', kind: 'hotline', name: meaning, value: '111', spoken: null, status: 'confirmed' },
  ...{ validFrom: '2020-01-01', validTo: null, source: '-', checkedOn: '2026-01-01' },
}
const facts = new Map<string, Fact>([
  ['one', fact],
  ['two', { ...fact, id: 'two', status: 'needs-confirmation' }],
])
const ground = { placeholders, facts, day: '2026-11-23', speakUnconfirmed: false }
const names = { unit: 'xã Trà Leng', station: 'đài Trà Leng' }
const heard = (body: string) => heardAt({ kind: 'bulletin', body }, ground, names)

describe('a draft heard at a station', () => {
  it('has the names of the station and the facts of the day, and leaves out what waits for one', () => {
    const body =
      'Bà con {{unit}}.\n{{#if hotline.province}}\nGọi {{hotline.province}}.\n{{/if}}\nGọi {{hotline.national}}.'
    expect(heard(body)).toMatchObject({ ok: true, text: 'Bà con xã Trà Leng.\nGọi 111.' })
  })

  it('says where and why it cannot be filled', () => {
    expect(heard('Gọi\n{{khong.co}}.')).toMatchObject({ ok: false, line: 2, column: 1 })
  })

  it('knows of every letter where it was written, or that a slot brought it', () => {
    const piece = fc.constantFrom(
      ...['Một câu. ', 'TT', ' ', '\n', '\n\n', '{{unit}}', '{{hotline.national}}', 'Ở xã. '],
      ...[
        '{{#if hotline.province}}Bỏ {{hotline.province}} đi. {{/if}}',
        '{{#if hotline.national}}\nGiữ.\n{{/if}}',
      ],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const body = pieces.join('')
        const read = heard(body)
        if (!read.ok) throw new Error(read.why.en)
        let written = ''
        for (let at = 0; at < read.text.length; at++) {
          const letter = read.text.charAt(at)
          const place = read.placeOf(at)
          if (letter.trim() === '' || place === undefined) continue
          expect(body.charAt(place)).toBe(letter)
          written += letter
        }
        // What was written and is heard is all there, in order.
        const kept = body
          .replaceAll(/\{\{#if hotline\.province\}\}.*?\{\{\/if\}\}/gs, '')
          .replaceAll(/\{\{[^}]*\}\}|\s/g, '')
        expect(written).toBe(kept)
      }),
      { numRuns: 60 },
    )
  })
})

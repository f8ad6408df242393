import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyCharactersMax, fillText } from '../../src/scripts/fill.ts'

const slots = { 'hotline.national': 'một một một', 'hotline.province': undefined, unit: 'xã Trà Leng' }

describe('filling a text', () => {
  it.each([
    ['Gọi {{hotline.national}}.', 'Gọi một một một.'],
    ['{{ hotline.national }}', 'một một một'],
    ['Bà con {{unit}}, xin gọi {{hotline.national}}.', 'Bà con xã Trà Leng, xin gọi một một một.'],
    ['{{#if unit}}Chào {{unit}}. {{/if}}Mời nghe.', 'Chào xã Trà Leng. Mời nghe.'],
    ['{{#if hotline.province}}Hay gọi {{hotline.province}}. {{/if}}Hết.', 'Hết.'],
    ['{{#if unit}}a{{#if hotline.province}}b{{/if}}c{{/if}}', 'ac'],
    ['Không có chỗ trống nào: 100 % & <b> "x" \' `', 'Không có chỗ trống nào: 100 % & <b> "x" \' `'],
    ['một { ngoặc } lẻ', 'một { ngoặc } lẻ'],
  ])('%s', (body, text) => {
    expect(fillText(body, slots)).toMatchObject({ ok: true, text })
  })

  it('says which slots are spoken and which only stand there', () => {
    const body = '{{unit}} {{#if hotline.province}}{{hotline.province}} {{hotline.national}}{{/if}}'
    expect(fillText(body, slots)).toMatchObject({
      ok: true,
      used: ['unit'],
      mentioned: ['hotline.national', 'hotline.province', 'unit'],
    })
  })

  it('puts values in as they are: they are never read as templates, never escaped', () => {
    const value = '{{hotline.national}} {{#if unit}} <b> & "x" {{{'
    expect(fillText('{{unit}}', { ...slots, unit: value })).toMatchObject({ ok: true, text: value })
  })

  it('a slot with nothing to say is refused bare, and the sentence says how to guard it', () => {
    expect(fillText('Một.\nGọi {{hotline.province}}.', slots)).toEqual({
      ok: false,
      line: 2,
      column: 5,
      why: {
        vi: 'Chưa có dữ kiện được xác nhận cho {{hotline.province}}. Hãy đặt cả câu trong {{#if hotline.province}}…{{/if}}, hoặc xác nhận dữ kiện.',
        en: 'There is no confirmed fact for {{hotline.province}}. Put the whole sentence inside {{#if hotline.province}}…{{/if}}, or confirm the fact.',
      },
    })
  })

  it('agrees with plain replacing, whatever stands between the slots', () => {
    const words = fc
      .string({
        unit: fc.constantFrom('a', 'á', 'đ', ' ', '.', '\n', '{', '}', '"', "'", '<', '&', '%', '$', '0'),
        maxLength: 12,
      })
      .map(withoutPairs)
    const slot = fc.constantFrom('{{unit}}', '{{hotline.national}}')
    fc.assert(
      fc.property(fc.array(fc.tuple(words, slot), { maxLength: 8 }), words, (pieces, end) => {
        // A lone brace next to a slot would be read together with it: that is another text.
        const joined = pieces.map(([text, name]) => `${text} ${name} `).join('') + end
        const expected = joined
          .replaceAll('{{unit}}', slots.unit)
          .replaceAll('{{hotline.national}}', slots['hotline.national'])
        expect(fillText(joined, slots)).toMatchObject({ ok: true, text: expected })
      }),
    )
  })
})

describe('a text is given no power', () => {
  it.each([
    ['an unknown name', '{{hotline.police}}'],
    ['a name that every object has', '{{constructor}}'],
    ['the way to the prototype', '{{__proto__}}'],
    ['a name behind a name', '{{unit.constructor}}'],
    ['a longer way out', '{{hotline.national.constructor.prototype}}'],
    ['half a name', '{{hotline}}'],
    ['triple braces', '{{{unit}}}'],
    ['an ampersand', '{{&unit}}'],
    ['a comment', '{{! unit }}'],
    ['a long comment with a slot', '{{!-- {{unit}} --}}'],
    ['a partial', '{{> unit}}'],
    ['a partial of a computed name', '{{> (lookup . "unit")}}'],
    ['a partial block', '{{#> unit}}x{{/unit}}'],
    ['an inline partial', '{{#*inline "x"}}y{{/inline}}'],
    ['a decorator', '{{* unit}}'],
    ['lookup', '{{lookup this "unit"}}'],
    ['log', '{{log unit}}'],
    ['each', '{{#each unit}}x{{/each}}'],
    ['with', '{{#with unit}}x{{/with}}'],
    ['unless', '{{#unless unit}}x{{/unless}}'],
    ['a helper of no name we know', '{{shout unit}}'],
    ['a slot used as a block', '{{#unit}}x{{/unit}}'],
    ['a slot used as an inverse block', '{{^unit}}x{{/unit}}'],
    ['else', '{{#if unit}}x{{else}}y{{/if}}'],
    ['else if', '{{#if unit}}x{{else if hotline.national}}y{{/if}}'],
    ['an empty inverse', '{{#if unit}}x{{^}}{{/if}}'],
    ['an inverse if', '{{^if unit}}x{{/if}}'],
    ['if with a hash', '{{#if unit includeZero=true}}x{{/if}}'],
    ['if of two', '{{#if unit hotline.national}}x{{/if}}'],
    ['if of nothing', '{{#if}}x{{/if}}'],
    ['if of a call', '{{#if (lookup this "unit")}}x{{/if}}'],
    ['if of a text', '{{#if "unit"}}x{{/if}}'],
    ['if of a number', '{{#if 1}}x{{/if}}'],
    ['if with a name for its value', '{{#if unit as |x|}}{{x}}{{/if}}'],
    ['if without a block', '{{if unit}}'],
    ['if as a raw block', '{{{{if unit}}}}x{{{{/if}}}}'],
    ['if with whitespace control', '{{#if unit~}} x {{~/if}}'],
    ['if with an unknown name', '{{#if hotline.police}}x{{/if}}'],
    ['@root', '{{@root.unit}}'],
    ['@index', '{{@index}}'],
    ['the level above', '{{../unit}}'],
    ['this', '{{this}}'],
    ['this and a name', '{{this.unit}}'],
    ['a dot and a name', '{{./unit}}'],
    ['a dot', '{{.}}'],
    ['a slash for a dot', '{{hotline/national}}'],
    ['a name in square brackets', '{{[unit]}}'],
    ['a part in square brackets', '{{hotline.[national]}}'],
    ['a name in quotes', '{{"unit"}}'],
    ['a number', '{{1}}'],
    ['true', '{{true}}'],
    ['undefined', '{{undefined}}'],
    ['an argument', '{{unit 1}}'],
    ['a hash argument', '{{unit a=1}}'],
    ['a call', '{{(unit)}}'],
    ['whitespace control', '{{~unit~}}'],
    ['a line break in a slot', '{{\nunit\n}}'],
    ['a tab in a slot', '{{\tunit}}'],
    ['an escaped slot, which would wake up later', '\\{{unit}}'],
    ['an escaped backslash', '\\\\{{unit}}'],
    ['a raw block', '{{{{raw}}}} {{unit}} {{{{/raw}}}}'],
    ['braces that close nothing', 'x }} y'],
    ['braces that open nothing', 'x {{ y'],
    ['an open block', '{{#if unit}}x'],
    ['a closed block that was not open', 'x{{/if}}'],
    ['a block closed by another name', '{{#if unit}}x{{/unless}}'],
    ['nothing in the braces', '{{}}'],
    ['a name of other letters', '{{ünit}}'],
    ['a name in capitals', '{{UNIT}}'],
    ['a hyphen', '{{hotline-national}}'],
    ['something bad in a part that falls away', '{{#if hotline.province}}{{lookup this "x"}}{{/if}}'],
  ])('%s is refused: %s', (_name, body) => {
    const filled = fillText(`Dòng một.\n${body}`, slots)
    if (filled.ok) throw new Error(`taken: ${filled.text}`)
    expect(filled.line).toBeGreaterThan(1)
    expect(filled.column).toBeGreaterThan(0)
    expect(filled.why.vi).not.toBe('')
    expect(filled.why.en).not.toBe(filled.why.vi)
  })

  it('says what stands there, where, and what may stand there', () => {
    expect(fillText('Chào.\n  {{lookup this "unit"}}', slots)).toEqual({
      ok: false,
      line: 2,
      column: 3,
      why: {
        vi: '“{{lookup this "unit"}}” không được dùng ở đây. Chỉ được viết {{tên}} hoặc {{#if tên}}…{{/if}}, với tên có trong danh sách chỗ trống.',
        en: '“{{lookup this "unit"}}” may not be used here. Write only {{name}} or {{#if name}}…{{/if}}, with a name from the list of placeholders.',
      },
    })
    expect(fillText('{{hotline.police}}', slots)).toMatchObject({
      why: {
        en: 'The placeholder {{hotline.police}} is not in the list for this script. In the list: hotline.national, hotline.province, unit.',
      },
    })
  })

  it('whatever is typed is either filled from the list or refused; nothing throws', () => {
    const pieces = fc.constantFrom(
      ...[
        '{{',
        '}}',
        '{{{',
        '}}}',
        '{',
        '}',
        '#if ',
        '/if',
        '^',
        '!',
        '>',
        '&',
        '~',
        '*',
        '@',
        '../',
        'this',
        'else',
        '|x|',
      ],
      ...[
        'unit',
        'hotline.province',
        'hotline.national',
        'constructor',
        'lookup',
        '(',
        ')',
        '=',
        '"',
        "'",
        '[',
        ']',
        '.',
        '/',
        ' ',
        '\n',
        '\\',
        'a',
      ],
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (list) => {
        const filled = fillText(list.join(''), slots)
        if (filled.ok) expect(filled.text).not.toMatch(/\{\{|\}\}|function|native code|object/)
        else expect(filled.line >= 1 && filled.column >= 1 && filled.why.vi !== '').toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['nothing but braces', '{{'.repeat(25_000)],
    ['nested a thousand deep', '{{#if unit}}'.repeat(1000) + '{{/if}}'.repeat(1000)],
    ['a long plain text', 'a'.repeat(bodyCharactersMax + 1)],
    ['more slots than anyone needs', '{{unit}}'.repeat(201)],
    ['a brace that never closes', `{{#if unit${' '.repeat(19_000)}`],
  ])('%s is refused in no time', (_name, body) => {
    const began = performance.now()
    expect(fillText(body, slots).ok).toBe(false)
    expect(performance.now() - began).toBeLessThan(500)
  })
})

/** Takes out what would itself be a slot or a stray pair of braces. */
function withoutPairs(text: string): string {
  return text.replaceAll(/\{+/g, '{').replaceAll(/\}+/g, '}')
}

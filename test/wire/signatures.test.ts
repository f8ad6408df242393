import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lackingOf, priorityOf, type Signature, signaturesWanted } from '../../src/wire/signatures.ts'

const signed = (
  person: string | null,
  kind: Signature['kind'],
  priority: Signature['statement']['priority'],
  area: Signature['statement']['area'] = 'all',
): Signature => ({ person, kind, statement: { priority, area } })

describe('how many signatures an item needs', () => {
  it.each<[Signature['statement']['priority'], Signature['statement']['area'], 1 | 2, boolean]>([
    ['thong-thuong', 'all', 1, false],
    ['thong-thuong', ['20440'], 1, false],
    ['thong-thuong', undefined, 1, false],
    ['uu-tien', ['20440'], 1, false],
    ['uu-tien', 'all', 2, false],
    ['uu-tien', undefined, 2, false],
    ['khan-cap', ['20440'], 2, true],
    ['khan-cap', 'all', 2, true],
  ])('%s for %j: %i, with an Ed25519 key among them: %s', (priority, area, people, ed25519) => {
    expect(signaturesWanted({ priority, area })).toEqual({ people, ed25519 })
  })
})

describe('signatures over the same recording', () => {
  it.each<[string, Signature[], ReturnType<typeof lackingOf>]>([
    ['none', [], 'second-person'],
    ['one passkey on a normal one', [signed('lan', 'passkey', 'thong-thuong')], undefined],
    ['one passkey on a priority one of a commune', [signed('lan', 'passkey', 'uu-tien', ['1'])], undefined],
    ['one key on a priority one for all', [signed('lan', 'ed25519', 'uu-tien')], 'second-person'],
    ['one key on an urgent one', [signed('lan', 'ed25519', 'khan-cap', ['1'])], 'second-person'],
    [
      'two passkeys on a priority one for all',
      [signed('lan', 'passkey', 'uu-tien'), signed('minh', 'passkey', 'uu-tien')],
      undefined,
    ],
    [
      'two passkeys on an urgent one',
      [signed('lan', 'passkey', 'khan-cap'), signed('minh', 'passkey', 'khan-cap')],
      'ed25519',
    ],
    [
      'a passkey and a key on an urgent one',
      [signed('lan', 'passkey', 'khan-cap'), signed('minh', 'ed25519', 'khan-cap')],
      undefined,
    ],
    [
      'two keys of one person',
      [signed('lan', 'passkey', 'khan-cap'), signed('lan', 'ed25519', 'khan-cap')],
      'second-person',
    ],
    [
      'two keys nobody says whose they are',
      [signed(null, 'ed25519', 'khan-cap'), signed(null, 'ed25519', 'khan-cap')],
      'second-person',
    ],
    [
      'two keys of which one is somebody’s',
      [signed('lan', 'ed25519', 'khan-cap'), signed(null, 'ed25519', 'khan-cap')],
      'second-person',
    ],
    [
      'statements that differ: the stricter one decides',
      [signed('lan', 'ed25519', 'khan-cap'), signed('lan', 'ed25519', 'thong-thuong')],
      'second-person',
    ],
  ])('%s', (_said, signatures, lacking) => {
    expect(lackingOf(signatures)).toBe(lacking)
  })

  it('let it be played with no higher priority than each of them says', () => {
    expect(priorityOf([signed('lan', 'ed25519', 'khan-cap'), signed('minh', 'ed25519', 'uu-tien')])).toBe(
      'uu-tien',
    )
    expect(priorityOf([signed('lan', 'passkey', 'uu-tien')])).toBe('uu-tien')
  })

  it('never suffice for urgency without two people and an Ed25519 key, however many they are', () => {
    const anyone = fc.record({
      person: fc.option(fc.constantFrom('lan', 'minh', 'hoa')),
      kind: fc.constantFrom('ed25519' as const, 'passkey' as const),
      statement: fc.record({
        priority: fc.constantFrom('thong-thuong' as const, 'uu-tien' as const, 'khan-cap' as const),
        area: fc.constantFrom('all' as const, ['20440']),
      }),
    })
    fc.assert(
      fc.property(fc.array(anyone, { maxLength: 4 }), (signatures) => {
        if (lackingOf(signatures) !== undefined || priorityOf(signatures) !== 'khan-cap') return
        expect(new Set(signatures.map(({ person }) => person)).size).toBeGreaterThan(1)
        expect(signatures.some(({ kind }) => kind === 'ed25519')).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

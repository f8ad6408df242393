import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/base/hash.ts'
import { derivedId, randomIds } from '../../src/base/ids.ts'

const part = fc.oneof(fc.string({ maxLength: 12 }), fc.integer())

describe('identifiers', () => {
  it('derived from the same parts are the same, from other parts others', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.array(part, { maxLength: 4 }), (a, b) => {
        expect(derivedId('air', ...a) === derivedId('air', ...b)).toBe(
          JSON.stringify(a) === JSON.stringify(b),
        )
      }),
    )
  })

  it('do not run parts together: “a”, “bc” is not “ab”, “c”, nor is 1 “1”', () => {
    expect(derivedId('rec', 'a', 'bc')).not.toBe(derivedId('rec', 'ab', 'c'))
    expect(derivedId('rec', 1)).not.toBe(derivedId('rec', '1'))
    expect(derivedId('rec', 'x')).not.toBe(derivedId('air', 'x').replace('air', 'rec'))
  })

  it('stay the same from version to version of the programme', () => {
    expect(derivedId('air', 'once-a-month', '2026-11', 'tt-20440', 1)).toBe('air-2bedcc6603d7a28c68fc')
  })

  it('fit into topics and signed messages', () => {
    expect(derivedId('appr', 'x')).toMatch(/^[a-z0-9-]{1,64}$/)
    expect(randomIds.next('att')).toMatch(/^att-[0-9a-f]{20}$/)
  })

  it('drawn are never drawn twice', () => {
    expect(new Set(Array.from({ length: 2000 }, () => randomIds.next('x'))).size).toBe(2000)
  })

  it('a hash is SHA-256 in lower-case hex, of text as of its bytes', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(sha256(Buffer.from('loa làng'))).toBe(sha256('loa làng'))
  })
})

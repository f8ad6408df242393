import fc from 'fast-check'
import { expect, it } from 'vitest'
import { merkleProofs } from '../../src/approval/tree.ts'
import { sha256 } from '../../src/base/hash.ts'
import { merkleProof } from '../../src/wire/merkle.ts'

const leavesOf = (count: number) => Array.from({ length: count }, (_, index) => sha256(String(index)))

it('many proofs at once are the same as each alone', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 70 }),
      fc.array(fc.nat(1000), { maxLength: 10 }),
      (count, wanted) => {
        const leaves = leavesOf(count)
        const positions = [...new Set(wanted.map((position) => position % count))]
        const expected = positions.map((position) => [position, merkleProof(leaves, position)])
        expect([...merkleProofs(leaves, positions)]).toEqual(expected)
      },
    ),
  )
})

it('a position outside the tree is a mistake', () => {
  expect(() => merkleProofs(leavesOf(3), [3])).toThrow('a position in the tree')
})

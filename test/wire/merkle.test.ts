import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { merkleProof, merkleRoot, provesLeaf } from '../../src/wire/merkle.ts'

const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'))
const tree = fc.uniqueArray(hash, { minLength: 1, maxLength: 40 })
const leafOfTree = fc.tuple(tree, fc.nat()).map(([leaves, n]) => ({ leaves, position: n % leaves.length }))

describe('the Merkle tree over recordings', () => {
  it('has the root that the definition of RFC 6962 gives, computed in another way', () => {
    fc.assert(fc.property(tree, (leaves) => merkleRoot(leaves) === slowRoot(leaves)))
  })

  it('agrees with roots computed by hand for one, two and three leaves', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((text) => createHash('sha256').update(text).digest('hex')) as [
      string,
      string,
      string,
    ]
    expect(merkleRoot([a])).toBe(node('00', a))
    expect(merkleRoot([a, b])).toBe(node('01', node('00', a), node('00', b)))
    expect(merkleRoot([a, b, c])).toBe(node('01', node('01', node('00', a), node('00', b)), node('00', c)))
  })

  it('proves every leaf', () => {
    fc.assert(
      fc.property(tree, (leaves) => {
        const root = merkleRoot(leaves)
        return leaves.every((leaf, position) => {
          const proof = merkleProof(leaves, position)
          return provesLeaf({ leaf, position, count: leaves.length, proof }, root)
        })
      }),
      { numRuns: 50 },
    )
  })

  it('needs at most one hash for each doubling: 482 renditions of a greeting need at most 9', () => {
    const leaves = Array.from({ length: 482 }, (_, index) =>
      createHash('sha256').update(String(index)).digest('hex'),
    )
    const lengths = [0, 1, 255, 256, 480, 481].map((position) => merkleProof(leaves, position).length)
    expect(Math.max(...lengths)).toBe(9)
  })

  it('proves no other leaf', () => {
    fc.assert(
      fc.property(leafOfTree, hash, ({ leaves, position }, other) => {
        fc.pre(other !== leaves[position])
        const proof = merkleProof(leaves, position)
        return !provesLeaf({ leaf: other, position, count: leaves.length, proof }, merkleRoot(leaves))
      }),
    )
  })

  it('proves a leaf at no other position', () => {
    fc.assert(
      fc.property(leafOfTree, fc.integer({ min: -3, max: 45 }), ({ leaves, position }, other) => {
        fc.pre(other !== position)
        const claim = {
          leaf: leaves[position]!,
          position: other,
          count: leaves.length,
          proof: merkleProof(leaves, position),
        }
        return !provesLeaf(claim, merkleRoot(leaves))
      }),
    )
  })

  it('proves nothing when a hash of the proof is changed, left out or added', () => {
    fc.assert(
      fc.property(leafOfTree, fc.nat(), hash, ({ leaves, position }, n, other) => {
        const proof = merkleProof(leaves, position)
        const claim = { leaf: leaves[position]!, position, count: leaves.length }
        const root = merkleRoot(leaves)
        const longer = [
          ...proof.slice(0, n % (proof.length + 1)),
          other,
          ...proof.slice(n % (proof.length + 1)),
        ]
        if (provesLeaf({ ...claim, proof: longer }, root)) return false
        if (proof.length === 0) return true
        const at = n % proof.length
        const changed = proof.with(at, other)
        const shorter = proof.toSpliced(at, 1)
        fc.pre(other !== proof[at])
        return (
          !provesLeaf({ ...claim, proof: changed }, root) && !provesLeaf({ ...claim, proof: shorter }, root)
        )
      }),
    )
  })

  it('proves nothing under another count that gives the tree another shape', () => {
    // A count with the same path to the leaf passes, and that is harmless: the count is signed with the root.
    const leaves = Array.from({ length: 5 }, (_, index) =>
      createHash('sha256').update(String(index)).digest('hex'),
    )
    const claim = { leaf: leaves[4]!, position: 4, proof: merkleProof(leaves, 4) }
    const passing = Array.from({ length: 40 }, (_, count) => count).filter((count) => {
      return provesLeaf({ ...claim, count }, merkleRoot(leaves))
    })
    expect(passing).toEqual([5])
  })

  it('does not take an inner node for a leaf', () => {
    const [a, b] = ['a', 'b'].map((text) => createHash('sha256').update(text).digest('hex')) as [
      string,
      string,
    ]
    const root = merkleRoot([a, b])
    const asLeaf = createHash('sha256')
      .update(Buffer.from(node('00', a) + node('00', b), 'hex'))
      .digest('hex')
    expect(provesLeaf({ leaf: asLeaf, position: 0, count: 1, proof: [] }, root)).toBe(false)
    expect(provesLeaf({ leaf: root, position: 0, count: 1, proof: [] }, root)).toBe(false)
  })

  it('changes its root with the order of the leaves', () => {
    fc.assert(
      fc.property(fc.uniqueArray(hash, { minLength: 2, maxLength: 20 }), (leaves) => {
        return merkleRoot(leaves) !== merkleRoot(leaves.toReversed())
      }),
    )
  })

  it('does not exist without leaves', () => {
    expect(() => merkleRoot([])).toThrow('at least one leaf')
    expect(() => merkleProof(['aa'], 1)).toThrow()
  })
})

/** The root built from the bottom: pair neighbours, carry the odd one up, until one is left (the same tree for every count). */
function slowRoot(leaves: readonly string[]): string {
  let level = leaves.map((leaf) => node('00', leaf))
  while (level.length > 1) {
    const next: string[] = []
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i]!, level[i + 1]]
      next.push(right === undefined ? left : node('01', left, right))
    }
    level = next
  }
  return level[0]!
}

function node(prefix: string, ...parts: string[]): string {
  return createHash('sha256')
    .update(Buffer.from(prefix + parts.join(''), 'hex'))
    .digest('hex')
}

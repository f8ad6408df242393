/**
 * Merkle tree over the hashes of recordings, so that one signature covers every station's variant
 * and a device checks its own with a short proof. Hashing as RFC 6962 §2.1: leaf `H(0x00 ‖ hash)`,
 * node `H(0x01 ‖ left ‖ right)`, split at the largest power of two below the count; leaf and node
 * prefixes keep one from passing as the other.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'

/** Root over the leaves (hex SHA-256 each), in order. At least one leaf. */
export function merkleRoot(leaves: readonly string[]): string {
  assert(leaves.length > 0, 'a Merkle tree has at least one leaf')
  return subtree(leaves).toString('hex')
}

/** Sibling hashes from the leaf at `position` up to the root. */
export function merkleProof(leaves: readonly string[], position: number): string[] {
  assert(position >= 0 && position < leaves.length)
  if (leaves.length === 1) return []
  const split = splitOf(leaves.length)
  const left = leaves.slice(0, split)
  const right = leaves.slice(split)
  return position < split
    ? [...merkleProof(left, position), subtree(right).toString('hex')]
    : [...merkleProof(right, position - split), subtree(left).toString('hex')]
}

/** Whether the proof shows that `leaf` stands at `position` among `count` leaves under `root`. */
export function provesLeaf(
  claim: { leaf: string; position: number; count: number; proof: readonly string[] },
  root: string,
): boolean {
  if (claim.position < 0 || claim.position >= claim.count) return false
  const found = climb(leafHash(claim.leaf), claim.position, claim.count, claim.proof)
  return found?.toString('hex') === root
}

function climb(leaf: Buffer, position: number, count: number, proof: readonly string[]): Buffer | undefined {
  if (count === 1) return proof.length === 0 ? leaf : undefined
  const sibling = proof.at(-1)
  if (sibling === undefined) return undefined
  const split = splitOf(count)
  const rest = proof.slice(0, -1)
  const other = Buffer.from(sibling, 'hex')
  if (position < split) {
    const left = climb(leaf, position, split, rest)
    return left && nodeHash(left, other)
  }
  const right = climb(leaf, position - split, count - split, rest)
  return right && nodeHash(other, right)
}

function subtree(leaves: readonly string[]): Buffer {
  const [only] = leaves
  if (leaves.length === 1 && only !== undefined) return leafHash(only)
  const split = splitOf(leaves.length)
  return nodeHash(subtree(leaves.slice(0, split)), subtree(leaves.slice(split)))
}

function splitOf(count: number): number {
  return 2 ** (Math.ceil(Math.log2(count)) - 1)
}

function leafHash(hash: string): Buffer {
  return createHash('sha256')
    .update(Buffer.from([0]))
    .update(Buffer.from(hash, 'hex'))
    .digest()
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256')
    .update(Buffer.from([1]))
    .update(left)
    .update(right)
    .digest()
}

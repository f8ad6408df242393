/** Vectors of sections 6 and 8: chunks, Merkle proofs, and what the controller makes itself. */
import { sha256 } from '../../../src/base/hash.ts'
import { chunkDigests } from '../../../src/wire/chunks.ts'
import { merkleProof, merkleRoot, provesLeaf } from '../../../src/wire/merkle.ts'
import { notesMilliseconds, soundOfNotes } from '../../../src/wire/notes.ts'

/** Files told by a pattern that is repeated up to their length, with their chunks. */
export function chunkVectors() {
  const cases = [1, 32_767, 32_768, 32_769, 65_536, 70_000, 600_000].map((bytes) => {
    const file = Buffer.alloc(bytes, 'loa')
    return { bytes, pattern: 'loa', sha256: sha256(file), chunks: chunkDigests(file) }
  })
  return {
    about: 'Section 6. A file is the pattern’s bytes repeated up to `bytes`, the last time cut short.',
    cases,
  }
}

/** Trees of one to nine leaves with the proof of every leaf, and proofs that show nothing. */
export function merkleVectors() {
  const leavesOf = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => sha256(`leaf ${String(index)}`))
  const trees = [1, 2, 3, 4, 5, 7, 8, 9].map((count) => {
    const leaves = leavesOf(count)
    return { leaves, root: merkleRoot(leaves), proofs: leaves.map((_, at) => merkleProof(leaves, at)) }
  })
  const leaves = leavesOf(5)
  const [root, proof] = [merkleRoot(leaves), merkleProof(leaves, 3)]
  const base = { leaf: leaves[3] ?? '', position: 3, count: 5, proof }
  const claims = [
    { what: 'as it is', ...base },
    { what: 'another position', ...base, position: 2 },
    { what: 'a position that the tree does not have', ...base, position: 5 },
    { what: 'another number of leaves', ...base, count: 4 },
    {
      what: 'one leaf more, with the same way up: `leaves` is believed because it is signed beside `root`',
      ...base,
      count: 6,
    },
    { what: 'a sibling too few', ...base, proof: proof.slice(1) },
    { what: 'a sibling too many', ...base, proof: [...proof, sha256('more')] },
    { what: 'siblings the other way round', ...base, proof: [...proof].reverse() },
    { what: 'another leaf', ...base, leaf: leaves[2] ?? '' },
    { what: 'an inner node passed off as a leaf', leaf: root, position: 0, count: 1, proof: [] },
  ]
  return {
    about:
      'Section 6. `trees`: every proof shows its leaf. `claims`: whether each shows its leaf under `root`.',
    trees,
    root,
    claims: claims.map(({ what, ...claim }) => ({ what, ...claim, shows: provesLeaf(claim, root) })),
  }
}

/** Some samples of the notes, enough to tell a wrong ramp, pitch, level or place. */
export function noteVectors() {
  const cases = ['704132', '000000', '777777', '012345'].flatMap((notes) =>
    [8000, 24_000, 48_000].map((rate) => {
      const sound = soundOfNotes(notes, rate)
      const places = [0, 0.26, 0.2632, 0.2633, 0.264, 0.27, 0.3, 0.3683, 0.42, 0.55, 0.75, 0.8947, 0.9].map(
        (share) => Math.floor(share * (sound.length - 1)),
      )
      return {
        ...{ notes, rate, samples: sound.length, milliseconds: notesMilliseconds },
        at: places.map((place) => [place, sound[place] ?? 0]),
      }
    }),
  )
  return {
    about:
      'Section 8. `at`: sample number and value of 16-bit mono; a value may be off by 1, because sines are rounded differently.',
    cases,
  }
}

/**
 * How many signatures an approved item needs before it may be heard: one rule for the hub, which plans by it, and
 * for controllers, which believe nobody else. Pure.
 */
import type { ApprovalStatement } from './messages.ts'

/** What counts of a signed statement. `person`: null where the keys document does not say whose key it was. */
export type Signature = {
  person: string | null
  kind: 'ed25519' | 'passkey'
  statement: Pick<ApprovalStatement, 'priority' | 'area'>
}

/** What is still missing. */
export type Lacking = 'second-person' | 'ed25519'

export const priorityRank = { 'thong-thuong': 0, 'uu-tien': 1, 'khan-cap': 2 } as const

/**
 * How many people must have signed an item of this priority and area, and whether one of them with an Ed25519 key:
 * urgent ones, and those for the whole province that are above normal, need two; urgent ones also a signature made
 * on the signer's own machine from the audio itself, because a passkey believes the page it signs on. A statement
 * without an area is for the whole province.
 */
export function signaturesWanted({ priority, area }: Signature['statement']): {
  people: 1 | 2
  ed25519: boolean
} {
  const urgent = priority === 'khan-cap'
  const everywhere = area === undefined || area === 'all'
  return { people: urgent || (everywhere && priority !== 'thong-thuong') ? 2 : 1, ed25519: urgent }
}

/**
 * What these signatures over the same recording still lack; undefined when they suffice. The highest priority and
 * the widest area that any of them names decide. Two keys count as two people only when the keys document says whose
 * they are.
 */
export function lackingOf(signatures: readonly Signature[]): Lacking | undefined {
  const wanted = signatures.map(({ statement }) => signaturesWanted(statement))
  const people = new Set(signatures.map(({ person }) => person ?? ''))
  const wantsTwo = wanted.some((one) => one.people === 2)
  if (signatures.length === 0 || (wantsTwo && (people.size < 2 || people.has('')))) return 'second-person'
  const wantsKey = wanted.some(({ ed25519 }) => ed25519)
  return wantsKey && signatures.every(({ kind }) => kind !== 'ed25519') ? 'ed25519' : undefined
}

/** The highest priority with which these signatures let the recording be played: no higher than each of them says. */
export function priorityOf(signatures: readonly Signature[]): ApprovalStatement['priority'] {
  const [first = 'thong-thuong', ...others] = signatures.map(({ statement }) => statement.priority)
  return others.reduce((least, one) => (priorityRank[one] < priorityRank[least] ? one : least), first)
}

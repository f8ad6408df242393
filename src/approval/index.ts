/**
 * Approval: a person's signature, without which nothing is heard.
 *
 * - What is signed is a statement that names a script version, its validity, and by one Merkle root the
 *   SHA-256 of every rendition it covers. One signature so covers every station's variant in every codec, and
 *   each device checks its own with a short proof. Another rendering has another hash and is outside it.
 * - Nobody approves their own work, whatever their role: neither the author nor who submitted it, nor who wrote or
 *   submitted an earlier version since and including the newest one that others approved: somebody else's comma does
 *   not make it theirs; nor who entered a fact that it says. People who exist for exercises never approve real work, nor real people exercises.
 * - An approval is a fact and is never changed. Whether it still proves something is asked anew each time: not
 *   when its version was withdrawn, its signer's key revoked, or its own or a fact's validity is over; and not
 *   when the signature kept in the database does not verify.
 * - A person signs with an Ed25519 key of their own machine, or with a passkey on a page. A passkey believes the page,
 *   so it reaches no further than priority; urgent items, and province-wide ones above normal, are heard only with
 *   the signatures of two people, urgent ones with an Ed25519 key among them. The hub and each device count.
 * - A key counts after an admin enrolled it, a second person confirmed it and the root listed it. The two are two: neither
 *   reset or let in the other lately, nor reset the key's owner, and whoever holds the root is told who they are.
 * - Devices believe keys, not the hub: which approver keys count is said by the keys document, which the
 *   offline root signs.
 */
export { challengeFor } from '../wire/approval.ts'
export type { PasskeySignature } from '../wire/passkey.ts'
export {
  approve,
  type Approved,
  approveWithPasskey,
  type ForPasskey,
  passkeyMinutesMax,
  passkeyStatement,
} from './approve.ts'
export {
  type ApproverKey,
  approverKeys,
  confirmKey,
  enrolKey,
  type KeyState,
  keyStates,
  passkeyText,
} from './enrolment.ts'
export {
  awaitingApproval,
  type AwaitingApproval,
  draftStatement,
  type DraftStatement,
  type SignedBy,
} from './waiting.ts'
export {
  approvalEnvelopes,
  type ApprovedRecording,
  approvedRecordings,
  proofFor,
  proofsFor,
  type RenditionProof,
} from './proof.ts'
export { isOwnWork } from './own-work.ts'
export { returnVersion, versionStates } from './states.ts'
export { wasApproved } from './store.ts'
export { type Heard, hearingOf, lengthOf, stillToHear, type ToHear } from './hearing.ts'
export {
  approveOnPage,
  approverStanding,
  hearingOfDraft,
  type Standing,
  statementToSign,
} from './on-a-page.ts'
export { keyStanding, type KeyStanding } from './key-standing.ts'
export { beginPlay, endPlay, type Hearing, type HearingItem, openPlay } from './plays/listening.ts'
export type { Play } from './plays/store.ts'
export { differingSentences, type DifferingSentence } from './differing.ts'
export {
  beginPasskey,
  challengeToMake,
  enrolPasskey,
  passkeyDomain,
  proposePasskey,
  refusePasskey,
  waitingPasskeys,
} from './passkeys/making.ts'
export { type MadePasskey, madePasskeys } from './passkeys/store.ts'
export { type ReadAgain, readForSigning } from './from-files.ts'
export { newKeys, type NewKey } from './new-keys.ts'
export { readPassphrase, signKeysDocument } from './keys.ts'
export { currentKeysDocument, type CurrentKeys } from './keys-document.ts'

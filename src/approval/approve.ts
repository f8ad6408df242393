/** Approving: the checks, the signature, the facts kept. With an Ed25519 key in one step, with a passkey in two. */
import { createPublicKey } from 'node:crypto'
import { AppError } from '../base/errors.ts'
import { fromMilliseconds, type Instant, millisecondsBetween } from '../base/time.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { type Person, personById, recordDeed } from '../people/index.ts'
import {
  approverKeyOf,
  challengeFor,
  openApprovalEnvelope,
  sealWithPasskey,
  statementBytes,
} from '../wire/approval.ts'
import { publicKeyText, sealEnvelope, type SigningKey } from '../wire/envelope.ts'
import { ApprovalStatement, readMessage } from '../wire/messages.ts'
import type { PasskeySignature } from '../wire/passkey.ts'
import { entryOf } from './keys.ts'
import { checkApprover, checkedKey, checkOthersBrought, checkRoot } from './may-approve.ts'
import { keepCounter } from './passkeys/store.ts'
import { keepApproval } from './store.ts'
import { approvableVersion, draftStatement, type DraftStatement } from './waiting.ts'

export type Approved = { approval: string; renditions: number }

type Wanted = { script: string; version: number; approver: string; root?: string | undefined; now: Instant }

/** A page shows the statement, and signs it within so long. */
export const passkeyMinutesMax = 15

/**
 * Signs an approval of every rendition of the version that lacks a signature, and keeps it with the hashes under it.
 * Refuses, changing nothing: what `draftStatement` refuses; an unknown person (`not_found`); someone who is no
 * approver or suspended, whose own work the text is (`isOwnWork`), who brought one of the recordings, or who belongs to
 * exercises when the text does not or the other way round; a key that is not theirs or not in force (`forbidden`);
 * and, where `root` says what was listed and heard (its first 8 digits or more), recordings that are not those
 * (`conflict`).
 */
export async function approve(database: Database, approval: Wanted & { key: SigningKey }): Promise<Approved> {
  const { key, now } = approval
  // The kid is only a name: what counts is that the private half fits the key that was enrolled.
  const publicKey = publicKeyText(createPublicKey(key.privateKey))
  return transact(database, async (tx) => {
    const approver = await personById(tx, approval.approver)
    await checkApprover(tx, approver, await approvableVersion(tx, approval))
    const fits = (one: { publicKey: string }): boolean => one.publicKey === publicKey
    await checkedKey(tx, approver, { kid: key.kid, kind: 'ed25519', now, fits })
    const draft = await checkedDraft(tx, approver, { ...approval, kid: key.kid })
    const envelope = sealEnvelope('approval', ApprovalStatement, draft.statement, key)
    return keep(tx, draft, { kid: key.kid, kind: 'ed25519', envelope, now })
  })
}

/** What a page gives to the authenticator, and gives back with its answer. */
export type ForPasskey = DraftStatement & {
  kid: string
  /** The statement's exact bytes, to be given back. */
  document: Uint8Array
  challenge: Uint8Array
  rpId: string
}

/** What the approver would sign with this passkey now. Refuses what `approve` refuses, and changes nothing. */
export async function passkeyStatement(db: Db, wanted: Wanted & { kid: string }): Promise<ForPasskey> {
  const { kid, now } = wanted
  const approver = await personById(db, wanted.approver)
  await checkApprover(db, approver, await approvableVersion(db, wanted))
  const { passkey } = await checkedKey(db, approver, { kid, kind: 'passkey', now })
  const draft = await checkedDraft(db, approver, wanted)
  const document = statementBytes(draft.statement)
  return { ...draft, kid, document, challenge: challengeFor(document), rpId: passkey?.rpId ?? '' }
}

/**
 * Keeps what an authenticator signed: `document` as `passkeyStatement` gave it. Refuses what `approve` refuses, all of
 * it asked again; (`conflict`) a statement that would not be the same now, or that is older than 15 minutes; and
 * (`forbidden`) a signature that does not hold. `counter`: how far the authenticator has counted, kept with the approval.
 */
export async function approveWithPasskey(
  database: Database,
  answer: {
    approver: string
    kid: string
    document: Uint8Array
    signed: PasskeySignature
    counter?: number
    now: Instant
  },
): Promise<Approved> {
  const { kid, document, signed, now } = answer
  const read = readMessage(ApprovalStatement, document)
  if (!read.ok) throw another()
  const { script, version, at } = read.value
  const age = millisecondsBetween(fromMilliseconds(at), now)
  if (age < 0 || age > passkeyMinutesMax * 60_000) throw another()
  return transact(database, async (tx) => {
    const approver = await personById(tx, answer.approver)
    await checkApprover(tx, approver, await approvableVersion(tx, { script, version, now }))
    const key = await checkedKey(tx, approver, { kid, kind: 'passkey', now })
    const wanted = { script, version, approver: approver.id, kid, now: fromMilliseconds(at) }
    const draft = await checkedDraft(tx, approver, wanted)
    if (Buffer.compare(statementBytes(draft.statement), document) !== 0) throw another()
    const envelope = sealWithPasskey(document, kid, signed)
    const opened = openApprovalEnvelope(envelope, () => approverKeyOf(entryOf(key, 0)))
    if (!opened.ok) throw notSigned(opened.why)
    if (answer.counter !== undefined) await keepCounter(tx, kid, answer.counter)
    return keep(tx, draft, { kid, kind: 'passkey', envelope, now })
  })
}

async function checkedDraft(
  db: Db,
  approver: Person,
  wanted: Wanted & { kid: string },
): Promise<DraftStatement> {
  const draft = await draftStatement(db, wanted)
  checkRoot(draft.statement.root, wanted.root)
  await checkOthersBrought(db, approver, draft.uploads)
  return draft
}

async function keep(
  tx: Db,
  { statement, leaves }: DraftStatement,
  signed: { kid: string; kind: 'ed25519' | 'passkey'; envelope: Uint8Array; now: Instant },
): Promise<Approved> {
  const { approval: id, script, version, approver, root } = statement
  const { kid, kind, envelope, now } = signed
  await keepApproval(tx, { id, script, version, approver, kid, root, envelope, at: now, leaves })
  await recordDeed(tx, {
    at: now,
    person: approver,
    what: 'approval.signed',
    subject: `${script}/${version}`,
    detail: { approval: id, kid, kind, root, renditions: leaves.length },
  })
  return { approval: id, renditions: leaves.length }
}

function another(): AppError {
  return new AppError('conflict', {
    vi: 'Nội dung chờ ký đã khác hoặc đã quá 15 phút. Hãy mở lại trang phê duyệt và xem lại trước khi ký.',
    en: 'What waits for a signature is not the same any more, or 15 minutes have gone by. Open the page of approval again and look before you sign.',
  })
}

function notSigned(why: string): AppError {
  return new AppError('forbidden', {
    vi: `Chữ ký của passkey không đúng (${why}). Hãy ký lại bằng đúng passkey của mình, trên đúng trang này.`,
    en: `The passkey’s signature does not hold (${why}). Sign again with your own passkey, on this very page.`,
  })
}

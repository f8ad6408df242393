/** The keys document: whose signatures a device believes, signed by the offline root. And passphrases of key files. */
import { type Instant, plusMilliseconds, toMilliseconds } from '../base/time.ts'
import { AppError, type Sentence } from '../base/errors.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { recordDeed } from '../people/index.ts'
import { kidOf, readPublicKey, sealEnvelope, type SigningKey } from '../wire/envelope.ts'
import { controlBytesMax, KeysDocument } from '../wire/messages.ts'
import { type ApproverKey, approverKeys } from './enrolment.ts'
import { keepKeysDocument, newestKeysDocuments } from './store.ts'

/** Keys are listed for two years: the root must sign again before that. */
const keyMilliseconds = 731 * 86_400_000
const keysMax = 200

/**
 * Makes the next keys document: the hub's key and every approver's key that was confirmed and not revoked, of real
 * people or, for exercises, of training people; suspended ones stay, because what they signed stands. Signed by the root and kept. Refuses (`conflict`) another root than the
 * one that signed before, because devices believe only that one; refuses (`invalid`) more keys than a message holds.
 */
export async function signKeysDocument(
  database: Database,
  signing: {
    rootKey: SigningKey & { publicKey: string }
    hubPublicKey: string
    training: boolean
    now: Instant
  },
): Promise<{ version: number; keys: number }> {
  const { rootKey, training, now } = signing
  return transact(database, async (tx) => {
    const [before] = await newestKeysDocuments(tx, 1)
    if (before !== undefined && before.rootPublicKey !== rootKey.publicKey) throw anotherRoot()
    const version = (before?.version ?? 0) + 1
    const keys = await keysListed(tx, signing)
    const document: KeysDocument = { v: 1, version, issued: toMilliseconds(now), training, keys }
    const envelope = keys.length > keysMax ? undefined : sealEnvelope('keys', KeysDocument, document, rootKey)
    if (envelope === undefined || envelope.length > controlBytesMax) throw tooManyKeys(keys.length)
    await keepKeysDocument(tx, { version, envelope, rootPublicKey: rootKey.publicKey, at: now })
    const detail = { kids: keys.map(({ kid }) => kid), training }
    await recordDeed(tx, { at: now, person: null, what: 'keys.signed', subject: `keys/${version}`, detail })
    return { version, keys: keys.length }
  })
}

async function keysListed(
  tx: Db,
  signing: { hubPublicKey: string; training: boolean; now: Instant },
): Promise<KeysDocument['keys']> {
  const { hubPublicKey, training, now } = signing
  const until = toMilliseconds(plusMilliseconds(now, keyMilliseconds))
  // Throws on anything but an Ed25519 key: a hub that cannot read its own key is a bug.
  readPublicKey(hubPublicKey)
  const hub = { kid: kidOf(hubPublicKey), role: 'hub' as const, publicKey: hubPublicKey, name: 'hub', until }
  const approvers = (await approverKeys(tx)).filter(
    (key) =>
      key.role === 'approver' &&
      key.revokedAt === null &&
      key.confirmedAt !== null &&
      key.training === training,
  )
  return [hub, ...approvers.map((key) => entryOf(key, until))]
}

/** A key as devices and those who open approvals see it. */
export function entryOf(key: ApproverKey, until: number): KeysDocument['keys'][number] {
  const { kid, publicKey, name, person, passkey } = key
  const listed = { kid, role: 'approver' as const, publicKey, name, until, person }
  return passkey === null ? { ...listed, kind: 'ed25519' } : { ...listed, kind: 'passkey', ...passkey }
}

function anotherRoot(): AppError {
  return new AppError('conflict', {
    vi: 'Đây không phải khóa gốc đã ký lần trước; các thiết bị chỉ tin khóa gốc cũ. Hãy dùng đúng khóa gốc.',
    en: 'This is not the root key that signed before, and devices believe only that one. Use the same root key.',
  })
}

function tooManyKeys(count: number): AppError {
  return new AppError('invalid', {
    vi: `Có ${count} khóa, nhiều hơn mức một danh sách khóa chứa được. Hãy thu hồi những khóa không dùng nữa.`,
    en: `There are ${count} keys, more than one keys document can hold. Revoke those that are no longer used.`,
  })
}

const passphraseCharactersMin = 8
const passphraseCharactersMax = 200

/**
 * The passphrase of a key file as it was typed, or why it cannot be one: shorter than 8 characters or only
 * spaces, or longer than 200. Brought to NFC, so that two keyboards that write ế differently open the same file.
 */
export function readPassphrase(
  typed: string,
): { ok: true; passphrase: string } | { ok: false; why: Sentence } {
  const passphrase = typed.normalize('NFC')
  const characters = Array.from(passphrase).length
  if (passphrase.trim() === '' || characters < passphraseCharactersMin) {
    return {
      ok: false,
      why: {
        vi: `Mật khẩu của khóa phải có ít nhất ${passphraseCharactersMin} ký tự, vì ai mở được khóa là được nói trên loa. Hãy đặt dài hơn.`,
        en: `The key’s passphrase must have at least ${passphraseCharactersMin} characters, because whoever opens the key may speak on the loudspeakers. Choose a longer one.`,
      },
    }
  }
  if (characters > passphraseCharactersMax) {
    return {
      ok: false,
      why: {
        vi: `Mật khẩu của khóa dài quá ${passphraseCharactersMax} ký tự. Hãy đặt ngắn hơn.`,
        en: `The key’s passphrase has more than ${passphraseCharactersMax} characters. Choose a shorter one.`,
      },
    }
  }
  return { ok: true, passphrase }
}

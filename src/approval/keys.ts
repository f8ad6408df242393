/** The keys document: whose signatures a device believes, signed by the offline root. And passphrases of key files. */
import { type Instant, fromMilliseconds, plusMilliseconds, toMilliseconds } from '../base/time.ts'
import { AppError, type Sentence } from '../base/errors.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { personKeys, recordDeed } from '../people/index.ts'
import { kidOf, openEnvelope, readPublicKey, sealEnvelope, type SigningKey } from '../wire/envelope.ts'
import { controlBytesMax, KeysDocument } from '../wire/messages.ts'
import { keepKeysDocument, newestKeysDocument } from './store.ts'

/** Keys are listed for two years: the root must sign again before that. */
const keyMilliseconds = 731 * 86_400_000
const keysMax = 200

export type CurrentKeys = {
  /** Byte for byte as devices get it. */
  envelope: Uint8Array
  version: number
  rootPublicKey: string
  training: boolean
  /** When the first of its keys ends: the root must have signed again before. */
  until: Instant
  /** Kids of all keys it lists. */
  kids: string[]
}

/**
 * Makes the next keys document: the hub's key and every approver's key that is not revoked, of real people or,
 * for exercises, of training people. Signed by the root and kept. Refuses (`conflict`) another root than the
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
    const before = await newestKeysDocument(tx)
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
  const approvers = (await personKeys(tx))
    .filter((key) => key.role === 'approver' && key.revokedAt === null && key.training === training)
    .map(({ kid, publicKey, name }) => ({ kid, role: 'approver' as const, publicKey, name, until }))
  return [hub, ...approvers]
}

/** The newest keys document; undefined before the root signed the first. */
export async function currentKeysDocument(db: Db): Promise<CurrentKeys | undefined> {
  const newest = await newestKeysDocument(db)
  if (newest === undefined) return undefined
  const opened = openEnvelope('keys', KeysDocument, newest.envelope, (kid) =>
    kid === kidOf(newest.rootPublicKey) ? readPublicKey(newest.rootPublicKey) : undefined,
  )
  if (!opened.ok) {
    throw new AppError('unavailable', {
      vi: `Danh sách khóa số ${newest.version} trong cơ sở dữ liệu bị hỏng (${opened.why}). Hãy ký lại bằng khóa gốc.`,
      en: `The keys document ${newest.version} in the database is damaged (${opened.why}). Sign it again with the root key.`,
    })
  }
  const { keys, training } = opened.value.document
  const until = fromMilliseconds(Math.min(...keys.map((key) => key.until)))
  return { ...newest, training, until, kids: keys.map(({ kid }) => kid) }
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

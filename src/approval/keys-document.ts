/** The keys documents that are kept: the one in force, and whom they list. */
import { AppError } from '../base/errors.ts'
import { fromMilliseconds, type Instant, toMilliseconds } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import { kidOf, openEnvelope, readPublicKey } from '../wire/envelope.ts'
import { KeysDocument } from '../wire/messages.ts'
import type { Parsed } from '../base/errors.ts'
import { newestKeysDocuments } from './store.ts'

/** So far back the newest document of each side (real work, exercises) is looked for. */
const documentsLooked = 20

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

/** The newest keys document; undefined before the root signed the first. */
export async function currentKeysDocument(db: Db): Promise<CurrentKeys | undefined> {
  const [newest] = await newestKeysDocuments(db, 1)
  if (newest === undefined) return undefined
  const opened = openKept(newest)
  if (!opened.ok) {
    throw new AppError('unavailable', {
      vi: `Danh sách khóa số ${newest.version} trong cơ sở dữ liệu bị hỏng (${opened.why}). Hãy ký lại bằng khóa gốc.`,
      en: `The keys document ${newest.version} in the database is damaged (${opened.why}). Sign it again with the root key.`,
    })
  }
  const { keys, training } = opened.value
  const until = fromMilliseconds(Math.min(...keys.map((key) => key.until)))
  return { ...newest, training, until, kids: keys.map(({ kid }) => kid) }
}

/**
 * The kids that the root vouches for at an instant: those in the newest document of real work, and those in the newest
 * one of exercises. A damaged document lists nobody.
 */
export async function listedKids(db: Db, now: Instant): Promise<Set<string>> {
  const documents = (await newestKeysDocuments(db, documentsLooked)).map(openKept)
  const kids = new Set<string>()
  for (const training of [false, true]) {
    const newest = documents.find((opened) => opened.ok && opened.value.training === training)
    if (newest?.ok !== true) continue
    for (const { kid, until } of newest.value.keys) if (until >= toMilliseconds(now)) kids.add(kid)
  }
  return kids
}

function openKept(kept: { envelope: Uint8Array; rootPublicKey: string }): Parsed<KeysDocument> {
  const opened = openEnvelope('keys', KeysDocument, kept.envelope, (kid) =>
    kid === kidOf(kept.rootPublicKey) ? readPublicKey(kept.rootPublicKey) : undefined,
  )
  return opened.ok ? { ok: true, value: opened.value.document } : opened
}

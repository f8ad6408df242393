/** Approvals, the hashes under them, and the keys documents in the database. */
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'

/** An approval as it is kept, before anyone asked whether it still holds. */
export type KeptApproval = {
  id: string
  script: string
  version: number
  approver: string
  kid: string
  root: string
  envelope: Uint8Array
  at: Instant
}

/** SQLite takes 32,766 values in one statement; lists of hashes and ids are asked for in parts. */
const listMax = 500

/** Keeps an approval and the hashes under its root, in the order of the tree. */
export async function keepApproval(
  db: Db,
  kept: KeptApproval & { leaves: readonly string[] },
): Promise<void> {
  await db
    .insertInto('approval')
    .values({
      id: kept.id,
      script_id: kept.script,
      version: kept.version,
      approver_id: kept.approver,
      kid: kept.kid,
      root: kept.root,
      // The signed bytes are a line of ASCII and JSON in UTF-8: text keeps them byte for byte.
      envelope: Buffer.from(kept.envelope).toString('utf8'),
      at: kept.at,
    })
    .execute()
  const rows = kept.leaves.map((sha256, position) => ({ approval_id: kept.id, position, sha256 }))
  for (const part of parts(rows)) await db.insertInto('approval_leaf').values(part).execute()
}

/** Approvals, newest first: of one script version, of all of a script, or of everything. */
export async function keptApprovals(
  db: Db,
  of: { script?: string; version?: number } = {},
): Promise<KeptApproval[]> {
  let query = db.selectFrom('approval').selectAll().orderBy('at', 'desc').orderBy('id', 'desc')
  if (of.script !== undefined) query = query.where('script_id', '=', of.script)
  if (of.version !== undefined) query = query.where('version', '=', of.version)
  return (await query.execute()).map(approvalOf)
}

/** Approvals by id, in no order; unknown ids are left out. */
export async function approvalsById(db: Db, ids: readonly string[]): Promise<KeptApproval[]> {
  const found: KeptApproval[] = []
  for (const part of parts([...new Set(ids)])) {
    const rows = await db.selectFrom('approval').selectAll().where('id', 'in', part).execute()
    found.push(...rows.map(approvalOf))
  }
  return found
}

/** Which approvals have these hashes under their root. */
export async function approvalsOver(
  db: Db,
  hashes: readonly string[],
): Promise<{ approval: string; sha256: string; position: number }[]> {
  const found: { approval: string; sha256: string; position: number }[] = []
  for (const part of parts([...new Set(hashes)])) {
    const rows = await db
      .selectFrom('approval_leaf')
      .select(['approval_id as approval', 'sha256', 'position'])
      .where('sha256', 'in', part)
      .execute()
    found.push(...rows)
  }
  return found
}

/** The hashes under an approval's root, in the order of the tree. */
export async function leavesOf(db: Db, approval: string): Promise<string[]> {
  const rows = await db
    .selectFrom('approval_leaf')
    .select('sha256')
    .where('approval_id', '=', approval)
    .orderBy('position')
    .execute()
  return rows.map(({ sha256 }) => sha256)
}

/** Keys documents by version, newest first: one is enough to hand on, two sides (real work, exercises) take turns. */
export async function newestKeysDocuments(
  db: Db,
  countMax: number,
): Promise<{ version: number; envelope: Uint8Array; rootPublicKey: string }[]> {
  const query = db.selectFrom('keys_document').selectAll().orderBy('version', 'desc').limit(countMax)
  return (await query.execute()).map(({ version, envelope, root_public_key }) => {
    return { version, envelope: Buffer.from(envelope), rootPublicKey: root_public_key }
  })
}

/** Keeps a keys document under its version. */
export async function keepKeysDocument(
  db: Db,
  kept: { version: number; envelope: Uint8Array; rootPublicKey: string; at: Instant },
): Promise<void> {
  const envelope = Buffer.from(kept.envelope).toString('utf8')
  const { version, rootPublicKey: root_public_key, at } = kept
  await db.insertInto('keys_document').values({ version, envelope, root_public_key, at }).execute()
}

/** How a key signs, who enrolled it (null = before two people were asked), and who confirmed it, if anybody did. */
export type KeyEnrolment = {
  kid: string
  passkey: { rpId: string; origins: string[] } | null
  enrolledBy: string | null
  confirmedBy: string | null
  confirmedAt: Instant | null
}

/** Every enrolment, by kid. */
export async function keyEnrolments(db: Db): Promise<Map<string, KeyEnrolment>> {
  const rows = await db.selectFrom('key_enrolment').selectAll().execute()
  return new Map(
    rows.map(({ kid, rp_id, origins, enrolled_by, confirmed_by, confirmed_at }) => {
      const passkey =
        rp_id === null ? null : { rpId: rp_id, origins: JSON.parse(origins ?? '[]') as string[] }
      return [
        kid,
        { kid, passkey, enrolledBy: enrolled_by, confirmedBy: confirmed_by, confirmedAt: confirmed_at },
      ]
    }),
  )
}

/** Keeps that a key was enrolled; `known` when it was already. */
export async function keepEnrolment(
  tx: Db,
  enrolment: Pick<KeyEnrolment, 'kid' | 'passkey' | 'enrolledBy'> & { at: Instant },
): Promise<'kept' | 'known'> {
  const { kid, passkey, enrolledBy, at } = enrolment
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('key_enrolment')
    .values({
      kid,
      kind: passkey === null ? 'ed25519' : 'passkey',
      rp_id: passkey?.rpId ?? null,
      origins: passkey === null ? null : JSON.stringify(passkey.origins),
      enrolled_by: enrolledBy,
      enrolled_at: at,
      confirmed_by: null,
      confirmed_at: null,
    })
    .onConflict((conflict) => conflict.column('kid').doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n ? 'kept' : 'known'
}

/** Keeps who confirmed a key. */
export async function keepConfirmation(tx: Db, kid: string, by: string, at: Instant): Promise<void> {
  const confirmed = { confirmed_by: by, confirmed_at: at }
  await tx.updateTable('key_enrolment').set(confirmed).where('kid', '=', kid).execute()
}

function approvalOf(row: {
  id: string
  script_id: string
  version: number
  approver_id: string
  kid: string
  root: string
  envelope: string
  at: string
}): KeptApproval {
  const { id, script_id: script, version, approver_id: approver, kid, root, at } = row
  return { id, script, version, approver, kid, root, envelope: Buffer.from(row.envelope), at }
}

function parts<T>(list: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(list.length / listMax) }, (_, index) => {
    return list.slice(index * listMax, (index + 1) * listMax)
  })
}

/** Whether somebody ever signed for the sound of this hash. */
export async function wasApproved(db: Db, sha256: string): Promise<boolean> {
  return (await approvalsOver(db, [sha256])).length > 0
}

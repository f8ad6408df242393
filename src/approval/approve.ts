/** Approving: the checks, the signature, the facts kept. */
import { createPublicKey } from 'node:crypto'
import { uploadById } from '../audio/index.ts'
import { AppError } from '../base/errors.ts'
import type { Instant } from '../base/time.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { personById, type Person, personKey, recordDeed } from '../people/index.ts'
import type { SubmittedVersion } from '../scripts/index.ts'
import { publicKeyText, sealEnvelope, type SigningKey } from '../wire/envelope.ts'
import { ApprovalStatement } from '../wire/messages.ts'
import { keepApproval } from './store.ts'
import { approvableVersion, draftStatement } from './waiting.ts'

export type Approved = { approval: string; renditions: number }

/**
 * Signs an approval of every rendition of the version that is not approved yet, and keeps it with the hashes
 * under it. Refuses, changing nothing: what `draftStatement` refuses; an unknown person (`not_found`); someone
 * who is no approver, who wrote or submitted the text, who brought one of the recordings, or who belongs to
 * exercises when the text does not or the other way round; a key that is not theirs or was revoked (`forbidden`);
 * and, where `root` says what was listed and heard (its first 8 digits or more), recordings that are not those
 * (`conflict`).
 */
export async function approve(
  database: Database,
  approval: {
    script: string
    version: number
    approver: string
    key: SigningKey
    root?: string | undefined
    now: Instant
  },
): Promise<Approved> {
  const { script, version, key, now } = approval
  return transact(database, async (tx) => {
    const approver = await personById(tx, approval.approver)
    await checkApprover(tx, approver, await approvableVersion(tx, approval))
    await checkKey(tx, approver, key)
    const wanted = { script, version, approver: approver.id, kid: key.kid, now }
    const { statement, leaves, uploads } = await draftStatement(tx, wanted)
    checkRoot(statement.root, approval.root)
    await checkOthersBrought(tx, approver, uploads)
    const envelope = sealEnvelope('approval', ApprovalStatement, statement, key)
    const { approval: id, root } = statement
    await keepApproval(tx, {
      id,
      script,
      version,
      approver: approver.id,
      kid: key.kid,
      root,
      envelope,
      at: now,
      leaves,
    })
    await recordDeed(tx, {
      at: now,
      person: approver.id,
      what: 'approval.signed',
      subject: `${script}/${version}`,
      detail: { approval: id, kid: key.kid, root, renditions: leaves.length },
    })
    return { approval: id, renditions: leaves.length }
  })
}

async function checkApprover(tx: Db, approver: Person, version: SubmittedVersion): Promise<void> {
  if (approver.role !== 'approver') {
    throw new AppError('forbidden', {
      vi: `“${approver.name}” không có quyền phê duyệt. Hãy mời một người phê duyệt.`,
      en: `“${approver.name}” is not an approver. Ask someone who is.`,
    })
  }
  if (approver.id === version.author || approver.id === version.submittedBy) {
    throw new AppError('forbidden', {
      vi: `“${approver.name}” đã soạn hoặc trình bản tin này nên không được tự duyệt. Hãy mời người phê duyệt khác.`,
      en: `“${approver.name}” wrote or submitted this script and may not approve it. Ask another approver.`,
    })
  }
  const [author, submitter] = [
    await personById(tx, version.author),
    await personById(tx, version.submittedBy),
  ]
  if (author.training !== approver.training || submitter.training !== approver.training) {
    throw new AppError('forbidden', {
      vi: `Bản tin tập huấn chỉ do người của đợt tập huấn duyệt, bản tin thật chỉ do người thật duyệt; “${approver.name}” ở phía bên kia. Hãy mời người khác.`,
      en: `Exercises are approved by people of the exercise only, and real work by real people; “${approver.name}” is of the other side. Ask someone else.`,
    })
  }
}

const rootDigitsMin = 8

/** A recording may have come in between listening and signing; who says what they heard signs only that. */
function checkRoot(root: string, heard: string | undefined): void {
  if (heard === undefined) return
  const digits = heard.trim().toLowerCase()
  if (digits.length < rootDigitsMin || digits.length > root.length || !/^[0-9a-f]+$/.test(digits)) {
    const shown = heard.slice(0, 80)
    throw new AppError('invalid', {
      vi: `Mã gốc “${shown}” không đúng: cần từ ${rootDigitsMin} đến ${root.length} chữ số đầu của mã ghi trong danh sách chờ duyệt (0–9, a–f).`,
      en: `The root “${shown}” is not right: give the first ${rootDigitsMin} to ${root.length} digits of the one in the list of what waits (0–9, a–f).`,
    })
  }
  if (root.startsWith(digits)) return
  throw new AppError('conflict', {
    vi: 'Các bản ghi chờ duyệt đã khác với lúc anh/chị xem: có bản ghi mới thêm vào hoặc đã được duyệt. Hãy xem lại danh sách chờ duyệt, nghe bản mới rồi duyệt.',
    en: 'The recordings that wait are not those you looked at any more: some came in or were approved meanwhile. Look at the list again, hear what is new, then approve.',
  })
}

/** A recording that a person brought is heard by a second person before the loudspeakers play it. */
async function checkOthersBrought(tx: Db, approver: Person, uploads: readonly string[]): Promise<void> {
  for (const id of uploads) {
    if ((await uploadById(tx, id))?.by !== approver.id) continue
    throw new AppError('forbidden', {
      vi: `“${approver.name}” đã đưa lên một bản ghi âm đang chờ duyệt của bản tin này nên không được tự duyệt. Hãy mời người phê duyệt khác.`,
      en: `“${approver.name}” brought one of the recordings that wait here and may not approve it. Ask another approver.`,
    })
  }
}

async function checkKey(tx: Db, approver: Person, key: SigningKey): Promise<void> {
  const enrolled = await personKey(tx, key.kid)
  // The kid is only a name: what counts is that the private half fits the key that was enrolled.
  const fits = enrolled?.publicKey === publicKeyText(createPublicKey(key.privateKey))
  if (enrolled?.person !== approver.id || !fits) {
    throw new AppError('forbidden', {
      vi: `Khóa này chưa được ghi nhận là của “${approver.name}”. Hãy dùng đúng tệp khóa, hoặc nhờ quản trị ghi nhận khóa.`,
      en: `This key is not enrolled as a key of “${approver.name}”. Use the right key file, or ask an admin to enrol it.`,
    })
  }
  if (enrolled.revokedAt !== null) {
    throw new AppError('forbidden', {
      vi: `Khóa ${key.kid} đã bị thu hồi. Hãy tạo khóa mới và nhờ quản trị ghi nhận.`,
      en: `The key ${key.kid} was revoked. Make a new key and ask an admin to enrol it.`,
    })
  }
}

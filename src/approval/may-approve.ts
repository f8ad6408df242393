/** Who may approve what, and with which key: the refusals of `approve`. */
import { uploadById } from '../audio/index.ts'
import { AppError, type Sentence } from '../base/errors.ts'
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import { type Person, personById, refuseSuspended } from '../people/index.ts'
import type { SubmittedVersion } from '../scripts/index.ts'
import { type ApproverKey, keyStates } from './enrolment.ts'
import { checkFactsOfOthers } from './own-facts.ts'
import { isOwnWork } from './own-work.ts'

export async function checkApprover(tx: Db, approver: Person, version: SubmittedVersion): Promise<void> {
  refuseSuspended(approver)
  if (approver.role !== 'approver') {
    throw new AppError('forbidden', {
      vi: `“${approver.name}” không có quyền phê duyệt. Hãy mời một người phê duyệt.`,
      en: `“${approver.name}” is not an approver. Ask someone who is.`,
    })
  }
  if (await isOwnWork(tx, { ...version, person: approver.id })) {
    throw new AppError('forbidden', {
      vi: `“${approver.name}” đã soạn hoặc trình bản tin này, hoặc một bản trước mà từ đó chưa ai khác duyệt, hoặc đúng những lời này dưới tên khác, nên không được tự duyệt. Hãy mời người phê duyệt khác.`,
      en: `“${approver.name}” wrote or submitted this script, or an earlier version since which nobody else approved one, or these same words under another name, and may not approve it. Ask another approver.`,
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
  await checkFactsOfOthers(tx, approver, version)
}

const rootDigitsMin = 8

/** A recording may have come in between listening and signing; who says what they heard signs only that. */
export function checkRoot(root: string, heard: string | undefined): void {
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
export async function checkOthersBrought(
  tx: Db,
  approver: Person,
  uploads: readonly string[],
): Promise<void> {
  for (const id of uploads) {
    if ((await uploadById(tx, id))?.by !== approver.id) continue
    throw new AppError('forbidden', {
      vi: `“${approver.name}” đã đưa lên một bản ghi âm đang chờ duyệt của bản tin này nên không được tự duyệt. Hãy mời người phê duyệt khác.`,
      en: `“${approver.name}” brought one of the recordings that wait here and may not approve it. Ask another approver.`,
    })
  }
}

/** The approver's own key of this kind, in force; `fits` asks more of it. */
export async function checkedKey(
  tx: Db,
  approver: Person,
  wanted: { kid: string; kind: 'ed25519' | 'passkey'; now: Instant; fits?: (key: ApproverKey) => boolean },
): Promise<ApproverKey> {
  const { kid, kind, now, fits } = wanted
  const key = (await keyStates(tx, now)).find((one) => one.kid === kid)
  const isOfKind = key !== undefined && (key.passkey === null ? 'ed25519' : 'passkey') === kind
  if (!isOfKind || key.person !== approver.id || fits?.(key) === false) {
    throw new AppError('forbidden', {
      vi: `Khóa này chưa được ghi nhận là của “${approver.name}”. Hãy dùng đúng khóa, hoặc nhờ quản trị ghi nhận khóa.`,
      en: `This key is not enrolled as a key of “${approver.name}”. Use the right key, or ask an admin to enrol it.`,
    })
  }
  if (key.state !== 'active') throw new AppError('forbidden', whyNotActive[key.state](kid))
  return key
}

const whyNotActive: Record<
  'revoked' | 'suspended' | 'pending-confirmation' | 'pending-root',
  (kid: string) => Sentence
> = {
  revoked: (kid) => ({
    vi: `Khóa ${kid} đã bị thu hồi. Hãy tạo khóa mới và nhờ quản trị ghi nhận.`,
    en: `The key ${kid} was revoked. Make a new key and ask an admin to enrol it.`,
  }),
  suspended: (kid) => ({
    vi: `Khóa ${kid} đang tạm dừng vì người khác đã đặt lại mật khẩu hoặc mã của chủ khóa, đổi vai trò hoặc tạm dừng người ấy. Cần hai người ghi nhận lại khóa này.`,
    en: `The key ${kid} is suspended, because somebody else reset its owner’s password or codes, changed their role or suspended them. Two people must enrol it again.`,
  }),
  'pending-confirmation': (kid) => ({
    vi: `Khóa ${kid} còn chờ người thứ hai xác nhận ở trang Khóa ký (hoặc bằng lệnh loa keys confirm ${kid} --by <người>).`,
    en: `The key ${kid} waits for a second person to confirm it on the page of signing keys (or by the command loa keys confirm ${kid} --by <person>).`,
  }),
  'pending-root': (kid) => ({
    vi: `Khóa ${kid} chưa có chữ ký của khóa gốc, hoặc chữ ký đã hết hạn. Người giữ khóa gốc ký danh sách khóa: loa keys sign --root-file <tệp>.`,
    en: `The offline root has not signed the key ${kid}, or its word is over. Whoever holds the root signs the list of keys: loa keys sign --root-file <file>.`,
  }),
}

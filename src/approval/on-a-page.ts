/** Approving on a page: whether somebody may, with which key, and the passkey's signature after all was heard. */
import type { Recording } from '../audio/index.ts'
import { AppError, type Sentence } from '../base/errors.ts'
import { fromMilliseconds, type Instant } from '../base/time.ts'
import type { Database, Db } from '../db/index.ts'
import { personById } from '../people/index.ts'
import { ApprovalStatement, readMessage } from '../wire/messages.ts'
import { signaturesWanted } from '../wire/signatures.ts'
import type { PasskeySignature } from '../wire/passkey.ts'
import { type Approved, approveWithPasskey, type ForPasskey, passkeyStatement } from './approve.ts'
import { type ApproverKey, type KeyState, keyStates } from './enrolment.ts'
import { checkApprover, checkOthersBrought } from './may-approve.ts'
import { type Hearing, hearingFor } from './plays/listening.ts'
import { approvableVersion, awaitingApproval, draftStatement, type DraftStatement } from './waiting.ts'

type Asked = { script: string; version: number; approver: string; now: Instant }

/**
 * How an approver stands to a version. `refusal`: why it is not theirs to sign at all. `keyRefusal`: they may, but no
 * key of theirs signs now. `lacksEd25519`: an urgent one, of which a passkey's signature alone is never enough.
 */
export type Standing = {
  refusal: AppError | null
  keyRefusal: Sentence | null
  /** Their key in force that signs here: a passkey before an Ed25519 key; null = none. */
  key: (ApproverKey & { state: KeyState }) | null
  /** Kids of their passkeys in force. */
  passkeys: string[]
  /** What they would sign; null where there is a refusal. */
  draft: DraftStatement | null
  lacksEd25519: boolean
  /** Somebody else has signed it with an Ed25519 key already. */
  signedWithEd25519: boolean
}

/** Whether this approver may sign this version, and with what. Asks what `approve` asks, and changes nothing. */
export async function approverStanding(db: Db, asked: Asked): Promise<Standing> {
  const mine = (await keyStates(db, asked.now)).filter(({ person }) => person === asked.approver)
  const active = mine.filter(({ state }) => state === 'active')
  const passkeys = active.filter((key) => key.passkey !== null)
  const key = passkeys[0] ?? active[0] ?? null
  const common = { key, passkeys: passkeys.map(({ kid }) => kid) }
  try {
    const approver = await personById(db, asked.approver)
    await checkApprover(db, approver, await approvableVersion(db, asked))
    const draft = await draftStatement(db, { ...asked, kid: key?.kid ?? '' })
    await checkOthersBrought(db, approver, draft.uploads)
    const lacksEd25519 = signaturesWanted(draft.statement).ed25519
    const signedWithEd25519 = lacksEd25519 && (await hasEd25519(db, asked))
    const keyRefusal = key === null ? keySentence(mine) : null
    return { ...common, refusal: null, keyRefusal, draft, lacksEd25519, signedWithEd25519 }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const nothing = { draft: null, lacksEd25519: false, signedWithEd25519: false }
    return { ...common, refusal: error, keyRefusal: null, ...nothing }
  }
}

async function hasEd25519(db: Db, { script, version, approver, now }: Asked): Promise<boolean> {
  const waiting = (await awaitingApproval(db, now)).find(
    (one) => one.script === script && one.version === version,
  )
  return waiting?.signedBy.some(({ person, kind }) => kind === 'ed25519' && person !== approver) === true
}

/** What stands in the way, of the key that has come furthest. */
function keySentence(mine: readonly { state: KeyState; kid: string }[]): Sentence {
  const way = ['pending-root', 'pending-confirmation', 'suspended', 'revoked'] as const
  const furthest = way.find((state) => mine.some((key) => key.state === state))
  const kid = mine.find(({ state }) => state === furthest)?.kid ?? ''
  switch (furthest) {
    case 'pending-root':
      return {
        vi: `Khóa ${kid} của anh/chị chờ khóa gốc ký danh sách khóa: người giữ khóa gốc chạy loa keys sign --root-file <tệp>.`,
        en: `Your key ${kid} waits for the root: whoever holds it runs loa keys sign --root-file <file>.`,
      }
    case 'pending-confirmation':
      return {
        vi: `Khóa ${kid} của anh/chị chờ người thứ hai (quản trị hoặc phê duyệt, không phải người đã ghi nhận) xác nhận ở trang Khóa ký.`,
        en: `Your key ${kid} waits for a second person (an admin or approver, not the one who enrolled it) to confirm it on the page of signing keys.`,
      }
    case 'suspended':
      return {
        vi: `Khóa ${kid} của anh/chị đang tạm dừng vì có người đặt lại cách đăng nhập, đổi vai trò hoặc tạm dừng anh/chị. Hai người khác, ít nhất một quản trị, phải ghi nhận lại.`,
        en: `Your key ${kid} is suspended, because somebody reset how you sign in, changed your role or suspended you. Two others, at least one an admin, must enrol it again.`,
      }
    case 'revoked':
      return {
        vi: 'Khóa của anh/chị đã bị thu hồi. Hãy tạo passkey mới ở trang Khóa ký.',
        en: 'Your key was revoked. Make a new passkey on the page of signing keys.',
      }
    case undefined:
      return {
        vi: 'Anh/chị chưa có khóa ký được ghi nhận. Hãy tạo passkey ở trang Khóa ký rồi nhờ quản trị ghi nhận.',
        en: 'You have no signing key that is enrolled. Make a passkey on the page of signing keys and ask an admin to enrol it.',
      }
  }
}

/** What the approver would sign, and what of it they have heard. Refuses what `passkeyStatement` refuses. */
export async function statementToSign(
  db: Db,
  asked: Asked & { kid: string },
): Promise<ForPasskey & { hearing: Hearing }> {
  const toSign = await passkeyStatement(db, asked)
  return { ...toSign, hearing: await hearingOfDraft(db, asked, toSign) }
}

/** `hearingFor` of what a statement covers. */
export function hearingOfDraft(
  db: Db,
  { script, version, approver }: Omit<Asked, 'now'>,
  draft: { statement: { root: string }; recordings: readonly Recording[] },
): Promise<Hearing> {
  const { root } = draft.statement
  return hearingFor(db, { script, version, approver, recordings: draft.recordings, root })
}

/**
 * Keeps a passkey's signature on a page. Refuses what `approveWithPasskey` refuses, (`conflict`) recordings that are
 * not those of the statement any more, and (`conflict`) anything that was not heard to its end. `counter`: how far the
 * authenticator has counted.
 */
export async function approveOnPage(
  database: Database,
  answer: {
    approver: string
    kid: string
    document: Uint8Array
    signed: PasskeySignature
    counter: number
    now: Instant
  },
): Promise<Approved> {
  const { approver, kid, document } = answer
  const read = readMessage(ApprovalStatement, document)
  if (!read.ok) throw changed()
  const { script, version, root, at } = read.value
  const asked = { script, version, approver, kid, now: fromMilliseconds(at) }
  const toSign = await statementToSign(database, asked)
  if (toSign.statement.root !== root) throw changed()
  if (toSign.hearing.leftMs > 0) throw notHeard(toSign.hearing)
  // It asks all of it again, and the root too: what was heard is never heard less.
  return approveWithPasskey(database, answer)
}

function changed(): AppError {
  return new AppError('conflict', {
    vi: 'Những gì anh/chị đã nghe đã khác: có bản ghi mới tạo hoặc tạo lại. Chưa ký gì cả. Hãy nghe phần mới rồi ký.',
    en: 'What you heard has changed: recordings were made or made anew meanwhile. Nothing is signed. Hear what is new, then sign.',
  })
}

function notHeard({ items, heard }: Hearing): AppError {
  return new AppError('conflict', {
    vi: `Anh/chị mới nghe ${heard} trên ${items.length} phần phải nghe. Chưa ký gì cả. Hãy nghe hết rồi ký.`,
    en: `You have heard ${heard} of the ${items.length} parts there are to hear. Nothing is signed. Hear the rest, then sign.`,
  })
}

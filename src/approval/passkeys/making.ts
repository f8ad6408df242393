/** Making passkeys: the domain they belong to, one that an approver makes, and an admin's word that enrols it. */
import { AppError } from '../../base/errors.ts'
import { newSecret } from '../../base/ids.ts'
import { type Instant, millisecondsBetween } from '../../base/time.ts'
import { type Database, type Db, recall, remember, transact } from '../../db/index.ts'
import { personById, personKeys, recordDeed } from '../../people/index.ts'
import { kidOf } from '../../wire/envelope.ts'
import { enrolKey, passkeyText } from '../enrolment.ts'
import {
  dropPasskey,
  keepChallenge,
  keepPasskey,
  type MadePasskey,
  madePasskeys,
  takeChallenge,
} from './store.ts'

/** Making one takes a touch; a page that was left open longer asks for another. */
export const makingMinutesMax = 10
/** Passkeys of one person that wait for an admin. */
const waitingMax = 3
const memoryName = 'passkey-domain'

/** The domain that the hub's passkeys belong to; undefined before the first was begun. */
export function passkeyDomain(db: Db): Promise<string | undefined> {
  return recall(db, memoryName)
}

/**
 * Begins making a passkey: what it must sign. The first of all fixes the domain. Refuses (`forbidden`) whoever is no
 * approver, (`conflict`) another domain than the hub's passkeys have while one of them is in use, and more than three
 * that wait for an admin.
 */
export async function beginPasskey(
  database: Database,
  wanted: { person: string; rpId: string; now: Instant },
): Promise<{ challenge: string; known: MadePasskey[] }> {
  const { person, rpId, now } = wanted
  return transact(database, async (tx) => {
    await checkMaker(tx, person)
    await fixDomain(tx, rpId)
    const challenge = newSecret()
    await keepChallenge(tx, { person, challenge, at: now })
    return { challenge, known: await madePasskeys(tx, { person }) }
  })
}

/** The challenge that the person's next passkey must have signed, which counts once. Refuses (`conflict`) none or an old one. */
export async function challengeToMake(
  database: Database,
  { person, now }: { person: string; now: Instant },
): Promise<string> {
  const taken = await takeChallenge(database, person)
  const age = taken === undefined ? -1 : millisecondsBetween(taken.at, now)
  if (taken === undefined || age < 0 || age > makingMinutesMax * 60_000) {
    throw new AppError('conflict', {
      vi: `Lần tạo passkey này đã dùng rồi hoặc đã quá ${makingMinutesMax} phút. Hãy mở lại trang và bấm tạo lần nữa.`,
      en: `This passkey was taken already, or ${makingMinutesMax} minutes have gone by. Open the page again and make one anew.`,
    })
  }
  return taken.challenge
}

/**
 * Keeps a passkey that was made and proved; it counts for nothing before an admin enrols it (`enrolPasskey`) and a
 * second person confirms it. Refuses what `beginPasskey` refuses, a key of another kind (`invalid`), and one that is
 * there already (`conflict`). Gives the kid.
 */
export async function proposePasskey(
  database: Database,
  made: Omit<MadePasskey, 'kid' | 'publicKey' | 'madeAt'> & { now: Instant },
): Promise<string> {
  const { now, ...given } = made
  const publicKey = passkeyText(Buffer.from(given.coseKey, 'base64url'))
  const kid = kidOf(publicKey)
  return transact(database, async (tx) => {
    await checkMaker(tx, given.person)
    await fixDomain(tx, given.rpId)
    if ((await keepPasskey(tx, { ...given, kid, publicKey, madeAt: now })) === 'known') throw known()
    const detail = { kind: 'passkey', rpId: given.rpId, origin: given.origin }
    await recordDeed(tx, { at: now, person: given.person, what: 'key.made', subject: kid, detail })
    return kid
  })
}

/** Passkeys that wait for an admin, oldest first. */
export async function waitingPasskeys(db: Db): Promise<MadePasskey[]> {
  const enrolled = new Set((await personKeys(db)).map(({ kid }) => kid))
  return (await madePasskeys(db)).filter(({ kid }) => !enrolled.has(kid))
}

/** An admin's word that a passkey is its owner's. Refuses what `enrolKey` refuses, and (`not_found`) one that does not wait. */
export async function enrolPasskey(
  database: Database,
  word: { kid: string; by: string; now: Instant },
): Promise<void> {
  const made = await waiting(database, word.kid)
  const { person, publicKey, rpId, origin } = made
  const passkey = { rpId, origins: [origin] }
  await enrolKey(database, { person, publicKey, passkey, by: word.by, now: word.now })
}

/**
 * Gives up a passkey that waits: its owner, or an admin of the owner's side who does not know it. Refuses (`not_found`) one that does not
 * wait, (`forbidden`) anybody else.
 */
export async function refusePasskey(
  database: Database,
  word: { kid: string; by: string; now: Instant },
): Promise<void> {
  const { kid, by, now } = word
  await transact(database, async (tx) => {
    const { person } = await waiting(tx, kid)
    const speaker = await personById(tx, by)
    const side = speaker.training === (await personById(tx, person)).training
    if (speaker.suspendedAt !== null || !side || (speaker.role !== 'admin' && by !== person))
      throw notForThem()
    await dropPasskey(tx, kid)
    await recordDeed(tx, { at: now, person: by, what: 'key.given-up', subject: kid, detail: { person } })
  })
}

async function waiting(db: Db, kid: string): Promise<MadePasskey> {
  const found = (await waitingPasskeys(db)).find((one) => one.kid === kid)
  if (found !== undefined) return found
  throw new AppError('not_found', {
    vi: `Không có passkey nào mang mã “${kid.slice(0, 80)}” đang chờ ghi nhận. Hãy mở lại trang khóa ký.`,
    en: `No passkey “${kid.slice(0, 80)}” waits to be enrolled. Open the page of signing keys again.`,
  })
}

async function checkMaker(tx: Db, person: string): Promise<void> {
  const { role, suspendedAt } = await personById(tx, person)
  if (role !== 'approver' || suspendedAt !== null) throw notForThem()
  const waits = (await waitingPasskeys(tx)).filter((one) => one.person === person)
  if (waits.length >= waitingMax) {
    throw new AppError('conflict', {
      vi: `Anh/chị đã có ${waitingMax} passkey chờ quản trị ghi nhận. Hãy bỏ bớt, hoặc nhờ quản trị ghi nhận trước.`,
      en: `${waitingMax} of your passkeys wait for an admin already. Give one up, or ask an admin to enrol them first.`,
    })
  }
}

async function fixDomain(tx: Db, rpId: string): Promise<void> {
  const fixed = await passkeyDomain(tx)
  if (fixed === rpId) return
  if (fixed !== undefined && (await domainInUse(tx))) {
    throw new AppError('conflict', {
      vi: `Passkey của hệ thống này thuộc tên miền “${fixed}”, còn trang đang mở là “${rpId}”. Hãy đặt lại LOA_PUBLIC_URL như cũ, hoặc thu hồi hết passkey cũ rồi tạo mới.`,
      en: `The passkeys of this hub belong to “${fixed}”, and this page is of “${rpId}”. Put LOA_PUBLIC_URL back, or revoke every old passkey and make new ones.`,
    })
  }
  await remember(tx, memoryName, rpId)
}

/** Whether a passkey of the fixed domain waits or is not revoked. */
async function domainInUse(db: Db): Promise<boolean> {
  const revoked = new Set(
    (await personKeys(db)).filter(({ revokedAt }) => revokedAt !== null).map(({ kid }) => kid),
  )
  return (await madePasskeys(db)).some(({ kid }) => !revoked.has(kid))
}

function known(): AppError {
  return new AppError('conflict', {
    vi: 'Passkey này đã có trong danh sách rồi. Không cần tạo lại.',
    en: 'This passkey is in the list already. There is no need to make it again.',
  })
}

function notForThem(): AppError {
  return new AppError('forbidden', {
    vi: 'Passkey ký duyệt do chính người phê duyệt tạo cho mình; chỉ chủ khóa hoặc quản trị mới bỏ được.',
    en: 'Passkeys for approving are made by approvers, each their own; only the owner or an admin gives one up.',
  })
}

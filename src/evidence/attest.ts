/** What people say of an airing that no device can confirm, and the second person's word for it. */
import { monthOf } from '../base/calendar.ts'
import { AppError, type Sentence } from '../base/errors.ts'
import type { Ids } from '../base/ids.ts'
import { cleanText } from '../base/text.ts'
import { fromMilliseconds, type Instant } from '../base/time.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { personById, recordDeed, refuseSuspended } from '../people/index.ts'
import { type Airing, airingsOf, unknownAiring } from '../schedule/index.ts'
import { outcomeOfAiring } from './outcomes.ts'
import { type Attestation, attestationsOf, keepAttestation, keepCountersignature } from './store.ts'

const noteCharactersMax = 500

/**
 * Keeps a person's word that an airing was played (then `playedAt` says when) or not. It waits for
 * another person's countersignature. For an airing with devices, people are asked only when the
 * devices have stayed silent. Refuses (`not_found`) an unknown airing or person; (`forbidden`) an
 * auditor; (`conflict`) a cancelled airing, one that is still to come, one that its devices have
 * settled or may still settle, a second word of the same person; (`invalid`) a time of play that is
 * none, before the planned start, in the future or in another month.
 */
export async function attest(
  database: Database,
  given: {
    airing: string
    by: string
    outcome: 'played' | 'missed'
    playedAt: Instant | null
    note: string
    now: Instant
    ids: Ids
  },
): Promise<Attestation> {
  const { by, outcome, now } = given
  return transact(database, async (tx) => {
    await checkWitness(tx, by)
    const [airing] = await airingsOf(tx, { ids: [given.airing] })
    if (airing === undefined) throw unknownAiring(given.airing)
    await checkAiring(tx, airing, by, now)
    const playedAt = outcome === 'played' ? checkedPlay(airing, given.playedAt, now) : null
    const attestation: Attestation = {
      id: given.ids.next('att'),
      airing: airing.id,
      person: by,
      outcome,
      playedAt,
      note: cleanText(given.note).trim().slice(0, noteCharactersMax),
      at: now,
      countersignedBy: null,
      countersignedAt: null,
    }
    await keepAttestation(tx, attestation)
    const detail = { airing: airing.id, outcome, playedAt }
    await recordDeed(tx, { at: now, person: by, what: 'attestation.given', subject: attestation.id, detail })
    return attestation
  })
}

/**
 * Keeps a second person's word for an attestation: from now on it is evidence. Refuses (`not_found`)
 * an unknown attestation or person; (`forbidden`) the person who attested, and an auditor;
 * (`conflict`) one that is countersigned already.
 */
export async function countersign(
  database: Database,
  given: { attestation: string; by: string; now: Instant },
): Promise<void> {
  const { by, now } = given
  await transact(database, async (tx) => {
    await checkWitness(tx, by)
    const [attestation] = await attestationsOf(tx, { id: given.attestation })
    if (attestation === undefined) {
      throw refusal('not_found', {
        vi: `Không có xác nhận nào mang mã “${given.attestation.slice(0, 80)}”. Hãy xem lại danh sách xác nhận.`,
        en: `There is no attestation “${given.attestation.slice(0, 80)}”. Look it up in the list of attestations.`,
      })
    }
    if (attestation.person === by) {
      throw refusal('forbidden', {
        vi: 'Người đã xác nhận không được tự ký xác nhận thứ hai. Hãy nhờ một người khác ký.',
        en: 'Whoever attested may not countersign. Ask another person to do it.',
      })
    }
    if (attestation.countersignedBy !== null) {
      throw refusal('conflict', {
        vi: `Xác nhận ${attestation.id} đã có người ký thứ hai, không cần ký nữa.`,
        en: `The attestation ${attestation.id} is countersigned already; nothing more is needed.`,
      })
    }
    await keepCountersignature(tx, { attestation: attestation.id, by, now })
    const detail = { airing: attestation.airing }
    await recordDeed(tx, {
      at: now,
      person: by,
      what: 'attestation.countersigned',
      subject: attestation.id,
      detail,
    })
  })
}

/** Whoever checks the evidence does not make it. */
async function checkWitness(tx: Db, by: string): Promise<void> {
  const person = await personById(tx, by)
  refuseSuspended(person)
  if (person.role !== 'auditor') return
  throw refusal('forbidden', {
    vi: 'Người kiểm tra không được xác nhận lượt phát: người kiểm tra bằng chứng không tạo ra bằng chứng.',
    en: 'An auditor may not attest: whoever checks the evidence does not make it.',
  })
}

async function checkAiring(tx: Db, airing: Airing, by: string, now: Instant): Promise<void> {
  if (airing.cancelled !== null) {
    throw refusal('conflict', {
      vi: `Lượt phát ${airing.id} đã bị hủy nên không xác nhận được. Hãy xác nhận lượt phát thay cho nó.`,
      en: `The airing ${airing.id} is cancelled and cannot be attested. Attest the one that replaces it.`,
    })
  }
  if (now < airing.plannedAt) {
    throw refusal('conflict', {
      vi: `Lượt phát ${airing.id} chưa đến giờ phát. Hãy xác nhận sau khi đã phát.`,
      en: `The airing ${airing.id} has not begun yet. Attest it after it was played.`,
    })
  }
  if (airing.devices.length > 0) await checkSilent(tx, airing, now)
  const earlier = await attestationsOf(tx, { airing: airing.id })
  if (earlier.some(({ person }) => person === by)) {
    throw refusal('conflict', {
      vi: 'Anh/chị đã xác nhận lượt phát này rồi. Nếu ghi nhầm, hãy nhờ một người khác xác nhận lại.',
      en: 'You have attested this airing already. If it was a mistake, ask another person to attest it.',
    })
  }
}

async function checkSilent(tx: Db, airing: Airing, now: Instant): Promise<void> {
  const { state, by } = await outcomeOfAiring(tx, airing, now)
  if (state === 'unknown' || by === 'people') return
  // An attestation that waits for its countersignature shows that the devices were silent.
  if (state === 'waiting' && (await attestationsOf(tx, { airing: airing.id })).length > 0) return
  throw refusal('conflict', {
    vi: `Lượt phát ${airing.id} do bộ điều khiển xác nhận. Cán bộ chỉ xác nhận khi bộ điều khiển im lặng quá hạn.`,
    en: `The airing ${airing.id} is confirmed by its controllers. People attest only when these stay silent past their time.`,
  })
}

/** When it was played, as the person says: a real moment between the planned start and now, in the airing's month. */
function checkedPlay(airing: Airing, given: Instant | null, now: Instant): Instant {
  const playedAt = readInstant(given)
  if (playedAt === undefined) {
    throw refusal('invalid', {
      vi: 'Chưa ghi đúng lúc đã phát. Hãy ghi ngày và giờ phát, ví dụ 2026-11-23T05:30:00+07:00.',
      en: 'The moment of the play is missing or is none. Give day and time, for example 2026-11-23T05:30:00+07:00.',
    })
  }
  if (playedAt < airing.plannedAt || playedAt > now || monthOf(playedAt) !== airing.month) {
    throw refusal('invalid', {
      vi: `Lúc phát phải nằm giữa giờ đã xếp và bây giờ, trong tháng ${airing.month}. Hãy xem lại ngày giờ đã ghi.`,
      en: `The play must lie between the planned start and now, within ${airing.month}. Check the day and the time.`,
    })
  }
  return playedAt
}

function readInstant(text: string | null): Instant | undefined {
  try {
    return text === null ? undefined : fromMilliseconds(Temporal.Instant.from(text).epochMilliseconds)
  } catch {
    // Not a moment of any calendar: the caller says so in words.
    return undefined
  }
}

function refusal(code: AppError['code'], sentence: Sentence): AppError {
  return new AppError(code, sentence)
}

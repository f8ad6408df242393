/** What people say of an airing that no device can confirm, and the second person's word for it. */
import { monthOf } from '../base/calendar.ts'
import { AppError, type Sentence } from '../base/errors.ts'
import { derivedId, type Ids } from '../base/ids.ts'
import { cleanText } from '../base/text.ts'
import { fromMilliseconds, type Instant, plusMilliseconds } from '../base/time.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { personById, recordDeed } from '../people/index.ts'
import { villagesOf } from '../registry/index.ts'
import { type Airing, airingsOf, unknownAiring } from '../schedule/index.ts'
import type { MissedReason } from './missed.ts'
import { outcomeOfAiring } from './outcomes.ts'
import {
  type Attestation,
  attestationGiven,
  attestationsOf,
  keepAttestation,
  keepCountersignature,
  keepWithdrawal,
} from './store.ts'
import { checkSide, checkWitness } from './witness.ts'

export const noteCharactersMax = 500
/** So long after it was given a person may take a word of their own back. */
export const takeBackWithinHours = 24

/** What a person says of an airing. */
export type Word = {
  airing: string
  by: string
  outcome: 'played' | 'missed'
  /** When it was played; null with `missed`. */
  playedAt: Instant | null
  /** Why it was not played; `other` is told in the note. */
  reason?: MissedReason | null
  /** Villages of the station that did not hear the play. */
  villagesMissed?: readonly string[]
  note: string
  /**
   * A name that the teller's own machine made for this word, so that it may be sent again until it is answered: the same
   * person, airing and name are one word for ever, whatever else comes with them.
   */
  word?: string
}

/**
 * Keeps a person's word that an airing was played (then `playedAt` says when) or not. It waits for
 * another person's countersignature. For an airing with devices, people are asked only when the
 * devices have stayed silent. A word that was given before is answered as it was then, also when it was taken back since.
 * Refuses (`not_found`) an unknown airing or person; (`forbidden`) an
 * auditor, and whoever is not of the campaign's side (real work, exercises); (`conflict`) a cancelled airing, one that is still to come, one that its devices have
 * settled or may still settle, a second word of the same person; (`invalid`) a time of play that is
 * none, before the planned start, in the future or in another month, a note of more than 500 characters, "another
 * reason" that the note does not tell, villages that are not the station's, and a play that no village heard.
 */
export async function attest(
  database: Database,
  given: Word & { now: Instant; ids: Ids },
): Promise<Attestation> {
  const { by, outcome, now, word } = given
  return transact(database, async (tx) => {
    const witness = await checkWitness(tx, by)
    const id = word === undefined ? given.ids.next('att') : derivedId('att', given.airing, by, word)
    const before = word === undefined ? undefined : await attestationGiven(tx, id)
    if (before !== undefined) return before.attestation
    const [airing] = await airingsOf(tx, { ids: [given.airing] })
    if (airing === undefined) throw unknownAiring(given.airing)
    await checkSide(tx, airing, [witness])
    await checkAiring(tx, airing, by, now)
    const playedAt = outcome === 'played' ? checkedPlay(airing, given.playedAt, now) : null
    const reason = outcome === 'missed' ? (given.reason ?? null) : null
    const attestation: Attestation = {
      ...{ id, airing: airing.id, person: by, outcome, playedAt, reason },
      villagesMissed:
        outcome === 'played' ? await checkedVillages(tx, airing, given.villagesMissed ?? []) : [],
      note: checkedNote(given.note, reason),
      at: now,
      countersignedBy: null,
      countersignedAt: null,
    }
    await keepAttestation(tx, attestation)
    const detail = {
      airing: airing.id,
      outcome,
      playedAt,
      reason,
      villagesMissed: attestation.villagesMissed,
    }
    await recordDeed(tx, { at: now, person: by, what: 'attestation.given', subject: attestation.id, detail })
    return attestation
  })
}

/**
 * Takes one's own word back, after which it counts no more and another may be given; done twice it is done once. Refuses
 * (`not_found`) an unknown attestation; (`forbidden`) another person's, and of the other side; (`conflict`) one that is countersigned, and
 * one given more than 24 hours ago.
 */
export async function takeBack(
  database: Database,
  given: { attestation: string; by: string; now: Instant },
): Promise<void> {
  const { by, now } = given
  await transact(database, async (tx) => {
    const witness = await checkWitness(tx, by)
    const before = await attestationGiven(tx, given.attestation)
    if (before === undefined) throw unknownAttestation(given.attestation)
    const { attestation, withdrawnAt } = before
    if (attestation.person !== by) {
      throw refusal('forbidden', {
        vi: 'Chỉ người đã xác nhận mới rút lại được xác nhận của mình. Nếu thấy khác, hãy ghi xác nhận của anh/chị.',
        en: 'Only whoever gave a word may take it back. If you saw otherwise, give your own.',
      })
    }
    await checkSide(tx, attestation.airing, [witness])
    if (withdrawnAt !== null) return
    checkTakenBack(attestation, now)
    await keepWithdrawal(tx, attestation.id, now)
    const detail = { airing: attestation.airing, outcome: attestation.outcome }
    await recordDeed(tx, {
      at: now,
      person: by,
      what: 'attestation.withdrawn',
      subject: attestation.id,
      detail,
    })
  })
}

function checkTakenBack(attestation: Attestation, now: Instant): void {
  if (attestation.countersignedBy !== null) {
    throw refusal('conflict', {
      vi: 'Xác nhận này đã có người ký thứ hai nên không rút lại được. Hãy nhờ một người khác ghi điều họ thấy.',
      en: 'This attestation is countersigned and cannot be taken back. Ask another person to say what they saw.',
    })
  }
  if (now > plusMilliseconds(attestation.at, takeBackWithinHours * 3_600_000)) {
    throw refusal('conflict', {
      vi: `Chỉ rút lại được trong ${String(takeBackWithinHours)} giờ. Hãy nhờ một người khác ghi điều họ thấy.`,
      en: `A word can be taken back for ${String(takeBackWithinHours)} hours only. Ask another person to say what they saw.`,
    })
  }
}

/**
 * Keeps a second person's word for an attestation: from now on it is evidence; said again by the same person it changes
 * nothing. Refuses (`not_found`) an unknown attestation, one that was taken back, and an unknown person;
 * (`forbidden`) the person who attested, an auditor, and where either is of the other side than the airing; (`conflict`) one that another person countersigned already.
 */
export async function countersign(
  database: Database,
  given: { attestation: string; by: string; now: Instant },
): Promise<void> {
  const { by, now } = given
  await transact(database, async (tx) => {
    const witness = await checkWitness(tx, by)
    const [attestation] = await attestationsOf(tx, { id: given.attestation })
    if (attestation === undefined) throw unknownAttestation(given.attestation)
    if (attestation.person === by) {
      throw refusal('forbidden', {
        vi: 'Người đã xác nhận không được tự ký xác nhận thứ hai. Hãy nhờ một người khác ký.',
        en: 'Whoever attested may not countersign. Ask another person to do it.',
      })
    }
    await checkSide(tx, attestation.airing, [witness, await personById(tx, attestation.person)])
    if (attestation.countersignedBy === by) return
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
      vi: 'Anh/chị đã xác nhận lượt phát này rồi. Nếu ghi nhầm, hãy rút lại xác nhận cũ, hoặc nhờ một người khác.',
      en: 'You have attested this airing already. If it was a mistake, take that word back first, or ask another person.',
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

/** The villages, each once and in the order of the station's own list. */
async function checkedVillages(tx: Db, { station }: Airing, given: readonly string[]): Promise<string[]> {
  if (given.length === 0) return []
  const own = (await villagesOf(tx, station)).map(({ id }) => id)
  if (given.some((village) => !own.includes(village))) {
    throw refusal('invalid', {
      vi: 'Có thôn không thuộc đài này. Hãy mở lại trang rồi đánh dấu lại.',
      en: 'One of the villages is not of this station. Open the page again and tick them anew.',
    })
  }
  const missed = own.filter((village) => given.includes(village))
  if (missed.length < own.length) return missed
  throw refusal('invalid', {
    vi: 'Mọi thôn đều được đánh dấu không nghe được. Nếu vậy, hãy chọn “Không phát được”.',
    en: 'Every village is ticked as not reached. If that is so, choose “Could not be played”.',
  })
}

function checkedNote(given: string, reason: MissedReason | null): string {
  const note = cleanText(given).trim()
  if (note.length > noteCharactersMax) {
    throw refusal('invalid', {
      vi: `Ghi chú dài ${String(note.length)} ký tự, nhiều nhất là ${String(noteCharactersMax)}. Hãy rút ngắn lại.`,
      en: `The note has ${String(note.length)} characters; at most ${String(noteCharactersMax)} are taken. Shorten it.`,
    })
  }
  if (reason === 'other' && note === '') {
    throw refusal('invalid', {
      vi: 'Đã chọn “lý do khác”: hãy ghi lý do ấy vào ghi chú.',
      en: 'You chose “another reason”: say which in the note.',
    })
  }
  return note
}

function readInstant(text: string | null): Instant | undefined {
  try {
    return text === null ? undefined : fromMilliseconds(Temporal.Instant.from(text).epochMilliseconds)
  } catch {
    // Not a moment of any calendar: the caller says so in words.
    return undefined
  }
}

function unknownAttestation(id: string): AppError {
  return refusal('not_found', {
    vi: `Không có xác nhận nào mang mã “${id.slice(0, 80)}”, hoặc đã được rút lại. Hãy xem lại danh sách xác nhận.`,
    en: `There is no attestation “${id.slice(0, 80)}”, or it was taken back. Look it up in the list of attestations.`,
  })
}

function refusal(code: AppError['code'], sentence: Sentence): AppError {
  return new AppError(code, sentence)
}

/** Listening before signing, by the hub's own clock: what is to hear, what was, and when a play counts. */
import { AppError } from '../../base/errors.ts'
import { type Instant, millisecondsBetween, plusMilliseconds } from '../../base/time.ts'
import type { Recording } from '../../audio/index.ts'
import { type Database, type Db, transact } from '../../db/index.ts'
import { hearingOf, lengthOf, stillToHear, type ToHear } from '../hearing.ts'
import { heardPlays, keepPlay, keepPlayEnd, newestPlay, type Play, playsSince } from './store.ts'

/** A stretch to hear, with the file to play and whether it was heard. `key` names it among the others. */
export type HearingItem = ToHear & { key: string; sha256: string; heard: boolean }

/** What an approver must hear of a version before signing; milliseconds of playing that are left. */
export type Hearing = { items: HearingItem[]; heard: number; leftMs: number }

/** Plays that one person begins in a day: far more than a long day of listening takes. */
const playsPerDayMax = 2000
const dayMs = 86_400_000

type Listener = { script: string; version: number; approver: string }

/**
 * What is to hear of these recordings before they are signed under `root`, and what of it this approver has heard.
 * The lots are drawn for each approver apart, and come out the same after a reload. What was heard of a file that was
 * made anew since does not count.
 */
export async function hearingFor(
  db: Db,
  of: Listener & { recordings: readonly Recording[]; root: string },
): Promise<Hearing> {
  const { recordings, root, approver } = of
  const byId = new Map(recordings.map((recording) => [recording.id, recording]))
  const isOfToday = ({ recording, sha256 }: Play): boolean =>
    byId.get(recording)?.renditions.some((one) => one.sha256 === sha256) === true
  const plays = (await heardPlays(db, { ...of, person: approver })).filter(isOfToday)
  const heard = plays.map((play) => ({ ...play, tookMs: tookMs(play) }))
  const wanted = hearingOf(recordings, `${root} ${approver}`)
  const left = new Set(stillToHear(wanted, heard))
  const items = wanted.map((item) => ({
    ...item,
    key: `${item.recording}.${item.fromMs}.${item.toMs}`,
    sha256: byId.get(item.recording)?.renditions[0]?.sha256 ?? '',
    heard: !left.has(item),
  }))
  return { items, heard: wanted.length - left.size, leftMs: lengthOf([...left]) }
}

/**
 * Begins to play a stretch for somebody; gives the play's number. It lays aside what they began before and did not
 * hear to its end: one pair of ears hears one thing at a time. Refuses (`unavailable`) more than 2,000 in a day.
 */
export async function beginPlay(
  database: Database,
  play: { person: string; item: HearingItem; now: Instant },
): Promise<number> {
  const { person, item, now } = play
  const { recording, sha256, fromMs, toMs } = item
  return transact(database, async (tx) => {
    if ((await playsSince(tx, person, plusMilliseconds(now, -dayMs))) >= playsPerDayMax) {
      throw new AppError('unavailable', {
        vi: `Hôm nay anh/chị đã bấm nghe ${playsPerDayMax} lần. Hãy nghe tiếp vào ngày mai.`,
        en: `You began to listen ${playsPerDayMax} times today. Go on tomorrow.`,
      })
    }
    return keepPlay(tx, { person, recording, sha256, fromMs, toMs, begunAt: now })
  })
}

/**
 * Somebody says that a play of theirs was heard to its end. Saying so twice changes nothing. Refuses (`not_found`) a
 * play that is not theirs, (`conflict`) one that another play laid aside, and one that began less long ago than it
 * lasts: it goes on then and may be said to be heard later.
 */
export async function endPlay(
  database: Database,
  said: { person: string; number: number; now: Instant },
): Promise<void> {
  const { person, number, now } = said
  await transact(database, async (tx) => {
    const newest = await newestPlay(tx, person)
    if (newest === undefined || number > newest.number) throw unknownPlay()
    if (newest.number !== number) throw laidAside()
    if (newest.endedAt !== null) return
    const item = { ...newest, why: 'whole' as const, text: '' }
    const left = stillToHear([item], [{ ...newest, tookMs: millisecondsBetween(newest.begunAt, now) }])
    if (left.length > 0) throw tooShort(newest, now)
    await keepPlayEnd(tx, number, now)
  })
}

/** The play that somebody began and has not heard to its end; undefined when there is none. */
export async function openPlay(db: Db, person: string): Promise<Play | undefined> {
  const newest = await newestPlay(db, person)
  return newest?.endedAt === null ? newest : undefined
}

function tookMs({ begunAt, endedAt }: Play): number {
  return endedAt === null ? 0 : millisecondsBetween(begunAt, endedAt)
}

function tooShort({ begunAt, fromMs, toMs }: Play, now: Instant): AppError {
  const seconds = Math.ceil((toMs - fromMs) / 1000)
  const passed = Math.max(0, Math.floor(millisecondsBetween(begunAt, now) / 1000))
  return new AppError('conflict', {
    vi: `Đoạn này dài ${seconds} giây, mới ${passed} giây kể từ lúc bắt đầu nghe. Hãy nghe hết rồi bấm “Đã nghe xong”.`,
    en: `This takes ${seconds} seconds, and ${passed} have gone by since you began. Hear it to its end, then press “Heard to the end”.`,
  })
}

function laidAside(): AppError {
  return new AppError('conflict', {
    vi: 'Anh/chị đã bắt đầu nghe đoạn khác sau đoạn này, nên đoạn này chưa được tính. Mỗi lúc chỉ nghe một đoạn: hãy nghe lại từ đầu.',
    en: 'You began to listen to something else after this, so it does not count. One thing at a time: hear it again from its beginning.',
  })
}

function unknownPlay(): AppError {
  return new AppError('not_found', {
    vi: 'Không có lần nghe nào như vậy của anh/chị. Hãy mở lại trang phê duyệt và bấm “Bắt đầu nghe”.',
    en: 'You have begun no such play. Open the page of approval again and press “Begin to listen”.',
  })
}

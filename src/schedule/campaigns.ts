/** What staff decide: campaigns, windows, and airings that shall not be. */
import { type Day, isDay, isMonth, type Month } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import { cleanText } from '../base/text.ts'
import type { Instant } from '../base/time.ts'
import { type Database, type Db, transact } from '../db/index.ts'
import { personById, recordDeed, refuseSuspended } from '../people/index.ts'
import { stationById } from '../registry/index.ts'
import {
  airingsOf,
  bulletinsAmong,
  campaignsOf,
  cancelAirings,
  insertCampaign,
  putWindow,
  windowsOf,
} from './store.ts'
import { isHubReason } from './reasons.ts'
import type { Campaign, Window } from './types.ts'

/** An identifier that may stand in a signed message, a file name and an address. */
const idPattern = /^[a-z0-9.-]{1,64}$/
const titleCharactersMax = 200
const scriptsMax = 100

/**
 * Creates a campaign: each station hears one of its bulletins once a month. Refuses (`invalid`) a bad
 * id, title or month, an end before the start and an empty or repeated list; (`not_found`) an unknown
 * person or bulletin; (`conflict`) an id that is taken.
 */
export async function createCampaign(
  database: Database,
  given: {
    id: string
    title: string
    fromMonth: Month
    toMonth: Month | null
    scripts: readonly string[]
    training: boolean
    by: string
    now: Instant
  },
): Promise<Campaign> {
  const { by, now, ...rest } = given
  const campaign: Campaign = { ...rest, title: cleanText(given.title).trim(), createdAt: now, endedAt: null }
  checkId(campaign.id)
  checkTitle(campaign.title)
  checkMonths(campaign.fromMonth, campaign.toMonth)
  checkScripts(campaign.scripts)
  await transact(database, async (tx) => {
    refuseSuspended(await personById(tx, by))
    await checkBulletins(tx, campaign.scripts)
    if (!(await insertCampaign(tx, campaign, by))) {
      throw new AppError('conflict', {
        vi: `Đã có đợt tuyên truyền mang mã “${campaign.id}”. Hãy chọn mã khác.`,
        en: `There is already a campaign with the id “${campaign.id}”. Choose another one.`,
      })
    }
    const { title, fromMonth, toMonth, scripts } = campaign
    const detail = { title, fromMonth, toMonth, scripts }
    await recordDeed(tx, { at: now, person: by, what: 'campaign.created', subject: campaign.id, detail })
  })
  return campaign
}

/** The campaigns that ask for something in this month, oldest first. */
export async function campaignsIn(db: Db, month: Month): Promise<Campaign[]> {
  const all = await campaignsOf(db)
  return all.filter(({ fromMonth, toMonth, endedAt }) => {
    return fromMonth <= month && (toMonth === null || month <= toMonth) && endedAt === null
  })
}

/**
 * Sets when a station may play, or with `station` null every station that has no window of its own; a
 * window with the same id is changed. Airings that are planned already stay. Refuses (`invalid`) times
 * that are none, a window that ends before it begins or runs over midnight, days that do not exist;
 * (`not_found`) an unknown station or person, (`forbidden`) somebody suspended. `by`: null = nobody by name.
 */
export async function setWindow(
  database: Database,
  given: Window & { by: string | null; now: Instant },
): Promise<void> {
  const { by, now, ...window } = given
  checkId(window.id)
  checkTimes(window.opens, window.closes)
  checkDays(window.validFrom, window.validTo)
  await transact(database, async (tx) => {
    if (by !== null) refuseSuspended(await personById(tx, by))
    if (window.station !== null) await stationById(tx, window.station)
    const before = (await windowsOf(tx)).find(({ id }) => id === window.id)
    await putWindow(tx, window)
    const [{ id: subject, ...after }, { id: _id, ...was }] = [window, before ?? window]
    const detail = before === undefined ? { after } : { before: was, after }
    await recordDeed(tx, { at: now, person: by, what: 'window.set', subject, detail })
  })
}

/**
 * Takes an airing still to come off the plan because a person says so. Its obligation stays: the
 * schedule's next run looks for a place on a later day. Refuses (`not_found`) an unknown airing or
 * person, (`conflict`) one that is cancelled or has begun, (`invalid`) a missing reason.
 */
export async function cancelAiring(
  database: Database,
  given: { airing: string; by: string; why: string; now: Instant },
): Promise<void> {
  const why = cleanText(given.why).trim().slice(0, 500)
  if (why === '' || isHubReason(why)) {
    throw new AppError('invalid', {
      vi: 'Chưa ghi lý do hủy lượt phát. Hãy ghi một câu cho người xem lịch hiểu.',
      en: 'The reason for cancelling is missing. Write one sentence for those who read the schedule.',
    })
  }
  await transact(database, async (tx) => {
    refuseSuspended(await personById(tx, given.by))
    const [airing] = await airingsOf(tx, { ids: [given.airing] })
    if (airing === undefined) throw unknownAiring(given.airing)
    if (airing.cancelled !== null || airing.plannedAt <= given.now) {
      const begun = airing.cancelled === null
      throw new AppError('conflict', {
        vi: `Lượt phát ${airing.id} ${begun ? 'đã đến giờ phát' : 'đã bị hủy từ trước'}, không hủy được nữa.`,
        en: `The airing ${airing.id} ${begun ? 'has begun' : 'is cancelled already'}; it cannot be cancelled now.`,
      })
    }
    await cancelAirings(tx, [airing.id], why, given.now)
    const deed = {
      at: given.now,
      person: given.by,
      what: 'airing.cancelled',
      subject: airing.id,
      detail: { why },
    }
    await recordDeed(tx, deed)
  })
}

/** The refusal for an airing nobody knows. */
export function unknownAiring(id: string): AppError {
  return new AppError('not_found', {
    vi: `Không có lượt phát nào mang mã “${id.slice(0, 80)}”. Hãy xem lại danh sách lượt phát.`,
    en: `There is no airing “${id.slice(0, 80)}”. Look it up in the list of airings.`,
  })
}

function checkId(id: string): void {
  if (idPattern.test(id)) return
  throw new AppError('invalid', {
    vi: `Mã “${id.slice(0, 80)}” không hợp lệ. Hãy dùng từ 1 đến 64 ký tự: a–z không dấu, số, dấu chấm, gạch nối.`,
    en: `The id “${id.slice(0, 80)}” is not valid. Use 1 to 64 characters: a–z, digits, dot and hyphen.`,
  })
}

function checkTitle(title: string): void {
  if (title !== '' && title.length <= titleCharactersMax) return
  throw new AppError('invalid', {
    vi: `Tên đợt tuyên truyền phải có từ 1 đến ${titleCharactersMax} ký tự.`,
    en: `The title of a campaign must have 1 to ${titleCharactersMax} characters.`,
  })
}

function checkMonths(from: Month, to: Month | null): void {
  const wrong = [from, ...(to === null ? [] : [to])].find((month) => !isMonth(month))
  if (wrong !== undefined) {
    throw new AppError('invalid', {
      vi: `“${wrong.slice(0, 20)}” không phải là một tháng. Hãy ghi dạng YYYY-MM, ví dụ 2026-11.`,
      en: `“${wrong.slice(0, 20)}” is not a month. Write YYYY-MM, for example 2026-11.`,
    })
  }
  if (to !== null && to < from) {
    throw new AppError('invalid', {
      vi: `Đợt tuyên truyền kết thúc (${to}) trước khi bắt đầu (${from}). Hãy đổi lại hai tháng.`,
      en: `The campaign ends (${to}) before it begins (${from}). Change the months.`,
    })
  }
}

function checkScripts(scripts: readonly string[]): void {
  if (scripts.length > 0 && scripts.length <= scriptsMax && new Set(scripts).size === scripts.length) return
  throw new AppError('invalid', {
    vi: `Đợt tuyên truyền cần từ 1 đến ${scriptsMax} bản tin, mỗi bản tin ghi một lần.`,
    en: `A campaign needs 1 to ${scriptsMax} bulletins, each named once.`,
  })
}

async function checkBulletins(db: Db, scripts: readonly string[]): Promise<void> {
  const there = await bulletinsAmong(db, scripts)
  const missing = scripts.filter((script) => !there.has(script))
  if (missing.length === 0) return
  const names = missing.map((name) => name.slice(0, 80)).join(', ')
  throw new AppError('not_found', {
    vi: `Không có bản tin nào mang mã: ${names}. Hãy nhập bản tin trước, hoặc xem lại mã.`,
    en: `There is no bulletin with the id: ${names}. Import the bulletin first, or check the id.`,
  })
}

function checkTimes(opens: string, closes: string): void {
  const isTime = (time: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(time)
  if (!isTime(opens) || !(isTime(closes) || closes === '24:00')) {
    throw new AppError('invalid', {
      vi: `Khung giờ ${opens.slice(0, 20)}–${closes.slice(0, 20)} không hợp lệ. Hãy ghi giờ dạng HH:MM, từ 00:00 đến 24:00.`,
      en: `The window ${opens.slice(0, 20)}–${closes.slice(0, 20)} is not valid. Write HH:MM, from 00:00 to 24:00.`,
    })
  }
  if (closes <= opens) {
    throw new AppError('invalid', {
      vi: `Khung giờ ${opens}–${closes} kết thúc trước khi bắt đầu. Nếu khung giờ qua nửa đêm, hãy đặt hai khung: ${opens}–24:00 và 00:00–${closes}.`,
      en: `The window ${opens}–${closes} closes before it opens. For one over midnight set two: ${opens}–24:00 and 00:00–${closes}.`,
    })
  }
}

function checkDays(from: Day, to: Day | null): void {
  const wrong = [from, ...(to === null ? [] : [to])].find((day) => !isDay(day))
  if (wrong !== undefined) {
    throw new AppError('invalid', {
      vi: `“${wrong.slice(0, 20)}” không phải là một ngày có thật. Hãy ghi dạng YYYY-MM-DD.`,
      en: `“${wrong.slice(0, 20)}” is not a real day. Write YYYY-MM-DD.`,
    })
  }
  if (to !== null && to <= from) {
    throw new AppError('invalid', {
      vi: `Khung giờ hết hiệu lực (${to}) trước khi có hiệu lực (${from}). Hãy đổi lại hai ngày.`,
      en: `The window ends (${to}) before it comes into force (${from}). Change the days.`,
    })
  }
}

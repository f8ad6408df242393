/** `loa campaigns`, `loa windows`, `loa plan`, `loa airings`: what is to be heard, where and when. */
import { access } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { dayOf, isDay, timeOfDay } from '../base/calendar.ts'
import { AppError, reasonOf } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import { silentLog } from '../base/log.ts'
import { airingFile } from '../delivery/index.ts'
import { airingOutcomes } from '../evidence/index.ts'
import { stationById } from '../registry/index.ts'
import {
  airingsOf,
  campaignsOf,
  cancelAiring,
  createCampaign,
  planWanted,
  setWindow,
  type Unplaced,
  windowsOf,
} from '../schedule/index.ts'
import type { Work } from '../work.ts'
import {
  argument,
  counted,
  type Given,
  listing,
  monthGiven,
  optional,
  refuseToReplace,
  required,
  workCommand,
} from './shell.ts'
import { outcomeWord } from './words.ts'

export function scheduleCommands(program: Command): void {
  const campaigns = program.command('campaigns').description('đợt tuyên truyền · campaigns')
  workCommand(campaigns, 'list', 'mọi đợt · all campaigns', async (work) => {
    const all = await campaignsOf(work.database)
    return {
      json: all,
      lines: listing(
        ['đợt', 'từ', 'đến', 'bản tin', 'tên'],
        all.map((one) => [one.id, one.fromMonth, one.toMonth ?? '', one.scripts.join(' '), one.title]),
        {
          vi: 'Chưa có đợt tuyên truyền nào. Tạo bằng: loa campaigns new <mã> --title … --scripts … --by …',
          en: 'There is no campaign yet. Make one: loa campaigns new <id> --title … --scripts … --by …',
        },
      ),
    }
  })
  workCommand(
    campaigns,
    'new <id>',
    'tạo một đợt: mỗi tháng một lần ở mọi đài · make a campaign: once a month at every station',
    async (work, given) => {
      const from = monthGiven(work, given, 'from')
      const to = optional(given, 'to') === undefined ? null : monthGiven(work, given, 'to')
      await createCampaign(work.database, {
        id: argument(given, 0),
        title: required(given, 'title'),
        fromMonth: from,
        toMonth: to,
        scripts: required(given, 'scripts').split(','),
        training: false,
        by: required(given, 'by'),
        now: work.clock.now(),
      })
      return {
        json: { id: argument(given, 0) },
        lines: [
          'Đã tạo đợt. Trung tâm (loa hub) tự xếp lịch khi đã có bản ghi được duyệt và khung giờ.',
          'The campaign is made. The hub (loa hub) plans it once there are approved recordings and a window.',
        ],
      }
    },
  )
    .requiredOption('--title <title>', 'tên · title')
    .requiredOption('--scripts <a,b,c>', 'bản tin luân phiên · scripts in rotation')
    .requiredOption('--by <person>', 'người tạo · who makes it')
    .option('--from <month>', 'tháng đầu YYYY-MM, mặc định tháng này · first month')
    .option('--to <month>', 'tháng cuối · last month')
  const windows = program.command('windows').description('khung giờ · windows')
  workCommand(windows, 'list', 'mọi khung giờ · all windows', async (work) => {
    const all = await windowsOf(work.database)
    return {
      json: all,
      lines: listing(
        ['khung giờ', 'đài', 'mở', 'đóng', 'từ ngày', 'đến ngày', ''],
        all.map((one) => [
          one.id,
          one.station ?? 'mọi đài',
          one.opens,
          one.closes,
          one.validFrom,
          one.validTo ?? '',
          one.sample ? 'dữ liệu mẫu' : '',
        ]),
        {
          vi: 'Chưa có khung giờ nào. Đặt khung chung cho mọi đài: loa windows set sang --opens 05:00 --closes 06:30',
          en: 'There is no window yet. Set one for all stations: loa windows set sang --opens 05:00 --closes 06:30',
        },
      ),
    }
  })
  workCommand(
    windows,
    'set <id>',
    'đặt hoặc đổi một khung giờ · set or change a window',
    async (work, given) => {
      const window = {
        id: argument(given, 0),
        station: optional(given, 'station') ?? null,
        opens: required(given, 'opens'),
        closes: required(given, 'closes'),
        validFrom: dayGiven(given, 'from') ?? dayOf(work.clock.now()),
        validTo: dayGiven(given, 'to') ?? null,
        sample: false,
      }
      const by = optional(given, 'by') ?? null
      await setWindow(work.database, { ...window, by, now: work.clock.now() })
      return {
        json: window,
        lines: [
          `Khung giờ ${window.id}: ${window.opens}–${window.closes}, ${window.station ?? 'mọi đài'}, từ ${window.validFrom}`,
          `Window ${window.id}: ${window.opens}–${window.closes}, ${window.station ?? 'all stations'}, from ${window.validFrom}`,
        ],
      }
    },
  )
    .requiredOption('--opens <HH:MM>', 'giờ mở · when it opens')
    .requiredOption('--closes <HH:MM>', 'giờ đóng · when it closes')
    .option('--by <person>', 'người đặt, ghi vào nhật ký · who sets it, for the log')
    .option('--station <station>', 'chỉ một đài · one station only')
    .option('--from <day>', 'ngày đầu YYYY-MM-DD, mặc định hôm nay · first day, default today')
    .option('--to <day>', 'ngày đầu tiên không còn hiệu lực · first day no longer in force')
  planCommands(program)
}

function planCommands(program: Command): void {
  workCommand(
    program.command('plan').description('xếp lịch · planning'),
    'run',
    'xếp các lượt phát còn thiếu · plan what is wanted',
    async (work, given) => {
      const { leadSeconds, spreadSeconds, lateSeconds } = work.config
      const months =
        optional(given, 'month') === undefined ? {} : { months: [monthGiven(work, given, 'month')] }
      const result = await planWanted({
        database: work.database,
        clock: work.clock,
        log: silentLog,
        ...months,
        leadSeconds,
        spreadSeconds,
        lateSeconds,
      })
      return {
        json: result,
        lines: [
          `${String(result.planned)} lượt phát mới · new airings`,
          ...(await whyNothing(work, result)),
          ...[...Map.groupBy(result.unplaced, ({ why }) => why.vi).values()].flatMap(unplacedLines),
        ],
      }
    },
  ).option(
    '--month <month>',
    'tháng YYYY-MM; mặc định tháng này, từ ngày 20 cả tháng sau · default this month, from day 20 also the next',
  )
  const airings = program.command('airings').description('lượt phát · airings')
  workCommand(
    airings,
    'list',
    'lượt phát của một tháng và kết quả · airings of a month with their outcomes',
    async (work, given) => {
      const month = monthGiven(work, given, 'month')
      const station = optional(given, 'station')
      if (station !== undefined) await stationById(work.database, station)
      const all = await airingsOf(work.database, { month, ...(station === undefined ? {} : { station }) })
      const outcomes = new Map(
        (await airingOutcomes(work.database, { month, now: work.clock.now() })).map((one) => [
          one.airing,
          one,
        ]),
      )
      // The notes prove a play: whoever may read this list must not be able to invent one.
      const rows = all.map(({ notes: _notes, ...airing }) => ({
        ...airing,
        outcome: outcomes.get(airing.id) ?? null,
      }))
      return {
        json: { month, count: rows.length, airings: rows },
        lines: listing(
          ['lượt phát', 'đài', 'ngày', 'giờ', 'bản tin', 'kết quả'],
          rows.map((row) => [
            row.id,
            row.station,
            dayOf(row.plannedAt),
            timeOfDay(row.plannedAt),
            row.script,
            row.outcome === null ? '' : outcomeWord[row.outcome.state],
          ]),
          {
            vi: `Tháng ${month} chưa có lượt phát nào. Lịch tự xếp khi đã có bản ghi được duyệt, đợt tuyên truyền và khung giờ; xem vì sao chưa xếp: loa plan run --month ${month}`,
            en: `There is no airing in ${month} yet. They are planned once there are approved recordings, a campaign and a window; to see what is in the way: loa plan run --month ${month}`,
          },
        ),
      }
    },
  )
    .option('--month <month>', 'tháng YYYY-MM, mặc định tháng này · default this month')
    .option('--station <station>', 'chỉ một đài · one station only')
  workCommand(
    airings,
    'file <airing>',
    'lượt phát thành một tệp MP3 để phát bằng tay · an airing as one MP3 to play by hand',
    async (work, given) => {
      const file = resolve(required(given, 'out'))
      refuseToReplace(file, given)
      const { bytes, name } = await airingFile(work.database, work.audioFolder, argument(given, 0))
      await writeFile(file, bytes)
      return {
        json: { airing: argument(given, 0), file, name, bytes: bytes.length },
        lines: [`Đã ghi ${file} (${name}) · written`],
      }
    },
  )
    .requiredOption('--out <file>', 'ghi vào tệp · the file to write')
    .option('--force', 'thay tệp đã có · replace a file that is there')
  workCommand(
    airings,
    'cancel <airing>',
    'hủy một lượt phát sắp tới · cancel an airing to come',
    async (work, given) => {
      await cancelAiring(work.database, {
        airing: argument(given, 0),
        by: required(given, 'by'),
        why: required(given, 'why'),
        now: work.clock.now(),
      })
      return { json: { airing: argument(given, 0) }, lines: ['Đã hủy · cancelled'] }
    },
  )
    .requiredOption('--by <person>', 'người hủy · who cancels it')
    .requiredOption('--why <reason>', 'lý do · why')
}

/** Writes the file, whole or not at all, in a folder that is there. */
async function writeFile(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await access(dirname(file))
    await writeWhole(file, bytes)
  } catch (error) {
    throw new AppError(
      'unavailable',
      {
        vi: `Không ghi được ${file} (${reasonOf(error)}). Hãy xem thư mục, quyền ghi và chỗ trống, rồi làm lại.`,
        en: `${file} cannot be written (${reasonOf(error)}). See to the folder, the permissions and the free space, then try again.`,
      },
      { cause: error },
    )
  }
}

/** When nothing was planned and no station waits: either all is planned, or nobody asked for anything yet. */
async function whyNothing(
  work: Work,
  result: { planned: number; unplaced: readonly Unplaced[] },
): Promise<string[]> {
  if (result.planned > 0 || result.unplaced.length > 0) return []
  return (await campaignsOf(work.database)).length === 0
    ? ['Chưa có đợt tuyên truyền nào: loa campaigns new · there is no campaign yet: loa campaigns new']
    : ['Không còn gì phải xếp · nothing is left to plan']
}

/** Why stations have no airing: the reason once, how many stations, and the first of them. */
function unplacedLines(unplaced: readonly Unplaced[]): string[] {
  const [first] = unplaced
  if (first === undefined) return []
  const named = unplaced.slice(0, stationsNamed).map(({ station }) => station)
  const stations = `${named.join(', ')}${unplaced.length > stationsNamed ? ', …' : ''}`
  return [
    `✕ ${String(unplaced.length)} đài chưa xếp được (${stations}). ${first.why.vi}`,
    `✕ ${counted(unplaced.length, 'station')} without an airing (${stations}). ${first.why.en}`,
  ]
}

/** So many stations are named for one reason. */
const stationsNamed = 5

function dayGiven(given: Given, name: string): string | undefined {
  const day = optional(given, name)
  if (day !== undefined && !isDay(day))
    throw new AppError('invalid', {
      vi: `“${day}” không phải là một ngày có thật. Hãy viết năm-tháng-ngày, ví dụ 2026-11-30.`,
      en: `“${day}” is not a real day. Write year-month-day, for example 2026-11-30.`,
    })
  return day
}

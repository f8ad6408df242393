/** `loa campaigns`, `loa windows`, `loa plan`, `loa airings`, `loa attest`, `loa coverage`: what is to be heard, and what was. */
import type { Command } from 'commander'
import { dayOf, isDay, isMonth, monthOf, timeOfDay } from '../base/calendar.ts'
import { AppError } from '../base/errors.ts'
import { randomIds } from '../base/ids.ts'
import { silentLog } from '../base/log.ts'
import { airingOutcomes, attest, attestationsOf, countersign } from '../evidence/index.ts'
import { type Coverage, coverageCsv, coverageOf } from '../reports/index.ts'
import {
  airingsOf,
  campaignsOf,
  cancelAiring,
  createCampaign,
  planWanted,
  setWindow,
  windowsOf,
} from '../schedule/index.ts'
import type { Work } from '../work.ts'
import { argument, type Given, optional, required, table, workCommand } from './shell.ts'

export function scheduleCommands(program: Command): void {
  const campaigns = program.command('campaigns').description('đợt tuyên truyền · campaigns')
  workCommand(campaigns, 'list', 'mọi đợt · all campaigns', async (work) => {
    const all = await campaignsOf(work.database)
    return {
      json: all,
      lines: table(
        ['đợt', 'từ', 'đến', 'bản tin', 'tên'],
        all.map((one) => [one.id, one.fromMonth, one.toMonth ?? '', one.scripts.join(' '), one.title]),
      ),
    }
  })
  workCommand(
    campaigns,
    'new <id>',
    'mỗi tháng một lần ở mọi nơi · once a month everywhere',
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
      return { json: { id: argument(given, 0) }, lines: ['Đã tạo đợt · campaign made'] }
    },
  )
    .requiredOption('--title <title>', 'tên · title')
    .requiredOption('--scripts <a,b,c>', 'bản tin luân phiên · scripts in rotation')
    .requiredOption('--by <person>')
    .option('--from <month>', 'tháng đầu YYYY-MM, mặc định tháng này · first month')
    .option('--to <month>', 'tháng cuối · last month')
  const windows = program.command('windows').description('khung giờ · windows')
  workCommand(windows, 'list', 'mọi khung giờ · all windows', async (work) => {
    const all = await windowsOf(work.database)
    return {
      json: all,
      lines: table(
        ['khung', 'đài', 'mở', 'đóng', 'từ ngày', ''],
        all.map((one) => [
          one.id,
          one.station ?? 'mọi đài',
          one.opens,
          one.closes,
          one.validFrom,
          one.sample ? 'dữ liệu mẫu' : '',
        ]),
      ),
    }
  })
  workCommand(windows, 'set <id>', 'đặt một khung giờ · set a window', async (work, given) => {
    const window = {
      id: argument(given, 0),
      station: optional(given, 'station') ?? null,
      opens: required(given, 'opens'),
      closes: required(given, 'closes'),
      validFrom: dayGiven(given, 'from') ?? dayOf(work.clock.now()),
      validTo: dayGiven(given, 'to') ?? null,
      sample: false,
    }
    await setWindow(work.database, window)
    return { json: window, lines: [`Khung giờ ${window.id}: ${window.opens}–${window.closes}`] }
  })
    .requiredOption('--opens <HH:MM>')
    .requiredOption('--closes <HH:MM>')
    .option('--station <station>', 'chỉ một đài · one station only')
    .option('--from <day>')
    .option('--to <day>')
  planCommands(program)
  evidenceCommands(program)
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
          ...result.unplaced.map((one) => `✕ ${one.station}: ${one.why.vi}`),
        ],
      }
    },
  ).option('--month <month>', 'tháng YYYY-MM · month')
  const airings = program.command('airings').description('lượt phát · airings')
  workCommand(
    airings,
    'list',
    'lượt phát của một tháng và kết quả · airings of a month with their outcomes',
    async (work, given) => {
      const month = monthGiven(work, given, 'month')
      const station = optional(given, 'station')
      const all = await airingsOf(work.database, { month, ...(station === undefined ? {} : { station }) })
      const outcomes = new Map(
        (await airingOutcomes(work.database, { month, now: work.clock.now() })).map((one) => [
          one.airing,
          one,
        ]),
      )
      const rows = all.map((airing) => ({ ...airing, outcome: outcomes.get(airing.id) ?? null }))
      return {
        json: { month, count: rows.length, airings: rows },
        lines: table(
          ['lượt phát', 'đài', 'ngày', 'giờ', 'bản tin', 'kết quả'],
          rows.map((row) => [
            row.id,
            row.station,
            dayOf(row.plannedAt),
            timeOfDay(row.plannedAt),
            row.script,
            row.outcome?.state ?? '',
          ]),
        ),
      }
    },
  )
    .option('--month <month>', 'YYYY-MM, mặc định tháng này')
    .option('--station <station>')
  workCommand(
    airings,
    'cancel <airing>',
    'huỷ một lượt phát sắp tới · cancel an airing to come',
    async (work, given) => {
      await cancelAiring(work.database, {
        airing: argument(given, 0),
        by: required(given, 'by'),
        why: required(given, 'why'),
        now: work.clock.now(),
      })
      return { json: { airing: argument(given, 0) }, lines: ['Đã huỷ · cancelled'] }
    },
  )
    .requiredOption('--by <person>')
    .requiredOption('--why <reason>')
}

function evidenceCommands(program: Command): void {
  workCommand(
    program,
    'attest <airing>',
    'cán bộ xác nhận đã phát hay không · a person says whether it was played',
    async (work, given) => {
      const missed = given.options['missed'] === true
      const attestation = await attest(work.database, {
        airing: argument(given, 0),
        by: required(given, 'by'),
        outcome: missed ? 'missed' : 'played',
        playedAt: missed ? null : (optional(given, 'at') ?? work.clock.now()),
        note: optional(given, 'note') ?? '',
        now: work.clock.now(),
        ids: randomIds,
      })
      return {
        json: attestation,
        lines: [
          `Xác nhận ${attestation.id}: đang chờ người thứ hai ký · waiting for a second person: loa countersign ${attestation.id} --by …`,
        ],
      }
    },
  )
    .requiredOption('--by <person>')
    .option('--missed', 'không phát được · it was not played')
    .option('--at <instant>', 'lúc phát (UTC ISO), mặc định bây giờ · when')
    .option('--note <text>')
  workCommand(
    program,
    'countersign <attestation>',
    'ký xác nhận thứ hai · second signature',
    async (work, given) => {
      await countersign(work.database, {
        attestation: argument(given, 0),
        by: required(given, 'by'),
        now: work.clock.now(),
      })
      return { json: { attestation: argument(given, 0) }, lines: ['Đã ký · countersigned'] }
    },
  ).requiredOption('--by <person>')
  workCommand(
    program.command('attestations').description('xác nhận của cán bộ · attestations'),
    'list',
    'các xác nhận của một tháng · those of a month',
    async (work, given) => {
      const all = await attestationsOf(work.database, { month: monthGiven(work, given, 'month') })
      return {
        json: all,
        lines: table(
          ['xác nhận', 'lượt phát', 'người', 'kết quả', 'ký thứ hai'],
          all.map((one) => [one.id, one.airing, one.person, one.outcome, one.countersignedBy ?? '']),
        ),
      }
    },
  ).option('--month <month>')
  workCommand(
    program.command('coverage').description('độ phủ · coverage'),
    'list',
    'độ phủ của một tháng, kém nhất trước · coverage of a month, worst first',
    async (work, given) => {
      const campaign = optional(given, 'campaign')
      const coverage = await coverageOf(work.database, {
        month: monthGiven(work, given, 'month'),
        ...(campaign === undefined ? {} : { campaign }),
        now: work.clock.now(),
      })
      return given.options['csv'] === true
        ? { json: coverage, lines: [coverageCsv(coverage).trimEnd()] }
        : { json: coverage, lines: coverageLines(coverage) }
    },
  )
    .option('--month <month>')
    .option('--campaign <id>')
    .option('--csv', 'bảng CSV · as CSV')
}

/** Coverage by former district, worst first, and the month in one sentence. */
export function coverageLines(coverage: Coverage): string[] {
  const [low, high] = coverage.metRange
  return [
    ...table(
      ['huyện cũ', 'khu vực', '● đạt', '◐ chờ', '✕ không đạt', '– sắp tới'],
      coverage.districts.map((district) => [
        district.name,
        district.areas,
        district.met,
        district.waiting + district.unknown,
        district.missed,
        district.coming + district.unplanned,
      ]),
    ),
    '',
    `Tháng ${coverage.month}: đạt ${String(coverage.met)} trên ${String(coverage.obligations)} đơn vị (có thể từ ${String(low)} đến ${String(high)}); ${String(coverage.areas.met)} trên ${String(coverage.areas.total)} khu vực.`,
    `Month ${coverage.month}: ${String(coverage.met)} of ${String(coverage.obligations)} units met (between ${String(low)} and ${String(high)}); ${String(coverage.areas.met)} of ${String(coverage.areas.total)} areas.`,
  ]
}

function monthGiven(work: Work, given: Given, name: string): string {
  const month = optional(given, name) ?? monthOf(work.clock.now())
  if (!isMonth(month))
    throw new AppError('invalid', {
      vi: `"${month}" không phải là một tháng (YYYY-MM).`,
      en: `"${month}" is not a month (YYYY-MM).`,
    })
  return month
}

function dayGiven(given: Given, name: string): string | undefined {
  const day = optional(given, name)
  if (day !== undefined && !isDay(day))
    throw new AppError('invalid', {
      vi: `"${day}" không phải là một ngày có thật.`,
      en: `"${day}" is not a real day.`,
    })
  return day
}

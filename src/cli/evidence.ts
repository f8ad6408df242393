/** `loa attest`, `loa countersign`, `loa attestations`, `loa coverage`: what was heard, as people and devices say it. */
import type { Command } from 'commander'
import { AppError } from '../base/errors.ts'
import { randomIds } from '../base/ids.ts'
import { attest, attestationsOf, countersign, type MissedReason, missedReasons } from '../evidence/index.ts'
import { type Coverage, coverageCsv, coverageOf } from '../reports/index.ts'
import { argument, listing, monthGiven, optional, required, table, workCommand } from './shell.ts'
import { attestedWord } from './words.ts'

export function evidenceCommands(program: Command): void {
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
        reason: reasonGiven(optional(given, 'reason')),
        playedAt: missed ? null : (optional(given, 'at') ?? work.clock.now()),
        note: optional(given, 'note') ?? '',
        now: work.clock.now(),
        ids: randomIds,
      })
      return {
        json: attestation,
        lines: [
          `Xác nhận ${attestation.id} đang chờ người thứ hai ký: loa countersign ${attestation.id} --by …`,
          `The attestation ${attestation.id} waits for a second person: loa countersign ${attestation.id} --by …`,
        ],
      }
    },
  )
    .requiredOption('--by <person>', 'người xác nhận · who attests it')
    .option('--missed', 'không phát được · it was not played')
    .option('--reason <reason>', `vì sao không phát được · why not: ${missedReasons.join(', ')}`)
    .option('--at <instant>', 'lúc phát (UTC ISO), mặc định bây giờ · when')
    .option('--note <text>', 'ghi chú · note')
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
      return {
        json: { attestation: argument(given, 0) },
        lines: ['Đã ký xác nhận thứ hai · countersigned'],
      }
    },
  ).requiredOption('--by <person>', 'người ký thứ hai · the second person')
  workCommand(
    program.command('attestations').description('xác nhận của cán bộ · attestations'),
    'list',
    'các xác nhận của một tháng · those of a month',
    async (work, given) => {
      const month = monthGiven(work, given, 'month')
      const all = await attestationsOf(work.database, { month })
      return {
        json: all,
        lines: listing(
          ['xác nhận', 'lượt phát', 'người', 'kết quả', 'ký thứ hai'],
          all.map((one) => [
            one.id,
            one.airing,
            one.person,
            attestedWord[one.outcome],
            one.countersignedBy ?? 'đang chờ · waiting',
          ]),
          {
            vi: `Tháng ${month} chưa có xác nhận nào của cán bộ. Xác nhận một lượt phát: loa attest <lượt phát> --by <người>`,
            en: `Nobody has attested an airing of ${month} yet. Attest one: loa attest <airing> --by <person>`,
          },
        ),
      }
    },
  ).option('--month <month>', 'tháng YYYY-MM, mặc định tháng này · default this month')
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
    .option('--month <month>', 'tháng YYYY-MM, mặc định tháng này · default this month')
    .option('--campaign <id>', 'chỉ một đợt · one campaign only')
    .option('--csv', 'bảng CSV · as CSV')
}

function reasonGiven(typed: string | undefined): MissedReason | null {
  if (typed === undefined) return null
  const reason = missedReasons.find((each) => each === typed)
  if (reason !== undefined) return reason
  throw new AppError('invalid', {
    vi: `“${typed.slice(0, 40)}” không có trong các lý do: ${missedReasons.join(', ')}.`,
    en: `“${typed.slice(0, 40)}” is none of the reasons: ${missedReasons.join(', ')}.`,
  })
}

/** Coverage by former district, worst first, and the month in one sentence. */
export function coverageLines(coverage: Coverage): string[] {
  const [low, high] = coverage.metRange
  if (coverage.obligations === 0) {
    return [
      `Tháng ${coverage.month} không có đơn vị nào trong sổ, nên không có gì để tính. Sổ có từ tháng 2021-12.`,
      `No unit is on record for ${coverage.month}, so there is nothing to count. Records begin in 2021-12.`,
    ]
  }
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

/** Coverage as a table for a spreadsheet. */
import { stringify } from 'csv-stringify/sync'
import { dayForPeople, dayOf } from '../base/calendar.ts'
import type { Coverage, UnitCoverage } from './coverage.ts'

/** One term each, as on the pages. */
const stateWords: Record<UnitCoverage['state'], string> = {
  met: 'Đạt',
  waiting: 'Đang chờ xác nhận',
  missed: 'Không đạt',
  unknown: 'Chưa rõ',
  coming: 'Chưa đến hạn',
}

const sourceWords = { device: 'Thiết bị', people: 'Cán bộ' } as const

const header = [
  'TT',
  'Tháng',
  'Mã đơn vị',
  'Có hiệu lực từ',
  'Đơn vị',
  'Khu vực đạt',
  'Tổng khu vực',
  'Đạt/Không đạt',
  'Ngày phát gần nhất',
  'Nguồn xác nhận',
  'Lý do',
]

/**
 * One line for each unit, worst first, under a Vietnamese header. UTF-8 with a byte order mark and CRLF,
 * as Excel wants it; texts that a spreadsheet would take for a formula are defused with an apostrophe.
 */
export function coverageCsv(coverage: Coverage): string {
  const lines = coverage.units.map((line, index) => {
    const { unit, areas } = line
    const played = areas.flatMap(({ state, at }) => (state === 'met' && at !== null ? [at] : [])).sort()
    const last = played.at(-1)
    const sources = [
      ...new Set(areas.flatMap(({ state, by }) => (state === 'met' && by !== null ? [sourceWords[by]] : []))),
    ]
    const reasons = areas.flatMap(({ state, areaName, why }) =>
      state === 'met' || why === null ? [] : [`${areaName}: ${why.vi}`],
    )
    return [
      index + 1,
      coverage.month,
      unit.code,
      dayForPeople(unit.validFrom),
      unit.fullName,
      line.areasMet,
      line.areasDue,
      stateWords[line.state],
      last === undefined ? '' : dayForPeople(dayOf(last)),
      sources.sort().join(', '),
      reasons.join(' '),
    ]
  })
  return stringify([header, ...lines], { bom: true, escape_formulas: true, record_delimiter: '\r\n' })
}

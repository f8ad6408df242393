/**
 * Reports: what the facts amount to.
 *
 * Promises: a report is a pure function of facts; the same facts give the same report, whoever asks. A
 * month's denominators are the units in force on its last day (Asia/Ho_Chi_Minh), never those of today.
 * A unit is met when every former commune in it has a qualifying play, because "the commune heard it"
 * is not true for people whose old commune heard nothing; otherwise the report says "k of n areas".
 * What is open is never counted as met: it makes the upper end of a range, and every line that is not
 * met says why.
 */
export {
  type AreaCounts,
  type AreaCoverage,
  type AreaDue,
  type AreaState,
  type Coverage,
  coverage,
  type CoverageFacts,
  type DistrictCoverage,
  type UnitCoverage,
  type UnitState,
} from './coverage.ts'
export { coverageCsv } from './csv.ts'
export { coverageOf } from './gather.ts'

/** What happened in a month as text, and what it amounts to. */
import { boundsOf, monthOf } from '../../src/base/calendar.ts'
import { type Instant, plusMilliseconds } from '../../src/base/time.ts'
import {
  type AiringToJudge,
  type AttestationToJudge,
  type Outcome,
  outcomeOf,
  type ReceiptToJudge,
} from '../../src/evidence/outcome.ts'
import { missedReasons } from '../../src/evidence/missed.ts'
import type { AiringOutcome } from '../../src/evidence/outcomes.ts'
import type { Unit } from '../../src/registry/index.ts'
import { type AreaDue, coverage, type Coverage } from '../../src/reports/coverage.ts'
import { after, field, lengthOf, type Line, linesOf, momentAt, only, unknownWord } from './ledger.ts'

type Airing = AiringToJudge & { station: string; attempt: number }

/** The facts of a ledger. */
export type MonthFacts = {
  month: string
  now: Instant
  units: Unit[]
  areas: AreaDue[]
  airings: Airing[]
  /** By airing. */
  receipts: { airing: string; receipt: ReceiptToJudge }[]
  attestations: { airing: string; by: string; attestation: AttestationToJudge }[]
}

/**
 * ```
 * month     2026-11
 * now       2026-11-30 12:00
 * unit      tra-leng
 * area      tra-leng  leng-1  nam-tra-my           (unit, station, former district)
 * airing    a1 leng-1 2026-11-03 05:00 60s devices loa-a:3 loa-b:2   (device:villages; greeting 8s, attempt 2)
 * played    a1 loa-a                               (heard 58s, at <day> <time>, held <hash>…)
 * partial   a1 loa-a heard 30s
 * missed    a1 loa-a power
 * refused   a1 loa-a hash
 * says      lan a1 played                          (a person; or: missed; heard in 3 of 5 villages: reached 3 5;
 *                                                   why it was missed: because power)
 * signs     minh lan a1                            (countersigns what lan said of a1)
 * cancelled a1
 * ```
 * The recording of airing a1 has the hashes `a1-mp3` and `a1-opus`, its greeting `a1-hello`.
 */
export function monthFacts(ledger: string): MonthFacts {
  const lines = linesOf(ledger)
  const month = field(only(lines, 'month'), 0)
  const facts: MonthFacts = {
    month,
    now: momentAt(only(lines, 'now'), 0),
    ...{ units: [], areas: [], airings: [], receipts: [], attestations: [] },
  }
  for (const line of lines) {
    if (line.word === 'month' || line.word === 'now') continue
    else if (line.word === 'unit') facts.units.push(unitIn(line))
    else if (line.word === 'area') facts.areas.push(areaIn(line))
    else if (line.word === 'airing') facts.airings.push(airingIn(line))
    else if (['played', 'partial', 'missed', 'refused'].includes(line.word)) addReceipt(facts, line)
    else if (line.word === 'says') addAttestation(facts, line)
    else if (line.word === 'signs') {
      const said = facts.attestations.find(
        ({ airing, by }) => airing === field(line, 2) && by === field(line, 1),
      )
      said!.attestation.countersigned = true
    } else if (line.word === 'cancelled') {
      airingNamed(facts, field(line, 0)).cancelledWhy = { vi: 'Đã hủy.', en: 'Cancelled.' }
    } else unknownWord(line)
  }
  return facts
}

/** What became of each airing of a ledger, one line each: `a1 met by device 05:00, 3 of 5 villages (why)`. */
export function outcomes(ledger: string): string {
  return outcomesOf(monthFacts(ledger))
    .map((outcome) => `${outcome.airing} ${outcomeText(outcome)}`)
    .join('\n')
}

/** The outcomes of a ledger's airings. */
export function outcomesOf(facts: MonthFacts): AiringOutcome[] {
  return facts.airings.map((airing) => {
    const receipts = facts.receipts.filter((one) => one.airing === airing.id).map(({ receipt }) => receipt)
    const said = facts.attestations
      .filter((one) => one.airing === airing.id)
      .map(({ attestation }) => attestation)
    const { id, month, station, attempt, plannedAt } = airing
    const rest = { airing: id, campaign: 'thang', month, station, attempt, script: 'bai-1', plannedAt }
    return { ...rest, ...outcomeOf(airing, receipts, said, facts.now) }
  })
}

/** Coverage of a ledger's month. */
export function coverageIn(facts: MonthFacts): Coverage {
  return coverage({
    month: facts.month,
    over: facts.now >= boundsOf(facts.month).to,
    campaign: { id: 'thang', title: 'Mỗi tháng một lần' },
    units: facts.units,
    areas: facts.areas,
    outcomes: outcomesOf(facts).filter(({ month }) => month === facts.month),
    unplanned: new Map(),
  })
}

/** Coverage as lines, in its order: `tra-leng: 1 of 2 areas, waiting`, then the month in one line. */
export function covered(ledger: string): string {
  const { units, obligations, met, metRange } = coverageIn(monthFacts(ledger))
  return [
    ...units.map((line) => `${line.unit.name}: ${line.areasMet} of ${line.areasDue} areas, ${line.state}`),
    `${met} of ${obligations} met, between ${metRange.join(' and ')}`,
  ].join('\n')
}

function outcomeText({ state, by, at, villages, why }: Outcome): string {
  const parts: string[] = [state]
  if (by !== null) parts.push(`by ${by}`)
  if (at !== null) parts.push(`at ${plusMilliseconds(at, 7 * 3_600_000).slice(11, 16)}`)
  if (villages !== null && villages.total > 0)
    parts.push(`in ${villages.reached} of ${villages.total} villages`)
  if (why !== null) parts.push(`(${why.en})`)
  return parts.join(' ')
}

function unitIn(line: Line): Unit {
  const code = field(line, 0)
  return {
    ...{ code, validFrom: '2025-07-01', validTo: null, level: 'commune', kind: 'xa', name: code },
    ...{
      fullName: `Xã ${code}`,
      parentCode: '48',
      latitude: null,
      longitude: null,
      population: null,
      areaKm2: null,
    },
  }
}

function areaIn(line: Line): AreaDue {
  const station = field(line, 1)
  const unit = { code: field(line, 0), validFrom: '2025-07-01' }
  return { station, areaName: station, formerDistrict: line.fields[2] ?? 'nam-tra-my', unit }
}

function airingIn(line: Line): Airing {
  const id = field(line, 0)
  const plannedAt = momentAt(line, 2)
  const milliseconds = lengthOf(field(line, 4))
  const [greeting] = after(line, 'greeting')
  const hello = greeting === undefined ? [] : [{ milliseconds: lengthOf(greeting), hashes: [`${id}-hello`] }]
  const devices = after(line, 'devices').filter((text) => text.includes(':'))
  return {
    id,
    station: field(line, 1),
    attempt: Number(after(line, 'attempt')[0] ?? 1),
    month: monthOf(plannedAt),
    plannedAt,
    latestStartAt: plusMilliseconds(plannedAt, 15 * 60_000),
    endsAt: plusMilliseconds(plannedAt, milliseconds),
    cancelledWhy: null,
    devices: devices.map((text) => {
      const [device = '', villages] = text.split(':')
      return { id: device, villages: Number(villages) }
    }),
    parts: [...hello, { milliseconds, hashes: [`${id}-mp3`, `${id}-opus`] }],
  }
}

function airingNamed(facts: MonthFacts, id: string): Airing {
  const airing = facts.airings.find((one) => one.id === id)
  if (airing === undefined) throw new Error(`no airing ${id} in the ledger`)
  return airing
}

function addReceipt(facts: MonthFacts, line: Line): void {
  const airing = airingNamed(facts, field(line, 0))
  const whole = airing.parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  const [heard] = after(line, 'heard')
  const at = line.fields.indexOf('at')
  const held = after(line, 'held')
  const outcome = line.word as ReceiptToJudge['outcome']
  const silent = outcome === 'missed' || outcome === 'refused'
  const startedAt = silent ? null : at < 0 ? airing.plannedAt : momentAt(line, at + 1)
  const told = line.fields.indexOf('told')
  const receipt: ReceiptToJudge = {
    device: field(line, 1),
    outcome,
    held: held.length > 0 ? held : airing.parts.map(({ hashes }) => hashes[0]!),
    startedAt,
    receivedAt: told < 0 ? (startedAt ?? airing.plannedAt) : momentAt(line, told + 1),
    heardMilliseconds: silent ? 0 : heard === undefined ? whole : lengthOf(heard),
    reason: silent ? (line.fields[2] ?? null) : null,
  }
  facts.receipts.push({ airing: airing.id, receipt })
}

function addAttestation(facts: MonthFacts, line: Line): void {
  const airing = airingNamed(facts, field(line, 1))
  const outcome = field(line, 2) === 'played' ? 'played' : 'missed'
  const playedAt = outcome === 'played' ? airing.plannedAt : null
  const [reached, total] = after(line, 'reached').map(Number)
  const villages = reached === undefined || total === undefined ? null : { reached, total }
  const reason = missedReasons.find((each) => each === after(line, 'because')[0]) ?? null
  const attestation = { outcome, playedAt, note: '', reason, villages, countersigned: false } as const
  facts.attestations.push({ airing: airing.id, by: field(line, 0), attestation: { ...attestation } })
}

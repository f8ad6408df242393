/** A planning case as text, and a plan as text. */
import assert from 'node:assert/strict'
import { dayOf, monthOf, timeOfDay } from '../../src/base/calendar.ts'
import { plusMilliseconds } from '../../src/base/time.ts'
import { checkMonth } from '../../src/schedule/check.ts'
import { planMonth } from '../../src/schedule/plan.ts'
import type { MonthPlan, PlanningInput } from '../../src/schedule/types.ts'
import { after, field, lengthOf, type Line, linesOf, momentAt, only, unknownWord } from './ledger.ts'

const always = { from: '2000-01-01T00:00:00.000Z', until: '2099-12-31T00:00:00.000Z' }

/**
 * ```
 * month      2026-11
 * now        2026-10-25 08:00            (may also say: lead 60s spread 600s late 900s)
 * station    an-phu devices loa-an-phu   (without devices: played by hand)
 * window     every 05:00-05:30           (or a station; from <day> until <day>)
 * campaign   thang bai-1 bai-2
 * recording  bai-1 75s                   (version 2, until <day> <time>, for <station>: its variant, spoken: by a person)
 * greeting   an-phu 8s                   (any such line: greetings are wanted; `greetings wanted` alone too)
 * there      thang an-phu 2026-11-01 05:00 75s bai-1   (cancelled by hub | person)
 * ```
 * Notes take no time unless the `now` line says `notes 2.28s`.
 */
export function planningCase(ledger: string): PlanningInput {
  const lines = linesOf(ledger)
  const nowLine = only(lines, 'now')
  const seconds = (word: string, otherwise: number): number => {
    const [text] = after(nowLine, word)
    return text === undefined ? otherwise : lengthOf(text) / 1000
  }
  const input = {
    month: field(only(lines, 'month'), 0),
    now: momentAt(nowLine, 0),
    leadSeconds: seconds('lead', 0),
    spreadSeconds: seconds('spread', 0),
    lateSeconds: seconds('late', 900),
    stations: [] as PlanningInput['stations'][number][],
    windows: [] as PlanningInput['windows'][number][],
    campaigns: [] as PlanningInput['campaigns'][number][],
    notesMilliseconds: seconds('notes', 0) * 1000,
    recordings: [] as PlanningInput['recordings'][number][],
    greetings: [] as PlanningInput['greetings'][number][],
    greetingWanted: lines.some(({ word }) => word === 'greeting' || word === 'greetings'),
    there: [] as PlanningInput['there'][number][],
  }
  for (const line of lines) {
    if (['month', 'now', 'greetings'].includes(line.word)) continue
    else if (line.word === 'station') input.stations.push(stationIn(line))
    else if (line.word === 'window') input.windows.push(windowIn(line, input.windows.length))
    else if (line.word === 'campaign')
      input.campaigns.push({ id: field(line, 0), scripts: line.fields.slice(1) })
    else if (line.word === 'recording') input.recordings.push(recordingIn(line, input.recordings.length))
    else if (line.word === 'greeting') {
      input.greetings.push({
        ...audioIn(line),
        recording: `loi-chao-${field(line, 0)}`,
        station: field(line, 0),
      })
    } else if (line.word === 'there') input.there.push(thereIn(line))
    else unknownWord(line)
  }
  return input
}

/** The plan for a case, as text. Every plan a test looks at has passed the checker. */
export function planned(ledger: string): string {
  const input = planningCase(ledger)
  const plan = planMonth(input)
  assert.deepEqual(checkMonth(plan.airings, input), [])
  return planText(plan)
}

/**
 * A plan as lines: `an-phu 2026-11-01 05:00:00–05:01:15 thang bai-1 v1 + greeting`, then what could not be placed
 * with the reason's first clause.
 */
export function planText({ airings, unplaced }: MonthPlan): string {
  return [
    ...airings.map((airing) => {
      const times = `${dayOf(airing.plannedAt)} ${timeOfDay(airing.plannedAt)}–${timeOfDay(airing.endsAt)}`
      const what = `${airing.campaign} ${airing.script} v${airing.version}`
      return `${airing.station} ${times} ${what}${airing.greeting === null ? '' : ' + greeting'}`
    }),
    ...unplaced.map(({ station, campaign, why }) => `${station} not placed for ${campaign}: ${why.vi}`),
  ].join('\n')
}

function stationIn(line: Line): PlanningInput['stations'][number] {
  const id = field(line, 0)
  const unit = line.fields.includes('nowhere') ? null : { code: `xa-${id}`, validFrom: '2021-01-01' }
  return { id, unit, devices: after(line, 'devices') }
}

function windowIn(line: Line, count: number): PlanningInput['windows'][number] {
  const [opens = '', closes = ''] = field(line, 1).split('-')
  const whose = field(line, 0)
  return {
    id: `khung-${count}`,
    station: whose === 'every' ? null : whose,
    opens,
    closes,
    validFrom: after(line, 'from')[0] ?? '2021-01-01',
    validTo: after(line, 'until')[0] ?? null,
    sample: false,
  }
}

/** Those further down in the ledger were made later. */
function recordingIn(line: Line, count: number): PlanningInput['recordings'][number] {
  const audio = audioIn(line)
  const [station = null] = after(line, 'for')
  const upload = line.fields.includes('spoken')
  const name = [audio.recording, ...(station === null ? [] : [station]), ...(upload ? ['spoken'] : [])]
  return {
    ...audio,
    script: field(line, 0),
    recording: name.join('-'),
    station,
    upload,
    createdAt: `2026-01-01T00:00:00.${String(count).padStart(3, '0')}Z`,
  }
}

function audioIn(line: Line): Omit<PlanningInput['greetings'][number], 'station'> {
  const version = Number(after(line, 'version')[0] ?? 1)
  const at = line.fields.indexOf('until')
  const until = at < 0 ? {} : { until: momentAt(line, at + 1) }
  return {
    ...always,
    ...until,
    version,
    recording: `${field(line, 0)}-v${version}`,
    milliseconds: lengthOf(field(line, 1)),
  }
}

function thereIn(line: Line): PlanningInput['there'][number] {
  const plannedAt = momentAt(line, 2)
  const [by] = after(line, 'by')
  return {
    campaign: field(line, 0),
    station: field(line, 1),
    month: monthOf(plannedAt),
    attempt: Number(after(line, 'attempt')[0] ?? 1),
    script: field(line, 5),
    plannedAt,
    endsAt: plusMilliseconds(plannedAt, lengthOf(field(line, 4))),
    cancelled: by === 'hub' || by === 'person' ? by : null,
  }
}

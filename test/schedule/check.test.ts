import { describe, expect, it } from 'vitest'
import { plusMilliseconds } from '../../src/base/time.ts'
import { checkMonth } from '../../src/schedule/check.ts'
import { planMonth } from '../../src/schedule/plan.ts'
import type { PlannedAiring } from '../../src/schedule/types.ts'
import { planningCase } from '../support/ledger-plan.ts'

const input = planningCase(`
  month      2026-11
  now        2026-10-25 08:00 lead 60s notes 2.28s
  station    an-phu devices loa-an-phu
  station    my-hoa
  window     every  05:00-05:30
  window     every  05:30-06:00
  window     my-hoa 17:00-17:30
  campaign   mua-ban-nguoi bai-1
  campaign   phong-chay bai-2
  recording  bai-1 75s
  recording  bai-2 60s until 2026-11-20 12:00
  recording  bai-1 70s for my-hoa
  recording  bai-9 60s
  greeting   an-phu 8s
  greeting   my-hoa 8s
  there      cu an-phu 2026-11-05 05:00 60s bai-1
  there      cu my-hoa 2026-10-31 17:10 60s bai-1
`)
const { airings } = planMonth(input)
const [first] = airings.filter(({ station }) => station === 'an-phu')

/** What the checker says when the first airing is changed. */
function changed(change: Partial<PlannedAiring>): string[] {
  return checkMonth([{ ...first!, ...change }, ...airings.slice(1)], input).map((line) =>
    line.replace(/^[^:]*: /, ''),
  )
}

function movedBy(milliseconds: number): Partial<PlannedAiring> {
  const { plannedAt, endsAt, latestStartAt } = first!
  return {
    plannedAt: plusMilliseconds(plannedAt, milliseconds),
    endsAt: plusMilliseconds(endsAt, milliseconds),
    latestStartAt: plusMilliseconds(latestStartAt, milliseconds),
  }
}

const days = (count: number): number => count * 86_400_000

describe('the checker', () => {
  it('has nothing against a good plan, also across two windows that touch', () => {
    expect(airings).toHaveLength(4)
    expect(checkMonth(airings, input)).toEqual([])
    expect(
      changed({
        ...movedBy(days(1) + 29.5 * 60_000),
        latestStartAt: plusMilliseconds(first!.plannedAt, days(1) + 29.5 * 60_000),
      }),
    ).toEqual([])
  })

  it.each<[string, Partial<PlannedAiring>, RegExp]>([
    [
      'outside the window',
      movedBy(days(1) + 3_600_000),
      /plays at 06:00:00 on 2026-11-02, when the station has no window/,
    ],
    [
      'a late start that would run out of the window',
      { latestStartAt: plusMilliseconds(first!.plannedAt, 59 * 60_000) },
      /no window|late/,
    ],
    ['another month', movedBy(days(-20)), /starts in 2026-10/],
    ['a wrong month in the books', { month: '2026-12' }, /planned for 2026-12/],
    ['over another airing', movedBy(days(4) - 20_000), /only -?\d+ ms before/],
    ['too near to another airing', movedBy(days(4) + 60_000 + 10_000), /before/],
    ['an unapproved recording', { recording: 'bai-1-v7' }, /recording bai-1-v7 is not approved/],
    [
      'a recording past its approval',
      { ...movedBy(days(20)), script: 'bai-2', recording: 'bai-2-v1' },
      /is not of the campaign/,
    ],
    [
      'a script of another campaign',
      { script: 'bai-9', recording: 'bai-9-v1' },
      /bai-9 is not of the campaign/,
    ],
    [
      'the variant of another station',
      { recording: 'bai-1-v1-my-hoa', endsAt: plusMilliseconds(first!.endsAt, -5000) },
      /^the recording is the variant of my-hoa$/,
    ],
    [
      'an end that leaves no time for the notes',
      { endsAt: plusMilliseconds(first!.endsAt, -2280) },
      /planned for 83000 ms, but 85280 ms are heard/,
    ],
    ['no greeting where devices play', { greeting: null }, /the greeting is missing/],
    ['the greeting of another station', { greeting: 'loi-chao-my-hoa' }, /the greeting is that of my-hoa/],
    [
      'an end that is not that of the sound',
      { endsAt: plusMilliseconds(first!.endsAt, -1000) },
      /planned for \d+ ms, but \d+ ms are heard/,
    ],
    [
      'a unit that is not in force on the last day',
      { unit: { code: 'xa-an-phu', validFrom: '2004-01-01' } },
      /is not the one in force on 2026-11-30/,
    ],
    ['other devices than the station has', { devices: ['loa-khac'] }, /other devices/],
    ['a station nobody knows', { station: 'khong-co' }, /station khong-co is unknown/],
    ['a campaign that is not in force', { campaign: 'cu' }, /campaign cu is not in force/],
  ])('refuses %s', (_name, change, why) => {
    expect(changed(change).join('\n')).toMatch(why)
  })

  it('lets a station played by hand greet, and go without a greeting', () => {
    const byHand = airings.filter(({ station }) => station === 'my-hoa')
    expect(byHand.map(({ greeting }) => greeting)).toEqual(['loi-chao-my-hoa', 'loi-chao-my-hoa'])
    const without = byHand.map((airing) => {
      return { ...airing, greeting: null, endsAt: plusMilliseconds(airing.endsAt, -8000) }
    })
    expect(checkMonth(without, input)).toEqual([])
  })

  it('refuses a recording whose approval ends before the play', () => {
    const late = airings.find(({ script }) => script === 'bai-2')!
    const moved = {
      ...late,
      plannedAt: '2026-11-20T22:10:00.000Z',
      latestStartAt: '2026-11-20T22:10:00.000Z',
      endsAt: '2026-11-20T22:11:10.280Z',
    }
    expect(checkMonth([moved], input)).toEqual([`${late.id}: the recording is not valid then`])
  })

  it('refuses a start before the lead time is over', () => {
    expect(checkMonth(airings, { ...input, now: first!.plannedAt })).toContainEqual(
      `${first!.id}: starts too soon`,
    )
  })

  it('refuses a second airing of one campaign at one station in one month', () => {
    const again = { ...first!, id: 'air-again', attempt: 2, ...movedBy(days(2)) }
    expect(checkMonth([...airings, again], input)).toEqual([
      'air-again: mua-ban-nguoi has an airing at an-phu already',
    ])
  })
})

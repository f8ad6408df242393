import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../../src/evidence/outcome.ts'
import { monthFacts, outcomes } from '../support/ledger-month.ts'

const later = 'month 2026-11\nnow 2026-11-04 12:00\n'
const oneDevice = `${later}airing a1 an-phu 2026-11-03 05:00 60s devices loa-a:3\n`
const twoDevices = `${later}airing a1 an-phu 2026-11-03 05:00 60s devices loa-a:3 loa-b:2\n`

describe('an airing of a station with devices', () => {
  it('is met when its device played it', () => {
    expect(outcomes(`${oneDevice}played a1 loa-a`)).toBe('a1 met by device at 05:00 in 3 of 3 villages')
  })

  it('is met only when every device played it; otherwise it says which villages heard it', () => {
    expect(outcomes(`${twoDevices}played a1 loa-a\nplayed a1 loa-b`)).toBe(
      'a1 met by device at 05:00 in 5 of 5 villages',
    )
    expect(outcomes(`${twoDevices}played a1 loa-a\nmissed a1 loa-b power`)).toBe(
      'a1 partial by device at 05:00 in 3 of 5 villages (The controller says it could not play (power).)',
    )
    expect(outcomes(`${twoDevices}played a1 loa-a`)).toBe(
      'a1 unknown in 3 of 5 villages (The controller has been silent past its time: nobody knows whether it played.)',
    )
  })

  it('is met by the try that was heard, whatever failed before or is repeated after', () => {
    expect(
      outcomes(`${oneDevice}
        missed  a1 loa-a power
        partial a1 loa-a heard 20s
        played  a1 loa-a at 2026-11-03 05:10
        played  a1 loa-a at 2026-11-03 05:10
        missed  a1 loa-a power
      `),
    ).toBe('a1 met by device at 05:10 in 3 of 3 villages')
  })

  it('does not add up two halves', () => {
    const halves = `${oneDevice}partial a1 loa-a heard 30s\npartial a1 loa-a heard 30s`
    expect(outcomes(halves)).toMatch(/^a1 partial .*Only 30 of 60 seconds were heard/)
  })

  it('needs 95 % of the sound to be heard', () => {
    expect(outcomes(`${oneDevice}played a1 loa-a heard 57s`)).toMatch(/^a1 met/)
    expect(outcomes(`${oneDevice}played a1 loa-a heard 56.9s`)).toMatch(/^a1 partial/)
  })

  it('counts greeting and recording together, and wants both, in this order', () => {
    const greeted = `${later}airing a1 an-phu 2026-11-03 05:00 60s greeting 8s devices loa-a:3\n`
    expect(outcomes(`${greeted}played a1 loa-a held a1-hello a1-opus`)).toMatch(/^a1 met/)
    expect(outcomes(`${greeted}played a1 loa-a heard 60s held a1-hello a1-mp3`)).toMatch(/^a1 partial/)
    expect(outcomes(`${greeted}played a1 loa-a held a1-mp3`)).toMatch(
      /^a1 refused .*not the approved recording/,
    )
    expect(outcomes(`${greeted}played a1 loa-a held a1-mp3 a1-hello`)).toMatch(/^a1 refused/)
  })

  it('does not count other audio than the approved recording', () => {
    expect(outcomes(`${oneDevice}played a1 loa-a held a2-mp3`)).toMatch(/^a1 refused by device/)
  })

  it('does not count for another month than the one it was heard in, by the clock of the villages', () => {
    const lastMinute =
      'month 2026-11\nnow 2026-12-02 12:00\nairing a1 an-phu 2026-11-30 23:55 60s devices loa-a:3\n'
    expect(outcomes(`${lastMinute}played a1 loa-a at 2026-11-30 23:58:59`)).toMatch(/^a1 met/)
    expect(outcomes(`${lastMinute}played a1 loa-a at 2026-12-01 00:00`)).toMatch(
      /^a1 missed .*does not count for it/,
    )
  })

  it('does not count for a month that had not begun when the hub was told, whatever the device says', () => {
    const firstOfDecember =
      'month 2026-12\nnow 2026-12-02 12:00\nairing a1 an-phu 2026-12-01 05:00 60s devices loa-a:3\n'
    expect(outcomes(`${firstOfDecember}played a1 loa-a told 2026-12-01 05:02`)).toMatch(/^a1 met/)
    // By a clock a day ahead; it may well have been heard, but in November.
    expect(outcomes(`${firstOfDecember}played a1 loa-a told 2026-11-30 05:02`)).toMatch(
      /^a1 missed .*came before the month began/,
    )
  })

  it('is coming, then waited for, then unknown; a late receipt settles it all the same', () => {
    const at = (time: string): string => outcomes(oneDevice.replace('2026-11-04 12:00', `2026-11-03 ${time}`))
    expect(at('04:59')).toBe('a1 coming in 0 of 3 villages')
    expect(at('05:00')).toMatch(/^a1 waiting/)
    expect(at('05:25:59')).toMatch(/^a1 waiting/)
    expect(at('05:26')).toMatch(/^a1 unknown/)
    expect(outcomes(`${oneDevice.replace('11-04', '12-24')}played a1 loa-a`)).toMatch(/^a1 met/)
  })

  it('says why it was refused or missed', () => {
    expect(outcomes(`${oneDevice}refused a1 loa-a hash`)).toBe(
      'a1 refused by device in 0 of 3 villages (The controller refused to play (hash).)',
    )
    expect(outcomes(`${twoDevices}missed a1 loa-a power`)).toMatch(/^a1 missed by device in 0 of 5 villages/)
  })

  it('is settled by people when its devices stay silent, and by the devices as soon as they speak', () => {
    const people = `${oneDevice}says lan a1 played\nsigns minh lan a1\n`
    expect(outcomes(people)).toBe('a1 met by people at 05:00')
    expect(outcomes(`${people}missed a1 loa-a power`)).toMatch(/^a1 missed by device/)
  })
})

describe('an airing that is played by hand', () => {
  const byHand = `${later}airing a1 an-phu 2026-11-03 05:00 60s\n`

  it('waits for people from its start on', () => {
    expect(outcomes(byHand)).toMatch(/^a1 waiting/)
    expect(outcomes(byHand.replace('2026-11-04 12:00', '2026-11-03 04:59'))).toBe('a1 coming')
  })

  it('is not met by one word alone', () => {
    expect(outcomes(`${byHand}says lan a1 played`)).toMatch(/^a1 waiting .*countersign/)
    expect(outcomes(`${byHand}says lan a1 played\nsays minh a1 played`)).toMatch(/^a1 waiting/)
  })

  it('is met by an attestation that another person countersigned', () => {
    expect(outcomes(`${byHand}says lan a1 played\nsigns minh lan a1`)).toBe('a1 met by people at 05:00')
  })

  it('is missed when that is what they say', () => {
    expect(outcomes(`${byHand}says lan a1 missed\nsigns minh lan a1`)).toMatch(/^a1 missed by people/)
  })

  it('says why people could not play it', () => {
    expect(outcomes(`${byHand}says lan a1 missed because power\nsigns minh lan a1`)).toBe(
      'a1 missed by people (People attest that it was not played: power cut.)',
    )
  })

  it('says in how many villages it was heard; where two people differ, the lower figure counts', () => {
    const one = `${byHand}says lan a1 played reached 4 5\nsigns minh lan a1\n`
    expect(outcomes(one)).toBe('a1 met by people at 05:00 in 4 of 5 villages')
    const both = `${one}says hoa a1 played reached 3 5\nsigns minh hoa a1\n`
    expect(outcomes(both)).toBe('a1 met by people at 05:00 in 3 of 5 villages')
    // What only one person said is not evidence yet.
    expect(outcomes(`${one}says hoa a1 played reached 3 5\n`)).toMatch(/in 4 of 5 villages$/)
  })

  it('is missed by what people say only while its devices are silent', () => {
    const people = `${oneDevice}says lan a1 missed because power\nsigns minh lan a1\n`
    expect(outcomes(people)).toMatch(/^a1 missed by people .*power cut/)
    expect(outcomes(`${people}played a1 loa-a`)).toBe('a1 met by device at 05:00 in 3 of 3 villages')
  })

  it('is unknown when two signed words contradict each other', () => {
    expect(
      outcomes(`${byHand}
        says  lan a1 played
        signs minh lan a1
        says  hoa a1 missed
        signs tam hoa a1
      `),
    ).toMatch(/^a1 unknown by people .*contradict/)
  })
})

describe('a cancelled airing', () => {
  it('never counts, even if it was heard', () => {
    expect(outcomes(`${oneDevice}played a1 loa-a\ncancelled a1`)).toBe('a1 cancelled (Cancelled.)')
  })
})

describe('whatever arrives, in whatever order and however often', () => {
  const { airings, receipts } = monthFacts(`${twoDevices}
    played  a1 loa-a
    played  a1 loa-a at 2026-11-03 05:09
    played  a1 loa-a heard 20s
    played  a1 loa-a held a9-mp3
    missed  a1 loa-a power
    played  a1 loa-b
    partial a1 loa-b heard 11s
    refused a1 loa-b hash
    missed  a1 loa-b power
  `)
  const pool = receipts.map(({ receipt }) => receipt)
  const [airing] = airings

  it('comes to the same', () => {
    const some = fc.subarray(pool).chain((subset) =>
      fc.record({
        subset: fc.constant(subset),
        again: fc.shuffledSubarray([...subset, ...subset, ...subset], { minLength: subset.length * 3 }),
      }),
    )
    const seen = new Set<string>()
    fc.assert(
      fc.property(some, ({ subset, again }) => {
        const now = '2026-11-04T05:00:00.000Z'
        const outcome = outcomeOf(airing!, subset, [], now)
        seen.add(outcome.state)
        expect(outcomeOf(airing!, again, [], now)).toEqual(outcome)
      }),
      { numRuns: 300 },
    )
    expect([...seen].sort()).toEqual(['met', 'missed', 'partial', 'refused', 'unknown'])
  })

  it('never takes back that it was heard', () => {
    fc.assert(
      fc.property(fc.subarray(pool), fc.subarray(pool), (before, more) => {
        const now = '2026-11-04T05:00:00.000Z'
        fc.pre(outcomeOf(airing!, before, [], now).state === 'met')
        expect(outcomeOf(airing!, [...more, ...before], [], now).state).toBe('met')
      }),
      { numRuns: 100 },
    )
  })
})

import { expect, it } from 'vitest'
import { chaos } from '../support/simulation-chaos.ts'
import { monthEndsWithin } from '../support/simulation-processes.ts'
import { seeds } from '../support/simulation-run.ts'

it.for(seeds([1]))(
  'hub, broker and fleet are killed again and again: no confirmation is lost, none counts twice (seed %i)',
  { timeout: 120_000 },
  async (seed, context) => {
    if (monthEndsWithin(300)) context.skip('the month ends in these minutes')
    const after = await chaos({
      seed,
      devices: 5,
      each: 5,
      firstSeconds: 9,
      everySeconds: 4,
      lateSeconds: 90,
      kills: 6,
      secondsMax: 75,
    })
    expect(after).toMatchObject({ receipts: 25, airings: 25 })
    // Killed as often as it was, nearly everything was heard: a play cut off is played again.
    expect(after.played).toBeGreaterThan(12)
    expect(after.kills).toEqual({ fleet: 2, broker: 2, hub: 2 })
  },
)

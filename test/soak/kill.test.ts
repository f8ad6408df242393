import { describe, expect, it } from 'vitest'
import { chaos } from '../support/simulation-chaos.ts'
import { seeds } from '../support/simulation-run.ts'

const many = { devices: 40, each: 20, kills: 20 }
const pace = { firstSeconds: 30, everySeconds: 8, lateSeconds: 240, secondsMax: 400 }

describe('real processes, killed again and again', () => {
  it.each(seeds([1, 2, 3]))(
    'forty devices with twenty airings each, twenty kills: none lost, none twice (seed %i)',
    async (seed) => {
      const after = await chaos({ seed, ...many, ...pace })
      expect(after.receipts).toBe(800)
      expect(after.played).toBeGreaterThan(400)
    },
  )
})

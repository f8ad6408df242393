import { it } from 'vitest'
import { Simulation } from '../support/simulation.ts'
import { live } from '../support/simulation-story.ts'
it('runs', async () => {
  const s = await Simulation.open(1)
  const t=performance.now()
  try { await live(s, 3, { busyMinutes: 1, idleMinutes: 40, attackers: true }) } 
  finally { console.log(s.story(), s.violations, s.messages, s.trace(), performance.now()-t); 
    for (const d of s.devices.values()) console.log(JSON.stringify(d.status), d.powerCuts, d.sounds.length)
    await s.close() }
}, 120000)

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { topics } from '../../src/wire/topics.ts'
import { Simulation } from '../support/simulation.ts'
import { seededKey } from '../support/simulation-chance.ts'
import { doings } from '../support/simulation-story.ts'

const hour = 3_600_000

describe("whoever has the hub's own key and the broker", () => {
  let simulation: Simulation

  beforeEach(async () => {
    simulation = await Simulation.open(7)
    simulation.hub.start()
    for (const device of simulation.devices.values()) await device.switchOn()
    const [first] = doings(simulation, 3)
    await first!.act()
    // The morning's airings are over.
    await simulation.pass(3 * hour)
    expect(simulation.sounds).toHaveLength(3 * simulation.devices.size)
  })
  afterEach(() => simulation.close())

  it('cannot make one loudspeaker say what no approver signed', async () => {
    const { attacker, devices, broker, hub } = simulation
    await hub.kill()
    const key = seededKey(simulation.seed, 'hub')
    const thief = broker.connect({
      clientId: 'thief',
      clean: true,
      sessionExpirySeconds: 0,
      receiveMaximum: 100,
      keepaliveSeconds: 60,
      onMessage: () => undefined,
      onConnect: () => undefined,
      onDisconnect: () => undefined,
    })
    await simulation.settle()
    const said = [
      thief.publish(topics.approval('appr-forged'), attacker.forged(simulation.now, 'appr-forged').approval, {
        retain: true,
      }),
    ]
    for (const device of devices.keys()) {
      said.push(
        thief.publish(topics.plan(device), attacker.plan(device, key, simulation.now), { retain: true }),
      )
    }
    attacker.seedVoice()
    await simulation.settle()
    await Promise.all(said)
    await simulation.pass(3 * hour)

    expect(simulation.violations).toEqual([])
    expect(simulation.sounds).toHaveLength(3 * devices.size)
    // Each of them followed the plan, since the hub's key signed it, fetched the voice, and refused to play it.
    for (const device of devices.values()) {
      expect(device.status).toMatchObject({ generation: 1000, played: 3, refused: 1 })
    }
  })
})

/** What must hold as soon as all is well again, while everybody is still there. Each answer is a sentence; none is what we want. */
import { deliveryStatus } from '../../src/delivery/index.ts'
import { DevicePlan } from '../../src/wire/messages.ts'
import { topics } from '../../src/wire/topics.ts'
import type { Simulation } from './simulation.ts'

/** Nobody lacks anything, nobody waits. */
export async function wrongNow(simulation: Simulation): Promise<string[]> {
  const wrong: string[] = []
  const wanted = new Map((await deliveryStatus(simulation.hub.database)).map((one) => [one.device, one]))
  for (const { id, status } of simulation.devices.values()) {
    if (status?.connected !== true) wrong.push(`${id} is not connected`)
    if (status?.outbox !== 0) wrong.push(`${id} still has ${String(status?.outbox)} receipts to send`)
    if (status?.missing !== 0) wrong.push(`${id} still lacks ${String(status?.missing)} recordings`)
    const delivery = wanted.get(id)
    if (delivery === undefined || status?.generation !== delivery.wanted) {
      wrong.push(`${id} follows plan ${String(status?.generation)}, not ${String(delivery?.wanted)}`)
    }
    if (delivery?.upToDate !== true) wrong.push(`the hub does not know that ${id} is up to date`)
  }
  return wrong
}

/** The broker keeps what a new device needs: keys, every newest plan, every approval such a plan names. */
export async function wrongOnBroker(simulation: Simulation): Promise<string[]> {
  const { database } = simulation.hub
  const retained = simulation.broker.retained()
  const holds = (topic: string, envelope: string | undefined): boolean => {
    const there = retained.get(topic)
    return there !== undefined && Buffer.from(there).toString('utf8') === envelope
  }
  const keys = await database.selectFrom('keys_document').selectAll().orderBy('version', 'desc').execute()
  const plans = await database.selectFrom('device_plan').selectAll().orderBy('generation').execute()
  const newest = new Map(plans.map(({ device_id, envelope }) => [device_id, envelope]))
  return [
    ...(holds(topics.keys, keys[0]?.envelope) ? [] : ['the broker has no keys document']),
    ...[...newest].flatMap(([device, envelope]) =>
      holds(topics.plan(device), envelope) ? [] : [`the broker has no plan for ${device}`],
    ),
    ...[...newest.values()].flatMap((envelope) => {
      const { parts } = DevicePlan.parse(JSON.parse(envelope.slice(envelope.indexOf('\n') + 1)))
      const missing = parts.filter(({ approval }) => !retained.has(topics.approval(approval)))
      return missing.map(({ approval }) => `the broker has no approval ${approval}`)
    }),
  ]
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { startBroker, usersOf } from '../../src/delivery/index.ts'
import { evidenceOf, receiptsKept } from '../support/simulation-evidence.ts'
import {
  enrolSome,
  OfficeProcesses,
  openProvince,
  planClosely,
  until,
} from '../support/simulation-processes.ts'

const plan = { devices: 3, each: 2, firstSeconds: 16, everySeconds: 4, lateSeconds: 120 }

let office: OfficeProcesses
let broker: ChildProcess | undefined

beforeEach(() => {
  office = new OfficeProcesses()
})
afterEach(async () => {
  await office.close()
  if (broker !== undefined && broker.exitCode === null) {
    const gone = once(broker, 'exit')
    broker.kill('SIGTERM')
    await gone
  }
})

/** Another broker than the hub's own: made, told who may connect, and stopped again. Returns the devices. */
async function brokerElsewhere(): Promise<string[]> {
  const made = await startBroker({ folder: join(office.folder, 'elsewhere'), users: [], log: silentLog })
  // Before devices are enrolled: their credentials say where the broker is.
  office.set({ LOA_MQTT_URL: made.url, LOA_MQTT_USER: 'hub', LOA_MQTT_PASSWORD: made.hubPassword })
  const devices = await office.work(async (work) => {
    await openProvince(work)
    const some = await enrolSome(work, plan.devices)
    await made.setUsers(await usersOf(work.database))
    return some
  })
  await made.stop()
  return devices
}

it('a hub that finds no broker waits for it; devices then play from their own disk what the hub no longer has', async () => {
  const devices = await brokerElsewhere()
  await office.work((work) => planClosely(work, plan))
  office.startHub()
  office.startFleet()
  await until(
    'the hub to serve its pages',
    () => office.hub!.words.some((line) => line.includes('http://')),
    30,
  )
  await until('the fleet to say how it is', () => office.fleetStatus?.devices === devices.length, 30)
  expect(office.hub!.alive).toBe(true)
  expect(office.fleetStatus).toMatchObject({ connected: 0, planned: 0 })

  broker = spawn('/usr/sbin/mosquitto', ['-c', join(office.folder, 'elsewhere', 'mosquitto.conf')], {
    stdio: 'ignore',
  })
  await until(
    'everything delivered',
    () => office.fleetStatus?.planned === devices.length && office.fleetStatus.missing === 0,
    60,
  )
  expect(office.fleetStatus!.held).toBeGreaterThan(0)
  rmSync(join(office.folder, 'audio'), { recursive: true })
  expect(office.fleetStatus!.played).toBeLessThan(devices.length * plan.each)

  await until(
    'every receipt in the hub',
    () => receiptsKept(office.folder) === devices.length * plan.each,
    90,
  )
  await until('empty outboxes', () => office.fleetStatus?.outbox === 0, 60)
  await office.fleet!.stop()
  await office.hub!.stop()
  const { wrong, outcomes } = evidenceOf(office.folder, devices, plan.each)
  expect(wrong).toEqual([])
  // What they played and hold is byte for byte what was approved, though the hub lost its own copies.
  expect(outcomes).toEqual({ played: devices.length * plan.each })
  expect(existsSync(join(office.folder, 'fleet', devices[0]!, 'parts'))).toBe(true)
}, 180_000)

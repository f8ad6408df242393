/**
 * What may happen to an office, with the processes that run in one: kills, a full disk, no broker. They wait far more
 * than they work, so they run side by side, each in a folder of its own.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { recordingsOf, renderFailures } from '../../src/audio/index.ts'
import { silentLog } from '../../src/base/log.ts'
import { startBroker, usersOf } from '../../src/delivery/index.ts'
import { chaos } from '../support/simulation-chaos.ts'
import { evidenceOf, receiptsKept } from '../support/simulation-evidence.ts'
import {
  enrolSome,
  monthEndsWithin,
  OfficeProcesses,
  openPeople,
  openProvince,
  planClosely,
  submitText,
  until,
} from '../support/simulation-processes.ts'
import { seeds } from '../support/simulation-run.ts'

it.concurrent.for(seeds([1]))(
  'fleet, broker and hub are killed one after the other: no confirmation is lost, none counts twice (seed %i)',
  { timeout: 180_000 },
  async (seed, context) => {
    if (monthEndsWithin(300)) context.skip('the month ends in these minutes')
    const after = await chaos({
      seed,
      devices: 5,
      each: 3,
      firstSeconds: 8,
      everySeconds: 4,
      lateSeconds: 90,
      kills: 3,
      secondsMax: 75,
    })
    expect(after).toMatchObject({ receipts: 15, airings: 15 })
    // Nearly everything was heard: a play cut off is played again. The soak kills twenty times.
    expect(after.played).toBeGreaterThan(7)
    expect(after.kills).toEqual({ fleet: 1, broker: 1, hub: 1 })
  },
)

it.concurrent(
  'a hub that finds no broker waits for it; devices then play from their own disk what the hub no longer has',
  { timeout: 180_000 },
  async ({ onTestFinished }) => {
    const plan = { devices: 3, each: 2, firstSeconds: 8, everySeconds: 4, lateSeconds: 120 }
    const office = new OfficeProcesses()
    onTestFinished(() => office.close())
    const devices = await brokerElsewhere(office, plan.devices)
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

    const broker = spawn('/usr/sbin/mosquitto', ['-c', join(office.folder, 'elsewhere', 'mosquitto.conf')], {
      stdio: 'ignore',
    })
    onTestFinished(async () => {
      // Nobody is left who would miss it.
      await office.close()
      const gone = once(broker, 'exit')
      if (broker.kill('SIGTERM')) await gone
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
  },
)

/** Another broker than the hub's own: made, told who may connect, and stopped again. Returns the devices. */
async function brokerElsewhere(office: OfficeProcesses, count: number): Promise<string[]> {
  const made = await startBroker({ folder: join(office.folder, 'elsewhere'), users: [], log: silentLog })
  // Before devices are enrolled: their credentials say where the broker is.
  office.set({ LOA_MQTT_URL: made.url, LOA_MQTT_USER: 'hub', LOA_MQTT_PASSWORD: made.hubPassword })
  const devices = await office.work(async (work) => {
    await openProvince(work)
    const some = await enrolSome(work, count)
    await made.setUsers(await usersOf(work.database))
    return some
  })
  await made.stop()
  return devices
}

it.concurrent(
  'a full disk stops no hub: nothing half done is kept, the reason is, and with room the recording is made',
  { timeout: 150_000 },
  async ({ onTestFinished, skip }) => {
    const office = new OfficeProcesses()
    const audio = join(office.folder, 'audio')
    mkdirSync(audio)
    onTestFinished(async () => {
      await office.hub?.stop()
      spawnSync('umount', [audio])
      await office.close()
    })
    const why = smallDisk(audio, 16)
    if (why !== undefined) {
      process.stderr.write(`skipped: a small disk cannot be mounted here (${why})\n`)
      skip(why)
    }
    await office.work(async (work) => {
      await openPeople(work)
      await submitText(work, 'tin-moi', 'Bà con nhớ gọi công an xã, gọi không mất tiền, ai cũng gọi được.')
    })
    const failures = () => office.work(({ database }) => renderFailures(database))
    const recordings = () =>
      office.work(({ database }) => recordingsOf(database, { script: 'tin-moi', version: 1 }))

    office.startHub()
    await until('the reason why there is no recording', async () => (await failures()).length > 0, 60)
    const [failure] = await failures()
    expect(failure).toMatchObject({ script: 'tin-moi', version: 1, tries: 0 })
    expect(failure!.why.vi).toMatch(/đầy|hết chỗ|dung lượng/)
    expect(failure!.why.en).toMatch(/full/)
    expect(office.hub!.alive).toBe(true)
    expect(await recordings()).toEqual([])
    // The hub tries again every few seconds, so its work may lie there at the moment; it never stays.
    await until(
      'an audio folder with nothing half done',
      () => Promise.resolve(files(audio).length === 0),
      60,
    )

    expect(spawnSync('mount', ['-o', 'remount,size=65536k', audio]).status).toBe(0)
    await until('the recording', async () => (await recordings()).length > 0, 60)
    const [recording] = await recordings()
    const names = recording!.renditions.map(({ sha256, codec }) => `${sha256}.${codec}`)
    expect(files(audio).toSorted()).toEqual(names.toSorted())
    expect(await failures()).toEqual([])
  },
)

/** Puts a disk of so many KiB at the folder. Says why not, when it may not. */
function smallDisk(folder: string, kibibytes: number): string | undefined {
  const options = ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'loa-test', folder]
  const { status, stderr, error } = spawnSync('mount', options)
  return status === 0 ? undefined : (error?.message ?? stderr.toString().trim())
}

/** Recordings, and work of any kind, under the hub's audio folder; whole sentences may be kept for the next try. */
function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .filter(
      ({ parentPath, name }) => name.endsWith('.part') || !parentPath.startsWith(join(folder, 'sentences')),
    )
    .map(({ name }) => name)
}

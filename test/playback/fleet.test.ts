import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import { silentLog } from '../../src/base/log.ts'
import { systemClock, toMilliseconds } from '../../src/base/time.ts'
import { runController } from '../../src/controller.ts'
import { type FleetStatus, runFleet } from '../../src/fleet.ts'
import { mqttBus } from '../../src/wire/bus.ts'
import { dataUser } from '../../src/wire/credentials.ts'
import { topics } from '../../src/wire/topics.ts'
import { testBroker, type TestBroker, testPassword } from '../support/broker.ts'
import { SampleHub } from '../support/controller-hub.ts'
import { makeTone, type Tone } from '../support/controller-sound.ts'

const devices = ['loa-20440', 'loa-20443', 'loa-20446']
const controllerProcess = fileURLToPath(new URL('../support/controller-process.ts', import.meta.url))

describe('controllers at a real broker', () => {
  let folder: string
  let broker: TestBroker
  let hub: SampleHub
  let beat: NodeJS.Timeout
  let greeting: Tone
  let script: Tone
  let credentialsFile: string

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'loa-fleet-'))
    mkdirSync(join(folder, 'sound'))
    greeting = makeTone(join(folder, 'sound'), 1, 440)
    script = makeTone(join(folder, 'sound'), 2, 660)
    broker = await testBroker(devices.flatMap((device) => [device, dataUser(device)]))
    const connect = mqttBus({
      url: broker.url,
      username: 'hub',
      password: broker.hubPassword,
      log: silentLog,
      reconnectMs: { min: 20, max: 100 },
    })
    hub = new SampleHub(connect, systemClock)
    beat = setInterval(() => void hub.work(), 20)
    credentialsFile = join(folder, 'credentials.json')
    const credentials = devices.map((device) => ({
      ...hub.enrol(device),
      broker: broker.url,
      password: testPassword,
    }))
    writeFileSync(credentialsFile, JSON.stringify(credentials))
    await until(() => hub.bus.connected)
  })

  afterEach(async () => {
    clearInterval(beat)
    await hub.bus.close()
    await broker.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** One airing for each device in so many seconds; the audio is seeded. */
  function announce(names: readonly string[], seconds: number): void {
    for (const tone of [greeting, script]) hub.own(tone)
    const { envelope, parts } = hub.approval('duyet-1', [greeting, script])
    hub.publishKeys()
    hub.publish(topics.approval('duyet-1'), envelope)
    for (const device of names) {
      const airing = hub.airing(`air-${device}`, seconds, [greeting, script], 60)
      hub.publish(topics.plan(device), hub.plan(device, parts, [airing]))
    }
    hub.seed(greeting)
    hub.seed(script)
  }

  async function until(holds: () => boolean, seconds = 20): Promise<void> {
    for (let tries = 0; tries < seconds * 50; tries += 1) {
      if (holds()) return
      await systemClock.wait(20)
    }
    throw new Error('it did not come to that in time')
  }

  it('receive, play what they hold though the broker is gone, and tell it when it is back', async () => {
    const stop = new AbortController()
    const seen: FleetStatus[] = []
    const running = runFleet({
      credentialsFile,
      folder: join(folder, 'fleet'),
      output: 'simulated',
      log: silentLog,
      jitterSeconds: 0,
      resendSeconds: 5,
      signal: stop.signal,
      onStatus: (status) => seen.push(status),
    })
    try {
      announce(devices, 4)
      await until(() => devices.every((device) => hub.reports.get(device)?.held === 2))
      // Nothing is left of the session, nor of what was retained.
      process.kill(broker.pid, 'SIGKILL')
      await until(() => hub.kept.length === devices.length, 25)
      // What the hub has kept, the controllers have still to hear; what they said before is of no use here.
      const before = seen.length
      await until(() => seen.slice(before).some(({ played, outbox }) => played === 3 && outbox === 0), 25)
    } finally {
      stop.abort()
      await running
    }
    expect(hub.kept.map(({ device }) => device).sort()).toEqual(devices)
    for (const receipt of hub.kept) {
      expect(receipt).toMatchObject({
        outcome: 'played',
        sequence: 1,
        held: [greeting.sha256, script.sha256],
        reason: null,
      })
      expect(receipt.heardMs).toBeGreaterThanOrEqual(3000 * 0.95)
      expect(receipt.ended! - receipt.started!).toBeGreaterThanOrEqual(2990)
    }
    expect(Math.max(...seen.map(({ connected }) => connected))).toBe(3)
    expect(seen.at(-1)).toMatchObject({
      devices: 3,
      connected: 0,
      played: 3,
      outbox: 0,
      playing: 0,
      missing: 0,
    })
  })

  it('killed in a play, begin it again and tell it once', async () => {
    const [device] = devices as [string, ...string[]]
    const one = join(folder, 'one.json')
    writeFileSync(one, JSON.stringify({ ...hub.enrol(device), broker: broker.url, password: testPassword }))
    const own = join(folder, 'one')
    const first = startController(one, own)
    announce([device], 3)
    await until(() => first.said().includes('"playing":"air-'))
    await systemClock.wait(500)
    const killedAt = toMilliseconds(systemClock.now())
    first.child.kill('SIGKILL')
    await first.ended
    const second = startController(one, own)
    await until(() => hub.kept.length === 1)
    second.child.kill('SIGTERM')
    await second.ended
    expect(hub.kept).toEqual([expect.objectContaining({ device, outcome: 'played', sequence: 1 })])
    expect(hub.kept[0]!.heardMs).toBeGreaterThanOrEqual(3000 * 0.95)
    expect(hub.kept[0]!.started).toBeGreaterThan(killedAt)
    expect(readdirSync(join(own, 'parts')).sort()).toEqual(
      [`${greeting.sha256}.mp3`, `${script.sha256}.mp3`].sort(),
    )
  })

  it('refuse credentials that are none, too few, or not there', async () => {
    const options = { folder, output: 'silent', log: silentLog, jitterSeconds: 0 } as const
    const { signal } = new AbortController()
    writeFileSync(join(folder, 'none.json'), '{"device": 1}')
    const fleet = (file: string, count?: number): Promise<void> =>
      runFleet({
        ...options,
        credentialsFile: file,
        signal,
        ...(count === undefined ? {} : { devices: count }),
      })
    await expect(fleet(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'invalid' })
    await expect(fleet(join(folder, 'nowhere.json'))).rejects.toMatchObject({ code: 'not_found' })
    await expect(fleet(credentialsFile, 4)).rejects.toBeInstanceOf(AppError)
    const many = runController({ ...options, credentialsFile, output: 'file' }, signal)
    await expect(many).rejects.toThrow(/3 devices/)
  })

  function startController(
    file: string,
    own: string,
  ): { child: ChildProcess; said: () => string; ended: Promise<void> } {
    const child = spawn(process.execPath, [controllerProcess, file, own], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
    return { child, said: () => text, ended }
  }
})

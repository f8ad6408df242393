import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import { silentLog } from '../../src/base/log.ts'
import { startBroker } from '../../src/delivery/broker.ts'
import { accessLines, mosquittoPassword, passwordLines } from '../../src/delivery/broker-files.ts'
import {
  aMoment,
  testBroker,
  type TestBroker,
  testClient,
  type TestClient,
  testPassword,
  testUser,
  until,
} from '../support/broker.ts'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function temporary(name = 'loa-broker-'): string {
  const folder = mkdtempSync(join(tmpdir(), name))
  closers.push(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

async function client(broker: TestBroker, user: string, password?: string): Promise<TestClient> {
  const made = testClient(broker, user, password === undefined ? {} : { password })
  closers.push(() => made.bus.close())
  await until(`${user} is let in`, () => made.bus.connected)
  return made
}

describe('our broker', () => {
  let broker: TestBroker
  beforeEach(async () => {
    broker = await testBroker(['loa-tra-leng', 'loa-tra-leng.b', 'loa-tra-cang'])
    closers.push(() => broker.close())
  })

  it('lets in who knows the password, and nobody else', async () => {
    await client(broker, 'loa-tra-leng')
    for (const [user, password] of [
      ['loa-tra-leng', 'sai'],
      ['loa-khong-co', testPassword],
      ['hub', testPassword],
    ] as const) {
      const stranger = testClient(broker, user, { password })
      closers.push(() => stranger.bus.close())
      await until('the refusal', () => stranger.disconnects.length > 0)
      expect(stranger.disconnects[0]).toMatch(/not authorized/i)
      expect(stranger.connects).toEqual([])
    }
  })

  it('lets a device write its own topics and nobody else’s, no plan and no chunk', async () => {
    const device = await client(broker, 'loa-tra-leng')
    for (const kind of ['state', 'reported', 'receipts', 'want']) {
      await device.bus.publish(`loa/1/d/loa-tra-leng/${kind}`, Buffer.from('x'))
    }
    for (const topic of [
      'loa/1/d/loa-tra-cang/state',
      'loa/1/d/loa-tra-cang/receipts',
      'loa/1/d/loa-tra-leng/plan',
      'loa/1/d/loa-tra-leng/ack',
      `loa/1/b/${'0'.repeat(64)}/0`,
      'loa/1/keys',
      'loa/1/a/phe-duyet',
      'loa/1/hub/main/state',
    ]) {
      await expect(device.bus.publish(topic, Buffer.from('x')), topic).rejects.toThrow(/not authorized/i)
    }
  })

  it('lets a device hear what is for it and for all, and nothing of another', async () => {
    const hub = await client(broker, 'hub')
    const device = await client(broker, 'loa-tra-leng')
    await device.bus.subscribe(['#', 'loa/1/d/+/plan'])
    const mine = ['loa/1/keys', 'loa/1/a/phe-duyet', 'loa/1/hub/main/state', 'loa/1/d/loa-tra-leng/plan']
    for (const topic of [
      ...mine,
      'loa/1/d/loa-tra-cang/plan',
      'loa/1/d/loa-tra-cang/receipts',
      'loa/1/b/x/0',
    ]) {
      await hub.bus.publish(topic, Buffer.from('x'))
    }
    await until('what is mine', () => device.heard.length >= mine.length)
    await aMoment()
    expect(new Set(device.heard.map(({ topic }) => topic))).toEqual(new Set(mine))
  })

  it('lets the data connection read chunks, and do nothing else', async () => {
    const hub = await client(broker, 'hub')
    const data = await client(broker, 'loa-tra-leng.b')
    await data.bus.subscribe(['#'])
    for (const topic of ['loa/1/b/x/0', 'loa/1/d/loa-tra-leng/plan', 'loa/1/keys']) {
      await hub.bus.publish(topic, Buffer.from('x'))
    }
    await until('the chunk', () => data.heard.length > 0)
    await aMoment()
    expect(data.heard.map(({ topic }) => topic)).toEqual(['loa/1/b/x/0'])
    for (const topic of ['loa/1/b/x/0', 'loa/1/d/loa-tra-leng/state', 'loa/1/d/loa-tra-leng.b/state']) {
      await expect(data.bus.publish(topic, Buffer.from('x')), topic).rejects.toThrow(/not authorized/i)
    }
  })

  it('gives a client the id of its user: nobody takes another’s connection by its client id', async () => {
    const device = await client(broker, 'loa-tra-leng')
    const thief = testClient(broker, 'loa-tra-cang', { clientId: 'loa-tra-leng' })
    closers.push(() => thief.bus.close())
    await until('the thief is let in as itself', () => thief.bus.connected)
    await aMoment()
    expect(device.disconnects).toEqual([])
  })

  it('takes in new devices and shuts out revoked ones while the others stay connected', async () => {
    const staying = await client(broker, 'loa-tra-leng')
    const leaving = await client(broker, 'loa-tra-cang')
    const { pid } = broker
    await broker.setUsers(['loa-tra-leng', 'loa-moi-den'].map(testUser))

    await until('the revoked device is out', () => leaving.disconnects.length > 0)
    await client(broker, 'loa-moi-den')
    await until('it stays out', () => leaving.disconnects.some((why) => /not authorized/i.test(why)))
    expect(staying.disconnects).toEqual([])
    expect(broker.pid).toBe(pid)
  })

  it('comes back by itself on the same port when it is killed', async () => {
    const device = await client(broker, 'loa-tra-leng')
    const { pid, port } = broker
    process.kill(pid, 'SIGKILL')
    await until('the broker is back', () => broker.pid !== pid && device.connects.length === 2)
    expect(broker.port).toBe(port)
    expect(device.connects).toEqual([false, false])
  })

  it('keeps its files to itself', () => {
    for (const name of ['mosquitto.conf', 'passwords', 'access']) {
      expect(statSync(join(broker.folder, name)).mode & 0o777, name).toBe(0o600)
    }
    expect(readFileSync(join(broker.folder, 'passwords'), 'utf8')).not.toContain(testPassword)
  })
})

describe('starting the broker', () => {
  it('works in a folder whose name has spaces and Vietnamese letters', async () => {
    const broker = await testBroker([], 'đài xã Trà Leng ')
    closers.push(() => broker.close())
    await client(broker, 'hub')
  })

  it('refuses in plain words when mosquitto is missing', async () => {
    const start = startBroker({
      folder: temporary(),
      users: [],
      log: silentLog,
      binary: '/usr/sbin/khong-co',
    })
    await expect(start).rejects.toMatchObject({ code: 'unavailable' })
    await expect(start).rejects.toThrow('sudo apt-get install mosquitto')
  })

  it('is tried again when it is killed before it lets anybody in, three times in all', async () => {
    const folder = temporary()
    const killedTimes = async (times: number): Promise<void> => {
      const binary = join(folder, 'mosquitto-killed')
      const killed = `[ $(ls "${folder}" | grep -c '^died') -lt ${times} ] && touch "${folder}/died$$" && kill -9 $$`
      writeFileSync(binary, `#!/bin/sh\n${killed}\nexec /usr/sbin/mosquitto "$@"\n`, { mode: 0o755 })
      const broker = await startBroker({ folder: join(folder, 'broker'), users: [], log: silentLog, binary })
      await broker.stop()
    }
    await killedTimes(2)
    await expect(killedTimes(5)).rejects.toThrow('SIGKILL')
    expect(readdirSync(folder).filter((name) => name.startsWith('died'))).toHaveLength(5)
  })

  it('refuses in plain words when the port is taken, and leaves nothing running', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    closers.push(() => void other.close())
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const folder = temporary()
    const error = await startBroker({ folder, port, users: [], log: silentLog }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(AppError)
    expect((error as AppError).sentence.vi).toContain(`Cổng ${String(port)} đã có chương trình khác dùng`)
    expect((error as AppError).sentence.en).toContain('LOA_MQTT_PORT')
    expect(running(folder)).toEqual([])
  })

  it('refuses with its last words when it ends at once', async () => {
    const folder = temporary()
    const binary = join(folder, 'mosquitto-hong')
    writeFileSync(binary, '#!/bin/sh\necho "Error: Unknown configuration variable" >&2\nexit 3\n', {
      mode: 0o755,
    })
    const start = startBroker({ folder, users: [], log: silentLog, binary })
    await expect(start).rejects.toThrow('exit code 3; Error: Unknown configuration variable')
  })

  it('knows whoever was enrolled while it was coming back', async () => {
    const folder = temporary()
    const binary = join(folder, 'mosquitto-slow-to-say')
    // It reads who its users are at once, and says half a second later that it runs.
    writeFileSync(binary, '#!/bin/bash\nexec /usr/sbin/mosquitto "$@" 2> >(sleep 0.5; exec cat >&2)\n', {
      mode: 0o755,
    })
    const made = await startBroker({ folder, users: [], log: silentLog, binary, restartFirstMs: 1 })
    closers.push(() => made.stop())
    const { pid } = made
    process.kill(pid, 'SIGKILL')
    await aMoment()
    await aMoment()
    expect(made.pid).toBe(pid)
    await made.setUsers([testUser('loa-tra-tap')])
    await until('another process', () => made.pid !== pid)
    const device = testClient(made, 'loa-tra-tap')
    closers.push(() => device.bus.close())
    await until('it is let in', () => device.bus.connected, 2000)
  })

  it('is given up for good, with the reason, when it cannot be started again', async () => {
    const folder = temporary()
    const binary = join(folder, 'mosquitto')
    writeFileSync(binary, `#!/bin/sh\n[ -f "${folder}/hong" ] && exit 9\nexec mosquitto "$@"\n`, {
      mode: 0o755,
    })
    const broker = await startBroker({ folder, users: [], log: silentLog, binary, restartFirstMs: 1 })
    closers.push(() => broker.stop())
    writeFileSync(join(folder, 'hong'), '')
    process.kill(broker.pid, 'SIGKILL')
    expect(await broker.exited).toContain('exit code 9')
  })

  it('resolves `exited` with nothing to say when it was asked to stop', async () => {
    const broker = await testBroker()
    await broker.close()
    expect(await broker.exited).toBe('')
    expect(running(broker.folder)).toEqual([])
  })

  it('stops an orphan of a killed hub first, and leaves alone what is not its own', async () => {
    const folder = temporary()
    const first = await startBroker({ folder, users: [], log: silentLog })
    await first.stop()
    // As a hub killed on a system without setpriv leaves it.
    const orphan = spawn('/usr/sbin/mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' })
    closers.push(() => void orphan.kill('SIGKILL'))
    const gone = new Promise((resolve) => orphan.once('exit', resolve))
    // The file is there before the number in it.
    const pidFile = join(folder, 'mosquitto.pid')
    await until('the orphan runs', () => existsSync(pidFile) && /\d/.test(readFileSync(pidFile, 'utf8')))

    const second = await startBroker({ folder, port: first.port, users: [], log: silentLog })
    closers.push(() => second.stop())
    await gone

    await second.stop()
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' })
    closers.push(() => void bystander.kill('SIGKILL'))
    writeFileSync(join(folder, 'mosquitto.pid'), `${String(bystander.pid)}\n`)
    const third = await startBroker({ folder, users: [], log: silentLog })
    await third.stop()
    expect(bystander.exitCode).toBeNull()
    expect(bystander.signalCode).toBeNull()
  })

  it.runIf(existsSync('/usr/bin/setpriv'))('ends with a hub that is killed', async () => {
    const folder = temporary()
    const url = (path: string): string =>
      JSON.stringify(fileURLToPath(new URL(`../../src/${path}`, import.meta.url)))
    const hub = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { startBroker } from ${url('delivery/broker.ts')}
         import { silentLog } from ${url('base/log.ts')}
         const broker = await startBroker({ folder: ${JSON.stringify(folder)}, users: [], log: silentLog })
         console.log(broker.pid)
         setInterval(() => undefined, 1000)`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    closers.push(() => void hub.kill('SIGKILL'))
    const pid = await new Promise<number>((resolve) =>
      hub.stdout.once('data', (line: Buffer) => resolve(Number(line))),
    )
    expect(running(folder)).toEqual([pid])
    hub.kill('SIGKILL')
    await until('the broker is gone', () => running(folder).length === 0)
  })
})

describe('the files of the broker', () => {
  it('holds passwords in the form mosquitto writes itself', () => {
    expect(mosquittoPassword('x')).toMatch(/^\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==$/)
    expect(mosquittoPassword('x')).not.toBe(mosquittoPassword('x'))
  })

  it('never lets a name or a hash smuggle in a line of its own', () => {
    const { passwordHash } = testUser('loa-tra-leng')
    expect(() => passwordLines([{ name: 'loa-x\nhub:', passwordHash }])).toThrow('not a user name')
    expect(() => passwordLines([{ name: 'loa-tra-leng', passwordHash: `${passwordHash}\nhub:x` }])).toThrow(
      'not a password hash',
    )
  })

  it('says exactly what each user may do', () => {
    expect(accessLines([testUser('loa-tra-leng'), testUser('loa-tra-leng.b'), testUser('hub')]))
      .toBe(`user hub
topic readwrite loa/1/#
topic read $SYS/broker/clients/connected

user loa-tra-leng
topic read loa/1/keys
topic read loa/1/hub/main/state
topic read loa/1/a/+
topic read loa/1/d/loa-tra-leng/policy
topic read loa/1/d/loa-tra-leng/plan
topic read loa/1/d/loa-tra-leng/desired
topic read loa/1/d/loa-tra-leng/cmd
topic read loa/1/d/loa-tra-leng/ack
topic read loa/1/d/loa-tra-leng/tr
topic write loa/1/d/loa-tra-leng/state
topic write loa/1/d/loa-tra-leng/reported
topic write loa/1/d/loa-tra-leng/receipts
topic write loa/1/d/loa-tra-leng/want
topic write loa/1/d/loa-tra-leng/res
topic write loa/1/d/loa-tra-leng/tq

user loa-tra-leng.b
topic read loa/1/b/#
`)
  })
})

/** Pids of mosquitto processes with their configuration in the folder. */
function running(folder: string): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
  return stdout
    .split('\n')
    .filter((line) => line.includes(`-c ${folder}/`) && line.includes('mosquitto'))
    .map((line) => Number(line.trim().split(' ')[0]))
}

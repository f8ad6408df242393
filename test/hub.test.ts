import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../src/base/log.ts'
import { type Config, readConfig } from '../src/config.ts'
import { closeDatabase, openDatabase } from '../src/db/index.ts'
import { startHub } from '../src/hub.ts'
import { acceptLink, addPerson, invite } from '../src/people/index.ts'
import { loadedEdition } from '../src/registry/index.ts'
import { brokerPort, hubKey, openWork, pagesSecret } from '../src/work.ts'

const closers: (() => unknown)[] = []
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loa-hub-'))
  closers.push(() => {
    rmSync(folder, { recursive: true, force: true })
  })
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function config(changes: Partial<Config> = {}): Config {
  return { ...readConfig({}), data: folder, port: 0, broker: undefined, brokerPort: undefined, ...changes }
}

it('a second hub on the same folder is refused, and has changed nothing by then', async () => {
  const hub = await startHub(config(), { log: silentLog })
  closers.push(() => hub.stop())
  const second = startHub(config({ registry: 'all-devices' }), { log: silentLog })
  await expect(second).rejects.toThrow(/^Another hub is using the folder/)
  expect((await loadedEdition(hub.work.database))?.edition).toBe('sample')
  await hub.stop()
  await hub.stop()
  const next = await startHub(config(), { log: silentLog })
  await next.stop()
})

it('a hub with an open desk does not start behind a proxy', async () => {
  const both = { openDesk: true, publicUrl: 'https://loa.quangnam.example' }
  await expect(startHub(config(both), { log: silentLog })).rejects.toThrow(/do not go together/)
  expect(readdirSync(folder)).toEqual([])
})

it('a hub that cannot have its port leaves no broker running, and its folder free', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  closers.push(() => closed(taken))
  const { port } = taken.address() as AddressInfo
  await expect(startHub(config({ port }), { log: silentLog })).rejects.toThrow(/cannot be had/)
  expect(brokersOf(folder)).toEqual([])
  const hub = await startHub(config(), { log: silentLog })
  expect(brokersOf(folder)).toEqual([hub.brokerPid()])
  await hub.stop()
  expect(brokersOf(folder)).toEqual([])
})

it('whoever are the first at the same moment agree on the hub’s key and on the broker’s port', async () => {
  const work = await openWork(config())
  closers.push(() => work.close())
  const keys = await Promise.all([work, work, work].map(hubKey))
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1)
  expect(readdirSync(join(folder, 'keys'))).toEqual(['hub.pem'])
  expect(new Set(await Promise.all([work, work, work].map(brokerPort))).size).toBe(1)
})

it('a database of a newer programme is refused, and not kept open', async () => {
  const path = join(folder, 'newer.db')
  const made = openDatabase(path)
  await sql`PRAGMA user_version = 999`.execute(made)
  await closeDatabase(made)
  expect(() => openDatabase(path)).toThrow(/newer version/)
  const open = readdirSync('/proc/self/fd').filter((fd) => linkOf(fd) === path)
  expect(open).toEqual([])
})

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    // Closed meanwhile.
    return ''
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
  })
}

/** Every mosquitto that runs with this folder's configuration. */
function brokersOf(data: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandOf(pid).includes(join(data, 'broker', 'mosquitto.conf')))
    .map(Number)
}

function commandOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    // Ended meanwhile.
    return []
  }
}

it('gives a link for the first admin at each start until somebody has an account, and none after', async () => {
  const hub = await startHub(config(), { log: silentLog })
  const first = hub.welcome
  expect(first).toMatch(/^http:\/\/localhost:\d+\/welcome\/[\w-]{43}$/)
  await hub.stop()
  const again = await startHub(config({ publicUrl: 'https://loa.quangnam.example' }), { log: silentLog })
  expect(again.welcome).toMatch(/^https:\/\/loa\.quangnam\.example\/welcome\//)
  expect(again.welcome?.slice(-43)).not.toBe(first?.slice(-43))
  const { database, clock } = again.work
  const admin = { id: 'quan', name: 'Trần Quản Trị', password: 'mưa rừng chiều đông' }
  await acceptLink(database, { secret: again.welcome!.slice(-43), ...admin, now: clock.now() })
  await again.stop()
  const later = await startHub(config(), { log: silentLog })
  expect(later.welcome).toBeUndefined()
  expect((await fetch(`${later.url}/units`, { redirect: 'manual' })).status).toBe(303)
  await later.stop()
})

it('names the admin to invite, and prints no link, where one was added by command', async () => {
  const work = await openWork(config())
  const admin = { name: 'Quản trị', role: 'admin', now: work.clock.now() } as const
  await addPerson(work.database, { id: 'tap', training: true, ...admin })
  await addPerson(work.database, { id: 'quan', training: false, ...admin })
  await work.close()
  const hub = await startHub(config(), { log: silentLog })
  expect([hub.welcome, hub.toInvite]).toEqual([undefined, 'quan'])
  const { database, clock } = hub.work
  const secret = await invite(database, { person: 'quan', by: null, now: clock.now() })
  await acceptLink(database, { secret, password: 'mưa rừng chiều đông', now: clock.now() })
  await hub.stop()
  const later = await startHub(config(), { log: silentLog })
  expect([later.welcome, later.toInvite]).toEqual([undefined, undefined])
  await later.stop()
})

it('the secret of the pages is made once, for its owner only', async () => {
  const work = await openWork(config())
  closers.push(() => work.close())
  const secrets = await Promise.all([work, work].map(pagesSecret))
  expect(new Set(secrets).size).toBe(1)
  expect(secrets[0]).toMatch(/^[\w-]{43}$/)
  expect(statSync(join(folder, 'keys', 'pages.secret')).mode & 0o777).toBe(0o600)
})

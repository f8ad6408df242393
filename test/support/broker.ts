/** A real mosquitto for tests, on a free port with its files in a temporary folder. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/base/log.ts'
import { type Broker, startBroker } from '../../src/delivery/broker.ts'
import { type BrokerUser, mosquittoPassword } from '../../src/delivery/broker-files.ts'
import { type Bus, type BusOptions, mqttBus } from '../../src/wire/bus.ts'

/** Every user's password in tests. */
export const testPassword = 'mat-khau-chi-de-thu'
const testHash = mosquittoPassword(testPassword)

export function testUser(name: string): BrokerUser {
  return { name, passwordHash: testHash }
}

export type TestBroker = Broker & { folder: string; close(): Promise<void> }

/** Starts mosquitto for the named users (the hub is always one). Close it in the test's own file. */
export async function testBroker(
  users: readonly string[] = [],
  folderName = 'loa-broker-',
): Promise<TestBroker> {
  const folder = mkdtempSync(join(tmpdir(), folderName))
  const broker = await startBroker({ folder, users: users.map(testUser), log: silentLog })
  return Object.assign(Object.create(broker) as Broker, {
    folder,
    async close() {
      await broker.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  })
}

export type Heard = { topic: string; text: string; payload: Uint8Array; retained: boolean }

/** A connection that notes all it hears. */
export type TestClient = {
  bus: Bus
  heard: Heard[]
  /** Session present or not, once for each time the broker accepted us. */
  connects: boolean[]
  disconnects: string[]
}

/** Connects as a user of the test broker; `hub` gets the hub's password. */
export function testClient(
  broker: Pick<Broker, 'url' | 'hubPassword'>,
  username: string,
  options: Partial<BusOptions> & { password?: string } = {},
): TestClient {
  const { password = username === 'hub' ? broker.hubPassword : testPassword, ...rest } = options
  const client: Omit<TestClient, 'bus'> = { heard: [], connects: [], disconnects: [] }
  const connect = mqttBus({
    url: broker.url,
    username,
    password,
    log: silentLog,
    reconnectMs: { min: 20, max: 100 },
  })
  const bus = connect({
    clientId: username,
    clean: true,
    sessionExpirySeconds: 0,
    receiveMaximum: 16,
    keepaliveSeconds: 60,
    onMessage: (topic, payload, retained) => {
      client.heard.push({ topic, payload, retained, text: Buffer.from(payload).toString('utf8') })
    },
    onConnect: (sessionPresent) => {
      client.connects.push(sessionPresent)
    },
    onDisconnect: (why) => {
      client.disconnects.push(why)
    },
    ...rest,
  })
  return { ...client, bus }
}

/** Waits until something is so, at most so long; says what was waited for when it never is. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  milliseconds = 10_000,
): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${String(milliseconds)} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Long enough for a message that should not come to have come. */
export function aMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 150))
}

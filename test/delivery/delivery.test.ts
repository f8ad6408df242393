import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { approve, signKeysDocument } from '../../src/approval/index.ts'
import { silentLog } from '../../src/base/log.ts'
import { toMilliseconds } from '../../src/base/time.ts'
import { type Delivery, type DeliveryOptions, deliveryStatus, usersOf } from '../../src/delivery/index.ts'
import { addPerson } from '../../src/people/index.ts'
import { mqttBus } from '../../src/wire/bus.ts'
import { newSigningKey, openEnvelope, readPublicKey } from '../../src/wire/envelope.ts'
import {
  ApprovalStatement,
  DevicePlan,
  KeysDocument,
  StateMessage,
  writeMessage,
} from '../../src/wire/messages.ts'
import { provesLeaf } from '../../src/wire/merkle.ts'
import { topics } from '../../src/wire/topics.ts'
import { giveKey } from '../support/approvers.ts'
import { aMoment, testBroker, type TestBroker, testClient, testPassword, until } from '../support/broker.ts'
import { testWorld, type World } from '../support/delivery-world.ts'
import { pretendDevice, type PretendDevice } from '../support/pretend-device.ts'

const traLeng = 'loa-tra-leng'
const traCang = 'loa-tra-cang'

let broker: TestBroker
let world: World
const closers: (() => Promise<void> | void)[] = []

beforeEach(async () => {
  world = await testWorld({ devices: [traLeng, traCang] })
  broker = await testBroker()
  await broker.setUsers(await usersOf(world.database))
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  await broker.close()
  await world.close()
})

function started(
  options: Partial<DeliveryOptions> = {},
  at: Pick<TestBroker, 'url' | 'hubPassword'> = broker,
): Delivery {
  const access = { url: at.url, username: 'hub', password: at.hubPassword, log: silentLog }
  const connect = mqttBus({ ...access, reconnectMs: { min: 20, max: 100 } })
  const delivery = world.delivery(connect, { attendMs: 10, limits: { gatherMs: 50, againMs: 0 }, ...options })
  delivery.start()
  closers.push(() => delivery.close())
  return delivery
}

async function connected(options: Partial<DeliveryOptions> = {}): Promise<Delivery> {
  const delivery = started(options)
  await until('the hub is connected', () => delivery.bus.connected)
  return delivery
}

function device(
  name: string,
  options: { birth?: number; files?: Map<string, Uint8Array> } = {},
): PretendDevice {
  const access = (username: string) =>
    mqttBus({
      url: broker.url,
      username,
      password: testPassword,
      log: silentLog,
      reconnectMs: { min: 20, max: 100 },
    })
  const key = world.deviceKeys.get(name)!
  const made = pretendDevice({
    device: name,
    key,
    hubPublicKey: world.hubKey.publicKey,
    control: access(name),
    data: access(`${name}.b`),
    now: () => toMilliseconds(world.clock.now()),
    ...options,
  })
  closers.push(() => made.close())
  return made
}

/** What lies on the broker for a device that connects now; not while that device itself is connected. */
async function retained(filter: string, as = traLeng): Promise<Map<string, Uint8Array>> {
  const client = testClient(broker, as)
  await until('let in', () => client.bus.connected)
  await client.bus.subscribe([filter])
  await aMoment()
  await client.bus.close()
  return new Map(client.heard.map(({ topic, payload }) => [topic, payload]))
}

function planIn(envelope: Uint8Array): DevicePlan {
  const opened = openEnvelope('plan', DevicePlan, envelope, () => readPublicKey(world.hubKey.publicKey))
  if (!opened.ok) throw new Error(opened.why)
  return opened.value.document
}

describe('a plan', () => {
  it('names what is to come with codec, chunks, approval and proof, and a stranger can check all of it', async () => {
    const greeting = await world.record('loi-chao', { station: 'tt-tra-leng', kilobytes: 20 })
    await world.record('thay-la-bao-ngay')
    const approvals = [await world.approve('loi-chao'), await world.approve('thay-la-bao-ngay')]
    const airing = await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 600, greeting })
    const delivery = await connected()
    expect(await delivery.run()).toMatchObject({ connected: true, devices: 2, plans: 1, withheld: 0 })

    const documents = await retained('loa/1/#')
    const plan = planIn(documents.get(topics.plan(traLeng))!)
    expect(plan).toMatchObject({ device: traLeng, generation: 1 })
    expect(plan.airings).toMatchObject([{ airing, priority: 'thong-thuong' }])
    expect(plan.airings[0]!.latest - plan.airings[0]!.at).toBe(900_000)
    const [first, second] = plan.airings[0]!.parts.map((hash) =>
      plan.parts.find((part) => part.sha256 === hash)!,
    )
    expect([first?.approval, second?.approval]).toEqual(approvals)

    const keys = openEnvelope('keys', KeysDocument, documents.get(topics.keys)!, () =>
      readPublicKey(world.rootKey.publicKey),
    )
    expect(keys.ok && keys.value.document.keys.map(({ role }) => role).sort()).toEqual(['approver', 'hub'])
    for (const part of plan.parts) {
      expect(part.codec).toBe('opus')
      const opened = openEnvelope(
        'approval',
        ApprovalStatement,
        documents.get(topics.approval(part.approval))!,
        () => readPublicKey(world.approverKey.publicKey),
      )
      if (!opened.ok) throw new Error(opened.why)
      const { root, leaves } = opened.value.document
      expect(
        provesLeaf({ leaf: part.sha256, position: part.leaf, count: leaves, proof: part.proof }, root),
      ).toBe(true)
    }
  })

  it('has the codec that the device’s type likes best', async () => {
    await world.addDevice('loa-tam-thanh', 'cum-loa-mp3')
    await world.record('thay-la-bao-ngay')
    await world.approve('thay-la-bao-ngay')
    await world.air('thay-la-bao-ngay', 'loa-tam-thanh', { inSeconds: 600 })
    await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 600 })
    const delivery = await connected()
    const hub = await delivery.run()
    expect(hub.plans).toBe(2)
    const rows = await world.database.selectFrom('device_plan').selectAll().orderBy('device_id').execute()
    expect(rows.map((row) => planIn(Buffer.from(row.envelope)).parts.map(({ codec }) => codec))).toEqual([
      ['mp3'],
      ['opus'],
    ])
  })

  it('never names what nobody approved', async () => {
    await world.record('chua-duyet')
    await world.air('chua-duyet', traLeng, { inSeconds: 600 })
    const delivery = await connected()
    expect(await delivery.run()).toMatchObject({ plans: 0, withheld: 1 })
    expect((await retained('loa/1/d/#')).size).toBe(0)
  })

  it('never names an urgent item that one person signed; with the second it names both statements', async () => {
    const { database, rootKey, hubKey } = world
    const now = world.clock.now()
    await addPerson(database, { id: 'nga', name: 'Nga', role: 'approver', training: false, now })
    const second = newSigningKey()
    await giveKey(database, { person: 'nga', publicKey: second.publicKey, now })
    await signKeysDocument(database, { rootKey, hubPublicKey: hubKey.publicKey, training: false, now })
    await world.record('bao-khan', { priority: 'khan-cap' })
    await world.air('bao-khan', traLeng, { inSeconds: 600 })
    const first = await world.approve('bao-khan')
    const delivery = await connected()
    expect(await delivery.run()).toMatchObject({ plans: 0, withheld: 1 })
    const by = { approver: 'nga', key: second, now: world.clock.now() }
    const { approval } = await approve(database, { script: 'bao-khan', version: 1, ...by })
    expect(await delivery.run()).toMatchObject({ plans: 1, withheld: 0 })
    const documents = await retained('loa/1/#')
    const plan = planIn(documents.get(topics.plan(traLeng))!)
    expect(plan.airings).toMatchObject([{ priority: 'khan-cap' }])
    const [part] = plan.parts
    expect([part?.approval, part?.second?.approval].sort()).toEqual([approval, first].sort())
    for (const id of [approval, first]) expect(documents.has(topics.approval(id))).toBe(true)
    expect(await delivery.run()).toMatchObject({ plans: 0, published: 0 })
  })

  it('loses what is withdrawn: the next generation is without it', async () => {
    await world.record('thay-la-bao-ngay')
    await world.approve('thay-la-bao-ngay')
    await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 600 })
    const delivery = await connected()
    await delivery.run()
    await world.database
      .updateTable('script_version')
      .set({ withdrawn_by: 'lan', withdrawn_at: world.clock.now(), withdrawn_why: 'sai' })
      .execute()
    await delivery.run()
    const documents = await retained('loa/1/#')
    expect(planIn(documents.get(topics.plan(traLeng))!)).toMatchObject({
      generation: 2,
      airings: [],
      parts: [],
    })
    expect([...documents.keys()].filter((topic) => topic.startsWith('loa/1/a/'))).toEqual([])
  })

  it('is made anew only when what is to come changes', async () => {
    await world.record('thay-la-bao-ngay')
    await world.approve('thay-la-bao-ngay')
    const airing = await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 600 })
    const delivery = await connected()
    expect((await delivery.run()).plans).toBe(1)
    expect(await delivery.run()).toMatchObject({ plans: 0, published: 0 })
    await world.cancel(airing)
    expect(await delivery.run()).toMatchObject({ plans: 1 })
    await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 1200 })
    expect(await delivery.run()).toMatchObject({ plans: 1 })
    const generations = await world.database.selectFrom('device_plan').select('generation').execute()
    expect(generations.map(({ generation }) => generation)).toEqual([1, 2, 3])
  })

  it('keeps an airing that may start hours late, also when something new comes', async () => {
    await world.record('thay-la-bao-ngay')
    await world.approve('thay-la-bao-ngay')
    const late = await world.air('thay-la-bao-ngay', traLeng, { inSeconds: -3 * 3600, lateSeconds: 4 * 3600 })
    const over = await world.air('thay-la-bao-ngay', traLeng, { inSeconds: -3 * 3600, lateSeconds: 3600 })
    const next = await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 600 })
    const delivery = await connected()
    await delivery.run()
    const { envelope } = await world.database
      .selectFrom('device_plan')
      .select('envelope')
      .executeTakeFirstOrThrow()
    expect(envelope).toContain(late)
    expect(envelope).toContain(next)
    expect(envelope).not.toContain(over)
  })

  it('is made anew when the hub’s key has changed', async () => {
    await world.record('thay-la-bao-ngay')
    await world.approve('thay-la-bao-ngay')
    await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 600 })
    const first = await connected()
    await first.run()
    await first.close()
    world.hubKey = newSigningKey()
    const second = await connected({ hubKey: world.hubKey })
    expect((await second.run()).plans).toBe(1)
    const documents = await retained('loa/1/d/#')
    expect(planIn(documents.get(topics.plan(traLeng))!).generation).toBe(2)
  })

  it('of a revoked device goes from the broker', async () => {
    await world.record('thay-la-bao-ngay')
    await world.approve('thay-la-bao-ngay')
    await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 600 })
    await world.air('thay-la-bao-ngay', traCang, { inSeconds: 600 })
    const delivery = await connected()
    await delivery.run()
    await world.database
      .updateTable('device')
      .set({ revoked_at: world.clock.now() })
      .where('id', '=', traLeng)
      .execute()
    await delivery.run()
    expect((await retained('loa/1/d/#')).size).toBe(0)
    expect([...(await retained('loa/1/d/#', traCang)).keys()]).toEqual([topics.plan(traCang)])
  })
})

describe('the broker and the hub', () => {
  beforeEach(async () => {
    await world.record('thay-la-bao-ngay')
    await world.approve('thay-la-bao-ngay')
    await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 600 })
  })

  it('a broker that is away at the start is waited for: plans are kept and published later', async () => {
    const { port, folder } = broker
    await broker.stop()
    const delivery = started()
    expect(await delivery.run()).toMatchObject({ connected: false, plans: 1, published: 0 })

    broker = Object.assign(await restarted(folder, port), { folder })
    await delivery.close()
    const again = await connected()
    await until('the plan is there', async () => (await retained('loa/1/d/#')).size === 1)
    expect(await again.run()).toMatchObject({ plans: 0, published: 0 })
  })

  it('kill -9 of the broker: everything retained is back by itself, the same generation, never an older one', async () => {
    const delivery = await connected()
    await delivery.run()
    await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 1200 })
    await delivery.run()
    const before = await retained('loa/1/#')
    const one = device(traLeng)
    await until('the device has its audio', () => one.files.size === 1)

    const { pid } = broker
    const heard = one.generations.length
    process.kill(pid, 'SIGKILL')
    await until('another broker is up', () => broker.pid !== pid && delivery.bus.connected)
    await until('the device has its plan again', () => one.generations.length > heard)
    await one.close()
    await delivery.run()
    const after = await retained('loa/1/#')
    for (const topic of [topics.keys, topics.plan(traLeng)])
      expect(after.get(topic)).toEqual(before.get(topic))
    expect([...before.keys()].filter((topic) => !after.has(topic))).toEqual([])
    expect(new Set(one.generations)).toEqual(new Set([2]))
  })

  it('says that it is there, and its will says when it is not', async () => {
    const delivery = await connected()
    await delivery.run()
    const said = JSON.parse(Buffer.from((await retained(topics.hub)).get(topics.hub)!).toString()) as object
    expect(said).toMatchObject({ v: 1, on: true, epoch: 'hub-1' })
    await delivery.close()
    const later = JSON.parse(Buffer.from((await retained(topics.hub)).get(topics.hub)!).toString()) as object
    expect(later).toMatchObject({ v: 1, on: false, epoch: 'hub-1' })
  })

  it('hands receipts on and sends acknowledgements back', async () => {
    const heard: string[] = []
    const delivery = await connected({
      onMessage: (topic, payload) => {
        heard.push(`${topic} ${Buffer.from(payload).toString()}`)
      },
    })
    await delivery.attend()
    const one = testClient(broker, traLeng)
    closers.push(() => one.bus.close())
    await until('let in', () => one.bus.connected)
    await one.bus.subscribe([topics.ack(traLeng)])
    await one.bus.publish(topics.receipts(traLeng), Buffer.from('phiếu'))
    await until('the receipt', () => heard.length === 1)
    expect(heard).toEqual([`${topics.receipts(traLeng)} phiếu`])
    await delivery.publishAck(traLeng, Buffer.from('đã nhận'))
    await until('the acknowledgement', () => one.heard.length === 1)
    expect(one.heard[0]!.text).toBe('đã nhận')
  })

  it('knows how many clients its own broker counts', async () => {
    const delivery = await connected()
    device(traLeng)
    await until('a count', () => (delivery.connectedClients() ?? 0) >= 2, 12_000)
  })
})

describe('seeding', () => {
  it('brings every device its audio, byte for byte, for little more than its size, and then clears the broker', async () => {
    const recording = await world.record('thay-la-bao-ngay', { kilobytes: 600 })
    await world.approve('thay-la-bao-ngay')
    for (const name of [traLeng, traCang]) await world.air('thay-la-bao-ngay', name, { inSeconds: 600 })
    const delivery = await connected()
    const devices = [device(traLeng), device(traCang)]
    await delivery.run()
    await until('both have it', () => devices.every(({ files }) => files.size === 1))

    const { sha256, path } = await world.file(recording, 'opus')
    for (const { files, bytes } of devices) {
      expect(Buffer.compare(files.get(sha256)!, readFileSync(path))).toBe(0)
      expect(bytes.received / (600 * 1024 + 17)).toBeLessThan(1.02)
    }
    await until('the hub knows', async () => {
      const status = await deliveryStatus(world.database)
      return status.every(({ upToDate, state }) => upToDate && state === 'ready')
    })
    await until('the chunks are cleared', async () => (await delivery.run()).seeding.chunks === 0)
    const late = testClient(broker, `${traLeng}.b`)
    closers.push(() => late.bus.close())
    await until('let in', () => late.bus.connected)
    await late.bus.subscribe([`loa/1/b/${sha256}/0`])
    await aMoment()
    expect(late.heard).toEqual([])
  })

  it('waits until somebody is there who needs it', async () => {
    await world.record('thay-la-bao-ngay')
    await world.approve('thay-la-bao-ngay')
    await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 600 })
    const delivery = await connected()
    expect((await delivery.run()).seeding).toEqual({ waiting: 1, seeding: 0, chunks: 0, bytes: 0 })
    const late = device(traLeng)
    await until('the late device has it', () => late.files.size === 1)
  })

  it('gives a device that asks just the chunks it lacks', async () => {
    const recording = await world.record('thay-la-bao-ngay', { kilobytes: 200 })
    await world.approve('thay-la-bao-ngay')
    await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 600 })
    // A window that is over at once: only wants can bring the audio.
    const delivery = await connected({ limits: { gatherMs: 50, againMs: 0, windowMs: 0 } })
    await delivery.run()
    const one = device(traLeng)
    await until('the plan', () => one.plan !== undefined)
    await until('the window is over', async () => {
      const { seeding } = await delivery.run()
      return seeding.waiting === 0 && seeding.seeding === 0 && seeding.chunks === 0
    })
    const { sha256 } = await world.file(recording, 'opus')
    if (!one.files.has(sha256)) await one.want()
    await until('the audio', () => one.files.has(sha256))
  })

  it('never sends a file that is damaged on the disk, and sends it once it is whole again', async () => {
    const recording = await world.record('thay-la-bao-ngay')
    await world.approve('thay-la-bao-ngay')
    await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 600 })
    const { sha256, path } = await world.file(recording, 'opus')
    const good = readFileSync(path)
    const bad = Buffer.from(good)
    bad[40_000] = (bad[40_000] ?? 0) ^ 1
    writeFileSync(path, bad)

    const delivery = await connected({ limits: { gatherMs: 50, againMs: 0, restMs: 100 } })
    const one = device(traLeng)
    await delivery.run()
    await until('the plan', () => one.plan !== undefined)
    await one.want()
    await aMoment()
    const watcher = testClient(broker, `${traCang}.b`)
    closers.push(() => watcher.bus.close())
    await until('let in', () => watcher.bus.connected)
    await watcher.bus.subscribe(['loa/1/b/#'])
    await aMoment()
    expect(watcher.heard).toEqual([])
    expect(one.refusedChunks).toBe(0)
    expect((await delivery.run()).seeding.chunks).toBe(0)

    writeFileSync(path, good)
    await until('the whole file', () => one.files.has(sha256))
  })

  it('goes on without a recording that is gone, and plans stay as they are', async () => {
    const gone = await world.record('mat-tep')
    await world.record('con-tep')
    for (const script of ['mat-tep', 'con-tep']) {
      await world.approve(script)
      await world.air(script, traLeng, { inSeconds: 600 })
    }
    rmSync((await world.file(gone, 'opus')).path)
    const delivery = await connected()
    const one = device(traLeng)
    await delivery.run()
    await until('the other recording', () => one.files.size === 1)
    expect(one.plan?.airings.length).toBe(2)
  })
})

describe('what devices say', () => {
  it('is believed of the plan only when the device itself has signed it', async () => {
    const delivery = await connected()
    const one = device(traLeng)
    await until('it is known', async () => (await statusOf(traLeng)).reportedAt !== null)
    await one.close()
    world.deviceKeys.set(traLeng, newSigningKey())
    const before = await statusOf(traLeng)
    const thief = device(traLeng, { birth: 2 })
    await until('its birth is heard', async () => (await statusOf(traLeng)).stateAt !== before.stateAt)
    await thief.report()
    await delivery.attend()
    expect((await statusOf(traLeng)).reportedAt).toBe(before.reportedAt)
  })

  it('a late will does not end the session that has replaced it', async () => {
    const delivery = await connected()
    await delivery.attend()
    const one = testClient(broker, traLeng)
    closers.push(() => one.bus.close())
    await until('let in', () => one.bus.connected)
    const say = (state: 'ready' | 'lost', birth: number): Promise<void> =>
      one.bus.publish(topics.state(traLeng), writeMessage(StateMessage, { v: 1, state, birth, at: 0 }))
    await say('ready', 2)
    await say('lost', 1)
    await until('it is known', async () => (await statusOf(traLeng)).state === 'ready')
    await delivery.attend()
    expect((await statusOf(traLeng)).state).toBe('ready')
    await say('lost', 2)
    await until('its own will counts', async () => (await statusOf(traLeng)).state === 'lost')
  })

  it('is not lost when the database cannot be written at that moment', async () => {
    const delivery = await connected()
    await delivery.attend()
    await sql`CREATE TRIGGER full BEFORE INSERT ON device_status
      BEGIN SELECT RAISE(ABORT, 'no room'); END`.execute(world.database)
    device(traLeng)
    for (let moments = 0; moments < 4; moments += 1) await aMoment()
    expect((await statusOf(traLeng)).state).toBe('never')
    await sql`DROP TRIGGER full`.execute(world.database)
    await delivery.attend()
    expect((await statusOf(traLeng)).state).toBe('ready')
  })

  it('garbage is refused and the next good message is heard', async () => {
    const delivery = await connected()
    await delivery.attend()
    const one = testClient(broker, traLeng)
    await until('let in', () => one.bus.connected)
    for (const kind of ['state', 'reported', 'want']) {
      for (const garbage of ['', '{', 'null', '{"v":2}', 'LOA1 x y\n{}', '\u0000', 'x'.repeat(70_000)]) {
        await one.bus.publish(`loa/1/d/${traLeng}/${kind}`, Buffer.from(garbage))
      }
    }
    await one.bus.close()
    device(traLeng)
    await until('the good one', async () => (await statusOf(traLeng)).state === 'ready')
  })

  async function statusOf(name: string) {
    return (await deliveryStatus(world.database)).find(({ device: id }) => id === name)!
  }
})

it('ends within seconds also when the broker hangs', async () => {
  const delivery = await connected()
  await delivery.run()
  process.kill(broker.pid, 'SIGSTOP')
  try {
    const began = performance.now()
    await delivery.close()
    expect(performance.now() - began).toBeLessThan(10_000)
  } finally {
    process.kill(broker.pid, 'SIGCONT')
  }
})

it('names for every device what it was given and what it holds', async () => {
  await world.record('thay-la-bao-ngay')
  await world.approve('thay-la-bao-ngay')
  await world.air('thay-la-bao-ngay', traLeng, { inSeconds: 600 })
  const delivery = await connected()
  await delivery.run()
  expect(await deliveryStatus(world.database)).toMatchObject([
    { device: traCang, station: 'tt-tra-cang', state: 'never', generation: 0, wanted: 0, upToDate: false },
    { device: traLeng, station: 'tt-tra-leng', state: 'never', generation: 0, wanted: 1, upToDate: false },
  ])
})

/** The same broker once more: its folder, its port, its users. */
async function restarted(folder: string, port: number): Promise<TestBroker> {
  const { startBroker } = await import('../../src/delivery/broker.ts')
  const next = await startBroker({ folder, port, users: await usersOf(world.database), log: silentLog })
  return Object.assign(Object.create(next) as TestBroker, {
    folder,
    async close() {
      await next.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  })
}

import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../src/base/log.ts'
import { silentLog } from '../../src/base/log.ts'
import { type Clock, plusMilliseconds } from '../../src/base/time.ts'
import { closeDatabase, openMemoryDatabase } from '../../src/db/index.ts'
import {
  createIngest,
  type Ingest,
  messagesMax,
  notedBytesMax,
  refusalBytesMax,
  refusalsPerDayMax,
} from '../../src/evidence/ingest.ts'
import { refusalsOf } from '../../src/evidence/store.ts'
import { AckMessage } from '../../src/wire/messages.ts'
import { topics } from '../../src/wire/topics.ts'
import { monday } from '../support/desk.ts'
import {
  bulletin,
  type HubDesk,
  openHubDesk,
  putAirings,
  receipt,
  said,
  type TestDevice,
} from '../support/ledger-hub.ts'

const clock: Clock = { now: () => monday, wait: () => Promise.resolve() }
const oneDay = 86_400_000

let desk: HubDesk
let first: TestDevice
let second: TestDevice
/** Airings of the first device, of the second, and of both stations without a word for either. */
let firsts: string[]
let seconds: string[]
let sent: { device: string; message: AckMessage }[]
let ingest: Ingest

beforeAll(async () => {
  desk = await openHubDesk({ enrolled: 2 })
  ;[first, second] = desk.devices as [TestDevice, TestDevice]
  const { script, recording } = await bulletin(desk, 'viec-nhe')
  const airings = (device: TestDevice) =>
    Array.from({ length: 60 }, (_, index) => ({
      ...{ station: device.station, devices: [device.id], recording, script, attempt: index + 1 },
      plannedAt: plusMilliseconds(monday, -Math.floor(index / 4) * oneDay - (index % 4) * 600_000),
    }))
  firsts = await putAirings(desk, airings(first))
  seconds = await putAirings(desk, airings(second))
})

afterAll(() => desk.close())

beforeEach(() => {
  sent = []
  ingest = anIngest()
})

/** A hub's ingest as it is after a start: nothing in memory. */
function anIngest(
  more: { publishAck?: (device: string, bytes: Uint8Array) => Promise<void>; log?: Log } = {},
): Ingest {
  const publishAck = (device: string, bytes: Uint8Array): Promise<void> => {
    sent.push({ device, message: AckMessage.parse(JSON.parse(Buffer.from(bytes).toString())) })
    return Promise.resolve()
  }
  return createIngest({ database: desk.database, publishAck, clock, log: silentLog, ...more })
}

/** What the hub answers, as `sequence result`, each with the reason of a refusal. */
function answers(): string[] {
  return sent.flatMap(({ message }) =>
    message.receipts.map(
      ({ sequence, result, why }) => `${sequence} ${result}${why === undefined ? '' : `: ${why}`}`,
    ),
  )
}

async function receiptsKept(): Promise<number> {
  const { count } = await desk.database
    .selectFrom('receipt')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

describe('a receipt', () => {
  it('is kept, and acknowledged to the device that sent it', async () => {
    const before = await receiptsKept()
    ingest.note(
      topics.receipts(first.id),
      said(first, [receipt(1, firsts[0]!), receipt(2, firsts[1]!)], { epoch: 'a' }),
    )
    expect(await ingest.flush()).toBe(2)
    expect(sent).toEqual([
      {
        device: first.id,
        message: expect.objectContaining({ epoch: 'a', now: Date.parse(monday) }) as AckMessage,
      },
    ])
    expect(answers()).toEqual(['1 kept', '2 kept'])
    expect(await receiptsKept()).toBe(before + 2)
  })

  it('is acknowledged only when it is committed', async () => {
    const seen: boolean[] = []
    const watching = anIngest({
      async publishAck() {
        const row = await desk.database
          .selectFrom('receipt')
          .select('id')
          .where('epoch', '=', 'b')
          .executeTakeFirst()
        seen.push(row !== undefined)
      },
    })
    watching.note(
      topics.receipts(first.id),
      said(first, [receipt(1, firsts[0]!, { id: 'rcp-b' })], { epoch: 'b' }),
    )
    await watching.flush()
    expect(seen).toEqual([true])
  })

  it('is known when it comes again, in the same message or in another', async () => {
    const message = said(first, [receipt(1, firsts[0]!, { id: 'rcp-c' })], { epoch: 'c' })
    for (let times = 0; times < 3; times += 1) ingest.note(topics.receipts(first.id), message)
    await ingest.flush()
    const again = [receipt(1, firsts[0]!, { id: 'rcp-c' }), receipt(2, firsts[1]!, { id: 'rcp-c2' })]
    ingest.note(topics.receipts(first.id), said(first, again, { epoch: 'c' }))
    await ingest.flush()
    expect(answers()).toEqual(['1 kept', '1 known', '1 known', '1 known', '2 kept'])
    expect(ingest.counts).toMatchObject({ kept: 2, known: 3, refused: 0 })
  })

  it('is refused when its number is taken by another one: a copied card', async () => {
    ingest.note(
      topics.receipts(first.id),
      said(first, [receipt(1, firsts[0]!, { id: 'rcp-d' })], { epoch: 'd' }),
    )
    ingest.note(
      topics.receipts(first.id),
      said(first, [receipt(1, firsts[1]!, { id: 'rcp-other' })], { epoch: 'd' }),
    )
    await ingest.flush()
    expect(answers()).toEqual(['1 kept', '1 refused: sequence 1 is taken by rcp-d: a copied card?'])
    const [refusal] = await refusalsOf(desk.database, 1)
    expect(Buffer.from(refusal!.payload).toString()).toContain('rcp-other')
  })

  it('is refused when the same id says something else', async () => {
    ingest.note(
      topics.receipts(first.id),
      said(first, [receipt(1, firsts[0]!, { id: 'rcp-e' })], { epoch: 'e' }),
    )
    const changed = receipt(1, firsts[0]!, { id: 'rcp-e', outcome: 'missed' })
    ingest.note(topics.receipts(first.id), said(first, [changed], { epoch: 'e' }))
    await ingest.flush()
    expect(answers()).toEqual(['1 kept', '1 refused: another receipt has this id'])
  })

  it("is refused when it speaks of another device's airing, or of none, and does not hold up the others", async () => {
    const batch = [
      receipt(1, seconds[0]!, { id: 'rcp-f1' }),
      receipt(2, 'air-nobody', { id: 'rcp-f2' }),
      receipt(3, firsts[0]!, { id: 'rcp-f3' }),
    ]
    ingest.note(topics.receipts(first.id), said(first, batch, { epoch: 'f' }))
    await ingest.flush()
    expect(answers()).toEqual([
      `1 refused: airing ${seconds[0]!} is not one of ${first.id}`,
      `2 refused: airing air-nobody is not one of ${first.id}`,
      '3 kept',
    ])
    const refusals = await refusalsOf(desk.database, 2)
    expect(refusals.map(({ topic }) => topic)).toEqual([topics.receipts(first.id), topics.receipts(first.id)])
  })

  it('with a time no calendar has is refused, not a reason to stop', async () => {
    const absurd = receipt(1, firsts[0]!, { id: 'rcp-g', started: Number.MAX_SAFE_INTEGER })
    ingest.note(topics.receipts(first.id), said(first, [absurd], { epoch: 'g' }))
    await ingest.flush()
    expect(answers()).toEqual(['1 refused: a time beyond the year 9999'])
  })
})

describe('a message that cannot be read', () => {
  it.each<[string, () => [topic: string, payload: Uint8Array], RegExp]>([
    ['garbage', () => [topics.receipts(first.id), Buffer.from([0xff, 0, 10, 13])], /not an envelope/],
    ['nothing', () => [topics.receipts(first.id), new Uint8Array()], /no envelope head/],
    [
      "another device's signature",
      () => [topics.receipts(first.id), said(first, [receipt(1, firsts[0]!)], { key: second.key })],
      /unknown key/,
    ],
    [
      'a device that is not enrolled',
      () => [topics.receipts('loa-nobody'), said(first, [receipt(1, firsts[0]!)])],
      /device loa-nobody is not enrolled/,
    ],
    [
      'a message about another device',
      () => [topics.receipts(first.id), said(first, [receipt(1, firsts[0]!)], { about: second.id })],
      /signed by .* but about/,
    ],
    [
      'a byte changed under way',
      () => [topics.receipts(first.id), said(first, [receipt(1, firsts[0]!)]).with(400, 48)],
      /wrong signature/,
    ],
    [
      '10 MB',
      () => [topics.receipts(first.id), Buffer.alloc(10_000_000, 'x')],
      /10000000 bytes are too many/,
    ],
  ])('(%s) is kept as a refusal with its reason and not acknowledged', async (_name, make, why) => {
    const [topic, payload] = make()
    ingest.note(topic, payload)
    expect(await ingest.flush()).toBe(0)
    expect(sent).toEqual([])
    const [refusal] = await refusalsOf(desk.database, 1)
    expect(refusal?.why).toMatch(why)
    expect(refusal?.payload.length).toBeLessThanOrEqual(refusalBytesMax)
    expect(ingest.counts.refused).toBe(1)
  })

  it('is stored once, however often a broken device repeats it', async () => {
    for (let times = 0; times < 50; times += 1) ingest.note(topics.receipts(first.id), Buffer.from('broken'))
    await ingest.flush()
    ingest.note(topics.receipts(first.id), Buffer.from('broken'))
    await ingest.flush()
    const stored = (await refusalsOf(desk.database, 100)).filter(
      ({ payload }) => Buffer.from(payload).toString() === 'broken',
    )
    expect(stored).toHaveLength(1)
    expect(ingest.counts).toMatchObject({ refused: 51, refusedUnstored: 50 })
  })
})

describe('the room for refusals', () => {
  it('is bounded for a day: what is beyond is counted, not stored', async () => {
    for (let number = 0; number <= refusalsPerDayMax; number += 1) {
      ingest.note(topics.receipts(first.id), Buffer.from(`nonsense ${number}`))
      if (number % messagesMax === messagesMax - 1) await ingest.flush()
    }
    await ingest.flush()
    expect(ingest.counts).toMatchObject({ refused: refusalsPerDayMax + 1, refusedUnstored: 1, dropped: 0 })
    const [newest] = await refusalsOf(desk.database, 1)
    expect(Buffer.from(newest!.payload).toString()).toBe(`nonsense ${refusalsPerDayMax - 1}`)
  })
})

describe('the room for what is noted', () => {
  it('is bounded: what is beyond is dropped, counted and not acknowledged', async () => {
    for (let times = 0; times < messagesMax; times += 1)
      expect(ingest.note(topics.receipts(first.id), Buffer.from('x'))).toBe('noted')
    expect(
      ingest.note(topics.receipts(first.id), said(first, [receipt(1, firsts[0]!)], { epoch: 'full' })),
    ).toBe('full')
    await ingest.idle()
    expect(sent).toEqual([])
    expect(ingest.counts.dropped).toBe(1)
  })

  it('is bounded in bytes as well, and there is room again when they are stored', async () => {
    const large = Buffer.alloc(65_536, 'x')
    const fits = notedBytesMax / large.length
    for (let times = 0; times < fits; times += 1) ingest.note(topics.receipts(first.id), large)
    expect(ingest.counts.dropped).toBe(0)
    expect(ingest.note(topics.receipts(first.id), large)).toBe('full')
    await ingest.flush()
    expect(ingest.note(topics.receipts(first.id), large)).toBe('noted')
    await ingest.flush()
  })

  it('is not for topics of others', () => {
    expect(ingest.note(topics.reported(first.id), new Uint8Array())).toBe('not ours')
    expect(ingest.note('loa/1/d/../receipts', new Uint8Array())).toBe('not ours')
  })
})

describe('when the disk is full', () => {
  it('acknowledges nothing, says so, and keeps what it has until there is room again', async () => {
    const told: string[] = []
    const note = (_fields: object, message: string): void => void told.push(message)
    const log: Log = { ...silentLog, error: note, warn: note, child: () => log }
    const careful = anIngest({ log })
    const before = await receiptsKept()
    await sql`PRAGMA max_page_count = 1`.execute(desk.database)
    const many = Array.from({ length: 50 }, (_, index) =>
      receipt(index + 1, firsts[index]!, { id: `rcp-h${index}`, reason: 'x'.repeat(200) }),
    )
    careful.note(topics.receipts(first.id), said(first, many, { epoch: 'h' }))
    expect(await careful.flush()).toBe(0)
    expect(sent).toEqual([])
    expect(await receiptsKept()).toBe(before)
    expect(told).toEqual(['the disk is full; nothing is acknowledged, devices send again'])
    await sql`PRAGMA max_page_count = 1000000`.execute(desk.database)
    expect(await careful.flush()).toBe(50)
    expect(answers()).toHaveLength(50)
  })
})

describe('when the database is gone', () => {
  it('gives up for now instead of trying for ever, and keeps what it has', async () => {
    const gone = openMemoryDatabase()
    await gone.selectFrom('device').selectAll().execute()
    await closeDatabase(gone)
    const told: string[] = []
    const log: Log = { ...silentLog, error: (_fields, message) => void told.push(message), child: () => log }
    const orphan = createIngest({ database: gone, publishAck: () => Promise.resolve(), clock, log })
    orphan.note(topics.receipts(first.id), said(first, [receipt(1, firsts[0]!)], { epoch: 'gone' }))
    expect(await orphan.flush()).toBe(0)
    expect(await orphan.flush()).toBe(0)
    expect(told).toEqual([
      'the database cannot write; nothing is acknowledged, devices send again',
      'the database cannot write; nothing is acknowledged, devices send again',
    ])
    expect(orphan.counts).toMatchObject({ kept: 0, refused: 0 })
  })
})

describe('a message the database itself refuses', () => {
  it('becomes a refusal and does not hold up the others', async () => {
    await sql`CREATE TRIGGER spoiled BEFORE INSERT ON receipt WHEN NEW.epoch = 'spoiled'
      BEGIN SELECT RAISE(ABORT, 'a rule of the database'); END`.execute(desk.database)
    ingest.note(
      topics.receipts(first.id),
      said(first, [receipt(1, firsts[0]!, { id: 'rcp-i1' })], { epoch: 'i' }),
    )
    ingest.note(
      topics.receipts(first.id),
      said(first, [receipt(1, firsts[0]!, { id: 'rcp-i2' })], { epoch: 'spoiled' }),
    )
    ingest.note(
      topics.receipts(second.id),
      said(second, [receipt(1, seconds[0]!, { id: 'rcp-i3' })], { epoch: 'i' }),
    )
    expect(await ingest.flush()).toBe(2)
    expect(answers()).toEqual(['1 kept', '1 kept'])
    expect((await refusalsOf(desk.database, 1))[0]?.why).toBe('cannot be stored: a rule of the database')
    await sql`DROP TRIGGER spoiled`.execute(desk.database)
  })
})

describe('hub and broker killed at any moment', () => {
  it('lose no receipt that was acknowledged, and count none twice', async () => {
    const before = await receiptsKept()
    let seed = 20261123
    const chance = (of: number): boolean => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return seed / 2 ** 32 < of
    }
    const outboxes = [first, second].map((device, index) => ({
      device,
      epoch: 'chaos',
      waiting: Array.from({ length: 120 }, (_, number) => {
        const own = index === 0 ? firsts : seconds
        return receipt(number + 1, own[number % own.length]!, { id: `rcp-chaos-${index}-${number}` })
      }),
    }))
    const acknowledged = new Set<string>()
    const publishAck = (id: string, bytes: Uint8Array): Promise<void> => {
      // Killed after the COMMIT and before the acknowledgement, or the acknowledgement lost on its way.
      if (chance(0.4)) return Promise.reject(new Error('killed'))
      const outbox = outboxes.find(({ device }) => device.id === id)!
      const { receipts } = AckMessage.parse(JSON.parse(Buffer.from(bytes).toString()))
      for (const { sequence, result } of receipts) {
        expect(result).not.toBe('refused')
        acknowledged.add(`${id} ${sequence}`)
      }
      outbox.waiting = outbox.waiting.filter(
        ({ sequence }) => !receipts.some((ack) => ack.sequence === sequence),
      )
      return Promise.resolve()
    }
    let hub = anIngest({ publishAck })
    let rounds = 0
    while (outboxes.some(({ waiting }) => waiting.length > 0)) {
      rounds += 1
      expect(rounds).toBeLessThan(500)
      for (const { device, epoch, waiting } of outboxes) {
        const some = waiting.slice(0, 1 + (rounds % 20))
        if (some.length === 0 || chance(0.1)) continue
        const message = said(device, some, { epoch })
        // QoS 1 may bring a message more than once.
        for (let times = 0; times < (chance(0.3) ? 2 : 1); times += 1)
          hub.note(topics.receipts(device.id), message)
      }
      // Killed with what it had noted but not stored.
      if (chance(0.3)) hub = anIngest({ publishAck })
      await hub.flush()
    }
    expect(acknowledged.size).toBe(240)
    expect(await receiptsKept()).toBe(before + 240)
  })
})

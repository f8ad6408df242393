import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import {
  AckMessage,
  ApprovalStatement,
  CommandMessage,
  controlBytesMax,
  DesiredMessage,
  DevicePlan,
  EnrolmentStatement,
  HubStateMessage,
  KeysDocument,
  PolicyStatement,
  readMessage,
  ReceiptsMessage,
  ReportedMessage,
  ResultMessage,
  StateMessage,
  TimeAnswer,
  TimeQuestion,
  WantMessage,
  writeMessage,
} from '../../src/wire/messages.ts'

const hashA = 'a'.repeat(64)
const hashB = '0123456789abcdef'.repeat(4)
const at = 1_764_000_000_000

const receipt = {
  id: 'rec-1',
  sequence: 1,
  airing: 'air-1',
  outcome: 'played' as const,
  held: [hashA, hashB],
  started: at,
  ended: at + 60_000,
  heardMs: 60_000,
  boot: 'b1',
  monotonicMs: 5,
  clock: 'ntp' as const,
  reason: null,
}

const part = {
  sha256: hashA,
  bytes: 40_000,
  milliseconds: 5000,
  codec: 'opus' as const,
  chunks: 'AAAA',
  approval: 'appr-1',
  leaf: 3,
  proof: [hashB],
}

const passkey = {
  ...{ kid: 'k3', role: 'approver', publicKey: 'AA', name: 'Lan', person: 'lan', until: at },
  ...{
    kind: 'passkey',
    rpId: 'loa.example.vn',
    origins: ['https://loa.example.vn', 'http://localhost:8080'],
  },
}

/** One good message of every kind. */
const messages = {
  KeysDocument: [
    KeysDocument,
    {
      v: 1,
      version: 1,
      issued: at,
      training: true,
      keys: [
        { kid: 'k1', role: 'hub', publicKey: 'AA', name: 'hub', until: at },
        {
          kid: 'k2',
          role: 'approver',
          publicKey: 'AA',
          name: 'Lan',
          person: 'lan',
          kind: 'ed25519',
          until: at,
        },
        passkey,
      ],
    },
  ],
  ApprovalStatement: [
    ApprovalStatement,
    {
      v: 1,
      approval: 'appr-1',
      script: 'tim-viec',
      version: 2,
      languages: ['vi'],
      priority: 'thong-thuong',
      approver: 'lan',
      at,
      from: at,
      until: at,
      root: hashA,
      leaves: 2,
    },
  ],
  DevicePlan: [
    DevicePlan,
    {
      v: 1,
      device: 'loa-20440',
      generation: 1,
      issued: at,
      expires: at,
      parts: [part, { ...part, second: { approval: 'appr-2', leaf: 0, proof: [hashA] } }],
      airings: [
        { airing: 'air-1', at, latest: at, priority: 'khan-cap', parts: [hashA], notes: '012345' },
        { airing: 'air-before-notes', at, latest: at, priority: 'khan-cap', parts: [hashA] },
      ],
    },
  ],
  ReceiptsMessage: [
    ReceiptsMessage,
    { v: 1, device: 'loa-20440', epoch: 'e1', previous: null, receipts: [receipt] },
  ],
  AckMessage: [
    AckMessage,
    {
      ...{ v: 1, device: 'loa-20440', epoch: 'e1', now: at },
      receipts: [{ sequence: 1, result: 'refused', code: 'not-its-airing', why: 'no such airing' }],
    },
  ],
  PolicyStatement: [
    PolicyStatement,
    {
      ...{ v: 1, device: 'loa-20440', version: 3, issued: at, officer: 'minh', units: ['20440', '48'] },
      utcOffsetMinutes: 420,
      quiet: [{ from: 1260, to: 300 }],
      windows: [{ days: [1, 7], from: 300, to: 390 }],
      volume: { most: 80, urgent: 100, hours: [{ from: 300, to: 360, most: 50 }] },
      minutesPerDay: 60,
    },
  ],
  EnrolmentStatement: [
    EnrolmentStatement,
    {
      ...{ v: 1, device: 'loa-20440', type: 'cum-loa-mp3', station: 'st-1', units: ['20440'] },
      ...{ publicKey: 'AA', officer: 'minh', at },
    },
  ],
  DesiredMessage: [
    DesiredMessage,
    {
      ...{ v: 1, device: 'loa-20440', version: 1, issued: at },
      ...{ heartbeatSeconds: 900, resendSeconds: 60, jitterSeconds: 120, logLevel: 'info' },
    },
  ],
  CommandMessage: [
    CommandMessage,
    {
      ...{ v: 1, device: 'loa-20440', id: 'cmd-1', counter: 7, issued: at, expires: at + 60_000 },
      ...{ order: 'resend', epoch: 'e1', from: 3, to: 9 },
    },
  ],
  ResultMessage: [ResultMessage, { v: 1, id: 'cmd-1', result: 'done', at }],
  TimeQuestion: [TimeQuestion, { v: 1, nonce: 'AAAAAAAAAAAAAAAA' }],
  TimeAnswer: [
    TimeAnswer,
    { v: 1, device: 'loa-20440', nonce: 'AAAAAAAAAAAAAAAA', received: at, sent: at + 1 },
  ],
  StateMessage: [StateMessage, { v: 1, state: 'lost', birth: 0, at }],
  ReportedMessage: [
    ReportedMessage,
    {
      v: 1,
      device: 'loa-20440',
      epoch: 'e1',
      generation: 0,
      held: 0,
      missing: 1,
      lastSequence: 0,
      outbox: 0,
      freeBytes: 9,
      clock: 'none',
      at,
    },
  ],
  WantMessage: [WantMessage, { v: 1, sha256: hashA, missing: '0-3,7' }],
  HubStateMessage: [HubStateMessage, { v: 1, on: true, epoch: 'h1', now: at }],
} as const satisfies Record<string, readonly [z.ZodType, unknown]>

const kinds = Object.entries(messages) as unknown as [string, [z.ZodType, Record<string, unknown>]][]

const bytesOf = (json: unknown) => Buffer.from(JSON.stringify(json))

describe('messages between hub and controllers', () => {
  it.each(kinds)('%s is read as it was written', (_name, [shape, message]) => {
    expect(readMessage(shape, writeMessage(shape, message))).toEqual({ ok: true, value: message })
  })

  it.each(kinds)('%s may say more than we know: unknown fields are dropped', (_name, [shape, message]) => {
    expect(readMessage(shape, bytesOf({ ...message, newer: { field: 1 } }))).toEqual({
      ok: true,
      value: message,
    })
  })

  it.each(kinds)(
    '%s without one of its fields is refused, and the reason names the field',
    (_name, [shape, message]) => {
      for (const field of Object.keys(message)) {
        const { [field]: _left, ...rest } = message
        expect(readMessage(shape, bytesOf(rest))).toMatchObject({
          ok: false,
          why: expect.stringContaining(field) as string,
        })
      }
    },
  )

  it.each(kinds)('%s of another version is refused', (_name, [shape, message]) => {
    expect(readMessage(shape, bytesOf({ ...message, v: 2 })).ok).toBe(false)
  })

  it.each(kinds)('%s with any field replaced by anything never throws', (_name, [shape, message]) => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(message)), fc.jsonValue(), (field, value) => {
        const read = readMessage(shape, bytesOf({ ...message, [field]: value }))
        return read.ok || read.why.length > 0
      }),
      { numRuns: 100 },
    )
  })

  it('never throws, whatever bytes arrive', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.jsonValue().map((value) => bytesOf(value)),
      fc.string().map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(anything, (bytes) => kinds.every(([, [shape]]) => !readMessage(shape, bytes).ok)),
      { numRuns: 300 },
    )
  })

  it.each([
    ['nothing at all', Buffer.alloc(0)],
    ['half a letter of UTF-8', Buffer.from([0x22, 0xc6, 0x22])],
    ['a byte order of UTF-16', Buffer.from('{"v":1}', 'utf16le')],
    ['JSON nested 30,000 deep', Buffer.from('['.repeat(30_000))],
    ['null', Buffer.from('null')],
    ['a list', Buffer.from('[]')],
  ])('%s is refused with a reason', (_name, bytes) => {
    expect(readMessage(StateMessage, bytes)).toMatchObject({
      ok: false,
      why: expect.stringMatching(/./) as string,
    })
  })

  it('a control message over 64 KiB is refused unread', () => {
    const long = bytesOf({ ...messages.StateMessage[1], padding: 'x'.repeat(controlBytesMax) })
    expect(readMessage(StateMessage, long)).toEqual({ ok: false, why: 'larger than 65536 bytes' })
    const spaces = Buffer.concat([
      bytesOf(messages.StateMessage[1]),
      Buffer.alloc(controlBytesMax, ' '),
    ]).subarray(0, controlBytesMax)
    expect(readMessage(StateMessage, spaces).ok).toBe(true)
  })

  it.each([undefined, 'all', ['20440'], Array(100).fill('20440')])('an approval may be for %j', (area) => {
    const statement = { ...messages.ApprovalStatement[1], area }
    expect(readMessage(ApprovalStatement, bytesOf(statement))).toMatchObject({
      ok: true,
      value: { leaves: 2 },
    })
  })

  it.each([
    ['a hash in capitals', WantMessage, { v: 1, sha256: 'A'.repeat(64), missing: '1' }],
    ['ranges that are no ranges', WantMessage, { v: 1, sha256: hashA, missing: '1-2-3' }],
    [
      'a list of ranges without end',
      WantMessage,
      { v: 1, sha256: hashA, missing: Array(400).fill('1-2').join(',') },
    ],
    [
      'more than 50 receipts',
      ReceiptsMessage,
      { v: 1, device: 'loa-20440', epoch: 'e', previous: null, receipts: Array(51).fill(receipt) },
    ],
    ['no receipt', ReceiptsMessage, { v: 1, device: 'loa-20440', epoch: 'e', previous: null, receipts: [] }],
    ['an instant with a fraction', StateMessage, { v: 1, state: 'ready', birth: 0, at: 0.5 }],
    ['a device with a path in its name', DevicePlan, { ...messages.DevicePlan[1], device: '../keys' }],
    [
      'an airing without a part',
      DevicePlan,
      {
        ...messages.DevicePlan[1],
        airings: [{ airing: 'a', at, latest: at, priority: 'uu-tien', parts: [] }],
      },
    ],
    ...['01234', '0123456', '012348', 'abcdef', ' 12345', '012345\n', '', null, 12_345].map((notes) => [
      `an airing with the notes ${JSON.stringify(notes)}`,
      DevicePlan,
      {
        ...messages.DevicePlan[1],
        airings: [{ airing: 'a', at, latest: at, priority: 'uu-tien', parts: [hashA], notes }],
      },
    ]),
    [
      'a proof longer than any tree',
      DevicePlan,
      { ...messages.DevicePlan[1], parts: [{ ...part, proof: Array(25).fill(hashA) }] },
    ],
    ...[
      { role: 'hub' },
      { rpId: undefined },
      { origins: undefined },
      { origins: [] },
      { origins: ['http://loa.example.vn'] },
      { origins: ['https://loa.example.vn/ky'] },
      { origins: Array(5).fill('https://loa.example.vn') },
      { rpId: 'loa.example.vn/' },
      { kind: 'password' },
    ].map((change) => [
      `a passkey with ${JSON.stringify(change)}`,
      KeysDocument,
      { ...messages.KeysDocument[1], keys: [{ ...passkey, ...change }] },
    ]),
    ...[[], ['trà-leng'], 'Đà Nẵng', '20440', Array(101).fill('20440')].map((area) => [
      `an approval for the area ${JSON.stringify(area).slice(0, 40)}`,
      ApprovalStatement,
      { ...messages.ApprovalStatement[1], area },
    ]),
    ['an approval of nothing', ApprovalStatement, { ...messages.ApprovalStatement[1], leaves: 0 }],
  ] as [string, z.ZodType, unknown][])('%s is refused on reading and on writing', (_name, shape, message) => {
    expect(readMessage(shape, bytesOf(message)).ok).toBe(false)
    expect(() => writeMessage(shape, message)).toThrow()
  })
})

import Sqlite from 'better-sqlite3'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { newSigningKey, sealEnvelope } from '../../src/wire/envelope.ts'
import type { ApprovalStatement, DevicePlan, PlannedAiring, PlanPart } from '../../src/wire/messages.ts'
import { topics } from '../../src/wire/topics.ts'
import type { Recording, SampleKey } from '../support/controller-hub.ts'
import { World } from '../support/controller-world.ts'

const device = 'loa-20440'
const hour = 3_600_000
const day = 86_400_000

describe('whoever owns hub, broker and network', () => {
  let world: World
  let script: Recording
  let other: Recording
  beforeEach(async () => {
    world = await World.begin()
    script = world.hub.recording('script')
    other = world.hub.recording('not approved')
    await world.switchOn(device)
  })
  afterEach(() => world.close())

  /** The usual announcement of one airing in ten minutes, with one thing changed. */
  async function announce(changes: {
    keysSigner?: SampleKey
    approval?: Partial<ApprovalStatement>
    approvalSigner?: SampleKey
    approvalId?: string
    parts?: (parts: PlanPart[]) => PlanPart[]
    airing?: Partial<PlannedAiring>
    plan?: Partial<DevicePlan>
    planSigner?: SampleKey
  }): Promise<void> {
    const { hub } = world
    const approved = hub.approval('duyet-1', [script], changes.approval, changes.approvalSigner)
    const parts = changes.parts?.(approved.parts) ?? approved.parts
    const airing = { ...hub.airing('air-1', 600, [script]), ...changes.airing }
    hub.publishKeys(hub.keysDocument({}, changes.keysSigner))
    hub.publish(topics.plan(device), hub.plan(device, parts, [airing], changes.plan, changes.planSigner))
    for (const recording of [script, other]) hub.seed(recording)
    await world.pass(1000)
    hub.publish(topics.approval(changes.approvalId ?? 'duyet-1'), approved.envelope)
    await world.pass(60_000)
  }

  function receipts(): [string, string | null][] {
    return world.hub.kept.map(({ outcome, reason }) => [outcome, reason])
  }

  it('plays what is approved, planned and untouched', async () => {
    await announce({})
    await world.pass(hour)
    expect(world.sounds.map(({ bytes }) => bytes)).toEqual([[script.sha256]])
    expect(receipts()).toEqual([['played', null]])
  })

  it.each([
    ['signed by a stranger', { planSigner: newSigningKey() }],
    ['for another device', { plan: { device: 'loa-20441' } }],
  ])('cannot give a plan %s', async (_said, changes) => {
    await announce(changes)
    await world.pass(hour)
    expect(world.sounds).toEqual([])
    expect(world.hub.reports.get(device)?.generation).toBe(0)
  })

  it('cannot sign a plan with an approver’s key, nor keys with any but the root', async () => {
    await announce({ planSigner: world.hub.approver })
    await announce({ keysSigner: world.hub.key, planSigner: newSigningKey() })
    await world.pass(hour)
    expect(world.sounds).toEqual([])
    expect(world.devices.get(device)?.controller.status().troubles).toEqual([
      expect.stringMatching(/^plan-refused: unknown key/),
      expect.stringMatching(/^keys-refused: unknown key/),
    ])
  })

  it('cannot go back to an older plan, nor put another under the same number', async () => {
    await announce({ plan: { generation: 7, airings: [] } })
    await announce({ plan: { generation: 6 } })
    await announce({ plan: { generation: 7 } })
    await world.pass(hour)
    expect(world.sounds).toEqual([])
    expect(world.hub.kept).toEqual([])
    expect(world.hub.reports.get(device)?.generation).toBe(7)
  })

  it('cannot go back to keys that were taken back', async () => {
    const { hub } = world
    const old = hub.keysDocument()
    hub.publishKeys(old)
    await world.pass(1000)
    const fresh = newSigningKey()
    const until = world.now + 90 * 86_400_000
    hub.publishKeys(
      hub.keysDocument({
        keys: [{ kid: fresh.kid, role: 'hub', publicKey: fresh.publicKey, name: 'hub 2', until }],
      }),
    )
    await world.pass(1000)
    const { envelope, parts } = hub.approval('duyet-1', [script])
    hub.publishKeys(old)
    hub.publish(topics.approval('duyet-1'), envelope)
    hub.publish(topics.plan(device), hub.plan(device, parts, [hub.airing('air-1', 60, [script])]))
    hub.seed(script)
    await world.pass(hour)
    expect(world.sounds).toEqual([])
    expect(hub.reports.get(device)?.generation).toBe(0)
  })

  it('cannot pass one key off under the name of another', async () => {
    const { hub } = world
    const stranger = newSigningKey()
    const until = world.now + 90 * 86_400_000
    const keys = [
      { kid: hub.key.kid, role: 'hub' as const, publicKey: stranger.publicKey, name: 'hub', until },
    ]
    hub.publishKeys(hub.keysDocument({ keys }))
    const { parts } = hub.approval('duyet-1', [script])
    const forged = { ...stranger, kid: hub.key.kid }
    hub.publish(topics.plan(device), hub.plan(device, parts, [], {}, forged))
    await world.pass(1000)
    expect(hub.reports.get(device)?.generation).toBe(0)
  })

  it('can choose the notes after what is approved, and no other sound', async () => {
    await announce({ airing: { notes: '777777' } })
    await world.pass(hour)
    expect(world.sounds).toMatchObject([{ bytes: [script.sha256], notes: '777777' }])
    expect(receipts()).toEqual([['played', null]])
  })

  it.each<[string, object]>([
    ['of another number', { notes: '01234567' }],
    ['that are no notes', { notes: '012389' }],
    ['in another form', { notes: 12_345 }],
    ['with something behind them', { notes: '012345\n' }],
    ['without anything before them', { notes: '012345', parts: [] }],
  ])('cannot give a plan with notes %s: it is refused whole, whoever signed it', async (_said, change) => {
    const { hub } = world
    const { envelope, parts } = hub.approval('duyet-1', [script])
    const good = hub.airing('air-good', 300, [script])
    const plan = {
      ...{ v: 1, device, generation: 1, issued: world.now },
      expires: world.now + 14 * day,
      parts,
    }
    const airings = [good, { ...hub.airing('air-1', 600, [script]), ...change }]
    hub.publishKeys()
    hub.publish(topics.approval('duyet-1'), envelope)
    hub.publish(topics.plan(device), sealEnvelope('plan', z.unknown(), { ...plan, airings }, hub.key))
    hub.seed(script)
    await world.pass(hour)
    expect(world.sounds).toEqual([])
    expect(hub.reports.get(device)?.generation).toBe(0)
    expect(world.devices.get(device)?.controller.status().troubles).toEqual([
      expect.stringMatching(/^plan-refused: .*airings\.1\./),
    ])
  })

  it('cannot have notes heard where the part before them is not approved', async () => {
    await announce({ airing: { notes: '012345' }, approvalSigner: newSigningKey() })
    await world.pass(hour)
    expect(world.sounds).toEqual([])
    expect(receipts()).toEqual([['refused', expect.stringContaining('not-approved')]])
  })

  it.each<[string, () => Parameters<typeof announce>[0], string]>([
    ['approved by the hub itself', () => ({ approvalSigner: world.hub.key }), 'not-approved: unknown key'],
    ['approved by a stranger', () => ({ approvalSigner: newSigningKey() }), 'not-approved: unknown key'],
    [
      'whose approval has run out',
      () => ({ approval: { until: world.now + 300_000 } }),
      'not-approved: outside',
    ],
    [
      'whose approval is yet to come',
      () => ({ approval: { from: world.now + day } }),
      'not-approved: outside',
    ],
    ['under another root', () => ({ approval: { root: 'ab'.repeat(32) } }), 'not-approved: not covered'],
    [
      'that nobody approved, under the approval of another',
      () => ({
        parts: (parts) => parts.map((part) => ({ ...part, sha256: other.sha256, chunks: chunksOf(other) })),
        airing: { parts: [other.sha256] },
      }),
      'not-approved: not covered',
    ],
    [
      'with a proof for another place',
      () => ({ parts: (parts) => parts.map((part) => ({ ...part, leaf: 1 })) }),
      'not-approved: not covered',
    ],
    [
      'with more urgency than was approved',
      () => ({ airing: { priority: 'khan-cap' } }),
      'not-approved: not with',
    ],
    [
      'that the plan does not describe',
      () => ({ airing: { parts: [other.sha256] } }),
      'plan-invalid: the plan',
    ],
    ['after the plan’s end', () => ({ plan: { expires: world.now + 300_000 } }), 'plan-expired'],
  ])('cannot have a recording played %s', async (_said, changes, reason) => {
    await announce(changes())
    await world.pass(hour)
    expect(world.sounds).toEqual([])
    expect(receipts()).toEqual([['refused', expect.stringContaining(reason)]])
  })

  it('cannot pass one approval off as another, nor do without', async () => {
    await announce({ approval: { approval: 'duyet-9' }, approvalId: 'duyet-1' })
    await world.pass(hour)
    expect(world.sounds).toEqual([])
    expect(receipts()).toEqual([['refused', 'not-approved: the statement is duyet-9']])
  })

  it('gets nothing played whose approval never comes', async () => {
    await announce({ approvalId: 'duyet-2' })
    await world.pass(hour)
    expect(world.sounds).toEqual([])
    expect(receipts()).toEqual([['missed', 'approval-missing']])
  })

  it('loses what an approver signed as soon as the root takes the approver back', async () => {
    await announce({})
    const { hub } = world
    const until = world.now + day
    const keys = [
      { kid: hub.key.kid, role: 'hub' as const, publicKey: hub.key.publicKey, name: 'hub', until },
    ]
    hub.publishKeys(hub.keysDocument({ keys }))
    await world.pass(hour)
    expect(world.sounds).toEqual([])
    expect(receipts()).toEqual([['refused', expect.stringContaining('not-approved: unknown key')]])
  })

  it('cannot slip in other chunks', async () => {
    world.hub.forge = (_chunk, sha256, index) =>
      sha256 === script.sha256 ? other.bytes.subarray(index * 32_768, (index + 1) * 32_768) : _chunk
    await announce({})
    await world.pass(hour)
    expect(world.sounds).toEqual([])
    expect(receipts()).toEqual([['missed', 'audio-missing']])
  })

  it('cannot make a whole of true chunks in another order', async () => {
    // The chunks that the plan names are the other recording's; they come under the approved one's name.
    script = world.hub.own({ ...other, sha256: script.sha256 })
    await announce({})
    expect(world.devices.get(device)?.controller.status().troubles).toEqual([
      expect.stringMatching(/^audio-damaged: the chunks do not make the recording/),
    ])
    await world.pass(hour)
    expect(world.sounds).toEqual([])
    expect(receipts()).toEqual([['missed', 'audio-missing']])
  })

  it('and whoever changes a byte on the card: it is refused, and fetched anew for the next time', async () => {
    await announce({})
    const folder = join(world.folder, device, 'parts')
    const path = join(folder, readdirSync(folder)[0] ?? '')
    const bytes = readFileSync(path)
    bytes.writeUInt8(bytes.readUInt8(50_000) ^ 1, 50_000)
    writeFileSync(path, bytes)
    const { hub } = world
    const { parts } = hub.approval('duyet-1', [script])
    const airings = [hub.airing('air-1', 540, [script]), hub.airing('air-2', 1200, [script])]
    hub.publish(topics.plan(device), hub.plan(device, parts, airings))
    await world.pass(hour)
    expect(world.sounds.map(({ bytes: heard }) => heard)).toEqual([[script.sha256]])
    expect(receipts()).toEqual([
      ['refused', expect.stringMatching(/^audio-damaged/)],
      ['played', null],
    ])
  })

  it('and whoever changes the documents on the card hears nothing', async () => {
    await announce({})
    await world.switchOff(device)
    const journal = new Sqlite(join(world.folder, device, 'journal.db'))
    const { envelope } = journal.prepare(`SELECT envelope FROM document WHERE kind = 'plan'`).get() as {
      envelope: Buffer
    }
    const later = Buffer.from(envelope.toString('utf8').replace(/"latest":\d+/, '"latest":1999999999999'))
    journal.prepare(`UPDATE document SET envelope = ? WHERE kind = 'plan'`).run(later)
    journal.close()
    world.broker.accepting(false)
    await world.switchOn(device)
    await world.pass(hour)
    expect(world.sounds).toEqual([])
  })

  function chunksOf(recording: Recording): string {
    return world.hub.approval('duyet-x', [recording]).parts[0]!.chunks
  }
})

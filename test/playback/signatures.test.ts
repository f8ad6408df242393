import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sealEnvelope } from '../../src/wire/envelope.ts'
import { ApprovalStatement, type KeysDocument, type PlanPart } from '../../src/wire/messages.ts'
import { topics } from '../../src/wire/topics.ts'
import type { Recording } from '../support/controller-hub.ts'
import { World } from '../support/controller-world.ts'
import { SamplePasskey } from '../support/passkey.ts'

const device = 'loa-20440'
const hour = 3_600_000
const day = 86_400_000

/** Who signs an item, and how: with their Ed25519 key, or with a passkey. */
type Signer = 'duyet' | 'hai' | 'duyet-passkey' | 'hai-passkey'
const personOf = (signer: Signer): string => (signer.startsWith('duyet') ? 'nguoi-duyet' : 'nguoi-thu-hai')

describe('a controller counts who signed before anything is heard', () => {
  let world: World
  let script: Recording
  let passkeys: Record<'duyet-passkey' | 'hai-passkey', SamplePasskey>
  beforeEach(async () => {
    world = await World.begin()
    script = world.hub.recording('script')
    passkeys = { 'duyet-passkey': new SamplePasskey(), 'hai-passkey': new SamplePasskey('EdDSA') }
    await world.switchOn(device)
  })
  afterEach(() => world.close())

  function signed(signer: Signer, statement: ApprovalStatement): Uint8Array {
    if (signer === 'duyet-passkey' || signer === 'hai-passkey') return passkeys[signer].seals(statement)
    const key = signer === 'duyet' ? world.hub.approver : world.hub.secondApprover
    return sealEnvelope('approval', ApprovalStatement, statement, key)
  }

  function keys(): KeysDocument['keys'] {
    const { hub } = world
    const until = world.now + 400 * day
    return [
      { kid: hub.key.kid, role: 'hub', publicKey: hub.key.publicKey, name: 'hub', until },
      hub.listed(hub.approver, 'nguoi-duyet'),
      hub.listed(hub.secondApprover, 'nguoi-thu-hai'),
      passkeys['duyet-passkey'].entry('nguoi-duyet', until),
      passkeys['hai-passkey'].entry('nguoi-thu-hai', until),
    ]
  }

  /** One airing of the script in ten minutes, signed so; gives back what came of it. */
  async function heard(
    signers: readonly [Signer, Signer?],
    item: Pick<ApprovalStatement, 'priority' | 'area'>,
    changes: {
      second?: Partial<ApprovalStatement>
      keys?: KeysDocument['keys']
      part?: (part: PlanPart) => PlanPart
    } = {},
  ): Promise<string> {
    const { hub } = world
    const { parts } = hub.approval('duyet-1', [script], item)
    const ids = ['duyet-1', 'duyet-2']
    signers.forEach((signer, index) => {
      if (signer === undefined) return
      const more = { ...item, approver: personOf(signer), ...(index === 1 ? changes.second : {}) }
      hub.publish(topics.approval(ids[index]!), signed(signer, hub.statement(ids[index]!, [script], more)))
    })
    const second = { approval: 'duyet-2', leaf: 0, proof: [] }
    const whole = parts.map((part) => (signers[1] === undefined ? part : { ...part, second }))
    const change = changes.part ?? ((part: PlanPart): PlanPart => part)
    const airing = { ...hub.airing('air-1', 600, [script]), priority: item.priority }
    hub.publishKeys(hub.keysDocument({ keys: changes.keys ?? keys() }))
    hub.publish(topics.plan(device), hub.plan(device, whole.map(change), [airing]))
    hub.seed(script)
    await world.pass(2 * hour)
    const [receipt] = hub.kept
    if (receipt?.outcome === 'played') {
      expect(world.sounds.map(({ bytes }) => bytes)).toEqual([[script.sha256]])
      return 'played'
    }
    expect(world.sounds).toEqual([])
    return receipt?.reason ?? 'nothing'
  }

  type Item = Pick<ApprovalStatement, 'priority' | 'area'>
  const urgent: Item = { priority: 'khan-cap', area: ['20440'] }
  const everywhere: Item = { priority: 'uu-tien', area: 'all' }
  const commune: Item = { priority: 'uu-tien', area: ['20440'] }
  const normal: Item = { priority: 'thong-thuong', area: 'all' }

  it.each<[string, Parameters<typeof heard>]>([
    ['a normal one, by a passkey', [['duyet-passkey'], normal]],
    ['a normal one, by an Ed25519 passkey', [['hai-passkey'], normal]],
    ['a priority one of a commune, by one passkey', [['duyet-passkey'], commune]],
    ['a priority one for all, by two passkeys', [['duyet-passkey', 'hai-passkey'], everywhere]],
    ['an urgent one, by two keys', [['duyet', 'hai'], urgent]],
    ['an urgent one, by a passkey and the key of another person', [['duyet-passkey', 'hai'], urgent]],
  ])('plays %s', async (_said, given) => {
    expect(await heard(...given)).toBe('played')
  })

  it.each<[string, Parameters<typeof heard>, string]>([
    ['an urgent one with one signature', [['duyet'], urgent], 'two people'],
    ['a priority one for all with one signature', [['duyet'], everywhere], 'two people'],
    [
      'one that does not say for where, above normal, with one signature',
      [['duyet'], { priority: 'uu-tien' }],
      'two people',
    ],
    ['an urgent one that only passkeys signed', [['duyet-passkey', 'hai-passkey'], urgent], 'passkeys alone'],
    [
      'an urgent one that one person signed with two keys',
      [['duyet', 'duyet-passkey'], urgent],
      'two people',
    ],
    [
      'one whose second signature is for something else',
      [['duyet', 'hai'], urgent, { second: { root: 'ab'.repeat(32) } }],
      'not covered by duyet-2',
    ],
    [
      'one whose second signature was for a normal one only',
      [['duyet', 'hai'], urgent, { second: { priority: 'thong-thuong' } }],
      'not with priority khan-cap',
    ],
    [
      'one whose second signature says that somebody else made it',
      [['duyet', 'duyet-passkey'], urgent, { second: { approver: 'nguoi-thu-hai' } }],
      'the key is not one of nguoi-thu-hai',
    ],
    [
      'one whose second signature has run out',
      [['duyet', 'hai'], urgent, { second: { until: 1 } }],
      'outside the validity of duyet-2',
    ],
  ])('refuses %s', async (_said, given, reason) => {
    expect(await heard(...given)).toContain(`not-approved: ${reason}`)
  })

  it('refuses an urgent one whose second signature the hub names twice', async () => {
    const part = (one: PlanPart): PlanPart => ({
      ...one,
      second: { approval: 'duyet-1', leaf: 0, proof: [] },
    })
    expect(await heard(['duyet'], urgent, { part })).toContain('not-approved: two people')
  })

  it('refuses two keys of which the root does not say whose they are', async () => {
    const unnamed = keys().map(({ person: _person, ...entry }) => entry)
    expect(await heard(['duyet', 'hai'], urgent, { keys: unnamed })).toContain('not-approved: two people')
  })

  it('waits for the second statement, and says that it is missing when it never comes', async () => {
    const second = { approval: 'duyet-2', leaf: 0, proof: [] }
    expect(await heard(['duyet'], urgent, { part: (one) => ({ ...one, second }) })).toBe('approval-missing')
  })

  it('refuses a passkey that the root lists for another domain or another page', async () => {
    const others = keys().map((key) => {
      return key.kind === 'passkey' ? { ...key, origins: ['https://loa2.example.vn'] } : key
    })
    expect(await heard(['duyet-passkey'], normal, { keys: others })).toContain('another origin')
  })

  it('still reads the keys and the approvals of before: one key, without person, kind and area', async () => {
    const old = keys()
      .slice(0, 3)
      .map(({ person: _person, kind: _kind, ...entry }) => entry)
    expect(await heard(['duyet'], { priority: 'thong-thuong' }, { keys: old })).toBe('played')
  })

  it('knows all of it again after a restart', async () => {
    const { hub } = world
    const { envelopes, parts } = hub.approvalByTwo(['duyet-1', 'duyet-2'], [script], urgent)
    envelopes.forEach((envelope, index) => {
      hub.publish(topics.approval(`duyet-${String(index + 1)}`), envelope)
    })
    const airing = { ...hub.airing('air-1', 600, [script]), priority: urgent.priority }
    hub.publishKeys()
    hub.publish(topics.plan(device), hub.plan(device, parts, [airing]))
    hub.seed(script)
    await world.pass(300_000)
    await world.switchOff(device)
    world.broker.accepting(false)
    await world.switchOn(device)
    await world.pass(hour)
    expect(world.sounds.map(({ bytes }) => bytes)).toEqual([[script.sha256]])
  })
})

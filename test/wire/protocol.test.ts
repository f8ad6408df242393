import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/base/hash.ts'
import { approverKeyOf, challengeFor, openApprovalEnvelope, passkeyHeadMax } from '../../src/wire/approval.ts'
import { chunkDigests } from '../../src/wire/chunks.ts'
import { kidOf, openEnvelope, readPublicKey, readSigningKey, sealEnvelope } from '../../src/wire/envelope.ts'
import * as messages from '../../src/wire/messages.ts'
import { merkleProof, merkleRoot, provesLeaf } from '../../src/wire/merkle.ts'
import { noteHertz, notesMilliseconds, soundOfNotes } from '../../src/wire/notes.ts'
import { passkeyBytesMax } from '../../src/wire/passkey.ts'
import { hubSubscriptions, topics } from '../../src/wire/topics.ts'

const text = readFileSync(new URL('../../devices/PROTOCOL.md', import.meta.url), 'utf8')

/** The lines of a fenced example. */
function example(name: string): string[] {
  const found = new RegExp(`\`\`\`example-${name}\\n([\\s\\S]*?)\\n\`\`\``).exec(text)?.[1]
  if (found === undefined) throw new Error(`no example ${name}`)
  return found.split('\n')
}

function section(title: RegExp): string {
  const found = text.split(/^#{2,3} /m).find((part) => title.test(part))
  if (found === undefined) throw new Error(`no section ${String(title)}`)
  return found
}

describe('devices/PROTOCOL.md', () => {
  it('has exactly the topics that are in use', () => {
    const table = [...section(/^2\. Topics/).matchAll(/^\| `([^`]+)`/gm)].map((row) => row[1])
    const inUse = Object.values(topics).map((topic) => {
      if (typeof topic === 'string') return topic
      const name = topic === topics.chunk ? '{sha256}' : topic === topics.approval ? '{approval}' : '{device}'
      return topic(name, '{index}' as unknown as number)
    })
    expect([...table].sort()).toEqual([...inUse].sort())
    for (const topic of hubSubscriptions) expect(table).toContain(topic.replace('+', '{device}'))
  })

  it.each([
    ['keys', messages.KeysDocument],
    ['approval', messages.ApprovalStatement],
    ['policy', messages.PolicyStatement],
    ['enrolment', messages.EnrolmentStatement],
    ['plan', messages.DevicePlan],
    ['desired', messages.DesiredMessage],
    ['cmd', messages.CommandMessage],
    ['receipts', messages.ReceiptsMessage],
    ['ack', messages.AckMessage],
    ['state', messages.StateMessage],
    ['reported', messages.ReportedMessage],
    ['want', messages.WantMessage],
    ['hub', messages.HubStateMessage],
    ['res', messages.ResultMessage],
    ['tq', messages.TimeQuestion],
    ['tr', messages.TimeAnswer],
  ])('names every field of %s, and no other', (name, shape) => {
    const rows = section(new RegExp(`^${name}( |\\n)`)).matchAll(/^\| (`[^|]+`) \|/gm)
    const named = [...rows].flatMap((row) =>
      [...(row[1] ?? '').matchAll(/`([^`]+)`/g)].map((field) => field[1]),
    )
    expect([...named].sort()).toEqual(fieldsOf(shape.shape).sort())
  })

  it('has an envelope that the given key really makes, byte for byte', () => {
    const [secret = ''] = example('secret')
    const [publicKey = '', kid = ''] = example('key')
    const der = Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      Buffer.from(secret, 'hex'),
    ])
    const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
      type: 'pkcs8',
      format: 'pem',
    })
    const key = readSigningKey(pem)
    expect([key.publicKey, key.kid, kidOf(publicKey)]).toEqual([publicKey, kid, kid])

    const envelope = Buffer.from(example('envelope').join('\n'))
    const opened = openEnvelope('reported', messages.ReportedMessage, envelope, () =>
      readPublicKey(publicKey),
    )
    if (!opened.ok) throw new Error(opened.why)
    const sealed = sealEnvelope('reported', messages.ReportedMessage, opened.value.document, key)
    expect(Buffer.from(sealed).toString()).toBe(envelope.toString())
    expect(sha256(envelope)).toBe(example('sha256')[0])
    expect(text).toContain(`The envelope, ${String(envelope.length)} bytes`)
    expect(
      openEnvelope('receipts', messages.ReportedMessage, envelope, () => readPublicKey(publicKey)).ok,
    ).toBe(false)
  })

  it('has a passkey’s envelope that holds, with the challenge and the digest that it says', () => {
    const [publicKey = '', kid = ''] = example('passkey-key')
    expect(kidOf(publicKey)).toBe(kid)
    const envelope = Buffer.from(example('passkey-envelope').join('\n'))
    expect(text).toContain(`an envelope of ${String(envelope.length)} bytes`)
    const entry = {
      ...{ kid, publicKey, role: 'approver' as const, name: 'Lan', person: 'lan', until: 0 },
      ...{ kind: 'passkey' as const, rpId: 'loa.example.vn', origins: ['https://loa.example.vn'] },
    }
    const opened = openApprovalEnvelope(envelope, () => approverKeyOf(entry))
    expect(opened).toMatchObject({ ok: true, value: { kid, kind: 'passkey', person: 'lan' } })
    const [head = '', document = ''] = envelope.toString().split('\n')
    const [authenticator = '', client = ''] = head.split(' ').slice(3)
    const digest = sha256(Buffer.from(client, 'base64url'))
    const signed = Buffer.concat([Buffer.from(authenticator, 'base64url'), Buffer.from(digest, 'hex')])
    expect(example('passkey-digests')).toEqual([
      Buffer.from(challengeFor(Buffer.from(document))).toString('base64url'),
      sha256(signed),
    ])
    expect(JSON.parse(Buffer.from(client, 'base64url').toString())).toMatchObject({
      challenge: example('passkey-digests')[0],
    })
  })

  it('has chunks and a Merkle tree that anyone can recompute', () => {
    const file = Buffer.alloc(70_000, 'loa')
    expect(example('chunks')).toEqual([sha256(file), chunkDigests(file)])

    const lines = example('merkle')
    const leaves = ['một', 'hai', 'ba'].map((word) => sha256(word))
    const root = merkleRoot(leaves)
    const proof = merkleProof(leaves, 1)
    expect(lines).toEqual([...leaves, `root ${root}`, ...proof.map((sibling) => `proof 1 ${sibling}`)])
    expect(provesLeaf({ leaf: leaves[1]!, position: 1, count: 3, proof }, root)).toBe(true)
  })

  it('has notes that sound as it says: where each begins, how high, how loud, and when it is over', () => {
    const lines = example('notes').map((line) => line.split(' '))
    expect(text).toContain('the notes `704132`')
    const pitches = [...noteHertz]
    expect(
      lines
        .slice(0, 6)
        .map(([, hertz]) => pitches.indexOf(Number(hertz) as 523))
        .join(''),
    ).toBe('704132')
    const sound = soundOfNotes('704132', 24_000)
    const heardFrom = (ms: number, length: number): Int16Array => sound.subarray(ms * 24, (ms + length) * 24)
    let ended = 0
    for (const [begins = '', hertz = ''] of lines) {
      // Nothing is heard between what was before and this.
      expect(heardFrom(ended, Number(begins) - ended).every((sample) => sample === 0)).toBe(true)
      ended = Number(begins) + 240
      const note = heardFrom(Number(begins), 240)
      if (hertz === 'silence') expect(note.every((sample) => sample === 0)).toBe(true)
      else expect(note).toEqual(asWritten(Number(hertz), 24_000))
    }
    expect([ended, sound.length / 24, notesMilliseconds]).toEqual([2280, 2280, 2280])
    const figures = [...section(/^8\. The notes/).matchAll(/^\| Hz \| (.+) \|$/gm)][0]?.[1]?.split(' | ')
    expect(figures?.map(Number)).toEqual([...noteHertz])
  })

  it('names the limits that the code has', () => {
    const figure = (value: number): string => value.toLocaleString('en-US')
    expect(text).toContain(`chunks of ${figure(messages.chunkBytes)} bytes`)
    expect(text).toContain(`larger than ${figure(messages.controlBytesMax)} bytes`)
    expect(text).toContain(`up to ${figure(messages.receiptsPerMessageMax)} receipts`)
    expect(text).toContain(`at most ${figure(passkeyHeadMax)} bytes`)
    const { signature, authenticatorData, clientDataJSON } = passkeyBytesMax
    expect(text).toContain(
      `at most ${[signature, authenticatorData].map(figure).join(', ')} and ${figure(clientDataJSON)} bytes`,
    )
    expect(text).toContain(`1 to ${figure(messages.areaUnitsMax)} of up to 10 digits`)
  })
})

/** A note made from the words of the document alone. */
function asWritten(hertz: number, rate: number): Int16Array {
  const count = (240 * rate) / 1000
  const ramp = (10 * rate) / 1000
  return Int16Array.from({ length: count }, (_, index) => {
    const gone = (index + 0.5) / ramp
    const left = (count - index - 0.5) / ramp
    const factor = (1 - Math.cos(Math.PI * Math.min(1, gone, left))) / 2
    return Math.round(0.25 * 32_767 * factor * Math.sin((2 * Math.PI * hertz * index) / rate))
  })
}

type Field = { shape?: Record<string, Field>; element?: Field; unwrap?: () => Field }

/** Names of all fields, those in lists as `list[].field`. */
function fieldsOf(shape: Record<string, unknown>, before = ''): string[] {
  return Object.entries(shape).flatMap(([name, field]) => {
    // An optional list is a list all the same.
    const inner =
      ((field as Field).unwrap?.() ?? (field as Field)).element?.shape ?? (field as Field).element?.shape
    return [`${before}${name}`, ...(inner === undefined ? [] : fieldsOf(inner, `${before}${name}[].`))]
  })
}

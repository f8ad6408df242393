/**
 * `devices/asyncapi.yaml`: the contract as an AsyncAPI 3.0 document, made from the shapes that both ends read with. What
 * a field means is said by the tables of `devices/PROTOCOL.md`, and taken from there.
 */
import { stringify } from 'yaml'
import { z } from 'zod'
import { addressOf, contract, type Spoken } from './wire-contract.ts'

type Json = Record<string, unknown>

const parameters: Record<string, string> = {
  device: 'The device: its user name and client id, `[a-z0-9-]{6,32}`.',
  approval: 'The id of an approval statement.',
  sha256: 'SHA-256 of a whole file, 64 lower-case hex digits.',
  index: 'Position of the chunk in the file, from 0.',
}

const signers = {
  root: 'the offline root',
  approver: 'an approver (an Ed25519 key, or a passkey under its own head line)',
  officer: 'a policy officer',
  hub: 'the hub’s online key',
  device: 'the device',
}

/** The document as YAML. `protocol` is the text of PROTOCOL.md. */
export function asyncApiText(protocol: string, version: string): string {
  const meanings = meaningsIn(protocol)
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Loa protocol, version 1',
      version,
      description:
        'How the hub and the controllers of village loudspeakers speak with each other over MQTT 5. Signatures, ' +
        'order, checks and bounds are in PROTOCOL.md beside this file; where the two differ, that one counts.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      broker: {
        ...{ host: '{host}', protocol: 'mqtts', protocolVersion: '5' },
        description: 'The broker of a province. It is not trusted: it only carries.',
        variables: { host: { description: 'From the device’s credentials.' } },
      },
    },
    channels: Object.fromEntries(contract.map((one) => [one.name, channelOf(one)])),
    operations: Object.fromEntries(contract.map((one) => [operationName(one), operationOf(one)])),
    components: {
      messages: Object.fromEntries(contract.map((one) => [one.name, messageOf(one, meanings)])),
    },
  }
  const head =
    '# Made from the shapes in src/wire/messages and the tables of PROTOCOL.md; a test compares. Not edited by hand.\n'
  return head + stringify(document, { lineWidth: 110, aliasDuplicateObjects: false })
}

function channelOf({ name, retained, will }: Spoken): Json {
  const address = addressOf(name)
  const named = [...address.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  return {
    address,
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
    ...(named.length === 0
      ? {}
      : { parameters: Object.fromEntries(named.map((one) => [one, { description: parameters[one] }])) }),
    ...(retained ? { description: `Retained${will === true ? '; also the sender’s will' : ''}.` } : {}),
  }
}

/** From the controller’s side: it sends what is from devices, and receives the rest. */
function operationOf({ name, from, retained, expirySeconds }: Spoken): Json {
  const expiry = expirySeconds === undefined ? {} : { messageExpiryInterval: expirySeconds }
  return {
    action: from === 'device' ? 'send' : 'receive',
    channel: { $ref: `#/channels/${name}` },
    messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
    bindings: { mqtt: { qos: 1, retain: retained, ...expiry, bindingVersion: '0.2.0' } },
  }
}

function operationName({ name, from }: Spoken): string {
  return `${from === 'device' ? 'send' : 'receive'}${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

function messageOf({ name, shape, signed }: Spoken, meanings: ReadonlyMap<string, string>): Json {
  if (shape === undefined) {
    return {
      name,
      contentType: 'application/octet-stream',
      summary: 'Raw bytes of one chunk of a file, at most 32,768.',
      payload: { type: 'string', format: 'binary' },
    }
  }
  const schema = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'throw' }) as Json
  delete schema['$schema']
  describe(schema, signed?.type === 'time' ? 'tr' : name, meanings)
  if (signed === undefined) return { name, contentType: 'application/json', payload: schema }
  return {
    name,
    contentType: 'application/vnd.loa.signed',
    summary: `A signed envelope of type \`${signed.type}\`, by ${signers[signed.by]}.`,
    description: 'One head line `LOA1 <kid> <signature>`, a line feed, then the document described here.',
    payload: schema,
  }
}

/** Gives each field the words of the table; `list[].field` stands for what is in a list. */
function describe(schema: Json, section: string, meanings: ReadonlyMap<string, string>, before = ''): void {
  const properties = (schema['properties'] ?? {}) as Record<string, Json>
  for (const [name, field] of Object.entries(properties)) {
    const meaning = meanings.get(`${section} ${before}${name}`)
    if (meaning !== undefined) field['description'] = meaning
    const items = field['items'] as Json | undefined
    if (items !== undefined) describe(items, section, meanings, `${before}${name}[].`)
  }
}

/** `<section> <field>` to what the tables of section 4 say of it. */
function meaningsIn(protocol: string): Map<string, string> {
  const meanings = new Map<string, string>()
  for (const part of protocol.split(/^### /m).slice(1)) {
    const section = /^[a-z]+/.exec(part)?.[0] ?? ''
    for (const [, fields = '', meaning = ''] of part.matchAll(/^\| (`[^|]+`) \| (.+) \|$/gm)) {
      for (const [, field = ''] of fields.matchAll(/`([^`]+)`/g)) meanings.set(`${section} ${field}`, meaning)
    }
  }
  return meanings
}

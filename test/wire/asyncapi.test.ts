import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { topics } from '../../src/wire/topics.ts'
import { asyncApiText } from '../support/asyncapi.ts'
import { addressOf, contract } from '../support/wire-contract.ts'

const devices = new URL('../../devices/', import.meta.url)
const protocol = readFileSync(new URL('PROTOCOL.md', devices), 'utf8')
const text = asyncApiText(protocol, '1')

type Document = {
  channels: Record<string, { address: string; parameters?: Record<string, unknown> }>
  operations: Record<string, { action: string; channel: { $ref: string } }>
  components: {
    messages: Record<string, { payload: { properties?: Record<string, { description?: string }> } }>
  }
}

describe('devices/asyncapi.yaml', () => {
  it('is what the shapes and the tables of the protocol make (npx vitest -u writes it anew)', async () => {
    await expect(text).toMatchFileSnapshot(fileURLToPath(new URL('asyncapi.yaml', devices)))
  })

  it('has every topic once, and every reference leads somewhere', () => {
    const document = parse(text) as Document
    expect(contract.map(({ name }) => name).sort()).toEqual(Object.keys(topics).sort())
    expect(Object.values(document.channels).map(({ address }) => address)).toEqual(
      contract.map(({ name }) => addressOf(name)),
    )
    for (const [, path = ''] of text.matchAll(/\$ref: "?#\/([^"\s]+)/g)) {
      const found = path
        .split('/')
        .reduce<unknown>((place, step) => (place as Record<string, unknown> | undefined)?.[step], document)
      expect(found, path).toBeDefined()
    }
  })

  it('says of every field what the protocol says of it', () => {
    const { messages } = (parse(text) as Document).components
    for (const [name, { payload }] of Object.entries(messages)) {
      for (const [field, { description }] of Object.entries(payload.properties ?? {})) {
        expect(description, `${name}.${field}`).toMatch(/./)
      }
    }
  })

  it('agrees with the table of topics in who retains and who signs', () => {
    const rows = [...protocol.matchAll(/^\| `(loa\/1\/[^`]+)` \| (\w+) → \w+ \| ([^|]+) \| ([^|]+) \|/gm)]
    expect(rows).toHaveLength(contract.length)
    for (const [, address, from, retained = '', signer = ''] of rows) {
      const one = contract.find(({ name }) => addressOf(name) === address)
      expect({ from: one?.from, retained: one?.retained, will: one?.will ?? false }, address).toEqual({
        from,
        retained: retained.includes('R'),
        will: retained.includes('will'),
      })
      expect(signer, address).toContain(one?.signed?.by ?? '–')
    }
  })
})

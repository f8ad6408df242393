/**
 * `devices/vectors/*.json`: what a controller in any language is tried against. Each file is what our code makes, and our
 * code reads it back as it says.
 */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { sha256 } from '../../src/base/hash.ts'
import { openEnvelope, readPublicKey } from '../../src/wire/envelope.ts'
import { AckMessage, ReceiptsMessage } from '../../src/wire/messages.ts'
import { provesLeaf } from '../../src/wire/merkle.ts'
import { chunkVectors, merkleVectors, noteVectors } from '../support/vectors/audio.ts'
import { envelopeVectors } from '../support/vectors/envelopes.ts'
import { receiptVectors } from '../support/vectors/receipts.ts'

const files = {
  envelopes: envelopeVectors,
  chunks: chunkVectors,
  merkle: merkleVectors,
  notes: noteVectors,
  receipts: receiptVectors,
}

describe('the test vectors', () => {
  it.each(Object.entries(files))(
    '%s are what the code makes (npx vitest -u writes them anew)',
    async (name, made) => {
      const path = fileURLToPath(new URL(`../../devices/vectors/${name}.json`, import.meta.url))
      await expect(`${JSON.stringify(made(), null, 1)}\n`).toMatchFileSnapshot(path)
    },
  )

  it('an envelope holds exactly where the vectors say so', () => {
    const { key, cases } = envelopeVectors()
    expect(cases.filter(({ holds }) => holds).length).toBeGreaterThan(1)
    for (const { what, envelope, holds } of cases) {
      // Any document: what is tried is the signature, not the shape.
      const opened = openEnvelope('reported', z.unknown(), Buffer.from(envelope), (kid) =>
        kid === key.kid ? readPublicKey(key.publicKey) : undefined,
      )
      const signed = opened.ok || opened.why === 'not JSON in UTF-8'
      expect(signed, what).toBe(holds)
    }
  })

  it('a proof shows its leaf, and a wrong claim shows nothing', () => {
    const { trees, claims } = merkleVectors()
    for (const { leaves, root, proofs } of trees) {
      proofs.forEach((proof, position) => {
        const leaf = leaves[position] ?? ''
        expect(provesLeaf({ leaf, position, count: leaves.length, proof }, root)).toBe(true)
      })
    }
    expect(claims.filter(({ shows }) => shows).map(({ what }) => what)).toEqual([
      'as it is',
      expect.stringContaining('the same way up') as string,
    ])
  })

  it('the messages of receipts are chained by the hash of the one before', () => {
    const { device, hub, first, acknowledgement, second } = receiptVectors()
    const opened = openEnvelope('receipts', ReceiptsMessage, Buffer.from(second), () =>
      readPublicKey(device.publicKey),
    )
    expect(opened).toMatchObject({ ok: true, value: { document: { previous: sha256(first) } } })
    const ack = openEnvelope('ack', AckMessage, Buffer.from(acknowledgement), () =>
      readPublicKey(hub.publicKey),
    )
    expect(ack).toMatchObject({
      ok: true,
      value: { document: { receipts: [{ sequence: 1 }, { sequence: 2 }] } },
    })
  })
})
